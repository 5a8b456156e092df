// Package cost holds the resources and functions of cost reports, and those of
// what is paid for in advance.
package cost

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
)

// AllocationGroup has the cost of some workloads reported together.
type AllocationGroup struct {
	crud.Resource[AllocationGroupArgs, AllocationGroupState]
}

var allocationGroups = api.Path("v1", "cost-reports", "allocation-groups")

// NewAllocationGroup returns the resource.
func NewAllocationGroup() *AllocationGroup {
	return &AllocationGroup{crud.Resource[AllocationGroupArgs, AllocationGroupState]{
		Kind:   "allocation group",
		Path:   func(*AllocationGroupArgs) string { return allocationGroups },
		List:   &crud.List{Items: "items"},
		Body:   allocationGroupBody,
		Forget: forgetFilter,
		Keep:   keepFilter,
	}}
}

// Annotate describes the resource.
func (r *AllocationGroup) Annotate(a infer.Annotator) {
	a.Describe(&r, "A group of workloads whose cost is reported together: those of a team, a product or an environment. A workload "+
		"is in the group if it runs in one of the clusters and one of the namespaces, and fits the labels; what is left out "+
		"narrows nothing. `getAllocationGroupCosts` tells what the group costs.\n\n"+
		"## Import\n\nThe import ID is `<allocationGroupId>`, a UUID.")
}

// AllocationGroupArgs are the inputs of an [AllocationGroup].
type AllocationGroupArgs struct {
	Name               *string                      `pulumi:"name,optional" check:"notblank"`
	ClusterIDs         []string                     `pulumi:"clusterIds,optional" wire:"filter.clusterIds,zero" norm:"set" check:"uuid"`
	Namespaces         []string                     `pulumi:"namespaces,optional" wire:"filter.namespaces,zero" norm:"set" check:"notblank"`
	Labels             EqualLabels                  `pulumi:"labels,optional" wire:"filter.labels,zero"`
	LabelFilters       []AllocationGroupLabelFilter `pulumi:"labelFilters,optional" wire:"filter.labels,zero" norm:"set,whole"`
	LabelsOperator     *AndOr                       `pulumi:"labelsOperator,optional" wire:"filter.labelsOperator,zero" norm:"fold,default=OR" check:"known=AND|OR"`
	NodeLabels         EqualLabels                  `pulumi:"nodeLabels,optional" wire:"filter.nodeLabels,zero"`
	NodeLabelFilters   []AllocationGroupLabelFilter `pulumi:"nodeLabelFilters,optional" wire:"filter.nodeLabels,zero" norm:"set,whole"`
	NodeLabelsOperator *AndOr                       `pulumi:"nodeLabelsOperator,optional" wire:"filter.nodeLabelsOperator,zero" norm:"fold,default=OR" check:"known=AND|OR"`
}

const oneLabelSuffices = "`AND` if all of them must fit, `OR` if one suffices. Letter case does not matter. Default: `OR`."

// Annotate describes the inputs.
func (x *AllocationGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the group. Left out, it is made of the resource's name and random digits.")
	a.Describe(&x.ClusterIDs, "The IDs (UUID) of the clusters, in any order. Left out, all clusters of the organization.")
	a.Describe(&x.Namespaces, "The Kubernetes namespaces, in any order. Left out, all of them.")
	a.Describe(&x.Labels, "Labels of workloads, with the values that they must have. For other conditions use `labelFilters` instead.")
	a.Describe(&x.LabelFilters, "Conditions on labels of workloads, in any order: in place of `labels`, where a label is to be there, "+
		"not to be there, to differ, or to have one of several values.")
	a.Describe(&x.LabelsOperator, "How several labels of workloads combine: "+oneLabelSuffices)
	a.Describe(&x.NodeLabels, "Labels of nodes, with the values that they must have: only what runs on such nodes is in the group. For "+
		"other conditions use `nodeLabelFilters` instead.")
	a.Describe(&x.NodeLabelFilters, "Conditions on labels of nodes, in any order, in place of `nodeLabels`.")
	a.Describe(&x.NodeLabelsOperator, "How several labels of nodes combine: "+oneLabelSuffices)
}

// AllocationGroupState are the outputs of an [AllocationGroup].
type AllocationGroupState struct {
	AllocationGroupArgs
}

// CheckInputs checks what concerns several inputs.
func (r *AllocationGroup) CheckInputs(in *check.Inputs) {
	for _, labels := range [][2]string{{"labels", "labelFilters"}, {"nodeLabels", "nodeLabelFilters"}} {
		in.AtMostOne(labels[0], labels[1])
		in.Each(labels[1], func(_ string, item *check.Inputs) { checkLabelFilter(item) })
	}
}

// allocationGroupBody settles the body where both properties for labels write
// the same member: one is being cleared, and the other is to stay.
func allocationGroupBody(a *AllocationGroupArgs, body map[string]any, _ bool) error {
	filter, ok := body["filter"].(map[string]any)
	if !ok {
		filter = map[string]any{}
		body["filter"] = filter
	}
	for member, labels := range map[string]EqualLabels{"labels": a.Labels, "nodeLabels": a.NodeLabels} {
		if labels != nil {
			filter[member] = labels.conditions()
		}
	}
	return nil
}

// forgetFilter leaves what the program does not say to [keepFilter]: others may
// have changed it since it was last read.
func forgetFilter(_ *AllocationGroupArgs, s *AllocationGroupState) {
	s.AllocationGroupArgs = AllocationGroupArgs{Name: s.Name}
}

// keepFilter carries the parts of the filter that the program leaves open into
// the body of an update, which replaces the filter as a whole.
func keepFilter(current, body map[string]any) {
	now, _ := current["filter"].(map[string]any)
	filter, _ := body["filter"].(map[string]any) // there is one: see allocationGroupBody
	for member, value := range now {
		if _, given := filter[member]; !given {
			filter[member] = value
		}
	}
}

// Read fetches the group.
func (r *AllocationGroup) Read(
	ctx context.Context, req infer.ReadRequest[AllocationGroupArgs, AllocationGroupState],
) (infer.ReadResponse[AllocationGroupArgs, AllocationGroupState], error) {
	out, err := r.Resource.Read(ctx, req)
	if crud.IsImport(ctx) { // one form of the labels: the simple one if it says all
		if out.Inputs.Labels != nil {
			out.Inputs.LabelFilters = nil
		}
		if out.Inputs.NodeLabels != nil {
			out.Inputs.NodeLabelFilters = nil
		}
	}
	return out, err
}
