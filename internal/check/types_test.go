package check_test

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/shape"
)

type typed struct {
	Account string            `pulumi:"account"`
	Count   *int              `pulumi:"count,optional"`
	Price   *float64          `pulumi:"price,optional"`
	Spot    *bool             `pulumi:"spot,optional"`
	Zones   []string          `pulumi:"zones,optional"`
	Labels  map[string]string `pulumi:"labels,optional"`
	Nodes   []typedNode       `pulumi:"nodes,optional"`
	Main    *typedNode        `pulumi:"main,optional"`
}

type typedNode struct {
	Name string `pulumi:"name"`
}

func TestTypes(t *testing.T) {
	text, list := property.New("x"), property.New([]property.Value{property.New("x")})
	object := func(kv ...any) property.Value {
		m := map[string]property.Value{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1].(property.Value)
		}
		return property.New(m)
	}
	for name, tt := range map[string]struct {
		in   property.Value
		want map[string]string // path and reason
	}{
		"least":            {object("account", text), nil},
		"missing":          {object(), map[string]string{"account": "is required"}},
		"null is missing":  {object("account", property.New(property.Null)), map[string]string{"account": "is required"}},
		"number for text":  {object("account", property.New(12345678901.0)), map[string]string{"account": `must be text and is a number: put it in quotes, as in "0123"`}},
		"text for number":  {object("account", text, "count", text), map[string]string{"count": "must be a whole number and is text"}},
		"fraction":         {object("account", text, "count", property.New(1.5)), map[string]string{"count": "must be a whole number"}},
		"price":            {object("account", text, "price", property.New(1.5)), nil},
		"text for boolean": {object("account", text, "spot", property.New("true")), map[string]string{"spot": "must be true or false and is text"}},
		"text for list":    {object("account", text, "zones", text), map[string]string{"zones": "must be a list and is text"}},
		"list for map":     {object("account", text, "labels", list), map[string]string{"labels": "must be a map and is a list"}},
		"item":             {object("account", text, "zones", property.New([]property.Value{text, property.New(true)})), map[string]string{"zones[1]": `must be text and is true or false: put it in quotes, as in "0123"`}},
		"list for object":  {object("account", text, "main", list), map[string]string{"main": "must be an object and is a list"}},
		"unknown property": {object("account", text, "acount", text), map[string]string{"acount": "there is no such property; did you mean account?"}},
		"nested": {
			object("account", text, "nodes", property.New([]property.Value{object("nmae", text)})),
			map[string]string{"nodes[0].nmae": "there is no such property; did you mean name?", "nodes[0].name": "is required"},
		},
		"not known yet": {object("account", property.New(property.Computed), "nodes", property.New(property.Computed), "main", object("name", property.New(property.Computed))), nil},
		"engine's own":  {object("account", text, "__defaults", list), nil},
		"secret":        {object("account", property.New(1.0).WithSecret(true)), map[string]string{"account": `must be text and is a number: put it in quotes, as in "0123"`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got map[string]string
			for _, f := range check.Types(shape.Of(reflect.TypeFor[typed]()), tt.in.AsMap()) {
				if got == nil {
					got = map[string]string{}
				}
				got[f.Property] = f.Reason
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
