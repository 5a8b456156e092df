package crud_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/crud"
)

func TestSearch(t *testing.T) {
	object := func(id, name string) map[string]any { return map[string]any{"id": id, "name": name} }
	var many []map[string]any
	for i := range 12 {
		many = append(many, object(fmt.Sprintf("id-%02d", i), fmt.Sprintf("item %02d", i)))
	}
	byID := crud.Search{Kind: "policy", Key: "ID", Seen: "the cluster c has", Of: func(o map[string]any) string { return o["id"].(string) }}
	for name, test := range map[string]struct {
		search crud.Search
		all    []map[string]any
		value  string
		want   string // the ID, or the error
	}{
		"found":        {crud.Named("policy", ""), many, "item 03", "id-03"},
		"letter case":  {crud.Named("policy", ""), many[:1], "Item 00", `there is no policy named "Item 00"; the API token sees "item 00" (id-00). Did you mean "item 00"?`},
		"nothing like": {crud.Named("policy", ""), many[:1], "other", `there is no policy named "other"; the API token sees "item 00" (id-00)`},
		"none at all":  {crud.Named("policy", ""), nil, "x", `there is no policy named "x": the API token sees none at all`},
		"of many":      {crud.Named("policy", ""), many, "x", `there is no policy named "x"; the API token sees "item 00" (id-00), "item 01" (id-01), "item 02" (id-02), "item 03" (id-03), "item 04" (id-04), "item 05" (id-05), "item 06" (id-06), "item 07" (id-07), "item 08" (id-08), "item 09" (id-09), and 2 more`},
		"two":          {crud.Named("policy", ""), []map[string]any{object("b", "x"), object("a", "x"), object("c", "y")}, "x", `2 policies are named "x": a, b. Use the ID of the right one, or give each its own name`},
		"no ID":        {crud.Named("policy", ""), []map[string]any{{"name": "x"}}, "x", `the API gave the policy named "x" without an ID`},
		"by ID":        {byID, many[:1], "id", `there is no policy with the ID "id"; the cluster c has "item 00" (id-00)`},
		"no name":      {crud.Named("policy", ""), []map[string]any{{"id": "a"}}, "x", `there is no policy named "x"; the API token sees "" (a)`},
	} {
		test.search.Value = test.value
		got, err := test.search.One(test.all)
		switch {
		case err != nil && err.Error() != test.want:
			t.Errorf("%s: the error is\n%v\nwant\n%s", name, err, test.want)
		case err == nil && got["id"] != test.want:
			t.Errorf("%s: found %v, want %s", name, got, test.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for noun, want := range map[string]string{
		"node template": "node templates", "policy": "policies", "key": "keys", "model specs": "model specs", "ModelRegistry": "ModelRegistries",
	} {
		if got := crud.Plural(noun); got != want || strings.TrimSpace(got) != got {
			t.Errorf("several %s are %q, want %q", noun, got, want)
		}
	}
}
