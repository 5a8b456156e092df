package edge_test

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var fails, list, same, with = harness.WantError, harness.List, harness.WantJSON, harness.With

type props = harness.Props

const absent = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

var org = emulator.DefaultOrganization.ID

// fixture is a provider and an API with a cluster that is registered with Omni.
type fixture struct {
	*harness.Harness
	cluster, path string
}

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t, change...)}
	f.cluster = f.Call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "c", "gke": props{"clusterName": "c", "region": "europe-west4", "location": "europe-west4", "projectId": "p"},
	})["id"].(string)
	f.path = "/omni-provisioner/v1beta/organizations/" + org + "/clusters/" + f.cluster
	f.Call(http.MethodPost, f.path+":register", props{})
	f.Forget()
	return f
}

// location makes an edge location without the provider and returns its ID.
func (f *fixture) location(name string) string {
	f.T.Helper()
	return f.Call(http.MethodPost, f.path+"/edge-locations", props{"name": name, "custom": props{}})["id"].(string)
}

// answer has a refresh find that object, in the list and by itself.
func (f *fixture) answer(list, path, body string) {
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: list, Status: 200, Body: `{"items":[` + body + `]}`})
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: path, Status: 200, Body: body})
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// lingering has a deletion of an edge location take that long.
func lingering(delay time.Duration) func(*emulator.Options) {
	return func(o *emulator.Options) { o.Settings.DisconnectDelay = delay }
}
