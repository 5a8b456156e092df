package testengine_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/testengine"
)

const program = `
config:
  greeting: {type: string, default: hello}
  password: {type: string, default: ""}
resources:
  first:
    type: pulumi:index:Stash
    properties:
      input: ${greeting}
  second:
    type: pulumi:index:Stash
    properties:
      input: {from: "${first.output}"}
outputs:
  second: ${second.output}
`

func TestLifeCycle(t *testing.T) {
	t.Parallel()
	s := testengine.New(t).YAML(program + "  password: ${password}\n")
	s.SetConfig("greeting", "-1 and more")
	s.SetSecret("password", "pass-5d81c6")

	s.Up().
		WantChanges(map[string]string{"first": "create", "second": "create"}).
		WantNoWarnings()
	s.WantNoChanges()

	want := map[string]any{"second": map[string]any{"from": "-1 and more"}, "password": "pass-5d81c6"}
	if got := s.Outputs(); !reflect.DeepEqual(got, want) {
		t.Errorf("outputs = %v, want %v", got, want)
	}
	state := s.Export()
	if got := state.Resource("first").Inputs["input"]; got != "-1 and more" {
		t.Errorf("input of first in the state = %v", got)
	}
	if bytes.Contains(state.JSON, []byte("pass-5d81c6")) {
		t.Error("the exported state holds a secret in the clear")
	}

	s.SetConfig("greeting", "bye")
	s.Preview().WantChanges(map[string]string{"first": "update"})
	s.Up().
		WantChanges(map[string]string{"first": "update"}).
		WantDiff("first", "input")

	s.Destroy().WantChanges(map[string]string{"first": "delete", "second": "delete"})
	if s.Export().Has("first") {
		t.Error("first is in the state after it was destroyed")
	}

	s.Replace(state.JSON)
	if !s.Export().Has("first") {
		t.Error("first is not in the state that replaced the empty one")
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	s := testengine.New(t).YAML(`
resources:
  thing:
    type: nowhere:index:Thing
`)
	r := s.UpFails()
	if !strings.Contains(r.Stdout+r.Stderr, "nowhere") {
		t.Errorf("the failure does not name the missing plugin:\n%s%s", r.Stdout, r.Stderr)
	}
	r.WantChanges(map[string]string{})

	s.SetYAML(program)
	s.Up().WantChanges(map[string]string{"first": "create", "second": "create"})
}

func TestEnginesAreApart(t *testing.T) {
	t.Setenv("PULUMI_STACK", "of-the-user")
	t.Setenv("CASTAI_API_TOKEN", "of-the-user")
	t.Setenv("UNRELATED", "kept")
	one, two := testengine.New(t), testengine.New(t)
	one.Setenv("CASTAI_API_TOKEN", "of-the-test")

	env := strings.Join(one.Env(), "\n")
	if strings.Contains(env, "of-the-user") {
		t.Error("a variable of the user's configuration gets in")
	}
	for _, want := range []string{"CASTAI_API_TOKEN=of-the-test", "UNRELATED=kept"} {
		if !strings.Contains(env, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
	if strings.Contains(strings.Join(two.Env(), "\n"), "CASTAI_API_TOKEN") {
		t.Error("a variable set for one engine is set for another")
	}

	one.YAML(program).Up()
	if two.YAML(program).Export().Has("first") {
		t.Error("two engines share a state")
	}
}

// recorder is a test that is expected to fail.
type recorder struct {
	*testing.T
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, format)
}

// The helpers are the judges of other tests: they must be able to say no.
func TestWantsCanFail(t *testing.T) {
	t.Parallel()
	rec := &recorder{T: t}
	s := testengine.New(rec).YAML(program)
	up := s.Up()
	for name, want := range map[string]func(){
		"WantNoChanges":  func() { up.WantNoChanges() },
		"WantChanges":    func() { up.WantChanges(map[string]string{"first": "create"}) },
		"WantDiff":       func() { up.WantDiff("first", "input") },
		"WantDiagnostic": func() { up.WantDiagnostic("warning", "anything") },
		"stack": func() {
			s.SetConfig("greeting", "changed")
			s.WantNoChanges()
		},
	} {
		rec.errors = nil
		want()
		if len(rec.errors) != 1 {
			t.Errorf("%s reported %d failures %q, want one", name, len(rec.errors), rec.errors)
		}
	}
}
