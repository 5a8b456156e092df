package crud

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
)

// TestRewrite: an API with calls of its own for writes, and one whose objects
// take more than one call to read.
func TestRewrite(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newThing()
	r.Out = "things"
	r.List.Only = true
	r.ListQuery = func(a *ThingArgs) url.Values { return url.Values{"of": {a.Group}} }
	r.Rewrite = func(a *ThingArgs, id string, call *api.Call) {
		verb := map[string]string{"POST": ":make", "PUT": ":change", "DELETE": ":drop"}[call.Method]
		body, _ := call.Body.(map[string]any)
		*call = api.Call{Method: http.MethodPost, Path: r.Path(a) + verb, Body: map[string]any{"id": id, "body": body}}
	}
	answer := `{"things":[{"id":"thing-7","name":"x","status":"made"}]}`
	s.before = func(w http.ResponseWriter, req *http.Request) bool {
		if req.Method == http.MethodGet && req.URL.RawQuery != "of=g" {
			t.Errorf("the list is read with the query %q", req.URL.RawQuery)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(strings.Replace(answer, `"things":`, `"items":[{"id":"thing-7","name":"x","status":"listed"}],"things":`, 1)))
		return true
	}
	a := ThingArgs{Group: "g", Name: ptr("x")}
	made, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a})
	if err != nil || made.ID != "thing-7" || *made.Output.Status != "made" {
		t.Fatalf("created %+v, %v", made, err)
	}
	ctx := WithOldInputs(s.ctx, object("group", "g", "name", "x"))
	read, err := r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output})
	if err != nil || *read.State.Status != "listed" {
		t.Errorf("read %+v, %v", read, err)
	}
	a.Size = ptr(3)
	if _, err := r.Update(ctx, infer.UpdateRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output}); err != nil {
		t.Error(err)
	}
	if want := map[string]any{"id": "thing-7", "body": map[string]any{"size": 3.0}}; !reflect.DeepEqual(s.bodies[len(s.bodies)-1], want) {
		t.Errorf("the update sends %v", s.bodies[len(s.bodies)-1])
	}
	if _, err := r.Delete(ctx, infer.DeleteRequest[ThingState]{ID: made.ID, State: made.Output}); err != nil {
		t.Error(err)
	}
	writes := slices.DeleteFunc(slices.Clone(s.calls), func(call string) bool { return strings.HasPrefix(call, "GET") })
	if want := []string{"POST /v1/groups/g/things:make", "POST /v1/groups/g/things:change", "POST /v1/groups/g/things:drop"}; !slices.Equal(writes, want) {
		t.Errorf("the calls are %v", writes)
	}

	for _, answer = range []string{`{"things":[]}`, `{"things":[{"id":"thing-8"},{"id":"thing-9"}]}`, `{"things":[7]}`} {
		if made, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: a}); err == nil || made.ID != "" {
			t.Errorf("%s: created %+v, %v", answer, made, err)
		}
	}

	r.Fetch = func(_ context.Context, a *ThingArgs, id string) (map[string]any, error) {
		var body map[string]any
		return body, json.Unmarshal([]byte(`{"id":"`+id+`","name":"x","status":"fetched"}`), &body)
	}
	read, err = r.Read(ctx, infer.ReadRequest[ThingArgs, ThingState]{ID: made.ID, Inputs: a, State: made.Output})
	if err != nil || *read.State.Status != "fetched" {
		t.Errorf("read %+v, %v", read, err)
	}
}
