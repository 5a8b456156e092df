package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/internal/shape"
)

// TestAnswersThatLackAMember: whatever an answer leaves out, reading gives a
// value or an error; it does not crash, write, replace, or forget a secret.
func TestAnswersThatLackAMember(t *testing.T) {
	each(t, func(w *world, r *row) {
		x := w.Resource(r.token, "x")
		tried := map[string]bool{}
		for _, inputs := range r.full(w) {
			w.up("the full inputs", x, inputs)
			for call, doc := range answers(w, x) {
				for _, path := range members(doc) {
					what := call + " without " + dotted(path)
					if tried[what] {
						continue
					}
					tried[what] = true
					for _, null := range []bool{false, true} {
						w.web.change(func(req *http.Request, body []byte) []byte {
							if req.Method+" "+req.URL.Path == call {
								return lacking(body, path, null)
							}
							return body
						})
						readLacking(w, r, fmt.Sprintf("%s (null: %v)", what, null), x)
					}
				}
			}
			w.web.pass()
		}
		if len(tried) == 0 {
			w.t.Error("no answer was tried")
		}
	})
}

// TestTokensThatAreNotGiven: a token that the answer to its creation lacks is an
// error, and what was made stays in the state.
func TestTokensThatAreNotGiven(t *testing.T) {
	t.Parallel()
	for token, member := range map[string][]any{
		"ServiceAccountKey": {"token"}, "SSOConnection": {"token", "token"}, "GkeClusterId": {"token"},
		"EksCluster": {"token"}, "GkeCluster": {"token"}, "AksCluster": {"token"},
	} {
		for _, null := range []bool{false, true} {
			r := rows[slices.IndexFunc(rows, func(r *row) bool { return r.token == token })]
			w := newWorld(t, r)
			w.web.change(func(req *http.Request, body []byte) []byte {
				if req.Method != http.MethodPost {
					return body
				}
				return lacking(body, member, null)
			})
			x := w.Resource(token, "x")
			_, err := x.Up(r.full(w)[0])
			if err == nil || !strings.Contains(err.Error(), "token") || x.ID == "" {
				t.Errorf("%s: %v, and the ID %q", token, err, x.ID)
			}
		}
	}
}

// answers are what a refresh is answered, by the call.
func answers(w *world, x *harness.Resource) map[string]any {
	w.t.Helper()
	return w.answers(func() {
		probe := *x
		if _, err := probe.Refresh(); err != nil {
			w.t.Fatal(err)
		}
	})
}

// answers are what the calls of a provider that has just started are answered, by the call.
func (w *world) answers(do func()) map[string]any {
	w.t.Helper()
	var mu sync.Mutex
	seen := map[string]any{}
	w.web.change(func(req *http.Request, body []byte) []byte {
		mu.Lock()
		defer mu.Unlock()
		var doc any
		if err := json.Unmarshal(body, &doc); err != nil {
			w.t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
		}
		seen[req.Method+" "+req.URL.Path] = doc
		return body
	})
	w.fresh()
	do()
	w.web.pass()
	return seen
}

func readLacking(w *world, r *row, what string, x *harness.Resource) {
	w.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			w.t.Fatalf("%s: panic: %v", what, p)
		}
	}()
	w.Forget()
	w.fresh()
	probe := *x
	got, err := probe.Refresh()
	switch {
	case err != nil || got.Op == "delete":
	case got.Op == "replace":
		w.t.Errorf("%s: the resource is to be replaced: %v", what, got.Changes)
	default:
		for _, f := range shape.Of(reflect.TypeOf(r.state)).Fields {
			if f.Secret && x.Output(f.Name) != nil && probe.Output(f.Name) != x.Output(f.Name) {
				w.t.Errorf("%s: the secret %s is lost", what, f.Name)
			}
		}
	}
	if made := w.Writes(); len(made) > 0 {
		w.t.Errorf("%s: the calls %v were made", what, made)
	}
	imported := w.Resource(r.token, "imported")
	_ = imported.Import(r.importID(w, x)) // an error or a value: both are fine
}
