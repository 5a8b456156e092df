package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestObject(t *testing.T) {
	for in, want := range map[string]map[string]any{
		``: nil,
		`{"a":1,"b":-0.5,"c":"9007199254740993","d":null,"e":[2,{"f":true}]}`: {
			"a": 1.0, "b": -0.5, "c": "9007199254740993", "d": nil, "e": []any{2.0, map[string]any{"f": true}}},
		`{"exact":9007199254740992,"large":9007199254740993,"small":-9223372036854775808,"huge":1e999,"float":1e300}`: {
			"exact": 9007199254740992.0, "large": json.Number("9007199254740993"), "small": json.Number("-9223372036854775808"),
			"huge": json.Number("1e999"), "float": 1e300},
	} {
		got, err := Object(json.RawMessage(in))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Object(%s) = %#v, %v", in, got, err)
		}
	}
	for _, in := range []string{`[1]`, `"x"`, `5`, `true`, `{`} {
		if got, err := Object(json.RawMessage(in)); err == nil {
			t.Errorf("Object(%s) = %v", in, got)
		}
	}
	const text = `{"n":9007199254740993}`
	obj, err := Object(json.RawMessage(text))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(obj); err != nil || string(out) != text {
		t.Errorf("got %s, %v", out, err)
	}
}

func TestVerbs(t *testing.T) {
	b := serve(t, answer(200, `{"id":"1"}`))
	c, _ := newClient(t, b)
	ctx := context.Background()
	for method, call := range map[string]func() (map[string]any, error){
		http.MethodGet:   func() (map[string]any, error) { return c.Get(ctx, "/v1/x", nil) },
		http.MethodPost:  func() (map[string]any, error) { return c.Post(ctx, "/v1/x", struct{}{}) },
		http.MethodPut:   func() (map[string]any, error) { return c.Put(ctx, "/v1/x", struct{}{}) },
		http.MethodPatch: func() (map[string]any, error) { return c.Patch(ctx, "/v1/x", struct{}{}) },
	} {
		got, err := call()
		if err != nil || got["id"] != "1" || b.requests[len(b.requests)-1].Method != method {
			t.Errorf("%s: %v, %v", method, got, err)
		}
	}
	b = serve(t, answer(204, ""))
	c, _ = newClient(t, b)
	if err := c.Delete(ctx, "/v1/x"); err != nil || b.requests[0].Method != http.MethodDelete {
		t.Error(err)
	}
	if got, err := c.Post(ctx, "/v1/x", nil); err != nil || got != nil || b.bodies[1] != "" {
		t.Errorf("got %v, %v", got, err)
	}
	b = serve(t, answer(200, `["not","an","object"]`))
	c, _ = newClient(t, b)
	if _, err := c.Get(ctx, "/v1/x", nil); err == nil {
		t.Error("an array passed for an object")
	} else {
		wantText(t, err.Error(), "GET /v1/x", "an array")
	}
	if _, err := c.Post(ctx, "/v1/x", func() {}); err == nil {
		t.Error("a function passed for a body")
	}
}

func TestBodyLimit(t *testing.T) {
	b := serve(t, answer(200, `"`+strings.Repeat("x", 2000)+`"`))
	c, _ := newClient(t, b)
	c.maxBody = 1000
	_, err := c.Get(context.Background(), "/v1/x", nil)
	wantText(t, failed(t, err).Error(), "larger than 1000 bytes")
	b.want(t, 1)

	b = serve(t, answer(400, strings.Repeat("x", 2000)))
	c, _ = newClient(t, b)
	c.maxBody = 1000
	if _, err := c.Get(context.Background(), "/v1/x", nil); !IsInvalid(err) {
		t.Error(err)
	}
}

func TestCutErrorBodyKeepsTheStatus(t *testing.T) {
	b := serve(t, raw("HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\n{\"message\":\"exi"))
	c, _ := newClient(t, b)
	_, err := c.Post(context.Background(), "/v1/x", nil)
	if e := failed(t, err); !IsConflict(err) || e.MaybeApplied {
		t.Errorf("got %+v", e)
	}
}
