package access_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var organization = emulator.DefaultOrganization.ID

func TestServiceAccountDescriptionIsCleared(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("ServiceAccount", "ci")
	if _, err := r.Up(harness.Props{"organizationId": organization, "name": "ci", "description": "builds"}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Up(harness.Props{"organizationId": organization, "name": "ci"}); err != nil {
		t.Fatal(err)
	}
	if got := h.Body("PATCH", r.ID)["serviceAccount"].(harness.Props)["description"]; got != "" {
		t.Errorf("the update sent the description %v, want an empty one", got)
	}
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		t.Errorf("after the update a refresh finds %v, %v", got, err)
	}
}
