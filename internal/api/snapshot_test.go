package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const templates = "/v1/kubernetes/clusters/c1/node-templates"

// shelf is a server with one list whose version grows with every write.
type shelf struct {
	version atomic.Int64
	lists   atomic.Int64
	listing func(*http.Request) // runs in a list call once its content is fixed
	writing func(*http.Request) // runs in a write once it has been applied
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.lists.Add(1)
		body := fmt.Sprintf(`{"items":[{"id":"1","name":"v%d"}]}`, s.version.Load())
		if s.listing != nil {
			s.listing(r)
		}
		answer(200, body)(w, r)
		return
	}
	s.version.Add(1)
	if s.writing != nil {
		s.writing(r)
	}
	answer(200, `{}`)(w, r)
}

func (s *shelf) client(t *testing.T) *Client {
	t.Helper()
	c, _ := newClient(t, serve(t, s.ServeHTTP))
	return c
}

// version reads the version through a snapshot.
func version(t *testing.T, c *Client, opts ...ListOptions) string {
	t.Helper()
	s, err := c.Collection(context.Background(), templates, nil, "items", opts...)
	if err != nil {
		t.Fatal(err)
	}
	return names(s.Items)[0]
}

func TestCollectionIsSharedByAll(t *testing.T) {
	s := &shelf{}
	c := s.client(t)
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() {
			snap, err := c.Collection(context.Background(), templates, nil, "items")
			if err != nil || len(snap.Find("id", "1")) != 1 {
				t.Errorf("got %v, %v", snap, err)
			}
		})
	}
	wg.Wait()
	if n := s.lists.Load(); n != 1 {
		t.Errorf("%d list calls for 500 readers", n)
	}
}

func TestCollectionAges(t *testing.T) {
	s := &shelf{}
	c := s.client(t)
	now := time.Now()
	c.now = func() time.Time { return now }
	for _, step := range []struct {
		wait    time.Duration
		options []ListOptions
		lists   int64
	}{
		{0, nil, 1},
		{DefaultMaxAge, nil, 1},
		{time.Millisecond, nil, 2},
		{time.Second, []ListOptions{{MaxAge: -1}}, 3},
		{0, []ListOptions{{MaxAge: -1}}, 4},
		{time.Minute, []ListOptions{{MaxAge: time.Hour}}, 4},
		{0, []ListOptions{{PageSize: 10}}, 5}, // another list
	} {
		now = now.Add(step.wait)
		version(t, c, step.options...)
		if n := s.lists.Load(); n != step.lists {
			t.Errorf("%+v: %d list calls", step, n)
		}
	}
	c.snapshots.mu.Lock()
	defer c.snapshots.mu.Unlock()
	if n := len(c.snapshots.reads); n != 1 {
		t.Errorf("%d lists are kept, want the last one only", n)
	}
}

func TestWritesDiscardSnapshots(t *testing.T) {
	for path, discards := range map[string]bool{
		templates:                                   true,
		templates + "/one":                          true,
		templates + "/one/two":                      true,
		templates + ":batchCreate":                  true,
		"/v1/kubernetes/clusters/c1":                true,
		templates + "-of-others":                    false,
		"/v1/kubernetes/clusters/c1/policies":       false,
		"/v1/kubernetes/clusters/c2/node-templates": false,
	} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			s := &shelf{}
			c := s.client(t)
			version(t, c)
			if _, err := c.Do(context.Background(), Call{Method: method, Path: path}); err != nil {
				t.Fatal(err)
			}
			want := "v0"
			if discards {
				want = "v1"
			}
			if got := version(t, c); got != want {
				t.Errorf("after %s %s the reader sees %s, want %s", method, path, got, want)
			}
		}
	}
	s := &shelf{}
	c := s.client(t)
	version(t, c)
	s.version.Add(1)
	c.Invalidate(templates)
	if got := version(t, c); got != "v1" {
		t.Errorf("after Invalidate the reader sees %s", got)
	}
}

// TestListUnderWayDuringAWrite starts a list before a write and lets it end after it: later readers must not get it.
func TestListUnderWayDuringAWrite(t *testing.T) {
	listed, release := make(chan struct{}), make(chan struct{})
	first := true
	s := &shelf{}
	s.listing = func(*http.Request) {
		if first {
			first = false
			close(listed)
			<-release
		}
	}
	c := s.client(t)
	early := make(chan string)
	go func() {
		snap, err := c.Collection(context.Background(), templates, nil, "items")
		if err != nil {
			t.Error(err)
			close(early)
			return
		}
		early <- names(snap.Items)[0]
	}()
	<-listed
	if _, err := c.Post(context.Background(), templates, nil); err != nil {
		t.Fatal(err)
	}
	if got := version(t, c); got != "v1" {
		t.Errorf("a reader after the write sees %s", got)
	}
	close(release)
	if got := <-early; got != "v0" {
		t.Errorf("the reader from before the write sees %s", got)
	}
	if got := version(t, c); got != "v1" {
		t.Errorf("the list from before the write came back: %s", got)
	}
}

// TestReadDuringAWrite lists while a write is under way, which may or may not see it: nobody may get that list once
// the write has ended.
func TestReadDuringAWrite(t *testing.T) {
	s := &shelf{}
	var c *Client
	s.writing = func(*http.Request) {
		s.version.Add(-1)
		version(t, c) // the state before
		s.version.Add(1)
	}
	c = s.client(t)
	if _, err := c.Put(context.Background(), templates+"/one", nil); err != nil {
		t.Fatal(err)
	}
	if got := version(t, c); got != "v1" {
		t.Errorf("a reader after the write sees %s", got)
	}
}

func TestRecoverListsAnew(t *testing.T) {
	s := &shelf{}
	s.writing = func(*http.Request) { panic(http.ErrAbortHandler) } // applied, and the answer lost
	c := s.client(t)
	version(t, c)
	doc, err := c.Do(context.Background(), Call{Method: http.MethodPost, Path: templates,
		Recover: func(ctx context.Context) (any, bool, error) {
			snap, err := c.Collection(ctx, templates, nil, "items")
			if err != nil {
				return nil, false, err
			}
			found := snap.Find("name", "v1")
			return map[string]any{"found": len(found)}, len(found) == 1, nil
		}})
	if err != nil || string(doc) != `{"found":1}` {
		t.Errorf("got %s, %v", doc, err)
	}
	if s.version.Load() != 1 {
		t.Error("the write was sent again")
	}
}

func TestOneReadersEndDoesNotFailTheOthers(t *testing.T) {
	listed, release := make(chan struct{}), make(chan struct{})
	s := &shelf{listing: func(*http.Request) { close(listed); <-release }}
	c := s.client(t)
	ctx, cancel := context.WithCancel(context.Background())
	first, second := make(chan error), make(chan error)
	go func() {
		_, err := c.Collection(ctx, templates, nil, "items")
		first <- err
	}()
	<-listed
	go func() {
		_, err := c.Collection(context.Background(), templates, nil, "items")
		second <- err
	}()
	awaitWaiters(t, c, 2)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first reader got %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the second reader got %v", err)
	}
	if n := s.lists.Load(); n != 1 {
		t.Errorf("%d list calls", n)
	}
}

func awaitWaiters(t *testing.T, c *Client, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		c.snapshots.mu.Lock()
		got := 0
		for _, r := range c.snapshots.reads {
			got += r.waiters
		}
		c.snapshots.mu.Unlock()
		if got == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d readers wait, want %d", got, n)
		}
	}
}

func TestAListNobodyWaitsForIsGivenUp(t *testing.T) {
	listed, gone := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := &shelf{}
	s.listing = func(r *http.Request) {
		once.Do(func() {
			close(listed)
			<-r.Context().Done()
			close(gone)
		})
	}
	c := s.client(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-listed
		cancel()
	}()
	_, err := c.Collection(ctx, templates, nil, "items")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-gone
	if got := version(t, c); got != "v0" {
		t.Errorf("the next reader sees %s", got)
	}
}

func TestFailuresAreNotKept(t *testing.T) {
	b := serve(t, answer(403, `{"message":"no"}`), answer(200, `{"items":[]}`))
	c, _ := newClient(t, b)
	if _, err := c.Collection(context.Background(), templates, nil, "items"); !IsForbidden(err) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Collection(context.Background(), templates, nil, "items"); err != nil {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	one, two := map[string]any{"name": "a", "in": map[string]any{"id": "x"}}, map[string]any{"name": "a", "in": "y", "n": 1.0, "big": json.Number("9007199254740993"), "b": true}
	s := &Snapshot{Items: []map[string]any{one, two}}
	for _, test := range []struct {
		field, value string
		want         int
	}{
		{"name", "a", 2}, {"name", "b", 0}, {"in.id", "x", 1}, {"in", "y", 1}, {"absent", "", 0}, {"name.x", "a", 0}, {"n", "1", 1},
		{"big", "9007199254740993", 1}, {"b", "true", 0},
	} {
		if got := s.Find(test.field, test.value); len(got) != test.want {
			t.Errorf("Find(%q, %q) = %v", test.field, test.value, got)
		}
	}
}

// TestCollectionOfUnknownWriters: where nobody knows what changes a list, it is
// read anew after a write anywhere, and shared as long as there is none.
func TestCollectionOfUnknownWriters(t *testing.T) {
	s := &shelf{}
	c := s.client(t)
	wary := ListOptions{AnyWrite: true}
	write := func(path string) {
		t.Helper()
		if _, err := c.Do(context.Background(), Call{Method: http.MethodPut, Path: path}); err != nil {
			t.Fatal(err)
		}
	}
	version(t, c)
	version(t, c, wary)
	write("/v1/elsewhere")
	if was, now := version(t, c), version(t, c, wary); was != "v0" || now != "v1" {
		t.Errorf("after a write elsewhere the lists are %s and %s", was, now)
	}
	if got := version(t, c); got != "v1" {
		t.Errorf("what was read last is %s", got)
	}
	if n := s.lists.Load(); n != 2 {
		t.Errorf("there were %d list calls", n)
	}
	// A reading that began before the end of a write may lack it.
	s.writing = func(*http.Request) { version(t, c, wary) }
	write("/v1/elsewhere")
	s.writing = nil
	if n := s.lists.Load(); n != 3 || version(t, c, wary) != "v2" || s.lists.Load() != 4 {
		t.Errorf("there were %d list calls, and then %d", n, s.lists.Load())
	}
}
