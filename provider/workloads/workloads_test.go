package workloads_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var list, refused, same, with = harness.List, harness.WantError, harness.WantJSON, harness.With

type props = harness.Props

const missing = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

var organization = emulator.DefaultOrganization.ID

// fixture is a harness with a cluster.
type fixture struct {
	*harness.Harness
	cluster string
}

func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t)}
	made := f.Call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "test", "eks": props{"clusterName": "test", "region": "eu-central-1", "accountId": "123456789012"},
	})
	f.cluster = made["id"].(string)
	f.Forget()
	return f
}

func (f *fixture) path(parts ...string) string {
	return "/v1/workload-autoscaling/clusters/" + strings.Join(append([]string{f.cluster}, parts...), "/")
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (f *fixture) settled(r *harness.Resource, inputs props) {
	f.T.Helper()
	f.Reopen()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		f.T.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		f.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// at returns a value deep in a JSON document.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(props)
			value = object[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}

func resourceKey(name string) resource.PropertyKey { return resource.PropertyKey(name) }

func propertyOf(v any) resource.PropertyValue { return resource.NewPropertyValue(v) }

// answer makes the service answer every read of a resource with a body.
func (f *fixture) answer(r *harness.Resource, body props) {
	f.T.Helper()
	f.Emulator.ClearFaults()
	for path, body := range map[string]any{f.path("policies"): props{"items": []any{body}}, f.path("policies", r.ID): body} {
		text, err := json.Marshal(body)
		if err != nil {
			f.T.Fatal(err)
		}
		f.Emulator.Fail(emulator.Fault{Method: "GET", Path: path, Status: 200, Body: string(text), Times: -1})
	}
	f.Reopen() // one that remembers no list
}
