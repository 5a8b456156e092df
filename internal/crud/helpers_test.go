package crud

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// TestPredict: an update keeps what the program leaves to the service, takes
// what it sets, and forgets what it drops, at every depth.
func TestPredict(t *testing.T) {
	box := func(color string, depth int, inner *innerBox) *thingBox {
		b := &thingBox{Color: &color, Box: inner}
		if depth > 0 {
			b.Depth = &depth
		}
		return b
	}
	old := ThingState{
		ThingArgs: ThingArgs{Group: "g", Name: ptr("x"), Size: ptr(3), Tags: []string{"a"}, Labels: map[string]string{"k": "v"},
			Box: box("red", 5, &innerBox{Color: ptr("blue"), Depth: ptr(9)}), Boxes: []thingBox{*box("red", 1, nil)}},
		Status: ptr("new"), Serial: ptr("1"),
	}
	old.Lid = &thingLid{Open: true, Turns: 4, Hinge: ptr("left")}
	for name, test := range map[string]struct {
		was  property.Map
		next ThingArgs
		want func(want *ThingState)
	}{
		"nothing set, ever": {object("group", "g"), ThingArgs{Group: "g"}, func(*ThingState) {}},
		"all dropped": {
			object("group", "g", "name", "x", "size", 3, "tags", []any{"a"}, "labels", object("k", "v"), "box", object("color", "red"), "boxes", []any{object()},
				"lid", object("open", true)),
			ThingArgs{Group: "g"},
			func(w *ThingState) { w.ThingArgs = ThingArgs{Group: "g"} },
		},
		"set": {
			object("group", "g"), ThingArgs{Group: "g", Size: ptr(0), Tags: []string{}, Labels: map[string]string{}},
			func(w *ThingState) { w.Size, w.Tags, w.Labels = ptr(0), []string{}, map[string]string{} },
		},
		"one of an object changes": {
			object("group", "g", "box", object("color", "red")), ThingArgs{Group: "g", Box: &thingBox{Color: ptr("green")}},
			func(w *ThingState) { w.Box.Color = ptr("green") },
		},
		"one of an object is dropped": {
			object("group", "g", "box", object("color", "red", "depth", 5)), ThingArgs{Group: "g", Box: &thingBox{Color: ptr("red")}},
			func(w *ThingState) { w.Box.Depth = nil },
		},
		"one of an object in an object": {
			object("group", "g", "box", object("box", object("depth", 9))),
			ThingArgs{Group: "g", Box: &thingBox{Box: &innerBox{Color: ptr("white")}}},
			func(w *ThingState) { w.Box.Box = &innerBox{Color: ptr("white")} },
		},
		"an empty object": {
			object("group", "g", "box", object()), ThingArgs{Group: "g", Box: &thingBox{}}, func(*ThingState) {},
		},
		"what has to be given is false or 0, in an object that is new": {
			object("group", "g"), ThingArgs{Group: "g", Lid: &thingLid{}},
			func(w *ThingState) { w.Lid = &thingLid{Hinge: ptr("left")} },
		},
		"what has to be given becomes false and 0": {
			object("group", "g", "lid", object("open", true, "turns", 4)), ThingArgs{Group: "g", Lid: &thingLid{}},
			func(w *ThingState) { w.Lid = &thingLid{Hinge: ptr("left")} },
		},
		"a list is taken as a whole": {
			object("group", "g", "boxes", []any{object("color", "red")}), ThingArgs{Group: "g", Boxes: []thingBox{{Depth: ptr(2)}}},
			func(w *ThingState) { w.Boxes = []thingBox{{Depth: ptr(2)}} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := old
			inner := *old.Box.Box
			outer := *old.Box
			outer.Box = &inner
			want.Box = &outer
			test.want(&want)
			before := *old.Box
			got := Predict(WithOldInputs(t.Context(), test.was), old, test.next)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if !reflect.DeepEqual(before, *old.Box) {
				t.Error("the old outputs were changed")
			}
		})
	}
}

// TestRestore: lists and maps that are empty in the program are empty, and not
// unset.
func TestRestore(t *testing.T) {
	inputs := object(
		"tags", []any{}, "labels", object(), "box", object("marks", []any{}, "box", object()),
		"boxes", []any{object("marks", []any{}), object("color", "red")},
	)
	a := ThingArgs{Box: &thingBox{Box: &innerBox{}}, Boxes: []thingBox{{}, {Color: ptr("red")}}}
	Restore(WithInputs(t.Context(), inputs), &a)
	want := ThingArgs{
		Tags: []string{}, Labels: map[string]string{}, Box: &thingBox{Marks: []string{}, Box: &innerBox{}},
		Boxes: []thingBox{{Marks: []string{}}, {Color: ptr("red")}},
	}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v, want %+v", a, want)
	}

	full := ThingArgs{Tags: []string{"a"}}
	Restore(WithInputs(t.Context(), object("tags", []any{"a"})), &full)
	Restore(context.Background(), &full) // not called by the engine
	if !slices.Equal(full.Tags, []string{"a"}) || full.Labels != nil {
		t.Errorf("got %+v", full)
	}
}

func TestParseImportID(t *testing.T) {
	for _, test := range []struct {
		form, id  string
		want      ThingArgs
		last      string
		malformed bool
	}{
		{form: "", id: "x/y", last: "x/y"},
		{form: "<group>/<id>", id: "g/x", want: ThingArgs{Group: "g"}, last: "x"},
		{form: "<group>/<id>", id: "g/x/y", want: ThingArgs{Group: "g"}, last: "x/y"},
		{form: "<group>/<name>", id: "g/x", want: ThingArgs{Group: "g", Name: ptr("x")}, last: "x"},
		{form: "<name>", id: "x", want: ThingArgs{Name: ptr("x")}, last: "x"},
		{form: "<group>/<id>", id: "x", malformed: true},
		{form: "<group>/<id>", id: "/x", malformed: true},
		{form: "<group>/<id>", id: "g/", malformed: true},
		{form: "<group>/<id>", id: "g/ ", malformed: true},
		{form: "<group>/<id>", id: "", malformed: true},
		{form: "", id: "", malformed: true},
	} {
		var a ThingArgs
		last, err := ParseImportID(test.form, test.id, &a)
		switch {
		case test.malformed && (err == nil || !strings.Contains(err.Error(), "is not a valid import ID")):
			t.Errorf("%q as %s: %v", test.id, test.form, err)
		case !test.malformed && (err != nil || last != test.last || !reflect.DeepEqual(a, test.want)):
			t.Errorf("%q as %s: %q, %+v, %v", test.id, test.form, last, a, err)
		}
	}
}

func TestWrap(t *testing.T) {
	bare := map[string]any{"a": 1}
	if got := Unwrap("thing", Wrap("thing", bare)); !reflect.DeepEqual(got, bare) {
		t.Errorf("got %v", got)
	}
	if got := Unwrap("", Wrap("", bare)); !reflect.DeepEqual(got, bare) {
		t.Errorf("got %v", got)
	}
	if got := Unwrap("thing", bare); !reflect.DeepEqual(got, bare) {
		t.Errorf("an answer without its wrapping gives %v", got)
	}
}

func TestKeepIdentity(t *testing.T) {
	a := ThingArgs{Group: "other", Size: ptr(4)}
	KeepIdentity(&a, &ThingArgs{Group: "g", Name: ptr("x"), Size: ptr(3)})
	if a.Group != "g" || a.Name == nil || *a.Name != "x" || *a.Size != 4 {
		t.Errorf("got %+v", a)
	}
	a = ThingArgs{Group: "g", Name: ptr("given by the service")}
	KeepIdentity(&a, &ThingArgs{Group: "g"})
	if a.Name == nil {
		t.Error("what was left to the service is dropped")
	}
}

func TestPartialOfNothing(t *testing.T) {
	if err := Partial(nil); err != nil {
		t.Error(err)
	}
}
