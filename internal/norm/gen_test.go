package norm

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Generated objects of any shape, their values, and what a service may make of
// those.

// leaves are the plain properties that an object may have: the Go type and
// what stands in the norm tag.
var leaves = []struct {
	typ  reflect.Type
	norm string
}{
	{reflect.TypeFor[string](), ""}, {reflect.TypeFor[bool](), ""}, {reflect.TypeFor[float64](), ""},
	{reflect.TypeFor[string](), "instant"}, {reflect.TypeFor[string](), "duration"}, {reflect.TypeFor[string](), "json"},
	{reflect.TypeFor[string](), "fold"}, {reflect.TypeFor[string](), "cidr"}, {reflect.TypeFor[string](), "csv"},
	{reflect.TypeFor[string](), "decimal"},
}

// defaults are default tags that fit a kind.
var defaults = map[string]string{"fold": "default=FULL", "decimal": "default=1.0", "duration": "default=60s"}

func genShape(t *rapid.T) *shape.Struct { return shape.Of(genType(t, 2)) }

func genType(t *rapid.T, depth int) reflect.Type {
	var fields []reflect.StructField
	for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
		leaf := rapid.SampledFrom(leaves).Draw(t, "leaf")
		typ, norm := leaf.typ, leaf.norm
		if depth > 0 && rapid.Bool().Draw(t, "nested") {
			typ, norm = genType(t, depth-1), ""
		}
		switch form := rapid.SampledFrom([]string{"plain", "list", "set", "map"}).Draw(t, "form"); form {
		case "plain":
			if d := defaults[norm]; d != "" && rapid.Bool().Draw(t, "default") {
				norm += "," + d
			}
			typ = reflect.PointerTo(typ)
		case "map":
			typ = reflect.MapOf(reflect.TypeFor[string](), typ)
		case "set":
			typ, norm = reflect.SliceOf(typ), "set,"+norm
		default:
			typ = reflect.SliceOf(typ)
		}
		name := fmt.Sprint("f", i)
		if rapid.IntRange(0, 3).Draw(t, "optional") > 0 {
			name += ",optional"
		}
		wire := rapid.SampledFrom([]string{"", "", "", "", "-", ",writeonly"}).Draw(t, "wire")
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprint("F", i), Type: typ,
			Tag: reflect.StructTag(fmt.Sprintf(`pulumi:%q norm:%q wire:%q`, name, norm, wire)),
		})
	}
	return reflect.StructOf(fields)
}

// gen makes values. Texts come from a small pool, so that elements of lists
// resemble each other.
type gen struct {
	*rapid.T
	secrets, nulls bool
	// full gives the elements of sets all their properties: then none of them
	// looks like another of which more is said.
	full, within bool
}

func (g gen) object(s *shape.Struct) property.Map {
	out := map[string]property.Value{}
	for _, f := range s.Fields {
		if !f.Optional || g.within || rapid.Bool().Draw(g.T, "given") {
			out[f.Name] = g.value(f)
		} else if g.nulls && rapid.Bool().Draw(g.T, "null") {
			out[f.Name] = property.Value{}
		}
	}
	return property.NewMap(out)
}

func (g gen) value(f *shape.Field) property.Value {
	n := rapid.IntRange(0, 3).Draw(g.T, "elements")
	g.within = g.within || g.full && f.Kind == shape.Set
	switch {
	case f.List:
		items := make([]property.Value, n)
		for i := range items {
			items[i] = g.item(f)
		}
		return g.mark(property.New(items))
	case f.Map:
		items := map[string]property.Value{}
		for i := range n {
			items[fmt.Sprint("k", i)] = g.item(f)
		}
		return g.mark(property.New(items))
	default:
		return g.item(f)
	}
}

func (g gen) item(f *shape.Field) property.Value {
	if f.Elem != nil {
		return g.mark(property.New(g.object(f.Elem)))
	}
	n := rapid.IntRange(0, 4).Draw(g.T, "leaf")
	switch elem(f).Kind() {
	case reflect.Bool:
		return g.mark(property.New(n%2 == 0))
	case reflect.Float64:
		return g.mark(property.New(float64(n)))
	default:
		return g.mark(property.New(spell(g.T, f.Item, n)))
	}
}

func (g gen) mark(v property.Value) property.Value {
	return v.WithSecret(g.secrets && rapid.IntRange(0, 9).Draw(g.T, "secret") == 0)
}

func elem(f *shape.Field) reflect.Type {
	t := f.Type
	if f.List || f.Map {
		t = t.Elem()
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// spell returns one of the spellings of the nth value of a kind.
func spell(t *rapid.T, kind shape.Kind, n int) string {
	var spellings []string
	switch kind {
	case shape.Instant:
		at := time.Date(2030, 1, 1, n, 0, 0, 0, time.UTC)
		spellings = []string{
			at.Format(time.RFC3339), at.Format("2006-01-02T15:04:05.000Z"),
			at.In(time.FixedZone("", 7200)).Format(time.RFC3339), at.Add(123 * time.Millisecond).Format(time.RFC3339Nano),
		}
	case shape.Duration:
		spellings = []string{fmt.Sprintf("%ds", 90*n), (time.Duration(90*n) * time.Second).String(), fmt.Sprintf("%d.0s", 90*n)}
	case shape.JSON:
		text := fmt.Sprintf(`{"n":%d,"list":[1.0,2e3],"s":{"a":null,"b":"x"}}`, n)
		spellings = []string{
			text, fmt.Sprintf("{ \"s\": {\"b\": \"x\", \"a\": null},\n \"list\": [1, 2000], \"n\": %d}\n", n),
			base64.StdEncoding.EncodeToString([]byte(text)),
		}
	case shape.Fold:
		spellings = []string{fmt.Sprint("Value", n), fmt.Sprint("VALUE", n), fmt.Sprint("value", n)}
	case shape.CIDR:
		spellings = []string{fmt.Sprintf("10.%d.0.0/16", n), fmt.Sprintf("10.%d.3.4/16", n)}
	case shape.CSV:
		spellings = []string{fmt.Sprintf("name,n\na,%d", n), fmt.Sprintf("name, n\r\na , %d\r\n", n), fmt.Sprintf("\"name\",\"n\"\na,%d\n", n)}
	case shape.Decimal:
		spellings = []string{strconv.Itoa(n), fmt.Sprintf("%d.0", n), fmt.Sprintf("%d.00e0", n), fmt.Sprintf("0%d.", n)}
	case shape.Lines:
		spellings = []string{fmt.Sprintf("a\n  b%d", n), fmt.Sprintf("a \t\n  b%d\n", n), fmt.Sprintf("a\r\n  b%d\r\n\n", n)}
	case shape.Cron:
		spellings = []string{fmt.Sprintf("0 %d * * 1-5", n), fmt.Sprintf("CRON_TZ=UTC 0 %d * * MON-FRI", n), fmt.Sprintf(" 0 0 %d * * 1,2,3,4,5", n)}
	default:
		if n == 0 {
			return ""
		}
		spellings = []string{fmt.Sprint("text", n)}
	}
	return rapid.SampledFrom(spellings).Draw(t, "spelling")
}

// respell writes a value in another way that means the same: texts in other
// spellings, sets in other orders.
func respell(t *rapid.T, f *shape.Field, v property.Value) property.Value {
	switch {
	case v.IsArray():
		items := v.AsArray().AsSlice()
		for i := range items {
			items[i] = respell(t, element(f), items[i])
		}
		if f.Kind == shape.Set {
			items = rapid.Permutation(items).Draw(t, "order")
		}
		return property.WithGoValue(v, property.NewArray(items))
	case v.IsMap() && f.Elem != nil && !f.Map:
		return property.WithGoValue(v, respellObject(t, f.Elem, v.AsMap()))
	case v.IsMap():
		items := v.AsMap().AsMap()
		for key := range v.AsMap().AllStable {
			items[key] = respell(t, element(f), items[key])
		}
		return property.WithGoValue(v, property.NewMap(items))
	case v.IsString() && f.Kind != shape.Exact:
		for n := range 10 {
			for _, text := range []string{v.AsString()} {
				if same := spell(t, f.Kind, n); sameText(f.Kind, same, text) {
					return property.WithGoValue(v, same)
				}
			}
		}
	}
	return v
}

func respellObject(t *rapid.T, s *shape.Struct, m property.Map) property.Map {
	out := map[string]property.Value{}
	for key, value := range m.AllStable {
		out[key] = respell(t, s.Field(key), value)
	}
	return property.NewMap(out)
}

// answer turns inputs into an answer of the service: nothing is secret, what
// never comes back is missing and, if it does as it likes, what means the same
// as nothing may be missing, and what was left unset may be filled in.
func answer(t *rapid.T, s *shape.Struct, m property.Map, fill bool) property.Map {
	out := map[string]property.Value{}
	for _, f := range s.Fields {
		value := m.Get(f.Name)
		switch {
		case f.Wire == nil || f.WriteOnly:
		case !value.IsNull():
			if !fill || !f.Optional || !isDefault(f, value) || rapid.Bool().Draw(t, "kept") {
				out[f.Name] = answerValue(t, f, value, fill)
			}
		case fill && rapid.Bool().Draw(t, "filled"):
			out[f.Name] = answerValue(t, f, gen{T: t}.value(f), fill)
		}
	}
	return property.NewMap(out)
}

func answerValue(t *rapid.T, f *shape.Field, v property.Value, fill bool) property.Value {
	v = v.WithSecret(false)
	switch {
	case v.IsArray():
		items := v.AsArray().AsSlice()
		for i := range items {
			items[i] = answerValue(t, element(f), items[i], fill)
		}
		return property.New(property.NewArray(items))
	case v.IsMap() && f.Elem != nil && !f.Map:
		return property.New(answer(t, f.Elem, v.AsMap(), fill))
	case v.IsMap():
		items := v.AsMap().AsMap()
		for key := range v.AsMap().AllStable {
			items[key] = answerValue(t, element(f), items[key], fill)
		}
		return property.New(property.NewMap(items))
	default:
		return v
	}
}

// change makes one real difference somewhere in an object that the service
// tells of; false if there is nothing to change.
func change(t *rapid.T, s *shape.Struct, m property.Map) (property.Map, bool) {
	var names []string
	for _, f := range s.Fields {
		if !m.Get(f.Name).IsNull() && f.Wire != nil && !f.WriteOnly {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return m, false
	}
	name := rapid.SampledFrom(names).Draw(t, "changed")
	v, ok := changeValue(t, s.Field(name), m.Get(name))
	return m.Set(name, v), ok
}

func changeValue(t *rapid.T, f *shape.Field, v property.Value) (property.Value, bool) {
	switch {
	case f.List:
		items := v.AsArray().AsSlice()
		if len(items) == 0 || rapid.Bool().Draw(t, "append") {
			items = append(items, fresh(t, element(f), elem(f)))
			return property.WithGoValue(v, property.NewArray(items)), true
		}
		i, ok := rapid.IntRange(0, len(items)-1).Draw(t, "index"), false
		items[i], ok = changeValue(t, element(f), items[i])
		return property.WithGoValue(v, property.NewArray(items)), ok
	case f.Map:
		keys, ok := []string{"new"}, true
		for key := range v.AsMap().AllStable {
			keys = append(keys, key)
		}
		key := rapid.SampledFrom(keys).Draw(t, "key")
		if key != "new" && rapid.Bool().Draw(t, "remove") {
			return property.WithGoValue(v, v.AsMap().Delete(key)), true
		}
		item := property.Value{}
		if key == "new" {
			item = fresh(t, element(f), elem(f))
		} else {
			item, ok = changeValue(t, element(f), v.AsMap().Get(key))
		}
		return property.WithGoValue(v, v.AsMap().Set(key, item)), ok
	case f.Elem != nil:
		m, ok := change(t, f.Elem, v.AsMap())
		return property.WithGoValue(v, m), ok
	case v.IsBool():
		return property.WithGoValue(v, !v.AsBool()), true
	case v.IsNumber():
		return property.WithGoValue(v, 987.0), true
	default:
		return property.WithGoValue(v, spell(t, f.Item, 7)), true
	}
}

// fresh returns a value that no generated one means.
func fresh(t *rapid.T, f *shape.Field, typ reflect.Type) property.Value {
	switch {
	case f.Elem != nil:
		out := map[string]property.Value{}
		for _, f := range f.Elem.Fields {
			if f.List {
				out[f.Name] = property.New([]property.Value{fresh(t, element(f), elem(f))})
			} else if f.Map {
				out[f.Name] = property.New(map[string]property.Value{"k": fresh(t, element(f), elem(f))})
			} else {
				out[f.Name] = fresh(t, f, elem(f))
			}
		}
		return property.New(out)
	case typ.Kind() == reflect.Bool:
		return property.New(true)
	case typ.Kind() == reflect.Float64:
		return property.New(987.0)
	default:
		return property.New(spell(t, f.Item, 7))
	}
}

// text prints a value for a failure message.
func text(v any) string {
	var b strings.Builder
	if m, ok := v.(property.Map); ok {
		v = property.New(m)
	}
	raw, _ := json.Marshal(plainJSON(v.(property.Value)))
	b.Write(raw)
	return b.String()
}

func plainJSON(v property.Value) any {
	var out any
	switch {
	case v.IsComputed():
		out = "<unknown>"
	case v.IsArray():
		items := []any{}
		for _, item := range v.AsArray().All {
			items = append(items, plainJSON(item))
		}
		out = items
	case v.IsMap():
		items := map[string]any{}
		for key, item := range v.AsMap().All {
			items[key] = plainJSON(item)
		}
		out = items
	case v.IsString():
		out = v.AsString()
	case v.IsNumber():
		out = v.AsNumber()
	case v.IsBool():
		out = v.AsBool()
	case v.IsNull():
	default:
		out = fmt.Sprintf("%#v", v)
	}
	if v.Secret() {
		return map[string]any{"secret": out}
	}
	return out
}
