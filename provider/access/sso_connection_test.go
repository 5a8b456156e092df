package access_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func oidc(change harness.Props) harness.Props {
	inputs := harness.Props{"name": "idp", "emailDomain": "example.com", "oidc": harness.Props{
		"issuerUrl": "https://idp.example.com", "clientId": "c", "clientSecret": "hush-hush",
	}}
	for key, value := range change {
		inputs[key] = value
	}
	return inputs
}

func okta(change harness.Props) harness.Props {
	inputs := oidc(harness.Props{"okta": harness.Props{"oktaDomain": "example.okta.com", "clientId": "c", "clientSecret": "hush-hush"}})
	delete(inputs, "oidc")
	for key, value := range change {
		inputs[key] = value
	}
	return inputs
}

func TestSSOBodies(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	r.WantUp("create", oidc(harness.Props{"additionalEmailDomains": list("a.example.com")}))
	wantJSON(t, "created with", h.Body("POST", "/sso-connections"), harness.Props{
		"name": "idp", "emailDomain": "example.com", "additionalEmailDomains": list("a.example.com"), "oidc": harness.Props{
			"issuerUrl": "https://idp.example.com", "clientId": "c", "clientSecret": "hush-hush", "type": "TYPE_BACK_CHANNEL"},
	})
	// A role set in the console stays, and domains can be taken away.
	h.Call("POST", "/v1/sso-connections/"+r.ID, harness.Props{"defaultRoleId": one})
	r.WantUp("update", oidc(nil))
	wantJSON(t, "domains sent", h.Body("POST", r.ID)["additionalEmailDomains"], []any{})
	r.WantDrift()
	now := h.Call("GET", "/v1/sso-connections/"+r.ID, nil)["connection"].(harness.Props)
	if now["defaultRoleId"] != one {
		t.Errorf("the role is now %v", now["defaultRoleId"])
	}
}

func TestSSOChecksTheProviders(t *testing.T) {
	h := harness.New(t)
	both, none := okta(oidc(nil)), okta(nil)
	delete(none, "okta")
	for want, inputs := range map[string]harness.Props{
		"only one of `aad`, `okta`, `oidc`, `saml` may be given": both,
		"one of `aad`, `okta`, `oidc`, `saml` must be given":     none,
	} {
		_, failures := h.Resource("SSOConnection", "x").Check(inputs)
		wantError(t, harness.CheckError(failures), want)
	}
	none["aad"] = harness.Unknown
	if _, failures := h.Resource("SSOConnection", "x").Check(none); len(failures) > 0 {
		t.Errorf("not known yet: %v", harness.CheckError(failures))
	}
}

func TestSSOSecretChangedElsewhere(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	r.WantUp("create", okta(nil))
	r.WantDrift()
	if got := r.Output("okta").(map[string]any)["clientSecret"]; got != "hush-hush" {
		t.Errorf("after a refresh the secret output is %v", got)
	}
	h.Call("POST", "/v1/sso-connections/"+r.ID, harness.Props{
		"okta": harness.Props{"oktaDomain": "example.okta.com", "clientId": "c", "clientSecret": "another"},
	})
	r.WantDrift("okta.clientSecret")
	if secret := r.Inputs["okta"].ObjectValue()["clientSecret"]; !secret.IsSecret() {
		t.Errorf("the secret is %v", secret)
	}
	r.WantUp("update", okta(nil))
	r.WantDrift()
	// What is no hash says nothing of the secret.
	for _, shown := range []string{`"***"`, `""`, `"aGVsbG8="`, `null`} {
		h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: `{"connection":{"id":"` + r.ID + `","name":"idp",
			"emailDomain":"example.com","okta":{"oktaDomain":"example.okta.com","clientId":"c","clientSecret":` + shown + `}}}`})
		r.WantDrift()
	}
}

func TestSSOSynchronization(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	r.WantUp("create", okta(nil))
	if token := r.Output("syncAuthToken"); token != "" {
		t.Errorf("without synchronization the token is %q", token)
	}
	_, planned, err := r.Preview(okta(harness.Props{"name": "new"}))
	if err != nil || planned["syncAuthToken"].ContainsUnknowns() {
		t.Errorf("a new name makes the token %v, %v", planned["syncAuthToken"], err)
	}
	on := okta(harness.Props{"synchronizeUserGroups": true})
	_, planned, err = r.Preview(on)
	if err != nil || !planned["syncAuthToken"].ContainsUnknowns() {
		t.Errorf("switching it on is planned to make the token %v, %v", planned["syncAuthToken"], err)
	}
	r.WantUp("update", on)
	token := r.Output("syncAuthToken").(string)
	if len(token) < 10 || !r.Outputs["syncAuthToken"].IsSecret() {
		t.Errorf("the token is %v", r.Outputs["syncAuthToken"])
	}
	r.WantDrift()
	h.Forget()
	r.WantUp("update", okta(harness.Props{"synchronizeUserGroups": true, "name": "new"}))
	wantJSON(t, "calls for a new name", h.Writes(), list("POST /v1/sso-connections/"+r.ID))
	if r.Output("syncAuthToken") != token {
		t.Error("the token has changed")
	}
	h.Call("POST", "/v1/sso-connections/"+r.ID+"/sync", harness.Props{"sync": false})
	r.WantDrift("synchronizeUserGroups")
	r.WantUp("update", okta(harness.Props{"synchronizeUserGroups": true, "name": "new"}))
	if r.Output("syncAuthToken") == token {
		t.Error("the new token is not in the outputs")
	}
	r.WantUp("update", okta(harness.Props{"name": "new"}))
	if sent := h.Body("POST", "/sync")["sync"]; sent != false {
		t.Errorf("dropping the switch sent %v", sent)
	}
	r.WantDrift()
}

func TestSSOSynchronizationThatFails(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	h.Emulator.Fail(emulator.Fault{Method: "POST", Path: "/v1/sso-connections/{id}/sync", Status: 400, Times: 1})
	_, err := r.Up(okta(harness.Props{"synchronizeUserGroups": true}))
	wantError(t, err, "cannot switch the synchronization of SSO connection "+r.ID)
	if r.ID == "" {
		t.Fatal("the connection is not in the state")
	}
	r.WantUp("update", okta(harness.Props{"synchronizeUserGroups": true}))
	if r.Output("syncAuthToken") == "" {
		t.Error("there is no token")
	}
}

func TestSSOThatDoesNotWorkIsKeptInTheState(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	const failed = `{"connection":{"id":"x","name":"idp","emailDomain":"example.com","status":"STATUS_FAILED","error":"wrong client"}}`
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: failed})
	_, err := r.Up(okta(nil))
	wantError(t, err, "STATUS_FAILED", "wrong client", "run pulumi up again")
	if r.ID == "" || r.Outputs["emailDomain"] != resource.NewProperty("example.com") {
		t.Errorf("the state is %q %v", r.ID, r.Outputs)
	}
	r.WantUp("update", okta(nil))
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: strings.Replace(failed, "FAILED", "INACTIVE", 1)})
	if _, err := r.Refresh(); err != nil {
		t.Error("refresh:", err)
	}
	if !h.Warned("SSO connection " + r.ID + ": the connection has the status STATUS_INACTIVE") {
		t.Errorf("no warning among %v", h.Logs())
	}
}

func TestSSOWithAnotherProvider(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SSOConnection", "x")
	r.WantUp("create", okta(nil))
	r.WantUp("update", oidc(nil))
	if sent := h.Body("POST", r.ID); sent["okta"] != nil {
		t.Errorf("the old provider was sent again: %v", sent)
	}
	if !h.Warned("still has okta besides what the program gives") {
		t.Errorf("no warning among %v", h.Logs())
	}
	r.WantDrift()
	r.WantUp("update", oidc(harness.Props{"name": "new"}))
	if sent := h.Body("POST", r.ID); sent["okta"] != nil {
		t.Errorf("the old provider was sent again: %v", sent)
	}
}
