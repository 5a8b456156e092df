package access

import (
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// ServiceAccount is an identity for programs.
type ServiceAccount struct {
	crud.Resource[ServiceAccountArgs, ServiceAccountState]
}

// NewServiceAccount returns the resource.
func NewServiceAccount() *ServiceAccount {
	return &ServiceAccount{crud.Resource[ServiceAccountArgs, ServiceAccountState]{
		Kind:         "service account",
		Path:         func(a *ServiceAccountArgs) string { return serviceAccounts(a.OrganizationID) },
		ImportID:     "<organizationId>/<serviceAccountId>",
		Out:          "serviceAccount",
		UpdateIn:     "serviceAccount",
		UpdateMethod: http.MethodPatch,
		ReadBack:     true, // the answer to a create is abbreviated
		List:         &crud.List{Items: "serviceAccounts"},
	}}
}

func serviceAccounts(organization string) string {
	return api.Path("v1", "organizations", organization, "service-accounts")
}

// Annotate describes the resource.
func (r *ServiceAccount) Annotate(a infer.Annotator) {
	a.Describe(&r, "An identity for programs, owned by an organization. It can do nothing until a role is bound to "+
		"it, and signs in with a `ServiceAccountKey`.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<serviceAccountId>`.")
	a.AddAlias("organization", "ServiceAccount")
}

// ServiceAccountArgs are the inputs of a [ServiceAccount].
type ServiceAccountArgs struct {
	OrganizationID string  `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string `pulumi:"name,optional" check:"notblank"`
	Description    *string `pulumi:"description,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *ServiceAccountArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the service account. Changing it replaces the "+
		"service account.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven "+
		"random characters.")
	a.Describe(&x.Description, "What the service account is for.")
}

// ServiceAccountState are the outputs of a [ServiceAccount].
type ServiceAccountState struct {
	ServiceAccountArgs
	Email   string  `pulumi:"email"`
	Authors Authors `pulumi:"authors" wire:"author"`
}

// Annotate describes the outputs.
func (x *ServiceAccountState) Annotate(a infer.Annotator) {
	a.Describe(&x.Email, "The address that names the service account in role bindings and audit logs.")
	a.Describe(&x.Authors, "Who made the service account: one entry, or none if that is not known.")
}

// Authors is the author of a service account: a list of at most one, since the
// bridged provider has it so.
type Authors []ServiceAccountAuthor

// DecodeWire reads the single author of an answer.
func (x *Authors) DecodeWire(body any) error {
	*x = Authors{}
	author, ok := body.(map[string]any)
	if !ok {
		return nil
	}
	text := func(key string) string { s, _ := author[key].(string); return s }
	*x = Authors{{ID: text("id"), Email: text("email"), Kind: text("kind")}}
	return nil
}

// ServiceAccountAuthor is who made a service account.
type ServiceAccountAuthor struct {
	ID    string `pulumi:"id"`
	Email string `pulumi:"email"`
	Kind  string `pulumi:"kind"`
}

// Annotate describes the author.
func (x *ServiceAccountAuthor) Annotate(a infer.Annotator) {
	a.Describe(&x, "Who made a service account.")
	a.Describe(&x.ID, "The ID (UUID) of the author.")
	a.Describe(&x.Email, "The email address of the author.")
	a.Describe(&x.Kind, "What the author is, such as `user`.")
}
