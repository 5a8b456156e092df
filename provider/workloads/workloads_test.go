package workloads_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

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
	made := f.call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "test", "eks": props{"clusterName": "test", "region": "eu-central-1", "accountId": "123456789012"},
	})
	f.cluster = made["id"].(string)
	f.Forget()
	return f
}

// call does something that the provider does not know of.
func (f *fixture) call(method, path string, body any) props {
	f.T.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			f.T.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, f.URL+path, &in)
	if err != nil {
		f.T.Fatal(err)
	}
	req.Header.Set("X-API-Key", harness.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.T.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		f.T.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		f.T.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	out := props{}
	if err := json.Unmarshal(text, &out); err != nil && len(text) > 0 {
		f.T.Fatal(err)
	}
	return out
}

// fresh starts a new provider, as the engine does for every operation. It
// remembers no list.
func (f *fixture) fresh() {
	f.T.Helper()
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL})
}

func (f *fixture) path(parts ...string) string {
	return "/v1/workload-autoscaling/clusters/" + strings.Join(append([]string{f.cluster}, parts...), "/")
}

// up brings a resource to inputs by the operation.
func (f *fixture) up(r *harness.Resource, op string, inputs props) harness.Result {
	f.T.Helper()
	got, err := r.Up(inputs)
	if err != nil {
		f.T.Fatal(err)
	}
	if got.Op != op {
		f.T.Fatalf("the update was %s %v, want %s", got.Op, got.Changes, op)
	}
	return got
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (f *fixture) settled(r *harness.Resource, inputs props) {
	f.T.Helper()
	f.fresh()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		f.T.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		f.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// writes lists the requests that are no reads.
func (f *fixture) writes() (out []string) {
	for _, call := range f.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			out = append(out, call)
		}
	}
	return out
}

func with(in props, changes props) props {
	out := props{}
	for key, value := range in {
		out[key] = value
	}
	for key, value := range changes {
		if out[key] = value; value == nil {
			delete(out, key)
		}
	}
	return out
}

func list(items ...any) []any { return append([]any{}, items...) }

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

// plain is a value as JSON has it.
func plain(t testing.TB, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if got, want := plain(t, got), plain(t, want); !reflect.DeepEqual(got, want) {
		text, _ := json.Marshal(got)
		wanted, _ := json.Marshal(want)
		t.Errorf("%s:\n%s, want\n%s", what, text, wanted)
	}
}

// refused wants an error with the words in it.
func refused(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, text := range words {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %v, want %q in it", err, text)
		}
	}
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
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL}) // one that remembers no list
}
