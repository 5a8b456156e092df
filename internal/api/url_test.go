package api

import (
	"context"
	"net/http"
	"testing"
)

func TestTidyURL(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "https://api.cast.ai",
		"  https://api.cast.ai/ ":       "https://api.cast.ai",
		"https://api.cast.ai///":        "https://api.cast.ai",
		"api.eu.cast.ai":                "https://api.eu.cast.ai",
		"//api.eu.cast.ai/":             "https://api.eu.cast.ai",
		"HTTPS://API.cast.ai":           "https://api.cast.ai",
		"https://host/base/path/":       "https://host/base/path",
		"host:8443/base":                "https://host:8443/base",
		"localhost:8080":                "http://localhost:8080",
		"127.0.0.1:8080/":               "http://127.0.0.1:8080",
		"[::1]:8080":                    "http://[::1]:8080",
		"http://emulator.localhost:80/": "http://emulator.localhost:80",
		"https://localhost:8443":        "https://localhost:8443",
	} {
		if got, err := TidyURL(in); err != nil || got != want {
			t.Errorf("TidyURL(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"http://api.cast.ai", "http://10.0.0.1", "ftp://api.cast.ai", "https://", "https://user:hunter22@api.cast.ai",
		"https://api.cast.ai?x=1", "https://api.cast.ai#x", "https://api.cast.ai:port", "https://a b", "://",
	} {
		got, err := TidyURL(in)
		if err == nil {
			t.Errorf("TidyURL(%q) = %q, want an error", in, got)
			continue
		}
		wantText(t, err.Error(), "apiUrl")
		wantNoText(t, err.Error(), "hunter22")
	}
}

func TestPath(t *testing.T) {
	for want, segments := range map[string][]string{
		"/v1/clusters/c1":        {"v1", "clusters", "c1"},
		"/v1/t/a%2Fb%25c%20d":    {"v1", "t", "a/b%c d"},
		"/v1/groups:batchCreate": {"v1", "groups:batchCreate"},
		"/v1//x":                 {"v1", "", "x"},
		"/v1/a%3Fb%23c":          {"v1", "a?b#c"},
	} {
		if got := Path(segments...); got != want {
			t.Errorf("Path(%q) = %q, want %q", segments, got, want)
		}
	}
}

func TestPathReachesTheServerAsWritten(t *testing.T) {
	b := serve(t, answer(200, `{}`))
	c, _ := newClient(t, b, func(o *Options) { o.URL += "/base/" })
	for _, name := range []string{"a/b", "50%", "ü", "a b", "a+b", "x:y", "%2F"} {
		if _, err := c.Get(context.Background(), Path("v1", name), nil); err != nil {
			t.Fatal(err)
		}
		last := b.requests[len(b.requests)-1]
		if got, want := last.URL.Path, "/base/v1/"+name; got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
		if got, want := last.RequestURI, "/base"+Path("v1", name); got != want {
			t.Errorf("the server saw %q, want %q", got, want)
		}
	}
}

func TestUnusablePaths(t *testing.T) {
	b := serve(t, answer(200, `{}`))
	c, _ := newClient(t, b)
	for _, path := range []string{
		Path("v1", "clusters", ""), Path("v1", "", "x"), Path(), "", "v1/x", "/v1/x/", Path("v1", ".."), Path("v1", "."),
		"/v1/x?a=b", "/v1/%zz",
	} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			if _, err := c.Do(context.Background(), Call{Method: method, Path: path}); err == nil {
				t.Errorf("%s %q was sent", method, path)
			}
		}
	}
	b.want(t, 0)
}
