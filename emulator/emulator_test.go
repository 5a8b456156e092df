package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

type doc = map[string]any

// bed is an emulator with a clock of its own.
type bed struct {
	t      *testing.T
	srv    *emulator.Server
	web    *httptest.Server
	mu     sync.Mutex
	now    time.Time
	header http.Header // of every request
}

// newBed makes a strict emulator, so that tests notice what they misspell.
func newBed(t *testing.T, options emulator.Options) *bed {
	t.Helper()
	options.Strict = true
	return openBed(t, options)
}

func openBed(t *testing.T, options emulator.Options) *bed {
	t.Helper()
	b := &bed{t: t, now: time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC), header: http.Header{"X-Api-Key": {"secret-token"}}}
	options.Now = b.clock
	srv, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	b.srv, b.web = srv, httptest.NewServer(srv)
	t.Cleanup(func() {
		b.web.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bed) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// pass lets time go by.
func (b *bed) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	text   string
	body   doc // nil if not an object
}

// send makes a request. A body that is not a string is sent as JSON.
func (b *bed) send(method, path string, body any) reply {
	b.t.Helper()
	r, err := b.try(method, path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bed) try(method, path string, body any) (reply, error) {
	b.t.Helper()
	var content []byte
	switch body := body.(type) {
	case nil:
	case string:
		content = []byte(body)
	default:
		var err error
		if content, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	request, err := http.NewRequest(method, b.web.URL+path, bytes.NewReader(content))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header = b.header.Clone()
	response, err := b.web.Client().Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if json.Unmarshal(text, &r.body) != nil {
		r.body = nil
	}
	if kind := r.header.Get("Content-Type"); len(text) > 0 && !strings.Contains(kind, "json") && kind != "text/html" && kind != "text/plain" {
		b.t.Errorf("%s %s: content type %q", method, path, r.header.Get("Content-Type"))
	}
	return r, nil
}

// want makes a request that must have the given status.
func (b *bed) want(status int, method, path string, body any) doc {
	b.t.Helper()
	r := b.send(method, path, body)
	if r.status != status {
		b.t.Fatalf("%s %s: %d, want %d: %s", method, path, r.status, status, r.text)
	}
	return r.body
}

// refused makes a request that must be refused with the given status and a message that has the words in it.
func (b *bed) refused(status int, words, method, path string, body any) {
	b.t.Helper()
	answer := b.want(status, method, path, body)
	if message := fmt.Sprint(answer["message"]); !strings.Contains(message, words) {
		b.t.Fatalf("%s %s: message %q, want %q in it", method, path, message, words)
	}
}

// at returns a value deep in a document: at(d, "eks", "region").
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			d, _ := value.(doc)
			value = d[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// same compares as JSON.
func (b *bed) same(what string, got, want any) {
	b.t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		b.t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		b.t.Fatal(err)
	}
	if string(g) != string(w) {
		b.t.Errorf("%s: %s, want %s", what, g, w)
	}
}

// fields checks some members of an object; nil wants one to be absent or null.
func (b *bed) fields(got any, want doc) {
	b.t.Helper()
	for name, value := range want {
		b.same(name, at(got, name), value)
	}
}

const clusters = "/v1/kubernetes/external-clusters"

// eks registers a cluster and returns its id.
func (b *bed) eks(name string) string {
	b.t.Helper()
	answer := b.want(200, "POST", clusters, doc{"name": name, "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": name}})
	return answer["id"].(string)
}
