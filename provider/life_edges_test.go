package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/shape"
)

// These tests try, for every resource, what a program says only now and then:
// an empty object, a zero, a false.

// refusedByAPI is the error of a call that the API refused for what was in it.
var refusedByAPI = regexp.MustCompile(`(POST|PUT|PATCH) /\S+: 4(00|22)`)

// extremes makes every resource with another value in one place, and brings it
// there by an update. What the checks or the API refuse is not tried.
func extremes(t *testing.T, other func(f *shape.Field, value any) (any, bool)) {
	eachFull(t, func(w *world, r *row, inputs props) {
		visit(r.shape(), inputs, func(path string, f *shape.Field, value any, indexed bool) {
			now, ok := other(f, value)
			if indexed || !ok || r.elsewhere(w, inputs, path) || f.Name == "singleton" { // which makes it another object
				return
			}
			changed := with(inputs, props{path: now})
			x := w.Resource(r.token, "x")
			if _, failures := x.Check(changed); len(failures) > 0 {
				return
			}
			w.fresh()
			if _, err := x.Up(changed); err != nil {
				if !refusedByAPI.MatchString(err.Error()) {
					w.t.Errorf("%s: %v: %v", path, now, err)
				}
				return
			}
			w.settled("made with "+path, x, changed)
			w.up("again with "+path, x, changed, "same")
			w.up("with the full inputs", x, inputs)
			w.up("with "+path, x, changed)
			w.settled("with "+path, x, changed)
			if f.Elem == nil {
				checkCleared(w, r, x, path, f, value)
			}
			if err := x.Delete(); err != nil {
				w.t.Fatal(err)
			}
		})
	})
}

// TestEmptyObjects: an object with nothing in it is fine, or refused in the
// preview, and never a difference that comes again.
func TestEmptyObjects(t *testing.T) {
	extremes(t, func(f *shape.Field, value any) (any, bool) {
		object, ok := value.(props)
		return props{}, ok && f.Elem != nil && !f.Map && len(object) > 0
	})
}

// TestZeros: 0 and false are sent as such, or refused in the preview, and
// never a difference that comes again.
func TestZeros(t *testing.T) {
	extremes(t, func(_ *shape.Field, value any) (any, bool) {
		switch value := value.(type) {
		case bool:
			return false, value
		case int:
			return 0, value != 0
		case float64:
			return 0.0, value != 0
		}
		return nil, false
	})
}

// TestEmptyLists: a list or map with nothing in it is one thing, and none
// another.
func TestEmptyLists(t *testing.T) {
	extremes(t, func(f *shape.Field, value any) (any, bool) {
		switch value.(type) {
		case []any:
			return list(), f.List
		case props:
			return props{}, f.Map
		}
		return nil, false
	})
}

// TestDeprecations: a deprecated input is taken, and a warning says what to use instead.
func TestDeprecations(t *testing.T) {
	eachFull(t, func(w *world, r *row, inputs props) {
		x := w.Resource(r.token, "x")
		x.Check(inputs)
		visit(r.shape(), inputs, func(path string, f *shape.Field, _ any, _ bool) {
			if f.Deprecated == "" {
				return
			}
			last := path[strings.LastIndex(path, ".")+1:]
			if !w.Warned(last + " is deprecated. " + f.Deprecated) {
				w.t.Errorf("there is no warning of %s: %v", path, w.Logs())
			}
		})
	})
}
