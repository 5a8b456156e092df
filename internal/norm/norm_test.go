package norm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"

	"github.com/castai/pulumi-castai/internal/shape"
)

type system string

func (system) Values() []infer.EnumValue[system] {
	return []infer.EnumValue[system]{{Value: "LINUX"}, {Value: "WINDOWS"}}
}

type taint struct {
	Key    string  `pulumi:"key"`
	Value  *string `pulumi:"value,optional"`
	Effect *string `pulumi:"effect,optional" norm:"fold,default=NoSchedule"`
}

type limits struct {
	Enabled bool `pulumi:"enabled"`
	Max     *int `pulumi:"max,optional" norm:"default=10"`
}

type login struct {
	User   *string `pulumi:"user,optional"`
	Secret string  `pulumi:"secret" wire:",writeonly"`
}

type args struct {
	ClusterID string            `pulumi:"clusterId" wire:"-"`
	Name      string            `pulumi:"name"`
	On        *bool             `pulumi:"on,optional" norm:"default=true"`
	Off       *bool             `pulumi:"off,optional"`
	Count     *int              `pulumi:"count,optional"`
	Apply     *string           `pulumi:"apply,optional" norm:"default=IMMEDIATE"`
	Subnets   []string          `pulumi:"subnets,optional" norm:"set"`
	Ranges    []string          `pulumi:"ranges,optional" norm:"set,cidr"`
	OS        []system          `pulumi:"os,optional" norm:"set,default=linux|windows"`
	Steps     []string          `pulumi:"steps,optional"`
	Taints    []taint           `pulumi:"taints,optional" norm:"set"`
	Rules     []taint           `pulumi:"rules,optional"`
	Limits    *limits           `pulumi:"limits,optional"`
	Labels    map[string]string `pulumi:"labels,optional"`
	Pools     map[string]limits `pulumi:"pools,optional"`
	Config    *string           `pulumi:"config,optional" wire:",json"`
	Login     *login            `pulumi:"login,optional"`
}

var argsShape = shape.Of(reflect.TypeFor[args]())

// parse reads inputs from JSON, where {"secret": x} is secret and "?" unknown.
func parse(t *testing.T, text string) property.Map {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err, text)
	}
	return value(v).AsMap()
}

func value(v any) property.Value {
	switch v := v.(type) {
	case map[string]any:
		if inner, ok := v["SECRET"]; ok {
			return value(inner).WithSecret(true)
		}
		out := map[string]property.Value{}
		for key, item := range v {
			out[key] = value(item)
		}
		return property.New(out)
	case []any:
		out := make([]property.Value, len(v))
		for i, item := range v {
			out[i] = value(item)
		}
		return property.New(out)
	case string:
		if v == "?" {
			return property.New(property.Computed)
		}
		return property.New(v)
	case float64:
		return property.New(v)
	case bool:
		return property.New(v)
	default:
		return property.Value{}
	}
}

func TestRefresh(t *testing.T) {
	for name, c := range map[string]struct{ inputs, fresh, want string }{
		"unset stays unset": {
			inputs: `{"name":"x"}`,
			fresh:  `{"name":"x","on":true,"count":7,"subnets":["a"],"taints":[{"key":"k"}],"limits":{"enabled":true},"labels":{"a":"b"}}`,
			want:   `{"name":"x"}`,
		},
		"unset stays unset in nested objects, elements and entries": {
			inputs: `{"limits":{"enabled":true},"taints":[{"key":"a"},{"key":"b"}],"rules":[{"key":"c"}],"pools":{"p":{"enabled":true}}}`,
			fresh: `{"limits":{"enabled":true,"max":5},"taints":[{"key":"b","effect":"X"},{"key":"a","value":"v"}],
				"rules":[{"key":"c","value":"v"}],"pools":{"p":{"enabled":true,"max":5}}}`,
			want: `{"limits":{"enabled":true},"taints":[{"key":"a"},{"key":"b"}],"rules":[{"key":"c"}],"pools":{"p":{"enabled":true}}}`,
		},
		"zero where the service says nothing": {
			inputs: `{"count":0,"off":false,"apply":"","subnets":[],"labels":{},"limits":{"enabled":false}}`,
			fresh:  `{}`,
			want:   `{"count":0,"off":false,"apply":"","subnets":[],"labels":{},"limits":{"enabled":false}}`,
		},
		"null is nothing": {
			inputs: `{"count":0,"subnets":["a"],"off":null}`,
			fresh:  `{"count":null,"subnets":null,"off":true,"name":null}`,
			want:   `{"count":0,"off":null}`,
		},
		"the default where the service says nothing": {
			inputs: `{"on":true,"apply":"IMMEDIATE","limits":{"enabled":false,"max":10}}`,
			fresh:  `{"apply":""}`,
			want:   `{"on":true,"apply":"IMMEDIATE","limits":{"enabled":false,"max":10}}`,
		},
		"not the default is drift where the service says nothing": {
			inputs: `{"on":false,"count":1,"apply":"DEFERRED","labels":{"a":""},"limits":{"enabled":false,"max":0}}`,
			fresh:  `{}`,
			want:   `{}`,
		},
		"false is not the default true":   {inputs: `{"on":false}`, fresh: `{"on":true}`, want: `{"on":true}`},
		"empty is the default list":       {inputs: `{"os":["WINDOWS","LINUX"]}`, fresh: `{"os":[]}`, want: `{"os":["WINDOWS","LINUX"]}`},
		"a list that is not the default":  {inputs: `{"os":["LINUX"]}`, fresh: `{"os":["linux","windows"]}`, want: `{"os":["LINUX","windows"]}`},
		"letter case of a set of an enum": {inputs: `{"os":["LINUX"]}`, fresh: `{"os":["linux"]}`, want: `{"os":["LINUX"]}`},
		"a set in another order":          {inputs: `{"subnets":["a","b","c"]}`, fresh: `{"subnets":["c","a","b"]}`, want: `{"subnets":["a","b","c"]}`},
		"an element of a set that changed": {
			inputs: `{"subnets":["a","b","c"]}`, fresh: `{"subnets":["c","x","a"]}`, want: `{"subnets":["a","x","c"]}`,
		},
		"an element added to a set": {inputs: `{"subnets":["a","b"]}`, fresh: `{"subnets":["x","b","a"]}`, want: `{"subnets":["a","b","x"]}`},
		"an element gone from a set leaves its place to the last": {
			inputs: `{"subnets":["a","b","c","d"]}`, fresh: `{"subnets":["a","c","d"]}`, want: `{"subnets":["a","d","c"]}`,
		},
		"several elements gone": {inputs: `{"subnets":["a","b","c","d"]}`, fresh: `{"subnets":["b"]}`, want: `{"subnets":["b"]}`},
		"all elements gone":     {inputs: `{"subnets":["a","b"]}`, fresh: `{"subnets":[]}`, want: `{"subnets":[]}`},
		"elements that are equal": {
			inputs: `{"ranges":["10.0.0.0/8","10.0.0.1/8"]}`, fresh: `{"ranges":["10.0.0.1/8","10.0.0.0/8"]}`, want: `{"ranges":["10.0.0.0/8","10.0.0.1/8"]}`,
		},
		"a set of spellings": {inputs: `{"ranges":["10.1.2.3/16","10.2.0.0/16"]}`, fresh: `{"ranges":["10.2.0.0/16","10.1.0.0/16"]}`, want: `{"ranges":["10.1.2.3/16","10.2.0.0/16"]}`},
		"an element of which little is said looks like another": {
			inputs: `{"taints":[{"key":"a"},{"key":"a","value":"v"}]}`,
			fresh:  `{"taints":[{"key":"a","value":"v","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}`,
			want:   `{"taints":[{"key":"a"},{"key":"a","value":"v"}]}`,
		},
		"an element of which more is said has the first choice": {
			inputs: `{"taints":[{"key":"a"},{"key":"a","value":"v"}]}`,
			fresh:  `{"taints":[{"key":"a","value":"v","effect":"X"},{"key":"z","effect":"X"}]}`,
			want:   `{"taints":[{"key":"z"},{"key":"a","value":"v"}]}`,
		},
		"an element gives way to one that has no other choice": {
			inputs: `{"taints":[{"key":"a","value":"v"},{"key":"a","effect":"X"}]}`,
			fresh:  `{"taints":[{"key":"a","value":"v","effect":"X"},{"key":"a","value":"v","effect":"Y"}]}`,
			want:   `{"taints":[{"key":"a","value":"v"},{"key":"a","effect":"X"}]}`,
		},
		"an element added to a set has no defaults": {
			inputs: `{"taints":[]}`, fresh: `{"taints":[{"key":"a","value":"","effect":"noschedule"}]}`, want: `{"taints":[{"key":"a"}]}`,
		},
		"an ordered list in another order": {inputs: `{"steps":["a","b"]}`, fresh: `{"steps":["b","a"]}`, want: `{"steps":["b","a"]}`},
		"an object inserted in front keeps the others": {
			inputs: `{"rules":[{"key":"a"},{"key":"b","value":"v"}]}`,
			fresh:  `{"rules":[{"key":"new","value":"n","effect":"NoSchedule"},{"key":"a","value":"x"},{"key":"b","value":"v","effect":"X"}]}`,
			want:   `{"rules":[{"key":"new","value":"n"},{"key":"a"},{"key":"b","value":"v"}]}`,
		},
		"an object inserted between keeps the others": {
			inputs: `{"rules":[{"key":"a"},{"key":"b"}]}`,
			fresh:  `{"rules":[{"key":"a","value":"x"},{"key":"new","value":"n"},{"key":"b","value":"v"}]}`,
			want:   `{"rules":[{"key":"a"},{"key":"new","value":"n"},{"key":"b"}]}`,
		},
		"an object removed in front keeps the others": {
			inputs: `{"rules":[{"key":"a"},{"key":"b"},{"key":"c"}]}`,
			fresh:  `{"rules":[{"key":"b","value":"v"},{"key":"c","value":"v"}]}`,
			want:   `{"rules":[{"key":"b"},{"key":"c"}]}`,
		},
		"entries of a map": {
			inputs: `{"labels":{"a":"1","b":"2"},"pools":{}}`, fresh: `{"labels":{"a":"1","c":"3"},"pools":{"p":{"enabled":true,"max":10}}}`,
			want: `{"labels":{"a":"1","c":"3"},"pools":{"p":{"enabled":true}}}`,
		},
		"a whole object gone":     {inputs: `{"limits":{"enabled":true}}`, fresh: `{}`, want: `{}`},
		"JSON in another layout":  {inputs: `{"config":"{ \"b\": 1, \"a\": [] }"}`, fresh: `{"config":"{\"a\":[],\"b\":1}"}`, want: `{"config":"{ \"b\": 1, \"a\": [] }"}`},
		"JSON that changed":       {inputs: `{"config":"{\"a\": 1}"}`, fresh: `{"config":"{\"a\":2}"}`, want: `{"config":"{\"a\":2}"}`},
		"what never comes back":   {inputs: `{"clusterId":"c","login":{"secret":"s"}}`, fresh: `{}`, want: `{"clusterId":"c","login":{"secret":"s"}}`},
		"beside what comes back":  {inputs: `{"login":{"user":"u","secret":"s"}}`, fresh: `{"login":{"user":"v"}}`, want: `{"login":{"user":"v","secret":"s"}}`},
		"an object that is gone":  {inputs: `{"login":{"user":"u","secret":"s"}}`, fresh: `{}`, want: `{}`},
		"what is no input":        {inputs: `{"name":"x"}`, fresh: `{"name":"x","createdAt":"now"}`, want: `{"name":"x"}`},
		"required and never seen": {inputs: `{}`, fresh: `{"clusterId":"c","name":"x"}`, want: `{"clusterId":"c","name":"x"}`},
		"drifted secrets stay secret": {
			inputs: `{"name":{"SECRET":"x"},"labels":{"SECRET":{"a":"1"}},"steps":["a",{"SECRET":"b"}],"limits":{"max":{"SECRET":1},"enabled":true}}`,
			fresh:  `{"name":"y","labels":{"a":"2"},"steps":["a","c"],"limits":{"max":2,"enabled":true}}`,
			want:   `{"name":{"SECRET":"y"},"labels":{"SECRET":{"a":"2"}},"steps":["a",{"SECRET":"c"}],"limits":{"max":{"SECRET":2},"enabled":true}}`,
		},
		"secret sets in another order": {
			inputs: `{"subnets":{"SECRET":["a",{"SECRET":"b"}]},"taints":[{"key":{"SECRET":"a"}},{"key":"b"}]}`,
			fresh:  `{"subnets":["b","a"],"taints":[{"key":"b"},{"key":"a"}]}`,
			want:   `{"subnets":{"SECRET":["a",{"SECRET":"b"}]},"taints":[{"key":{"SECRET":"a"}},{"key":"b"}]}`,
		},
		"values of another type": {inputs: `{"name":1,"steps":"x","limits":[]}`, fresh: `{"name":"1","steps":["x"],"limits":{"enabled":true}}`, want: `{"name":"1","steps":["x"],"limits":{"enabled":true}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := Refresh(argsShape, parse(t, c.inputs), parse(t, c.fresh))
			if want := parse(t, c.want); !got.Equals(want) {
				t.Errorf("\n got %s\nwant %s", text(got), text(want))
			}
		})
	}
}

func TestRespell(t *testing.T) {
	for name, c := range map[string]struct{ olds, news, want string }{
		"what is new in the program":   {olds: `{}`, news: `{"on":true,"count":0,"subnets":[]}`, want: `{"on":true,"count":0,"subnets":[]}`},
		"what the program dropped":     {olds: `{"on":true,"count":0,"subnets":["a"]}`, news: `{"on":null}`, want: `{"on":null}`},
		"zero and default differ":      {olds: `{"apply":"IMMEDIATE"}`, news: `{"apply":""}`, want: `{"apply":""}`},
		"letter case":                  {olds: `{"rules":[{"key":"a","effect":"NoSchedule"}]}`, news: `{"rules":[{"key":"a","effect":"noschedule"}]}`, want: `{"rules":[{"key":"a","effect":"NoSchedule"}]}`},
		"a set in another order":       {olds: `{"taints":[{"key":"a"},{"key":"b"}]}`, news: `{"taints":[{"key":"b"},{"key":"a"}]}`, want: `{"taints":[{"key":"a"},{"key":"b"}]}`},
		"an element that says more":    {olds: `{"taints":[{"key":"a"},{"key":"b"}]}`, news: `{"taints":[{"key":"b"},{"key":"a","value":"v"}]}`, want: `{"taints":[{"key":"a","value":"v"},{"key":"b"}]}`},
		"an element that says another": {olds: `{"taints":[{"key":"a"},{"key":"a","value":"v"}]}`, news: `{"taints":[{"key":"z"},{"key":"a","value":"v"}]}`, want: `{"taints":[{"key":"z"},{"key":"a","value":"v"}]}`},
		"null beside a set in another order": {
			olds: `{"taints":[{"key":"a"},{"key":"b"}]}`, news: `{"taints":[{"key":"b","value":null},{"key":"a"}]}`, want: `{"taints":[{"key":"a"},{"key":"b","value":null}]}`,
		},
		"unknown values": {
			olds: `{"name":"x","subnets":["a","b"],"steps":["a","b"],"limits":{"enabled":true,"max":1},"labels":{"a":"1"}}`,
			news: `{"name":"?","subnets":["?","a"],"steps":["a","?"],"limits":{"enabled":true,"max":"?"},"labels":"?"}`,
			want: `{"name":"?","subnets":["a","?"],"steps":["a","?"],"limits":{"enabled":true,"max":"?"},"labels":"?"}`,
		},
		"spelling beside unknown values": {
			olds: `{"rules":[{"key":"a","effect":"NoSchedule"}]}`, news: `{"rules":[{"key":"?","effect":"noschedule"}]}`, want: `{"rules":[{"key":"?","effect":"NoSchedule"}]}`,
		},
		"what becomes secret": {
			olds: `{"name":"x","subnets":["a","b"],"config":"{}"}`,
			news: `{"name":{"SECRET":"x"},"subnets":["b",{"SECRET":"a"}],"config":{"SECRET":" {}"}}`,
			want: `{"name":{"SECRET":"x"},"subnets":[{"SECRET":"a"},"b"],"config":{"SECRET":"{}"}}`,
		},
		"what was secret": {
			olds: `{"name":{"SECRET":"x"},"labels":{"SECRET":{"a":"1"}}}`, news: `{"name":"y","labels":{"a":"1"}}`, want: `{"name":{"SECRET":"y"},"labels":{"SECRET":{"a":"1"}}}`,
		},
		"unknown and secret": {olds: `{"name":{"SECRET":"x"}}`, news: `{"name":"?"}`, want: `{"name":{"SECRET":"?"}}`},
		"outputs keep what the inputs do not say": {
			olds: `{"taints":[{"key":"a"},{"key":"b"}]}`,
			news: `{"id":"1","taints":[{"key":"b","effect":"X"},{"key":"a","effect":"Y"}],"on":true}`,
			want: `{"id":"1","taints":[{"key":"a","effect":"Y"},{"key":"b","effect":"X"}],"on":true}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Respell(argsShape, parse(t, c.olds), parse(t, c.news))
			if want := parse(t, c.want); !got.Equals(want) {
				t.Errorf("\n got %s\nwant %s", text(got), text(want))
			}
		})
	}
}

func TestOriginsAreNoDifference(t *testing.T) {
	from := []urn.URN{"urn:pulumi:a::b::c::d"}
	olds := parse(t, `{"subnets":["a","b"],"name":"x"}`)
	news := property.NewMap(map[string]property.Value{
		"name":    property.New("x").WithDependencies(from),
		"subnets": property.New([]property.Value{property.New("b").WithDependencies(from), property.New("a")}).WithDependencies(from),
	})
	got := Respell(argsShape, olds, news)
	if !Bare(property.New(got)).Equals(property.New(olds)) {
		t.Errorf("got %s", text(got))
	}
	if len(got.Get("name").Dependencies()) != 1 || len(got.Get("subnets").AsArray().Get(1).Dependencies()) != 1 {
		t.Error("the origins are lost")
	}
}

func TestImport(t *testing.T) {
	got := Import(argsShape, parse(t, `{
		"clusterId":"c","name":"","on":true,"off":false,"count":0,"apply":"IMMEDIATE","subnets":[],"os":["windows","linux"],"steps":["",""],
		"taints":[{"key":"","value":"","effect":"NOSCHEDULE"},{"key":"a","value":"v","effect":"NoExecute"}],
		"limits":{"enabled":false,"max":10},"labels":{"a":""},"pools":{"p":{"enabled":false,"max":10},"q":{"enabled":true,"max":0}},
		"config":null,"createdAt":"now"}`))
	want := parse(t, `{
		"clusterId":"c","name":"","steps":["",""],"taints":[{"key":""},{"key":"a","value":"v","effect":"NoExecute"}],
		"labels":{"a":""},"pools":{"p":{"enabled":false},"q":{"enabled":true,"max":0}}}`)
	if !got.Equals(want) {
		t.Errorf("\n got %s\nwant %s", text(got), text(want))
	}
	if got := Import(argsShape, parse(t, `{"clusterId":null,"name":null}`)); got.Len() > 0 {
		t.Errorf("got %s", text(got))
	}
}

// TestPresent: an object that says something by being there is nothing only if
// it is not there.
func TestPresent(t *testing.T) {
	type cloud struct {
		Color *string `pulumi:"color,optional"`
	}
	type args struct {
		Cloud *cloud `pulumi:"cloud,optional" norm:"present"`
		Box   *cloud `pulumi:"box,optional"`
	}
	s := shape.Of(reflect.TypeFor[args]())
	fresh := parse(t, `{"cloud":{"color":""},"box":{"color":""}}`)
	for what, got := range map[string]property.Map{
		"an import": Import(s, fresh),
		"outputs":   Outputs(s, property.Map{}, parse(t, `{"cloud":{},"box":{}}`)),
		"a refresh": Refresh(s, parse(t, `{"cloud":{}}`), fresh),
		"silence":   Refresh(s, parse(t, `{"cloud":{}}`), parse(t, `{}`)),
	} {
		if want := parse(t, `{"cloud":{}}`); !got.Equals(want) {
			t.Errorf("%s gives %s, want %s", what, text(got), text(want))
		}
	}
}

func TestSpellings(t *testing.T) {
	for _, c := range []struct {
		kind shape.Kind
		a, b string
		same bool
	}{
		{shape.Exact, "a", "a", true},
		{shape.Exact, "a", "A", false},
		{shape.Set, "a", "A", false},
		{shape.Instant, "2030-01-01T00:00:00Z", "2030-01-01T01:00:00+01:00", true},
		{shape.Instant, "2030-01-01T00:00:00Z", "2030-01-01T00:00:00.999Z", true},
		{shape.Instant, "2030-01-01T00:00:00Z", "2030-01-01T00:00:01Z", false},
		{shape.Instant, "soon", "Soon", false},
		{shape.Instant, "", "2030-01-01T00:00:00Z", false},
		{shape.Duration, "90s", "1m30s", true},
		{shape.Duration, "24h", "24h0m0s", true},
		{shape.Duration, "1h", "1m", false},
		{shape.Duration, "1d", "24h", false},
		{shape.JSON, `{"a":1,"b":[1,2]}`, ` { "b" : [ 1.0, 2e0 ], "a":1 }`, true},
		{shape.JSON, `{"a":1}`, "eyJhIjoxfQ==", true},
		{shape.JSON, "eyJhIjoxfQ==", "eyAiYSI6IDEgfQo=\n", true},
		{shape.JSON, `[1,2]`, `[2,1]`, false},
		{shape.JSON, `{"a":null}`, `{}`, false},
		{shape.JSON, `12345678901234567890`, `12345678901234567891`, false},
		{shape.JSON, `1e400`, `1E400`, true},
		{shape.JSON, `1e999999999`, `1e999999998`, false},
		{shape.JSON, `{"a":1} {}`, `{"a":1}`, false},
		{shape.JSON, "not json", "not  json", false},
		{shape.JSON, "YQ==", "YR==", false},
		{shape.Fold, "In", "IN", true},
		{shape.Fold, "In", "NotIn", false},
		{shape.CIDR, "10.0.0.0/16", "10.0.255.1/16", true},
		{shape.CIDR, "fd00::/8", "FD00:0::1/8", true},
		{shape.CIDR, "10.0.0.0/16", "10.0.0.0/17", false},
		{shape.CIDR, "all", "ALL", false},
		{shape.CSV, "a,b\n1,2", "a, b\r\n1 ,2\r\n\r\n", true},
		{shape.CSV, "a,\"b,c\"\n", "a, \"b,c\"", true},
		{shape.CSV, "a,b\n1,2", "a,b\n2,1", false},
		{shape.CSV, "a,b\n1,2", "a,b,1,2", false},
		{shape.CSV, "a\"", "a\" ", false},
		{shape.Decimal, "1.0", "1", true},
		{shape.Decimal, "+0.50", ".5e0", true},
		{shape.Decimal, "0.1", "0.10000000000000000001", false},
		{shape.Decimal, "1e999999999", "1E999999999", false},
		{shape.Decimal, "1/2", "0.5", false},
		{shape.Decimal, "", "0", false},
		{shape.Lines, "a\n  b", "a  \n  b\t\n\n", true},
		{shape.Lines, "a\n  b", "a\n b", false},
		{shape.Lines, "a\n\nb", "a\nb", false},
		{shape.Cron, "0 9 * * 1-5", "CRON_TZ=UTC 0 0 9 * * MON-FRI", true},
		{shape.Cron, "0 9 * * 1-5", "CRON_TZ=Europe/Berlin 0 9 * * 1-5", false},
		{shape.Cron, "nonsense", " nonsense", false},
	} {
		if sameText(c.kind, c.a, c.b) != c.same || sameText(c.kind, c.b, c.a) != c.same {
			t.Errorf("%s: %q and %q: want %v", c.kind, c.a, c.b, c.same)
		}
	}
}

func TestMeaningIsAnEquivalence(t *testing.T) {
	kinds := []shape.Kind{shape.Instant, shape.Duration, shape.JSON, shape.Fold, shape.CIDR, shape.CSV, shape.Decimal, shape.Cron}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		texts := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string { return spell(t, kind, rapid.IntRange(0, 2).Draw(t, "n")) }))
		a, b, c := texts.Draw(t, "a"), texts.Draw(t, "b"), texts.Draw(t, "c")
		if !sameText(kind, a, a) || sameText(kind, a, b) != sameText(kind, b, a) || sameText(kind, a, b) && sameText(kind, b, c) && !sameText(kind, a, c) {
			t.Fatalf("%q, %q, %q", a, b, c)
		}
	})
}

// Sets of several hundred objects are the largest there are (instance types,
// members of an organisation).
func BenchmarkRefreshOfALargeSet(b *testing.B) {
	var user, fresh []property.Value
	for i := range 400 {
		user = append(user, value(map[string]any{"key": fmt.Sprint("k", i)}))
		fresh = append(fresh, value(map[string]any{"key": fmt.Sprint("k", 399-i), "value": "v", "effect": "X"}))
	}
	inputs := property.NewMap(map[string]property.Value{"taints": property.New(user)})
	answer := property.NewMap(map[string]property.Value{"taints": property.New(fresh)})
	for b.Loop() {
		if !Refresh(argsShape, inputs, answer).Equals(inputs) {
			b.Fatal("there is drift")
		}
	}
}

// TestOutputs: outputs show the user's spelling and what the service has
// chosen, and nothing of what is empty because nobody chose it.
func TestOutputs(t *testing.T) {
	type node struct {
		Count *int     `pulumi:"count,optional"`
		Zones []string `pulumi:"zones,optional" norm:"set"`
	}
	type outputs struct {
		ID      string   `pulumi:"clusterId"`
		Enabled *bool    `pulumi:"enabled,optional" norm:"default=true"`
		Taint   *bool    `pulumi:"taint,optional"`
		Names   []string `pulumi:"names,optional" norm:"set"`
		Node    *node    `pulumi:"node,optional"`
	}
	s := shape.Of(reflect.TypeFor[outputs]())
	list := func(items ...string) property.Value {
		var values []property.Value
		for _, item := range items {
			values = append(values, property.New(item))
		}
		return property.New(values)
	}
	object := func(m map[string]property.Value) property.Value { return property.New(m) }
	for name, tt := range map[string]struct{ inputs, fresh, want map[string]property.Value }{
		"empty and unset goes": {
			nil,
			map[string]property.Value{"clusterId": property.New(""), "taint": property.New(false), "node": object(map[string]property.Value{"count": property.New(0.0), "zones": list()})},
			map[string]property.Value{"clusterId": property.New("")},
		},
		"empty and set stays": {
			map[string]property.Value{"taint": property.New(false), "node": object(map[string]property.Value{"count": property.New(0.0)})},
			map[string]property.Value{"taint": property.New(false), "node": object(map[string]property.Value{"count": property.New(0.0), "zones": list()})},
			map[string]property.Value{"taint": property.New(false), "node": object(map[string]property.Value{"count": property.New(0.0)})},
		},
		"what the service chose stays": {
			nil,
			map[string]property.Value{"enabled": property.New(true), "node": object(map[string]property.Value{"count": property.New(3.0)})},
			map[string]property.Value{"enabled": property.New(true), "node": object(map[string]property.Value{"count": property.New(3.0)})},
		},
		"zero that is not the default stays": {
			nil, map[string]property.Value{"enabled": property.New(false)}, map[string]property.Value{"enabled": property.New(false)},
		},
		"the user's order": {
			map[string]property.Value{"names": list("b", "a")}, map[string]property.Value{"names": list("a", "b")}, map[string]property.Value{"names": list("b", "a")},
		},
		"what is no input stays": {
			nil, map[string]property.Value{"version": property.New("")}, map[string]property.Value{"version": property.New("")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Outputs(s, property.NewMap(tt.inputs), property.NewMap(tt.fresh))
			if !got.Equals(property.NewMap(tt.want)) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestWholeObject: in an object that is the program's as a whole, what the
// program leaves unset and the service has is drift.
func TestWholeObject(t *testing.T) {
	type people struct {
		Users  []string `pulumi:"users,optional" norm:"set"`
		Groups []string `pulumi:"groups,optional" norm:"set"`
	}
	type inputs struct {
		Subjects people `pulumi:"subjects" norm:"whole"`
		Others   people `pulumi:"others"`
	}
	s := shape.Of(reflect.TypeFor[inputs]())
	user := property.New([]property.Value{property.New("a")})
	both := func(of map[string]property.Value) property.Map {
		return property.NewMap(map[string]property.Value{"subjects": property.New(of), "others": property.New(of)})
	}
	mine := map[string]property.Value{"users": user}
	none := map[string]property.Value{"users": user, "groups": property.New([]property.Value{})}
	more := map[string]property.Value{"users": user, "groups": user}
	if got := Refresh(s, both(mine), both(none)); !got.Equals(both(mine)) {
		t.Errorf("an empty list is drift: %v", got)
	}
	if got, want := Refresh(s, both(mine), both(more)), both(mine).Set("subjects", property.New(more)); !got.Equals(want) {
		t.Errorf("a refresh gives %v, want %v", got, want)
	}
}

// TestWhole: in a list that is the program's as a whole, what the service adds
// to an element is drift, and an empty value or a default is not.
func TestWhole(t *testing.T) {
	type rule struct {
		Kind   string  `pulumi:"kind"`
		Effect *string `pulumi:"effect,optional" norm:"default=NoSchedule"`
		On     *bool   `pulumi:"on,optional"`
	}
	type inputs struct {
		Rules []rule `pulumi:"rules,optional" norm:"set,whole"`
	}
	s := shape.Of(reflect.TypeFor[inputs]())
	rules := func(items ...map[string]property.Value) property.Map {
		var values []property.Value
		for _, item := range items {
			values = append(values, property.New(item))
		}
		return property.NewMap(map[string]property.Value{"rules": property.New(values)})
	}
	job := map[string]property.Value{"kind": property.New("Job")}
	pod := map[string]property.Value{"kind": property.New("Pod")}
	filled := map[string]property.Value{"kind": property.New("Job"), "effect": property.New("NoSchedule"), "on": property.New(false)}
	changed := map[string]property.Value{"kind": property.New("Job"), "on": property.New(true)}
	if got := Refresh(s, rules(job, pod), rules(pod, filled)); !got.Equals(rules(job, pod)) {
		t.Errorf("defaults are drift: %v", got)
	}
	if got := Refresh(s, rules(job, pod), rules(pod, changed)); !got.Equals(rules(changed, pod)) {
		t.Errorf("an addition is no drift: %v", got)
	}
}
