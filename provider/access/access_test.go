package access_test

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

const (
	one   = "11111111-1111-4111-8111-111111111111"
	two   = "22222222-2222-4222-8222-222222222222"
	three = "33333333-3333-4333-8333-333333333333"
)

var underOrganization = "/v1/organizations/" + organization

func list(items ...any) []any { return items }

// call calls the API as somebody else would, such as the console. It returns
// the answer, or the first element of one that is a list.
func call(h *harness.Harness, method, path string, body any) harness.Props {
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
	var several []harness.Props
	if json.Unmarshal(answer, &several) == nil && len(several) > 0 {
		return several[0]
	}
	out := harness.Props{}
	if err := json.Unmarshal(answer, &out); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// up brings a resource to inputs, which must succeed by that operation.
func up(t *testing.T, r *harness.Resource, op string, inputs harness.Props) {
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
