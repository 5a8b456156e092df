package cost_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

const (
	groups      = "/v1/cost-reports/allocation-groups"
	commitments = "/v1/savings/commitments"
	absent      = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	second      = "22222222-2222-4222-8222-222222222222"
)

var (
	org          = emulator.DefaultOrganization.ID
	reservations = "/v1/organizations/" + org + "/reservations"
)

type fixture struct{ *harness.Harness }

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	return &fixture{harness.New(t, change...)}
}

// fresh makes the provider forget the lists it knows.
func (f *fixture) fresh() {
	f.T.Helper()
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL})
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
	f.fresh()
	return out
}

func (f *fixture) cluster(name string) string {
	f.T.Helper()
	return f.call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": name, "eks": props{"clusterName": name, "region": "eu-central-1", "accountId": "123456789012"},
	})["id"].(string)
}

func (f *fixture) up(r *harness.Resource, op string, inputs props) {
	f.T.Helper()
	f.fresh()
	if got, err := r.Up(inputs); err != nil || got.Op != op {
		f.T.Fatalf("the update is %s %v, %v, want %s", got.Op, got.Changes, err, op)
	}
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (f *fixture) settled(r *harness.Resource, inputs props) {
	f.T.Helper()
	f.drift(r, "same")
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		f.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// drift refreshes, and fails unless that finds the differences.
func (f *fixture) drift(r *harness.Resource, op string, changes ...string) {
	f.T.Helper()
	f.fresh()
	got, err := r.Refresh()
	if err != nil || got.Op != op || len(changes) > 0 && !slices.Equal(got.Changes, changes) {
		f.T.Fatalf("a refresh finds %s %v, %v, want %s %v", got.Op, got.Changes, err, op, changes)
	}
}

// writes are the calls so far that are no reads.
func (f *fixture) writes() []string {
	return slices.DeleteFunc(f.Calls(), func(call string) bool { return strings.HasPrefix(call, "GET ") })
}

// body is the JSON of the last request with that method whose path ends so.
func (f *fixture) body(method, suffix string) any {
	f.T.Helper()
	requests := f.Emulator.Requests()
	for i := len(requests) - 1; i >= 0; i-- {
		if r := requests[i]; r.Method == method && strings.HasSuffix(r.Path, suffix) {
			var body any
			if err := json.Unmarshal(r.Body, &body); err != nil {
				f.T.Fatal(err)
			}
			return body
		}
	}
	f.T.Fatalf("no request %s ...%s; there were %v", method, suffix, f.Calls())
	return nil
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

// refused fails unless the inputs are refused with exactly these failures.
func (f *fixture) refused(r *harness.Resource, inputs props, want ...string) {
	f.T.Helper()
	_, failures := r.Check(inputs)
	got := strings.Split(harness.CheckError(failures).Error(), "\n")
	for _, words := range want {
		i := slices.IndexFunc(got, func(line string) bool {
			for _, word := range strings.Split(words, "|") {
				if !strings.Contains(line, word) {
					return false
				}
			}
			return true
		})
		if i < 0 {
			f.T.Errorf("the failures are %q, want %q", got, words)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 && got[0] != "" {
		f.T.Errorf("there are more failures: %q", got)
	}
}

func list(items ...any) []any { return append([]any{}, items...) }

// with returns a copy with other values; nil drops one.
func with(in, changes props) props {
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

func lines(text ...string) string { return strings.Join(text, "\n") }

func twoOrganizations(o *emulator.Options) {
	o.Organizations = []emulator.Organization{emulator.DefaultOrganization, {ID: second, Name: "Second"}}
}
