package object_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

// reply answers a request of that method with a body.
func reply(method string, status int, contentType, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method {
			return false
		}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
		return true
	}
}

// TestAnswersThatAreNone: an answer that is not what was asked for is an error
// that says so and shows nothing secret, and what was there stays.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	const jsonType = "application/json"
	for name, test := range map[string]struct {
		options props
		method  string
		status  int
		kind    string
		body    string
		why     string
	}{
		"no ID":                     {nil, "POST", 200, jsonType, `{"name":"x"}`, `no "id" to know it by`},
		"an ID that is an object":   {nil, "POST", 200, jsonType, `{"id":{"a":1}}`, `no "id" to know it by`},
		"no ID where it is said":    {props{"idField": "meta.id"}, "POST", 200, jsonType, `{"id":"1","meta":[]}`, `no "meta.id" to know it by`},
		"nothing at all":            {nil, "POST", 200, jsonType, ``, `no "id" to know it by`},
		"another wrapper":           {props{"answerWrapper": "thing"}, "POST", 200, jsonType, `{"item":{"id":"1"}}`, `no "id" to know it by`},
		"a list for an object":      {nil, "POST", 200, jsonType, `[{"id":"1"}]`, "POST " + things},
		"a page of a portal":        {nil, "POST", 200, "text/html", `<html>PLANTED-key</html>`, "POST " + things},
		"a refusal":                 {nil, "POST", 422, jsonType, `{"message":"key PLANTED-key is too short","fieldViolations":[{"field":"key","description":"not PLANTED-key"}]}`, "is too short"},
		"no such call":              {nil, "POST", 405, "text/plain", `nope`, "405"},
		"read: text":                {nil, "GET", 200, jsonType, `"PLANTED-key"`, "GET " + things + "/thing-1"},
		"read: a list":              {nil, "GET", 200, jsonType, `[]`, "GET " + things + "/thing-1"},
		"read: half an answer":      {nil, "GET", 200, jsonType, `{"id":`, "GET " + things + "/thing-1"},
		"list: no such member":      {props{"listItems": "rows"}, "GET", 200, jsonType, `{"items":[]}`, "GET " + things},
		"list: an object in place":  {props{"listItems": "items"}, "GET", 200, jsonType, `{"items":{}}`, "GET " + things},
		"list: texts":               {props{"listItems": "items"}, "GET", 200, jsonType, `{"items":["PLANTED-key"]}`, "GET " + things},
		"update: refused":           {nil, "PUT", 400, jsonType, `{"message":"PLANTED-key is no key"}`, "PUT " + things + "/thing-1"},
		"update: no such call":      {nil, "PUT", 405, "text/html", `<html></html>`, "405"},
		"update: gone":              {nil, "PUT", 404, jsonType, `{}`, "404"},
		"deletion: refused":         {nil, "DELETE", 409, jsonType, `{"message":"in use"}`, "in use"},
		"deletion: no such call":    {nil, "DELETE", 405, jsonType, `{}`, "405"},
		"a rejection of the object": {nil, "GET", 403, jsonType, `{}`, "lacks a right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			inputs := props{"path": things, "body": props{"name": "x", "key": harness.Secret("PLANTED-key")}, "ignoreFields": list("key")}
			for key, value := range test.options {
				inputs[key] = value
			}
			x := s.Resource("ApiObject", "x")
			answer := reply(test.method, test.status, test.kind, test.body)
			var err error
			if test.method == http.MethodPost {
				s.before = answer
				_, err = x.Up(inputs)
			} else {
				options := inputs["listItems"]
				if options == "rows" {
					inputs["listItems"] = "items"
				}
				s.up(x, inputs, "create")
				inputs["listItems"] = options
				if options == nil {
					delete(inputs, "listItems")
				}
				s.before = answer
				s.fresh()
				was := *x
				switch test.method {
				case http.MethodPut:
					inputs["body"].(props)["name"] = "y"
					_, err = x.Up(inputs)
				case http.MethodDelete:
					err = x.Delete()
				default:
					if options == "rows" {
						_, err = x.Up(inputs)
					} else {
						_, err = x.Refresh()
					}
				}
				if x.ID != was.ID || !x.Outputs.DeepEquals(was.Outputs) {
					t.Errorf("the state was\n%v and is\n%v", was.Outputs, x.Outputs)
				}
			}
			if err == nil || !strings.Contains(err.Error(), test.why) || !strings.Contains(err.Error(), "API object") {
				t.Errorf("the error is %v, want %q in it", err, test.why)
			}
			for _, text := range append(s.Logs(), fmt.Sprint(err), visible(x.Inputs), visible(x.Outputs)) {
				if strings.Contains(text, "PLANTED") {
					t.Errorf("the secret is seen: %s", text)
				}
			}
		})
	}
}
