package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EdgeConfigurationDefault makes a configuration the default of its edge location.
type EdgeConfigurationDefault struct {
	crud.InOrganization[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState]
}

// NewEdgeConfigurationDefault returns the resource.
func NewEdgeConfigurationDefault() *EdgeConfigurationDefault {
	return &EdgeConfigurationDefault{crud.InOrganization[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState]{
		Organization: func(a *EdgeConfigurationDefaultArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState]{
			Kind: "default edge configuration",
			Path: func(a *EdgeConfigurationDefaultArgs) string {
				return configurations(a.OrganizationID, a.ClusterID, a.EdgeLocationID)
			},
			ImportID:    configurationImportID,
			OnlyChanges: true, // there is nothing that an update could change
			Fill:        fillDefault,
		},
	}}
}

// fillDefault tells which place a configuration is for, and whether it is the default.
func fillDefault(body map[string]any, s *EdgeConfigurationDefaultState) {
	place := "unknown"
	for _, name := range []string{placeGCP, placeAWS, placeOCI, placeCustom} {
		if body[name] != nil {
			place = name
			break
		}
	}
	s.CloudProvider = &place
	s.marked = body["default"] == true
}

// Annotate describes the resource.
func (r *EdgeConfigurationDefault) Annotate(a infer.Annotator) {
	a.Describe(&r, "Makes an edge configuration the default one of its edge location: edges for which none is named are made by it. "+
		"Have one such resource for a location: two would take the place from each other.\n\n"+
		"When another configuration has become the default, a refresh drops the resource, and the next update sets it again. "+
		"Deleting the resource changes nothing: the configuration stays the default until another one is made it.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<clusterId>/<edgeLocationId>/<configurationId>`. The organization may be "+
		"left out if it is the one that the provider is configured with.")
}

// EdgeConfigurationDefaultArgs are the inputs of an [EdgeConfigurationDefault].
type EdgeConfigurationDefaultArgs struct {
	OrganizationID  *string `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID       string  `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	EdgeLocationID  string  `pulumi:"edgeLocationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ConfigurationID string  `pulumi:"configurationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
}

// Annotate describes the inputs.
func (x *EdgeConfigurationDefaultArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the resource.")
	a.Describe(&x.EdgeLocationID, "The ID (UUID) of the edge location. Changing it replaces the resource.")
	a.Describe(&x.ConfigurationID, "The ID (UUID) of the edge configuration. Changing it replaces the resource, which only moves "+
		"the mark.")
}

// EdgeConfigurationDefaultState are the outputs of an [EdgeConfigurationDefault].
type EdgeConfigurationDefaultState struct {
	EdgeConfigurationDefaultArgs
	Name          *string `pulumi:"name,optional"`
	CloudProvider *string `pulumi:"cloudProvider,optional" wire:"-"`

	marked bool // whether the last answer says that it is the default
}

// Annotate describes the outputs.
func (x *EdgeConfigurationDefaultState) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the edge configuration.")
	a.Describe(&x.CloudProvider, "What the edge configuration is for: `aws`, `gcp`, `oci`, `custom` or `unknown`.")
}

// Create marks the configuration.
func (r *EdgeConfigurationDefault) Create(
	ctx context.Context, req infer.CreateRequest[EdgeConfigurationDefaultArgs],
) (infer.CreateResponse[EdgeConfigurationDefaultState], error) {
	state := EdgeConfigurationDefaultState{EdgeConfigurationDefaultArgs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[EdgeConfigurationDefaultState]{Output: state}, nil
	}
	a := &state.EdgeConfigurationDefaultArgs
	if err := r.Locate(ctx, a, nil); err != nil {
		return infer.CreateResponse[EdgeConfigurationDefaultState]{}, err
	}
	body, err := crud.Send(ctx, api.Call{
		// With the switch alone: any other setting would change the configuration.
		Method: http.MethodPatch, Path: r.Path(a) + api.Path(a.ConfigurationID), Body: map[string]any{"default": true}, Idempotent: &repeatable,
	})
	if err != nil {
		return infer.CreateResponse[EdgeConfigurationDefaultState]{}, fmt.Errorf("cannot make edge configuration %s the default of edge location %s: %w",
			a.ConfigurationID, a.EdgeLocationID, err)
	}
	if err = wire.Decode(body, &state); err != nil {
		err = fmt.Errorf("cannot understand what the API says of edge configuration %s: %w", a.ConfigurationID, err)
	}
	fillDefault(body, &state)
	return infer.CreateResponse[EdgeConfigurationDefaultState]{ID: a.ConfigurationID, Output: state}, crud.Partial(err)
}

// Read finds out whether the configuration is still the default one. If it is
// not, the resource is gone.
func (r *EdgeConfigurationDefault) Read(
	ctx context.Context, req infer.ReadRequest[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState],
) (infer.ReadResponse[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState], error) {
	resp, err := r.InOrganization.Read(ctx, req)
	switch {
	case err != nil || resp.ID == "" || resp.State.marked:
		return resp, err
	case crud.IsImport(ctx):
		err = errors.New("edge configuration " + resp.ID + " is not the default of its edge location")
	}
	return infer.ReadResponse[EdgeConfigurationDefaultArgs, EdgeConfigurationDefaultState]{}, err
}

// Delete makes no call: the API takes the mark from no configuration.
func (r *EdgeConfigurationDefault) Delete(
	ctx context.Context, req infer.DeleteRequest[EdgeConfigurationDefaultState],
) (infer.DeleteResponse, error) {
	crud.Warn(ctx, "nothing was changed at CAST AI: edge configuration %s stays the default until another one is made it", req.ID)
	return infer.DeleteResponse{}, nil
}
