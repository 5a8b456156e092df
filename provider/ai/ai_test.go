package ai_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

const absent = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

var (
	org   = emulator.DefaultOrganization.ID
	below = "/ai-optimizer/v1beta/organizations/" + org
)

func list(items ...any) []any { return append([]any{}, items...) }

// fixture is a provider and an API with a cluster.
type fixture struct {
	*harness.Harness
	cluster, models string
}

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t, change...)}
	f.cluster = f.call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "c", "eks": props{"clusterName": "c", "region": "eu-central-1", "accountId": "123456789012"},
	})["id"].(string)
	f.models = below + "/clusters/" + f.cluster + "/hosted-models"
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
	f.fresh()
	return out
}

// fresh starts a new provider, which remembers no list.
func (f *fixture) fresh() {
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL})
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

// replaces fails unless these inputs would replace the resource.
func (f *fixture) replaces(r *harness.Resource, inputs props) {
	f.T.Helper()
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "replace" {
		f.T.Errorf("with %v a preview finds %s %v, %v", inputs, got.Op, got.Changes, err)
	}
}

// refused checks that inputs are refused at just these properties, in preview.
func (f *fixture) refused(token string, inputs props, properties ...string) {
	f.T.Helper()
	_, failures := f.Resource(token, "x").Check(inputs)
	found, want := map[string]bool{}, map[string]bool{}
	for _, failure := range failures {
		found[failure.Property] = true
	}
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
