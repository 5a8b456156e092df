package access_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func TestGetImpersonationServiceAccount(t *testing.T) {
	h := harness.New(t)
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop}) // asking again does no harm
	first, err := h.Invoke("getImpersonationServiceAccount", nil)
	if err != nil || first["id"] == "" || first["email"] == nil {
		t.Fatalf("got %v, %v", first, err)
	}
	wantJSON(t, "sent", h.Body("POST", "impersonation-service-account"), harness.Props{"provider": "aks"})
	again, err := h.Invoke("getImpersonationServiceAccount", nil)
	if err != nil || again["id"] != first["id"] {
		t.Errorf("got %v at first, then %v, %v", first, again, err)
	}
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{}`})
	_, err = h.Invoke("getImpersonationServiceAccount", nil)
	wantError(t, err, "cannot find the impersonation service account: the API's answer has no ID")
}
