package edge

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetOmniCluster reads what Omni knows of a cluster.
type GetOmniCluster struct{}

// Annotate describes the function.
func (f *GetOmniCluster) Annotate(a infer.Annotator) {
	a.Describe(&f, "Reads what Omni knows of a cluster that is registered with it, such as the Google service account that an edge "+
		"location has to trust to do without a key. It fails if the cluster is not registered.")
}

// GetOmniClusterArgs are the inputs of [GetOmniCluster].
type GetOmniClusterArgs struct {
	OrganizationID *string `pulumi:"organizationId,optional" check:"uuid"`
	ClusterID      string  `pulumi:"clusterId" check:"uuid"`
}

// Annotate describes the inputs.
func (x *GetOmniClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to. Left out, it is the one that the provider is "+
		"configured with, or else the only one the API token can see.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
}

// GetOmniClusterResult is what [GetOmniCluster] returns.
type GetOmniClusterResult struct {
	ID               string                       `pulumi:"id" wire:"-"`
	OrganizationID   string                       `pulumi:"organizationId" wire:"-"`
	ClusterID        string                       `pulumi:"clusterId" wire:"-"`
	Name             *string                      `pulumi:"name,optional"`
	State            *string                      `pulumi:"state,optional"`
	ProviderType     *string                      `pulumi:"providerType,optional"`
	ServiceAccountID *string                      `pulumi:"serviceAccountId,optional"`
	CastaiOidcConfig *OmniClusterCastaiOidcConfig `pulumi:"castaiOidcConfig,optional"`
	OmniAgentVersion *string                      `pulumi:"omniAgentVersion,optional"`
	PodCidr          *string                      `pulumi:"podCidr,optional"`
}

// Annotate describes the outputs.
func (x *GetOmniClusterResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the cluster.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.Name, nameHelp)
	a.Describe(&x.State, stateHelp)
	a.Describe(&x.ProviderType, providerTypeHelp)
	a.Describe(&x.ServiceAccountID, serviceAccountHelp)
	a.Describe(&x.CastaiOidcConfig, oidcHelp)
	a.Describe(&x.OmniAgentVersion, agentVersionHelp)
	a.Describe(&x.PodCidr, podCidrHelp)
}

// Invoke reads the cluster.
func (*GetOmniCluster) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetOmniClusterArgs],
) (infer.FunctionResponse[*GetOmniClusterResult], error) {
	var out infer.FunctionResponse[*GetOmniClusterResult]
	id := req.Input.ClusterID
	organization, err := config.Organization(ctx, req.Input.OrganizationID)
	if err != nil {
		return out, fmt.Errorf("cannot read omni cluster %s: %w", id, err)
	}
	body, err := crud.Get(ctx, under(&organization, id))
	if err != nil {
		return out, fmt.Errorf("cannot read omni cluster %s, which has to be registered first (OmniCluster): %w", id, err)
	}
	result := &GetOmniClusterResult{ID: id, OrganizationID: organization, ClusterID: id}
	if err := wire.Decode(body, result); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of omni cluster %s: %w", id, err)
	}
	out.Output = result
	return out, nil
}
