package access

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetOrganization finds an organization by its name.
type GetOrganization struct{}

// Annotate describes the function.
func (f *GetOrganization) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds an organization by its name, among those that the API token can see. It fails if there is "+
		"none of that name, or more than one.")
}

// GetOrganizationArgs are the inputs of [GetOrganization].
type GetOrganizationArgs struct {
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the inputs.
func (x *GetOrganizationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the organization, exactly as the console shows it.")
}

// GetOrganizationResult is what [GetOrganization] returns.
type GetOrganizationResult struct {
	ID                 string  `pulumi:"id"`
	Name               string  `pulumi:"name"`
	Type               *string `pulumi:"type,optional"`
	ParentID           *string `pulumi:"parentId,optional"`
	CreatedAt          *string `pulumi:"createdAt,optional"`
	OrganizationMember *bool   `pulumi:"organizationMember,optional"`
}

// Annotate describes the outputs.
func (x *GetOrganizationResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the organization.")
	a.Describe(&x.Name, "The name of the organization.")
	a.Describe(&x.Type, "What kind of organization it is, such as `ORGANIZATION_TYPE_DEFAULT` or, for the parent of "+
		"others, `ORGANIZATION_TYPE_ENTERPRISE`.")
	a.Describe(&x.ParentID, "The ID (UUID) of the enterprise that the organization belongs to. Unset if it belongs to none.")
	a.Describe(&x.CreatedAt, "When the organization was made, as an RFC 3339 time.")
	a.Describe(&x.OrganizationMember, "Whether the owner of the token is a member of the organization itself, rather "+
		"than of the enterprise above it.")
}

// Invoke finds the organization. The framework reserves the name id at the top
// of a struct, and not behind a pointer.
func (*GetOrganization) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetOrganizationArgs],
) (infer.FunctionResponse[*GetOrganizationResult], error) {
	var out infer.FunctionResponse[*GetOrganizationResult]
	organizations, err := config.Organizations(ctx)
	if err != nil {
		return out, fmt.Errorf("cannot list organizations: %w", err)
	}
	search := crud.Named("organization", req.Input.Name)
	search.Hint = "Use the ID of the right one instead of this function"
	organization, err := search.One(organizations)
	if err != nil {
		return out, err
	}
	result := &GetOrganizationResult{}
	if err := wire.Decode(organization, result); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of the organization %q: %w", req.Input.Name, err)
	}
	out.Output = result
	return out, nil
}
