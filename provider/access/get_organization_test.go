package access_test

import (
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func TestGetOrganization(t *testing.T) {
	const one, two = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	h := harness.New(t, func(o *emulator.Options) {
		o.Organizations = []emulator.Organization{
			{ID: one, Name: "Acme"}, {ID: two, Name: "acme"},
			{ID: "33333333-3333-4333-8333-333333333333", Name: "Twin"}, {ID: "44444444-4444-4444-8444-444444444444", Name: "Twin"},
		}
	})
	got, err := h.Invoke("getOrganization", harness.Props{"name": "acme"})
	if err != nil || got["id"] != two || got["name"] != "acme" || got["type"] != "ORGANIZATION_TYPE_DEFAULT" || got["createdAt"] == nil {
		t.Errorf("got %v, %v", got, err)
	}
	for _, test := range []struct{ name, want string }{
		{"ACME", `no organization named "ACME"; the API token sees "Acme" (` + one + `), "Twin"`},
		{"Twin", "2 organizations are named \"Twin\": 33333333-3333-4333-8333-333333333333, 44444444"},
		{" ", "name: "},
	} {
		if _, err := h.Invoke("getOrganization", harness.Props{"name": test.name}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: the error is %v, want %q", test.name, err, test.want)
		}
	}
	h.Reopen() // forgets the list
	h.Emulator.Fail(emulator.Fault{Path: "/v1/organizations", Body: `{"organizations":[{"name":"Nameless"}]}`, Status: 200})
	if _, err := h.Invoke("getOrganization", harness.Props{"name": "Nameless"}); err == nil || !strings.Contains(err.Error(), "without an ID") {
		t.Errorf("without an ID the error is %v", err)
	}
}
