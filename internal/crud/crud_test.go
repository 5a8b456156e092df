package crud

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func object(pairs ...any) property.Map {
	out := map[string]property.Value{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = value(pairs[i+1])
	}
	return property.NewMap(out)
}

func value(v any) property.Value {
	switch v := v.(type) {
	case property.Map:
		return property.New(v)
	case string:
		return property.New(v)
	case int:
		return property.New(float64(v))
	case bool:
		return property.New(v)
	case []any:
		items := []property.Value{}
		for _, item := range v {
			items = append(items, value(item))
		}
		return property.New(items)
	default:
		return property.Value{}
	}
}

func (s *service) create(r *Resource[ThingArgs, ThingState], a ThingArgs) infer.CreateResponse[ThingState] {
	s.t.Helper()
	got, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a})
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func TestLife(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	a := ThingArgs{Group: "g", Name: ptr("x"), Size: ptr(3)}
	made := s.create(r, a)
	if made.ID != "thing-1" || *made.Output.Status != "new" || *made.Output.Size != 3 {
		t.Errorf("create gives %+v", made)
	}
	if want := map[string]any{"name": "x", "size": 3.0}; !reflect.DeepEqual(s.bodies[0], want) {
		t.Errorf("create sends %v", s.bodies[0])
	}

	imported, err := r.Read(s.ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: "g/thing-1"})
	if err != nil || imported.ID != made.ID || imported.Inputs.Group != "g" {
		t.Errorf("import gives %+v, %v", imported, err)
	}

	ctx := WithOldInputs(s.ctx, object("group", "g", "name", "x", "size", 3))
	updated, err := r.Update(ctx, infer.UpdateRequest[ThingArgs, ThingState]{ID: made.ID, State: made.Output, Inputs: ThingArgs{Group: "g", Name: ptr("x")}})
	if err != nil || *updated.Output.Size != 0 {
		t.Errorf("update gives %+v, %v", updated, err)
	}
	if want := map[string]any{"size": 0.0}; !reflect.DeepEqual(s.bodies[len(s.bodies)-1], want) {
		t.Errorf("update sends %v", s.bodies[len(s.bodies)-1])
	}

	for range 2 { // the second finds nothing
		if _, err := r.Delete(ctx, infer.DeleteRequest[ThingState]{ID: made.ID, State: made.Output}); err != nil {
			t.Error("delete:", err)
		}
	}
	gone, err := r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output})
	if err != nil || gone.ID != "" {
		t.Errorf("what is deleted reads as %+v, %v", gone, err)
	}
	if want := "PUT /v1/groups/g/things/thing-1"; !slices.Contains(s.calls, want) {
		t.Errorf("there is no call %s in %v", want, s.calls)
	}
}

func TestPreviewsCallNothing(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	a := ThingArgs{Group: "g", Name: ptr("x")}
	if _, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a, DryRun: true}); err != nil {
		t.Error(err)
	}
	if _, err := r.Update(s.ctx, infer.UpdateRequest[ThingArgs, ThingState]{Inputs: a, DryRun: true}); err != nil {
		t.Error(err)
	}
	if len(s.calls) > 0 {
		t.Errorf("there were the calls %v", s.calls)
	}
}

// TestIdentityIsKept: an answer without what identifies an object, or with
// another identity, does not change it.
func TestIdentityIsKept(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	a := ThingArgs{Group: "g", Name: ptr("x")}
	made := s.create(r, a)
	for _, name := range []any{nil, "y"} {
		s.things[0]["name"] = name
		ctx := WithOldInputs(s.ctx, object("group", "g", "name", "x"))
		got, err := r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output})
		if err != nil || got.Inputs.Name == nil || *got.Inputs.Name != "x" || *got.State.Name != "x" {
			t.Errorf("%v reads as %+v, %v", name, got, err)
		}
	}
	s.things[0]["name"] = "y"
	got, err := r.Read(s.ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: "g/thing-1"})
	if err != nil || *got.Inputs.Name != "y" {
		t.Errorf("an import gives %+v, %v", got, err)
	}
}

// TestPartial: whatever fails after the object was made keeps its ID and what
// is known of it.
func TestPartial(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	r.ReadBack = true
	fail := true
	s.before = func(w http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodGet && fail {
			w.WriteHeader(500)
		}
		return req.Method == http.MethodGet && fail
	}
	a := ThingArgs{Group: "g", Name: ptr("x"), Size: ptr(3)}
	made, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a})
	var partial infer.ResourceInitFailedError
	if !errors.As(err, &partial) || made.ID != "thing-1" || *made.Output.Status != "new" {
		t.Errorf("create gives %+v, %v", made, err)
	}
	if len(partial.Reasons) != 1 || !strings.Contains(partial.Reasons[0], "cannot create thing thing-1: GET /v1/groups/g/things/thing-1: 500") {
		t.Errorf("the reasons are %q", partial.Reasons)
	}
	updated, err := r.Update(s.ctx, infer.UpdateRequest[ThingArgs, ThingState]{
		ID: made.ID, State: made.Output, Inputs: ThingArgs{Group: "g", Name: ptr("x"), Size: ptr(4)}})
	if !errors.As(err, &partial) || *updated.Output.Size != 4 {
		t.Errorf("update gives %+v, %v", updated, err)
	}
	fail = false
	s.things = nil
	s.before = func(w http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodPut {
			_, _ = w.Write([]byte("{}"))
		}
		return req.Method == http.MethodPut
	}
	_, err = r.Update(s.ctx, infer.UpdateRequest[ThingArgs, ThingState]{ID: made.ID, State: made.Output, Inputs: a})
	if !errors.As(err, &partial) || !strings.Contains(partial.Reasons[0], "then not found") {
		t.Errorf("an update of what has gone since: %v", err)
	}
}

func TestAnswerWithoutID(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	s.before = func(w http.ResponseWriter, req *http.Request) bool {
		_, _ = w.Write([]byte(`{"name":"x"}`))
		return true
	}
	got, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: ThingArgs{Group: "g", Name: ptr("x")}})
	if err == nil || got.ID != "" || !strings.Contains(err.Error(), `cannot create thing: the answer has no "id"`) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestConflict(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	a := ThingArgs{Group: "g", Name: ptr("x")}
	s.create(r, a)
	_, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a})
	for _, want := range []string{"409", "A thing exists already", "import it: its import ID has the form <group>/<id>"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if len(s.things) != 1 {
		t.Errorf("there are %d things", len(s.things))
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	made := s.create(r, ThingArgs{Group: "g", Name: ptr("x")})
	r.Guard = func(st *ThingState) string { return "everybody needs " + *st.Name }
	if _, err := r.Delete(s.ctx, infer.DeleteRequest[ThingState]{ID: made.ID, State: made.Output}); err != nil {
		t.Error(err)
	}
	if s.count(http.MethodDelete) != 0 {
		t.Error("it was deleted")
	}
	if !warned("thing thing-1 was left in place: everybody needs x") {
		t.Error("there is no warning")
	}
}

// TestLock: creations in one group go side by side, and nothing meets an
// update or deletion there.
func TestLock(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	r.Lock = func(a *ThingArgs) string { return a.Group }
	entered, leave := make(chan string, 3), make(chan struct{})
	var creations, others int // under way; guarded by the service's lock
	s.before = func(_ http.ResponseWriter, req *http.Request) bool {
		if !strings.Contains(req.URL.Path, "/slow/") {
			return false
		}
		count := &others
		if req.Method == http.MethodPost {
			count = &creations
		}
		*count++
		if others > 1 || others == 1 && creations > 0 {
			t.Errorf("%d updates and deletions beside %d creations", others, creations)
		}
		s.mu.Unlock()
		entered <- req.Method
		<-leave
		s.mu.Lock()
		*count--
		return false
	}
	var writes sync.WaitGroup
	start := func(write func() error) {
		writes.Go(func() {
			if err := write(); err != nil {
				t.Error(err)
			}
		})
	}
	slow := ThingArgs{Group: "slow"}
	create := func(group, name string) func() error {
		return func() error {
			_, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: ThingArgs{Group: group, Name: &name}})
			return err
		}
	}
	for _, name := range []string{"old", "older"} {
		s.put(map[string]any{"name": name})
	}
	start(create("slow", "a"))
	start(create("slow", "b"))
	<-entered
	<-entered // both are under way
	start(func() error {
		_, err := r.Update(s.ctx, infer.UpdateRequest[ThingArgs, ThingState]{ID: "thing-1", Inputs: ThingArgs{Group: "slow", Size: ptr(2)}})
		return err
	})
	start(func() error {
		_, err := r.Delete(s.ctx, infer.DeleteRequest[ThingState]{ID: "thing-2", State: ThingState{ThingArgs: slow}})
		return err
	})
	start(create("fast", "c")) // passes while those of the other group wait
	for range 4 {
		leave <- struct{}{}
	}
	writes.Wait()
	if s.count(http.MethodPut) != 1 || len(s.things) != 4 {
		t.Errorf("there are %v after %v", s.things, s.calls)
	}

	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := r.Create(ctx, infer.CreateRequest[ThingArgs]{Inputs: ThingArgs{Group: "g"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a create that is canceled gives %v", err)
	}
}

// TestStaleCreation: a creation that the API refuses because of another one is
// made again when that is over, once.
func TestStaleCreation(t *testing.T) {
	t.Parallel()
	for refusals, want := range []string{"", "", "cannot create thing"} {
		s, r := newService(t), newThing()
		r.Lock = func(a *ThingArgs) string { return a.Group }
		s.before = func(w http.ResponseWriter, _ *http.Request) bool {
			if refusals--; refusals < 0 {
				return false
			}
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"message":"the node template has changed"}`)
			return true
		}
		_, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: ThingArgs{Group: "g", Name: ptr("a")}})
		if want == "" && (err != nil || len(s.things) != 1) {
			t.Errorf("%v, and there are %v", err, s.things)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want) || s.count(http.MethodPost) != 2) {
			t.Errorf("%v after %v, want %q after two", err, s.calls, want)
		}
	}
}

// TestAdopt: what the inputs leave open stays as it is.
func TestAdopt(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	s.put(map[string]any{"name": "x", "size": 7.0, "labels": map[string]any{"a": "b"}})
	a := ThingArgs{Group: "g", Name: ptr("x"), Tags: []string{"t"}}
	found, err := r.Find(s.ctx, &a, "name", "x")
	if err != nil || found == nil {
		t.Fatal(found, err)
	}
	got, err := r.Adopt(s.ctx, a, found)
	if err != nil || got.ID != "thing-1" || *got.Output.Size != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	want := map[string]any{"size": 7.0, "tags": []any{"t"}, "labels": map[string]any{"a": "b"}}
	if body := s.bodies[len(s.bodies)-1]; !reflect.DeepEqual(body, want) {
		t.Errorf("the update sends %v, want %v", body, want)
	}
	if none, err := r.Find(s.ctx, &a, "name", "y"); none != nil || err != nil {
		t.Errorf("what is not there is %v, %v", none, err)
	}
}

func TestReadFromList(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	r.List.Only = true
	a := ThingArgs{Group: "g", Name: ptr("x")}
	made := s.create(r, a)
	ctx := WithOldInputs(s.ctx, object("group", "g"))
	for range 3 {
		got, err := r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output})
		if err != nil || got.ID != made.ID || *got.Inputs.Name != "x" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if n := s.count(http.MethodGet); n != 1 {
		t.Errorf("three reads make %d calls", n)
	}
	got, err := r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: "thing-9", Inputs: a, State: made.Output})
	if err != nil || got.ID != "" {
		t.Errorf("what is not in the list reads as %+v, %v", got, err)
	}
}
