package clusters

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// EksClusterID registers an Amazon EKS cluster to get its ID.
type EksClusterID struct{}

// Annotate describes the resource.
func (r *EksClusterID) Annotate(a infer.Annotator) {
	a.SetToken("index", "EksClusterId")
	a.Describe(&r, "Registers an Amazon EKS cluster with CAST AI to get its ID, before any IAM role exists: the role's trust "+
		"policy and the agent's chart need it. It connects nothing; an `EksCluster` of the same name, account and region "+
		"does, and shares the ID.\n\n"+
		"Deleting this resource removes the registration of a cluster that was never connected, and leaves one that is "+
		"connected alone.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI.")
	a.AddAlias("aws", "EksClusterId")
}

// EksClusterIDArgs are the inputs of an [EksClusterID].
type EksClusterIDArgs struct {
	AccountID   string `pulumi:"accountId" provider:"replaceOnChanges" wire:"eks.accountId" check:"awsaccount"`
	Region      string `pulumi:"region" provider:"replaceOnChanges" wire:"eks.region" check:"awsregion"`
	ClusterName string `pulumi:"clusterName" provider:"replaceOnChanges" wire:"eks.clusterName" check:"notblank"`
}

// Annotate describes the inputs.
func (x *EksClusterIDArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.AccountID, "The AWS account of the cluster: twelve digits, as text. Changing it replaces the registration.")
	a.Describe(&x.Region, "The AWS region of the cluster, such as `eu-central-1`. Changing it replaces the registration.")
	a.Describe(&x.ClusterName, "The name of the cluster in EKS. Changing it replaces the registration.")
}

// EksClusterIDState are the outputs of an [EksClusterID].
type EksClusterIDState struct {
	EksClusterIDArgs
	OrganizationID string `pulumi:"organizationId"`
}

// Annotate describes the outputs.
func (x *EksClusterIDState) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
}

// Create registers the cluster, or finds its registration.
func (*EksClusterID) Create(
	ctx context.Context, req infer.CreateRequest[EksClusterIDArgs],
) (infer.CreateResponse[EksClusterIDState], error) {
	state := EksClusterIDState{EksClusterIDArgs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[EksClusterIDState]{Output: state}, nil
	}
	cluster, err := register(ctx, req.Inputs.ClusterName, "eks",
		eksParams(req.Inputs.AccountID, req.Inputs.Region, req.Inputs.ClusterName))
	if err != nil {
		return infer.CreateResponse[EksClusterIDState]{}, err
	}
	state.OrganizationID = wire.Text(cluster, "organizationId")
	return infer.CreateResponse[EksClusterIDState]{ID: wire.Text(cluster, "id"), Output: state}, nil
}

// Read fetches the registration.
func (*EksClusterID) Read(
	ctx context.Context, req infer.ReadRequest[EksClusterIDArgs, EksClusterIDState],
) (infer.ReadResponse[EksClusterIDArgs, EksClusterIDState], error) {
	resp, _, err := readCluster(ctx, "eks", req)
	return resp, err
}

// Delete removes the registration of a cluster that is not connected.
func (*EksClusterID) Delete(ctx context.Context, req infer.DeleteRequest[EksClusterIDState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, unregister(ctx, req.ID)
}

// DeleteBeforeReplace keeps a replacement from removing its successor: a change
// that means nothing to the service gives the same record.
func (*EksClusterID) DeleteBeforeReplace() {}
