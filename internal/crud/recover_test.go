package crud

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// TestLostAnswer: the object of a create call whose answer was lost is found,
// and nothing else is ever taken for it.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	refuse := func(times int, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPost || times == 0 {
				return false
			}
			times--
			w.WriteHeader(status)
			return true
		}
	}
	hour := func(s *service) { s.now = func() time.Time { return time.Now().Add(-time.Hour) } }
	same := func() map[string]any { return map[string]any{"name": "x", "size": 3.0, "tags": []any{"a", "b"}} }
	for name, test := range map[string]struct {
		prepare func(s *service)
		key     string
		posts   int
		things  int
		fails   string
		warns   string
	}{
		"it was made": {
			prepare: func(s *service) { s.after = once(http.MethodPost) }, posts: 1, things: 1,
		},
		"it was not made": {
			prepare: func(s *service) { s.before = refuse(1, 502) }, posts: 2, things: 1,
		},
		"the service's clock is a little behind": {
			prepare: func(s *service) {
				s.now = func() time.Time { return time.Now().Add(-clockSkew / 2) }
				s.after = once(http.MethodPost)
			}, posts: 1, things: 1,
		},
		"another one of the name": {
			prepare: func(s *service) {
				s.put(map[string]any{"name": "x", "size": 4.0})
				s.before = refuse(1, 502)
			}, posts: 1, things: 1, fails: `a thing with the name "x" exists that differs`,
		},
		"one just like it that is older": {
			prepare: func(s *service) {
				hour(s)
				s.put(same())
				s.before = refuse(1, 502)
			}, posts: 1, things: 1, fails: `a thing with the name "x" exists that this call may not have made`,
		},
		"one just like it that is older, and the one that was made": {
			prepare: func(s *service) {
				hour(s)
				s.put(same())
				s.now, s.unique, s.after = time.Now, false, once(http.MethodPost)
			}, posts: 1, things: 2,
		},
		"two just like it": {
			prepare: func(s *service) {
				s.unique = false
				s.put(same())
				s.after = once(http.MethodPost)
			}, posts: 1, things: 2, fails: "that this call may not have made",
		},
		"no date": {
			prepare: func(s *service) { s.undated, s.after = true, once(http.MethodPost) }, posts: 1, things: 1,
			warns: `was lost. One with the name \"x\"`,
		},
		"another key": {
			prepare: func(s *service) { s.after = once(http.MethodPost) }, key: "label", posts: 1, things: 1,
			fails: "may have been applied",
		},
		"refused, and nothing lost": {
			prepare: func(s *service) { s.before = refuse(-1, 400) }, posts: 1, fails: "400",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			test.prepare(s)
			r := newThing()
			r.Key = test.key
			got, err := r.Create(s.ctx, infer.CreateRequest[ThingArgs]{Inputs: ThingArgs{
				Group: "g", Name: ptr("x"), Size: ptr(3), Tags: []string{"b", "a"},
			}})
			switch {
			case test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Errorf("the error is %v, want %q", err, test.fails)
			case test.fails == "" && err != nil:
				t.Error(err)
			case test.fails == "" && got.ID != s.things[len(s.things)-1]["id"]:
				t.Errorf("the ID is %q, and the things are %v", got.ID, s.things)
			}
			if n := s.count(http.MethodPost); n != test.posts {
				t.Errorf("there were %d create calls, want %d", n, test.posts)
			}
			if len(s.things) != test.things {
				t.Errorf("there are %d things, want %d", len(s.things), test.things)
			}
			if test.warns != "" && !warned(test.warns) {
				t.Error("there is no warning")
			}
		})
	}
}

func TestContains(t *testing.T) {
	type m = map[string]any
	for name, test := range map[string]struct {
		found, sent any
		want        bool
	}{
		"equal":                       {m{"a": 1.0}, m{"a": 1}, true},
		"more":                        {m{"a": 1.0, "b": 2.0}, m{"a": 1}, true},
		"less":                        {m{"a": 1.0}, m{"a": 1, "b": 2}, false},
		"another number":              {m{"a": 1.5}, m{"a": 1}, false},
		"nothing and null":            {m{}, m{"a": nil}, true},
		"null and anything":           {m{"a": 1.0}, m{"a": nil}, true},
		"nothing and zero":            {m{}, m{"a": 0, "b": false}, true},
		"nothing and a number":        {m{}, m{"a": 3}, false},
		"nothing and an empty text":   {m{}, m{"a": ""}, true},
		"a text and an empty one":     {m{"a": "x"}, m{"a": ""}, false},
		"nothing and an empty list":   {m{}, m{"a": []any{}}, true},
		"nothing and an empty object": {m{}, m{"a": m{}}, true},
		"another letter case":         {m{"a": "IN"}, m{"a": "In"}, true},
		"another text":                {m{"a": "x"}, m{"a": "y"}, false},
		"true and false":              {m{"a": true}, m{"a": false}, false},
		"true":                        {m{"a": true}, m{"a": true}, true},
		"a text for a number":         {m{"a": "1"}, m{"a": 1}, false},
		"an object for a text":        {m{"a": m{}}, m{"a": "x"}, false},
		"a list in another order":     {m{"a": []any{"x", "y"}}, m{"a": []any{"y", "x"}}, true},
		"a longer list":               {m{"a": []any{"x", "y"}}, m{"a": []any{"x"}}, false},
		"a list with another element": {m{"a": []any{"x", "y"}}, m{"a": []any{"x", "z"}}, false},
		"objects in a list":           {m{"a": []any{m{"k": "x", "more": 1.0}}}, m{"a": []any{m{"k": "x"}}}, true},
		"another depth":               {m{"a": m{"b": m{"c": 1.0}}}, m{"a": m{"b": m{"c": 2}}}, false},
		"an empty text and nothing at a depth": {
			m{"a": m{"b": 1.0}}, m{"a": m{"b": 1, "c": m{"d": ""}}}, true},
	} {
		if got := contains(test.found, test.sent); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
