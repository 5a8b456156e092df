package shim

import (
	"context"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/shape"
)

// Listing says how the objects of the resource are found.
func (r Resource) Listing() crud.Listing { return r.listing() }

// Inputs describes the inputs of the resource.
func (r Resource) Inputs() *shape.Struct { return r.inputs() }

// State describes the outputs of the resource.
func (r Resource) State() *shape.Struct { return r.state() }

// Find returns the outputs that an import by that ID would have, with secrets
// marked; false if there is no such object. Listed lets it take what a list
// says, as a refresh does.
func (r Resource) Find(ctx context.Context, importID string, listed bool) (property.Map, bool, error) {
	ctx = crud.Silent(ctx)
	if listed {
		ctx = crud.WithLists(ctx, new(bool))
	}
	found, err := r.readBack(ctx, p.ReadRequest{ID: importID})
	return found.Properties, found.ID != "" && err == nil, err
}
