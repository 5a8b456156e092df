package main

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// languages says which tests check what in which language. A test is named by the folder
// of its package and its own name.
var languages = []struct {
	name         string
	sdk, program string
}{
	{"TypeScript", "sdk/TestNode", "seed/TestSeed/TypeScript"},
	{"Python", "sdk/TestPython", "seed/TestSeed/Python"},
	{"Go", "sdk/TestGo", "seed/TestSeed/Go"},
	{"C#", "sdk/TestDotnet", "seed/TestSeed/C#"},
	{"Java", "sdk/TestJava", "seed/TestSeed/Java"},
	{"YAML", "", "seed/TestSeed/YAML"},
}

// report is what is known of a run of tests.
type report struct {
	out     io.Writer
	started map[string]time.Time // tests that are running
	output  map[string][]string
	parents map[string]bool
	results map[string]string // of tests that have ended: pass, fail or skip
}

func newReport(out io.Writer) *report {
	return &report{
		out: out, started: map[string]time.Time{}, output: map[string][]string{},
		parents: map[string]bool{}, results: map[string]string{},
	}
}

func (e event) name() string {
	name := path.Base(e.Package)
	if e.Test != "" {
		name += "/" + e.Test
	}
	return name
}

// add takes in an event, and tells whether it printed something.
func (r *report) add(e event) bool {
	name := e.name()
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
		return true
	case "run":
		r.started[name] = e.Time
		r.parents[path.Dir(name)] = true
	case "pause": // waits for its turn among the parallel tests
		delete(r.started, name)
	case "cont":
		r.started[name] = e.Time
	case "output":
		r.output[name] = append(r.output[name], e.Output)
	case "pass", "fail", "skip":
		delete(r.started, name)
		r.results[name] = e.Action
		return r.ended(e, name)
	}
	return false
}

// ended prints how a test ended. A test that consists of others says something only when
// it failed, and so does a package.
func (r *report) ended(e event, name string) bool {
	took := time.Duration(e.Elapsed * float64(time.Second)).Round(100 * time.Millisecond)
	switch {
	case e.Action == "fail":
		fmt.Fprintf(r.out, "FAIL  %s (%s)\n%s", name, took, strings.Join(r.output[name], ""))
	case r.parents[name], e.Test == "":
		return false
	case e.Action == "skip":
		fmt.Fprintf(r.out, "skip  %s: %s\n", name, r.reason(name))
	default:
		fmt.Fprintf(r.out, "ok    %s (%s)\n", name, took)
	}
	return true
}

// reason is why a test was skipped: the last thing it said.
func (r *report) reason(name string) string {
	for _, line := range slices.Backward(r.output[name]) {
		if file, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && strings.Contains(file, ".go:") {
			return text
		}
	}
	return "it does not say why"
}

// running prints which tests are running, and for how long.
func (r *report) running(now time.Time) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.started)) {
		if !r.parents[name] {
			names = append(names, fmt.Sprintf("%s (%s)", name, now.Sub(r.started[name]).Round(time.Second)))
		}
	}
	if len(names) == 0 {
		names = []string{"compiling the tests"}
	}
	fmt.Fprintf(r.out, "...   %s\n", strings.Join(names, ", "))
}

// summary prints what was and was not checked in each language.
func (r *report) summary() {
	fmt.Fprintln(r.out, "\nWhat was checked, by language:")
	for _, l := range languages {
		line := "program of the seed " + r.result(l.program, "taken up, previewed, refreshed and destroyed")
		if l.sdk != "" {
			line = "SDK " + r.result(l.sdk, "compiled") + "; " + line
		}
		fmt.Fprintf(r.out, "  %-11s %s\n", l.name, line)
	}
}

func (r *report) result(test, checked string) string {
	switch r.results[test] {
	case "pass":
		return checked
	case "fail":
		return "FAILED"
	case "skip":
		why, _, _ := strings.Cut(r.reason(test), ": ")
		return "NOT CHECKED (" + why + ")"
	default:
		return "NOT CHECKED (its test did not run)"
	}
}
