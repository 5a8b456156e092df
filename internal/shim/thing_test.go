package shim_test

import (
	"context"
	"errors"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	presource "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/shape"
	"github.com/castai/pulumi-castai/internal/shim"
)

// Thing is the resource of these tests. It keeps what it was called with, and
// answers what a test says.
type Thing struct{ calls *calls }

type calls struct {
	create func(infer.CreateRequest[ThingArgs]) (infer.CreateResponse[ThingState], error)
	read   func(infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error)
	update func(infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error)
	delete func(infer.DeleteRequest[ThingState]) error
}

// ThingArgs are the inputs of a Thing.
type ThingArgs struct {
	Place string   `pulumi:"place" provider:"replaceOnChanges"`
	Name  *string  `pulumi:"name,optional"`
	Size  *int     `pulumi:"size,optional" norm:"default=3"`
	Tags  []string `pulumi:"tags,optional" norm:"set"`
	Plain []string `pulumi:"plain,optional"`
	Box   *Box     `pulumi:"box,optional"`
	Boxes []Box    `pulumi:"boxes,optional"`
	Key   *string  `pulumi:"key,optional" provider:"secret"`
	Mode  *string  `pulumi:"mode,optional" provider:"replaceOnChanges" norm:"fold,default=plain"`
	Pass  *string  `pulumi:"pass,optional" provider:"secret,replaceOnChanges" wire:",writeonly"`
	Cloud *Box     `pulumi:"cloud,optional" wire:",switch" norm:"present"`
}

// Box is an object in a Thing.
type Box struct {
	Color  *string `pulumi:"color,optional" norm:"fold"`
	Serial *string `pulumi:"serial,optional" provider:"replaceOnChanges"`
	Pin    *string `pulumi:"pin,optional" provider:"secret"`
}

// ThingState are the outputs of a Thing.
type ThingState struct {
	ThingArgs
	Token  string   `pulumi:"token" provider:"secret"`
	Count  int      `pulumi:"count"`
	Owners []string `pulumi:"owners"`
	Stamp  *string  `pulumi:"stamp,optional" wire:",changes"`
	Origin *string  `pulumi:"origin,optional"`
}

func (r *Thing) Create(ctx context.Context, req infer.CreateRequest[ThingArgs]) (infer.CreateResponse[ThingState], error) {
	crud.Restore(ctx, &req.Inputs)
	if r.calls.create != nil {
		return r.calls.create(req)
	}
	return infer.CreateResponse[ThingState]{ID: "id", Output: crud.NewState[ThingArgs, ThingState](req.Inputs)}, nil
}

func (r *Thing) Read(_ context.Context, req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
	if r.calls.read != nil {
		return r.calls.read(req)
	}
	return infer.ReadResponse[ThingArgs, ThingState](req), nil
}

func (r *Thing) Update(ctx context.Context, req infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
	crud.Restore(ctx, &req.Inputs)
	if r.calls.update != nil {
		return r.calls.update(req)
	}
	return infer.UpdateResponse[ThingState]{Output: crud.Predict(ctx, req.State, req.Inputs)}, nil
}

func (r *Thing) Delete(_ context.Context, req infer.DeleteRequest[ThingState]) (infer.DeleteResponse, error) {
	if r.calls.delete != nil {
		return infer.DeleteResponse{}, r.calls.delete(req)
	}
	return infer.DeleteResponse{}, nil
}

// WireDependencies tells previews which outputs an update can change.
func (r *Thing) WireDependencies(f infer.FieldSelector, a *ThingArgs, s *ThingState) {
	crud.KeepKnown(f, a, s)
}

// Upgrade takes the box out of the list that it was in once.
func (r *Thing) Upgrade(m property.Map) property.Map {
	if list := m.Get("box"); list.IsArray() && list.AsArray().Len() == 1 {
		return m.Set("box", list.AsArray().Get(0))
	}
	return m
}

// ReplaceWarning is shown when a Thing is replaced.
func (r *Thing) ReplaceWarning() string { return "things are dear" }

// Single is a Thing of which there is one with the same inputs.
type Single struct{ Thing }

// DeleteBeforeReplace keeps its replacement from being deleted.
func (r *Single) DeleteBeforeReplace() {}

// wrapped is a provider with a Thing and a Single.
type wrapped struct {
	p.Provider
	t *testing.T
	*calls
}

func newProvider(t *testing.T) *wrapped {
	t.Helper()
	c := &calls{}
	resources := []shim.Resource{shim.Of(&Thing{c}), shim.Of(&Single{Thing{c}})}
	builder := infer.NewProviderBuilder()
	for _, r := range resources {
		builder.WithResources(r)
	}
	inner, err := builder.Build()
	if err != nil {
		t.Fatal(err)
	}
	inner.GetSchema = func(context.Context, p.GetSchemaRequest) (p.GetSchemaResponse, error) {
		return p.GetSchemaResponse{Schema: `{"resources":{"test:shim_test:Thing":{"description":"A thing.\n\n## Import\n\nThe import ID is its name.\n\n## More"}}}`}, nil
	}
	outer, err := shim.Wrap(inner, shim.Options{
		Resources: resources, Config: shape.Of(nothing),
		Context: func(ctx context.Context) context.Context { return ctx },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &wrapped{outer, t, c}
}

const (
	thing  = presource.URN("urn:pulumi:stack::project::test:shim_test:Thing::mine")
	single = presource.URN("urn:pulumi:stack::project::test:shim_test:Single::mine")
)

var seed = []byte("0123456789abcdef0123456789abcdef")

// check checks inputs, which must not fail.
func (w *wrapped) check(olds, news property.Map) property.Map {
	w.t.Helper()
	got, err := w.Check(w.t.Context(), p.CheckRequest{Urn: thing, State: olds, Inputs: news, RandomSeed: seed})
	if err != nil || len(got.Failures) > 0 {
		w.t.Fatalf("check: %v, %v", got.Failures, err)
	}
	return got.Inputs
}

// diff compares inputs and returns the kind of change of each path.
func (w *wrapped) diff(urn presource.URN, olds, news property.Map, ignore ...string) (map[string]p.DiffKind, p.DiffResponse) {
	w.t.Helper()
	got, err := w.Diff(w.t.Context(), p.DiffRequest{ID: "id", Urn: urn, State: olds, OldInputs: olds, Inputs: news, IgnoreChanges: ignore})
	if err != nil {
		w.t.Fatal(err)
	}
	if got.HasChanges != (len(got.DetailedDiff) > 0) {
		w.t.Errorf("HasChanges is %v, and the changes are %v", got.HasChanges, got.DetailedDiff)
	}
	kinds := map[string]p.DiffKind{}
	for path, change := range got.DetailedDiff {
		kinds[path] = change.Kind
	}
	return kinds, got
}

// partial is what an error has to be that leaves a resource in part.
func (w *wrapped) partial(err error, state *p.InitializationFailed, reason string) {
	w.t.Helper()
	var failed infer.ResourceInitFailedError
	if state == nil || len(state.Reasons) != 1 || state.Reasons[0] != reason || !errors.As(err, &failed) {
		w.t.Errorf("the error is %v, and the partial state %v, want the reason %q", err, state, reason)
	}
}

// obj makes a map of names and values in turn.
func obj(pairs ...any) property.Map {
	out := map[string]property.Value{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = val(pairs[i+1])
	}
	return property.NewMap(out)
}

func val(v any) property.Value {
	switch v := v.(type) {
	case property.Value:
		return v
	case property.Map:
		return property.New(v)
	case string:
		return property.New(v)
	case bool:
		return property.New(v)
	case int:
		return property.New(float64(v))
	case []any:
		items := make([]property.Value, len(v))
		for i := range v {
			items[i] = val(v[i])
		}
		return property.New(items)
	default:
		return property.Value{}
	}
}

func list(items ...any) property.Value { return val(append([]any{}, items...)) }

func secret(v any) property.Value { return val(v).WithSecret(true) }

var unknown = property.New(property.Computed)

func ptr[T any](v T) *T { return &v }

func (w *wrapped) equal(what string, got, want property.Map) {
	w.t.Helper()
	if !property.New(got).Equals(property.New(want)) {
		w.t.Errorf("%s: got %v, want %v", what, property.New(got), property.New(want))
	}
}
