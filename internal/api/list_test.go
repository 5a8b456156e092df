package api

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"testing"
)

func names(items []map[string]any) []string {
	out := []string{}
	for _, item := range items {
		name, _ := item["name"].(string)
		out = append(out, name)
	}
	return out
}

func TestAll(t *testing.T) {
	for name, test := range map[string]struct {
		field   string
		options []ListOptions
		pages   []string
		want    []string
		queries []string
	}{
		"no paging": {field: "items", pages: []string{`{"items":[{"name":"a"},{"name":"b"}]}`},
			want: []string{"a", "b"}, queries: []string{"x=1"}},
		"nextPageCursor": {field: "items", options: []ListOptions{{PageSize: 2}},
			pages:   []string{`{"items":[{"name":"a"}],"nextPageCursor":"c/1"}`, `{"items":[{"name":"b"}],"nextPageCursor":""}`},
			want:    []string{"a", "b"},
			queries: []string{"page.limit=2&x=1", "page.cursor=c%2F1&page.limit=2&x=1"}},
		"nextCursor": {field: "invitations",
			pages:   []string{`{"invitations":[{"name":"a"}],"nextCursor":"1"}`, `{"invitations":[],"nextCursor":"2"}`, `{"nextCursor":null}`},
			want:    []string{"a"},
			queries: []string{"x=1", "page.cursor=1&x=1", "page.cursor=2&x=1"}},
		"nextPage": {field: "roleBindings",
			pages:   []string{`{"roleBindings":[{"name":"a"}],"nextPage":{"cursor":"1","limit":"50"},"totalCount":2}`, `{"roleBindings":[{"name":"b"}],"nextPage":{"cursor":"","limit":0}}`},
			want:    []string{"a", "b"},
			queries: []string{"x=1", "page.cursor=1&page.limit=50&x=1"}},
		"nextPage, number": {field: "items",
			pages:   []string{`{"items":[],"nextPage":{"cursor":"1","limit":50}}`, `{"items":[],"nextPage":{}}`},
			want:    []string{},
			queries: []string{"x=1", "page.cursor=1&page.limit=50&x=1"}},
		"empty object":  {field: "items", pages: []string{`{}`}, want: []string{}, queries: []string{"x=1"}},
		"null items":    {field: "items", pages: []string{`{"items":null}`}, want: []string{}, queries: []string{"x=1"}},
		"array":         {field: "", pages: []string{`[{"name":"a"}]`}, want: []string{"a"}, queries: []string{"x=1"}},
		"last, no next": {field: "items", pages: []string{`{"items":[{"name":"a"}],"nextPage":null}`}, want: []string{"a"}, queries: []string{"x=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			var steps []http.HandlerFunc
			for _, p := range test.pages {
				steps = append(steps, answer(200, p))
			}
			b := serve(t, steps...)
			c, _ := newClient(t, b)
			query := url.Values{"x": {"1"}}
			items, err := c.All(context.Background(), "/v1/list", query, test.field, test.options...)
			if err != nil || !reflect.DeepEqual(names(items), test.want) {
				t.Errorf("got %v, %v, want %v", items, err, test.want)
			}
			var queries []string
			for _, r := range b.requests {
				queries = append(queries, r.URL.RawQuery)
			}
			if !reflect.DeepEqual(queries, test.queries) {
				t.Errorf("got %v, want %v", queries, test.queries)
			}
			if len(query) != 1 {
				t.Error("the caller's query was changed")
			}
		})
	}
}

func TestAllRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		pages    []http.HandlerFunc
		requests int
		text     string
	}{
		"a cursor that repeats": {[]http.HandlerFunc{answer(200, `{"items":[],"nextCursor":"1"}`)}, 2, "twice"},
		"a circle of cursors": {[]http.HandlerFunc{answer(200, `{"items":[],"nextCursor":"1"}`), answer(200, `{"items":[],"nextCursor":"2"}`),
			answer(200, `{"items":[],"nextCursor":"1"}`)}, 3, "twice"},
		"another shape":       {[]http.HandlerFunc{answer(200, `{"status":"ok"}`)}, 1, `"status"`},
		"an array":            {[]http.HandlerFunc{answer(200, `[]`)}, 1, "an array"},
		"items of no list":    {[]http.HandlerFunc{answer(200, `{"items":{}}`)}, 1, "an object"},
		"items of no objects": {[]http.HandlerFunc{answer(200, `{"items":["a"]}`)}, 1, "a string as item 0"},
		"null among items":    {[]http.HandlerFunc{answer(200, `{"items":[null]}`)}, 1, "null as item 0"},
		"failure":             {[]http.HandlerFunc{answer(500, `{"message":"boom"}`)}, 1, "boom"},
		"failure, page two":   {[]http.HandlerFunc{answer(200, `{"items":[{}],"nextCursor":"1"}`), answer(404, `{"message":"gone"}`)}, 2, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, test.pages...)
			c, _ := newClient(t, b)
			items, err := c.All(context.Background(), "/v1/list", nil, "items")
			if err == nil || items != nil {
				t.Fatalf("got %v", items)
			}
			wantText(t, err.Error(), "GET /v1/list", test.text)
			b.want(t, test.requests)
		})
	}
}
