package provider_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/internal/shape"
)

// This suite holds for every resource. A new one joins it with a row in
// life_rows_test.go.

func (r *row) shape() *shape.Struct { return shape.Of(reflect.TypeOf(r.inputs)) }

// each runs a test for every resource, in a world of its own.
func each(t *testing.T, test func(w *world, r *row)) {
	t.Parallel()
	for _, r := range rows {
		t.Run(r.token, func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, r), r)
		})
	}
}

// eachFull does so for each of the full inputs as well.
func eachFull(t *testing.T, test func(w *world, r *row, inputs props)) {
	t.Parallel()
	for _, r := range rows {
		for i := range r.fulls(t) {
			t.Run(fmt.Sprintf("%s/%d", r.token, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, r)
				test(w, r, r.full(w)[i])
			})
		}
	}
}

// fulls counts the full inputs.
func (r *row) fulls(t *testing.T) (n int) {
	t.Helper()
	t.Run(r.token, func(t *testing.T) { n = len(r.full(newWorld(t, r))) }) // whose world ends with it
	return n
}

func TestEveryResourceHasARow(t *testing.T) {
	spec := loadSchema(t)
	seen := map[string]bool{}
	for _, r := range rows {
		token := "castai:index:" + r.token
		if seen[token] {
			t.Errorf("there are two rows for %s", r.token)
		}
		seen[token] = true
		resource, ok := spec.Resources[token]
		if !ok {
			t.Errorf("there is no resource %s", r.token)
			continue
		}
		inSchema := schemaPaths(spec, resource.InputProperties)
		inCode := slices.Sorted(maps.Keys(inputPaths(r.shape())))
		if !slices.Equal(inSchema, inCode) {
			t.Errorf("the inputs in the row of %s are %v, and in the schema %v", r.token, inCode, inSchema)
		}
	}
	for token := range spec.Resources {
		if !seen[token] {
			t.Errorf("%s has no row in life_rows_test.go", token)
		}
	}
}

// schemaPaths lists properties of the schema and of the types they refer to.
func schemaPaths(spec schema.PackageSpec, of map[string]schema.PropertySpec) (out []string) {
	for name, property := range of {
		out = append(out, name)
		ref := property.Ref
		if property.Items != nil {
			ref = property.Items.Ref
		}
		if property.AdditionalProperties != nil {
			ref = property.AdditionalProperties.Ref
		}
		for _, inner := range schemaPaths(spec, spec.Types[strings.TrimPrefix(ref, "#/types/")].Properties) {
			out = append(out, name+"."+inner)
		}
	}
	slices.Sort(out)
	return out
}

// TestFullInputsAreFull: an input that a row forgets is not tested.
func TestFullInputsAreFull(t *testing.T) {
	each(t, func(w *world, r *row) {
		given := map[string]bool{}
		for _, inputs := range r.full(w) {
			visit(r.shape(), inputs, func(path string, _ *shape.Field, _ any, _ bool) { given[path] = true })
		}
		for path := range inputPaths(r.shape()) {
			switch waived := r.waived[path] != ""; {
			case !given[path] && !waived:
				w.t.Errorf("no full inputs hold %s: add it, or waive it and say why", path)
			case given[path] && waived:
				w.t.Errorf("%s is waived and tested", path)
			}
		}
		for _, named := range []map[string]string{r.waived, r.unchanged, r.stays, r.notImported, r.needed} {
			for path := range named {
				if path != "" && inputPaths(r.shape())[path] == nil {
					w.t.Errorf("there is no input %s", path)
				}
			}
		}
	})
}

// TestLeast: with the least inputs, and all that the service fills in, there
// is no difference, and reading makes nothing.
func TestLeast(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := r.least(w)
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		if x.ID == "" {
			w.t.Fatal("there is no ID")
		}
		settledForLong(w, x, inputs, 10)
		for key := range x.Inputs {
			if _, ok := inputs[string(key)]; !ok && key != "name" {
				w.t.Errorf("%s is among the inputs, although the program leaves it out", key)
			}
		}
	})
}

// TestFull: with all inputs there is no difference either, in whatever order
// lists are whose order does not matter.
func TestFull(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		settledForLong(w, x, inputs, 2)
		w.Forget()
		w.up("the same, shuffled", x, shuffled(r.shape(), inputs), "same")
		if made := w.Writes(); len(made) > 0 {
			w.t.Errorf("the same inputs in another order make the calls %v", made)
		}
	})
}

// settledForLong fails if a refresh or preview finds a difference, or if many
// of them make anything.
func settledForLong(w *world, x *harness.Resource, inputs props, reads int) {
	w.t.Helper()
	w.Forget()
	w.settled("at first", x, inputs)
	was := *x
	for range reads {
		w.fresh()
		if got, err := x.Refresh(); err != nil || got.Op != "same" {
			w.t.Fatalf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
		}
	}
	w.kept("many reads", x, &was)
	w.up("the same inputs", x, inputs, "same")
	if made := w.Writes(); len(made) > 0 {
		w.t.Errorf("reading makes the calls %v", made)
	}
}

// elsewhere says whether other full inputs of the row, before these, hold the
// input at a path as well: then it is tested with those.
func (r *row) elsewhere(w *world, inputs props, path string) bool {
	for _, before := range r.full(w) {
		if reflect.DeepEqual(before, inputs) {
			return false
		}
		if _, ok := find(before, path); ok {
			return true
		}
	}
	return false
}

// changesOf returns a change for every input that is given, by its path.
func changesOf(w *world, r *row, inputs props) map[string]props {
	w.t.Helper()
	explicit := map[string]props{}
	if r.changes != nil {
		explicit = r.changes(w)
	}
	out := map[string]props{}
	visit(r.shape(), inputs, func(path string, f *shape.Field, value any, indexed bool) {
		object := f.Elem != nil && !f.List && !f.Map
		switch change := explicit[path]; {
		case indexed || r.unchanged[path] != "":
		case change != nil:
			out[path] = change
		case object: // its properties change one by one
		default:
			now, ok := other(f, value)
			if !ok {
				w.t.Fatalf("no other value of %s is known: add one to the changes", path)
			}
			out[path] = props{path: now}
		}
	})
	return out
}

// TestChanges: a change of what identifies an object replaces it, any other
// updates it in place, and then there is no difference.
func TestChanges(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		changes := changesOf(w, r, inputs)
		for _, path := range slices.Sorted(maps.Keys(changes)) {
			if r.elsewhere(w, inputs, path) {
				continue
			}
			changed := with(inputs, changes[path])
			want := "update"
			if replaces(r.shape(), changes[path]) {
				want = "replace"
			}
			id := x.ID
			w.Forget()
			plan, _, err := x.Preview(changed)
			if err != nil || plan.Op != want {
				w.t.Fatalf("%s: the preview says %s %v, want %s: %v", path, plan.Op, plan.Changes, want, err)
			}
			if calls := w.Calls(); len(calls) > 0 {
				w.t.Errorf("%s: the preview makes the calls %v", path, calls)
			}
			w.up(path, x, changed, want)
			if want == "update" && x.ID != id {
				w.t.Errorf("%s: the ID was %s and is %s", path, id, x.ID)
			}
			w.settled(path, x, changed)
			w.up(path+" back", x, inputs, want)
		}
	})
}

// replaces says whether one of the changed inputs replaces the resource.
func replaces(s *shape.Struct, changes props) bool {
	for path := range changes {
		if identifies(s, path) {
			return true
		}
	}
	return false
}

// identifies says whether an input is what replaces when it changes, or is in
// such an object.
func identifies(s *shape.Struct, path string) bool {
	for at, f := range inputPaths(s) {
		if f.Replace && (at == path || strings.HasPrefix(path, at+".")) {
			return true
		}
	}
	return false
}

// TestClearing: an input that the program drops is cleared, or left to the
// service, and never keeps coming up as a difference.
func TestClearing(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		visit(r.shape(), inputs, func(path string, f *shape.Field, value any, indexed bool) {
			if indexed || !f.Optional || r.elsewhere(w, inputs, path) {
				return
			}
			drop := props{path: nil}
			maps.Copy(drop, r.drops[path])
			dropped := with(inputs, drop)
			if r.needed[path] != "" {
				if _, failures := x.Check(dropped); len(failures) != 1 || failures[0].Property != path {
					w.t.Errorf("without %s the inputs are refused with %v", path, failures)
				}
				return
			}
			ops := []string{"update", "same"}
			if identifies(r.shape(), path) || f.Switch {
				ops = []string{"replace", "same"}
			}
			w.up("without "+path, x, dropped, ops...)
			w.settled("without "+path, x, dropped)
			checkCleared(w, r, x, path, f, value)
			w.up("with "+path+" again", x, inputs, ops...)
		})
		w.settled("with everything again", x, inputs)
	})
}

// checkCleared fails if the service still has the value of a property that the
// program has dropped.
func checkCleared(w *world, r *row, x *harness.Resource, path string, f *shape.Field, value any) {
	w.t.Helper()
	if r.stays[""] != "" || r.stays[path] != "" || f.Wire == nil || path == "name" {
		return
	}
	found := w.Resource(r.token, "found")
	if err := found.Import(r.importID(w, x)); err != nil {
		w.t.Fatal(err)
	}
	if now, _ := find(plainInputs(found), path); now != nil && reflect.DeepEqual(harness.Plain(w.t, now), harness.Plain(w.t, value)) {
		w.t.Errorf("%s was dropped from the program, and the service still has %v", path, now)
	}
}

// TestImport: an import makes nothing, finds what there is, and a program with
// the inputs that it gives has no difference.
func TestImport(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		id := r.importID(w, x)
		w.Forget()
		w.fresh()
		y := w.Resource(r.token, "y")
		if err := y.Import(id); err != nil {
			w.t.Fatal(err)
		}
		if y.ID != x.ID {
			w.t.Errorf("the ID is %q, and %q before the import", y.ID, x.ID)
		}
		found := plainInputs(y)
		incomplete := slices.ContainsFunc(r.afterImport, func(path string) bool { return inputs[path] != nil })
		if !incomplete {
			w.settled("the imported inputs", y, found)
			w.up("the imported inputs", y, found, "same")
			if made := w.Writes(); len(made) > 0 {
				w.t.Errorf("the import makes the calls %v", made)
			}
		} else {
			if made := w.Writes(); len(made) > 0 {
				w.t.Errorf("the import makes the calls %v", made)
			}
			for _, path := range r.afterImport {
				if value, ok := inputs[path]; ok {
					found[path] = value
				}
			}
			w.up("the imported inputs and what has to be added", y, found, "update", "same")
			w.settled("the imported inputs and what has to be added", y, found)
		}
		visit(r.shape(), inputs, func(path string, f *shape.Field, value any, indexed bool) {
			if _, ok := find(found, path); ok || indexed || notImported(r, path) || reflect.ValueOf(value).IsZero() {
				return
			}
			if fmt.Sprint(value) != f.Default {
				w.t.Errorf("the import does not find %s", path)
			}
		})
		w.up("the program's own inputs", y, inputs, "same", "update")
		w.settled("the program's own inputs", y, inputs)
		if r.stays[""] == "" {
			y.Inputs, y.Outputs = x.Inputs, x.Outputs
		}
	})
}

func notImported(r *row, path string) bool {
	for at := path; ; {
		if r.notImported[at] != "" {
			return true
		}
		dot := strings.LastIndex(at, ".")
		if dot < 0 {
			return false
		}
		at = at[:dot]
	}
}

// TestImportOfNothing: an ID that is no ID, or that nothing has, is an error.
func TestImportOfNothing(t *testing.T) {
	each(t, func(w *world, r *row) {
		for _, id := range []string{
			"nonsense", "", "/", "a//b", "a/b/c/d/e", uuidOne, uuidOne + "/" + uuidTwo, uuidOne + "/" + uuidTwo + "/" + uuidOne,
		} {
			x := w.Resource(r.token, "x")
			if err := x.Import(id); err == nil {
				w.t.Errorf("the import of %q succeeds, with the inputs %v", id, x.Inputs)
			} else if !strings.Contains(err.Error(), "The import ID is ") {
				w.t.Errorf("the import of %q does not say what the import ID is: %v", id, err)
			}
		}
		if made := w.Writes(); len(made) > 0 {
			w.t.Errorf("the imports make the calls %v", made)
		}
	})
}

// TestForcedReplacements: a replacement that the engine is told to make comes
// before the deletion of the same object, and survives it.
func TestForcedReplacements(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := r.full(w)[0]
		old := w.Resource(r.token, "x")
		w.up("create", old, inputs, "create")
		w.fresh()
		again := w.Resource(r.token, "x")
		if got, err := again.Up(inputs); err != nil || again.ID != old.ID {
			return // refused, or another object
		} else if got.Op != "create" {
			w.t.Fatalf("the replacement is %s", got.Op)
		}
		if err := old.DeleteReplaced(); err != nil {
			w.t.Error(err)
		}
		w.fresh()
		if got, err := again.Refresh(); err != nil || got.Op != "same" {
			w.t.Errorf("after the deletion of what was replaced, a refresh finds %s %v, %v", got.Op, got.Changes, err)
		}
	})
}

// TestVanish: what was deleted elsewhere drops out of the state and is made
// again; what is deleted twice is deleted.
func TestVanish(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := r.full(w)[0]
		x := w.Resource(r.token, "x")
		w.up("create", x, inputs, "create")
		inputs = r.vanish(w, x, inputs)
		w.fresh()
		again := *x
		if got, err := x.Refresh(); err != nil || got.Op != "delete" {
			w.t.Fatalf("a refresh finds %s %v, %v, want delete", got.Op, got.Changes, err)
		}
		w.up("create again", x, inputs, "create")
		w.settled("created again", x, inputs)

		if again.ID != x.ID { // or it would hit the new one
			w.Forget()
			if err := again.Delete(); err != nil {
				w.t.Errorf("deleting what is gone: %v", err)
			}
		}
		if err := x.Delete(); err != nil {
			w.t.Fatal("delete:", err)
		}
		w.fresh()
		if err := x.Delete(); err != nil {
			w.t.Error("deleting it once more:", err)
		}
	})
}

// TestNoCalls: checks, diffs and previews call nothing, whether values are
// known or not.
func TestNoCalls(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		quiet := func(what string, inputs props) {
			t.Helper()
			w.Forget()
			if _, failures := x.Check(inputs); len(failures) > 0 {
				w.t.Errorf("%s: %v", what, harness.CheckError(failures))
			}
			if _, _, err := x.Preview(inputs); err != nil {
				w.t.Errorf("%s: the preview fails: %v", what, err)
			}
			if calls := w.Calls(); len(calls) > 0 {
				w.t.Errorf("%s: there were the calls %v", what, calls)
			}
		}
		unknown := props{}
		for key := range inputs {
			unknown[key] = harness.Unknown
		}
		quiet("the full inputs", inputs)
		quiet("nothing known", unknown)
		w.up("create", x, inputs, "create")
		quiet("the same inputs", inputs)
		quiet("nothing known any more", unknown)
		visit(r.shape(), inputs, func(path string, _ *shape.Field, _ any, indexed bool) {
			if !indexed && !r.elsewhere(w, inputs, path) {
				quiet("an unknown "+path, with(inputs, props{path: harness.Unknown}))
			}
		})
	})
}

// TestSecrets: no secret is seen in a log, an error, a refusal of inputs, or a
// value that is not marked as secret.
func TestSecrets(t *testing.T) {
	each(t, func(w *world, r *row) {
		inputs := with(r.full(w)[0], r.secrets)
		hidden := []string{harness.Token}
		for _, f := range r.shape().Fields {
			if f.Secret && r.secrets[f.Name] == nil {
				w.t.Errorf("no secret is planted in %s", f.Name)
			}
		}
		for _, value := range r.secrets {
			hidden = append(hidden, regexp.MustCompile(`PLANTED-\w+`).FindString(fmt.Sprint(value)))
		}
		var told []string
		tell := func(err error) {
			if err != nil {
				told = append(told, err.Error())
			}
		}
		var shown []string
		show := func(x *harness.Resource) { shown = append(shown, open(w.t, x.Inputs), open(w.t, x.Outputs)) }
		x := w.Resource(r.token, "x")
		x.Timeout = 5 * time.Second
		for nth := 1; nth <= 3; nth++ {
			for _, refuse := range []func(){
				func() { w.web.quote(nth, 400, "application/json") },
				func() { w.web.quote(nth, 500, "application/json") },
				func() { w.web.quote(nth, 500, "text/plain") },
			} {
				refuse()
				y := w.Resource(r.token, fmt.Sprint("y", nth))
				_, err := y.Up(inputs)
				tell(err)
				show(y)
				w.web.pass()
				if y.ID != "" {
					tell(y.Delete())
				}
			}
		}
		_, err := x.Up(inputs)
		tell(err)
		if x.ID == "" {
			w.t.Fatal("it could not be created:", err)
		}
		show(x)
		state := shape.Of(reflect.TypeOf(r.state))
		for _, f := range state.Fields {
			if !f.Secret {
				continue
			}
			value, _ := x.Output(f.Name).(string)
			if value == "" {
				w.t.Errorf("the secret output %s is empty", f.Name)
				continue
			}
			hidden = append(hidden, value)
		}
		for name, value := range r.secrets {
			_, failed := x.Check(with(inputs, props{name: list(value)}))
			tell(harness.CheckError(failed))
			_, failed = x.Check(with(inputs, props{name: fmt.Sprint(value)[1:] + " \x00"}))
			tell(harness.CheckError(failed))
		}
		_, err = x.Refresh()
		tell(err)
		show(x)
		imported := w.Resource(r.token, "imported")
		tell(imported.Import(r.importID(w, x)))
		show(imported)
		tell(x.Delete())

		log := w.Logs()
		if !slices.ContainsFunc(log, func(line string) bool { return strings.HasPrefix(line, "debug: P") }) {
			w.t.Fatal("the debug log is off")
		}
		for where, texts := range map[string][]string{"log": log, "error": told, "value that is not marked": shown} {
			for _, text := range texts {
				for _, secret := range hidden {
					if strings.Contains(text, secret) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(secret))) {
						w.t.Errorf("the secret %s is seen in this %s: %s", secret, where, text)
					}
				}
			}
		}
	})
}
