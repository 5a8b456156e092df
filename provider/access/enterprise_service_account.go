package access

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/crud"
)

// EnterpriseServiceAccount is an identity for programs in an enterprise.
type EnterpriseServiceAccount struct {
	crud.Resource[EnterpriseServiceAccountArgs, EnterpriseServiceAccountState]
}

// NewEnterpriseServiceAccount returns the resource.
func NewEnterpriseServiceAccount() *EnterpriseServiceAccount {
	return &EnterpriseServiceAccount{inEnterprise(crud.Resource[EnterpriseServiceAccountArgs, EnterpriseServiceAccountState]{
		Kind:     "enterprise service account",
		ImportID: "<enterpriseId>/<organizationId>/<serviceAccountId>",
		Out:      "items",
		List:     &crud.List{Items: "items", Only: true},
		Body: func(_ *EnterpriseServiceAccountArgs, body map[string]any, update bool) error {
			if !update { // an update leaves alone what it does not name
				orEmpty(body, "description")
			}
			return nil
		},
		Fill: func(_ map[string]any, s *EnterpriseServiceAccountState) { s.locate() },
	}, "service-accounts", "serviceAccountId", func(a *EnterpriseServiceAccountArgs) (string, string) {
		a.locate()
		return a.EnterpriseID, *a.OrganizationID
	})}
}

// Annotate describes the resource.
func (r *EnterpriseServiceAccount) Annotate(a infer.Annotator) {
	a.Describe(&r, "An identity for programs, in an enterprise or one of its child organizations. It can do nothing until a "+
		"role is bound to it, by `EnterpriseRoleBinding` or as a member of an `EnterpriseGroup`, and signs in with a "+
		"`ServiceAccountKey` of its organization.\n\n"+
		"## Import\n\nThe import ID is `<enterpriseId>/<organizationId>/<serviceAccountId>`.")
	a.AddAlias("organization", "EnterpriseServiceAccount")
}

// EnterpriseServiceAccountArgs are the inputs of an [EnterpriseServiceAccount].
type EnterpriseServiceAccountArgs struct {
	EnterpriseID   string  `pulumi:"enterpriseId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	OrganizationID *string `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string `pulumi:"name,optional" check:"notblank"`
	Description    *string `pulumi:"description,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *EnterpriseServiceAccountArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.EnterpriseID, "The enterprise (UUID). Changing it replaces the service account.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the service account: the enterprise itself or a child of it. "+
		"Left out, the enterprise. Changing it replaces the service account.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.Description, "What the service account is for.")
}

// locate names the organization where the program leaves it to the enterprise.
func (x *EnterpriseServiceAccountArgs) locate() {
	if x.OrganizationID == nil || *x.OrganizationID == "" {
		organization := x.EnterpriseID
		x.OrganizationID = &organization
	}
}

// EnterpriseServiceAccountState are the outputs of an [EnterpriseServiceAccount].
type EnterpriseServiceAccountState struct {
	EnterpriseServiceAccountArgs
	Email string `pulumi:"email"`
}

// Annotate describes the outputs.
func (x *EnterpriseServiceAccountState) Annotate(a infer.Annotator) {
	a.Describe(&x.Email, "The address that names the service account in audit logs.")
}

// Create makes the service account.
func (r *EnterpriseServiceAccount) Create(
	ctx context.Context, req infer.CreateRequest[EnterpriseServiceAccountArgs],
) (infer.CreateResponse[EnterpriseServiceAccountState], error) {
	resp, err := r.Resource.Create(ctx, req)
	if req.DryRun {
		resp.Output.locate() // or what depends on it would take it for left out
	}
	return resp, err
}
