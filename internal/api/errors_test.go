package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   Error // Message, Reason, Violations, RequestID
		text   []string
		absent []string
	}{
		"main envelope": {
			status: 400, body: `{"message":"Invalid request.","fieldViolations":[{"field":"minCpu","description":"must be positive"},{"field":"name"}]}`,
			want: Error{Message: "Invalid request.", RequestID: "req-1",
				Violations: []FieldViolation{{"minCpu", "must be positive"}, {"name", ""}}},
			text: []string{"POST /v1/x: 400 Bad Request: Invalid request (minCpu: must be positive; name) [request ID req-1]", "correct the named values"},
		},
		"google envelope": {
			status: 403, body: `{"code":7,"message":"denied","details":[
				{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"NO_PERMISSION","metadata":{"permission":"clusters.update","b":"c"}},
				{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"a","description":"b"}]},
				{"@type":"type.googleapis.com/google.rpc.PreconditionFailure","violations":[{"type":"T","subject":"s","description":"d"}]},
				{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"other"}]}`,
			want: Error{Message: "denied", Reason: "NO_PERMISSION b=c permission=clusters.update", RequestID: "req-1",
				Violations: []FieldViolation{{"a", "b"}, {"s", "d"}}},
			text: []string{"403 Forbidden: denied [NO_PERMISSION b=c permission=clusters.update]", "lacks a right"},
		},
		"error as text":    {status: 404, body: `{"error":"no such cluster"}`, want: Error{Message: "no such cluster", RequestID: "req-1"}, text: []string{"404 Not Found: no such cluster", "pulumi refresh"}},
		"error as object":  {status: 500, body: `{"error":{"message":"boom"}}`, want: Error{Message: "boom", RequestID: "req-1"}, text: []string{"CAST AI, or a proxy before it, failed"}},
		"other JSON":       {status: 409, body: `{"why":"exists"}`, want: Error{Message: `{"why":"exists"}`, RequestID: "req-1"}, text: []string{"409 Conflict", "pulumi import"}},
		"JSON of no shape": {status: 400, body: `[1]`, want: Error{Message: `[1]`, RequestID: "req-1"}},
		"wrong types":      {status: 400, body: `{"message":5,"fieldViolations":"x","details":{}}`, want: Error{Message: `{"message":5,"fieldViolations":"x","details":{}}`, RequestID: "req-1"}},
		"HTML": {
			status: 502, body: "<html><head><style>b{}</style></head>\n<body><h1>Bad\x00 gateway</h1>\r\n<p>nginx</p></body></html>",
			want: Error{Message: "Bad gateway nginx", RequestID: "req-1"}, absent: []string{"<", "style"},
		},
		"long garbage": {status: 500, body: strings.Repeat("é", 5000), want: Error{Message: strings.Repeat("é", maxExcerpt) + "...", RequestID: "req-1"}},
		"empty":        {status: 401, want: Error{RequestID: "req-1"}, text: []string{"401 Unauthorized", "apiToken", "CASTAI_API_TOKEN", "http://127.0.0.1:"}},
		"limit":        {status: 429, want: Error{RequestID: "req-1"}, text: []string{"429 Too Many Requests", "--parallel"}},
		"odd status":   {status: 418, body: `{"message":"short and stout"}`, want: Error{Message: "short and stout", RequestID: "req-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, answer(test.status, test.body, "X-Request-Id", "req-1"))
			c, _ := newClient(t, b, func(o *Options) { o.MaxRetries = -1 })
			_, err := c.Post(context.Background(), "/v1/x", map[string]any{"name": "n"})
			e := failed(t, err)
			got := Error{Message: e.Message, Reason: e.Reason, Violations: e.Violations, RequestID: e.RequestID}
			if !reflect.DeepEqual(got, test.want) || e.Status != test.status || e.Method != "POST" || e.Path != "/v1/x" || e.URL != b.URL+"/v1/x" {
				t.Errorf("got %+v, want %+v", e, test.want)
			}
			wantText(t, err.Error(), test.text...)
			wantNoText(t, err.Error(), append(test.absent, "\n")...)
		})
	}
}

func TestRequestID(t *testing.T) {
	b := serve(t, answer(400, "", "X-Castai-Request-Id", "cast", "X-Request-Id", "proxy"))
	c, _ := newClient(t, b)
	_, err := c.Get(context.Background(), "/v1/x", nil)
	if e := failed(t, err); e.RequestID != "cast" {
		t.Errorf("got %q", e.RequestID)
	}
}

func TestErrorQuestions(t *testing.T) {
	questions := map[string]func(error) bool{
		"not found": IsNotFound, "conflict": IsConflict, "invalid": IsInvalid, "unauthorized": IsUnauthorized, "forbidden": IsForbidden,
	}
	for status, want := range map[int]string{
		400: "invalid", 422: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not found", 410: "not found", 409: "conflict", 500: "", 0: "",
	} {
		err := fmt.Errorf("creating: %w", &Error{Status: status})
		for name, question := range questions {
			if got := question(err); got != (name == want) {
				t.Errorf("%d: %s is %t", status, name, got)
			}
		}
	}
	if IsNotFound(nil) || IsNotFound(http.ErrServerClosed) {
		t.Error("an error of another kind is not found")
	}
}

func TestErrorMadeByHand(t *testing.T) {
	wantText(t, (&Error{Method: "GET", Path: "/v1/x", Status: 401}).Error(), "401 Unauthorized", "apiUrl")
}
