package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Any sequence of requests, most of them nearly valid: none of them is answered with 500, one that is refused or only
// reads changes nothing, and what is stored fits the contract and survives in the state file. Time goes by meanwhile.
func TestAnyRequests(t *testing.T) {
	rapid.Check(t, anyRequests(t.TempDir()))
}

// FuzzRequests is the same, with requests that the fuzzer looks for.
func FuzzRequests(f *testing.F) {
	property := anyRequests(f.TempDir())
	f.Fuzz(rapid.MakeFuzz(property))
}

func anyRequests(dir string) func(*rapid.T) {
	runs := 0
	return func(t *rapid.T) {
		runs++
		records, err := populated()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.db", runs))
		s, err := newPopulated(Options{State: file, Strict: rapid.Bool().Draw(t, "strict"), Settings: Settings{Life: rapid.Bool().Draw(t, "life")}}, records)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		g := &generator{t: t, s: s, junk: rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "junk")}
		for _, op := range rapid.SliceOfN(rapid.SampledFrom(s.operations.ranked), 1, 25).Draw(t, "operations") {
			if g.chance(10) {
				later := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "later")
				if _, err := s.MoveClock(ClockChange{Advance: later}); err != nil {
					t.Fatal(err)
				}
			}
			if err := g.message(op).try(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		before := dump(s)
		again, err := New(Options{State: file})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if after := dump(again); !maps.Equal(before, after) {
			t.Fatalf("another state after a restart: %s", difference(before, after))
		}
	}
}

// FuzzRequest is one request of any bytes.
func FuzzRequest(f *testing.F) {
	records, err := populated()
	if err != nil {
		f.Fatal(err)
	}
	s, err := newPopulated(Options{}, records)
	if err != nil {
		f.Fatal(err)
	}
	for i, op := range s.operations.ranked {
		m := rapid.Custom(func(t *rapid.T) message { return (&generator{t: t, s: s}).message(op) }).Example(i)
		f.Add(m.method, m.path, m.query, m.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if strings.HasPrefix(path, adminPrefix) {
			t.Skip("not of the API")
		}
		s.store = storeOf(records)
		if err := (message{method, path, query, body}).try(s); err != nil {
			t.Fatal(err)
		}
	})
}

// try sends a request and tells what is wrong with what came of it, if anything.
func (m message) try(s *Server) error {
	settle(s)
	before := dump(s)
	answer := m.send(s)
	after := dump(s)
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%s %s?%s %s: %d %s\n%w", m.method, m.path, m.query, m.body, answer.Code, answer.Body, fmt.Errorf(format, args...))
	}
	if answer.Code >= 500 && answer.Code != http.StatusNotImplemented {
		return wrong("no request should be answered so")
	}
	if body := answer.Body.Bytes(); strings.Contains(answer.Header().Get("Content-Type"), "json") && !json.Valid(body) {
		return wrong("the answer is not JSON")
	}
	poll := strings.HasSuffix(m.path, "actions") || strings.HasSuffix(m.path, ":poll") // a sign of life
	if (answer.Code >= 400 || m.method == http.MethodGet && !poll) && !maps.Equal(before, after) {
		return wrong("it changed the state: %s", difference(before, after))
	}
	if maps.Equal(before, after) {
		return nil
	}
	if err := s.sound(); err != nil {
		return wrong("the state is not sound any more: %w", err)
	}
	return nil
}

// settle lets everything happen whose time has come, which it otherwise does when somebody looks.
func settle(s *Server) {
	for _, look := range []string{hostedModelsPath, edgeLocationsPath} {
		for _, cluster := range s.store.list(clustersPath) {
			path := fill(look, map[string]string{"organizationId": DefaultOrganization.ID, "clusterId": cluster.ID})
			message{http.MethodGet, path, "", ""}.send(s)
		}
	}
}

// sound tells what is wrong with the state, if anything.
func (s *Server) sound() error {
	for name, in := range s.store.scopes {
		if len(in.order) != len(in.byID) {
			return fmt.Errorf("%s: %d documents with %d ids", name, len(in.order), len(in.byID))
		}
		last := int64(0)
		for _, r := range in.order {
			if in.byID[r.ID] != r || r.Scope != name || r.Seq <= last {
				return fmt.Errorf("%s: %q is not where it belongs", name, r.ID)
			}
			last = r.Seq
		}
		for _, k := range s.collections {
			if err := k.sound(s, name, in.order); err != nil {
				return err
			}
		}
	}
	return nil
}

// sound looks at what a scope has to do with the collection: whether its documents are of the collection and fit the
// contract, or are below an item of it, which must be there.
func (k *collection) sound(s *Server, scope string, records []*record) error {
	if k.item == "" {
		return nil
	}
	parts := splitPath(scope)
	if _, ok := match(parsePath(k.path), parts); ok {
		for _, r := range records {
			if err := checkDocument(k.full, r.Doc); err != nil {
				return fmt.Errorf("%s %s: %w", k.kind, r.ID, err)
			}
		}
	}
	depth := len(k.segments)
	if len(parts) <= depth {
		return nil
	}
	params, ok := match(k.segments, parts[:depth])
	if !ok {
		return nil
	}
	if above := "/" + strings.Join(parts[:depth-1], "/"); len(records) > 0 && s.store.get(above, params[k.param]) == nil {
		return fmt.Errorf("%s: there is no such %s", scope, k.kind)
	}
	return nil
}

// dump is the state as text, by scope and id.
func dump(s *Server) map[string]string {
	all := map[string]string{}
	for _, r := range s.store.records() {
		text, err := json.Marshal([]any{r.Seq, r.Doc, r.Hidden})
		if err != nil {
			text = []byte(err.Error())
		}
		all[itemPath(r.Scope, r.ID)] = string(text)
	}
	return all
}

func difference(before, after map[string]string) string {
	var text strings.Builder
	keys := map[string]bool{}
	for key := range before {
		keys[key] = true
	}
	for key := range after {
		keys[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] != after[key] {
			fmt.Fprintf(&text, "\n%s\n  was %s\n  is  %s", key, before[key], after[key])
		}
	}
	return text.String()
}
