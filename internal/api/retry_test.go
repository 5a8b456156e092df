package api

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"
)

var yes = true

func TestRetries(t *testing.T) {
	ok := answer(200, `{"ok":true}`)
	html := answer(200, `<html><title>Log in</title></html>`, "Content-Type", "text/html")
	broken := raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":")
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	for name, test := range map[string]struct {
		method     string
		idempotent *bool
		steps      []http.HandlerFunc
		requests   int
		status     int // of the error; 0 with fails set means no answer
		fails      bool
		maybe      bool
	}{
		"success":                  {method: get, steps: []http.HandlerFunc{ok}, requests: 1},
		"503 twice":                {method: get, steps: []http.HandlerFunc{answer(503, ""), answer(503, ""), ok}, requests: 3},
		"502 then 504, put":        {method: put, steps: []http.HandlerFunc{answer(502, ""), answer(504, ""), ok}, requests: 3},
		"503, delete":              {method: del, steps: []http.HandlerFunc{answer(503, ""), answer(204, "")}, requests: 2},
		"522 of the network":       {method: get, steps: []http.HandlerFunc{answer(522, ""), ok}, requests: 2},
		"503 for ever":             {method: get, steps: []http.HandlerFunc{answer(503, "")}, requests: 4, fails: true, status: 503},
		"500 is final":             {method: get, steps: []http.HandlerFunc{answer(500, "")}, requests: 1, fails: true, status: 500},
		"401 is final":             {method: get, steps: []http.HandlerFunc{answer(401, "")}, requests: 1, fails: true, status: 401},
		"400 is final":             {method: post, steps: []http.HandlerFunc{answer(400, "")}, requests: 1, fails: true, status: 400},
		"reset, read":              {method: get, steps: []http.HandlerFunc{raw(""), ok}, requests: 2},
		"cut, read":                {method: get, steps: []http.HandlerFunc{broken, ok}, requests: 2},
		"HTML, read":               {method: get, steps: []http.HandlerFunc{html, ok}, requests: 2},
		"truncated JSON, read":     {method: get, steps: []http.HandlerFunc{answer(200, `{"ok":tr`), ok}, requests: 2},
		"empty, read":              {method: get, steps: []http.HandlerFunc{answer(200, ``), ok}, requests: 2},
		"null, read":               {method: get, steps: []http.HandlerFunc{answer(200, `null`), ok}, requests: 2},
		"HTML for ever":            {method: get, steps: []http.HandlerFunc{html}, requests: 4, fails: true, status: 200},
		"429, post":                {method: post, steps: []http.HandlerFunc{answer(429, ""), ok}, requests: 2},
		"429, more than the rest":  {method: post, steps: []http.HandlerFunc{answer(429, "")}, requests: 19, fails: true, status: 429},
		"503, post":                {method: post, steps: []http.HandlerFunc{answer(503, ""), ok}, requests: 1, fails: true, status: 503, maybe: true},
		"500, patch":               {method: patch, steps: []http.HandlerFunc{answer(500, ""), ok}, requests: 1, fails: true, status: 500, maybe: true},
		"reset, post":              {method: post, steps: []http.HandlerFunc{raw(""), ok}, requests: 1, fails: true, maybe: true},
		"cut, post":                {method: post, steps: []http.HandlerFunc{broken, ok}, requests: 1, fails: true, maybe: true},
		"HTML, post":               {method: post, steps: []http.HandlerFunc{html, ok}, requests: 1, fails: true, status: 200, maybe: true},
		"503, repeatable post":     {method: post, idempotent: &yes, steps: []http.HandlerFunc{answer(503, ""), ok}, requests: 2},
		"reset, repeatable post":   {method: post, idempotent: &yes, steps: []http.HandlerFunc{raw(""), ok}, requests: 2},
		"409 is no unknown fate":   {method: post, steps: []http.HandlerFunc{answer(409, "")}, requests: 1, fails: true, status: 409},
		"empty answer of a write":  {method: post, steps: []http.HandlerFunc{answer(200, "")}, requests: 1},
		"404 after a lost delete":  {method: del, steps: []http.HandlerFunc{raw(""), answer(404, "")}, requests: 2, fails: true, status: 404},
		"another 2xx is a success": {method: post, steps: []http.HandlerFunc{answer(202, `{}`)}, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, test.steps...)
			c, p := newClient(t, b, func(o *Options) { o.MaxRetries = 3 })
			_, err := c.Do(context.Background(), Call{Method: test.method, Path: "/v1/x", Idempotent: test.idempotent})
			b.want(t, test.requests)
			if len(p.list) != test.requests-1 {
				t.Errorf("%d pauses for %d requests", len(p.list), test.requests)
			}
			if !test.fails {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e := failed(t, err)
			if e.Status != test.status || e.MaybeApplied != test.maybe || e.Attempts != test.requests {
				t.Errorf("got %+v", e)
			}
			if test.maybe {
				wantText(t, e.Error(), "may have been applied", "pulumi import")
			} else {
				wantNoText(t, e.Error(), "may have been applied")
			}
		})
	}
}

func TestRetriesCanBeSwitchedOff(t *testing.T) {
	b := serve(t, answer(503, ""))
	c, _ := newClient(t, b, func(o *Options) { o.MaxRetries = -1 })
	if _, err := c.Get(context.Background(), "/v1/x", nil); err == nil {
		t.Error("no error")
	}
	b.want(t, 1)
}

func TestUnsentWritesAreRetried(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	c, p := newClient(t, nil, func(o *Options) { o.URL, o.MaxRetries = address, 2 })
	_, err = c.Post(context.Background(), "/v1/x", map[string]any{})
	e := failed(t, err)
	if len(p.list) != 2 || e.MaybeApplied || e.Status != 0 {
		t.Errorf("got %+v after %d pauses", e, len(p.list))
	}
	wantText(t, e.Error(), "POST /v1/x", "connection refused", "after 3 attempts", "apiUrl", address)
}

func TestAttemptTimeout(t *testing.T) {
	b := serve(t, hang, answer(200, `{"ok":true}`))
	c, _ := newClient(t, b, func(o *Options) { o.Timeout = 50 * time.Millisecond })
	if got, err := c.Get(context.Background(), "/v1/x", nil); err != nil || got["ok"] != true {
		t.Errorf("got %v, %v", got, err)
	}
	b = serve(t, hang)
	c, _ = newClient(t, b, func(o *Options) { o.Timeout = 50 * time.Millisecond })
	_, err := c.Post(context.Background(), "/v1/x", nil)
	e := failed(t, err)
	wantText(t, e.Error(), "no complete answer within 50ms", "may have been applied")
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("the end of an attempt looks like the end of the operation")
	}
	b.want(t, 1)
}

func TestPauses(t *testing.T) {
	for n := range 12 {
		limit := min(minPause<<min(n, 10), maxPause)
		for range 20 {
			if d := pause(n, 0); d < limit/2 || d > limit {
				t.Fatalf("pause %d is %s, want %s to %s", n, d, limit/2, limit)
			}
		}
	}
	if d := pause(3, 7*time.Second); d != 7*time.Second {
		t.Errorf("the server asked for 7s, the client waits %s", d)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"2":                             2 * time.Second,
		" 1.5 ":                         1500 * time.Millisecond,
		"0":                             0,
		"-5":                            0,
		"NaN":                           0,
		"soon":                          0,
		"60":                            60 * time.Second,
		"86400":                         60 * time.Second,
		"99999999999999999999":          60 * time.Second,
		"1e999":                         60 * time.Second,
		"Fri, 02 Jan 2026 03:04:12 GMT": 7 * time.Second,
		"Fri, 02 Jan 2026 03:04:01 GMT": 0,
		"Fri, 02 Jan 2099 03:04:12 GMT": 60 * time.Second,
		"Fri, 99 Jan 2099":              0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("retryAfter(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	b := serve(t, answer(429, "", "Retry-After", "2"), answer(503, "", "Retry-After", "100000"),
		answer(503, "", "Retry-After", "-1"), answer(200, `{}`))
	c, p := newClient(t, b)
	if _, err := c.Get(context.Background(), "/v1/x", nil); err != nil {
		t.Fatal(err)
	}
	if len(p.list) != 3 || p.list[0] != 2*time.Second || p.list[1] != time.Minute || p.list[2] > 2*time.Second {
		t.Errorf("waited %v", p.list)
	}
}

func TestCallersRetry(t *testing.T) {
	forbidden := answer(400, `{"message":"Forbidden","fieldViolations":[{"field":"credentials","description":"no access"}]}`)
	propagating := func(e *Error) bool {
		return e.Status == 400 && e.Message == "Forbidden" && len(e.Violations) > 0 && e.Violations[0].Field == "credentials"
	}
	call := Call{Method: http.MethodPost, Path: "/v1/x", Retry: propagating}

	b := serve(t, forbidden, forbidden, forbidden, answer(200, `{}`))
	c, _ := newClient(t, b, func(o *Options) { o.MaxRetries = 1 })
	if _, err := c.Do(context.Background(), call); err != nil {
		t.Error(err)
	}
	b.want(t, 4)

	b = serve(t, forbidden, answer(400, `{"message":"Forbidden","fieldViolations":[{"field":"name"}]}`))
	c, _ = newClient(t, b)
	_, err := c.Do(context.Background(), call)
	if e := failed(t, err); !IsInvalid(err) || e.Violations[0].Field != "name" {
		t.Error(err)
	}
	b.want(t, 2)

	b = serve(t, answer(401, ""))
	c, _ = newClient(t, b)
	_, err = c.Do(context.Background(), Call{Method: http.MethodGet, Path: "/v1/x", Retry: func(*Error) bool { return true }})
	if !IsUnauthorized(err) {
		t.Error(err)
	}
	b.want(t, 1)
}

func TestDeadlineReportsTheLastAnswer(t *testing.T) {
	b := serve(t, answer(422, `{"message":"role not ready"}`, "X-Castai-Request-Id", "req-7"))
	var c *Client
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	n := 0
	c, _ = newClient(t, b, func(o *Options) {
		o.Sleep = func(ctx context.Context, _ time.Duration) error {
			if n++; n == 3 {
				cancel(errors.New("shutting down"))
			}
			return ctx.Err()
		}
	})
	_, err := c.Do(ctx, Call{Method: http.MethodPut, Path: "/v1/x", Retry: func(e *Error) bool { return e.Status == 422 }})
	e := failed(t, err)
	if e.Status != 422 || !errors.Is(err, context.Canceled) || e.Attempts != 3 {
		t.Errorf("got %+v", e)
	}
	wantText(t, err.Error(), "canceled", "3 attempts", "422", "role not ready", "req-7")
	b.want(t, 3)
}

func TestDeadlineDuringAHangReportsTheAnswerBefore(t *testing.T) {
	b := serve(t, answer(503, `{"message":"overloaded"}`), hang)
	c, _ := newClient(t, b)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := c.Do(ctx, Call{Method: http.MethodGet, Path: "/v1/x"})
	e := failed(t, err)
	if e.Status != 503 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %+v", e)
	}
	wantText(t, err.Error(), "the time allowed for this operation ended", "503", "overloaded")
}

// TestCancellation would hang if a wait did not end with the context.
func TestCancellation(t *testing.T) {
	canceled := func(t *testing.T, method string, o Options, step http.HandlerFunc, maybe bool) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		b := serve(t, func(w http.ResponseWriter, r *http.Request) {
			time.AfterFunc(20*time.Millisecond, cancel)
			step(w, r)
		})
		o.URL, o.Token = b.URL, testToken
		c, err := New(o) // with the real Sleep
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = c.Do(ctx, Call{Method: method, Path: "/v1/x"})
		}
		e := failed(t, err)
		if !errors.Is(err, context.Canceled) || e.MaybeApplied != maybe {
			t.Errorf("got %+v", e)
		}
		wantText(t, err.Error(), "canceled")
	}
	t.Run("under way, read", func(t *testing.T) { canceled(t, http.MethodGet, Options{}, hang, false) })
	t.Run("under way, write", func(t *testing.T) { canceled(t, http.MethodPost, Options{}, hang, true) })
	t.Run("pause", func(t *testing.T) {
		canceled(t, http.MethodPost, Options{}, answer(429, "", "Retry-After", "60"), false)
	})
	t.Run("rate limit", func(t *testing.T) {
		canceled(t, http.MethodGet, Options{RequestsPerSecond: 0.001}, answer(200, `{}`), false)
	})
}

func TestRecover(t *testing.T) {
	created := answer(201, `{"id":"new"}`)
	type look struct {
		found any
		ok    bool
		err   error
	}
	for name, test := range map[string]struct {
		steps    []http.HandlerFunc
		looks    []look
		requests int
		want     string // the document; empty means failure
		status   int
		maybe    bool
		text     string
	}{
		"applied, the answer lost": {
			steps: []http.HandlerFunc{raw("")}, looks: []look{{map[string]any{"id": "found"}, true, nil}},
			requests: 1, want: `{"id":"found"}`,
		},
		"applied, answered 500": {
			steps: []http.HandlerFunc{answer(500, "")}, looks: []look{{json.RawMessage(`{"id":"found"}`), true, nil}},
			requests: 1, want: `{"id":"found"}`,
		},
		"applied, unreadable": {
			steps: []http.HandlerFunc{answer(200, "<html>")}, looks: []look{{map[string]string{"id": "found"}, true, nil}},
			requests: 1, want: `{"id":"found"}`,
		},
		"not applied": {
			steps: []http.HandlerFunc{answer(503, ""), created}, looks: []look{{}},
			requests: 2, want: `{"id":"new"}`,
		},
		"applied later than looked for": {
			steps: []http.HandlerFunc{raw(""), answer(409, "")}, looks: []look{{}, {map[string]any{"id": "found"}, true, nil}},
			requests: 2, want: `{"id":"found"}`,
		},
		"somebody else's": {
			steps: []http.HandlerFunc{raw(""), answer(409, "")}, looks: []look{{}, {}},
			requests: 2, status: 409,
		},
		"never applied": {
			steps: []http.HandlerFunc{answer(503, "")}, looks: []look{{}, {}, {}},
			requests: 3, status: 503,
		},
		"the lookup fails": {
			steps: []http.HandlerFunc{answer(502, ""), created}, looks: []look{{nil, false, errors.New("no list today")}},
			requests: 1, status: 502, maybe: true, text: "no list today",
		},
		"refused": {
			steps: []http.HandlerFunc{answer(409, "")}, requests: 1, status: 409,
		},
		"success": {
			steps: []http.HandlerFunc{created}, requests: 1, want: `{"id":"new"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, test.steps...)
			c, _ := newClient(t, b, func(o *Options) { o.MaxRetries = 2 })
			looked := 0
			doc, err := c.Do(context.Background(), Call{Method: http.MethodPost, Path: "/v1/x", Body: struct{}{},
				Recover: func(context.Context) (any, bool, error) {
					if looked == len(test.looks) {
						t.Fatal("looked up once too often")
					}
					l := test.looks[looked]
					looked++
					return l.found, l.ok, l.err
				}})
			b.want(t, test.requests)
			if looked != len(test.looks) {
				t.Errorf("looked up %d times, want %d", looked, len(test.looks))
			}
			if test.want != "" {
				if err != nil || string(doc) != test.want {
					t.Errorf("got %s, %v, want %s", doc, err, test.want)
				}
				return
			}
			e := failed(t, err)
			if e.Status != test.status || e.MaybeApplied != test.maybe {
				t.Errorf("got %+v", e)
			}
			wantText(t, e.Error(), test.text)
		})
	}
}

// TestRecoverCanBeCanceled ends the operation while the object is looked for: the error still says what happened.
func TestRecoverCanBeCanceled(t *testing.T) {
	b := serve(t, answer(502, `{"message":"upstream"}`))
	c, _ := newClient(t, b)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := c.Do(ctx, Call{Method: http.MethodPost, Path: "/v1/x", Recover: func(ctx context.Context) (any, bool, error) {
		cancel()
		return nil, false, ctx.Err()
	}})
	e := failed(t, err)
	if !errors.Is(err, context.Canceled) || e.Status != 502 || !e.MaybeApplied {
		t.Errorf("got %+v", e)
	}
	wantText(t, e.Error(), "canceled after 1 attempt; the last answer was 502", "upstream", "may have been applied")
	b.want(t, 1)
}

func TestAccept(t *testing.T) {
	for body, want := range map[string]string{`{"gone":true}`: `{"gone":true}`, `<html>`: ``, ``: ``} {
		b := serve(t, answer(404, body))
		c, _ := newClient(t, b)
		doc, err := c.Do(context.Background(), Call{Method: http.MethodDelete, Path: "/v1/x", Accept: []int{404}})
		if err != nil || string(doc) != want {
			t.Errorf("%q gave %q, %v", body, doc, err)
		}
	}
}
