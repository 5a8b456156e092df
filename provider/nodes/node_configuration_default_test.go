package nodes_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func keyOf(name string) resource.PropertyKey { return resource.PropertyKey(name) }

// twoConfigurations returns two configurations, neither the default.
func twoConfigurations(f *fixture) (a, b *harness.Resource) {
	a, b = f.Resource("NodeConfiguration", "a"), f.Resource("NodeConfiguration", "b")
	f.up(a, f.with(eksConfiguration("a")))
	f.up(b, f.with(eksConfiguration("b")))
	return a, b
}

// TestNodeConfigurationDefault: the mark is set, moved, found missing, set
// again, and left alone on delete.
func TestNodeConfigurationDefault(t *testing.T) {
	f := setup(t)
	a, b := twoConfigurations(f)
	r := f.Resource("NodeConfigurationDefault", "d")
	inputs := f.with(props{"configurationId": a.ID})
	f.up(r, inputs)
	if r.ID != a.ID {
		t.Errorf("the ID is %s, want %s", r.ID, a.ID)
	}
	r.WantSettled(inputs)

	f.Call(http.MethodPost, f.path("node-configurations", b.ID, "default"), nil)
	f.Reopen()
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("when another is the default, a refresh says %v, %v", got, err)
	}
	if got := f.up(r, inputs); got.Op != "create" {
		t.Errorf("setting it again is %v", got)
	}

	moved := f.with(props{"configurationId": b.ID})
	f.Forget()
	if got := f.up(r, moved); got.Op != "replace" || r.ID != b.ID || f.writes() != 1 {
		t.Errorf("moving the mark is %v to %s by %v", got, r.ID, f.Calls())
	}
	r.WantSettled(moved)

	f.Forget()
	if err := r.Delete(); err != nil || len(f.Calls()) > 0 || !f.Warned("until another one is made the default") {
		t.Errorf("delete: %v, calls %v, logs %v", err, f.Calls(), f.Logs())
	}
}

// TestNodeConfigurationDefaultErrors: what cannot be marked says so; a failure
// to read keeps the resource.
func TestNodeConfigurationDefaultErrors(t *testing.T) {
	f := setup(t)
	a, _ := twoConfigurations(f)
	r := f.Resource("NodeConfigurationDefault", "d")
	if _, err := r.Up(f.with(props{"configurationId": "nobody"})); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("an unknown configuration: %v", err)
	}
	sameJSON(t, "what is refused", failures(r, props{"clusterId": "x", "configurationId": " "}), list("clusterId", "configurationId"))

	// An answer that is lost is no reason to fail: the mark is only set once more.
	f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Action: emulator.Drop})
	f.up(r, f.with(props{"configurationId": a.ID}))
	f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Status: http.StatusForbidden})
	if _, err := r.Refresh(); err == nil || r.ID == "" {
		t.Errorf("a read that fails gives %v", err)
	}
	f.Call(http.MethodDelete, "/v1/kubernetes/external-clusters/"+f.cluster, nil)
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("without the cluster a refresh says %v, %v", got, err)
	}
}

// TestNodeConfigurationDefaultImport: by cluster, or by cluster and configuration.
func TestNodeConfigurationDefaultImport(t *testing.T) {
	f := setup(t)
	a, b := twoConfigurations(f)
	if err := f.Resource("NodeConfigurationDefault", "x").Import(f.cluster); err == nil || !strings.Contains(err.Error(), "no default node configuration") {
		t.Errorf("without a default: %v", err)
	}
	f.up(f.Resource("NodeConfigurationDefault", "d"), f.with(props{"configurationId": a.ID}))
	for _, id := range []string{f.cluster, f.cluster + "/" + a.ID} {
		r := f.Resource("NodeConfigurationDefault", "imported")
		if err := r.Import(id); err != nil {
			t.Fatal(err)
		}
		if r.ID != a.ID {
			t.Errorf("the ID is %s, want %s", r.ID, a.ID)
		}
		r.WantSettled(f.with(props{"configurationId": a.ID}))
	}
	for id, want := range map[string]string{
		"/" + a.ID:             "is not a valid import ID",
		f.cluster + "/" + b.ID: "is not the default of cluster " + f.cluster + ": that is " + a.ID,
	} {
		if err := f.Resource("NodeConfigurationDefault", "x").Import(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("importing %s: %v", id, err)
		}
	}
}
