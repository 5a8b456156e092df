// Package wire turns a resource's inputs into a request body and an answer
// into its outputs, as the wire tags of package shape say.
//
// Unset, zero, false and empty stay apart: a nil pointer, slice or map sends
// nothing, anything else is sent as it is. An update that takes a property
// away sends the form that clears it, where the tag names one.
package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Names is implemented by an enumeration whose values have other names in the
// body. Names maps each of our values to the body's: text, true or false, a
// float64, null (nil), or [Omitted]. Texts match in any letter case; a value
// that is not listed passes unchanged in both directions.
type Names interface{ WireNames() map[string]any }

// Omitted is the name, in a body, of a value that is said by leaving the
// property out: it is read, and never sent.
type Omitted string

// Encoder is implemented by a type whose form in the body has another shape
// than its properties, such as a list that the body keeps as a map. It never
// sees a value that is unset.
type Encoder interface{ EncodeWire() (any, error) }

// Decoder is the counterpart of [Encoder]. It never sees a null.
type Decoder interface{ DecodeWire(body any) error }

// Create returns the body that creates v, a struct or a pointer to one.
func Create(v any) (map[string]any, error) {
	return encode(reflect.ValueOf(v), creating, property.Map{})
}

// Shown returns the body of Create without the properties that never come back.
func Shown(v any) (map[string]any, error) {
	return encode(reflect.ValueOf(v), showing, property.Map{})
}

// Update returns the body that updates v: that of Create without the
// properties that only creation may set, and with the clearing form of those
// that the last inputs, was, had set and v has not.
func Update(v any, was property.Map) (map[string]any, error) {
	return encode(reflect.ValueOf(v), updating, was)
}

// purpose is what a body is made for.
type purpose int

const (
	creating purpose = iota
	updating
	showing
)

func encode(v reflect.Value, to purpose, was property.Map) (map[string]any, error) {
	body := map[string]any{}
	if v = reflect.Indirect(v); !v.IsValid() {
		return body, nil
	}
	for _, f := range shape.Of(v.Type()).Fields {
		if f.Wire == nil || to == updating && f.CreateOnly || to == showing && f.WriteOnly {
			continue
		}
		value, old := v.FieldByIndex(f.Index), was.Get(f.Name)
		encoded, err := encodeValue(value, to, old)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, omitted := encoded.(Omitted); omitted || unset(value) {
			switch {
			case !f.Optional && (f.List || f.Map): // an empty one arrives here as nil
				put(body, f.Wire, zero(f))
			case to != updating || old.IsNull():
			case f.Null:
				put(body, f.Wire, nil)
			case f.Zero:
				put(body, f.Wire, zero(f))
			}
			continue
		}
		if text, ok := encoded.(string); ok && f.JSONText {
			if json.Unmarshal([]byte(text), &encoded) != nil {
				return nil, fmt.Errorf("%s: not valid JSON", f.Name)
			}
		}
		put(body, f.Wire, encoded)
	}
	return body, nil
}

func encodeValue(v reflect.Value, to purpose, was property.Value) (any, error) {
	if unset(v) {
		return nil, nil
	}
	if e, ok := as[Encoder](v); ok {
		return e.EncodeWire()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return encodeValue(v.Elem(), to, was)
	case reflect.Struct:
		if !was.IsMap() {
			return encode(v, to, property.Map{})
		}
		return encode(v, to, was.AsMap())
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = encodeValue(v.Index(i), to, property.Value{}); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return list, nil
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			value, err := encodeValue(it.Value(), to, property.Value{})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", it.Key(), err)
			}
			m[it.Key().String()] = value
		}
		return m, nil
	case reflect.String:
		if n, ok := v.Interface().(Names); ok {
			if name, ok := theirName(n, v.String()); ok {
				return name, nil
			}
		}
		return v.String(), nil
	default:
		return v.Interface(), nil
	}
}

// as returns v, or a pointer to a copy of it, as a T.
func as[T any](v reflect.Value) (T, bool) {
	if t, ok := v.Interface().(T); ok {
		return t, true
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	t, ok := p.Interface().(T)
	return t, ok
}

// theirName finds the body's name for one of our values, in any letter case.
func theirName(n Names, value string) (any, bool) {
	names := n.WireNames()
	if name, ok := names[value]; ok {
		return name, true
	}
	for ours, theirs := range names {
		if strings.EqualFold(ours, value) {
			return theirs, true
		}
	}
	return nil, false
}

func unset(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	default:
		return false
	}
}

// zero is the form that clears a property with a zero value.
func zero(f *shape.Field) any {
	v := reflect.New(shape.Deref(f.Type)).Elem()
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Struct:
		if _, ok := as[Encoder](v); !ok {
			return map[string]any{}
		}
	}
	encoded, _ := encodeValue(v, creating, property.Value{})
	if name, ok := encoded.(Omitted); ok {
		return string(name) // leaving it out does not clear it here
	}
	return encoded
}

func put(body map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		next, ok := body[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			body[key] = next
		}
		body = next
	}
	body[path[len(path)-1]] = value
}
