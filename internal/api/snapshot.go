package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultMaxAge is how long a snapshot of a collection is used unless ListOptions say otherwise.
const DefaultMaxAge = 5 * time.Second

// Snapshot is a list as it was at one moment, shared by all who read it at about that time. Nothing in it may be
// changed.
type Snapshot struct {
	Items []map[string]any

	mu      sync.Mutex
	indexes map[string]map[string][]map[string]any
}

// Find returns the items whose field has the value, in the order of the list. The field is a key, or keys joined by
// dots ("template.name"); texts and numbers are compared, see [Lookup]. The first search by a field indexes it.
func (s *Snapshot) Find(field, value string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	index, ok := s.indexes[field]
	if !ok {
		index = map[string][]map[string]any{}
		keys := strings.Split(field, ".")
		for _, item := range s.Items {
			if v, ok := lookup(item, keys); ok {
				index[v] = append(index[v], item)
			}
		}
		if s.indexes == nil {
			s.indexes = map[string]map[string][]map[string]any{}
		}
		s.indexes[field] = index
	}
	return index[value]
}

// Lookup returns the text or number, as text, at a field of a document: a key, or keys joined by dots.
func Lookup(document map[string]any, field string) (string, bool) {
	return lookup(document, strings.Split(field, "."))
}

func lookup(item map[string]any, keys []string) (string, bool) {
	var v any = item
	for _, k := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		v = m[k]
	}
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case json.Number:
		return v.String(), true
	default:
		return "", false
	}
}

// snapshots holds the lists that are known or being read.
type snapshots struct {
	mu     sync.Mutex
	reads  map[string]*read
	writes int // begun and ended so far
}

// read is one reading of a list, under way or done.
type read struct {
	path    string
	writes  int           // at its beginning
	done    chan struct{} // closed when result and err are set
	result  *Snapshot
	err     error
	ended   time.Time // when done
	waiters int
	cancel  context.CancelFunc
}

// Collection reads a list like All, and shares the reading: who asks for the same list while it is being read, or
// shortly after (ListOptions.MaxAge), gets the same snapshot. A write through this client to the collection's path, to
// one below it or above it discards the snapshot, when it starts and when it ends, so that a read that follows a write
// sees it. Writes elsewhere that change the list are announced with Invalidate, or ListOptions.AnyWrite minds them all.
//
// The reading goes on while anybody waits for it: one reader's end does not fail the others.
func (c *Client) Collection(ctx context.Context, path string, query url.Values, itemsField string, opts ...ListOptions) (*Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var o ListOptions
	if len(opts) > 0 {
		o = opts[0]
	}
	if o.MaxAge == 0 {
		o.MaxAge = DefaultMaxAge
	}
	key := strings.Join([]string{path, query.Encode(), itemsField, strconv.Itoa(o.PageSize), strconv.FormatBool(o.Quiet)}, "\x00")

	ss := &c.snapshots
	ss.mu.Lock()
	r := ss.reads[key]
	if r == nil || r.expired(c.now(), o.MaxAge) || o.AnyWrite && r.writes != ss.writes {
		r = c.startRead(ctx, key, path, query, itemsField, o)
	}
	r.waiters++
	ss.mu.Unlock()

	select {
	case <-r.done:
		ss.leave(key, r)
		return r.result, r.err
	case <-ctx.Done():
		ss.leave(key, r)
		return nil, &Error{Method: http.MethodGet, Path: path, URL: c.base.String() + path, Err: ctx.Err(), ended: true}
	}
}

// Invalidate discards the snapshots of the collections at, below and above path, for writes that change a list
// elsewhere.
func (c *Client) Invalidate(path string) { c.snapshots.drop(path) }

// startRead begins the reading of a list. The caller holds the lock.
func (c *Client) startRead(ctx context.Context, key, path string, query url.Values, itemsField string, o ListOptions) *read {
	ss := &c.snapshots
	detached, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &read{path: path, writes: ss.writes, done: make(chan struct{}), cancel: cancel}
	if ss.reads == nil {
		ss.reads = map[string]*read{}
	}
	for k, old := range ss.reads {
		if old.expired(c.now(), max(o.MaxAge, DefaultMaxAge)) {
			delete(ss.reads, k) // or the lists of clusters long done would stay in memory
		}
	}
	ss.reads[key] = r
	go func() {
		defer cancel()
		items, err := c.All(detached, path, query, itemsField, o)
		ss.mu.Lock()
		defer ss.mu.Unlock()
		if err != nil {
			r.err = err
			ss.forget(key, r)
		} else {
			r.result = &Snapshot{Items: items}
		}
		r.ended = c.now()
		close(r.done)
	}()
	return r
}

// expired reports whether a reading is too old to be joined. The caller holds the lock.
func (r *read) expired(now time.Time, maxAge time.Duration) bool {
	return !r.ended.IsZero() && now.Sub(r.ended) > maxAge
}

// leave ends one reader's interest; a reading nobody waits for is given up.
func (ss *snapshots) leave(key string, r *read) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if r.waiters--; r.waiters == 0 && r.ended.IsZero() {
		ss.forget(key, r)
		r.cancel()
	}
}

func (ss *snapshots) forget(key string, r *read) {
	if ss.reads[key] == r {
		delete(ss.reads, key)
	}
}

// drop discards what a write to path may have made outdated. Those who wait for a reading under way still get it:
// they asked before the write had ended.
func (ss *snapshots) drop(path string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.writes++
	for key, r := range ss.reads {
		if under(path, r.path) || under(r.path, path) {
			delete(ss.reads, key)
		}
	}
}

// under reports whether path is base, lies below it, or is a verb on it.
func under(path, base string) bool {
	rest, ok := strings.CutPrefix(path, base)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == ':')
}
