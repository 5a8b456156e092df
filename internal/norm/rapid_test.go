package norm

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	propertytest "github.com/pulumi/pulumi/sdk/v3/go/property/testing"
	"pgregory.net/rapid"
)

// differences lists the entries of the detailed diff that a preview shows.
func differences(olds, news property.Map) map[string]plugin.PropertyDiff {
	return plugin.NewDetailedDiffFromObjectDiff(resource.ToResourcePropertyMap(olds).Diff(resource.ToResourcePropertyMap(news)), false)
}

func TestAnyAnswerToTheInputsRefreshesToTheInputs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		inputs := gen{T: t, secrets: true, nulls: true}.object(s)
		fresh := respellObject(t, s, answer(t, s, inputs, true))
		if got := Refresh(s, inputs, fresh); !got.Equals(inputs) {
			t.Fatalf("\ninputs %s\nanswer %s\n   got %s", text(inputs), text(fresh), text(got))
		}
	})
}

func TestARespelledProgramIsTheOldInputs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		secrets := rapid.Bool().Draw(t, "secrets")
		olds := gen{T: t, secrets: secrets}.object(s)
		news := respellObject(t, s, olds)
		got := Respell(s, olds, news)
		// Equal elements of a set may be secret at one place and plain at
		// another. They all become secret.
		if secrets && !covers(property.New(got), property.New(olds)) || !secrets && !got.Equals(olds) {
			t.Fatalf("\nolds %s\nnews %s\n got %s", text(olds), text(news), text(got))
		}
	})
}

// covers says whether two values are the same and the first is secret wherever
// the second is.
func covers(a, b property.Value) bool {
	if b.Secret() && !a.Secret() {
		return false
	}
	switch {
	case a.IsArray() && b.IsArray() && a.AsArray().Len() == b.AsArray().Len():
		for i, item := range b.AsArray().All {
			if !covers(a.AsArray().Get(i), item) {
				return false
			}
		}
		return true
	case a.IsMap() && b.IsMap() && a.AsMap().Len() == b.AsMap().Len():
		for key, item := range b.AsMap().All {
			if !covers(a.AsMap().Get(key), item) {
				return false
			}
		}
		return true
	default:
		return a.WithSecret(b.Secret()).Equals(b)
	}
}

func TestOneRealChangeIsOneDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		inputs := gen{T: t, full: true}.object(s)
		truth, ok := change(t, s, inputs)
		if !ok {
			t.Skip("there is nothing to change")
		}
		fresh := respellObject(t, s, answer(t, s, truth, false))
		refreshed := Refresh(s, inputs, fresh)
		if d := differences(inputs, refreshed); len(d) != 1 {
			t.Fatalf("refresh: %d differences: %v\n inputs %s\n answer %s\n    got %s", len(d), d, text(inputs), text(fresh), text(refreshed))
		}
		program := respellObject(t, s, truth)
		respelled := Respell(s, inputs, program)
		if d := differences(inputs, respelled); len(d) != 1 {
			t.Fatalf("respell: %d differences: %v\n inputs %s\nprogram %s\n    got %s", len(d), d, text(inputs), text(program), text(respelled))
		}
	})
}

func TestAnImportHasNoDrift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		fresh := answer(t, s, gen{T: t}.object(s), true)
		inputs := Import(s, fresh)
		if got := Refresh(s, inputs, fresh); !got.Equals(inputs) {
			t.Fatalf("\nanswer %s\ninputs %s\n   got %s", text(fresh), text(inputs), text(got))
		}
	})
}

func TestMarksSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		olds := gen{T: t, secrets: true}.object(s)
		news := respellObject(t, s, olds)
		if rapid.Bool().Draw(t, "edited") {
			news = gen{T: t, secrets: true}.object(s)
		}
		news = hideSome(t, property.New(news)).AsMap()
		got := Respell(s, olds, news)

		if a, b := unknowns(property.New(news)), unknowns(property.New(got)); a != b {
			t.Fatalf("%d values are unknown, were %d\nolds %s\nnews %s\n got %s", b, a, text(olds), text(news), text(got))
		}
		plain, hidden := map[string]bool{}, map[string]bool{}
		sort(property.New(olds), false, plain, hidden)
		sort(property.New(news), false, plain, hidden)
		shown := map[string]bool{}
		sort(property.New(got), false, shown, map[string]bool{})
		for text1 := range shown {
			if hidden[text1] && !plain[text1] {
				t.Fatalf("%q is no longer secret\nolds %s\nnews %s\n got %s", text1, text(olds), text(news), text(got))
			}
		}
	})
}

// hideSome makes some of the values unknown.
func hideSome(t *rapid.T, v property.Value) property.Value {
	switch {
	case v.IsArray():
		items := v.AsArray().AsSlice()
		for i := range items {
			items[i] = maybeUnknown(t, items[i])
		}
		return property.WithGoValue(v, property.NewArray(items))
	case v.IsMap():
		items := v.AsMap().AsMap()
		for key, item := range v.AsMap().AllStable {
			items[key] = maybeUnknown(t, item)
		}
		return property.WithGoValue(v, property.NewMap(items))
	default:
		return v
	}
}

func maybeUnknown(t *rapid.T, v property.Value) property.Value {
	if rapid.IntRange(0, 5).Draw(t, "unknown") == 0 {
		return property.WithGoValue(v, property.Computed)
	}
	return hideSome(t, v)
}

func unknowns(v property.Value) (n int) {
	switch {
	case v.IsComputed():
		return 1
	case v.IsArray():
		for _, item := range v.AsArray().All {
			n += unknowns(item)
		}
	case v.IsMap():
		for _, item := range v.AsMap().All {
			n += unknowns(item)
		}
	}
	return n
}

// sort puts the texts in v into those that show and those that are secret.
func sort(v property.Value, within bool, plain, hidden map[string]bool) {
	within = within || v.Secret()
	switch {
	case v.IsString() && within:
		hidden[v.AsString()] = true
	case v.IsString():
		plain[v.AsString()] = true
	case v.IsArray():
		for _, item := range v.AsArray().All {
			sort(item, within, plain, hidden)
		}
	case v.IsMap():
		for _, item := range v.AsMap().All {
			sort(item, within, plain, hidden)
		}
	}
}

func TestNothingPanics(t *testing.T) {
	anything := propertytest.Value(4)
	rapid.Check(t, func(t *rapid.T) {
		s := genShape(t)
		object := func(label string) property.Map {
			out := map[string]property.Value{}
			for _, f := range s.Fields {
				switch rapid.IntRange(0, 2).Draw(t, label) {
				case 0:
					out[f.Name] = anything.Draw(t, label)
				case 1:
					out[f.Name] = gen{T: t, secrets: true}.value(f)
				}
			}
			return property.NewMap(out).Set("other", anything.Draw(t, label))
		}
		a, b := object("a"), object("b")
		Respell(s, a, b)
		Refresh(s, a, b)
		Import(s, b)
		Refresh(nil, a, b)
	})
}
