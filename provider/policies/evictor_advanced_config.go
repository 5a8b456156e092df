package policies

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EvictorAdvancedConfig holds the evictor's rules for particular pods and
// nodes. A cluster has one list of them, which is empty at first.
type EvictorAdvancedConfig struct{}

// Annotate describes the resource.
func (r *EvictorAdvancedConfig) Annotate(a infer.Annotator) {
	a.Describe(&r, "The rules by which the evictor of a cluster treats particular pods and nodes in another way than the "+
		"rest: evict them although they have no replicas, count them as of no account, or leave them alone. The evictor "+
		"itself is switched on with an `Autoscaler`.\n\n"+
		"A cluster has one list of rules, and the resource manages all of it, so there should be one resource of this "+
		"kind for a cluster: it replaces the rules that are there, and clears them when it is deleted.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>`.")
	a.AddAlias("autoscaling", "EvictorAdvancedConfig")
}

// EvictorAdvancedConfigArgs are the inputs of an [EvictorAdvancedConfig].
type EvictorAdvancedConfigArgs struct {
	ClusterID              string                                       `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	EvictorAdvancedConfigs []EvictorAdvancedConfigEvictorAdvancedConfig `pulumi:"evictorAdvancedConfigs" wire:"evictionConfig" norm:"whole"`
}

// Annotate describes the inputs.
func (x *EvictorAdvancedConfigArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the resource: the rules are set in the "+
		"new cluster and cleared in the old one.")
	a.Describe(&x.EvictorAdvancedConfigs, "The rules, in order. An empty list clears the rules.")
}

// EvictorAdvancedConfigState are the outputs of an [EvictorAdvancedConfig].
type EvictorAdvancedConfigState struct {
	EvictorAdvancedConfigArgs
}

// CheckInputs checks what concerns several inputs.
func (r *EvictorAdvancedConfig) CheckInputs(in *check.Inputs) {
	in.Each("evictorAdvancedConfigs", func(path string, rule *check.Inputs) {
		selectors := 0
		for _, form := range [][2]string{{"podSelector", "podSelectors"}, {"nodeSelector", "nodeSelectors"}} {
			single, list := form[0], form[1]
			n, known := rule.Len(list)
			if n > 1 {
				rule.Fail(list+"[1]", "is one selector too many: a rule has one %s; make another rule of it", single)
			}
			if n > 0 && rule.Known(single) {
				rule.Fail(list, "may not be given together with %s, which says the same", single)
			}
			if rule.Set(single) || rule.Set(list) && (!known || n > 0) {
				selectors++
			}
		}
		if selectors == 0 {
			rule.Warn("%s selects nothing in particular: the evictor may apply it to every pod and node", path)
		}
		effects := 0
		for _, effect := range []string{"aggressive", "disposable", "removalDisabled"} {
			if on, known := rule.Bool(effect); on || rule.Set(effect) && !known {
				effects++
			}
		}
		if effects == 0 {
			rule.Warn("%s has no effect: set aggressive, disposable or removalDisabled to true", path)
		}
	})
}

// WireDependencies tells previews what an update can change.
func (r *EvictorAdvancedConfig) WireDependencies(
	f infer.FieldSelector, a *EvictorAdvancedConfigArgs, s *EvictorAdvancedConfigState,
) {
	crud.KeepKnown(f, a, s)
}

// DeleteBeforeReplace keeps the rules of a replacement in the same cluster from
// being cleared by the deletion of its predecessor.
func (r *EvictorAdvancedConfig) DeleteBeforeReplace() {}

func evictorPath(cluster string) string {
	return api.ClusterPath(cluster, "evictor-advanced-config")
}

// sendRules replaces the rules of a cluster.
func sendRules(ctx context.Context, cluster string, body map[string]any) (map[string]any, error) {
	repeatable := true // it sets the whole list
	return crud.Send(ctx, api.Call{Method: http.MethodPost, Path: evictorPath(cluster), Body: body, Idempotent: &repeatable})
}

// set makes the rules of the cluster those of the program.
func (x *EvictorAdvancedConfigArgs) set(ctx context.Context) (EvictorAdvancedConfigState, error) {
	state := crud.NewState[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState](*x)
	fail := func(err error) error {
		return fmt.Errorf("cannot set the evictor rules of the cluster %s: %w", x.ClusterID, err)
	}
	body, err := wire.Create(x)
	if err != nil {
		return state, fail(err)
	}
	answer, err := sendRules(ctx, x.ClusterID, body)
	if err != nil {
		return state, fail(err)
	}
	if err := state.decode(answer); err != nil {
		return state, crud.Partial(fail(err))
	}
	return state, nil
}

// decode takes the rules from an answer, in the form that the inputs so far have.
func (s *EvictorAdvancedConfigState) decode(answer map[string]any) error {
	if _, ok := answer["evictionConfig"]; !ok && len(answer) > 0 {
		return errors.New("the API's answer holds no evictor rules; check that apiUrl is the address of the CAST AI API")
	}
	was := s.EvictorAdvancedConfigs
	if err := wire.Decode(answer, s); err != nil {
		return fmt.Errorf("cannot understand the rules: %w", err)
	}
	if s.EvictorAdvancedConfigs == nil {
		s.EvictorAdvancedConfigs = []EvictorAdvancedConfigEvictorAdvancedConfig{}
	}
	for i := range s.EvictorAdvancedConfigs {
		if len(was) > 0 {
			s.EvictorAdvancedConfigs[i].like(&was[min(i, len(was)-1)])
		}
	}
	return nil
}

// Create sets the rules of the cluster.
func (r *EvictorAdvancedConfig) Create(
	ctx context.Context, req infer.CreateRequest[EvictorAdvancedConfigArgs],
) (infer.CreateResponse[EvictorAdvancedConfigState], error) {
	a := req.Inputs
	if req.DryRun {
		state := crud.NewState[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState](a)
		return infer.CreateResponse[EvictorAdvancedConfigState]{Output: state}, nil
	}
	state, err := a.set(ctx)
	return infer.CreateResponse[EvictorAdvancedConfigState]{ID: a.ClusterID, Output: state}, err
}

// Read fetches the rules, for a refresh or an import.
func (r *EvictorAdvancedConfig) Read(
	ctx context.Context, req infer.ReadRequest[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState],
) (infer.ReadResponse[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState], error) {
	none := infer.ReadResponse[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState]{}
	a := req.Inputs
	if crud.IsImport(ctx) {
		if err := checkImportID(req.ID); err != nil {
			return none, err
		}
		a.ClusterID = req.ID
	}
	state := crud.NewState[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState](a)
	answer, err := crud.Get(ctx, evictorPath(a.ClusterID))
	gone := api.IsNotFound(err)
	if err == nil {
		gone, err = clusterGone(ctx, a.ClusterID)
	}
	if gone {
		return none, nil
	}
	if err == nil {
		err = state.decode(answer)
	}
	if err != nil {
		return none, fmt.Errorf("cannot read the evictor rules of the cluster %s: %w", a.ClusterID, err)
	}
	return infer.ReadResponse[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState]{
		ID: a.ClusterID, Inputs: state.EvictorAdvancedConfigArgs, State: state,
	}, nil
}

// Update sets the rules of the cluster.
func (r *EvictorAdvancedConfig) Update(
	ctx context.Context, req infer.UpdateRequest[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState],
) (infer.UpdateResponse[EvictorAdvancedConfigState], error) {
	a := req.Inputs
	if req.DryRun {
		state := crud.NewState[EvictorAdvancedConfigArgs, EvictorAdvancedConfigState](a)
		return infer.UpdateResponse[EvictorAdvancedConfigState]{Output: state}, nil
	}
	state, err := a.set(ctx)
	return infer.UpdateResponse[EvictorAdvancedConfigState]{Output: state}, err
}

// Delete clears the rules of the cluster.
func (r *EvictorAdvancedConfig) Delete(
	ctx context.Context, req infer.DeleteRequest[EvictorAdvancedConfigState],
) (infer.DeleteResponse, error) {
	cluster := req.State.ClusterID
	_, err := sendRules(ctx, cluster, map[string]any{}) // a body without a list clears it
	if err == nil || api.IsNotFound(err) {
		return infer.DeleteResponse{}, nil
	}
	if gone, unknown := clusterGone(ctx, cluster); gone && unknown == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, fmt.Errorf("cannot clear the evictor rules of the cluster %s: %w", cluster, err)
}
