package norm

import (
	"cmp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// pairInOrder finds for each element of fresh the element of user that it is,
// or -1, by comparing from both ends until something differs. What lies
// between is for the caller to pair.
func (m merger) pairInOrder(item *shape.Field, user, fresh property.Array) []int {
	owner := unowned(fresh.Len())
	n, count := user.Len(), fresh.Len()
	start := 0
	for start < min(n, count) && m.alike(item, user.Get(start), fresh.Get(start)) {
		owner[start] = start
		start++
	}
	for end := 1; end <= min(n, count)-start && m.alike(item, user.Get(n-end), fresh.Get(count-end)); end++ {
		owner[count-end] = n - end
	}
	return owner
}

// pairInSet finds for each element of fresh the element of user that it is, or
// -1. First come elements that are the same but for spelling, then those that
// are the same but for what user left unset. An element of which the user
// wrote little may look like several, so those of which the user wrote most
// choose first, and choices are changed where one more element can then be
// paired (augmenting paths): what can be no drift is none.
func (m merger) pairInSet(item *shape.Field, user, fresh property.Array) []int {
	owner := unowned(fresh.Len())
	first := func(i int, take func(j int) bool) bool {
		for k := range owner {
			j := (i + k) % len(owner) // the same place first
			if take(j) {
				owner[j] = i
				return true
			}
		}
		return false
	}
	var claim func(i int, tried []bool) bool
	claim = func(i int, tried []bool) bool {
		return first(i, func(j int) bool {
			if tried[j] || !m.alike(item, user.Get(i), fresh.Get(j)) {
				return false
			}
			tried[j] = true
			return owner[j] < 0 || claim(owner[j], tried)
		})
	}
	var rest []int
	for i, v := range user.All {
		if !first(i, func(j int) bool { return owner[j] < 0 && merger{}.alike(item, v, fresh.Get(j)) }) {
			rest = append(rest, i)
		}
	}
	slices.SortStableFunc(rest, func(a, b int) int { return cmp.Compare(size(user.Get(b)), size(user.Get(a))) })
	for _, i := range rest {
		claim(i, make([]bool, len(owner)))
	}
	return owner
}

func unowned(n int) []int { return slices.Repeat([]int{-1}, n) }

// alike says whether fresh, spelled and pruned like user, is user. Most
// objects that are not alike already differ in a text.
func (m merger) alike(f *shape.Field, user, fresh property.Value) bool {
	if user.IsMap() && fresh.IsMap() && f != nil && f.Elem != nil {
		for key, old := range user.AsMap().All {
			value := fresh.AsMap().Get(key)
			if old.IsString() && value.IsString() && !m.alike(f.Elem.Field(key), old, value) {
				return false
			}
		}
	}
	return Bare(m.value(f, user, fresh)).Equals(Bare(user))
}

// Bare is what a value says: without marks of secrecy and origin, at every
// depth.
func Bare(v property.Value) property.Value {
	switch {
	case v.IsArray():
		items := make([]property.Value, 0, v.AsArray().Len())
		for _, item := range v.AsArray().All {
			items = append(items, Bare(item))
		}
		return property.New(items)
	case v.IsMap():
		items := map[string]property.Value{}
		for key, item := range v.AsMap().All {
			items[key] = Bare(item)
		}
		return property.New(items)
	default:
		return v.WithSecret(false).WithDependencies(nil)
	}
}

// size counts the plain values in v.
func size(v property.Value) (n int) {
	switch {
	case v.IsNull():
		return 0
	case v.IsArray():
		for _, item := range v.AsArray().All {
			n += size(item)
		}
	case v.IsMap():
		for _, item := range v.AsMap().All {
			n += size(item)
		}
	}
	return n + 1
}
