package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ListOptions says how a list is read. The zero value reads it as the API gives it.
type ListOptions struct {
	// PageSize is sent as page.limit; 0 leaves it out, for lists without paging or with a page size of their own.
	PageSize int
	// MaxAge is how long a snapshot of Collection may be used after it was read; 0 means DefaultMaxAge, below 0 means
	// that only readers of the same moment share it.
	MaxAge time.Duration
	// AnyWrite says that nobody knows which calls change the list: a snapshot of Collection is not used after a write
	// anywhere.
	AnyWrite bool
	// Quiet keeps the list out of the log, see [Call.Quiet].
	Quiet bool
}

// pagingKeys are what a list may hold besides its items; an answer with other keys and no items is no list.
var pagingKeys = []string{
	"nextPageCursor", "prevPageCursor", "nextCursor", "previousCursor", "nextPage", "count", "totalCount", "totalSize",
}

// All reads a list, page by page if the API gives it in pages. The items are under itemsField of the answer; an empty
// itemsField means that the answer itself is the array. The three ways the API names the next page are understood
// (nextPageCursor, nextCursor, nextPage.cursor). Numbers are decoded as by Object.
func (c *Client) All(ctx context.Context, path string, query url.Values, itemsField string, opts ...ListOptions) ([]map[string]any, error) {
	var o ListOptions
	if len(opts) > 0 {
		o = opts[0]
	}
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	if o.PageSize > 0 {
		query.Set("page.limit", strconv.Itoa(o.PageSize))
	}
	all := []map[string]any{}
	seen := map[string]bool{}
	for {
		raw, err := c.Do(ctx, Call{Method: http.MethodGet, Path: path, Query: query, Quiet: o.Quiet})
		if err != nil {
			return nil, err
		}
		items, next, err := page(raw, itemsField)
		if err != nil {
			return nil, fmt.Errorf("GET %s: %w", path, err)
		}
		all = append(all, items...)
		if next.cursor == "" {
			return all, nil
		}
		if seen[next.cursor] {
			return nil, fmt.Errorf("GET %s: the API gave the page cursor %q twice, so the list would never end; "+
				"this is a fault of the API, try again later", path, clean(next.cursor))
		}
		seen[next.cursor] = true
		query.Set("page.cursor", next.cursor)
		if next.limit != "" {
			query.Set("page.limit", next.limit)
		}
	}
}

type nextPage struct{ cursor, limit string }

// page takes the items and the way to the next page from one answer.
func page(raw json.RawMessage, itemsField string) ([]map[string]any, nextPage, error) {
	var next nextPage
	doc, err := decode(raw)
	if err != nil {
		return nil, next, err
	}
	list := doc
	if itemsField != "" {
		obj, ok := doc.(map[string]any)
		if !ok {
			return nil, next, fmt.Errorf("the API answered with %s where an object with %q was expected", kind(doc), itemsField)
		}
		list, ok = obj[itemsField]
		if !ok {
			// An empty list may be left out. But an answer of another shape must not pass for one: all resources
			// of the list would seem to be deleted.
			for _, k := range sortedKeys(obj) {
				if !slices.Contains(pagingKeys, k) {
					return nil, next, fmt.Errorf("the API's answer has %q but no %q; check that apiUrl is the address of the CAST AI API", clean(k), itemsField)
				}
			}
		}
		next = following(obj)
	}
	if list == nil {
		return nil, next, nil
	}
	elements, ok := list.([]any)
	if !ok {
		return nil, next, fmt.Errorf("the API answered with %s where a list was expected", kind(list))
	}
	items := make([]map[string]any, len(elements))
	for i, e := range elements {
		if items[i], ok = e.(map[string]any); !ok {
			return nil, next, fmt.Errorf("the API's list has %s as item %d where an object was expected", kind(e), i)
		}
	}
	return items, next, nil
}

func following(obj map[string]any) nextPage {
	var next nextPage
	for _, k := range []string{"nextPageCursor", "nextCursor"} {
		if s, ok := obj[k].(string); ok && s != "" {
			next.cursor = s
			return next
		}
	}
	if p, ok := obj["nextPage"].(map[string]any); ok {
		next.cursor, _ = p["cursor"].(string)
		switch limit := p["limit"].(type) {
		case string:
			next.limit = strings.TrimSpace(limit)
		case float64:
			next.limit = strconv.FormatFloat(limit, 'f', -1, 64)
		}
		if next.limit == "0" {
			next.limit = ""
		}
	}
	return next
}
