package access

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/bcrypt"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
)

// SSOConnection is a single sign-on trust in an identity provider.
type SSOConnection struct {
	crud.Resource[SSOConnectionArgs, SSOConnectionState]
}

const ssoConnection = "SSO connection"

// NewSSOConnection returns the resource.
func NewSSOConnection() *SSOConnection {
	return &SSOConnection{crud.Resource[SSOConnectionArgs, SSOConnectionState]{
		Kind:         ssoConnection,
		Path:         func(*SSOConnectionArgs) string { return api.Path("v1", "sso-connections") },
		ImportID:     "<connectionId>",
		Out:          "connection",
		UpdateMethod: http.MethodPost,
		ReadBack:     true, // answers to writes may be abbreviated
		Catalog:      &crud.List{Items: "connections"},
		Forget: func(a *SSOConnectionArgs, s *SSOConnectionState) {
			// One that the API has kept from before is not to be sent again.
			s.Aad, s.Okta, s.Oidc, s.Saml = a.Aad, a.Okta, a.Oidc, a.Saml
		},
		Body: func(_ *SSOConnectionArgs, body map[string]any, _ bool) error {
			delete(body, "isSynced") // has a call of its own
			if oidc, ok := body["oidc"].(map[string]any); ok && oidc["type"] == nil {
				oidc["type"] = backChannel // the API wants it
			}
			return nil
		},
		Fill: func(body map[string]any, s *SSOConnectionState) {
			s.status, _ = body["status"].(string)
			s.problem, _ = body["error"].(string)
			s.hash = map[string]string{}
			for name := range s.secrets() {
				if connector, ok := body[name].(map[string]any); ok {
					s.hash[name], _ = connector["clientSecret"].(string)
				}
			}
		},
	}}
}

// Annotate describes the resource.
func (r *SSOConnection) Annotate(a infer.Annotator) {
	a.Describe(&r, "Lets the users of an identity provider sign in to CAST AI: the single sign-on connection between the "+
		"organization of the API token and one provider, which is Microsoft Entra ID (`aad`), Okta (`okta`), any other one "+
		"that speaks OpenID Connect (`oidc`), or one that speaks SAML (`saml`).\n\n"+
		"The API never returns a client secret, only a hash of it. A refresh compares the hash with the secret in the "+
		"state, so that a secret changed elsewhere shows as a difference.\n\n"+
		"## Import\n\nThe import ID is `<connectionId>`. The client secret does not come with it: add it to the program, "+
		"and the next update sets it.")
	a.AddAlias("organization", "SSOConnection")
}

const (
	backChannel  = "TYPE_BACK_CHANNEL"
	statusActive = "STATUS_ACTIVE"
)

// SSOConnectionArgs are the inputs of an [SSOConnection].
type SSOConnectionArgs struct {
	Name                   *string            `pulumi:"name,optional" check:"notblank"`
	EmailDomain            string             `pulumi:"emailDomain" norm:"fold" check:"notblank"`
	AdditionalEmailDomains []string           `pulumi:"additionalEmailDomains,optional" wire:",zero" norm:"set,fold" check:"notblank"`
	DefaultRoleID          *string            `pulumi:"defaultRoleId,optional" wire:",null" norm:"fold" check:"notblank"`
	SynchronizeUserGroups  *bool              `pulumi:"synchronizeUserGroups,optional" wire:"isSynced"`
	Aad                    *SSOConnectionAad  `pulumi:"aad,optional"`
	Okta                   *SSOConnectionOkta `pulumi:"okta,optional"`
	Oidc                   *SSOConnectionOidc `pulumi:"oidc,optional"`
	Saml                   *SSOConnectionSaml `pulumi:"saml,optional"`
}

// Annotate describes the inputs.
func (x *SSOConnectionArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.EmailDomain, "The domain of the email addresses whose users sign in by this connection, such as `example.com`.")
	a.Describe(&x.AdditionalEmailDomains, "More domains of such email addresses, in any order.")
	a.Describe(&x.DefaultRoleID, "The role (UUID) that users get when they sign in for the first time. Left out, it is not managed.")
	a.Describe(&x.SynchronizeUserGroups, "Whether the identity provider keeps users and groups of the organization up to "+
		"date. Default: false. Switching it on makes the token in the output `syncAuthToken`.")
	a.Describe(&x.Aad, "Microsoft Entra ID, formerly Azure Active Directory. Exactly one identity provider is given.")
	a.Describe(&x.Okta, "Okta. Exactly one identity provider is given.")
	a.Describe(&x.Oidc, "An identity provider that speaks OpenID Connect. Exactly one identity provider is given.")
	a.Describe(&x.Saml, "An identity provider that speaks SAML 2.0. Exactly one identity provider is given.")
}

// SSOConnectionState are the outputs of an [SSOConnection].
type SSOConnectionState struct {
	SSOConnectionArgs
	SyncAuthToken string `pulumi:"syncAuthToken" provider:"secret" wire:"-"`

	// What the last answer says besides.
	status, problem string
	hash            map[string]string // of the client secrets, by connector
}

// Annotate describes the outputs.
func (x *SSOConnectionState) Annotate(a infer.Annotator) {
	a.Describe(&x.SyncAuthToken, "The token with which the identity provider synchronizes users and groups. Secret. The API "+
		"shows it once, when `synchronizeUserGroups` is switched on, so it is empty before that and after an import.")
}

// SSOConnectionAad is a connection to Microsoft Entra ID.
type SSOConnectionAad struct {
	AdDomain     string  `pulumi:"adDomain" check:"notblank"`
	ClientID     string  `pulumi:"clientId" check:"notblank"`
	ClientSecret *string `pulumi:"clientSecret,optional" provider:"secret" wire:",writeonly" check:"notblank"`
}

// Annotate describes the connection.
func (x *SSOConnectionAad) Annotate(a infer.Annotator) {
	a.Describe(&x, "A connection to Microsoft Entra ID.")
	a.Describe(&x.AdDomain, "The domain of the directory, such as `example.onmicrosoft.com`.")
	a.Describe(&x.ClientID, "The client ID of the application that is registered for CAST AI.")
	a.Describe(&x.ClientSecret, "The client secret of the application. Secret.")
}

// SSOConnectionOkta is a connection to Okta.
type SSOConnectionOkta struct {
	OktaDomain   string  `pulumi:"oktaDomain" check:"notblank"`
	ClientID     string  `pulumi:"clientId" check:"notblank"`
	ClientSecret *string `pulumi:"clientSecret,optional" provider:"secret" wire:",writeonly" check:"notblank"`
}

// Annotate describes the connection.
func (x *SSOConnectionOkta) Annotate(a infer.Annotator) {
	a.Describe(&x, "A connection to Okta.")
	a.Describe(&x.OktaDomain, "The domain of the Okta organization, such as `example.okta.com`.")
	a.Describe(&x.ClientID, "The client ID of the application that is registered for CAST AI.")
	a.Describe(&x.ClientSecret, "The client secret of the application. Secret.")
}

// SSOConnectionOidc is a connection by OpenID Connect.
type SSOConnectionOidc struct {
	IssuerURL    string  `pulumi:"issuerUrl" check:"notblank"`
	ClientID     string  `pulumi:"clientId" check:"notblank"`
	ClientSecret *string `pulumi:"clientSecret,optional" provider:"secret" wire:",writeonly" check:"notblank"`
	Type         *string `pulumi:"type,optional" norm:"default=TYPE_BACK_CHANNEL" check:"known=TYPE_BACK_CHANNEL|TYPE_FRONT_CHANNEL"`
}

// Annotate describes the connection.
func (x *SSOConnectionOidc) Annotate(a infer.Annotator) {
	a.Describe(&x, "A connection by OpenID Connect.")
	a.Describe(&x.IssuerURL, "The address of the issuer, such as `https://idp.example.com/realms/main`.")
	a.Describe(&x.ClientID, "The client ID that is registered for CAST AI.")
	a.Describe(&x.ClientSecret, "The client secret. Secret. `TYPE_FRONT_CHANNEL` can do without.")
	a.Describe(&x.Type, "How the tokens travel: `TYPE_BACK_CHANNEL` from server to server, or `TYPE_FRONT_CHANNEL` "+
		"through the browser. Default: `TYPE_BACK_CHANNEL`.")
}

// SSOConnectionSaml is a connection by SAML 2.0.
type SSOConnectionSaml struct {
	SignInURL       string  `pulumi:"signInUrl" check:"notblank"`
	X509Certificate string  `pulumi:"x509Certificate" check:"notblank"`
	EntityID        *string `pulumi:"entityId,optional" wire:",null"`
	MetadataURL     *string `pulumi:"metadataUrl,optional" wire:",null"`
	CallbackURL     *string `pulumi:"callbackUrl,optional" wire:",null"`
}

// Annotate describes the connection.
func (x *SSOConnectionSaml) Annotate(a infer.Annotator) {
	a.Describe(&x, "A connection by SAML 2.0.")
	a.Describe(&x.SignInURL, "The address at the identity provider where users sign in.")
	a.Describe(&x.X509Certificate, "The certificate with which the identity provider signs, as PEM text.")
	a.Describe(&x.EntityID, "The entity ID by which the two sides know the connection.")
	a.Describe(&x.MetadataURL, "The address of the metadata of the connection.")
	a.Describe(&x.CallbackURL, "The address to which the identity provider sends users back.")
}

// CheckInputs checks what concerns several inputs.
func (r *SSOConnection) CheckInputs(in *check.Inputs) { in.ExactlyOne("aad", "okta", "oidc", "saml") }

// WireDependencies tells previews that only the token changes with an update,
// and only with the switch.
func (r *SSOConnection) WireDependencies(f infer.FieldSelector, a *SSOConnectionArgs, s *SSOConnectionState) {
	f.OutputField(&s.SyncAuthToken).DependsOn(f.InputField(&a.SynchronizeUserGroups).Computed())
}

// secrets are the client secrets of the connectors that there are.
func (x *SSOConnectionArgs) secrets() map[string]**string {
	found := map[string]**string{}
	if x.Aad != nil {
		found["aad"] = &x.Aad.ClientSecret
	}
	if x.Okta != nil {
		found["okta"] = &x.Okta.ClientSecret
	}
	if x.Oidc != nil {
		found["oidc"] = &x.Oidc.ClientSecret
	}
	return found
}

// keepSecrets puts the client secrets, which no answer holds, back into the
// outputs. One that the service knows another hash of becomes empty.
func (s *SSOConnectionState) keepSecrets(was *SSOConnectionArgs) {
	known := was.secrets()
	for name, secret := range s.secrets() {
		if known[name] == nil || *known[name] == nil {
			continue
		}
		if *secret = *known[name]; changed(s.hash[name], **secret) {
			none := ""
			*secret = &none
		}
	}
}

// changed says whether a hash, base64 of what bcrypt makes, is that of another
// secret. What is no such hash says nothing.
func changed(hash, secret string) bool {
	plain, err := base64.StdEncoding.DecodeString(hash)
	if err != nil || !strings.HasPrefix(string(plain), "$2") {
		return false
	}
	return bcrypt.CompareHashAndPassword(plain, []byte(secret)) == bcrypt.ErrMismatchedHashAndPassword
}

// inactive is the error of a connection that nobody can sign in by.
func (s *SSOConnectionState) inactive() error {
	if s.status == "" || s.status == statusActive {
		return nil
	}
	problem := s.problem
	if problem == "" {
		problem = "the API does not say why"
	}
	return fmt.Errorf("the connection has the status %s and not %s (%s): check the settings of the identity provider, "+
		"then run pulumi up again, which sends them anew", s.status, statusActive, problem)
}

// Create makes the connection.
func (r *SSOConnection) Create(
	ctx context.Context, req infer.CreateRequest[SSOConnectionArgs],
) (infer.CreateResponse[SSOConnectionState], error) {
	resp, err := r.Resource.Create(ctx, req)
	if err != nil || req.DryRun {
		return resp, err
	}
	return resp, crud.Partial(r.finish(ctx, resp.ID, &resp.Output, &req.Inputs, req.Inputs.SynchronizeUserGroups))
}

// Read fetches the connection, for a refresh or an import.
func (r *SSOConnection) Read(
	ctx context.Context, req infer.ReadRequest[SSOConnectionArgs, SSOConnectionState],
) (infer.ReadResponse[SSOConnectionArgs, SSOConnectionState], error) {
	resp, err := r.Resource.Read(ctx, req)
	if err != nil || resp.ID == "" {
		return resp, err
	}
	resp.State.keepSecrets(&req.Inputs)
	resp.Inputs = resp.State.SSOConnectionArgs
	if problem := resp.State.inactive(); problem != nil {
		crud.Warn(ctx, "%s %s: %v", ssoConnection, resp.ID, problem)
	}
	return resp, nil
}

// Update brings the connection to the new inputs.
func (r *SSOConnection) Update(
	ctx context.Context, req infer.UpdateRequest[SSOConnectionArgs, SSOConnectionState],
) (infer.UpdateResponse[SSOConnectionState], error) {
	sync := crud.Predict(ctx, req.State, req.Inputs).SynchronizeUserGroups
	resp, err := r.Resource.Update(ctx, req)
	if err != nil || req.DryRun {
		return resp, err
	}
	return resp, crud.Partial(r.finish(ctx, req.ID, &resp.Output, &req.Inputs, sync))
}

// finish does what follows the call that sets a connection: it puts the secrets
// back, looks whether the connection works and switches the synchronization.
func (r *SSOConnection) finish(ctx context.Context, id string, s *SSOConnectionState, sent *SSOConnectionArgs, sync *bool) error {
	left := leftover(&s.SSOConnectionArgs, sent)
	if len(left) > 0 {
		crud.Warn(ctx, "%s %s still has %s besides what the program gives: the API takes no identity provider away from a "+
			"connection; to be rid of it, replace the connection (pulumi up --replace)", ssoConnection, id, strings.Join(left, ", "))
	}
	s.keepSecrets(sent)
	if err := s.inactive(); err != nil {
		return fmt.Errorf("%s %s was set and does not work: %w", ssoConnection, id, err)
	}
	on := sync != nil && *sync
	if was := s.SynchronizeUserGroups; on == (was != nil && *was) {
		return nil
	}
	answer, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: r.Path(nil) + api.Path(id, "sync"), Body: map[string]any{"sync": on},
	})
	if err != nil {
		return fmt.Errorf("cannot switch the synchronization of %s %s: %w", ssoConnection, id, err)
	}
	s.SynchronizeUserGroups = &on
	if token, ok := crud.Unwrap("token", answer)["token"].(string); ok && token != "" {
		s.SyncAuthToken = token
	} else if on && s.SyncAuthToken == "" {
		return fmt.Errorf("the synchronization of %s %s was switched on, and the answer has no token: "+
			"switch it off and on again to get one", ssoConnection, id)
	}
	return nil
}

// leftover names the connectors that the connection has and the program does
// not give.
func leftover(now, sent *SSOConnectionArgs) (names []string) {
	for _, c := range []struct {
		name      string
		now, sent bool
	}{
		{"aad", now.Aad != nil, sent.Aad != nil}, {"okta", now.Okta != nil, sent.Okta != nil},
		{"oidc", now.Oidc != nil, sent.Oidc != nil}, {"saml", now.Saml != nil, sent.Saml != nil},
	} {
		if c.now && !c.sent {
			names = append(names, c.name)
		}
	}
	return names
}
