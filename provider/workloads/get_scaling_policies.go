package workloads

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetWorkloadScalingPolicies lists the scaling policies of a cluster.
type GetWorkloadScalingPolicies struct{}

// Annotate describes the function.
func (f *GetWorkloadScalingPolicies) Annotate(a infer.Annotator) {
	a.Describe(&f, "Lists the scaling policies of a cluster, in the order in which they are tried, with those that the "+
		"cluster has from the start.")
}

// GetWorkloadScalingPoliciesArgs are the inputs of [GetWorkloadScalingPolicies].
type GetWorkloadScalingPoliciesArgs struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
}

// Annotate describes the inputs.
func (x *GetWorkloadScalingPoliciesArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
}

// GetWorkloadScalingPoliciesResult is what [GetWorkloadScalingPolicies] returns.
type GetWorkloadScalingPoliciesResult struct {
	ID             string                             `pulumi:"id"`
	ClusterID      string                             `pulumi:"clusterId"`
	Policies       []GetWorkloadScalingPoliciesPolicy `pulumi:"policies"`
	PoliciesByName map[string]string                  `pulumi:"policiesByName"`
}

// Annotate describes the outputs.
func (x *GetWorkloadScalingPoliciesResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the cluster.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.Policies, "The policies, in the order in which they are tried.")
	a.Describe(&x.PoliciesByName, "The IDs (UUID) of the policies, by name.")
}

// GetWorkloadScalingPoliciesPolicy is a policy.
type GetWorkloadScalingPoliciesPolicy struct {
	ID         string `pulumi:"id"`
	Name       string `pulumi:"name"`
	IsDefault  bool   `pulumi:"isDefault"`
	IsReadonly bool   `pulumi:"isReadonly"`
	IsCastware bool   `pulumi:"isCastware"`
}

// Annotate describes the properties.
func (x *GetWorkloadScalingPoliciesPolicy) Annotate(a infer.Annotator) {
	a.Describe(&x, "A scaling policy of a cluster.")
	a.Describe(&x.ID, "The ID (UUID) of the policy.")
	a.Describe(&x.Name, "The name of the policy.")
	a.Describe(&x.IsDefault, "Whether this is the cluster's default policy.")
	a.Describe(&x.IsReadonly, "Whether the policy cannot be changed.")
	a.Describe(&x.IsCastware, "Whether the policy is the one for CAST AI's own components.")
}

// listPolicies returns the policies of a cluster, in order.
func listPolicies(ctx context.Context, cluster string) ([]GetWorkloadScalingPoliciesPolicy, error) {
	fail := func(err error) error {
		return fmt.Errorf("cannot list the workload scaling policies of the cluster %s: %w", cluster, err)
	}
	list, err := config.Client(ctx).Collection(ctx, scalingPolicies(cluster), nil, "items")
	if err != nil {
		return nil, fail(err)
	}
	policies := make([]GetWorkloadScalingPoliciesPolicy, len(list.Items))
	for i, body := range list.Items {
		if err := wire.Decode(body, &policies[i]); err != nil {
			return nil, fail(fmt.Errorf("cannot understand the answer: %w", err))
		}
		if policies[i].ID == "" {
			return nil, fail(errors.New("one has no ID"))
		}
	}
	return policies, nil
}

// Invoke lists the policies.
func (*GetWorkloadScalingPolicies) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetWorkloadScalingPoliciesArgs],
) (infer.FunctionResponse[*GetWorkloadScalingPoliciesResult], error) {
	cluster := req.Input.ClusterID
	policies, err := listPolicies(ctx, cluster)
	if err != nil {
		return infer.FunctionResponse[*GetWorkloadScalingPoliciesResult]{}, err
	}
	byName := map[string]string{}
	for _, policy := range policies {
		byName[policy.Name] = policy.ID
	}
	return infer.FunctionResponse[*GetWorkloadScalingPoliciesResult]{Output: &GetWorkloadScalingPoliciesResult{
		ID: cluster, ClusterID: cluster, Policies: policies, PoliciesByName: byName,
	}}, nil
}

// GetWorkloadScalingPolicyOrder tells the order of the scaling policies of a
// cluster.
type GetWorkloadScalingPolicyOrder struct{}

// Annotate describes the function.
func (f *GetWorkloadScalingPolicyOrder) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells the order in which the scaling policies of a cluster are tried, with those that the cluster has "+
		"from the start.")
}

// GetWorkloadScalingPolicyOrderArgs are the inputs of [GetWorkloadScalingPolicyOrder].
type GetWorkloadScalingPolicyOrderArgs struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
}

// Annotate describes the inputs.
func (x *GetWorkloadScalingPolicyOrderArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
}

// GetWorkloadScalingPolicyOrderResult is what [GetWorkloadScalingPolicyOrder] returns.
type GetWorkloadScalingPolicyOrderResult struct {
	ID        string   `pulumi:"id"`
	ClusterID string   `pulumi:"clusterId"`
	PolicyIDs []string `pulumi:"policyIds"`
}

// Annotate describes the outputs.
func (x *GetWorkloadScalingPolicyOrderResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the cluster.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.PolicyIDs, "The IDs (UUID) of the policies, the first to be tried first.")
}

// Invoke tells the order.
func (*GetWorkloadScalingPolicyOrder) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetWorkloadScalingPolicyOrderArgs],
) (infer.FunctionResponse[*GetWorkloadScalingPolicyOrderResult], error) {
	cluster := req.Input.ClusterID
	ids, err := currentOrder(ctx, cluster)
	if err != nil {
		return infer.FunctionResponse[*GetWorkloadScalingPolicyOrderResult]{}, err
	}
	return infer.FunctionResponse[*GetWorkloadScalingPolicyOrderResult]{Output: &GetWorkloadScalingPolicyOrderResult{
		ID: cluster, ClusterID: cluster, PolicyIDs: ids,
	}}, nil
}
