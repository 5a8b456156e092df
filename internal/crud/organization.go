package crud

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
)

// InOrganization is a resource that lives in an organization, which programs
// may leave out: it is then the one of the state, or else that of the
// provider's configuration. The import ID begins with the organization, which
// may be left out there, too.
type InOrganization[A, S any] struct {
	Resource[A, S]
	// Organization is where the inputs keep it.
	Organization func(a *A) **string
}

// Locate fills in the organization where the inputs leave it out.
func (r *InOrganization[A, S]) Locate(ctx context.Context, a *A, was *S) error {
	id := r.Organization(a)
	if *id == nil && was != nil {
		old := Args[A](was)
		*id = *r.Organization(&old)
	}
	organization, err := config.Organization(ctx, *id)
	if err != nil {
		return fmt.Errorf("cannot tell the organization of the %s: %w", r.Kind, err)
	}
	*id = &organization
	return nil
}

// Create makes the object.
func (r *InOrganization[A, S]) Create(ctx context.Context, req infer.CreateRequest[A]) (infer.CreateResponse[S], error) {
	if !req.DryRun {
		if err := r.Locate(ctx, &req.Inputs, nil); err != nil {
			return infer.CreateResponse[S]{}, err
		}
	}
	return r.Resource.Create(ctx, req)
}

// Read fetches the object, for a refresh or an import.
func (r *InOrganization[A, S]) Read(ctx context.Context, req infer.ReadRequest[A, S]) (infer.ReadResponse[A, S], error) {
	if IsImport(ctx) {
		if strings.Count(req.ID, "/") == strings.Count(r.ImportID, "/")-1 {
			organization, err := config.Organization(ctx, nil)
			if err != nil {
				return infer.ReadResponse[A, S]{}, fmt.Errorf("%q is not a complete import ID, whose form is %s: %w", req.ID, r.ImportID, err)
			}
			req.ID = organization + "/" + req.ID
		}
	} else if err := r.Locate(ctx, &req.Inputs, &req.State); err != nil {
		return infer.ReadResponse[A, S]{}, err
	}
	return r.Resource.Read(ctx, req)
}

// Update brings the object to the new inputs.
func (r *InOrganization[A, S]) Update(ctx context.Context, req infer.UpdateRequest[A, S]) (infer.UpdateResponse[S], error) {
	if !req.DryRun {
		if err := r.Locate(ctx, &req.Inputs, &req.State); err != nil {
			return infer.UpdateResponse[S]{}, err
		}
	}
	return r.Resource.Update(ctx, req)
}

// Delete removes the object.
func (r *InOrganization[A, S]) Delete(ctx context.Context, req infer.DeleteRequest[S]) (infer.DeleteResponse, error) {
	a := Args[A](&req.State)
	if err := r.Locate(ctx, &a, nil); err != nil {
		return infer.DeleteResponse{}, err
	}
	SetArgs(&req.State, a)
	return r.Resource.Delete(ctx, req)
}
