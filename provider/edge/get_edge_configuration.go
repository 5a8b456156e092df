package edge

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetEdgeConfiguration finds an edge configuration by its name.
type GetEdgeConfiguration struct{}

// Annotate describes the function.
func (f *GetEdgeConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds a configuration of an edge location by its name. It fails if there is none of that name, or more than "+
		"one.")
}

// GetEdgeConfigurationArgs are the inputs of [GetEdgeConfiguration].
type GetEdgeConfigurationArgs struct {
	OrganizationID *string `pulumi:"organizationId,optional" check:"uuid"`
	ClusterID      string  `pulumi:"clusterId" check:"uuid"`
	EdgeLocationID string  `pulumi:"edgeLocationId" check:"uuid"`
	Name           string  `pulumi:"name" check:"notblank"`
}

// Annotate describes the inputs.
func (x *GetEdgeConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to. Left out, it is the one that the provider is "+
		"configured with, or else the only one the API token can see.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.EdgeLocationID, "The ID (UUID) of the edge location.")
	a.Describe(&x.Name, "The name of the configuration, in the exact letter case.")
}

// GetEdgeConfigurationResult is what [GetEdgeConfiguration] returns.
type GetEdgeConfigurationResult struct {
	ID             string                `pulumi:"id"`
	OrganizationID string                `pulumi:"organizationId" wire:"-"`
	ClusterID      string                `pulumi:"clusterId" wire:"-"`
	EdgeLocationID string                `pulumi:"edgeLocationId" wire:"-"`
	Name           string                `pulumi:"name"`
	Default        *bool                 `pulumi:"default,optional"`
	UserDataBase64 *string               `pulumi:"userDataBase64,optional" provider:"secret"`
	Aws            *EdgeConfigurationAws `pulumi:"aws,optional"`
	Gcp            *EdgeConfigurationGcp `pulumi:"gcp,optional"`
	Oci            *EdgeConfigurationOci `pulumi:"oci,optional"`
	Custom         map[string]string     `pulumi:"custom,optional" wire:"-"`
	Cri            *EdgeConfigurationCri `pulumi:"cri,optional"`
}

// Annotate describes the outputs.
func (x *GetEdgeConfigurationResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the configuration.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.EdgeLocationID, "The ID (UUID) of the edge location.")
	a.Describe(&x.Name, "The name of the configuration.")
	a.Describe(&x.Default, "Whether it is the default configuration of its location.")
	a.Describe(&x.UserDataBase64, userDataHelp)
	a.Describe(&x.Aws, "How edges in AWS are made, if it is for those.")
	a.Describe(&x.Gcp, "How edges in Google Cloud are made, if it is for those.")
	a.Describe(&x.Oci, "How edges in Oracle Cloud are made, if it is for those.")
	a.Describe(&x.Custom, "The settings for machines of one's own by their names, if it is for those.")
	a.Describe(&x.Cri, "The container runtime of the edges. Unset, the edges bring their own.")
}

// Invoke finds the configuration.
func (*GetEdgeConfiguration) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetEdgeConfigurationArgs],
) (infer.FunctionResponse[*GetEdgeConfigurationResult], error) {
	var out infer.FunctionResponse[*GetEdgeConfigurationResult]
	in := req.Input
	organization, err := config.Organization(ctx, in.OrganizationID)
	if err != nil {
		return out, fmt.Errorf("cannot find the edge configuration %q: %w", in.Name, err)
	}
	body, err := oneConfiguration(ctx, organization, in.ClusterID, in.EdgeLocationID, in.Name)
	if err != nil {
		return out, err
	}
	result := &GetEdgeConfigurationResult{OrganizationID: organization, ClusterID: in.ClusterID, EdgeLocationID: in.EdgeLocationID}
	err = wire.Decode(body, result)
	if settings, given := body["custom"].(map[string]any); err == nil && given {
		var texts Texts
		err = texts.DecodeWire(settings)
		result.Custom = texts
	}
	if err != nil {
		return out, fmt.Errorf("cannot understand what the API says of the edge configuration %q: %w", in.Name, err)
	}
	result.tidy()
	out.Output = result
	return out, nil
}

// tidy unsets what the service shows as empty.
func (x *GetEdgeConfigurationResult) tidy() {
	texts := []**string{&x.UserDataBase64}
	if x.Aws != nil {
		texts = append(texts, &x.Aws.ImageID)
	}
	if x.Gcp != nil {
		texts = append(texts, &x.Gcp.ImageID)
	}
	if x.Oci != nil {
		texts = append(texts, &x.Oci.ImageID)
	}
	for _, text := range texts {
		if wire.Value(*text) == "" {
			*text = nil
		}
	}
	if x.Cri != nil && wire.Value(x.Cri.Socket) == "" {
		x.Cri = nil
	}
}
