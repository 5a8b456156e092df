package workloads

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// WorkloadScalingPolicyOrder holds the order in which the scaling policies of a
// cluster are tried. A cluster has one.
type WorkloadScalingPolicyOrder struct{}

// Annotate describes the resource.
func (r *WorkloadScalingPolicyOrder) Annotate(a infer.Annotator) {
	a.Describe(&r, "The order in which the scaling policies of a cluster are tried: a workload gets the first one whose "+
		"rules it fits.\n\n"+
		"The list need not name all policies of the cluster. Those it does not name, such as CAST AI's own, come after "+
		"the ones it does, in the order they had. Afterwards only the order of the policies on the list counts: others "+
		"may come, go and move without a difference.\n\n"+
		"A cluster has one order, so there should be one resource of this kind for it. Deleting the resource leaves the "+
		"order as it is. Workloads move to other policies a while after the order has changed.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>`.")
	a.AddAlias("workload", "WorkloadScalingPolicyOrder")
}

// WorkloadScalingPolicyOrderArgs are the inputs of a [WorkloadScalingPolicyOrder].
type WorkloadScalingPolicyOrderArgs struct {
	ClusterID string   `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	PolicyIDs []string `pulumi:"policyIds" check:"uuid"`
}

// Annotate describes the inputs.
func (x *WorkloadScalingPolicyOrderArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the resource.")
	a.Describe(&x.PolicyIDs, "The IDs (UUID) of the policies, the first to be tried first.")
}

// WorkloadScalingPolicyOrderState are the outputs of a [WorkloadScalingPolicyOrder].
type WorkloadScalingPolicyOrderState struct {
	WorkloadScalingPolicyOrderArgs
}

// CheckInputs checks what concerns several inputs.
func (r *WorkloadScalingPolicyOrder) CheckInputs(in *check.Inputs) {
	n, _ := in.Len("policyIds")
	named := map[string]bool{}
	for i := range n {
		path := fmt.Sprintf("policyIds[%d]", i)
		id, known := in.String(path)
		if known && named[id] {
			in.Fail(path, "%s is on the list already", id)
		}
		named[id] = true
	}
}

// WireDependencies tells previews what an update can change.
func (r *WorkloadScalingPolicyOrder) WireDependencies(
	f infer.FieldSelector, a *WorkloadScalingPolicyOrderArgs, s *WorkloadScalingPolicyOrderState,
) {
	crud.KeepKnown(f, a, s)
}

// currentOrder lists the IDs of all policies of a cluster, in order.
func currentOrder(ctx context.Context, cluster string) ([]string, error) {
	policies, err := listPolicies(ctx, cluster)
	ids := make([]string, len(policies))
	for i, policy := range policies {
		ids[i] = policy.ID
	}
	return ids, err
}

// set brings the policies on the list into its order, ahead of all others. All
// policies of the cluster are named in the call: what it would do with those
// left out is not documented.
func (x *WorkloadScalingPolicyOrderArgs) set(ctx context.Context) error {
	fail := func(err error) error {
		return fmt.Errorf("cannot set the order of the workload scaling policies of the cluster %s: %w", x.ClusterID, err)
	}
	path := scalingPolicies(x.ClusterID)
	client := config.Client(ctx)
	unlock, err := client.Lock(ctx, path)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	client.Invalidate(path) // the list must be of now
	order, err := currentOrder(ctx, x.ClusterID)
	if err != nil {
		return fail(err)
	}
	order = slices.DeleteFunc(order, func(id string) bool { return slices.Contains(x.PolicyIDs, id) })
	_, err = crud.Send(ctx, api.Call{
		Method: http.MethodPut, Path: path + "/order",
		Body: map[string]any{"policyIds": append(slices.Clone(x.PolicyIDs), order...)},
	})
	client.Invalidate(path)
	if err != nil {
		return fail(err)
	}
	return nil
}

// Create sets the order.
func (r *WorkloadScalingPolicyOrder) Create(
	ctx context.Context, req infer.CreateRequest[WorkloadScalingPolicyOrderArgs],
) (infer.CreateResponse[WorkloadScalingPolicyOrderState], error) {
	crud.Restore(ctx, &req.Inputs)
	out := infer.CreateResponse[WorkloadScalingPolicyOrderState]{
		ID: req.Inputs.ClusterID, Output: WorkloadScalingPolicyOrderState{req.Inputs},
	}
	if req.DryRun {
		return out, nil
	}
	if err := req.Inputs.set(ctx); err != nil {
		return infer.CreateResponse[WorkloadScalingPolicyOrderState]{}, err
	}
	return out, nil
}

// Read fetches the order, for a refresh or an import.
func (r *WorkloadScalingPolicyOrder) Read(
	ctx context.Context, req infer.ReadRequest[WorkloadScalingPolicyOrderArgs, WorkloadScalingPolicyOrderState],
) (infer.ReadResponse[WorkloadScalingPolicyOrderArgs, WorkloadScalingPolicyOrderState], error) {
	none := infer.ReadResponse[WorkloadScalingPolicyOrderArgs, WorkloadScalingPolicyOrderState]{}
	a, all := req.Inputs, crud.IsImport(ctx)
	if all {
		if uuid.Validate(req.ID) != nil {
			return none, fmt.Errorf("%q is not a valid import ID: the cluster ID is a UUID", req.ID)
		}
		a.ClusterID = req.ID
	}
	order, err := currentOrder(ctx, a.ClusterID)
	if api.IsNotFound(err) || err == nil && len(order) == 0 {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("cannot read the order of the workload scaling policies of the cluster %s: %w", a.ClusterID, err)
	}
	if !all {
		order = slices.DeleteFunc(order, func(id string) bool { return !slices.Contains(a.PolicyIDs, id) })
	}
	a.PolicyIDs = order
	return infer.ReadResponse[WorkloadScalingPolicyOrderArgs, WorkloadScalingPolicyOrderState]{
		ID: a.ClusterID, Inputs: a, State: WorkloadScalingPolicyOrderState{a},
	}, nil
}

// Update sets the order.
func (r *WorkloadScalingPolicyOrder) Update(
	ctx context.Context, req infer.UpdateRequest[WorkloadScalingPolicyOrderArgs, WorkloadScalingPolicyOrderState],
) (infer.UpdateResponse[WorkloadScalingPolicyOrderState], error) {
	crud.Restore(ctx, &req.Inputs)
	out := infer.UpdateResponse[WorkloadScalingPolicyOrderState]{Output: WorkloadScalingPolicyOrderState{req.Inputs}}
	if req.DryRun {
		return out, nil
	}
	if err := req.Inputs.set(ctx); err != nil {
		return infer.UpdateResponse[WorkloadScalingPolicyOrderState]{}, err
	}
	return out, nil
}

// Delete leaves the order as it is: there is no other to go back to.
func (r *WorkloadScalingPolicyOrder) Delete(
	ctx context.Context, req infer.DeleteRequest[WorkloadScalingPolicyOrderState],
) (infer.DeleteResponse, error) {
	crud.Warn(ctx, "the workload scaling policies of the cluster %s keep the order they have", req.State.ClusterID)
	return infer.DeleteResponse{}, nil
}
