package crud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
)

// The resource of these tests: things, which are in a group.

type ThingArgs struct {
	Group  string            `pulumi:"group" provider:"replaceOnChanges" wire:"-"`
	Name   *string           `pulumi:"name,optional" provider:"replaceOnChanges" wire:",create"`
	Size   *int              `pulumi:"size,optional" wire:",zero"`
	Tags   []string          `pulumi:"tags,optional" norm:"set"`
	Labels map[string]string `pulumi:"labels,optional"`
	Box    *thingBox         `pulumi:"box,optional"`
	Boxes  []thingBox        `pulumi:"boxes,optional"`
	Lid    *thingLid         `pulumi:"lid,optional"`
}

type thingBox struct {
	Color *string   `pulumi:"color,optional"`
	Depth *int      `pulumi:"depth,optional" wire:",null"`
	Marks []string  `pulumi:"marks,optional"`
	Box   *innerBox `pulumi:"box,optional"`
}

type innerBox struct {
	Color *string `pulumi:"color,optional"`
	Depth *int    `pulumi:"depth,optional"`
}

// thingLid holds what has to be given.
type thingLid struct {
	Open  bool    `pulumi:"open"`
	Turns int     `pulumi:"turns"`
	Hinge *string `pulumi:"hinge,optional"`
}

type ThingState struct {
	ThingArgs
	Status *string `pulumi:"status,optional" wire:",changes"`
	Serial *string `pulumi:"serial,optional"`
}

func newThing() *Resource[ThingArgs, ThingState] {
	return &Resource[ThingArgs, ThingState]{
		Kind:     "thing",
		Path:     func(a *ThingArgs) string { return api.Path("v1", "groups", a.Group, "things") },
		ImportID: "<group>/<id>",
		List:     &List{Items: "items"},
	}
}

func ptr[T any](v T) *T { return &v }

// service is an API with things in it.
type service struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	things []map[string]any
	calls  []string
	bodies []map[string]any
	// now is the service's clock.
	now func() time.Time
	// before answers a request in place of the service, if it returns true;
	// after, if it returns true, cuts the connection when the service is done.
	before func(w http.ResponseWriter, r *http.Request) bool
	after  func(r *http.Request) bool
	// undated leaves out when a thing was made; unique refuses a name twice.
	undated, unique bool
	made            int
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, now: time.Now, unique: true}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	cfg := &config.Config{APIToken: ptr("token"), APIURL: &web.URL}
	if err := cfg.Configure(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.ctx = cfg.Attach(t.Context())
	return s
}

// put makes a thing without the provider.
func (s *service) put(thing map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(thing)
}

func (s *service) add(thing map[string]any) map[string]any {
	s.made++
	thing["id"] = fmt.Sprint("thing-", s.made)
	if !s.undated {
		thing["createdAt"] = s.now().UTC().Format(time.RFC3339)
	}
	thing["status"] = "new"
	s.things = append(s.things, thing)
	return thing
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	if r.ContentLength != 0 {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			s.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
	}
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	s.bodies = append(s.bodies, maps.Clone(body))
	if s.before != nil && s.before(w, r) {
		return
	}
	status, answer := s.answer(r, body)
	if s.after != nil && s.after(r) {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

func (s *service) answer(r *http.Request, body map[string]any) (int, any) {
	_, id, _ := strings.Cut(r.URL.Path, "/things")
	at := slices.IndexFunc(s.things, func(thing map[string]any) bool { return thing["id"] == strings.TrimPrefix(id, "/") })
	switch {
	case id == "" && r.Method == http.MethodGet:
		return 200, map[string]any{"items": s.things}
	case id == "":
		for _, other := range s.things {
			if s.unique && other["name"] == body["name"] {
				return 409, map[string]any{"message": "the name is taken"}
			}
		}
		return 201, s.add(body)
	case at < 0:
		return 404, map[string]any{"message": "no such thing"}
	case r.Method == http.MethodDelete:
		s.things = slices.Delete(s.things, at, at+1)
		return 200, map[string]any{}
	case r.Method != http.MethodGet:
		maps.Copy(s.things[at], body)
	}
	return 200, s.things[at]
}

// count counts the calls of a method.
func (s *service) count(method string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, call := range s.calls {
		if strings.HasPrefix(call, method+" ") {
			n++
		}
	}
	return n
}

// once cuts the connection after the first call of a method.
func once(method string) func(*http.Request) bool {
	done := false
	return func(r *http.Request) bool {
		if r.Method != method || done {
			return false
		}
		done = true
		return true
	}
}

// logged is what was logged by all tests.
var logged struct {
	sync.Mutex
	bytes.Buffer
}

type logWriter struct{}

func (logWriter) Write(p []byte) (int, error) {
	logged.Lock()
	defer logged.Unlock()
	return logged.Buffer.Write(p)
}

// warned says whether a warning with that text was logged.
func warned(text string) bool {
	logged.Lock()
	defer logged.Unlock()
	for _, line := range strings.Split(logged.String(), "\n") {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, text) {
			return true
		}
	}
	return false
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(logWriter{}, nil)))
	os.Exit(m.Run())
}
