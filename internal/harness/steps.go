package harness

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Call does something that the provider does not know of, as the console would, and answers as Request does. The
// provider starts anew, so that it forgets the lists it knows.
func (h *Harness) Call(method, path string, body any) Props {
	h.T.Helper()
	answer := h.Request(method, path, body)
	h.Reopen()
	return answer
}

// Request makes a call of the API without the provider. It returns the answer, or the first element of one that is a
// list.
func (h *Harness) Request(method, path string, body any) Props {
	h.T.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.T.Fatal(err)
	}
	req, err := http.NewRequest(method, h.URL+path, bytes.NewReader(text))
	if err != nil {
		h.T.Fatal(err)
	}
	req.Header.Set("X-API-Key", Token)
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
	var several []Props
	if json.Unmarshal(answer, &several) == nil && len(several) > 0 {
		return several[0]
	}
	out := Props{}
	if err := json.Unmarshal(answer, &out); err != nil && len(answer) > 0 {
		h.T.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// Register registers an EKS cluster of that name without the provider, and returns its ID.
func (h *Harness) Register(name string) string {
	h.T.Helper()
	return h.Call(http.MethodPost, "/v1/kubernetes/external-clusters", Props{
		"name": name, "eks": Props{"clusterName": name, "region": "eu-central-1", "accountId": "123456789012"},
	})["id"].(string)
}

// Reopen starts the provider anew, as the engine does for every operation: it remembers no list.
func (h *Harness) Reopen() {
	h.T.Helper()
	h.Provider(map[string]any{"apiToken": Token, "apiUrl": h.URL})
}

// Writes are the calls since the last [Harness.Forget] that are no reads.
func (h *Harness) Writes() []string {
	return slices.DeleteFunc(h.Calls(), func(call string) bool { return strings.HasPrefix(call, "GET ") })
}

// Refused fails the test unless inputs are refused at just these properties, in preview.
func (h *Harness) Refused(token string, inputs Props, properties ...string) {
	h.T.Helper()
	_, failures := h.Resource(token, "x").Check(inputs)
	found, want := map[string]bool{}, map[string]bool{}
	for _, failure := range failures {
		found[failure.Property] = true
	}
	for _, property := range properties {
		want[property] = true
	}
	if !maps.Equal(found, want) {
		h.T.Errorf("%v is refused with %v, want it at %v", inputs, CheckError(failures), properties)
	}
}

// WantUp brings the resource to the inputs, which must succeed by that operation.
func (r *Resource) WantUp(op string, inputs Props) Result {
	r.h.T.Helper()
	got, err := r.Up(inputs)
	if err != nil || got.Op != op {
		r.h.T.Fatalf("the operation is %s %v, want %s: %v", got.Op, got.Changes, op, err)
	}
	return got
}

// WantDrift refreshes the resource and fails the test unless that finds just these changes.
func (r *Resource) WantDrift(changes ...string) {
	r.h.T.Helper()
	if got, err := r.Refresh(); err != nil || !slices.Equal(got.Changes, changes) {
		r.h.T.Fatalf("a refresh finds %s %v, want %v: %v", got.Op, got.Changes, changes, err)
	}
}

// WantSettled fails the test unless neither a refresh nor a preview finds a difference.
func (r *Resource) WantSettled(inputs Props) {
	r.h.T.Helper()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		r.h.T.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		r.h.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// WantJSON fails the test unless both values are the same as JSON.
func WantJSON(t testing.TB, what string, got, want any) {
	t.Helper()
	if a, b := Plain(t, got), Plain(t, want); !reflect.DeepEqual(a, b) {
		x, _ := json.MarshalIndent(a, "", " ")
		y, _ := json.MarshalIndent(b, "", " ")
		t.Errorf("%s:\n%s\nwant\n%s", what, x, y)
	}
}

// Plain is a value as it comes out of JSON.
func Plain(t testing.TB, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// WantError fails the test unless the error holds all the words.
func WantError(t testing.TB, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("the error is %v, want %q in it", err, word)
		}
	}
}

// With returns a copy with other properties; nil drops one.
func With(in, changes Props) Props {
	out := maps.Clone(in)
	if out == nil {
		out = Props{}
	}
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// List is a list as JSON has it.
func List(items ...any) []any { return append([]any{}, items...) }
