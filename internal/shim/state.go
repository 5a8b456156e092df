package shim

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// only drops the properties that s does not know, at every depth: what the
// bridged provider or another version left in a stack's state. The framework
// would refuse to read them. The defaults that the bridged provider wrote into
// inputs by itself, and lists there, go as well: no program has set them.
func only(s *shape.Struct, m property.Map) property.Map {
	defaults := map[string]bool{}
	if list := m.Get("__defaults"); list.IsArray() {
		for _, name := range list.AsArray().All {
			if name.IsString() {
				defaults[name.AsString()] = true
			}
		}
	}
	out := map[string]property.Value{}
	for key, value := range m.All {
		f := s.Field(key)
		if f == nil || value.IsNull() || defaults[key] {
			continue
		}
		out[key] = objects(f, value, func(item property.Map) property.Map { return only(f.Elem, item) })
	}
	return property.NewMap(out)
}

// complete adds a zero value for each required property that an old state
// lacks: an output that came with a newer version.
func complete(s *shape.Struct, m property.Map) property.Map {
	out := m.AsMap()
	if out == nil {
		out = map[string]property.Value{}
	}
	for _, f := range s.Fields {
		if value := out[f.Name]; !value.IsNull() {
			out[f.Name] = objects(f, value, func(item property.Map) property.Map { return complete(f.Elem, item) })
		} else if !f.Optional {
			out[f.Name] = zero(f)
		}
	}
	return property.NewMap(out)
}

func zero(f *shape.Field) property.Value {
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		return property.New([]property.Value{})
	case reflect.Map:
		return property.New(map[string]property.Value{})
	case reflect.Struct:
		return property.New(complete(f.Elem, property.Map{}))
	case reflect.Bool:
		return property.New(false)
	case reflect.String:
		return property.New("")
	default:
		return property.New(0.0)
	}
}

// markSecrets marks the values of secret properties, at every depth.
func markSecrets(s *shape.Struct, m property.Map) property.Map {
	out := map[string]property.Value{}
	for key, value := range m.All {
		if f := s.Field(key); f != nil {
			value = objects(f, value, func(item property.Map) property.Map { return markSecrets(f.Elem, item) })
			if f.Secret && !value.IsNull() {
				value = value.WithSecret(true)
			}
		}
		out[key] = value
	}
	return property.NewMap(out)
}

// objects applies fn to the object that a value is, or to those in it.
func objects(f *shape.Field, v property.Value, fn func(property.Map) property.Map) property.Value {
	if f.Elem == nil {
		return v
	}
	switch {
	case v.IsArray() && v.AsArray().Len() == 0, v.IsMap() && v.AsMap().Len() == 0:
		return v // made anew, an empty list would be null
	case f.List && v.IsArray():
		items := v.AsArray().AsSlice()
		for i, item := range items {
			switch {
			case item.IsMap():
				items[i] = property.WithGoValue(item, fn(item.AsMap()))
			case item.IsArray():
				items[i] = objects(f, item, fn)
			}
		}
		return property.WithGoValue(v, items)
	case f.Map && v.IsMap():
		values := v.AsMap().AsMap()
		for key, item := range values {
			if item.IsMap() {
				values[key] = property.WithGoValue(item, fn(item.AsMap()))
			}
		}
		return property.WithGoValue(v, values)
	case !f.List && !f.Map && v.IsMap():
		return property.WithGoValue(v, fn(v.AsMap()))
	default:
		return v
	}
}

// ignore sets the inputs that the user wants ignored back to their old value.
func ignore(paths []string, olds, news property.Map) property.Map {
	if len(paths) == 0 {
		return news
	}
	from, to := resource.ToResourcePropertyMap(olds), resource.ToResourcePropertyMap(news)
	for _, path := range paths {
		if parsed, err := resource.ParsePropertyPath(path); err == nil {
			parsed.Reset(from, to)
		}
	}
	return resource.FromResourcePropertyMap(to)
}

// randomDigits is how many random digits a made up name ends in.
const randomDigits = 7

// name fills in the name of a resource that has none, if its name may be
// left out: the one it has, or its name in the program and random digits. The
// name in the program is cut where the result would be longer than it may be.
func name(s *shape.Struct, olds, news property.Map, urnName string, seed []byte) property.Map {
	f := s.Field("name")
	if f == nil || !f.Optional || !news.Get("name").IsNull() {
		return news
	}
	if old, ok := olds.GetOk("name"); ok {
		return news.Set("name", old)
	}
	longest := 255
	for _, rule := range f.Rules {
		if n, err := strconv.Atoi(rule.Arg); rule.Name == "maxlen" && err == nil {
			longest = n
		}
	}
	if most := longest - randomDigits - 1; len(urnName) > most {
		urnName = strings.ToValidUTF8(urnName[:most], "")
	}
	generated, err := resource.NewUniqueName(seed, urnName+"-", randomDigits, longest, nil)
	if err != nil {
		return news
	}
	return news.Set("name", property.New(generated))
}
