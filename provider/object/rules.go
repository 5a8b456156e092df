package object

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/shape"
	"github.com/castai/pulumi-castai/internal/wire"
)

// rules say which members of an object are special, by their path: names with
// dots, without indexes.
type rules struct{ ignored, unordered, secret map[string]bool }

func rulesOf(a *APIObjectArgs) rules {
	return rules{set(a.IgnoreFields), set(a.UnorderedLists), set(a.SecretFields)}
}

func set(paths []string) map[string]bool {
	out := map[string]bool{}
	for _, path := range paths {
		out[path] = true
	}
	return out
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

// Describe says of the members of body and object what they mean. Those of body
// are the program's, so what else the service has is no concern of theirs.
func (*APIObject) Describe(s *shape.Struct, inputs, values property.Map) *shape.Struct {
	r := rules{set(texts(inputs, "ignoreFields")), set(texts(inputs, "unorderedLists")), set(texts(inputs, "secretFields"))}
	r.addSecrets("", inputs.Get("body"))
	fields := slices.Clone(s.Fields)
	for i, f := range fields {
		if f.Name != "body" && f.Name != "object" {
			continue
		}
		described := *f
		described.Map, described.Kind, described.Item = false, shape.Loose, shape.Loose
		described.Secret = r.secret[""]
		described.Elem = r.members("", values.Get(f.Name))
		if f.Name == "body" {
			lock(described.Elem, inputs)
		}
		fields[i] = &described
	}
	return shape.New(fields...)
}

// lock has the members of a body that an update cannot change replace the object.
// One that an answer lacks is no difference: an object is not replaced for that.
func lock(body *shape.Struct, inputs property.Map) {
	changeable, never := texts(inputs, "updateFields"), text(inputs, "updateMethod") == none
	for _, f := range body.Fields {
		if never || len(changeable) > 0 && !slices.Contains(changeable, f.Name) {
			fix(f)
		}
	}
}

func fix(f *shape.Field) {
	f.Replace, f.WriteOnly = true, true
	if f.Elem != nil {
		for _, inner := range f.Elem.Fields {
			fix(inner)
		}
	}
}

// addSecrets adds the paths of what the program calls secret.
func (r rules) addSecrets(at string, v property.Value) {
	if v.Secret() {
		r.secret[at] = true
	}
	switch {
	case v.IsArray():
		for _, item := range v.AsArray().All {
			r.addSecrets(at, item)
		}
	case v.IsMap():
		for name, item := range v.AsMap().All {
			r.addSecrets(join(at, name), item)
		}
	}
}

// members describes what the objects among values, and in lists there, consist of.
func (r rules) members(at string, values ...property.Value) *shape.Struct {
	found := map[string][]property.Value{}
	var look func(values ...property.Value)
	look = func(values ...property.Value) {
		for _, v := range values {
			switch {
			case v.IsArray():
				look(v.AsArray().AsSlice()...)
			case v.IsMap():
				for name, item := range v.AsMap().All {
					found[name] = append(found[name], item)
				}
			}
		}
	}
	look(values...)
	var fields []*shape.Field
	for _, name := range slices.Sorted(maps.Keys(found)) {
		fields = append(fields, r.member(name, join(at, name), found[name]))
	}
	return shape.New(fields...)
}

func (r rules) member(name, at string, values []property.Value) *shape.Field {
	f := &shape.Field{Name: name, Optional: true, Wire: []string{name}, Kind: shape.Loose, Item: shape.Loose}
	deep := false
	for _, v := range values {
		f.List = f.List || v.IsArray()
		f.Secret = f.Secret || api.IsSecretKey(name) && (v.IsString() || v.IsArray() || v.IsMap())
		deep = deep || v.IsMap() || v.IsArray()
	}
	f.Secret = f.Secret || r.secret[at]
	f.WriteOnly = f.Secret || r.ignored[at]
	if f.List && r.unordered[at] {
		f.Kind = shape.Set
	}
	if deep {
		f.Elem = r.members(at, values...)
	}
	return f
}

func text(m property.Map, name string) string {
	if v := m.Get(name); v.IsString() {
		return v.AsString()
	}
	return ""
}

func texts(m property.Map, name string) (list []string) {
	if v := m.Get(name); v.IsArray() {
		for _, item := range v.AsArray().All {
			if item.IsString() {
				list = append(list, item.AsString())
			}
		}
	}
	return list
}

// cleaned is a copy of an answer without nulls, and with numbers that a float64
// cannot hold as text.
func cleaned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			if item != nil {
				out[name] = cleaned(item)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cleaned(item)
		}
		return out
	case json.Number:
		return v.String()
	default:
		return v
	}
}

// without is a copy of a value without the members at those paths.
func without(paths map[string]bool, at string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, item := range v {
			if path := join(at, name); !paths[path] {
				out[name] = without(paths, path, item)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = without(paths, at, item)
		}
		return out
	default:
		return v
	}
}

// carry keeps, in what an object is now, what the API shows only once.
func (r rules) carry(at string, was, now map[string]any) {
	for name, old := range was {
		path := join(at, name)
		if r.secret[path] || api.IsSecretKey(name) {
			if empty(now[name]) {
				now[name] = old
			}
			continue
		}
		inner, isObject := old.(map[string]any)
		next, stays := now[name].(map[string]any)
		if !isObject || !stays && !empty(now[name]) {
			continue
		}
		if !stays {
			next = map[string]any{}
		}
		if r.carry(path, inner, next); len(next) > 0 {
			now[name] = next
		}
	}
}

// echo is an object that was found with the members of the body that do not come
// back, or not as they were sent.
func (r rules) echo(found, body map[string]any) map[string]any {
	out := cleaned(found).(map[string]any)
	r.fillIn("", out, body)
	return out
}

func (r rules) fillIn(at string, found, body map[string]any) {
	for name, sent := range body {
		path := join(at, name)
		inner, isObject := sent.(map[string]any)
		next, there := found[name].(map[string]any)
		switch {
		case r.ignored[path]:
			found[name] = sent
		case isObject && there:
			r.fillIn(path, next, inner)
		}
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	default:
		return false
	}
}

// stamps are what the API notes of an object by itself.
var stamps = []string{"createdAt", "createTime", "createdBy", "updatedAt", "updateTime", "updatedBy"}

// asBody is what an answer says of a body. After an import it is a body to start
// from, without what can be seen to be none of the program's.
func asBody(answer map[string]any, a *APIObjectArgs) map[string]any {
	r := rulesOf(a)
	if a.Body != nil {
		return without(r.ignored, "", cleaned(answer)).(map[string]any)
	}
	drop := r.secret
	maps.Copy(drop, r.ignored)
	drop["id"] = true
	if field := wire.Value(a.IDField); strings.HasSuffix(strings.ToLower(field), "id") {
		drop[field] = true // any other is a name, which the program gives
	}
	for _, name := range stamps {
		drop[name] = true
	}
	segments := strings.Split(a.Path, "/")
	for name, value := range answer {
		if said, ok := value.(string); ok && said != "" && slices.Contains(segments, url.PathEscape(said)) {
			drop[name] = true
		}
	}
	body := without(drop, "", cleaned(answer)).(map[string]any)
	maps.DeleteFunc(body, func(_ string, v any) bool { return empty(v) })
	return body
}
