package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// everyOperation calls a test for each operation of the contract.
func everyOperation(t *testing.T, test func(t *testing.T, s *Server, op *operation)) {
	t.Helper()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.operations.byID) < 200 {
		t.Errorf("the contract has %d operations, which is too few to be all", len(s.operations.byID))
	}
	for _, id := range slices.Sorted(maps.Keys(s.operations.byID)) {
		test(t, s, s.operations.byID[id])
	}
}

// TestEveryOperationIsServed: the emulator has the whole contract.
func TestEveryOperationIsServed(t *testing.T) {
	everyOperation(t, func(t *testing.T, s *Server, op *operation) {
		if s.handlers[op.id] == nil {
			t.Errorf("%s %s (%s) has no handler", op.method, op.path, op.id)
		}
	})
}

// TestStatusesOfSuccess: clients accept one status only. Documented: 200, but for these.
func TestStatusesOfSuccess(t *testing.T) {
	others := map[string]int{
		"AgentAPISendDeltas":                        204,
		"ExternalClusterAPIDeleteCluster":           204,
		"ServiceAccountsAPICreateServiceAccount":    201,
		"ServiceAccountsAPICreateServiceAccountKey": 201,
		"ServiceAccountsAPIDeleteServiceAccount":    204,
		"ServiceAccountsAPIDeleteServiceAccountKey": 204,
		"ServiceAccountsAPIDeleteServiceAccounts":   204,
	}
	everyOperation(t, func(t *testing.T, _ *Server, op *operation) {
		want := http.StatusOK
		if others[op.id] != 0 {
			want = others[op.id]
		}
		if op.success != want {
			t.Errorf("%s: %d, want %d", op.id, op.success, want)
		}
		if want == http.StatusNoContent && op.answer != nil {
			t.Errorf("%s: a body with 204", op.id)
		}
	})
}

// TestEveryOperationRefuses: who nobody knows, what is not there and what is no JSON, each in the words of its API.
func TestEveryOperationRefuses(t *testing.T) {
	everyOperation(t, func(t *testing.T, s *Server, op *operation) {
		params := map[string]string{}
		for _, segment := range op.segments {
			if segment.param != "" {
				params[segment.param] = "nope"
			}
		}
		path := fill(op.path, params)
		refused := func(status int, token, body string) {
			t.Helper()
			r := httptest.NewRequest(op.method, path, strings.NewReader(body))
			r.Header.Set("X-API-Key", token)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			var d doc
			if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
				t.Errorf("%s: %v: %s", op.id, err, w.Body)
				return
			}
			_, main := d["fieldViolations"].([]any)
			code, other := d["code"].(float64)
			details, _ := d["details"].([]any)
			switch {
			case w.Code != status:
				t.Errorf("%s: %d, want %d: %s", op.id, w.Code, status, w.Body)
			case w.Header().Get("Content-Type") != "application/json" || text(d, "message") == "":
				t.Errorf("%s: %s of type %q", op.id, w.Body, w.Header().Get("Content-Type"))
			case mainAPI(path) && (!main || other), !mainAPI(path) && (main || details == nil || int(code) != statusCode(status)):
				t.Errorf("%s: the error body of another API: %s", op.id, w.Body)
			}
		}
		refused(http.StatusUnauthorized, "invalid", "{}")
		if op.request != nil {
			refused(http.StatusBadRequest, "valid", "{")
		}
		if len(params) > 0 {
			body := ""
			if op.request != nil {
				body = spelled(least(op.request))
			}
			refused(http.StatusNotFound, "valid", body)
		}
	})
}

// least is the smallest value that a schema accepts.
func least(schema *openapi3.Schema) any {
	switch {
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("array"):
		return []any{}
	case schema.Type.Is("boolean"):
		return false
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return 1.0
	case schema.Type.Is("string") && schema.Format == "date-time":
		return beginning
	case schema.Type.Is("string"):
		return "x"
	}
	d := doc{}
	known, _ := members(schema)
	for _, name := range schema.Required {
		d[name] = least(known[name])
	}
	return d
}
