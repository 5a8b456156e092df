package check

import (
	"math"
	"reflect"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Types checks that inputs have the form that s describes: every required
// property, no unknown one, and values of the right type. What is not known
// yet has any type.
func Types(s *shape.Struct, in property.Map) []p.CheckFailure {
	var t types
	t.object(s, nil, in)
	return t.Failures
}

type types struct{ Result }

func (t *types) object(s *shape.Struct, at resource.PropertyPath, in property.Map) {
	for key := range in.AllStable {
		// The engine's own properties start with underscores.
		if s.Field(key) == nil && !strings.HasPrefix(key, "__") {
			t.fail(child(at, key), "there is no such property"+t.suggest(s, key))
		}
	}
	for _, f := range s.Fields {
		v := in.Get(f.Name)
		switch {
		case !v.IsNull():
			t.property(f, child(at, f.Name), v)
		case !f.Optional:
			t.fail(child(at, f.Name), "is required")
		}
	}
}

func (t *types) suggest(s *shape.Struct, key string) string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	if near := Nearest(names, key); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

func (t *types) property(f *shape.Field, at resource.PropertyPath, v property.Value) {
	switch {
	case v.IsComputed():
	case f.List && v.IsArray():
		for i, item := range v.AsArray().All {
			t.value(f, child(at, i), item)
		}
	case f.Map && v.IsMap():
		for key, item := range v.AsMap().AllStable {
			t.value(f, child(at, key), item)
		}
	case f.List:
		t.mismatch(at, "a list", v)
	case f.Map:
		t.mismatch(at, "a map", v)
	default:
		t.value(f, at, v)
	}
}

// value checks a plain property, or an element of a list or map.
func (t *types) value(f *shape.Field, at resource.PropertyPath, v property.Value) {
	switch {
	case v.IsComputed():
	case f.Elem != nil && v.IsMap():
		t.object(f.Elem, at, v.AsMap())
	case f.Elem != nil:
		t.mismatch(at, "an object", v)
	default:
		t.plain(f, at, v)
	}
}

func (t *types) plain(f *shape.Field, at resource.PropertyPath, v property.Value) {
	switch scalar(f.Type).Kind() {
	case reflect.String:
		if !v.IsString() {
			t.mismatch(at, "text", v)
		}
	case reflect.Bool:
		if !v.IsBool() {
			t.mismatch(at, "true or false", v)
		}
	case reflect.Int, reflect.Int64:
		if !v.IsNumber() {
			t.mismatch(at, "a whole number", v)
		} else if v.AsNumber() != math.Trunc(v.AsNumber()) {
			t.fail(at, "must be a whole number")
		}
	case reflect.Interface:
		t.anything(at, v)
	case reflect.Float64:
		if !v.IsNumber() {
			t.mismatch(at, "a number", v)
		}
	}
}

// anything checks a value that may be whatever JSON has a form for.
func (t *types) anything(at resource.PropertyPath, v property.Value) {
	switch {
	case v.IsArray():
		for i, item := range v.AsArray().All {
			t.anything(child(at, i), item)
		}
	case v.IsMap():
		for key, item := range v.AsMap().AllStable {
			t.anything(child(at, key), item)
		}
	case !v.IsNull() && !v.IsComputed() && !v.IsString() && !v.IsBool() && !v.IsNumber():
		t.mismatch(at, "a value that JSON has", v)
	}
}

func (t *types) mismatch(at resource.PropertyPath, want string, got property.Value) {
	problem := "must be " + want + " and is " + form(got)
	if want == "text" && (got.IsNumber() || got.IsBool()) {
		problem += `: put it in quotes, as in "0123"`
	}
	t.fail(at, problem)
}

// form says what kind of value a program has given.
func form(v property.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.IsBool():
		return "true or false"
	case v.IsNumber():
		return "a number"
	case v.IsString():
		return "text"
	case v.IsArray():
		return "a list"
	case v.IsMap():
		return "a map"
	default:
		return "an asset or another resource"
	}
}

// scalar is the type of a plain value: of the property, or of its elements.
func scalar(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}
