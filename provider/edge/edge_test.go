package edge_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

const absent = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

var org = emulator.DefaultOrganization.ID

func list(items ...any) []any { return append([]any{}, items...) }

// fixture is a provider and an API with a cluster that is registered with Omni.
type fixture struct {
	*harness.Harness
	cluster, path string
}

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t, change...)}
	f.cluster = f.call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "c", "gke": props{"clusterName": "c", "region": "europe-west4", "location": "europe-west4", "projectId": "p"},
	})["id"].(string)
	f.path = "/omni-provisioner/v1beta/organizations/" + org + "/clusters/" + f.cluster
	f.call(http.MethodPost, f.path+":register", props{})
	f.Forget()
	return f
}

// call does something that the provider does not know of, as the console would.
func (f *fixture) call(method, path string, body any) (out props) {
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
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.T.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		f.T.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		f.T.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		f.T.Fatal(err)
	}
	return out
}

// fresh starts a new provider, which remembers no list.
func (f *fixture) fresh() {
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL})
}

// location makes an edge location without the provider and returns its ID.
func (f *fixture) location(name string) string {
	f.T.Helper()
	return f.call(http.MethodPost, f.path+"/edge-locations", props{"name": name, "custom": props{}})["id"].(string)
}

func (f *fixture) up(r *harness.Resource, inputs props, op string) {
	f.T.Helper()
	if got, err := r.Up(inputs); err != nil || got.Op != op {
		f.T.Fatalf("the update is %s %v, %v, want %s", got.Op, got.Changes, err, op)
	}
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (f *fixture) settled(r *harness.Resource, inputs props) {
	f.T.Helper()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		f.T.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		f.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// refused checks that inputs are refused at just these properties, in preview.
func (f *fixture) refused(token string, inputs props, properties ...string) {
	f.T.Helper()
	_, failures := f.Resource(token, "x").Check(inputs)
	found := map[string]bool{}
	for _, failure := range failures {
		found[failure.Property] = true
	}
	want := map[string]bool{}
	for _, property := range properties {
		want[property] = true
	}
	if !reflect.DeepEqual(found, want) {
		f.T.Errorf("%v is refused with %v, want it at %v", inputs, harness.CheckError(failures), properties)
	}
}

// same compares as JSON.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	x, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("%s is\n%s\nwant\n%s", what, x, y)
	}
}

// fails fails unless the error holds all the words.
func fails(t testing.TB, what string, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: the error is %v, want %q", what, err, word)
		}
	}
}

// answer has a refresh find that object, in the list and by itself.
func (f *fixture) answer(list, path, body string) {
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: list, Status: 200, Body: `{"items":[` + body + `]}`})
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: path, Status: 200, Body: body})
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// with returns a copy with other properties; nil drops one.
func with(in, changes props) props {
	out := props{}
	for _, set := range []props{in, changes} {
		for name, value := range set {
			if out[name] = value; value == nil {
				delete(out, name)
			}
		}
	}
	return out
}

// lingering has a deletion of an edge location take that long.
func lingering(delay time.Duration) func(*emulator.Options) {
	return func(o *emulator.Options) { o.Settings.DisconnectDelay = delay }
}
