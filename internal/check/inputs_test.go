package check

import (
	"errors"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func sample() *Inputs {
	return New(object(
		"name", "x",
		"null", property.New(property.Null),
		"later", unknown,
		"token", property.New("hush").WithSecret(true),
		"on", false,
		"count", 0.0,
		"nested", object("later", unknown, "list", array("a", unknown, object("deep", "z"))),
		"map", object("b.c", "dotted", "a", "plain"),
		"private", object("key", "sesame", "port", 22.0).WithSecret(true),
	).AsMap())
}

func TestSetAndKnown(t *testing.T) {
	c := sample()
	for path, want := range map[string]struct{ set, known bool }{
		"":                    {true, true},
		"name":                {true, true},
		"absent":              {false, false},
		"null":                {false, false},
		"later":               {true, false},
		"later.inside":        {true, false},
		"later.list[3].x":     {true, false},
		"token":               {true, true},
		"on":                  {true, true},
		"nested.later":        {true, false},
		"nested.list[1]":      {true, false},
		"nested.list[2].deep": {true, true},
		"nested.list[3]":      {false, false},
		"nested.list[-1]":     {false, false},
		"nested.list.x":       {false, false},
		"nested[0]":           {false, false},
		"name.x":              {false, false},
		`map["b.c"]`:          {true, true},
	} {
		if c.Set(path) != want.set || c.Known(path) != want.known {
			t.Errorf("%s: set %v, known %v", path, c.Set(path), c.Known(path))
		}
	}
}

func TestValues(t *testing.T) {
	c := sample()
	if v, ok := c.String("token"); v != "hush" || !ok {
		t.Error("token:", v, ok)
	}
	if v, ok := c.Bool("on"); v || !ok {
		t.Error("on:", v, ok)
	}
	if v, ok := c.Number("private.port"); v != 22 || !ok {
		t.Error("port:", v, ok)
	}
	if n, ok := c.Len("nested.list"); n != 3 || !ok {
		t.Error("list:", n, ok)
	}
	if n, ok := c.Len("map"); n != 2 || !ok {
		t.Error("map:", n, ok)
	}
	for _, path := range []string{"later", "absent", "null", "nested"} {
		_, s := c.String(path)
		_, b := c.Bool(path)
		_, n := c.Number(path)
		if s || b || n {
			t.Error("there is a value at", path)
		}
	}
	for _, path := range []string{"later", "absent", "name"} {
		if _, ok := c.Len(path); ok {
			t.Error("there is a length at", path)
		}
	}
}

func TestEach(t *testing.T) {
	c := sample()
	var paths []string
	c.Each("nested.list", func(path string, item *Inputs) {
		paths = append(paths, path)
		if v, ok := item.String("deep"); ok {
			item.Fail("deep", "%s is bad", v)
			item.Each("", func(path string, deep *Inputs) {
				deep.Fail("", "at %s", path)
			})
		}
		if v, ok := item.String(""); ok {
			item.Fail("", "%s is bad", v)
		}
	})
	c.Each("map", func(path string, item *Inputs) { paths = append(paths, path) })
	c.Each("later", func(string, *Inputs) { t.Error("unknown lists have no items") })
	c.Each("absent", func(string, *Inputs) { t.Error("absent lists have no items") })
	wantList(t, "path", paths, []string{"nested.list[0]", "nested.list[2]", "map.a", `map["b.c"]`})
	wantList(t, "failure", c.Result().Failures, []p.CheckFailure{
		{Property: "nested.list[0]", Reason: "a is bad"},
		{Property: "nested.list[2].deep", Reason: "z is bad"},
		{Property: "nested.list[2].deep", Reason: "at nested.list[2].deep"},
	})
}

func TestMessagesHideSecrets(t *testing.T) {
	c := sample()
	c.Fail("token", "%q is bad, %v too, and %s; %d times", "hush", errors.New("cannot parse hush"), []string{"a", "sesame"}, 3)
	c.Each("private", func(_ string, item *Inputs) {
		if v, ok := item.String(""); ok {
			item.Warn("%s, yet %s", v, "open")
		}
	})
	r := c.Result()
	wantList(t, "failure", r.Failures, []p.CheckFailure{{Property: "token", Reason: `"[secret]" is bad, [secret] too, and [secret]; 3 times`}})
	wantList(t, "warning", r.Warnings, []string{"[secret], yet open"})
}

func TestExclusion(t *testing.T) {
	const all = "`a`, `b.c`, `d`"
	for name, c := range map[string]struct {
		in                 property.Value
		exactlyOne, atMost []p.CheckFailure
	}{
		"none":           {in: object(), exactlyOne: []p.CheckFailure{{Property: "list[0]", Reason: "one of " + all + " must be given"}}},
		"null":           {in: object("a", property.New(property.Null)), exactlyOne: []p.CheckFailure{{Property: "list[0]", Reason: "one of " + all + " must be given"}}},
		"one":            {in: object("b", object("c", false))},
		"one secret":     {in: object("a", property.New("a").WithSecret(true))},
		"one unknown":    {in: object("d", unknown)},
		"inside unknown": {in: object("b", unknown)},
		"known and unknown, which may turn out null": {in: object("a", "x", "d", unknown)},
		"two": {
			in:         object("a", property.New("x").WithSecret(true), "b", object("c", 0.0)),
			exactlyOne: []p.CheckFailure{{Property: "list[0].b.c", Reason: "only one of " + all + " may be given; this program gives `a`, `b.c`"}},
			atMost:     []p.CheckFailure{{Property: "list[0].b.c", Reason: "only one of " + all + " may be given; this program gives `a`, `b.c`"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := func(rule func(*Inputs)) []p.CheckFailure {
				root := New(object("list", array(c.in)).AsMap())
				root.Each("list", func(_ string, item *Inputs) { rule(item) })
				return root.Result().Failures
			}
			wantList(t, "failure", run(func(c *Inputs) { c.ExactlyOne("a", "b.c", "d") }), c.exactlyOne)
			wantList(t, "failure", run(func(c *Inputs) { c.AtMostOne("a", "b.c", "d") }), c.atMost)
		})
	}
}

func TestMalformedPathsPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	sample().Set("a[")
}
