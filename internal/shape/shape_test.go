package shape

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi-go-provider/infer"
)

type color string

func (color) Values() []infer.EnumValue[color] {
	return []infer.EnumValue[color]{{Name: "Red", Value: "RED"}, {Name: "Blue", Value: "BLUE"}}
}

type inner struct {
	A string `pulumi:"a"`
}

type embedded struct {
	ID     string  `pulumi:"resourceId" provider:"replaceOnChanges" wire:"-"`
	Hidden *string `pulumi:"hidden,optional"`
}

type everything struct {
	embedded
	Plain   string            `pulumi:"plain"`
	Token   *string           `pulumi:"token,optional" provider:"secret" wire:"auth.token,writeonly"`
	Nodes   *int              `pulumi:"nodes,optional" wire:"config.min,zero,create" norm:"default=3"`
	Kubelet *string           `pulumi:"kubelet,optional" wire:",json,null,changes"`
	Set     []string          `pulumi:"set,optional" norm:"set,cidr" check:"minitems=1,notblank"`
	List    []*inner          `pulumi:"list,optional"`
	Map     map[string]inner  `pulumi:"map,optional"`
	Labels  map[string]string `pulumi:"labels,optional" norm:"fold"`
	Color   *color            `pulumi:"color,optional" norm:"fold"`
	Colors  []color           `pulumi:"colors,optional" norm:"set"`
	Mode    string            `pulumi:"mode" check:"known=on|off,notblank"`
	Any     map[string]any    `pulumi:"any,optional"`
	Cloud   *inner            `pulumi:"cloud,optional" wire:",switch" norm:"present"`
	Hidden  string            `pulumi:"hidden"` // hides the embedded one
	NoTag   string
}

func TestOf(t *testing.T) {
	s := Of(reflect.TypeFor[**everything]())
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
		if s.Field(f.Name) != f {
			t.Errorf("%s is not found by its name", f.Name)
		}
	}
	want := strings.Fields("resourceId plain token nodes kubelet set list map labels color colors mode any cloud hidden")
	if !slices.Equal(names, want) {
		t.Errorf("properties %v, want %v", names, want)
	}
	if s.Field("noTag") != nil || (*Struct)(nil).Field("a") != nil {
		t.Error("a property that does not exist is found")
	}

	v := reflect.ValueOf(everything{embedded: embedded{ID: "x"}, Hidden: "y"})
	if v.FieldByIndex(s.Field("resourceId").Index).String() != "x" || v.FieldByIndex(s.Field("hidden").Index).String() != "y" {
		t.Error("an index finds the wrong field")
	}

	none := Field{}
	innerStruct := Of(reflect.TypeFor[inner]())
	for name, want := range map[string]Field{
		"resourceId": {Replace: true},
		"plain":      {Wire: []string{"plain"}},
		"token":      {Optional: true, Secret: true, Wire: []string{"auth", "token"}, WriteOnly: true},
		"nodes":      {Optional: true, Wire: []string{"config", "min"}, Zero: true, CreateOnly: true, Default: "3"},
		"kubelet":    {Optional: true, Wire: []string{"kubelet"}, Null: true, JSONText: true, Changes: true, Kind: JSON, Item: JSON},
		"set":        {Optional: true, Wire: []string{"set"}, List: true, Kind: Set, Item: CIDR, Rules: []Rule{{"minitems", "1"}, {"notblank", ""}}},
		"list":       {Optional: true, Wire: []string{"list"}, List: true, Elem: innerStruct},
		"map":        {Optional: true, Wire: []string{"map"}, Map: true, Elem: innerStruct},
		"labels":     {Optional: true, Wire: []string{"labels"}, Map: true, Kind: Fold, Item: Fold},
		"color":      {Optional: true, Wire: []string{"color"}, Kind: Fold, Item: Fold, Enum: []string{"RED", "BLUE"}},
		"colors":     {Optional: true, Wire: []string{"colors"}, List: true, Kind: Set, Enum: []string{"RED", "BLUE"}},
		"mode":       {Wire: []string{"mode"}, Rules: []Rule{{"notblank", ""}}, Enum: []string{"on", "off"}},
		"any":        {Optional: true, Wire: []string{"any"}, Map: true},
		"cloud":      {Optional: true, Wire: []string{"cloud"}, Elem: innerStruct, Switch: true, Present: true},
	} {
		got := *s.Field(name)
		got.Name, got.Index, got.Type = none.Name, none.Index, none.Type
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	s := Of(reflect.TypeFor[everything]())
	for _, c := range []struct {
		field, value string
		want         bool
	}{
		{"color", "RED", true},
		{"color", "red", true},
		{"color", "green", false},
		{"colors", "RED", true},
		{"colors", "red", false},
		{"mode", "on", true},
		{"mode", "ON", false},
	} {
		if s.Field(c.field).Lists(c.value) != c.want {
			t.Errorf("%s lists %q: %v", c.field, c.value, !c.want)
		}
	}
}

func TestADescriptionIsMadeOnce(t *testing.T) {
	type local struct {
		List []inner `pulumi:"list"`
	}
	var wg sync.WaitGroup
	found := make([]*Struct, 16)
	for i := range found {
		wg.Go(func() { found[i] = Of(reflect.TypeFor[local]()) })
	}
	wg.Wait()
	for _, s := range found {
		if s != found[0] || s.Fields[0].Elem != Of(reflect.TypeFor[inner]()) {
			t.Error("there are several descriptions of one type")
		}
	}
}

func TestMalformedTagsPanic(t *testing.T) {
	type twice struct {
		A string `pulumi:"a"`
	}
	for want, typ := range map[string]reflect.Type{
		`unknown wire option "nul"`: reflect.TypeFor[struct {
			A string `pulumi:"a" wire:",nul"`
		}](),
		`unknown norm kind "sets"`: reflect.TypeFor[struct {
			A []string `pulumi:"a" norm:"sets"`
		}](),
		`norm kind "set" is for lists`: reflect.TypeFor[struct {
			A map[string]string `pulumi:"a" norm:"set"`
		}](),
		`norm kind "fold" is for text`: reflect.TypeFor[struct {
			A []int `pulumi:"a" norm:"set,fold"`
		}](),
		`norm kind "cidr" contradicts "fold"`: reflect.TypeFor[struct {
			A string `pulumi:"a" norm:"fold,cidr"`
		}](),
		`norm kind "csv" contradicts "json"`: reflect.TypeFor[struct {
			A string `pulumi:"a" norm:"csv" wire:",json"`
		}](),
		`norm kind "present" is for objects`: reflect.TypeFor[struct {
			A []inner `pulumi:"a" norm:"present"`
		}](),
		`there are two properties "a"`: reflect.TypeFor[struct {
			twice
			B string `pulumi:"a"`
		}](),
		`embed the struct, not a pointer to it`: reflect.TypeFor[struct {
			*twice
		}](),
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got, _ := recover().(string); !strings.HasSuffix(got, want) {
					t.Errorf("panic %q", got)
				}
			}()
			Of(typ)
		})
	}
}
