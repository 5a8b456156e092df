package schedules_test

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

const (
	rebalancing = "/v1/rebalancing-schedules"
	absent      = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	second      = "22222222-2222-4222-8222-222222222222"
)

var (
	org          = emulator.DefaultOrganization.ID
	hibernations = "/cluster-autoscaler/v1beta/organizations/" + org + "/hibernation-schedules"
)

type fixture struct{ *harness.Harness }

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	return &fixture{harness.New(t, change...)}
}

// call does something that the provider does not know of, and makes the
// provider forget the lists it knows.
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
	var out props
	if err := json.Unmarshal(answer, &out); err != nil {
		f.T.Fatal(err)
	}
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL})
	return out
}

// make makes an object and returns its ID.
func (f *fixture) make(path string, body props) string {
	f.T.Helper()
	return f.call(http.MethodPost, path, body)["id"].(string)
}

func (f *fixture) cluster(name string) string {
	f.T.Helper()
	return f.make("/v1/kubernetes/external-clusters", props{
		"name": name, "eks": props{"clusterName": name, "region": "eu-central-1", "accountId": "123456789012"},
	})
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

// same compares as JSON.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if a, b := plain(t, got), plain(t, want); !reflect.DeepEqual(a, b) {
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

// fails fails unless the error holds all the words.
func fails(t testing.TB, what string, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: the error is %v, want %q", what, err, word)
		}
	}
}

func list(items ...any) []any { return append([]any{}, items...) }

// with returns a copy with another value at each path; nil drops it.
func with(in, changes props) props {
	var out props
	text, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err)
	}
	for path, value := range changes {
		object, parts := out, strings.Split(path, ".")
		for _, key := range parts[:len(parts)-1] {
			object = object[key].(props)
		}
		if last := parts[len(parts)-1]; value == nil {
			delete(object, last)
		} else {
			object[last] = value
		}
	}
	return out
}
