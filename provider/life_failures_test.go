package provider_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// These tests hold for every resource whatever the API answers: a failed call
// is an error that says what was called, what came back and what to do; the
// state stays; nothing is sent twice that must not be; and the same operation
// succeeds once the API does.

// violation is how the API refuses a value.
const violation = `{"message":"Bad value","fieldViolations":[{"field":"some.field","description":"is not to its taste"}]}`

// failure is one way for calls to fail, and what the message has to say of it.
type failure struct {
	name  string
	fault emulator.Fault
	says  []string
	// unsure failures leave open whether the call had its effect.
	unsure bool
	// repeated failures pass, so that calls are made again.
	repeated bool
}

var failures = []failure{
	{name: "400", fault: emulator.Fault{Status: 400, Body: violation}, says: []string{"400", "Bad value", "some.field: is not to its taste", "correct the named values"}},
	{name: "401", fault: emulator.Fault{Status: 401}, says: []string{"401", "check that it has not expired"}},
	{name: "403", fault: emulator.Fault{Status: 403}, says: []string{"403", "lacks a right"}},
	{name: "404", fault: emulator.Fault{Status: 404}, says: []string{"404", "check the ID and the organization"}},
	{name: "409", fault: emulator.Fault{Status: 409, Body: `{"message":"In the way"}`}, says: []string{"409", "In the way", "pulumi refresh"}},
	{name: "422", fault: emulator.Fault{Status: 422, Body: `{"message":"Out of bounds"}`}, says: []string{"422", "Out of bounds", "correct the named values"}},
	{name: "429", fault: emulator.Fault{Status: 429, RetryAfter: "1"}, says: []string{"429", "fewer at a time"}, repeated: true},
	{name: "500", says: []string{"500", "try again later"},
		fault: emulator.Fault{Status: 500, Body: "<html><body>Oops</body></html>", ContentType: "text/html"}},
	{name: "503", fault: emulator.Fault{Status: 503}, says: []string{"503", "try again later"}, repeated: true, unsure: true},
	{name: "refused connection", fault: emulator.Fault{Action: emulator.Refuse}, says: []string{"Check the network"}, repeated: true, unsure: true},
	{name: "reset connection", fault: emulator.Fault{Action: emulator.Refuse, Reset: true}, says: []string{"Check the network"}, repeated: true, unsure: true},
	{name: "half an answer", fault: emulator.Fault{Action: emulator.Truncate}, unsure: true, repeated: true},
	{name: "an answer cut off", fault: emulator.Fault{Action: emulator.Cut}, unsure: true, repeated: true},
}

// everywhere are the faults that hit all calls, or all that are no reads.
func (f failure) everywhere(writesOnly bool) (all []emulator.Fault) {
	methods := []string{""}
	if writesOnly {
		methods = []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
	for _, method := range methods {
		fault := f.fault
		fault.Method, fault.Times = method, -1
		all = append(all, fault)
	}
	return all
}

var callInError = regexp.MustCompile(`(GET|POST|PUT|PATCH|DELETE) /\S+: `)

// during does something while calls fail, and returns what was not read.
func (f failure) during(w *world, r *row, x *harness.Resource, writesOnly bool, do func() error) (made []string, err error) {
	w.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			w.t.Fatalf("%s: panic: %v", f.name, p)
		}
	}()
	w.Hurry, x.Timeout = true, time.Minute
	if r.borne[f.fault.Status] != "" {
		x.Timeout = time.Second // it would be borne until then
	}
	w.fresh()
	w.Forget()
	for _, fault := range f.everywhere(writesOnly) {
		w.Emulator.Fail(fault)
	}
	err = do()
	w.Emulator.ClearFaults()
	x.Timeout = time.Minute
	made = w.Writes()
	if !f.repeated && r.borne[f.fault.Status] == "" && len(made) > 1 {
		w.t.Errorf("%s: there were the calls %v", f.name, made)
	}
	return made, err
}

// tells fails unless an error says what there is to say.
func (f failure) tells(w *world, what string, err error) {
	w.t.Helper()
	if err == nil {
		w.t.Errorf("%s, %s: there is no error", what, f.name)
		return
	}
	text := err.Error()
	for _, said := range f.says {
		if !strings.Contains(text, said) {
			w.t.Errorf("%s, %s: the error does not say %q: %s", what, f.name, said, text)
		}
	}
	if !callInError.MatchString(text) {
		w.t.Errorf("%s, %s: the error does not say what was called: %s", what, f.name, text)
	}
	if strings.Contains(text, "<html>") {
		w.t.Errorf("%s, %s: the error shows HTML: %s", what, f.name, text)
	}
}

// TestFailingReads: what cannot be read stays in the state as it is. What is
// not found is gone.
func TestFailingReads(t *testing.T) {
	each(t, func(w *world, r *row) {
		x := w.Resource(r.token, "x")
		w.up("create", x, r.full(w)[0], "create")
		for _, f := range failures {
			was := *x
			var got harness.Result
			made, err := f.during(w, r, x, false, func() (err error) {
				got, err = x.Refresh()
				return err
			})
			if len(made) > 0 {
				w.t.Errorf("reading, %s: there were the calls %v", f.name, made)
			}
			switch {
			case f.fault.Status == http.StatusNotFound && err == nil && got.Op == "delete":
			case f.fault.Status == http.StatusNotFound && err == nil:
				w.t.Errorf("reading, 404: a refresh finds %s", got.Op)
			default:
				f.tells(w, "reading", err)
				w.kept("reading, "+f.name, x, &was)
			}
			*x = was
		}
		w.Emulator.Fail(emulator.Fault{Status: 429, RetryAfter: "1"})
		w.fresh()
		if got, err := x.Refresh(); err != nil || got.Op != "same" {
			w.t.Errorf("reading, 429 once: a refresh finds %s %v, %v", got.Op, got.Changes, err)
		}
		if len(w.Emulator.Faults()) > 0 {
			w.t.Error("reading made no call")
		}
	})
}

// TestFailingUpdates: an update that fails leaves the change to be made.
func TestFailingUpdates(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := r.full(w)[0]
		changed := inPlace(w, r, inputs)
		if changed == nil {
			return
		}
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		for _, f := range failures {
			was := *x
			_, err := f.during(w, r, x, true, func() error {
				_, err := x.Up(changed)
				return err
			})
			f.tells(w, "updating", err)
			w.kept("updating, "+f.name, x, &was)
			if f.unsure { // it may be there already, which is no harm
				w.up("after "+f.name, x, changed, "update", "same")
				w.up("back after "+f.name, x, inputs, "update", "same")
			}
		}
		w.up("after the failures", x, changed, "update")
		w.settled("after the failures", x, changed)
	})
}

// TestFailingDeletes: what could not be deleted stays in the state, and is
// deleted the next time. What is gone is.
func TestFailingDeletes(t *testing.T) {
	each(t, func(w *world, r *row) {
		x := w.Resource(r.token, "x")
		w.up("create", x, r.full(w)[0], "create")
		for _, f := range failures {
			if r.idleDelete != "" || f.unsure && f.fault.Action != emulator.Refuse && f.fault.Status == 0 {
				continue // makes no call, or has had its effect
			}
			was := *x
			_, err := f.during(w, r, x, f.fault.Status != http.StatusNotFound, x.Delete)
			if f.fault.Status == http.StatusNotFound {
				if err != nil {
					w.t.Errorf("deleting, 404: %v", err)
				}
				*x = was
				continue
			}
			if err == nil && r.borne[f.fault.Status] != "" {
				*x = was
				continue
			}
			f.tells(w, "deleting", err)
			w.kept("deleting, "+f.name, x, &was)
		}
		w.fresh()
		if err := x.Delete(); err != nil {
			w.t.Errorf("deleting after the failures: %v", err)
		}
	})
}

// TestFailingCreations: a creation that fails leaves nothing behind that the
// state does not know, or says that it may have.
func TestFailingCreations(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := r.full(w)[0]
		for _, f := range failures {
			f.repeated = f.repeated || f.fault.Status >= 500 // what was not made is made again
			x := w.Resource(r.token, "x")
			_, err := f.during(w, r, x, true, func() error {
				_, err := x.Up(inputs)
				return err
			})
			if f.unsure && err == nil { // what it made was found
				w.settled("made all the same, "+f.name, x, inputs)
			} else {
				f.tells(w, "creating", err)
				if !f.unsure && x.ID != "" {
					w.t.Errorf("creating, %s: the ID is %q", f.name, x.ID)
				}
			}
			w.fresh()
			if f.unsure && f.fault.Action != emulator.Refuse && x.ID == "" {
				return // it may be there; the state cannot know
			}
			w.up("after "+f.name, x, inputs)
			w.settled("after "+f.name, x, inputs)
			if err := x.Delete(); err != nil {
				w.t.Fatal(err)
			}
			w.fresh()
		}
	})
}

// inPlace returns inputs whose change updates the resource by a call, nil if
// there are none.
func inPlace(w *world, r *row, inputs props) props {
	changes := changesOf(w, r, inputs)
	for _, path := range slices.Sorted(maps.Keys(changes)) {
		if !replaces(r.shape(), changes[path]) && (inputPaths(r.shape())[path].Wire != nil || r.token == "Autoscaler" || r.token == "ApiObject") {
			return with(inputs, changes[path])
		}
	}
	return nil
}
