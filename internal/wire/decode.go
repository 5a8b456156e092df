package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Decode fills v, a pointer to a struct, from an answer. Properties that never
// travel or never come back keep their value; all others become what the
// answer says, unset where it says nothing: null, or an empty text where no
// text belongs. Numbers may come as text and text as numbers, as several
// counters of the API do; what has no place in v is ignored, and a value of a
// wholly different form is an error.
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
		if !ok {
			target.SetZero()
			continue
		}
		if _, isText := value.(string); f.JSONText && !isText && value != nil {
			text, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("%s: %w", strings.Join(f.Wire, "."), err)
			}
			value = string(text)
		}
		if err := decodeValue(value, target); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(f.Wire, "."), err)
		}
	}
	return nil
}

func decodeValue(value any, v reflect.Value) error {
	t := shape.Deref(v.Type())
	if t.Kind() == reflect.String {
		if n, ok := reflect.Zero(t).Interface().(Names); ok {
			value = ourName(n, value)
		}
	}
	if value == nil || value == "" && !takesText(t) {
		v.SetZero()
		return nil
	}
	if v.Kind() != reflect.Pointer {
		return fill(value, v)
	}
	target := reflect.New(t)
	if t.Kind() == reflect.Struct && !v.IsNil() {
		target.Elem().Set(v.Elem()) // for what never comes back
	}
	if err := fill(value, target.Elem()); err != nil {
		return err
	}
	v.Set(target)
	return nil
}

// fill sets v, which is no pointer, to a value that is there.
func fill(value any, v reflect.Value) error {
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
		return decodeList(value, v)
	case reflect.Map:
		return decodeMap(value, v)
	case reflect.Interface:
		v.Set(reflect.ValueOf(value))
		return nil
	case reflect.String:
		return decodeText(value, v)
	case reflect.Bool:
		return decodeBool(value, v)
	case reflect.Int, reflect.Int64, reflect.Float64:
		return decodeNumber(value, v)
	default:
		return fmt.Errorf("cannot hold a %s", v.Type())
	}
}

// ourName finds our name for a value of the body, which may be null. Their
// names go before ours, in a fixed order.
func ourName(n Names, value any) any {
	names := n.WireNames()
	order := slices.Sorted(maps.Keys(names))
	for _, ours := range order {
		theirs := names[ours]
		if o, ok := theirs.(Omitted); ok {
			theirs = string(o)
		}
		if sameName(theirs, value) {
			return ours
		}
	}
	for _, ours := range order {
		if sameName(ours, value) {
			return ours
		}
	}
	return value
}

func sameName(name, value any) bool {
	switch name := name.(type) {
	case string:
		text, ok := value.(string)
		return ok && strings.EqualFold(name, text)
	case bool:
		return value == name
	case float64:
		return value == name
	default:
		return name == nil && value == nil
	}
}

func takesText(t reflect.Type) bool {
	return t.Kind() == reflect.String || t.Kind() == reflect.Interface || reflect.PointerTo(t).Implements(reflect.TypeFor[Decoder]())
}

func decodeList(value any, v reflect.Value) error {
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
}

func decodeMap(value any, v reflect.Value) error {
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
}

func decodeText(value any, v reflect.Value) error {
	switch x := value.(type) {
	case string:
		v.SetString(x)
	case float64:
		v.SetString(strconv.FormatFloat(x, 'f', -1, 64))
	case json.Number:
		v.SetString(x.String())
	case bool:
		v.SetString(strconv.FormatBool(x))
	default:
		return mismatch("text", value)
	}
	return nil
}

func decodeBool(value any, v reflect.Value) error {
	switch x := value.(type) {
	case bool:
		v.SetBool(x)
		return nil
	case string:
		if b, err := strconv.ParseBool(x); err == nil {
			v.SetBool(b)
			return nil
		}
	}
	return mismatch("true or false", value)
}

func decodeNumber(value any, v reflect.Value) error {
	var n float64
	switch x := value.(type) {
	case float64:
		n = x
	case json.Number:
		return decodeNumber(x.String(), v)
	case string:
		// Whole numbers are exact beyond what a float64 holds.
		if i, err := strconv.ParseInt(x, 10, 64); err == nil && v.CanInt() {
			v.SetInt(i)
			return nil
		}
		var err error
		if n, err = strconv.ParseFloat(x, 64); err != nil {
			return mismatch("a number", value)
		}
	default:
		return mismatch("a number", value)
	}
	switch {
	case math.IsNaN(n) || math.IsInf(n, 0):
		return mismatch("a number", value)
	case v.CanFloat():
		v.SetFloat(n)
	case n != math.Trunc(n) || n < math.MinInt64 || n >= math.MaxInt64:
		return mismatch("a whole number", value)
	default:
		v.SetInt(int64(n))
	}
	return nil
}

// mismatch does not show the value: it may be secret.
func mismatch(want string, got any) error {
	return fmt.Errorf("the answer should hold %s here and holds %s", want, form(got))
}

func form(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "text"
	case bool:
		return "true or false"
	case float64, json.Number:
		return "a number"
	default:
		return fmt.Sprintf("%T", v)
	}
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
