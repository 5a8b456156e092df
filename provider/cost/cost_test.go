package cost_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var fails, list, same, with = harness.WantError, harness.List, harness.WantJSON, harness.With

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

func (f *fixture) up(r *harness.Resource, op string, inputs props) {
	f.T.Helper()
	f.Reopen()
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
	f.Reopen()
	got, err := r.Refresh()
	if err != nil || got.Op != op || len(changes) > 0 && !slices.Equal(got.Changes, changes) {
		f.T.Fatalf("a refresh finds %s %v, %v, want %s %v", got.Op, got.Changes, err, op, changes)
	}
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

func lines(text ...string) string { return strings.Join(text, "\n") }

func twoOrganizations(o *emulator.Options) {
	o.Organizations = []emulator.Organization{emulator.DefaultOrganization, {ID: second, Name: "Second"}}
}
