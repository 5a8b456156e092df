package crud

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
)

// placed is a thing of an organization.

type PlacedArgs struct {
	Organization *string  `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-"`
	Name         *string  `pulumi:"name,optional" wire:",create"`
	Size         *int     `pulumi:"size,optional" wire:",zero"`
	Tags         []string `pulumi:"tags,optional" wire:"spec.tags,zero"`
	Color        *string  `pulumi:"color,optional" wire:"spec.color"`
}

type PlacedState struct {
	PlacedArgs
	Status *string `pulumi:"status,optional" wire:",changes"`
}

func newPlaced() *InOrganization[PlacedArgs, PlacedState] {
	return &InOrganization[PlacedArgs, PlacedState]{
		Organization: func(a *PlacedArgs) **string { return &a.Organization },
		Resource: Resource[PlacedArgs, PlacedState]{
			Kind:        "placed thing",
			Path:        func(a *PlacedArgs) string { return api.Path("v1", "organizations", *a.Organization, "things") },
			ImportID:    "<organizationId>/<id>",
			OnlyChanges: true,
			Parts:       []string{"spec"},
			List:        &List{Items: "items", Only: true},
			ListPath:    func(a *PlacedArgs) string { return api.Path("v1", "organizations", *a.Organization, "all", "things") },
		},
	}
}

// TestInOrganization: what the program leaves out is the organization of the
// state, or else the configured one.
func TestInOrganization(t *testing.T) {
	t.Setenv("CASTAI_ORGANIZATION_ID", "configured")
	s, r := newService(t), newPlaced()
	made, err := r.Create(s.ctx, infer.CreateRequest[PlacedArgs]{Inputs: PlacedArgs{Name: ptr("x"), Size: ptr(1), Tags: []string{}}})
	if err != nil || *made.Output.Organization != "configured" {
		t.Fatalf("create gives %+v, %v", made, err)
	}
	for _, id := range []string{"given/thing-1", "thing-1"} {
		imported, err := r.Read(s.ctx, infer.ReadRequest[PlacedArgs, PlacedState]{ID: id})
		want := map[bool]string{true: "given", false: "configured"}[strings.Contains(id, "/")]
		if err != nil || imported.ID != "thing-1" || *imported.Inputs.Organization != want {
			t.Errorf("import of %s gives %+v, %v", id, imported, err)
		}
	}
	elsewhere := PlacedState{PlacedArgs: PlacedArgs{Organization: ptr("elsewhere")}}
	ctx := WithOldInputs(s.ctx, object("name", "x"))
	if _, err := r.Read(ctx, infer.ReadRequest[PlacedArgs, PlacedState]{ID: "thing-1", State: elsewhere}); err != nil {
		t.Error(err)
	}
	if _, err := r.Update(ctx, infer.UpdateRequest[PlacedArgs, PlacedState]{ID: "thing-1", State: elsewhere, Inputs: PlacedArgs{Size: ptr(2)}}); err != nil {
		t.Error(err)
	}
	if _, err := r.Delete(ctx, infer.DeleteRequest[PlacedState]{ID: "thing-1", State: elsewhere}); err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		"POST /v1/organizations/configured/things", "GET /v1/organizations/given/all/things", "GET /v1/organizations/elsewhere/all/things",
		"PUT /v1/organizations/elsewhere/things/thing-1", "DELETE /v1/organizations/elsewhere/things/thing-1",
	} {
		if !slices.Contains(s.calls, want) {
			t.Errorf("there is no call %s in %v", want, s.calls)
		}
	}
}

// TestOnlyChanges: an update sends what differs from the last outputs, part by
// part, and makes no call without a difference.
func TestOnlyChanges(t *testing.T) {
	t.Parallel()
	s, r := newService(t), newPlaced()
	s.put(map[string]any{"name": "x"})
	a := PlacedArgs{Organization: ptr("o"), Name: ptr("x"), Size: ptr(1), Tags: []string{}, Color: ptr("red")}
	was := PlacedState{PlacedArgs: a}
	was.Tags = nil // as the framework reads an empty list
	for _, test := range []struct {
		change func(*PlacedArgs)
		want   map[string]any
	}{
		{func(*PlacedArgs) {}, nil},
		{func(a *PlacedArgs) { a.Size = ptr(2) }, map[string]any{"size": 2.0}},
		{func(a *PlacedArgs) { a.Size = nil }, map[string]any{"size": 0.0}},
		{func(a *PlacedArgs) { a.Color = ptr("blue") }, map[string]any{"spec": map[string]any{"color": "blue"}}},
		{func(a *PlacedArgs) { a.Tags = []string{"a"} }, map[string]any{"spec": map[string]any{"tags": []any{"a"}}}},
	} {
		now := a
		test.change(&now)
		s.calls, s.bodies = nil, nil
		ctx := WithOldInputs(s.ctx, object("organizationId", "o", "name", "x", "size", 1, "tags", []any{}, "color", "red"))
		if _, err := r.Update(ctx, infer.UpdateRequest[PlacedArgs, PlacedState]{ID: "thing-1", State: was, Inputs: now}); err != nil {
			t.Fatal(err)
		}
		switch {
		case test.want == nil && len(s.calls) > 0:
			t.Errorf("there were the calls %v", s.calls)
		case test.want != nil && (len(s.calls) != 1 || s.calls[0] != http.MethodPut+" /v1/organizations/o/things/thing-1"):
			t.Errorf("the calls are %v", s.calls)
		case test.want != nil && !reflect.DeepEqual(s.bodies[0], test.want):
			t.Errorf("the body is %v, want %v", s.bodies[0], test.want)
		}
	}
}

func TestAwait(t *testing.T) {
	t.Parallel()
	s := newService(t)
	turns := 0
	if err := Await(s.ctx, time.Minute, func(_ context.Context, turn int) (bool, string, error) {
		turns++
		return turn == 1, "busy", nil
	}); err != nil || turns != 2 {
		t.Errorf("after %d turns: %v", turns, err)
	}
	failure, refusal := errors.New("no"), errors.New("refused")
	if err := Await(s.ctx, time.Minute, func(context.Context, int) (bool, string, error) { return false, "", failure }); err != failure {
		t.Error(err)
	}
	err := Await(s.ctx, 50*time.Millisecond, func(ctx context.Context, _ int) (bool, string, error) { return false, "busy", nil })
	if err == nil || !strings.Contains(err.Error(), "(busy)") || !strings.Contains(err.Error(), "customTimeouts") {
		t.Error(err)
	}
	canceled, cancel := context.WithCancel(s.ctx)
	err = Await(canceled, time.Minute, func(context.Context, int) (bool, string, error) {
		cancel()
		return false, "busy", refusal
	})
	if err == nil || !strings.Contains(err.Error(), "canceled (busy)") || !errors.Is(err, refusal) {
		t.Error(err)
	}
}
