package cost

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

// groupChecker is embedded in functions that report of a group.
type groupChecker struct{ periodChecker }

// CheckInputs asks for one way to find the group.
func (c groupChecker) CheckInputs(in *check.Inputs) {
	in.ExactlyOne("groupId", "name")
	c.periodChecker.CheckInputs(in)
}

// WhichAllocationGroup says which group a function is about.
type WhichAllocationGroup struct {
	GroupID *string `pulumi:"groupId,optional" check:"notblank"`
	Name    *string `pulumi:"name,optional" check:"notblank"`
}

// Annotate describes the inputs.
func (x *WhichAllocationGroup) Annotate(a infer.Annotator) {
	a.Describe(&x.GroupID, "The ID (UUID) of the group. Give this or `name`.")
	a.Describe(&x.Name, "The name of the group, in the exact letter case. It fails if there is none of that name, or more than one. Give "+
		"this or `groupId`.")
}

// GetAllocationGroup finds an allocation group.
type GetAllocationGroup struct{}

// Annotate describes the function.
func (f *GetAllocationGroup) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds an allocation group by its ID or its name. It fails if there is none, or more than one.")
}

// GetAllocationGroupArgs are the inputs of [GetAllocationGroup].
type GetAllocationGroupArgs struct {
	WhichAllocationGroup
}

// GetAllocationGroupResult is what [GetAllocationGroup] returns.
type GetAllocationGroupResult struct {
	ID                 string                       `pulumi:"id"`
	Name               string                       `pulumi:"name"`
	ClusterIDs         []string                     `pulumi:"clusterIds" wire:"filter.clusterIds"`
	Namespaces         []string                     `pulumi:"namespaces" wire:"filter.namespaces"`
	LabelFilters       []AllocationGroupLabelFilter `pulumi:"labelFilters" wire:"filter.labels"`
	LabelsOperator     string                       `pulumi:"labelsOperator" wire:"filter.labelsOperator"`
	NodeLabelFilters   []AllocationGroupLabelFilter `pulumi:"nodeLabelFilters" wire:"filter.nodeLabels"`
	NodeLabelsOperator string                       `pulumi:"nodeLabelsOperator" wire:"filter.nodeLabelsOperator"`
	UpdatedAt          *string                      `pulumi:"updatedAt,optional"`
}

// Annotate describes the outputs.
func (x *GetAllocationGroupResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the group.")
	a.Describe(&x.Name, "The name of the group.")
	a.Describe(&x.ClusterIDs, "The IDs (UUID) of the clusters; empty for all.")
	a.Describe(&x.Namespaces, "The Kubernetes namespaces; empty for all.")
	a.Describe(&x.LabelFilters, "The conditions on labels of workloads.")
	a.Describe(&x.LabelsOperator, "How several labels of workloads combine: `AND` or `OR`.")
	a.Describe(&x.NodeLabelFilters, "The conditions on labels of nodes.")
	a.Describe(&x.NodeLabelsOperator, "How several labels of nodes combine: `AND` or `OR`.")
	a.Describe(&x.UpdatedAt, "When the group was last changed, as an RFC 3339 time.")
}

// CheckInputs asks for one way to find the group.
func (f *GetAllocationGroup) CheckInputs(in *check.Inputs) { in.ExactlyOne("groupId", "name") }

// Invoke finds the group.
func (f *GetAllocationGroup) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetAllocationGroupArgs],
) (infer.FunctionResponse[*GetAllocationGroupResult], error) {
	var out infer.FunctionResponse[*GetAllocationGroupResult]
	body, err := findGroup(ctx, req.Input.GroupID, req.Input.Name)
	if err != nil {
		return out, err
	}
	x := &GetAllocationGroupResult{}
	if err := wire.Decode(body, x); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of the allocation group %s: %w", wire.Text(body, "id"), err)
	}
	for _, operator := range []*string{&x.LabelsOperator, &x.NodeLabelsOperator} {
		if *operator == "" {
			*operator = "OR"
		}
	}
	out.Output = x
	return out, nil
}

// AllocationGroupReport says what a report of a group is of.
type AllocationGroupReport struct {
	WhichAllocationGroup
	CostPeriod
	ClusterIDs       []string `pulumi:"clusterIds,optional" check:"uuid"`
	UseListingPrices *bool    `pulumi:"useListingPrices,optional"`
}

const aboutListing = "Whether to count with the list prices of the clouds instead of the organization's own. Default: false."

// Annotate describes the inputs.
func (x *AllocationGroupReport) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterIDs, "Only what runs in these clusters (UUID). Left out, all clusters of the group.")
	a.Describe(&x.UseListingPrices, aboutListing)
}

// query finds the group and returns what to ask for, and the name of the group.
func (x *AllocationGroupReport) query(ctx context.Context) (q reportQuery, name string, err error) {
	if q.period, err = x.CostPeriod.at(time.Now()); err != nil {
		return q, "", err
	}
	group, err := findGroup(ctx, x.GroupID, x.Name)
	q.group, q.clusters, q.listing = wire.Text(group, "id"), x.ClusterIDs, wire.Value(x.UseListingPrices)
	return q, wire.Text(group, "name"), err
}

// AllocationGroupReported says what a report is of.
type AllocationGroupReported struct {
	GroupID   string `pulumi:"groupId"`
	GroupName string `pulumi:"groupName"`
	StartTime string `pulumi:"startTime"`
	EndTime   string `pulumi:"endTime"`
}

const (
	aboutStartTime = "When the period begins, as an RFC 3339 time."
	aboutEndTime   = "When the period ends, as an RFC 3339 time."
)

// Annotate describes the outputs.
func (x *AllocationGroupReported) Annotate(a infer.Annotator) {
	a.Describe(&x.GroupID, "The ID (UUID) of the group.")
	a.Describe(&x.GroupName, "The name of the group.")
	a.Describe(&x.StartTime, aboutStartTime)
	a.Describe(&x.EndTime, aboutEndTime)
}

// GetAllocationGroupCosts tells what an allocation group costs.
type GetAllocationGroupCosts struct{ groupChecker }

// Annotate describes the function.
func (f *GetAllocationGroupCosts) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells what the workloads of an allocation group cost in a period, in total and by day.")
}

// GetAllocationGroupCostsArgs are the inputs of [GetAllocationGroupCosts].
type GetAllocationGroupCostsArgs struct {
	AllocationGroupReport
	IncludeIdleResourceCosts *bool `pulumi:"includeIdleResourceCosts,optional"`
}

// Annotate describes the inputs.
func (x *GetAllocationGroupCostsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.IncludeIdleResourceCosts, "Whether the cost of what no workload has requested is shared out among them. Default: false.")
}

// GetAllocationGroupCostsResult is what [GetAllocationGroupCosts] returns.
type GetAllocationGroupCostsResult struct {
	AllocationGroupReported
	CostFigures
	Days []AllocationGroupCostDay `pulumi:"days"`
}

// Annotate describes the outputs.
func (x *GetAllocationGroupCostsResult) Annotate(a infer.Annotator) {
	a.Describe(&x.Days, "The same by day, the first day first. Days without costs may be missing.")
}

// Invoke asks what the group costs.
func (f *GetAllocationGroupCosts) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetAllocationGroupCostsArgs],
) (out infer.FunctionResponse[GetAllocationGroupCostsResult], err error) {
	q, name, err := req.Input.query(ctx)
	if err != nil {
		return out, err
	}
	q.idle = wire.Value(req.Input.IncludeIdleResourceCosts)
	x := &out.Output
	x.AllocationGroupReported = AllocationGroupReported{q.group, name, q.period.start(), q.period.end()}
	if x.CostFigures, err = q.cost(ctx); err == nil {
		x.Days, err = q.days(ctx)
	}
	if err != nil {
		err = fmt.Errorf("cannot report the costs of the allocation group %q (%s): %w", name, q.group, err)
	}
	return out, err
}

// GetAllocationGroupEfficiency tells how well an allocation group uses what it
// requests.
type GetAllocationGroupEfficiency struct{ groupChecker }

// Annotate describes the function.
func (f *GetAllocationGroupEfficiency) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells how much of what the workloads of an allocation group request they use in a period, and what the rest costs.")
}

// GetAllocationGroupEfficiencyArgs are the inputs of [GetAllocationGroupEfficiency].
type GetAllocationGroupEfficiencyArgs struct {
	AllocationGroupReport
}

// GetAllocationGroupEfficiencyResult is what [GetAllocationGroupEfficiency] returns.
type GetAllocationGroupEfficiencyResult struct {
	AllocationGroupReported
	EfficiencyFigures
}

// Invoke asks how efficient the group is.
func (f *GetAllocationGroupEfficiency) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetAllocationGroupEfficiencyArgs],
) (out infer.FunctionResponse[GetAllocationGroupEfficiencyResult], err error) {
	q, name, err := req.Input.query(ctx)
	if err != nil {
		return out, err
	}
	x := &out.Output
	x.AllocationGroupReported = AllocationGroupReported{q.group, name, q.period.start(), q.period.end()}
	if x.EfficiencyFigures, err = q.efficiency(ctx); err != nil {
		err = fmt.Errorf("cannot report the efficiency of the allocation group %q (%s): %w", name, q.group, err)
	}
	return out, err
}
