package testengine

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Result is what one run of Pulumi did.
type Result struct {
	// Err is nil when Pulumi succeeded.
	Err error
	// Duration is the wall time of the whole command.
	Duration time.Duration
	// Stdout and Stderr are what Pulumi printed.
	Stdout, Stderr string
	// Steps are the operations on resources, in the order in which they ended.
	Steps []Step
	// Diagnostics are the messages of the engine, the program and the providers,
	// without those for debugging.
	Diagnostics []Diagnostic
	// Events is the engine's own account, from which all the above is taken.
	Events []apitype.EngineEvent
	// Code is the program text that an import wrote.
	Code string

	t  T
	op string
}

// Step is one operation on one resource.
type Step struct {
	// Name is the resource's name in the program.
	Name string
	// Failed says that the operation was tried and failed.
	Failed bool
	// StepEventMetadata has the operation, the URN, the type, the diff and the states.
	// For a refresh the operation is the outcome, such as "update" or "same".
	apitype.StepEventMetadata
}

// Diagnostic is a message shown to the user.
type Diagnostic struct {
	// Name is the name of the resource that the message is about; empty when it is
	// about none.
	Name string
	// Severity is "info", "info#err", "warning" or "error".
	Severity string
	Message  string
}

// pluginNotice is in the warnings about plugins on the PATH, which is where tests put them.
const pluginNotice = " from $PATH at "

func (r *Result) readEvents(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		// Pulumi failed before it had anything to say.
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	events := json.NewDecoder(bufio.NewReader(f))
	for {
		var event apitype.EngineEvent
		if err := events.Decode(&event); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r.add(event)
	}
}

func (r *Result) add(event apitype.EngineEvent) {
	r.Events = append(r.Events, event)
	switch {
	case event.ResOutputsEvent != nil:
		r.addStep(event.ResOutputsEvent.Metadata, false)
	case event.ResOpFailedEvent != nil:
		r.addStep(event.ResOpFailedEvent.Metadata, true)
	case event.DiagnosticEvent != nil:
		d := event.DiagnosticEvent
		if d.Severity == "debug" || strings.Contains(d.Message, pluginNotice) {
			return
		}
		r.Diagnostics = append(r.Diagnostics, Diagnostic{Name: urnName(d.URN), Severity: d.Severity, Message: d.Message})
	}
}

func (r *Result) addStep(m apitype.StepEventMetadata, failed bool) {
	r.Steps = append(r.Steps, Step{Name: urnName(m.URN), Failed: failed, StepEventMetadata: m})
}

func urnName(urn string) string {
	if urn == "" {
		return ""
	}
	return resource.URN(urn).Name()
}

// Step returns the last step on the named resource, and fails the test when there is none.
func (r *Result) Step(name string) Step {
	r.t.Helper()
	for _, step := range slices.Backward(r.Steps) {
		if step.Name == name {
			return step
		}
	}
	r.t.Fatalf("pulumi %s did nothing with a resource named %q; it did:\n%s", r.op, name, r.describe())
	return Step{}
}

// Changes maps the names of the resources that were changed to what was done to them:
// "create", "update", "replace", "delete" or "import". The stack itself and the default
// providers are left out, and so is what failed. Programs should not give two resources one name.
func (r *Result) Changes() map[string]string {
	changes := map[string]string{}
	for _, step := range r.Steps {
		if op := change(step); op != "" && changes[step.Name] != "replace" {
			changes[step.Name] = op
		}
	}
	return changes
}

// change is the entry of a step in Changes; empty when it has none.
func change(step Step) string {
	if step.Failed || step.Type == "pulumi:pulumi:Stack" ||
		strings.HasPrefix(step.Type, "pulumi:providers:") && strings.HasPrefix(step.Name, "default") {
		return ""
	}
	switch op := string(step.Op); op {
	case "same", "read", "refresh":
		return ""
	case "replace", "create-replacement", "delete-replaced", "discard-replaced", "import-replacement", "read-replacement":
		return "replace"
	default:
		return op
	}
}

// WantChanges fails the test unless exactly these changes were made: see Changes.
func (r *Result) WantChanges(want map[string]string) *Result {
	r.t.Helper()
	if got := r.Changes(); !maps.Equal(got, want) {
		r.t.Errorf("pulumi %s made the changes %v, want %v:\n%s", r.op, got, want, r.describe())
	}
	return r
}

// WantNoChanges fails the test when anything was changed.
func (r *Result) WantNoChanges() *Result {
	r.t.Helper()
	if got := r.Changes(); len(got) > 0 {
		r.t.Errorf("pulumi %s made changes, want none:\n%s", r.op, r.describe())
	}
	return r
}

// WantDiff fails the test unless the last step on the named resource changed exactly
// these property paths.
func (r *Result) WantDiff(name string, paths ...string) *Result {
	r.t.Helper()
	step := r.Step(name)
	got := slices.Sorted(maps.Keys(step.DetailedDiff))
	if step.DetailedDiff == nil {
		// A provider that gives no detail gives the top-level properties alone.
		got = slices.Sorted(slices.Values(step.Diffs))
	}
	slices.Sort(paths)
	if !slices.Equal(got, paths) {
		r.t.Errorf("pulumi %s changed %q of %s, want %q:\n%s", r.op, got, name, paths, r.describe())
	}
	return r
}

// WantDiagnostic fails the test unless a message of this severity holds all the given
// texts.
func (r *Result) WantDiagnostic(severity string, texts ...string) *Result {
	r.t.Helper()
	for _, d := range r.Diagnostics {
		if d.Severity == severity && holdsAll(d.Message, texts) {
			return r
		}
	}
	r.t.Errorf("pulumi %s gave no %s that holds %q; it gave:\n%s", r.op, severity, texts, r.describe())
	return r
}

// WantNoWarnings fails the test when there was a warning or an error.
func (r *Result) WantNoWarnings() *Result {
	r.t.Helper()
	for _, d := range r.Diagnostics {
		if d.Severity == "warning" || d.Severity == "error" {
			r.t.Errorf("pulumi %s gave a %s: %s", r.op, d.Severity, d.Message)
		}
	}
	return r
}

func holdsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func (r *Result) succeeded() *Result {
	r.t.Helper()
	if r.Err != nil {
		r.t.Fatalf("pulumi %s failed: %v\n%s", r.op, r.Err, r.printed())
	}
	return r
}

func (r *Result) failed() *Result {
	r.t.Helper()
	if r.Err == nil {
		r.t.Fatalf("pulumi %s succeeded, want it to fail:\n%s", r.op, r.describe())
	}
	return r
}

// printed is what Pulumi printed, without the plugin notices.
func (r *Result) printed() string {
	var b strings.Builder
	for line := range strings.Lines(r.Stdout + r.Stderr) {
		if !strings.Contains(line, pluginNotice) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// describe tells a reader of a failed test what happened.
func (r *Result) describe() string {
	var b strings.Builder
	for _, step := range r.Steps {
		if change(step) == "" && !step.Failed {
			continue
		}
		fmt.Fprintf(&b, "  %s %s (%s)", step.Op, step.Name, step.Type)
		if step.Failed {
			b.WriteString(" failed")
		}
		b.WriteString("\n")
		for _, path := range slices.Sorted(maps.Keys(step.DetailedDiff)) {
			fmt.Fprintf(&b, "    %s %s\n", step.DetailedDiff[path].Kind, path)
		}
	}
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&b, "  %s %s: %s\n", d.Severity, d.Name, strings.TrimSpace(d.Message))
	}
	if b.Len() == 0 {
		return "  nothing\n" + r.printed()
	}
	return b.String()
}
