package nodes_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

// fixture is a harness with a cluster.
type fixture struct {
	*harness.Harness
	cluster string
}

func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t)}
	f.cluster = f.register("test")
	f.Forget()
	return f
}

// register makes another cluster.
func (f *fixture) register(name string) string {
	f.T.Helper()
	made := f.call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": name, "eks": props{"clusterName": name, "region": "eu-central-1", "accountId": "123456789012"},
	})
	return made["id"].(string)
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
	var out props
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			f.T.Fatal(err)
		}
	}
	return out
}

func (f *fixture) path(parts ...string) string {
	return "/v1/kubernetes/clusters/" + strings.Join(append([]string{f.cluster}, parts...), "/")
}

// with returns the inputs with those every resource here needs.
func (f *fixture) with(inputs props) props {
	out := props{"clusterId": f.cluster}
	maps.Copy(out, inputs)
	return out
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (f *fixture) settled(r *harness.Resource, inputs props) {
	f.T.Helper()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		f.T.Errorf("a refresh finds %v %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		f.T.Errorf("a preview finds %v %v, %v", got.Op, got.Changes, err)
	}
}

// up brings the resource to the inputs.
func (f *fixture) up(r *harness.Resource, inputs props) harness.Result {
	f.T.Helper()
	got, err := r.Up(inputs)
	if err != nil {
		f.T.Fatal(err)
	}
	return got
}

// writes counts the recorded requests that are no reads.
func (f *fixture) writes() (n int) {
	for _, call := range f.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			n++
		}
	}
	return n
}

func (f *fixture) count(call string) int {
	return len(slices.DeleteFunc(f.Calls(), func(c string) bool { return c != call }))
}

// sameJSON fails unless both are the same as JSON.
func sameJSON(t testing.TB, what string, got, want any) {
	t.Helper()
	a, b := plain(t, got), plain(t, want)
	if !reflect.DeepEqual(a, b) {
		x, _ := json.MarshalIndent(a, "", " ")
		y, _ := json.MarshalIndent(b, "", " ")
		t.Errorf("%s is\n%s\nwant\n%s", what, x, y)
	}
}

func plain(t testing.TB, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// failures lists the paths that a check refuses.
func failures(r *harness.Resource, inputs props) []string {
	_, found := r.Check(inputs)
	paths := []string{}
	for _, f := range found {
		paths = append(paths, f.Property)
	}
	slices.Sort(paths)
	return paths
}

func list(texts ...string) []any {
	out := make([]any, len(texts))
	for i := range texts {
		out[i] = texts[i]
	}
	return out
}

// reversed turns a list around.
func reversed(items []any) []any {
	items = slices.Clone(items)
	slices.Reverse(items)
	return items
}

// step is one update of a resource.
type step struct {
	name   string
	inputs props
	op     string
	// sent is the whole body of the call that the step makes.
	sent props
}

// run takes a resource through steps; after each, nothing differs.
func (f *fixture) run(r *harness.Resource, method func(op string) (method, suffix string), steps []step) {
	f.T.Helper()
	for i, s := range steps {
		inputs := f.with(s.inputs)
		f.Forget()
		if got := f.up(r, inputs); got.Op != s.op {
			f.T.Fatalf("step %d (%s) is %v %v, want %s", i, s.name, got.Op, got.Changes, s.op)
		}
		if s.sent != nil {
			verb, suffix := method(s.op)
			sameJSON(f.T, fmt.Sprintf("the body of step %d (%s)", i, s.name), f.Body(verb, suffix), s.sent)
		}
		f.settled(r, inputs)
		if f.T.Failed() {
			f.T.Fatalf("after step %d (%s)", i, s.name)
		}
	}
}
