package workloads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// PodMutation changes pods as they are made.
type PodMutation struct {
	crud.Resource[PodMutationArgs, PodMutationState]
}

// NewPodMutation returns the resource.
func NewPodMutation() *PodMutation {
	return &PodMutation{crud.Resource[PodMutationArgs, PodMutationState]{
		Kind: "pod mutation",
		Path: func(a *PodMutationArgs) string {
			return api.Path("patching-engine", "v1beta", "organizations", wire.Value(a.OrganizationID), "clusters", a.ClusterID, "pod-mutations")
		},
		ImportID:     "<organizationId>/<clusterId>/<mutationId>",
		List:         &crud.List{Items: "items"},
		UpdateMethod: http.MethodPatch,
		Body:         podMutationBody,
		Keep:         func(current, body map[string]any) { body["id"] = current["id"] }, // the API wants it there as well
		Fill: func(body map[string]any, s *PodMutationState) {
			if s.SpotConfig != nil && s.SpotConfig.SpotMode == nil {
				s.SpotConfig = nil // without a mode the rest means nothing
			}
			if share, ok := body["spotDistributionPercentage"].(float64); ok && s.SpotConfig != nil {
				percentage := int(share)
				s.SpotConfig.DistributionPercentage = &percentage
			}
		},
	}}
}

// Annotate describes the resource.
func (r *PodMutation) Annotate(a infer.Annotator) {
	a.Describe(&r, "A change that CAST AI's pod mutator makes to pods as they are created: labels, annotations, node "+
		"selectors, tolerations, affinity, the use of spot instances, or a JSON patch. A filter says which pods. "+
		"Distribution groups make different changes to shares of the pods.\n\n"+
		"Properties left out are the service's to choose: what it fills in shows in the outputs and never as a difference.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<clusterId>/<mutationId>`.")
}

// podMutationBody completes a body with what the tags cannot say. An update
// sets the whole mutation, so it clears what it leaves out.
func podMutationBody(a *PodMutationArgs, body map[string]any, update bool) error {
	if a.SpotConfig != nil {
		body["spotDistributionPercentage"] = wire.Value(a.SpotConfig.DistributionPercentage)
	}
	each(body, "distributionGroups", func(group map[string]any) {
		config := wire.Object(group, "config")
		completeTerms(config)
		if dropEmpty(config); len(config) == 0 {
			delete(group, "config")
		}
	})
	completeTerms(body)
	if _, ok := body["patch"]; !ok && update {
		body["patch"] = []any{}
	}
	return nil
}

// completeTerms gives preferences that name no expressions an empty list.
func completeTerms(body map[string]any) {
	each(wire.Object(wire.Object(body, "affinity"), "nodeAffinity"), "preferredDuringSchedulingIgnoredDuringExecution", func(term map[string]any) {
		if preference := wire.Object(term, "preference"); preference != nil && preference["matchExpressions"] == nil {
			preference["matchExpressions"] = []any{}
		}
	})
}

// locate sets the organization of a mutation: the one given, the one it was
// made in, or the one of the provider. Every state names it.
func (x *PodMutationArgs) locate(ctx context.Context, was *string) error {
	if x.OrganizationID == nil {
		x.OrganizationID = was
	}
	organization, err := config.Organization(ctx, x.OrganizationID)
	if err != nil {
		return fmt.Errorf("cannot tell the organization of the pod mutation %q: %w", wire.Value(x.Name), err)
	}
	x.OrganizationID = &organization
	return nil
}

// Create makes a mutation.
func (r *PodMutation) Create(
	ctx context.Context, req infer.CreateRequest[PodMutationArgs],
) (infer.CreateResponse[PodMutationState], error) {
	if !req.DryRun {
		if err := req.Inputs.locate(ctx, nil); err != nil {
			return infer.CreateResponse[PodMutationState]{}, err
		}
	}
	return r.Resource.Create(ctx, req)
}

// Read fetches the mutation.
func (r *PodMutation) Read(
	ctx context.Context, req infer.ReadRequest[PodMutationArgs, PodMutationState],
) (infer.ReadResponse[PodMutationArgs, PodMutationState], error) {
	if !crud.IsImport(ctx) {
		if err := req.Inputs.locate(ctx, req.State.OrganizationID); err != nil {
			return infer.ReadResponse[PodMutationArgs, PodMutationState]{}, err
		}
	}
	resp, err := r.Resource.Read(ctx, req)
	// The service drops a spot configuration without a mode.
	if was := req.Inputs.SpotConfig; resp.ID != "" && resp.Inputs.SpotConfig == nil && was != nil && was.SpotMode == nil {
		resp.Inputs.SpotConfig = was
	}
	return resp, err
}

// Update changes the mutation.
func (r *PodMutation) Update(
	ctx context.Context, req infer.UpdateRequest[PodMutationArgs, PodMutationState],
) (infer.UpdateResponse[PodMutationState], error) {
	if req.State.Source == customResource && !req.DryRun {
		crud.Warn(ctx, "the pod mutation %s comes from an object in the cluster, which may undo this change: change that "+
			"object instead", req.ID)
	}
	if req.Inputs.OrganizationID == nil {
		req.Inputs.OrganizationID = req.State.OrganizationID
	}
	return r.Resource.Update(ctx, req)
}

// customResource is the source of mutations that an object in the cluster holds.
const customResource = "CUSTOM_RESOURCE"

// CheckInputs checks what concerns several inputs.
func (r *PodMutation) CheckInputs(in *check.Inputs) {
	lists := []string{"names", "namespaces", "kinds", "excludeNames", "excludeNamespaces", "excludeKinds"}
	filtered := slices.ContainsFunc(lists, func(name string) bool {
		n, known := in.Len("filterV2.workload." + name)
		return n > 0 || !known && in.Set("filterV2.workload."+name)
	}) || in.Set("filterV2.celExpression") || slices.ContainsFunc(
		[]string{"labelsFilter", "excludeLabelsFilter", "tolerationsFilter", "excludeTolerationsFilter"},
		func(name string) bool { return in.Set("filterV2.pod." + name) })
	if in.Set("filterV2") && !filtered {
		in.Fail("filterV2", "selects nothing in particular, and so would change every pod of the cluster: give a filter "+
			"for workloads or pods")
	}
	if in.Known("spotConfig") && !in.Set("spotConfig.spotMode") {
		in.Warn("spotConfig has no effect without a spotMode.")
	}
	checkPatch(in, "patch")
	checkGroups(in)
}

// checkGroups wants names that differ, and shares that are no more than all.
func checkGroups(in *check.Inputs) {
	const groups = "distributionGroups"
	names := map[string]string{}
	total := 0.0
	in.Each(groups, func(path string, group *check.Inputs) {
		checkPatch(group, "configuration.patch")
		if name, known := group.String("name"); known {
			if first, twice := names[name]; twice {
				group.Fail("name", "%q is the name of %s already", name, first)
			} else {
				names[name] = path
			}
		}
		share, _ := group.Number("percentage")
		total += share
	})
	if total > 100 {
		in.Fail(groups, "the percentages add up to %v: 100 is all there is", total)
	}
}

// checkPatch wants a list of operations.
func checkPatch(in *check.Inputs, path string) {
	text, known := in.String(path)
	if !known || text == "" {
		return
	}
	var operations []map[string]any
	if err := json.Unmarshal([]byte(text), &operations); err != nil {
		in.Fail(path, "is not a JSON patch: give the JSON text of a list of operations, such as %s",
			`[{"op": "add", "path": "/metadata/labels/team", "value": "a"}]`)
		return
	}
	for i, operation := range operations {
		op, _ := operation["op"].(string)
		target, _ := operation["path"].(string)
		if !slices.Contains([]string{"add", "remove", "replace", "move", "copy", "test"}, op) || target == "" {
			in.Fail(path, "is not a JSON patch: the operation %d needs an \"op\" (add, remove, replace, move, copy or test) and a \"path\"", i)
			return
		}
	}
}

// Patch is the text of a JSON patch. An empty text is none.
type Patch string

// EncodeWire implements [wire.Encoder].
func (x Patch) EncodeWire() (any, error) {
	if x == "" {
		return wire.Omitted(""), nil
	}
	var operations []any
	if json.Unmarshal([]byte(x), &operations) != nil {
		return nil, errors.New("not a JSON patch")
	}
	return operations, nil
}

// DecodeWire implements [wire.Decoder].
func (x *Patch) DecodeWire(body any) error {
	operations, ok := body.([]any)
	if !ok {
		return errors.New("the answer should hold a list here")
	}
	*x = ""
	if len(operations) == 0 {
		return nil
	}
	text, err := json.Marshal(operations)
	*x = Patch(text)
	return err
}

// PodMutationArgs are the inputs of a [PodMutation].
type PodMutationArgs struct {
	OrganizationID              *string                        `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID                   string                         `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name                        *string                        `pulumi:"name,optional" provider:"replaceOnChanges" check:"notblank"`
	Enabled                     bool                           `pulumi:"enabled"`
	FilterV2                    PodMutationFilterV2            `pulumi:"filterV2" wire:"objectFilterV2"`
	Labels                      map[string]string              `pulumi:"labels,optional" wire:",zero"`
	Annotations                 map[string]string              `pulumi:"annotations,optional" wire:",zero"`
	NodeSelector                *PodMutationNodeSelector       `pulumi:"nodeSelector,optional" wire:",zero"`
	Tolerations                 []PodMutationToleration        `pulumi:"tolerations,optional" wire:",zero" norm:"whole"`
	Affinity                    *PodMutationAffinity           `pulumi:"affinity,optional" wire:",zero"`
	SpotConfig                  *PodMutationSpotConfig         `pulumi:"spotConfig,optional" wire:"spotType,zero"`
	NodeTemplatesToConsolidates []string                       `pulumi:"nodeTemplatesToConsolidates,optional" wire:"nodeTemplatesToConsolidate,zero" check:"notblank"`
	Patch                       *Patch                         `pulumi:"patch,optional" norm:"json,default=[]"`
	DistributionGroups          []PodMutationDistributionGroup `pulumi:"distributionGroups,optional" wire:",zero" norm:"whole"`
	PodEviction                 *PodMutationPodEviction        `pulumi:"podEviction,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *PodMutationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) of the cluster. Default: the one of the provider, or the only one "+
		"that the API token can see. Changing it replaces the mutation.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the mutation.")
	a.Describe(&x.Name, "The name. Left out, it is made from the resource's name and seven random characters. Changing it "+
		"replaces the mutation.")
	a.Describe(&x.Enabled, "Whether pods are changed.")
	a.Describe(&x.FilterV2, "Which pods are changed: those that fit all that is given, at least one filter.")
	describeChanges(a, changes{
		labels: &x.Labels, annotations: &x.Annotations, nodeSelector: &x.NodeSelector, tolerations: &x.Tolerations,
		affinity: &x.Affinity, templates: &x.NodeTemplatesToConsolidates, patch: &x.Patch,
	})
	a.Describe(&x.SpotConfig, "Whether pods run on spot instances.")
	a.Describe(&x.DistributionGroups, "Shares of the pods that are changed in different ways, in order. Their names are "+
		"unique, and their percentages add up to 100 at most.")
	a.Describe(&x.PodEviction, "Whether pods that run already are evicted, so that they are made anew and changed. Default: "+
		"they are not.")
}

// PodMutationState are the outputs of a [PodMutation].
type PodMutationState struct {
	PodMutationArgs
	Source string `pulumi:"source"`
}

// Annotate describes the outputs.
func (x *PodMutationState) Annotate(a infer.Annotator) {
	a.Describe(&x.Source, "Where the mutation comes from: `API`, or `CUSTOM_RESOURCE` for one that an object in the cluster "+
		"holds.")
}
