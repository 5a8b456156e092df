package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// doc is a JSON object as the API shows it.
type doc = map[string]any

// instant is a time as the API writes it.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z") }

// setDefaults fills in, at any depth, what is not set. Members of a nested default apply where its object is given.
func setDefaults(d, defaults doc) {
	for name, value := range defaults {
		nested, isObject := value.(doc)
		given, present := d[name].(doc)
		switch {
		case isObject && present:
			setDefaults(given, nested)
		case d[name] == nil && (!isObject || len(nested) == 0):
			d[name] = clone(value)
		}
	}
}

// merged returns old with the members of patch laid over it, objects member by member. Neither is changed.
func merged(old, patch doc) doc {
	out := maps.Clone(old)
	if out == nil {
		out = doc{}
	}
	for name, value := range patch {
		into, isObject := out[name].(doc)
		from, fromObject := value.(doc)
		if isObject && fromObject {
			value = merged(into, from)
		}
		out[name] = value
	}
	return out
}

// clone copies a JSON value.
func clone(value any) any {
	switch value := value.(type) {
	case doc:
		out := make(doc, len(value))
		for name, member := range value {
			out[name] = clone(member)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = clone(item)
		}
		return out
	}
	return value
}

// text returns a string member, or "".
func text(d doc, name string) string {
	value, _ := d[name].(string)
	return value
}

// object returns an object member, or nil.
func object(d doc, name string) doc {
	value, _ := d[name].(doc)
	return value
}

// number returns a number member, or 0.
func number(d doc, name string) float64 {
	value, _ := d[name].(float64)
	return value
}

// narrow is the nearest number of 32 bits.
func narrow(value float64) float64 {
	return float64(float32(min(max(value, -math.MaxFloat32), math.MaxFloat32)))
}

// equal compares documents by their JSON.
func equal(a, b doc) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// upper writes a member in upper case.
func upper(d doc, name string) {
	if value := text(d, name); value != "" {
		d[name] = strings.ToUpper(value)
	}
}

// order sorts a member.
func order(d doc, name string) {
	if list, ok := d[name].([]any); ok {
		d[name] = sorted(list)
	}
}

// sorted returns the strings in order, as a new list, which is never nil.
func sorted(list []any) []any {
	list = append([]any{}, list...)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}
