package check

import (
	"reflect"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

type system string

func (system) Values() []infer.EnumValue[system] {
	return []infer.EnumValue[system]{{Value: "linux"}, {Value: "windows"}}
}

type constraints struct {
	MinCPU *int     `pulumi:"minCpu,optional" check:"min=2,max=64"`
	Disk   *string  `pulumi:"disk,optional" check:"min=30"`
	OS     []system `pulumi:"os,optional" check:"maxitems=2"`
	Arch   *system  `pulumi:"arch,optional"`
}

type template struct {
	Name        string       `pulumi:"name" check:"notblank,maxlen=5"`
	Constraints *constraints `pulumi:"constraints,optional"`
}

type args struct {
	ClusterID string              `pulumi:"clusterId" check:"uuid"`
	Token     *string             `pulumi:"token,optional" check:"uuid" provider:"secret"`
	Templates []template          `pulumi:"nodeTemplates,optional" check:"minitems=1"`
	Owners    []string            `pulumi:"owners,optional" check:"minitems=1,maxitems=2,notblank,prefix=team-"`
	Tags      map[string]string   `pulumi:"tags,optional" check:"maxitems=2,notblank"`
	Pools     map[string]template `pulumi:"pools,optional"`
	Mode      *system             `pulumi:"mode,optional"`
	Operators []string            `pulumi:"operators,optional" norm:"fold" check:"known=In|NotIn"`
}

func object(kv ...any) property.Value {
	m := map[string]property.Value{}
	for i := 0; i < len(kv); i += 2 {
		v, ok := kv[i+1].(property.Value)
		if !ok {
			v, _ = property.Any(kv[i+1])
		}
		m[kv[i].(string)] = v
	}
	return property.New(m)
}

func array(items ...any) property.Value {
	values := make([]property.Value, len(items))
	for i, item := range items {
		v, ok := item.(property.Value)
		if !ok {
			v, _ = property.Any(item)
		}
		values[i] = v
	}
	return property.New(values)
}

var unknown = property.New(property.Computed)

const id = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

func TestRun(t *testing.T) {
	shaped := shape.Of(reflect.TypeFor[args]())
	cases := map[string]struct {
		in       property.Value
		failures []p.CheckFailure
		warnings []string
	}{
		"nothing given": {in: object()},
		"all good": {in: object("clusterId", id, "token", id, "owners", array("team-a"),
			"nodeTemplates", array(object("name", "a", "constraints", object("minCpu", 2.0, "disk", "30", "os", array("linux")))),
			"tags", object("a", "b"), "pools", object("x", object("name", "y")), "mode", "windows")},
		"all failures at once, at their paths": {
			in: object("clusterId", "x",
				"nodeTemplates", array(
					object("name", "fine"),
					object("name", "too long", "constraints", object("minCpu", 1.0, "disk", "2"))),
				"owners", array("team-a", " ", "else"),
				"tags", object("a", "", "b", "x", "c d", ""),
				"pools", object("odd.key", object("name", ""))),
			failures: []p.CheckFailure{
				{Property: "clusterId", Reason: `"x" is not a UUID: give one such as "` + id + `"`},
				{Property: "nodeTemplates[1].name", Reason: `"too long" is too long: at most 5 characters`},
				{Property: "nodeTemplates[1].constraints.minCpu", Reason: `1 is too small: at least 2`},
				{Property: "nodeTemplates[1].constraints.disk", Reason: `"2" is too small: at least 30`},
				{Property: "owners", Reason: `the list has too many elements (3): at most 2`},
				{Property: "owners[1]", Reason: `" " is blank: give at least one visible character`},
				{Property: "owners[2]", Reason: `"else" has another beginning: it must start with "team-"`},
				{Property: "tags", Reason: `the map has too many elements (3): at most 2`},
				{Property: "tags.a", Reason: `"" is blank: give at least one visible character`},
				{Property: `tags["c d"]`, Reason: `"" is blank: give at least one visible character`},
				{Property: `pools["odd.key"].name`, Reason: `"" is blank: give at least one visible character`},
			},
		},
		"empty list": {
			in:       object("owners", array()),
			failures: []p.CheckFailure{{Property: "owners", Reason: `the list has too few elements (0): at least 1`}},
		},
		"unknown and null values break no rule": {
			in: object("clusterId", unknown, "token", property.New(property.Null), "owners", array(unknown),
				"nodeTemplates", array(unknown, object("name", unknown, "constraints", unknown)), "tags", unknown, "mode", unknown),
		},
		"values of another type are left to the framework": {
			in: object("clusterId", 1.0, "token", array(), "owners", "x", "nodeTemplates", array("x", object("constraints", array())),
				"tags", array(""), "pools", object("x", true), "mode", object(), "strange", 1.0),
		},
		"secrets are judged and not shown": {
			in: object("clusterId", property.New("hush").WithSecret(true), "token", "hush",
				"owners", array("hush").WithSecret(true),
				"nodeTemplates", array(object("name", "hush hush", "constraints", object("minCpu", 1.0, "arch", "hush")).WithSecret(true)),
				"mode", property.New("linu").WithSecret(true)),
			failures: []p.CheckFailure{
				{Property: "clusterId", Reason: `the secret value is not valid: give one such as "` + id + `"`},
				{Property: "token", Reason: `the secret value is not valid: give one such as "` + id + `"`},
				{Property: "nodeTemplates[0].name", Reason: `the secret value is not valid: at most 5 characters`},
				{Property: "nodeTemplates[0].constraints.minCpu", Reason: `the secret value is not valid: at least 2`},
				{Property: "owners[0]", Reason: `the secret value is not valid: it must start with "team-"`},
			},
			warnings: []string{
				"nodeTemplates[0].constraints.arch: the secret value is none of the values this version of the provider knows (\"linux\", \"windows\"). It is sent as it is.",
				"mode: the secret value is none of the values this version of the provider knows (\"linux\", \"windows\"). It is sent as it is.",
			},
		},
		"letter case where it does not matter, and nothing": {in: object("operators", array("IN", "notin", ""), "mode", "")},
		"values no enumeration lists": {
			in: object("mode", "Linus", "operators", array("NotOn"), "nodeTemplates", array(object("constraints", object("os", array("linux", "plan9"))))),
			warnings: []string{
				"nodeTemplates[0].constraints.os[1]: \"plan9\" is none of the values this version of the provider knows (\"linux\", \"windows\"). It is sent as it is.",
				"mode: \"Linus\" is none of the values this version of the provider knows (\"linux\", \"windows\"); did you mean \"linux\"? It is sent as it is.",
				"operators[0]: \"NotOn\" is none of the values this version of the provider knows (\"In\", \"NotIn\"); did you mean \"NotIn\"? It is sent as it is.",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := Run(shaped, c.in.AsMap())
			wantList(t, "failure", got.Failures, c.failures)
			wantList(t, "warning", got.Warnings, c.warnings)
		})
	}
}

func wantList[T comparable](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing %s: %v", what, want[i])
		case i >= len(want):
			t.Errorf("unexpected %s: %v", what, got[i])
		case got[i] != want[i]:
			t.Errorf("%s %d:\n got %v\nwant %v", what, i, got[i], want[i])
		}
	}
}

func TestLongValuesAreShortened(t *testing.T) {
	r := Run(shape.Of(reflect.TypeFor[args]()), object("clusterId", strings.Repeat("é", 500)).AsMap())
	if n := len([]rune(r.Failures[0].Reason)); n > 200 {
		t.Errorf("the reason has %d characters", n)
	}
}

func TestMistakesInTagsPanicEvenIfTheValueIsNotGiven(t *testing.T) {
	type inner struct {
		A string `pulumi:"a" check:"nosuchrule"`
	}
	for name, typ := range map[string]reflect.Type{
		"unknown rule": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"notblank,uuidd"`
		}](),
		"unknown rule of a nested object": reflect.TypeFor[struct {
			A []inner `pulumi:"a"`
		}](),
		"bound that is no number": reflect.TypeFor[struct {
			A int `pulumi:"a" check:"min=x"`
		}](),
		"missing argument": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"oneof"`
		}](),
		"missing prefix": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"prefix="`
		}](),
		"needless argument": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"uuid=4"`
		}](),
		"needless argument of cron": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"cron=5"`
		}](),
		"text rule on a number": reflect.TypeFor[struct {
			A *int `pulumi:"a" check:"notblank"`
		}](),
		"text rule on objects": reflect.TypeFor[struct {
			A []template `pulumi:"a" check:"notblank"`
		}](),
		"number rule on a switch": reflect.TypeFor[struct {
			A *bool `pulumi:"a" check:"min=1"`
		}](),
		"list rule on a text": reflect.TypeFor[struct {
			A string `pulumi:"a" check:"minitems=1"`
		}](),
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			Run(shape.Of(typ), property.Map{})
		})
	}
}
