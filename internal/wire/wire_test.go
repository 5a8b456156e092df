package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"

	"github.com/castai/pulumi-castai/internal/api"
)

// toggle has text names, of which one is said by leaving the property out.
type toggle string

func (toggle) WireNames() map[string]any {
	return map[string]any{"enabled": "ENABLED", "disabled": "DISABLED", "": Omitted("NOT_SET")}
}

// state has names of other types, null among them.
type state string

func (state) WireNames() map[string]any {
	return map[string]any{"on": true, "off": false, "unspecified": nil, "half": 0.5}
}

// swapped has names that are also ours.
type swapped string

func (swapped) WireNames() map[string]any {
	return map[string]any{"a": "b", "b": "a", "c": "d", "e": "D"}
}

// pairs is a list that the body keeps as a map.
type pairs []pair

type pair struct {
	Key   string `pulumi:"key"`
	Value int    `pulumi:"value"`
}

func (x pairs) EncodeWire() (any, error) {
	out := map[string]any{}
	for _, p := range x {
		if _, twice := out[p.Key]; twice {
			return nil, fmt.Errorf("%q is named twice", p.Key)
		}
		out[p.Key] = p.Value
	}
	return out, nil
}

func (x *pairs) DecodeWire(body any) error {
	entries, ok := body.(map[string]any)
	if !ok {
		return errors.New("it is no object")
	}
	*x = pairs{}
	for key, value := range entries {
		n, _ := value.(float64)
		*x = append(*x, pair{key, int(n)})
	}
	slices.SortFunc(*x, func(a, b pair) int { return strings.Compare(a.Key, b.Key) })
	return nil
}

// seconds encodes by a pointer receiver.
type seconds struct {
	N int `pulumi:"n"`
}

func (x *seconds) EncodeWire() (any, error) { return fmt.Sprintf("%ds", x.N), nil }

func (x *seconds) DecodeWire(body any) error {
	_, err := fmt.Sscanf(fmt.Sprint(body), "%ds", &x.N)
	return err
}

type item struct {
	Name  string   `pulumi:"name"`
	Count *int     `pulumi:"count,optional" wire:"deep.count,null"`
	Tags  []string `pulumi:"tags,optional"`
}

type everything struct {
	ClusterID  string             `pulumi:"clusterId" wire:"-"`
	Name       string             `pulumi:"name" wire:",create"`
	Secret     *string            `pulumi:"secret,optional" wire:"auth.secret,writeonly"`
	User       *string            `pulumi:"user,optional" wire:"auth.user"`
	On         *bool              `pulumi:"on,optional" wire:",null"`
	Count      *int               `pulumi:"count,optional" wire:",zero"`
	Ratio      *float64           `pulumi:"ratio,optional" wire:"limits.cpu.ratio,zero"`
	Big        *int64             `pulumi:"big,optional"`
	Text       *string            `pulumi:"text,optional" wire:",zero"`
	List       []string           `pulumi:"list,optional" wire:",zero"`
	Numbers    []int              `pulumi:"numbers,optional" wire:",null"`
	Labels     map[string]string  `pulumi:"labels,optional" wire:",zero"`
	Item       *item              `pulumi:"item,optional" wire:",zero"`
	Plain      item               `pulumi:"plain"`
	Items      []item             `pulumi:"items,optional"`
	Pointers   []*item            `pulumi:"pointers,optional"`
	ByName     map[string]item    `pulumi:"byName,optional"`
	PointersBy map[string]*string `pulumi:"pointersBy,optional"`
	Toggle     *toggle            `pulumi:"toggle,optional" wire:",zero"`
	Toggles    []toggle           `pulumi:"toggles,optional"`
	State      *state             `pulumi:"state,optional" wire:",null"`
	Swapped    *swapped           `pulumi:"swapped,optional"`
	Config     *string            `pulumi:"config,optional" wire:",json,zero"`
	Pairs      pairs              `pulumi:"pairs,optional" wire:",zero"`
	Timeout    *seconds           `pulumi:"timeout,optional"`
	Timeouts   []seconds          `pulumi:"timeouts,optional"`
	Any        map[string]any     `pulumi:"any,optional"`
	Ignored    string
}

func p[T any](v T) *T { return &v }

func TestCreate(t *testing.T) {
	for name, c := range map[string]struct {
		in   any
		want string
	}{
		"nothing":       {(*item)(nil), `{}`},
		"unset":         {everything{}, `{"name":"","plain":{"name":""}}`},
		"never travels": {&everything{ClusterID: "c", Ignored: "x"}, `{"name":"","plain":{"name":""}}`},
		"zero, false and empty are sent": {
			everything{On: p(false), Count: p(0), Ratio: p(0.0), Text: p(""), List: []string{}, Labels: map[string]string{}, Item: &item{}, Pairs: pairs{}},
			`{"name":"","plain":{"name":""},"on":false,"count":0,"limits":{"cpu":{"ratio":0}},"text":"","list":[],"labels":{},"item":{"name":""},"pairs":{}}`,
		},
		"paths share objects": {
			everything{Name: "x", Secret: p("s"), User: p("u"), Item: &item{Count: p(1)}},
			`{"name":"x","auth":{"secret":"s","user":"u"},"plain":{"name":""},"item":{"name":"","deep":{"count":1}}}`,
		},
		"lists and maps": {
			everything{
				Numbers: []int{1, 0}, Items: []item{{Name: "a"}, {Name: "b", Count: p(2), Tags: []string{"t"}}}, Pointers: []*item{{Name: "c"}, nil},
				ByName: map[string]item{"x.y": {Name: "d"}}, PointersBy: map[string]*string{"a": p("b"), "c": nil},
				Any: map[string]any{"n": 1.5, "l": []any{"x", nil}},
			},
			`{"name":"","plain":{"name":""},"numbers":[1,0],"items":[{"name":"a"},{"name":"b","deep":{"count":2},"tags":["t"]}],
			"pointers":[{"name":"c"},null],"byName":{"x.y":{"name":"d"}},"pointersBy":{"a":"b","c":null},"any":{"n":1.5,"l":["x",null]}}`,
		},
		"names": {
			everything{Toggle: p(toggle("enabled")), Toggles: []toggle{"Disabled", "ENABLED", "maybe"}, State: p(state("off")), Swapped: p(swapped("a"))},
			`{"name":"","plain":{"name":""},"toggle":"ENABLED","toggles":["DISABLED","ENABLED","maybe"],"state":false,"swapped":"b"}`,
		},
		"names of null, numbers and nothing": {
			everything{Toggle: p(toggle("")), State: p(state("unspecified"))}, `{"name":"","plain":{"name":""},"state":null}`,
		},
		"a number's name": {everything{State: p(state("half"))}, `{"name":"","plain":{"name":""},"state":0.5}`},
		"JSON text":       {everything{Config: p(` {"b": [1, "x"], "a": null} `)}, `{"name":"","plain":{"name":""},"config":{"b":[1,"x"],"a":null}}`},
		"encoders": {
			everything{Pairs: pairs{{"a", 1}}, Timeout: &seconds{3}, Timeouts: []seconds{{1}, {2}}},
			`{"name":"","plain":{"name":""},"pairs":{"a":1},"timeout":"3s","timeouts":["1s","2s"]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := Create(c.in)
			wantJSON(t, body, err, c.want)
		})
	}
}

func wantJSON(t *testing.T, body map[string]any, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := errors.Join(json.Unmarshal(raw, &a), json.Unmarshal([]byte(want), &b)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("\n got %s\nwant %s", raw, want)
	}
}

func TestBodiesThatCannotBe(t *testing.T) {
	for want, in := range map[string]any{
		`config: not valid JSON`:    everything{Config: p(`{"token": s3cret}`)},
		`pairs: "a" is named twice`: everything{Pairs: pairs{{"a", 1}, {"a", 2}}},
		`byName: x: config: not valid JSON`: struct {
			ByName map[string]everything `pulumi:"byName"`
		}{map[string]everything{"x": {Config: p("")}}},
		`list: [1]: config: not valid JSON`: struct {
			List []everything `pulumi:"list"`
		}{[]everything{{}, {Config: p("x")}}},
	} {
		if _, err := Create(in); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestUpdate(t *testing.T) {
	given := func(names ...string) property.Map {
		m := property.Map{}
		for _, name := range names {
			m = m.Set(name, property.New("given"))
		}
		return m
	}
	within := func(name string, m property.Map) property.Map { return property.Map{}.Set(name, property.New(m)) }
	every := given("name", "user", "on", "count", "ratio", "text", "list", "numbers", "labels", "item", "items", "toggle", "state", "config", "pairs")
	for name, c := range map[string]struct {
		in   everything
		was  property.Map
		want string
	}{
		"what only creation sets":        {everything{Name: "x"}, given("name"), `{"plain":{"name":""}}`},
		"what was never given":           {everything{}, property.Map{}, `{"plain":{"name":""}}`},
		"what was null":                  {everything{}, property.Map{}.Set("on", property.Value{}), `{"plain":{"name":""}}`},
		"what was given is cleared":      {everything{}, every, `{"plain":{"name":""},"on":null,"count":0,"limits":{"cpu":{"ratio":0}},"text":"","list":[],"numbers":null,"labels":{},"item":{},"toggle":"NOT_SET","state":null,"config":"","pairs":{}}`},
		"what is still given":            {everything{On: p(true), Count: p(0)}, given("on", "count"), `{"plain":{"name":""},"on":true,"count":0}`},
		"a value said by leaving it out": {everything{Toggle: p(toggle(""))}, given("toggle"), `{"plain":{"name":""},"toggle":"NOT_SET"}`},
		"what was given within":          {everything{Item: &item{Name: "x"}}, within("item", given("count")), `{"plain":{"name":""},"item":{"name":"x","deep":{"count":null}}}`},
		"elements are sent anew":         {everything{Items: []item{{Name: "x"}}}, given("items"), `{"plain":{"name":""},"items":[{"name":"x"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := Update(c.in, c.was)
			wantJSON(t, body, err, c.want)
		})
	}
}

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want everything
	}{
		"nothing":           {`{}`, everything{}},
		"null":              {`{"name":null,"on":null,"count":null,"list":null,"labels":null,"item":null,"plain":null,"toggle":null,"config":null,"pairs":null,"timeout":null,"any":null,"auth":null,"limits":null}`, everything{}},
		"empty and zero":    {`{"on":false,"count":0,"text":"","list":[],"labels":{},"item":{},"pairs":{},"any":{}}`, everything{On: p(false), Count: p(0), Text: p(""), List: []string{}, Labels: map[string]string{}, Item: &item{}, Pairs: pairs{}, Any: map[string]any{}}},
		"empty text":        {`{"name":"","on":"","count":"","big":"","limits":{"cpu":{"ratio":""}},"list":"","labels":"","item":"","plain":"","numbers":["",1]}`, everything{Numbers: []int{0, 1}}},
		"unknown members":   {`{"other":{"x":1},"plain":{"name":"x","other":2},"clusterId":"c","Ignored":"x"}`, everything{Plain: item{Name: "x"}}},
		"numbers as text":   {`{"count":"7","big":"9007199254740993","limits":{"cpu":{"ratio":"0.5"}},"numbers":["1","2.0"]}`, everything{Count: p(7), Big: p(int64(9007199254740993)), Ratio: p(0.5), Numbers: []int{1, 2}}},
		"text as numbers":   {`{"text":123456789012,"user":1,"auth":{"user":true},"list":[1.5,false,"x",12345678901234567890]}`, everything{Text: p("123456789012"), User: p("true"), List: []string{"1.5", "false", "x", "12345678901234567890"}}},
		"switches as text":  {`{"on":"true"}`, everything{On: p(true)}},
		"exact integers":    {`{"big":9007199254740993,"count":1e3}`, everything{Big: p(int64(9007199254740993)), Count: p(1000)}},
		"paths":             {`{"auth":{"user":"u","secret":"s"},"item":{"deep":{"count":1}}}`, everything{User: p("u"), Item: &item{Count: p(1)}}},
		"paths that end":    {`{"auth":"x","limits":{"cpu":[]},"item":{"deep":1}}`, everything{Item: &item{}}},
		"names":             {`{"toggle":"enabled","toggles":["DISABLED","Enabled","NOT_SET","other"],"state":true,"swapped":"b"}`, everything{Toggle: p(toggle("enabled")), Toggles: []toggle{"disabled", "enabled", "", "other"}, State: p(state("on")), Swapped: p(swapped("a"))}},
		"null's name":       {`{"state":null}`, everything{State: p(state("unspecified"))}},
		"a number's name":   {`{"state":0.5}`, everything{State: p(state("half"))}},
		"nothing's name":    {`{"toggle":"not_set"}`, everything{Toggle: p(toggle(""))}},
		"the first of many": {`{"swapped":"D"}`, everything{Swapped: p(swapped("c"))}},
		"JSON text":         {`{"config":{"b":[1],"a":"<"}}`, everything{Config: p(`{"a":"\u003c","b":[1]}`)}},
		"JSON text as text": {`{"config":"{}"}`, everything{Config: p(`{}`)}},
		"elements of null":  {`{"list":[null,"x"],"items":[null],"pointers":[null,{"name":"x"}],"byName":{"a":null},"pointersBy":{"a":null},"toggles":[null]}`, everything{List: []string{"", "x"}, Items: []item{{}}, Pointers: []*item{nil, {Name: "x"}}, ByName: map[string]item{"a": {}}, PointersBy: map[string]*string{"a": nil}, Toggles: []toggle{""}}},
		"decoders":          {`{"pairs":{"b":2,"a":1},"timeout":"3s","timeouts":["1s"]}`, everything{Pairs: pairs{{"a", 1}, {"b", 2}}, Timeout: &seconds{3}, Timeouts: []seconds{{1}}}},
		"anything":          {`{"any":{"a":[1,"x",null],"b":null}}`, everything{Any: map[string]any{"a": []any{1.0, "x", nil}, "b": nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			// What the answer says replaces what was there, and nothing else stays.
			got := everything{
				Name: "old", User: p("old"), On: p(true), Count: p(9), List: []string{"old"}, Labels: map[string]string{"a": "old"},
				Item: &item{Name: "old"}, Plain: item{Name: "old", Count: p(9)}, Toggle: p(toggle("enabled")), Config: p("old"), Pairs: pairs{{"a", 9}},
				ClusterID: "kept", Secret: p("kept"), Ignored: "kept",
			}
			if err := Decode(object(t, c.body), &got); err != nil {
				t.Fatal(err)
			}
			c.want.ClusterID, c.want.Secret, c.want.Ignored = "kept", p("kept"), "kept"
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %s\nwant %s", show(got), show(c.want))
			}
		})
	}
}

// What never comes back stays at any depth, and is not in what is shown.
func TestWhatNeverComesBack(t *testing.T) {
	type deep struct {
		Key  *string `pulumi:"key,optional" wire:"auth.key,writeonly"`
		Name *string `pulumi:"name,optional"`
	}
	type outer struct {
		Object *deep `pulumi:"object,optional"`
		Plain  deep  `pulumi:"plain"`
	}
	was := outer{&deep{p("k"), p("n")}, deep{p("k"), p("n")}}
	kept := was.Object
	got := was
	if err := Decode(object(t, `{"object":{"auth":{"key":"x"}},"plain":{"name":"m"}}`), &got); err != nil {
		t.Fatal(err)
	}
	if want := (outer{&deep{Key: p("k")}, deep{p("k"), p("m")}}); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %s\nwant %s", show(got), show(want))
	}
	if kept.Name == nil {
		t.Error("what was there before has changed as well")
	}
	if err := Decode(object(t, `{}`), &got); err != nil || got.Object != nil {
		t.Errorf("an object that is gone is %s, %v", show(got.Object), err)
	}
	body, err := Shown(&was)
	if err != nil || show(body) != `{"object":{"name":"n"},"plain":{"name":"n"}}` {
		t.Errorf("shown is %s, %v", show(body), err)
	}
}

func object(t interface{ Fatal(...any) }, text string) map[string]any {
	m, err := api.Object(json.RawMessage(text))
	if err != nil {
		t.Fatal(err, text)
	}
	return m
}

func show(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

func TestAnswersOfAnotherForm(t *testing.T) {
	const should = "the answer should hold "
	for body, want := range map[string]string{
		`{"name":[]}`:                        `name: ` + should + `text here and holds a list`,
		`{"name":{}}`:                        `name: ` + should + `text here and holds an object`,
		`{"on":1}`:                           `on: ` + should + `true or false here and holds a number`,
		`{"on":"s3cret"}`:                    `on: ` + should + `true or false here and holds text`,
		`{"count":true}`:                     `count: ` + should + `a number here and holds true or false`,
		`{"count":"s3cret"}`:                 `count: ` + should + `a number here and holds text`,
		`{"count":1.5}`:                      `count: ` + should + `a whole number here and holds a number`,
		`{"count":1e30}`:                     `count: ` + should + `a whole number here and holds a number`,
		`{"count":99999999999999999999}`:     `count: ` + should + `a whole number here and holds text`,
		`{"count":"NaN"}`:                    `count: ` + should + `a number here and holds text`,
		`{"limits":{"cpu":{"ratio":"Inf"}}}`: `limits.cpu.ratio: ` + should + `a number here and holds text`,
		`{"limits":{"cpu":{"ratio":"x"}}}`:   `limits.cpu.ratio: ` + should + `a number here and holds text`,
		`{"list":{}}`:                        `list: ` + should + `a list here and holds an object`,
		`{"list":["a",[]]}`:                  `list: [1]: ` + should + `text here and holds a list`,
		`{"labels":["x"]}`:                   `labels: ` + should + `an object here and holds a list`,
		`{"labels":{"a":{}}}`:                `labels: a: ` + should + `text here and holds an object`,
		`{"item":"x"}`:                       `item: ` + should + `an object here and holds text`,
		`{"items":[{"deep":{"count":"x"}}]}`: `items: [0]: deep.count: ` + should + `a number here and holds text`,
		`{"byName":{"a":{"tags":true}}}`:     `byName: a: tags: ` + should + `a list here and holds true or false`,
		`{"toggle":{}}`:                      `toggle: ` + should + `text here and holds an object`,
		`{"pairs":[]}`:                       `pairs: it is no object`,
		`{"numbers":[{"a":1}]}`:              `numbers: [0]: ` + should + `a number here and holds an object`,
	} {
		var v everything
		if err := Decode(object(t, body), &v); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", body, err, want)
		}
	}
	var v struct {
		C complex128 `pulumi:"c"`
	}
	if err := Decode(map[string]any{"c": 1.0}, &v); err == nil {
		t.Error("a type that no property has is filled")
	}
}

// values generates everything that a body can say.
var values = rapid.MakeCustom[everything](rapid.MakeConfig{
	Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[toggle]():  rapid.SampledFrom([]toggle{"enabled", "disabled", "", "other"}).AsAny(),
		reflect.TypeFor[state]():   rapid.SampledFrom([]state{"on", "off", "half", "unspecified", "other"}).AsAny(),
		reflect.TypeFor[swapped](): rapid.SampledFrom([]swapped{"a", "b", "c"}).AsAny(),
		reflect.TypeFor[float64](): rapid.Float64Range(-1e9, 1e9).AsAny(),
		reflect.TypeFor[pairs](): rapid.Map(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID[string]), func(keys []string) pairs {
			out := pairs{}
			for _, key := range slices.Sorted(slices.Values(keys)) {
				out = append(out, pair{key, len(key)})
			}
			return out
		}).AsAny(),
		reflect.TypeFor[map[string]any](): rapid.SampledFrom([]map[string]any{nil, {}, {"a": []any{1.5, nil}, "b": map[string]any{"c": "d"}}}).AsAny(),
	},
	Fields: map[reflect.Type]map[string]*rapid.Generator[any]{
		reflect.TypeFor[everything](): {
			"Config":    rapid.SampledFrom([]*string{nil, p(`{"a":[1,2],"b":null}`), p("[]"), p("1.5"), p("true")}).AsAny(),
			"ClusterID": rapid.Just("").AsAny(), "Secret": rapid.Just((*string)(nil)).AsAny(), "Ignored": rapid.Just("").AsAny(),
		},
	},
})

// travel makes an answer of a body.
func travel(t *rapid.T, v everything) map[string]any {
	body, err := Create(v)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return object(t, string(raw))
}

func TestWhatIsSentIsWhatComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := values.Draw(t, "value")
		answer := travel(t, v)
		var got everything
		if err := Decode(answer, &got); err != nil {
			t.Fatal(err)
		}
		if v.Toggle != nil && *v.Toggle == "" {
			v.Toggle = nil // it is said by leaving it out
		}
		if !reflect.DeepEqual(got, v) {
			t.Errorf("\n got %s\nwant %s", show(got), show(v))
		}
	})
}

func TestAnAnswerOfAnyFormIsAnErrorOrAValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answer := travel(t, values.Draw(t, "value"))
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			distort(t, answer)
		}
		var v everything
		if Decode(answer, &v) == nil {
			if _, err := Create(v); err != nil && v.Config == nil {
				t.Error(err)
			}
		}
	})
}

// distort removes a member of an answer or gives it a value of another type.
func distort(t *rapid.T, v any) {
	others := []any{nil, "", "x", "1", 1.5, -1.0, 1e300, true, json.Number("99999999999999999999"), []any{}, []any{nil, "x", []any{}}, map[string]any{}, map[string]any{"name": 1.0, "deep": nil}}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return
		}
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		key := rapid.SampledFrom(keys).Draw(t, "key")
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			delete(v, key)
		case 1:
			v[key] = rapid.SampledFrom(others).Draw(t, "other")
		default:
			distort(t, v[key])
		}
	case []any:
		for i := range v {
			if rapid.Bool().Draw(t, "this") {
				v[i] = rapid.SampledFrom(others).Draw(t, "other")
			}
		}
	}
}
