package crud

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/castai/pulumi-castai/internal/api"
)

// clockSkew is how far the service's clock may be behind this machine's.
const clockSkew = 2 * time.Minute

// recover looks for the object that a create call whose answer was lost has
// made: one of that key in which everything that was sent reads back, and which
// is no older than the call. Any other is somebody else's, and an error. Where
// the service does not say when an object was made, a warning tells what was
// taken for it.
func (r *Resource[A, S]) recover(a *A, sent map[string]any) func(context.Context) (any, bool, error) {
	key := cmp.Or(r.Key, "name")
	value, _ := api.Lookup(sent, key)
	if r.List == nil || value == "" {
		return nil
	}
	began := time.Now()
	return func(ctx context.Context) (any, bool, error) {
		found, err := r.list(ctx, a, key, value)
		if err != nil || len(found) == 0 {
			return nil, false, err
		}
		var made []map[string]any
		why := "that differs from the one this call was to make"
		for _, object := range found {
			echo := object
			if r.Echo != nil {
				echo = r.Echo(object)
			}
			if !contains(echo, sent) {
				continue
			}
			why = "that this call may not have made"
			if at, told := madeAt(object); !told || !at.Before(began.Add(-clockSkew)) {
				made = append(made, object)
			}
		}
		if len(made) != 1 {
			return nil, false, fmt.Errorf("%s with the %s %q exists %s; look at it in the console, then import or delete it",
				article(r.Kind), key, value, why)
		}
		if _, told := madeAt(made[0]); !told {
			Warn(ctx, "The answer to the creation of this %s was lost. One with the %s %q that is just like it exists, and was taken for it.",
				r.Kind, key, value)
		}
		return made[0], true, nil
	}
}

// madeAt is when the service says that an object was made, if it does.
func madeAt(object map[string]any) (at time.Time, told bool) {
	for _, field := range []string{"createdAt", "createTime"} {
		if text, ok := object[field].(string); ok {
			at, err := time.Parse(time.RFC3339, text)
			return at, err == nil
		}
	}
	return time.Time{}, false
}

// contains says whether everything in sent reads back in found. Nothing,
// null and empty are one, since the API drops them.
func contains(found, sent any) bool {
	switch want := sent.(type) {
	case map[string]any:
		got, _ := found.(map[string]any)
		for key, value := range want {
			if !contains(got[key], value) {
				return false
			}
		}
		return true
	case []any:
		got, _ := found.([]any)
		if len(got) != len(want) {
			return false
		}
		for _, value := range want {
			matched := false
			for _, other := range got {
				matched = matched || contains(other, value)
			}
			if !matched {
				return false
			}
		}
		return true
	case string:
		got, _ := found.(string)
		return strings.EqualFold(got, want)
	case nil:
		return true
	default:
		if number(sent) == 0 && (found == nil || number(found) == 0) {
			return true
		}
		return number(sent) == number(found)
	}
}

// number makes numbers and booleans of any Go type comparable; NaN, which
// equals nothing, for the rest.
func number(v any) float64 {
	r := reflect.ValueOf(v)
	switch {
	case v == nil:
		return math.NaN()
	case r.CanInt():
		return float64(r.Int())
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.Bool && r.Bool():
		return 1
	case r.Kind() == reflect.Bool:
		return 0
	default:
		return math.NaN()
	}
}
