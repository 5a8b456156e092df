package clusters

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// EksCluster connects an Amazon EKS cluster.
type EksCluster struct {
	connection[EksClusterArgs, EksClusterState]
}

// NewEksCluster returns the resource.
func NewEksCluster() *EksCluster {
	return &EksCluster{connection[EksClusterArgs, EksClusterState]{
		cloud:  "eks",
		name:   func(a *EksClusterArgs) string { return a.Name },
		params: func(a *EksClusterArgs) map[string]any { return eksParams(a.AccountID, a.Region, a.Name) },
		credentials: func(_ context.Context, a *EksClusterArgs) map[string]any {
			if a.AssumeRoleArn == nil || *a.AssumeRoleArn == "" {
				return nil
			}
			return map[string]any{"eks": map[string]any{"assumeRoleArn": *a.AssumeRoleArn}}
		},
		drift: func(a, was *EksClusterArgs, lost bool) {
			// The role is read back, so that its drift shows by itself, unless the answer leaves it out.
			if a.AssumeRoleArn == nil && !lost {
				a.AssumeRoleArn = was.AssumeRoleArn
			}
		},
		common: func(a *EksClusterArgs) *Connected { return &a.Connected },
		output: func(s *EksClusterState) *ConnectedState { return &s.ConnectedState },
		apply: func(ctx context.Context, id string, a *EksClusterArgs) error {
			return applyNetwork(ctx, id, a.Subnets, a.OverrideSecurityGroups, a.InstanceProfileArn)
		},
		read: readEks,
	}}
}

func eksParams(account, region, name string) map[string]any {
	return map[string]any{"accountId": account, "region": region, "clusterName": name}
}

// readEks reads back what the answer for the cluster does not hold.
func readEks(ctx context.Context, id string, a *EksClusterArgs, cluster map[string]any) error {
	if a.Subnets == nil && a.OverrideSecurityGroups == nil && a.InstanceProfileArn == nil {
		return nil
	}
	configuration, err := defaultConfiguration(ctx, id)
	if err != nil || configuration == nil && a.InstanceProfileArn == nil {
		return err // without a profile none can be made, see applyNetwork
	}
	have := networkOf(configuration)
	if a.Subnets != nil {
		a.Subnets = have.subnets
	}
	if a.OverrideSecurityGroups != nil {
		a.OverrideSecurityGroups = have.groups
	}
	if a.InstanceProfileArn != nil {
		a.InstanceProfileArn = &have.profile
	}
	return nil
}

// Annotate describes the resource.
func (r *EksCluster) Annotate(a infer.Annotator) {
	a.Describe(&r, "Connects an Amazon EKS cluster to CAST AI.\n\n"+
		"Let it depend on the `castai-agent` and `castai-cluster-controller` charts: CAST AI can act on a cluster only "+
		"when both run in it, and deleting this resource needs them to drain nodes. Let it depend on the IAM role and "+
		"everything attached to it, too. To install the charts you need an ID and a token first: an `EksClusterId`, or an "+
		"`EksCluster` without `assumeRoleArn`, gives the ID without connecting anything.\n\n"+
		"Deleting the resource disconnects the cluster and waits until that is done. With `deleteNodesOnDisconnect` the "+
		"nodes that CAST AI has added are drained and deleted first.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI. An import neither registers the cluster again nor "+
		"makes a token.")
	a.AddAlias("aws", "EksCluster")
}

// EksClusterArgs are the inputs of an [EksCluster].
type EksClusterArgs struct {
	Name                   string   `pulumi:"name" provider:"replaceOnChanges" wire:"eks.clusterName" check:"notblank"`
	AccountID              string   `pulumi:"accountId" provider:"replaceOnChanges" wire:"eks.accountId" check:"awsaccount"`
	Region                 string   `pulumi:"region" provider:"replaceOnChanges" wire:"eks.region" check:"awsregion"`
	AssumeRoleArn          *string  `pulumi:"assumeRoleArn,optional" wire:"eks.assumeRoleArn" check:"arn=iam"`
	Subnets                []string `pulumi:"subnets,optional" wire:"-" norm:"set" check:"minitems=1,notblank"`
	OverrideSecurityGroups []string `pulumi:"overrideSecurityGroups,optional" wire:"-" norm:"set" check:"minitems=1,notblank"`
	InstanceProfileArn     *string  `pulumi:"instanceProfileArn,optional" wire:"-" check:"arn=iam"`
	Connected
}

// Annotate describes the inputs.
func (x *EksClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the cluster in EKS. Changing it replaces the connection.")
	a.Describe(&x.AccountID, "The AWS account of the cluster: twelve digits, as text. Changing it replaces the connection.")
	a.Describe(&x.Region, "The AWS region of the cluster, such as `eu-central-1`. Changing it replaces the connection.")
	a.Describe(&x.AssumeRoleArn, "The ARN of the IAM role that CAST AI assumes to manage nodes. Left out, CAST AI can only "+
		"look at the cluster. A role made moments ago is waited for. Changing it updates the connection in place.")
	a.Describe(&x.Subnets, "The IDs of the subnets that new nodes are placed in. They are written to the cluster's default "+
		"node configuration; with several configurations, manage each as a `NodeConfiguration` instead. The order does not matter.")
	a.Describe(&x.OverrideSecurityGroups, "The IDs of the security groups that new nodes get. They are written to the "+
		"cluster's default node configuration, like `subnets`. The order does not matter.")
	a.Describe(&x.InstanceProfileArn, "The ARN of the instance profile that new nodes get. It is written to the cluster's default "+
		"node configuration, like `subnets`; with it, a cluster that has none yet gets one.")
	x.Connected.Annotate(a)
}

// EksClusterState are the outputs of an [EksCluster].
type EksClusterState struct {
	EksClusterArgs
	ConnectedState
}
