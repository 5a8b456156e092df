package dbcache_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

const (
	groups  = "/v1/dbo/cache-groups"
	absent  = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	another = "7a2d4b63-8e2f-4d2c-8b64-1e3f6c8f9d25"
)

func list(items ...any) []any { return append([]any{}, items...) }

// call does something that the provider does not know of, and makes the
// provider forget the lists it knows.
func call(h *harness.Harness, method, path string, body any) props {
	h.T.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.T.Fatal(err)
	}
	req, err := http.NewRequest(method, h.URL+path, bytes.NewReader(text))
	if err != nil {
		h.T.Fatal(err)
	}
	req.Header.Set("X-API-Key", harness.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.T.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		h.T.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		h.T.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	out := props{}
	if err := json.Unmarshal(answer, &out); err != nil {
		h.T.Fatal(err)
	}
	reopen(h)
	return out
}

// reopen starts the provider anew, as the engine does for every operation.
func reopen(h *harness.Harness) {
	h.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": h.URL})
}

// made makes an object and returns its ID.
func made(h *harness.Harness, path string, body props) string {
	h.T.Helper()
	return call(h, http.MethodPost, path, body)["id"].(string)
}

// group makes a cache group.
func group(h *harness.Harness, name string) string {
	h.T.Helper()
	return made(h, groups, props{"name": name, "protocolType": "MySQL"})
}

func with(in, change props) props {
	out := props{}
	for _, from := range []props{in, change} {
		for key, value := range from {
			if out[key] = value; value == nil {
				delete(out, key)
			}
		}
	}
	return out
}

// up brings a resource to inputs, which must succeed by that operation.
func up(t *testing.T, r *harness.Resource, op string, inputs props) {
	t.Helper()
	if got, err := r.Up(inputs); err != nil || got.Op != op {
		t.Fatalf("the operation was %s %v, want %s: %v", got.Op, got.Changes, op, err)
	}
}

// drift refreshes a resource and fails unless it finds those differences.
func drift(t *testing.T, r *harness.Resource, want ...string) {
	t.Helper()
	got, err := r.Refresh()
	if err != nil || !slices.Equal(got.Changes, want) {
		t.Fatalf("a refresh finds %s %v, want %v: %v", got.Op, got.Changes, want, err)
	}
}

// writes lists the requests that are no reads.
func writes(h *harness.Harness) []string {
	return slices.DeleteFunc(h.Calls(), func(call string) bool { return strings.HasPrefix(call, "GET ") })
}

func wantJSON(t *testing.T, what string, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, text := range words {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("the error is %v, want %q in it", err, text)
		}
	}
}
