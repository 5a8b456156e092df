package access

import (
	"context"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// ServiceAccountKey is an API key of a service account.
type ServiceAccountKey struct {
	crud.Resource[ServiceAccountKeyArgs, ServiceAccountKeyState]
}

// NewServiceAccountKey returns the resource.
func NewServiceAccountKey() *ServiceAccountKey {
	return &ServiceAccountKey{crud.Resource[ServiceAccountKeyArgs, ServiceAccountKeyState]{
		Kind: "service account key",
		Path: func(a *ServiceAccountKeyArgs) string {
			return serviceAccounts(a.OrganizationID) + api.Path(a.ServiceAccountID, "keys")
		},
		ImportID:     "<organizationId>/<serviceAccountId>/<keyId>",
		CreateIn:     "key",
		Out:          "key",
		UpdateMethod: http.MethodPatch,
		ReadBack:     true, // the answer to a create is abbreviated
		// Not for lost answers: the token of a key that was found is lost.
		Catalog: &crud.List{Items: "keys"},
		Body: func(a *ServiceAccountKeyArgs, body map[string]any, update bool) error {
			if update {
				// Only this can change, and a key whose state is left open works.
				clear(body)
				body["active"] = a.Active == nil || *a.Active
			}
			return nil
		},
		Fill: func(body map[string]any, s *ServiceAccountKeyState) {
			// The token is in the answer to the create call and never again.
			if token, ok := body["token"].(string); ok && token != "" {
				s.Token = token
			}
		},
	}}
}

// Create makes the key. Without its token, which the API shows this once, a key is of no use.
func (r *ServiceAccountKey) Create(
	ctx context.Context, req infer.CreateRequest[ServiceAccountKeyArgs],
) (infer.CreateResponse[ServiceAccountKeyState], error) {
	resp, err := r.Resource.Create(ctx, req)
	if err == nil && !req.DryRun && resp.Output.Token == "" {
		err = crud.Partial(fmt.Errorf("service account key %s was created, and the answer has no token: "+
			"replace it to get another one (pulumi up --replace)", resp.ID))
	}
	return resp, err
}

// Annotate describes the resource.
func (r *ServiceAccountKey) Annotate(a infer.Annotator) {
	a.Describe(&r, "An API key of a service account. The key itself is the secret output `token`; the API shows it "+
		"once, when the key is made, so it stays empty after an import.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<serviceAccountId>/<keyId>`.")
	a.AddAlias("organization", "ServiceAccountKey")
}

// ServiceAccountKeyArgs are the inputs of a [ServiceAccountKey].
type ServiceAccountKeyArgs struct {
	OrganizationID   string  `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ServiceAccountID string  `pulumi:"serviceAccountId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name             *string `pulumi:"name,optional" provider:"replaceOnChanges" check:"notblank"`
	ExpiresAt        *string `pulumi:"expiresAt,optional" provider:"replaceOnChanges" norm:"instant" check:"rfc3339"`
	Active           *bool   `pulumi:"active,optional" norm:"default=true"`
}

// Annotate describes the inputs.
func (x *ServiceAccountKeyArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the service account. Changing it replaces the key.")
	a.Describe(&x.ServiceAccountID, "The service account (UUID) that the key signs in as. Changing it replaces the key.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven "+
		"random characters. Changing it replaces the key.")
	a.Describe(&x.ExpiresAt, "When the key stops working, as an RFC 3339 time such as `2027-01-01T00:00:00Z`. Left "+
		"out, it never does. Two spellings of one moment are the same; another moment replaces the key.")
	a.Describe(&x.Active, "Whether the key works. Default: true. Setting it to false locks the key out without "+
		"deleting it.")
}

// ServiceAccountKeyState are the outputs of a [ServiceAccountKey].
type ServiceAccountKeyState struct {
	ServiceAccountKeyArgs
	Token      string  `pulumi:"token" provider:"secret" wire:"-"`
	Prefix     string  `pulumi:"prefix"`
	LastUsedAt *string `pulumi:"lastUsedAt,optional"`
}

// Annotate describes the outputs.
func (x *ServiceAccountKeyState) Annotate(a infer.Annotator) {
	a.Describe(&x.Token, "The key itself, to be sent as `X-API-Key`. Secret. Empty after an import.")
	a.Describe(&x.Prefix, "The first characters of the key, by which the console shows it.")
	a.Describe(&x.LastUsedAt, "When the key was last used, as an RFC 3339 time. Unset until then.")
}
