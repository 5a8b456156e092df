package props_test

import (
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"

	"github.com/castai/pulumi-castai/internal/props"
)

type inner struct {
	Name string   `pulumi:"name"`
	Tags []string `pulumi:"tags,optional"`
}

type outer struct {
	Text  string            `pulumi:"text"`
	Maybe *string           `pulumi:"maybe,optional"`
	Count *int              `pulumi:"count,optional"`
	Price *float64          `pulumi:"price,optional"`
	On    *bool             `pulumi:"on,optional"`
	List  []inner           `pulumi:"list,optional"`
	Map   map[string]string `pulumi:"map,optional"`
	One   *inner            `pulumi:"one,optional"`
}

// TestRoundTrip: what is encoded decodes to the same, unset, zero and empty
// kept apart.
func TestRoundTrip(t *testing.T) {
	text := rapid.StringMatching(`[a-z]{0,4}`)
	ptr := func(t *rapid.T, name string) *string { return rapid.Ptr(text, true).Draw(t, name) }
	node := func(t *rapid.T) inner {
		in := inner{Name: text.Draw(t, "name")}
		if rapid.Bool().Draw(t, "tagged") {
			in.Tags = rapid.SliceOfN(text, 0, 2).Draw(t, "tags")
		}
		return in
	}
	rapid.Check(t, func(t *rapid.T) {
		want := outer{
			Text: text.Draw(t, "text"), Maybe: ptr(t, "maybe"),
			Count: rapid.Ptr(rapid.IntRange(-5, 5), true).Draw(t, "count"),
			Price: rapid.Ptr(rapid.Float64Range(-5, 5), true).Draw(t, "price"),
			On:    rapid.Ptr(rapid.Bool(), true).Draw(t, "on"),
		}
		if rapid.Bool().Draw(t, "listed") {
			want.List = []inner{}
			for range rapid.IntRange(0, 2).Draw(t, "items") {
				want.List = append(want.List, node(t))
			}
		}
		if rapid.Bool().Draw(t, "mapped") {
			want.Map = rapid.MapOfN(text, text, 0, 2).Draw(t, "map")
		}
		if rapid.Bool().Draw(t, "one") {
			in := node(t)
			want.One = &in
		}
		var got outer
		if err := props.Decode(props.Encode(want), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %#v, want %#v", got, want)
		}
	})
}

func TestDecode(t *testing.T) {
	text := property.New("x")
	for name, tt := range map[string]struct {
		in   map[string]property.Value
		want outer
		err  string
	}{
		"nothing":      {nil, outer{}, ""},
		"not known":    {map[string]property.Value{"text": property.New(property.Computed), "list": property.New([]property.Value{property.New(property.Computed)})}, outer{List: []inner{{}}}, ""},
		"null":         {map[string]property.Value{"maybe": property.New(property.Null)}, outer{}, ""},
		"secret":       {map[string]property.Value{"text": text.WithSecret(true)}, outer{Text: "x"}, ""},
		"foreign":      {map[string]property.Value{"other": text}, outer{}, ""},
		"wrong type":   {map[string]property.Value{"count": text}, outer{}, "count: a int cannot hold this value"},
		"wrong nested": {map[string]property.Value{"list": property.New([]property.Value{text})}, outer{}, "list: [0]: a props_test.inner cannot hold this value"},
	} {
		t.Run(name, func(t *testing.T) {
			var got outer
			err := props.Decode(property.NewMap(tt.in), &got)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("the error is %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, %v", got, err)
			}
		})
	}
}
