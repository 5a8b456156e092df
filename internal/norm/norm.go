// Package norm decides when two spellings of a resource's properties mean the
// same, and keeps the user's spelling where they do.
//
// It works on property values as the engine sees them, so unknown and secret
// values are respected: what is not known equals nothing, and what is secret,
// in the program or in the answer, is secret in the result. It has two call
// sites. Check uses [Respell] to compare the program with the last inputs: a
// mere respelling in the program is no diff. Read uses [Refresh] to compare the
// service's answer with the last inputs: the service's respelling is no drift,
// what the program left unset stays unset, and everything else is the
// service's truth.
package norm

import (
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Respell returns news, the program's inputs, spelled like olds wherever both
// mean the same.
func Respell(s *shape.Struct, olds, news property.Map) property.Map {
	return merger{}.object(s, olds, news)
}

// Refresh returns the inputs that describe what the service answered: fresh,
// in the spelling of the last inputs, without what those left unset.
func Refresh(s *shape.Struct, inputs, fresh property.Map) property.Map {
	return prune.object(s, inputs, fresh)
}

// Outputs returns the outputs that show what the service answered: in the
// spelling of the inputs, and without the empty values of what those left
// unset. They say nothing, and a state of hundreds of resources is twice as
// large with them. Partial maps are those of the inputs.
func Outputs(s *shape.Struct, inputs, fresh property.Map) property.Map {
	return trim(s, inputs, Respell(s, inputs, fresh))
}

func trim(s *shape.Struct, inputs, outputs property.Map) property.Map {
	out := map[string]property.Value{}
	for key, value := range outputs.All {
		f, set := s.Field(key), inputs.Get(key)
		if f != nil && f.Partial && !set.IsNull() {
			out[key] = set
			continue
		}
		isObject := f != nil && f.Elem != nil && !f.List && !f.Map && value.IsMap()
		if isObject {
			inner := property.Map{}
			if set.IsMap() {
				inner = set.AsMap()
			}
			value = property.WithGoValue(value, trim(f.Elem, inner, value.AsMap()))
		}
		if f == nil || !f.Optional || !set.IsNull() || !Nothing(f, value) {
			out[key] = value
		}
	}
	return property.NewMap(out)
}

// Nothing says whether a value is nothing, and nothing is what the service
// takes for the property when it is left out.
func Nothing(f *shape.Field, v property.Value) bool {
	switch {
	case v.IsArray():
		return v.AsArray().Len() == 0
	case v.IsMap():
		return v.AsMap().Len() == 0 && !f.Present
	case f.Default != "":
		return v.IsNull() || v.IsString() && v.AsString() == ""
	default:
		return isDefault(f, v)
	}
}

// Import returns the inputs a user would have written for what the service
// answered: without what is no input, without empty values and without what
// the service fills in anyway.
func Import(s *shape.Struct, fresh property.Map) property.Map {
	out := map[string]property.Value{}
	for key, value := range fresh.All {
		f := s.Field(key)
		if f == nil || value.IsNull() {
			continue
		}
		// An object may hold defaults only.
		if value = importValue(f, value); !f.Optional || !isDefault(f, value) {
			out[key] = value
		}
	}
	return property.NewMap(out)
}

func importValue(f *shape.Field, v property.Value) property.Value {
	switch {
	case f.List && v.IsArray():
		items := make([]property.Value, 0, v.AsArray().Len())
		for _, item := range v.AsArray().All {
			items = append(items, importValue(element(f), item))
		}
		return property.WithGoValue(v, items)
	case f.Map && v.IsMap():
		items := map[string]property.Value{}
		for key, item := range v.AsMap().All {
			items[key] = importValue(element(f), item)
		}
		return property.WithGoValue(v, items)
	case !f.List && !f.Map && f.Elem != nil && v.IsMap():
		return property.WithGoValue(v, Import(f.Elem, v.AsMap()))
	default:
		return v
	}
}

// element describes one element of a list or map.
func element(f *shape.Field) *shape.Field {
	item := &shape.Field{Elem: f.Elem, Kind: f.Item, Item: f.Item}
	if f.Kind == shape.Set && f.Enum != nil && f.Item == shape.Exact {
		item.Kind = shape.Fold
	}
	return item
}

// merger keeps the user's spelling. With prune it also drops what the user
// left unset, which is how the service's answer becomes inputs; with whole it
// keeps what is not empty of it, which makes it drift.
type merger struct{ prune, whole bool }

var prune = merger{prune: true}

func (m merger) object(s *shape.Struct, user, fresh property.Map) property.Map {
	out := map[string]property.Value{}
	for key, value := range fresh.All {
		f, old := s.Field(key), user.Get(key)
		switch {
		case !old.IsNull() && !value.IsNull():
			out[key] = m.value(f, old, value)
		case !m.prune:
			out[key] = value
		case !value.IsNull() && f != nil && (!f.Optional || m.whole && !isDefault(f, value)):
			out[key] = importValue(f, value)
		}
	}
	if m.prune {
		for key, old := range user.All {
			if _, done := out[key]; !done && (old.IsNull() || fresh.Get(key).IsNull() && silent(s.Field(key), old)) {
				out[key] = old
			}
		}
	}
	return property.NewMap(out)
}

// silent says whether an answer without the property is no drift: its value
// means the same as nothing, or never comes back.
func silent(f *shape.Field, user property.Value) bool {
	switch {
	case isDefault(f, user):
		return true
	case f == nil:
		return false
	case f.Wire == nil || f.WriteOnly:
		return true
	case f.Elem != nil && !f.List && !f.Map && user.IsMap():
		for key, value := range user.AsMap().All {
			if !silent(f.Elem.Field(key), value) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// dictionary merges the entries of a map. All of them are the user's, so none
// is pruned.
func (m merger) dictionary(f *shape.Field, user, fresh property.Map) property.Map {
	item := element(f)
	out := map[string]property.Value{}
	for key, value := range fresh.All {
		if old := user.Get(key); !old.IsNull() {
			value = m.value(item, old, value)
		} else if m.prune {
			value = importValue(item, value)
		}
		out[key] = value
	}
	return property.NewMap(out)
}

// value returns fresh, or the user's spelling of it where both mean the same.
func (m merger) value(f *shape.Field, user, fresh property.Value) property.Value {
	if f == nil {
		f = &shape.Field{}
	}
	out := fresh
	switch {
	case m.prune && isDefault(f, user) && isDefault(f, fresh):
		out = user
	case user.IsArray() && fresh.IsArray():
		out = property.WithGoValue(fresh, m.list(f, user.AsArray(), fresh.AsArray()))
	case user.IsMap() && fresh.IsMap() && (f.Map || f.Elem == nil):
		out = property.WithGoValue(fresh, m.dictionary(f, user.AsMap(), fresh.AsMap()))
	case user.IsMap() && fresh.IsMap():
		m.whole = m.whole || m.prune && f.Whole
		out = property.WithGoValue(fresh, m.object(f.Elem, user.AsMap(), fresh.AsMap()))
	case same(f.Kind, user, fresh):
		out = user
	}
	return out.WithSecret(user.Secret() || fresh.Secret()).
		WithDependencies(append(user.Dependencies(), fresh.Dependencies()...))
}

// list merges the elements of a list. Those that mean the same keep the user's
// spelling; the others take the place of the user's elements that are gone,
// so that one changed element is one difference.
func (m merger) list(f *shape.Field, user, fresh property.Array) property.Array {
	item := element(f)
	m.whole = m.whole || m.prune && f.Whole
	pair := merger{prune: true, whole: f.Whole}.pairInOrder
	if f.Kind == shape.Set {
		pair = merger{prune: true, whole: f.Whole}.pairInSet
	}
	place := pair(item, user, fresh)
	free := unplaced(place, user.Len())
	merged := make([]property.Value, fresh.Len())
	for j, value := range fresh.All {
		if place[j] < 0 && len(free) > 0 {
			place[j], free = free[0], free[1:]
		}
		if place[j] >= 0 {
			value = m.value(item, user.Get(place[j]), value)
		} else if m.prune {
			value = importValue(item, value)
		}
		merged[j] = value
	}
	if f.Kind == shape.Set {
		merged = ordered(merged, place, user.Len())
	}
	return property.NewArray(merged)
}

// unplaced returns which of n places nothing has.
func unplaced(place []int, n int) (free []int) {
	taken := make([]bool, n)
	for _, i := range place {
		if i >= 0 {
			taken[i] = true
		}
	}
	for i := range n {
		if !taken[i] {
			free = append(free, i)
		}
	}
	return free
}

// ordered brings the elements of a set to the places they have among the n of
// the user. New ones go to the end. A place that stays empty gets the last
// element, which makes two differences where moving up all that follow would
// make many.
func ordered(elements []property.Value, place []int, n int) []property.Value {
	slots := make([]*property.Value, n)
	for j := range elements {
		if place[j] < 0 {
			slots = append(slots, &elements[j])
		} else {
			slots[place[j]] = &elements[j]
		}
	}
	for i := 0; i < len(slots); i++ {
		for i < len(slots) && slots[i] == nil {
			last := len(slots) - 1
			slots[i], slots = slots[last], slots[:last]
		}
	}
	out := make([]property.Value, len(slots))
	for i, v := range slots {
		out[i] = *v
	}
	return out
}
