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
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Names is implemented by an enumeration whose values have other names in the
// body. Names maps each of our values to the body's. Both match in any letter
// case; a value that is not listed passes unchanged in both directions.
type Names interface{ WireNames() map[string]any }

// Omitted is the name, in a body, of a value that is said by leaving the
// property out: it is read, and never sent.
type Omitted string

// Encoder is implemented by a type whose form in the body has another shape
// than its properties, such as a list that the body keeps as a map.
type Encoder interface{ EncodeWire() (any, error) }

// Decoder is the counterpart of [Encoder].
type Decoder interface{ DecodeWire(body any) error }

// Create returns the body that creates v, a struct or a pointer to one.
func Create(v any) (map[string]any, error) {
	return encode(reflect.ValueOf(v), false, property.Map{})
}

// Update returns the body that updates v: that of Create without the
// properties that only creation may set, and with the clearing form of those
// that the last inputs, was, had set and v has not.
func Update(v any, was property.Map) (map[string]any, error) {
	return encode(reflect.ValueOf(v), true, was)
}

func encode(v reflect.Value, update bool, was property.Map) (map[string]any, error) {
	v = reflect.Indirect(v)
	body := map[string]any{}
	for _, f := range shape.Of(v.Type()).Fields {
		if f.Wire == nil || update && f.CreateOnly {
			continue
		}
		value, old := v.FieldByIndex(f.Index), was.Get(f.Name)
		if unset(value) {
			switch {
			case !update || old.IsNull():
			case f.Null:
				put(body, f.Wire, nil)
			case f.Zero:
				put(body, f.Wire, zero(f))
			}
			continue
		}
		encoded, err := encodeValue(value, update, old)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, omitted := encoded.(Omitted); omitted {
			continue
		}
		if text, ok := encoded.(string); ok && f.JSONText {
			if err := json.Unmarshal([]byte(text), &encoded); err != nil {
				return nil, fmt.Errorf("%s: not valid JSON: %w", f.Name, err)
			}
		}
		put(body, f.Wire, encoded)
	}
	return body, nil
}

func encodeValue(v reflect.Value, update bool, was property.Value) (any, error) {
	if e, ok := v.Interface().(Encoder); ok {
		return e.EncodeWire()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return encodeValue(v.Elem(), update, was)
	case reflect.Struct:
		if !was.IsMap() {
			return encode(v, update, property.Map{})
		}
		return encode(v, update, was.AsMap())
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			var err error
			if list[i], err = encodeValue(v.Index(i), update, property.Value{}); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return list, nil
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			value, err := encodeValue(it.Value(), update, property.Value{})
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

func zero(f *shape.Field) any {
	switch {
	case f.List:
		return []any{}
	case f.Map, f.Elem != nil:
		return map[string]any{}
	}
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return reflect.Zero(t).Interface()
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

// Decode fills v, a pointer to a struct, from an answer. Properties that never
// travel or never come back keep their value; all others become what the
// answer says, unset where it says nothing. Numbers may come as text and text
// as numbers, as several counters of the API do; what has no place in v is
// ignored, and a value of a wholly different form is an error.
func Decode(body map[string]any, v any) error {
	return decode(body, reflect.ValueOf(v).Elem())
}

func decode(body map[string]any, v reflect.Value) error {
	for _, f := range shape.Of(v.Type()).Fields {
		if f.Wire == nil || f.WriteOnly {
			continue
		}
		target := v.FieldByIndex(f.Index)
		value, ok := get(body, f.Wire)
		if names, isNames := reflect.Zero(deref(f.Type)).Interface().(Names); isNames && !f.List {
			value, ok = ourName(names, value, ok)
		}
		if !ok || value == nil {
			target.SetZero()
			continue
		}
		if _, isText := value.(string); f.JSONText && !isText {
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			value = string(text)
		}
		if err := decodeValue(value, target); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(f.Wire, "."), err)
		}
	}
	return nil
}

// ourName finds our name for a value of the body. A null can have a name of
// its own (an unspecified tri-state).
func ourName(n Names, value any, present bool) (any, bool) {
	for ours, theirs := range n.WireNames() {
		if o, ok := theirs.(Omitted); ok {
			theirs = string(o)
		}
		switch t := theirs.(type) {
		case string:
			if s, ok := value.(string); ok && (strings.EqualFold(s, t) || strings.EqualFold(s, ours)) {
				return ours, true
			}
		default:
			if theirs != nil && theirs == value {
				return ours, true
			}
		}
	}
	return value, present
}

func decodeValue(value any, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		if value == nil {
			v.SetZero()
			return nil
		}
		target := reflect.New(v.Type().Elem())
		if err := decodeValue(value, target.Elem()); err != nil {
			return err
		}
		v.Set(target)
		return nil
	}
	if d, ok := v.Addr().Interface().(Decoder); ok {
		return d.DecodeWire(value)
	}
	switch v.Kind() {
	case reflect.Struct:
		m, ok := value.(map[string]any)
		if !ok {
			return mismatch("an object", value)
		}
		return decode(m, v)
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			return mismatch("a list", value)
		}
		out := reflect.MakeSlice(v.Type(), len(list), len(list))
		for i, item := range list {
			if err := decodeValue(item, out.Index(i)); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
		v.Set(out)
		return nil
	case reflect.Map:
		m, ok := value.(map[string]any)
		if !ok {
			return mismatch("an object", value)
		}
		out := reflect.MakeMapWithSize(v.Type(), len(m))
		for key, item := range m {
			elem := reflect.New(v.Type().Elem()).Elem()
			if err := decodeValue(item, elem); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			out.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), elem)
		}
		v.Set(out)
		return nil
	case reflect.String:
		if n, ok := v.Interface().(Names); ok {
			value, _ = ourName(n, value, true)
		}
		switch s := value.(type) {
		case nil:
			v.SetString("")
		case string:
			v.SetString(s)
		case float64:
			v.SetString(strconv.FormatFloat(s, 'f', -1, 64))
		case json.Number:
			v.SetString(s.String())
		case bool:
			v.SetString(strconv.FormatBool(s))
		default:
			return mismatch("text", value)
		}
		return nil
	case reflect.Bool:
		switch b := value.(type) {
		case nil:
			v.SetBool(false)
		case bool:
			v.SetBool(b)
		case string:
			parsed, err := strconv.ParseBool(b)
			if err != nil {
				return mismatch("true or false", value)
			}
			v.SetBool(parsed)
		default:
			return mismatch("true or false", value)
		}
		return nil
	case reflect.Int, reflect.Int64, reflect.Float64:
		return decodeNumber(value, v)
	default:
		return fmt.Errorf("cannot hold a %s", v.Type())
	}
}

func decodeNumber(value any, v reflect.Value) error {
	var n float64
	switch x := value.(type) {
	case nil:
	case float64:
		n = x
	case json.Number:
		return decodeNumber(x.String(), v)
	case string:
		parsed, err := strconv.ParseFloat(x, 64)
		if err != nil {
			return mismatch("a number", value)
		}
		n = parsed
	default:
		return mismatch("a number", value)
	}
	if v.Kind() == reflect.Float64 {
		v.SetFloat(n)
		return nil
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return mismatch("a whole number", value)
	}
	v.SetInt(int64(n))
	return nil
}

func mismatch(want string, got any) error {
	return fmt.Errorf("the answer should hold %s here and holds %T", want, got)
}

func get(body map[string]any, path []string) (any, bool) {
	for _, key := range path[:len(path)-1] {
		next, ok := body[key].(map[string]any)
		if !ok {
			return nil, false
		}
		body = next
	}
	value, ok := body[path[len(path)-1]]
	return value, ok
}

func deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
