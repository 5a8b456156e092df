package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Call is one call of the API.
type Call struct {
	// Method is the HTTP method.
	Method string
	// Path is the path below the base URL; see Path.
	Path string
	// Query holds the query parameters; those with several values are repeated.
	Query url.Values
	// Body is sent as JSON; nil means no body.
	Body any
	// Idempotent says whether the call may be sent again when its fate is unknown. Nil means yes for GET, HEAD, PUT
	// and DELETE, no for POST and PATCH. A DELETE that is repeated may answer 404 for having been applied before.
	Idempotent *bool
	// Recover looks up the object that a call that is not idempotent was to make, after an attempt whose fate is
	// unknown: no usable answer came, or the answer was a 5xx. It is called after a pause, and again before giving up,
	// and once more if a repeated attempt is answered 409.
	//
	// It returns ok only if this very call can have made what it found: same name or natural key, the values that were
	// sent, and not there before the call. What it found becomes the result of Do. Without ok the call is sent again,
	// at most MaxRetries times. With an error nothing is sent again, and Do fails with MaybeApplied.
	//
	// It may call the client, Collection included, which then lists anew. Calls without it are never repeated when
	// their fate is unknown.
	Recover func(ctx context.Context) (found any, ok bool, err error)
	// Retry reports further answers of the API that are known to pass, such as credentials that have not propagated.
	// The call is then repeated with pauses until ctx ends, and the error reported is the API's last one. It is not
	// asked about 2xx, 401 and failures without an answer. It overrules the rules on unknown fates, so it must not report
	// a 5xx of a call that is not safe to repeat.
	Retry func(*Error) bool
	// Accept lists statuses that are a success besides 2xx.
	Accept []int
	// Secrets are values to be kept out of the log and of errors, besides those under secret keys of the body.
	Secrets []string
	// Quiet keeps the bodies of the call out of the log, for those of which nobody can tell what in them is secret.
	Quiet bool
}

// request is a call made ready to be sent any number of times.
type request struct {
	Call
	url        *url.URL
	body       []byte
	idempotent bool
	write      bool
	redact     func(string) string
}

func (c *Client) prepare(call Call) (*request, error) {
	if c.token == "" {
		return nil, &MissingTokenError{}
	}
	u, err := c.address(call.Path, call.Query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", call.Method, err)
	}
	r := &request{Call: call, url: u}
	switch call.Method {
	case http.MethodGet, http.MethodHead:
		r.idempotent = true
	case http.MethodPut, http.MethodDelete:
		r.idempotent, r.write = true, true
	default:
		r.write = true
	}
	if call.Idempotent != nil {
		r.idempotent = *call.Idempotent
	}
	secrets := slices.Concat(c.secrets, call.Secrets)
	if call.Body != nil {
		if r.body, err = json.Marshal(call.Body); err != nil {
			return nil, fmt.Errorf("%s %s: the request cannot be written as JSON: %w", call.Method, call.Path, err)
		}
		secrets = append(secrets, secretValues(r.body)...)
	}
	known := replacer(secrets)
	r.redact = func(s string) string { return known.Replace(Redact(s)) }
	return r, nil
}

// attempt sends the request once.
func (c *Client) attempt(ctx context.Context, r *request, n int) (json.RawMessage, *Error) {
	if err := c.slots.Acquire(ctx, 1); err != nil {
		return nil, r.failure(unsent, err)
	}
	defer c.slots.Release(1)
	if err := c.pace(ctx); err != nil {
		return nil, r.failure(unsent, err)
	}
	if r.write {
		c.snapshots.drop(r.Path)
		defer c.snapshots.drop(r.Path)
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	start := c.now()
	res, body, fail := c.send(limited, r)
	if fail != nil && ctx.Err() == nil && limited.Err() != nil {
		fail.Err = nil // or it would look as if the operation's own time had ended
		fail.Message = fmt.Sprintf("no complete answer within %s", c.timeout)
	}
	var out json.RawMessage
	if res != nil && fail == nil {
		out, fail = r.read(res, body, c.now())
	}
	c.trace(ctx, r, n, c.now().Sub(start), res, body, fail)
	return out, fail
}

// pace waits until the rate limit allows another call.
func (c *Client) pace(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	slot := c.limiter.Reserve()
	if d := slot.Delay(); d > 0 {
		if err := c.sleep(ctx, d); err != nil {
			slot.Cancel()
			return err
		}
	}
	return nil
}

// send does the HTTP exchange. The answer's body is read, so that a cut one is noticed here.
func (c *Client) send(ctx context.Context, r *request) (*http.Response, []byte, *Error) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(traced, r.Method, r.url.String(), body)
	if err != nil {
		fail := r.failure(unsent, parseCause(err))
		fail.final = true
		return nil, nil, fail
	}
	req.Header.Set("X-API-Key", c.token)
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		f := unsent
		if connected.Load() {
			f = lost
		}
		fail := r.failure(f, err)
		again, _ := retryablehttp.DefaultRetryPolicy(context.Background(), nil, err)
		fail.final = !again || isCertificateError(err)
		return nil, nil, fail
	}
	defer res.Body.Close()
	limit := c.maxBody
	if res.StatusCode >= 300 {
		limit = min(limit, maxErrorBody)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case res.StatusCode >= 300:
		// The status says enough, whatever became of the body.
		return res, data[:min(int64(len(data)), limit)], nil
	case err != nil:
		return res, data, r.failure(lost, fmt.Errorf("the answer broke off after %d bytes: %w", len(data), err))
	case int64(len(data)) > limit:
		fail := r.failure(lost, fmt.Errorf("the answer is larger than %d bytes", limit))
		fail.final = true
		return res, data[:0], fail
	}
	return res, data, nil
}

func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host)
}

// read decides whether an answer is a success and returns its document.
func (r *request) read(res *http.Response, body []byte, now time.Time) (json.RawMessage, *Error) {
	success := res.StatusCode >= 200 && res.StatusCode < 300
	if success || slices.Contains(r.Accept, res.StatusCode) {
		doc := bytes.TrimSpace(body)
		missing := len(doc) == 0 || string(doc) == "null"
		switch {
		case missing && success && r.Method == http.MethodGet && res.StatusCode != http.StatusNoContent:
			return nil, r.unreadable(res, "the answer is empty")
		case missing:
			return nil, nil
		case json.Valid(doc):
			return doc, nil
		case !success:
			return nil, nil
		}
		what := "the answer is not valid JSON"
		// Of a damaged document nothing is shown: it may hold secrets. Anything else is somebody else's page.
		if doc[0] != '{' && doc[0] != '[' && doc[0] != '"' {
			what += ": " + r.redact(excerpt(string(doc)))
		}
		return nil, r.unreadable(res, what)
	}
	e := r.failure(refused, nil)
	e.Status = res.StatusCode
	e.RequestID = requestID(res)
	e.RetryAfter = retryAfter(res.Header.Get("Retry-After"), now)
	e.readBody(body, r.redact)
	if to, err := res.Location(); err == nil && res.StatusCode < 400 {
		e.Message = "redirect to " + r.redact((&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String())
	}
	return nil, e
}

func (r *request) unreadable(res *http.Response, what string) *Error {
	e := r.failure(lost, nil)
	e.Status, e.RequestID, e.Message = res.StatusCode, requestID(res), what
	return e
}

func requestID(res *http.Response) string {
	id := res.Header.Get("X-Castai-Request-Id")
	if id == "" {
		id = res.Header.Get("X-Request-Id")
	}
	return cut(clean(id), 100)
}

// failure makes the error of an attempt.
func (r *request) failure(f fate, err error) *Error {
	u := *r.url
	u.RawQuery = ""
	e := &Error{Method: r.Method, Path: r.Path, URL: u.String(), Err: err, fate: f}
	if err != nil {
		e.Message = clean(r.redact(parseCause(err).Error()))
	}
	return e
}

// trace writes the debug log line of an attempt.
func (c *Client) trace(ctx context.Context, r *request, n int, took time.Duration, res *http.Response, body []byte, fail *Error) {
	if c.log == nil {
		return
	}
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Path)
	if len(r.Query) > 0 {
		query := url.Values{}
		for k, v := range r.Query {
			if IsSecretKey(k) {
				v = []string{mask}
			}
			query[k] = v
		}
		b.WriteString("?" + query.Encode())
	}
	if res != nil {
		fmt.Fprintf(&b, " -> %d", res.StatusCode)
	} else {
		b.WriteString(" -> no answer")
	}
	fmt.Fprintf(&b, " in %s, attempt %d, sent %d B, received %d B", took.Round(time.Millisecond), n, len(r.body), len(body))
	if res != nil {
		if id := requestID(res); id != "" {
			b.WriteString(", request ID " + id)
		}
	}
	if len(r.body) > 0 && !r.Quiet {
		b.WriteString(", request " + logged(r.body))
	}
	if len(body) > 0 && !r.Quiet {
		b.WriteString(", response " + logged(body))
	}
	if fail != nil && fail.fate != refused {
		b.WriteString(", error " + strconv.Quote(fail.Message))
	}
	c.log(ctx, r.redact(b.String()))
}

// logged returns a body for the log: short, and if it is JSON without its secret values.
func logged(body []byte) string {
	body = bytes.TrimSpace(body)
	if len(body) > 0 && (body[0] == '{' || body[0] == '[') {
		text, _ := redactJSON(body, maxLogBody)
		return clip(text)
	}
	return strconv.Quote(excerpt(string(body)))
}

func clip(s string) string {
	if len(s) <= maxLogBody {
		return s
	}
	return strings.ToValidUTF8(s[:maxLogBody], "") + "..."
}

// Get reads one object.
func (c *Client) Get(ctx context.Context, path string, query url.Values) (map[string]any, error) {
	return c.object(ctx, Call{Method: http.MethodGet, Path: path, Query: query})
}

// Post sends body with POST, which is not repeated when its fate is unknown; use Do where it may be. The answer is
// nil when it has no body.
func (c *Client) Post(ctx context.Context, path string, body any) (map[string]any, error) {
	return c.object(ctx, Call{Method: http.MethodPost, Path: path, Body: body})
}

// Put sends body with PUT. The answer is nil when it has no body.
func (c *Client) Put(ctx context.Context, path string, body any) (map[string]any, error) {
	return c.object(ctx, Call{Method: http.MethodPut, Path: path, Body: body})
}

// Patch sends body with PATCH, which is not repeated when its fate is unknown; use Do where it may be. The answer is
// nil when it has no body.
func (c *Client) Patch(ctx context.Context, path string, body any) (map[string]any, error) {
	return c.object(ctx, Call{Method: http.MethodPatch, Path: path, Body: body})
}

// Delete removes what is at path. A 404 is an error, which IsNotFound recognises.
func (c *Client) Delete(ctx context.Context, path string) error {
	_, err := c.Do(ctx, Call{Method: http.MethodDelete, Path: path})
	return err
}

func (c *Client) object(ctx context.Context, call Call) (map[string]any, error) {
	raw, err := c.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	obj, err := Object(raw)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", call.Method, call.Path, err)
	}
	return obj, nil
}

// Object decodes a JSON object. Numbers become float64, as usual, except integers that a float64 cannot hold exactly:
// those stay json.Number, digit by digit, and are encoded again as they came. Nothing gives a nil map.
func Object(raw json.RawMessage) (map[string]any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	v, err := decode(raw)
	if err != nil {
		return nil, err
	}
	obj, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the API answered with %s where an object was expected", kind(v))
	}
	return obj, nil
}

func decode(raw json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("the API's answer is not valid JSON: %w", err)
	}
	return numbers(v), nil
}

// maxExact is the largest integer up to which every integer is a float64.
const maxExact = 1 << 53

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v
		}
		if !strings.ContainsAny(v.String(), ".eE") {
			if i, err := v.Int64(); err != nil || i > maxExact || i < -maxExact {
				return v
			}
		}
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}
