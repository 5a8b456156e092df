package shim_test

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crud"
)

var nothing = reflect.TypeFor[struct{}]()

func TestAutonaming(t *testing.T) {
	w := newProvider(t)
	name := func(olds, news property.Map) property.Value { return w.check(olds, news).Get("name") }
	first := name(obj(), obj("place", "here"))
	if !first.IsString() || !strings.HasPrefix(first.AsString(), "mine-") || len(first.AsString()) != len("mine-")+7 {
		t.Fatalf("the name is %v", first)
	}
	if again := name(obj(), obj("place", "here")); !again.Equals(first) {
		t.Errorf("the same seed gives %v and %v", first, again)
	}
	if kept := name(obj("place", "here", "name", "old"), obj("place", "here")); !kept.Equals(val("old")) {
		t.Errorf("the old name becomes %v", kept)
	}
	if given := name(obj("place", "here", "name", "old"), obj("place", "here", "name", "new")); !given.Equals(val("new")) {
		t.Errorf("the given name becomes %v", given)
	}
	if open := name(obj("place", "here", "name", "old"), obj("place", "here", "name", unknown)); !open.IsComputed() {
		t.Errorf("an unknown name becomes %v", open)
	}
	if null := name(obj("place", "here", "name", "old"), obj("place", "here", "name", nil)); !null.Equals(val("old")) {
		t.Errorf("a null becomes %v", null)
	}
	other, err := w.Check(t.Context(), p.CheckRequest{Urn: thing, Inputs: obj("place", "here"), RandomSeed: slices.Repeat([]byte{7}, 32)})
	if err != nil || other.Inputs.Get("name").Equals(first) {
		t.Errorf("another seed gives %v, %v", other.Inputs.Get("name"), err)
	}
}

// TestOldForm: inputs and states in a form of before are taken everywhere.
func TestOldForm(t *testing.T) {
	w := newProvider(t)
	old := obj("place", "here", "name", "n", "box", list(obj("color", "red")))
	now := obj("place", "here", "name", "n", "box", obj("color", "red"))
	w.equal("check", w.check(old, old), now)
	if changes, _ := w.diff(thing, old, now); len(changes) > 0 {
		t.Errorf("there are the changes %v", changes)
	}
	state := old.Set("token", val("t")).Set("count", val(1)).Set("owners", list())
	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		if req.Inputs.Box == nil || *req.Inputs.Box.Color != "red" || *req.State.Box.Color != "red" {
			t.Errorf("read gets %+v", req)
		}
		return infer.ReadResponse[ThingArgs, ThingState](req), nil
	}
	got, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: old, Properties: state})
	if err != nil {
		t.Fatal(err)
	}
	w.equal("read", got.Inputs, now)
	w.update = func(req infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
		if req.State.Box == nil || *req.State.Box.Color != "red" {
			t.Errorf("update gets %+v", req.State)
		}
		return infer.UpdateResponse[ThingState]{Output: req.State}, nil
	}
	if _, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: state, OldInputs: old, Inputs: now}); err != nil {
		t.Error(err)
	}
	w.delete = func(req infer.DeleteRequest[ThingState]) error {
		if req.State.Box == nil || *req.State.Box.Color != "red" {
			t.Errorf("delete gets %+v", req.State)
		}
		return nil
	}
	if err := w.Delete(t.Context(), p.DeleteRequest{ID: "id", Urn: thing, Properties: state, OldInputs: old}); err != nil {
		t.Error(err)
	}
}

// TestOldState: a state of the bridged provider, or of another version, is
// read: what it has too much is dropped, what it lacks is completed.
func TestOldState(t *testing.T) {
	w := newProvider(t)
	old := obj(
		"place", "here", "name", "n", "__defaults", list("size"), "size", 3, "retired", true,
		"box", obj("color", "red", "__defaults", list("serial"), "serial", "generated", "retired", obj("deep", 1)),
		"boxes", list(obj("color", "blue", "retired", 1), obj("__defaults", list())),
	)
	clean := obj("place", "here", "name", "n", "box", obj("color", "red"), "boxes", list(obj("color", "blue"), obj()))
	if changes, _ := w.diff(thing, old, clean); len(changes) > 0 {
		t.Errorf("there are the changes %v", changes)
	}
	checked := func(state ThingState) {
		t.Helper()
		if state.Count != 0 || state.Token != "" || len(state.Owners) != 0 {
			t.Errorf("the outputs that are missing are %+v", state)
		}
		if state.Size != nil || state.Box == nil || state.Box.Serial != nil || len(state.Boxes) != 2 || *state.Boxes[0].Color != "blue" {
			t.Errorf("the outputs are %+v", state)
		}
	}
	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		checked(req.State)
		return infer.ReadResponse[ThingArgs, ThingState](req), nil
	}
	w.update = func(req infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
		checked(req.State)
		return infer.UpdateResponse[ThingState]{Output: req.State}, nil
	}
	w.delete = func(req infer.DeleteRequest[ThingState]) error {
		checked(req.State)
		return nil
	}
	got, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: old, Properties: old})
	if err != nil {
		t.Fatal(err)
	}
	w.equal("read", got.Inputs, clean)
	if _, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: old, OldInputs: old, Inputs: clean}); err != nil {
		t.Error(err)
	}
	if err := w.Delete(t.Context(), p.DeleteRequest{ID: "id", Urn: thing, Properties: old, OldInputs: old}); err != nil {
		t.Error(err)
	}
}

func TestDiff(t *testing.T) {
	base := obj("place", "here", "size", 4, "tags", list("a", "b"), "box", obj("color", "red", "serial", "1"))
	for name, test := range map[string]struct {
		news   property.Map
		ignore []string
		want   map[string]p.DiffKind
	}{
		"nothing":              {news: base},
		"a value":              {news: base.Set("size", val(5)), want: map[string]p.DiffKind{"size": p.Update}},
		"an element":           {news: base.Set("tags", list("a", "c")), want: map[string]p.DiffKind{"tags[1]": p.Update}},
		"one more":             {news: base.Set("tags", list("a", "b", "c")), want: map[string]p.DiffKind{"tags[2]": p.Add}},
		"one dropped":          {news: base.Delete("size"), want: map[string]p.DiffKind{"size": p.Delete}},
		"one added":            {news: base.Set("key", val("k")), want: map[string]p.DiffKind{"key": p.Add}},
		"identity":             {news: base.Set("place", val("there")), want: map[string]p.DiffKind{"place": p.UpdateReplace}},
		"deep":                 {news: base.Set("box", val(obj("color", "blue", "serial", "1"))), want: map[string]p.DiffKind{"box.color": p.Update}},
		"deep identity":        {news: base.Set("box", val(obj("color", "red", "serial", "2"))), want: map[string]p.DiffKind{"box.serial": p.UpdateReplace}},
		"deep identity gone":   {news: base.Set("box", val(obj("color", "red"))), want: map[string]p.DiffKind{"box.serial": p.DeleteReplace}},
		"an unknown":           {news: base.Set("size", unknown), want: map[string]p.DiffKind{"size": p.Update}},
		"an empty list":        {news: base.Set("plain", list()), want: map[string]p.DiffKind{"plain": p.Add}},
		"what nobody knows":    {news: base.Set("extra", val(1))},
		"now secret":           {news: base.Set("size", secret(4)), want: map[string]p.DiffKind{"size": p.Update}},
		"now secret identity":  {news: base.Set("place", secret("here"))},
		"a secret object":      {news: base.Set("box", secret(obj("color", "red", "serial", "1"))), want: map[string]p.DiffKind{"box": p.Update}},
		"deep in a secret":     {news: base.Set("box", secret(obj("color", "red", "serial", "2"))), want: map[string]p.DiffKind{"box.serial": p.UpdateReplace}},
		"another secret place": {news: base.Set("place", secret("there")), want: map[string]p.DiffKind{"place": p.UpdateReplace}},
		"ignored": {
			news: base.Set("size", val(5)).Set("place", val("there")), ignore: []string{"size", "place"},
		},
		"ignored deep": {
			news:   base.Set("box", val(obj("color", "blue", "serial", "2"))),
			ignore: []string{"box.serial"}, want: map[string]p.DiffKind{"box.color": p.Update},
		},
		"ignored element": {
			news: base.Set("tags", list("x", "c")), ignore: []string{"tags[0]"}, want: map[string]p.DiffKind{"tags[1]": p.Update},
		},
		"ignored, and dropped": {news: base.Delete("size"), ignore: []string{"size"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newProvider(t)
			got, resp := w.diff(thing, base, test.news, test.ignore...)
			if !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if resp.DeleteBeforeReplace {
				t.Error("it is deleted first")
			}
			if _, resp := w.diff(single, base, test.news, test.ignore...); !resp.DeleteBeforeReplace {
				t.Error("an exclusive one is not deleted first")
			}
		})
	}
}

// TestIgnoredInUpdate: what the user wants ignored keeps its old value.
// What replaces in some cases and not in others.
func TestDiffOfIdentities(t *testing.T) {
	base := obj("place", "here")
	type kinds = map[string]p.DiffKind
	for name, test := range map[string]struct {
		olds, news property.Map
		want       kinds
	}{
		"the default is said":      {base, base.Set("mode", val("plain")), kinds{}},
		"the default is shouted":   {base, base.Set("mode", val("PLAIN")), kinds{}},
		"the default is not said":  {base.Set("mode", val("plain")), base, kinds{}},
		"another than the default": {base, base.Set("mode", val("fancy")), kinds{"mode": p.UpdateReplace}},
		"the default again":        {base.Set("mode", val("fancy")), base, kinds{"mode": p.UpdateReplace}},
		"said after an import":     {base, base.Set("pass", secret("a")), kinds{}},
		"required, after that":     {base.Set("pass", secret("")), base.Set("pass", secret("a")), kinds{}},
		"another secret":           {base.Set("pass", secret("a")), base.Set("pass", secret("b")), kinds{"pass": p.UpdateReplace}},
		"a kind comes":             {base, base.Set("cloud", val(obj())), kinds{"cloud": p.AddReplace}},
		"a kind goes":              {base.Set("cloud", val(obj("color", "red"))), base, kinds{"cloud": p.DeleteReplace}},
		"a kind changes": {
			base.Set("cloud", val(obj("color", "red"))), base.Set("cloud", val(obj("color", "blue"))), kinds{"cloud.color": p.Update},
		},
		"a kind says more": {base.Set("cloud", val(obj())), base.Set("cloud", val(obj("color", "red"))), kinds{"cloud.color": p.Add}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := newProvider(t).diff(thing, test.olds, test.news); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// What the outputs say already is no change when the program begins to say it,
// nor is nothing, which outputs leave out.
func TestDiffWithOutputs(t *testing.T) {
	for name, test := range map[string]struct {
		state, news property.Map
		change      bool
	}{
		"what is so":      {obj("mode", "fancy"), obj("mode", "fancy"), false},
		"what is not so":  {obj("mode", "fancy"), obj("mode", "other"), true},
		"nothing":         {obj(), obj("pass", ""), false},
		"something":       {obj(), obj("serial", "1"), false}, // unknown to the resource
		"a secret of it":  {obj("pass", secret("a")), obj("pass", "a"), false},
		"no identity":     {obj("size", 7), obj("size", 7), true},
		"not known as it": {obj("mode", "fancy"), obj("mode", unknown), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newProvider(t)
			place := obj("place", "here")
			got, err := w.Diff(t.Context(), p.DiffRequest{
				ID: "id", Urn: thing, State: merge(place, test.state), OldInputs: place, Inputs: merge(place, test.news),
			})
			if err != nil || got.HasChanges != test.change {
				t.Errorf("got %v, %v", got.DetailedDiff, err)
			}
		})
	}
}

func merge(a, b property.Map) property.Map {
	for key, value := range b.All {
		a = a.Set(key, value)
	}
	return a
}

func TestIgnoredInUpdate(t *testing.T) {
	w := newProvider(t)
	olds := obj("place", "here", "size", 4, "box", obj("color", "red"))
	news := obj("place", "here", "size", 5, "box", obj("color", "blue", "serial", "1"))
	w.update = func(req infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
		if *req.Inputs.Size != 4 || *req.Inputs.Box.Color != "red" || *req.Inputs.Box.Serial != "1" {
			t.Errorf("update gets %+v", req.Inputs)
		}
		return infer.UpdateResponse[ThingState]{Output: crud.NewState[ThingArgs, ThingState](req.Inputs)}, nil
	}
	got, err := w.Update(t.Context(), p.UpdateRequest{
		ID: "id", Urn: thing, State: olds, OldInputs: olds, Inputs: news, IgnoreChanges: []string{"size", "box.color"},
	})
	if err != nil || !got.Properties.Get("size").Equals(val(4)) {
		t.Errorf("got %v, %v", got.Properties, err)
	}
}

func TestReplacementWarns(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	w := newProvider(t)
	w.diff(thing, obj("place", "here", "size", 1), obj("place", "here", "size", 2))
	if log.Len() > 0 {
		t.Errorf("an update warns: %s", &log)
	}
	w.diff(thing, obj("place", "here"), obj("place", "there"))
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "things are dear") {
		t.Errorf("a replacement logs %q", &log)
	}
}

// TestSecrets: secret inputs and outputs are marked, at every depth, whoever
// answers them.
func TestSecrets(t *testing.T) {
	w := newProvider(t)
	plain := obj("place", "here", "name", "n", "key", "k", "box", obj("pin", "p", "color", "red"), "boxes", list(obj("pin", "q")))
	marked := func(what string, m property.Map) {
		t.Helper()
		for at, v := range map[string]property.Value{
			"key": m.Get("key"), "box.pin": m.Get("box").AsMap().Get("pin"), "boxes[0].pin": m.Get("boxes").AsArray().Get(0).AsMap().Get("pin"),
		} {
			if !v.Secret() || !v.IsString() {
				t.Errorf("%s: %s is %v", what, at, v)
			}
		}
		if m.Get("place").Secret() || m.Get("box").Secret() || m.Get("box").AsMap().Get("color").Secret() {
			t.Errorf("%s: too much is marked in %v", what, m)
		}
	}
	checked := w.check(obj(), plain)
	marked("check", checked)

	made, err := w.Create(t.Context(), p.CreateRequest{Urn: thing, Properties: checked})
	if err != nil {
		t.Fatal(err)
	}
	marked("create", made.Properties)
	if !made.Properties.Get("token").Secret() {
		t.Errorf("the token is %v", made.Properties.Get("token"))
	}
	read, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: checked, Properties: made.Properties})
	if err != nil {
		t.Fatal(err)
	}
	marked("the inputs of a refresh", read.Inputs)
	marked("the outputs of a refresh", read.Properties)

	updated, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: made.Properties, OldInputs: checked, Inputs: checked.Set("size", val(9))})
	if err != nil {
		t.Fatal(err)
	}
	marked("update", updated.Properties)

	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		a := ThingArgs{Place: "here", Key: ptr("k"), Box: &Box{Pin: ptr("p"), Color: ptr("red")}, Boxes: []Box{{Pin: ptr("q")}}}
		return infer.ReadResponse[ThingArgs, ThingState]{ID: req.ID, Inputs: a, State: ThingState{ThingArgs: a, Token: "t"}}, nil
	}
	imported, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing})
	if err != nil {
		t.Fatal(err)
	}
	marked("the inputs of an import", imported.Inputs)
	marked("the outputs of an import", imported.Properties)

	// A value that the program marks stays marked.
	own := w.check(obj(), obj("place", secret("here"), "tags", secret(list("a"))))
	if !own.Get("place").Secret() || !own.Get("tags").Secret() {
		t.Errorf("the program's own secrets become %v", own)
	}
}

// TestImport: the inputs are those a user would have written.
func TestImport(t *testing.T) {
	w := newProvider(t)
	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		if req.Inputs.Place != "" || req.State.Place != "" {
			t.Errorf("an import gets %+v", req)
		}
		a := ThingArgs{Place: "here", Name: ptr("n"), Size: ptr(3), Tags: []string{}, Box: &Box{Color: ptr("")}}
		return infer.ReadResponse[ThingArgs, ThingState]{ID: "other", Inputs: a, State: ThingState{ThingArgs: a, Count: 7}}, nil
	}
	got, err := w.Read(t.Context(), p.ReadRequest{ID: "given", Urn: thing})
	if err != nil || got.ID != "other" {
		t.Fatalf("got %+v, %v", got, err)
	}
	w.equal("import", got.Inputs, obj("place", "here", "name", "n"))
	if !got.Properties.Get("count").Equals(val(7)) {
		t.Errorf("the outputs are %v", got.Properties)
	}

	w.read = func(infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		return infer.ReadResponse[ThingArgs, ThingState]{}, nil
	}
	_, err = w.Read(t.Context(), p.ReadRequest{ID: "given", Urn: thing})
	if err == nil || !strings.HasPrefix(err.Error(), `the Thing "given" does not exist`) || !strings.HasSuffix(err.Error(), "\nThe import ID is its name.") {
		t.Errorf("the import of nothing gives %v", err)
	}
	gone, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: obj("place", "here"), Properties: obj("place", "here")})
	if err != nil || gone.ID != "" {
		t.Errorf("the refresh of nothing gives %+v, %v", gone, err)
	}
}

// TestRefresh: the user's spelling stays, what is left unset stays unset, and
// the rest is the service's truth.
func TestRefresh(t *testing.T) {
	w := newProvider(t)
	inputs := obj("place", "here", "name", "n", "tags", list("b", "a"), "box", obj("color", "Red"), "plain", list())
	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		a := ThingArgs{Place: "here", Name: ptr("renamed"), Size: ptr(8), Tags: []string{"a", "b"}, Box: &Box{Color: ptr("RED"), Serial: ptr("1")}}
		return infer.ReadResponse[ThingArgs, ThingState]{ID: req.ID, Inputs: a, State: ThingState{ThingArgs: a}}, nil
	}
	got, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: inputs, Properties: inputs})
	if err != nil {
		t.Fatal(err)
	}
	w.equal("refresh", got.Inputs, inputs.Set("name", val("renamed")))
	if !got.Properties.Get("size").Equals(val(8)) {
		t.Errorf("the outputs are %v", got.Properties)
	}
}

// TestPartial: what fails half-way keeps its ID and its outputs.
func TestPartial(t *testing.T) {
	w := newProvider(t)
	cause := crud.Partial(errors.New("half-way"))
	inputs := obj("place", "here", "name", "n")
	state := ThingState{ThingArgs: ThingArgs{Place: "here"}, Token: "t", Count: 1}
	w.create = func(infer.CreateRequest[ThingArgs]) (infer.CreateResponse[ThingState], error) {
		return infer.CreateResponse[ThingState]{ID: "made", Output: state}, cause
	}
	made, err := w.Create(t.Context(), p.CreateRequest{Urn: thing, Properties: inputs})
	w.partial(err, made.PartialState, "half-way")
	if made.ID != "made" || !made.Properties.Get("token").Equals(secret("t")) {
		t.Errorf("create gives %+v", made)
	}
	w.update = func(infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
		return infer.UpdateResponse[ThingState]{Output: state}, cause
	}
	updated, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: made.Properties, OldInputs: inputs, Inputs: inputs})
	w.partial(err, updated.PartialState, "half-way")
	if !updated.Properties.Get("token").Equals(secret("t")) {
		t.Errorf("update gives %+v", updated)
	}
	w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
		return infer.ReadResponse[ThingArgs, ThingState]{ID: req.ID, Inputs: req.Inputs, State: state}, cause
	}
	read, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: inputs, Properties: made.Properties})
	w.partial(err, read.PartialState, "half-way")
	if read.ID != "id" || !read.Properties.Get("token").Equals(secret("t")) {
		t.Errorf("read gives %+v", read)
	}
	w.equal("the inputs", read.Inputs, inputs)

	w.create = func(infer.CreateRequest[ThingArgs]) (infer.CreateResponse[ThingState], error) {
		return infer.CreateResponse[ThingState]{}, errors.New("refused")
	}
	none, err := w.Create(t.Context(), p.CreateRequest{Urn: thing, Properties: inputs})
	if err == nil || none.ID != "" || none.PartialState != nil {
		t.Errorf("a create that is refused gives %+v, %v", none, err)
	}
}

// TestEmptyLists: an empty list is not the same as none.
func TestEmptyLists(t *testing.T) {
	w := newProvider(t)
	for name, test := range map[string]struct {
		inputs property.Map
		want   []string
	}{
		"none":     {obj("place", "here", "name", "n"), nil},
		"empty":    {obj("place", "here", "name", "n", "tags", list()), []string{}},
		"elements": {obj("place", "here", "name", "n", "tags", list("a")), []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			same := func(got []string) {
				t.Helper()
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("the tags are %#v, want %#v", got, test.want)
				}
			}
			w.create = func(req infer.CreateRequest[ThingArgs]) (infer.CreateResponse[ThingState], error) {
				same(req.Inputs.Tags)
				return infer.CreateResponse[ThingState]{ID: "id", Output: crud.NewState[ThingArgs, ThingState](req.Inputs)}, nil
			}
			w.update = func(req infer.UpdateRequest[ThingArgs, ThingState]) (infer.UpdateResponse[ThingState], error) {
				same(req.Inputs.Tags)
				return infer.UpdateResponse[ThingState]{Output: req.State}, nil
			}
			w.read = func(req infer.ReadRequest[ThingArgs, ThingState]) (infer.ReadResponse[ThingArgs, ThingState], error) {
				same(req.Inputs.Tags)
				return infer.ReadResponse[ThingArgs, ThingState](req), nil
			}
			checked := w.check(obj(), test.inputs)
			w.equal("check", checked, test.inputs)
			made, err := w.Create(t.Context(), p.CreateRequest{Urn: thing, Properties: checked})
			if err != nil {
				t.Fatal(err)
			}
			read, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: checked, Properties: made.Properties})
			if err != nil {
				t.Fatal(err)
			}
			w.equal("refresh", read.Inputs, test.inputs)
			if _, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: made.Properties, OldInputs: checked, Inputs: checked}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPreviewOfCreate: what only the service can say is not known yet.
func TestPreviewOfCreate(t *testing.T) {
	w := newProvider(t)
	got, err := w.Create(t.Context(), p.CreateRequest{Urn: thing, Properties: obj("place", "here", "size", unknown), DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, output := range []string{"token", "count", "owners", "stamp", "origin", "size"} {
		if v, ok := got.Properties.GetOk(output); !ok || !v.IsComputed() {
			t.Errorf("%s is %v", output, v)
		}
	}
	if !got.Properties.Get("place").Equals(val("here")) {
		t.Errorf("place is %v", got.Properties.Get("place"))
	}
}

// TestPreviewOfUpdate: only the outputs that an update can change are unknown.
func TestPreviewOfUpdate(t *testing.T) {
	inputs := obj("place", "here", "name", "n", "size", 4, "box", obj("color", "red"))
	state := inputs.Set("token", secret("t")).Set("count", val(1)).Set("owners", list("o")).Set("stamp", val("1")).Set("origin", val("x"))
	for name, test := range map[string]struct {
		news    property.Map
		changed map[string]property.Value
	}{
		"nothing":    {inputs, nil},
		"a value":    {inputs.Set("size", val(5)), map[string]property.Value{"size": val(5), "stamp": unknown}},
		"an unknown": {inputs.Set("size", unknown), map[string]property.Value{"size": unknown, "stamp": unknown}},
		"one added": {inputs.Set("tags", list("a")), map[string]property.Value{
			"tags": list("a"), "stamp": unknown}},
		"deep": {inputs.Set("box", val(obj("color", "blue"))), map[string]property.Value{
			"box": val(obj("color", "blue")), "stamp": unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newProvider(t)
			got, err := w.Update(t.Context(), p.UpdateRequest{ID: "id", Urn: thing, State: state, OldInputs: inputs, Inputs: test.news, DryRun: true})
			if err != nil {
				t.Fatal(err)
			}
			for key, was := range state.All {
				want, ok := test.changed[key]
				if !ok {
					want = was
				}
				if now := got.Properties.Get(key); now.IsComputed() != want.IsComputed() || !want.IsComputed() && !now.Equals(want) {
					t.Errorf("%s is %v, want %v", key, now, want)
				}
			}
		})
	}
}

// TestUnknownResource: what the shim does not know is the framework's to
// refuse.
func TestUnknownResource(t *testing.T) {
	w := newProvider(t)
	const other = "urn:pulumi:stack::project::test:shim_test:Other::mine"
	if _, err := w.Check(t.Context(), p.CheckRequest{Urn: other}); err == nil {
		t.Error("check: no error")
	}
	if _, err := w.Diff(t.Context(), p.DiffRequest{Urn: other}); err == nil {
		t.Error("diff: no error")
	}
	if _, err := w.Create(t.Context(), p.CreateRequest{Urn: other}); err == nil {
		t.Error("create: no error")
	}
	if _, err := w.Read(t.Context(), p.ReadRequest{Urn: other}); err == nil {
		t.Error("read: no error")
	}
	if _, err := w.Update(t.Context(), p.UpdateRequest{Urn: other}); err == nil {
		t.Error("update: no error")
	}
	if err := w.Delete(t.Context(), p.DeleteRequest{Urn: other}); err == nil {
		t.Error("delete: no error")
	}
}

// TestUnreadableState says what is wrong with a state that cannot be read.
func TestUnreadableState(t *testing.T) {
	w := newProvider(t)
	_, err := w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: obj("place", list("here"))})
	if err == nil || !strings.Contains(err.Error(), "cannot read the inputs in the state: place") {
		t.Errorf("got %v", err)
	}
	_, err = w.Read(t.Context(), p.ReadRequest{ID: "id", Urn: thing, Inputs: obj("place", "here"), Properties: obj("count", "many")})
	if err == nil || !strings.Contains(err.Error(), "cannot read the outputs in the state: count") {
		t.Errorf("got %v", err)
	}
}
