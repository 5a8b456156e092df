package object_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

func list(items ...any) []any { return append([]any{}, items...) }

// service is an API with things below any path, of which it knows nothing.
type service struct {
	*harness.Harness
	mu     sync.Mutex
	things map[string]props // by path
	calls  []call
	// show changes what answers say of a thing.
	show func(thing props) props
	// before may answer a request itself.
	before func(w http.ResponseWriter, r *http.Request) bool
	// lose loses the answer to the next POST.
	lose bool
}

// call is a request that changes something.
type call struct {
	method, path string
	body         props
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{Harness: harness.New(t), things: map[string]props{}}
	s.show = func(thing props) props { return thing }
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	s.URL = web.URL
	s.fresh()
	return s
}

// fresh starts a new provider, which remembers no list.
func (s *service) fresh() {
	s.Reopen()
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, _ := io.ReadAll(r.Body)
	var body props
	_ = json.Unmarshal(text, &body)
	path := r.URL.EscapedPath()
	if r.Method != http.MethodGet {
		s.calls = append(s.calls, call{r.Method, path, body})
	}
	if s.before != nil && s.before(w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	thing, ok := s.things[path]
	answer := func(v any) {
		if err := json.NewEncoder(w).Encode(v); err != nil {
			panic(err)
		}
	}
	switch {
	case r.Method == http.MethodPost && !ok:
		id := fmt.Sprint("thing-", len(s.calls))
		made := maps.Clone(body)
		made["id"] = id
		s.things[path+"/"+id] = made
		if s.lose {
			s.lose = false
			panic(http.ErrAbortHandler)
		}
		answer(s.show(maps.Clone(made)))
	case r.Method == http.MethodGet && !ok && strings.HasSuffix(path, "/things"):
		items := []any{}
		for at, thing := range s.things {
			if strings.HasPrefix(at, path+"/") {
				items = append(items, s.show(maps.Clone(thing)))
			}
		}
		answer(props{"items": items})
	case !ok && r.Method != http.MethodPut:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet:
		answer(s.show(maps.Clone(thing)))
	case r.Method == http.MethodDelete:
		delete(s.things, path)
		answer(props{})
	default:
		changed := props{}
		if r.Method == http.MethodPatch {
			changed = maps.Clone(thing)
		}
		maps.Copy(changed, body)
		if id, ok := thing["id"]; ok {
			changed["id"] = id
		}
		s.things[path] = changed
		answer(props{}) // an answer to a write may say nothing
	}
}

// set changes a thing behind the provider's back.
func (s *service) set(path string, changes props) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.things[path], changes)
}

// last is the last request that changed something.
func (s *service) last() call {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) == 0 {
		return call{}
	}
	return s.calls[len(s.calls)-1]
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// up brings a resource to inputs, which must succeed by that operation.
func (s *service) up(x *harness.Resource, inputs props, op string) harness.Result {
	s.T.Helper()
	got, err := x.Up(inputs)
	if err != nil || got.Op != op {
		s.T.Fatalf("the update was %s %v, want %s: %v", got.Op, got.Changes, op, err)
	}
	return got
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (s *service) settled(x *harness.Resource, inputs props) {
	s.T.Helper()
	s.fresh()
	if got, err := x.Refresh(); err != nil || got.Op != "same" {
		s.T.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if got, _, err := x.Preview(inputs); err != nil || got.Op != "same" {
		s.T.Errorf("a preview finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// drifted fails unless a refresh finds those changes.
func (s *service) drifted(x *harness.Resource, changes ...string) {
	s.T.Helper()
	s.fresh()
	got, err := x.Refresh()
	if err != nil || fmt.Sprint(got.Changes) != fmt.Sprint(changes) {
		s.T.Errorf("a refresh finds %s %v, want %v: %v", got.Op, got.Changes, changes, err)
	}
}
