package api

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestHeaders(t *testing.T) {
	b := serve(t, answer(200, `{}`))
	c, _ := newClient(t, b, func(o *Options) {
		o.Token = " " + testToken + "\n"
		o.UserAgent = "pulumi-castai/1.2.3 extra/1"
	})
	ctx := context.Background()
	if _, err := c.Get(ctx, "/v1/x", url.Values{"b": {"2", "3"}, "a": {"1&1"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(ctx, "/v1/x", map[string]any{"enabled": false, "url": "a<b"}); err != nil {
		t.Fatal(err)
	}
	if c.URL() != b.URL {
		t.Errorf("the client says it calls %s", c.URL())
	}
	get, post := b.requests[0], b.requests[1]
	for _, r := range b.requests {
		if r.Header.Get("X-API-Key") != testToken || r.Header.Get("User-Agent") != "pulumi-castai/1.2.3 extra/1" ||
			r.Header.Get("Authorization") != "" {
			t.Errorf("headers of %s: %v", r.Method, r.Header)
		}
	}
	if get.RequestURI != "/v1/x?a=1%261&b=2&b=3" || get.Header.Get("Content-Type") != "" || b.bodies[0] != "" {
		t.Errorf("GET was sent as %s %v %q", get.RequestURI, get.Header, b.bodies[0])
	}
	if post.Header.Get("Content-Type") != "application/json" || !strings.Contains(b.bodies[1], `"enabled":false`) {
		t.Errorf("POST was sent as %v %q", post.Header, b.bodies[1])
	}
}

func TestMissingToken(t *testing.T) {
	b := serve(t, answer(200, `{}`))
	c, _ := newClient(t, b, func(o *Options) { o.Token = " " })
	_, err := c.Get(context.Background(), "/v1/x", nil)
	var missing *MissingTokenError
	if !errors.As(err, &missing) {
		t.Fatal(err)
	}
	wantText(t, err.Error(), "apiToken", "CASTAI_API_TOKEN")
	b.want(t, 0)
}

func TestNewNamesTheWrongOption(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"url":           {Options{URL: "ftp://x"}, "apiUrl"},
		"token":         {Options{Token: "hunter22\nX-Evil: 1"}, "apiToken"},
		"proxy scheme":  {Options{ProxyURL: "ftp://u:hunter22@x"}, "proxyUrl"},
		"proxy":         {Options{ProxyURL: "http://u:hunter22@x:y"}, "proxyUrl"},
		"proxy host":    {Options{ProxyURL: "http://"}, "proxyUrl"},
		"missing ca":    {Options{CABundle: filepath.Join(dir, "absent")}, "caBundle"},
		"ca of nothing": {Options{CABundle: empty}, "caBundle"},
		"damaged ca":    {Options{CABundle: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"}, "caBundle"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(test.options)
			if err == nil {
				t.Fatal("no error")
			}
			wantText(t, err.Error(), test.want)
			wantNoText(t, err.Error(), "hunter22")
		})
	}
}

func TestPrivateCA(t *testing.T) {
	server := httptest.NewUnstartedServer(answer(200, `{"ok":true}`))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it would report the handshake that must fail
	server.StartTLS()
	defer server.Close()
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bundle := range []string{text, file} {
		c, _ := newClient(t, nil, func(o *Options) { o.URL, o.CABundle = server.URL, bundle })
		if got, err := c.Get(context.Background(), "/v1/x", nil); err != nil || got["ok"] != true {
			t.Errorf("got %v, %v", got, err)
		}
	}
	c, p := newClient(t, nil, func(o *Options) { o.URL = server.URL })
	_, err := c.Get(context.Background(), "/v1/x", nil)
	wantText(t, failed(t, err).Error(), "certificate", "caBundle")
	if len(p.list) != 0 {
		t.Error("an untrusted certificate was tried again")
	}
}

func TestProxy(t *testing.T) {
	proxy := serve(t, answer(200, `{"via":"proxy"}`))
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"http://u:hunter22@" + u.Host, u.Host} {
		c, _ := newClient(t, nil, func(o *Options) { o.URL, o.ProxyURL = "http://localhost:1", address })
		got, err := c.Get(context.Background(), "/v1/x", nil)
		if err != nil || got["via"] != "proxy" {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if got := proxy.requests[0].RequestURI; got != "http://localhost:1/v1/x" {
		t.Errorf("the proxy was asked for %s", got)
	}
}

func TestRedirects(t *testing.T) {
	other := serve(t, answer(200, `{"stolen":true}`))
	for name, test := range map[string]struct {
		method, to string
		status     int
		follow     bool
	}{
		"read, same host":   {http.MethodGet, "/v1/new", 301, true},
		"read, other host":  {http.MethodGet, other.URL + "/v1/x?key=hunter22", 302, false},
		"write, same host":  {http.MethodPost, "/v1/new", 302, false},
		"write, repeatable": {http.MethodPost, "/v1/new", 307, false},
		"write, other host": {http.MethodPut, other.URL + "/v1/x", 308, false},
		"read, loop":        {http.MethodGet, "/v1/x", 302, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/new" {
					answer(200, `{"new":true}`)(w, r)
					return
				}
				w.Header().Set("Location", test.to)
				w.WriteHeader(test.status)
			})
			c, p := newClient(t, b)
			doc, err := c.Do(context.Background(), Call{Method: test.method, Path: "/v1/x"})
			if test.follow {
				if err != nil || string(doc) != `{"new":true}` {
					t.Errorf("got %s, %v", doc, err)
				}
				return
			}
			e := failed(t, err)
			if e.Status != test.status || e.MaybeApplied || len(p.list) != 0 {
				t.Errorf("got %+v after %d pauses", e, len(p.list))
			}
			wantText(t, e.Error(), "redirect to", "apiUrl")
			wantNoText(t, e.Error(), "hunter22")
		})
	}
	other.want(t, 0)
}

func TestRateLimit(t *testing.T) {
	b := serve(t, answer(200, `{}`))
	c, p := newClient(t, b, func(o *Options) { o.RequestsPerSecond = 2 })
	for range 4 {
		if _, err := c.Get(context.Background(), "/v1/x", nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.list) == 0 {
		t.Fatal("no call had to wait")
	}
	if last := p.list[len(p.list)-1]; last <= 0 || last > time.Second {
		t.Errorf("the fourth call waited %s, want up to 1s", last)
	}
}

func TestConcurrencyLimit(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	entered, release := make(chan struct{}, 10), make(chan struct{})
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		entered <- struct{}{}
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		answer(200, `{}`)(w, r)
	})
	c, _ := newClient(t, b, func(o *Options) { o.MaxConcurrent = 2 })
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := c.Get(context.Background(), "/v1/x", nil); err != nil {
				t.Error(err)
			}
		})
	}
	<-entered
	<-entered

	// A third call waits for a slot, and its cancellation ends it there.
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := c.Get(ctx, "/v1/x", nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancellation", err)
	}
	close(release)
	wg.Wait()
	if most != 2 {
		t.Errorf("%d calls at once, want 2", most)
	}
	b.want(t, 6)
}
