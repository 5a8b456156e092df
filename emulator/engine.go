package emulator

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// call is one request on its way through a handler. Handlers run one at a time.
type call struct {
	*Server
	store  ownStore   // of the caller, before that of the server
	who    *principal // nil for the emulator itself
	op     *operation
	path   string            // in one spelling: the template filled with the parameters
	params map[string]string // from the path
	query  url.Values
	header http.Header
	base   string // address of the server, as the caller has it
	body   any    // decoded JSON, nil without a body
	now    time.Time
}

// handler answers one operation. A *Failure is a refusal, any other error a defect.
type handler func(*call) (*answer, error)

// answer is what goes back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// input is the body as an object.
func (c *call) input() doc {
	in, _ := c.body.(doc)
	return in
}

// flag reads a boolean query parameter.
func (c *call) flag(name string) bool {
	value, _ := strconv.ParseBool(c.query.Get(name))
	return value
}

// reply answers with a value, checked against the contract.
func (c *call) reply(value any) (*answer, error) {
	if c.op.answer == nil {
		return &answer{status: c.op.success}, nil
	}
	if err := checkDocument(c.op.answer, value); err != nil {
		return nil, fmt.Errorf("the answer of %s breaks the contract: %w", c.op.id, err)
	}
	body, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &answer{status: c.op.success, body: body}, nil
}

// show answers with a record, inside a member of the given name where the contract wraps it so.
func (c *call) show(r *record, wrapper string) (*answer, error) {
	if c.op.answer == nil {
		return &answer{status: c.op.success}, nil
	}
	schema, wrapped := unwrap(c.op.answer, wrapper)
	body, err := r.encode(schema)
	if err != nil {
		return nil, fmt.Errorf("the answer of %s breaks the contract: %w", c.op.id, err)
	}
	if wrapped {
		body = slices.Concat([]byte(`{"`+wrapper+`":`), body, []byte("}"))
	}
	return &answer{status: c.op.success, body: body}, nil
}

// unwrap returns the schema of a wrapped document, and whether the wrapper is there.
func unwrap(schema *openapi3.Schema, wrapper string) (*openapi3.Schema, bool) {
	if property := schema.Properties[wrapper]; wrapper != "" && property != nil {
		return property.Value, true
	}
	return schema, false
}

// encode returns the document as JSON with the fields that a schema names, checked against it. The result is kept
// until the record changes.
func (r *record) encode(schema *openapi3.Schema) ([]byte, error) {
	if body := r.encoded[schema]; body != nil {
		return body, nil
	}
	shown := clone(r.Doc)
	prune(schema, shown, "")
	if err := checkDocument(schema, shown); err != nil {
		return nil, err
	}
	body, err := json.Marshal(shown)
	if err != nil {
		return nil, err
	}
	if r.encoded == nil {
		r.encoded = map[*openapi3.Schema][]byte{}
	}
	r.encoded[schema] = body
	return body, nil
}

// page answers a list operation. The name of the list, the style of paging and the counters are read off the contract;
// query parameters named like a field of the items filter by it. What else the answer has is given.
func (c *call) page(records []*record, more ...doc) (*answer, error) {
	name, items := listMember(c.op.answer)
	if items == nil {
		return nil, fmt.Errorf("%s has no list in its answer", c.op.id)
	}
	records = c.sort(c.filter(records, items))
	from, to, failure := c.window(len(records))
	if failure != nil {
		return nil, failure
	}
	bodies := make([][]byte, 0, to-from)
	for _, r := range records[from:to] {
		body, err := r.encode(items)
		if err != nil {
			return nil, fmt.Errorf("the answer of %s breaks the contract: %w", c.op.id, err)
		}
		bodies = append(bodies, body)
	}
	return c.list(name, bodies, to, len(records), more...)
}

// list puts encoded items into the envelope of the operation's answer.
func (c *call) list(name string, items [][]byte, to, total int, more ...doc) (*answer, error) {
	envelope := doc{}
	for _, d := range more {
		maps.Copy(envelope, d)
	}
	next := ""
	if to < total {
		next = cursor(to)
	}
	for member, property := range c.op.answer.Properties {
		switch member {
		case "nextPageCursor", "nextCursor":
			envelope[member] = next
		case "nextPage":
			page := doc{}
			if next != "" {
				page = doc{"cursor": next, "limit": strconv.Itoa(c.limit())}
			}
			envelope[member] = page
		case "totalCount", "totalSize", "count":
			envelope[member] = float64(total)
			if property.Value.Type.Is("string") {
				envelope[member] = strconv.Itoa(total)
			}
		}
	}
	if err := checkDocument(c.op.answer, merged(envelope, doc{name: []any{}})); err != nil {
		return nil, fmt.Errorf("the answer of %s breaks the contract: %w", c.op.id, err)
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, "{%q:[", name)
	for i, item := range items {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(item)
	}
	body.WriteByte(']')
	for _, member := range slices.Sorted(maps.Keys(envelope)) {
		value, err := json.Marshal(envelope[member])
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&body, ",%q:%s", member, value)
	}
	body.WriteByte('}')
	return &answer{status: c.op.success, body: body.Bytes()}, nil
}

// listMember finds the one list in an envelope.
func listMember(envelope *openapi3.Schema) (string, *openapi3.Schema) {
	for _, name := range slices.Sorted(maps.Keys(envelope.Properties)) {
		if property := envelope.Properties[name].Value; property.Items != nil {
			return name, property.Items.Value
		}
	}
	return "", nil
}

func (c *call) filter(records []*record, items *openapi3.Schema) []*record {
	for name, values := range c.query {
		property := items.Properties[name]
		if c.op.query[name] == nil || property == nil {
			continue
		}
		records = slices.DeleteFunc(slices.Clone(records), func(r *record) bool {
			return !slices.Contains(values, fmt.Sprint(r.Doc[name]))
		})
	}
	return records
}

func (c *call) sort(records []*record) []*record {
	by := c.query.Get("sort.field")
	if by == "" {
		return records
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *record) int {
		return compare(fmt.Sprint(a.Doc[by]), fmt.Sprint(b.Doc[by]))
	})
	if strings.EqualFold(c.query.Get("sort.order"), "desc") {
		slices.Reverse(records)
	}
	return records
}

// compare tells which of two values comes first: of numbers, also written as text, the smaller.
func compare(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// limit is the size of a page: as asked, and at most the server's own. Observed: clients ask for 500 and read no more.
// Assumed: the API caps it.
func (c *call) limit() int {
	if asked, err := strconv.Atoi(c.query.Get("page.limit")); err == nil && asked > 0 {
		return min(asked, cmp.Or(c.settings.PageSize, 500))
	}
	return cmp.Or(c.settings.PageSize, 100)
}

// window returns the part of a list that a page shows. Operations without paging show all.
func (c *call) window(total int) (from, to int, failure *Failure) {
	if c.op.query["page.limit"] == nil {
		return 0, total, nil
	}
	if text := c.query.Get("page.cursor"); text != "" {
		plain, err := base64.RawURLEncoding.DecodeString(text)
		if err == nil {
			from, err = strconv.Atoi(string(plain))
		}
		if err != nil || from < 0 {
			return 0, 0, invalid("page.cursor", "not a cursor of this list")
		}
	}
	from = min(from, total)
	return from, min(from+c.limit(), total), nil
}

func cursor(at int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(at)))
}

// collection describes one kind of resource that behaves as most do: documents made, listed, read, changed and
// removed under one path. Which of these operations there are, how they are wrapped, paged and answered, and which
// stamps (times, versions, identifiers of the path) a document carries is read off the contract.
type collection struct {
	kind     string   // as messages name it: "service account"
	path     string   // of the collection: /v1/organizations/{organizationId}/service-accounts
	id       string   // the field that names an item in paths; "id" when empty, with generated values
	unique   string   // the field whose value occurs once in a collection; a second one is a conflict
	wrapper  string   // the member that holds the document in bodies, where the contract has one
	defaults doc      // what the server fills in where a field is unset
	replace  bool     // PATCH replaces all, as PUT does
	keep     []string // fields that an update leaves alone beside identity and stamps
	// rules checks a new or changed document and completes it. old is nil for a new one.
	rules func(c *call, r *record, old doc) error
	// remove is asked before an item goes.
	remove func(c *call, r *record) error

	item     string           // path template of an item
	segments []segment        // its parts
	param    string           // the parameter that is the item's id
	full     *openapi3.Schema // the document with all its fields
}

// collect serves a collection.
func (s *Server) collect(described collection) *collection {
	k := &described
	k.id = cmp.Or(k.id, "id")
	depth := len(parsePath(k.path))
	for path := range s.operations.byPath {
		segments := parsePath(path)
		last := segments[len(segments)-1]
		if len(segments) == depth+1 && strings.HasPrefix(path, k.path+"/") && last.param != "" && last.before+last.after == "" {
			k.item, k.segments, k.param = path, segments, last.param
		}
	}
	s.collections = append(s.collections, k)
	list, item := s.operations.byPath[k.path], s.operations.byPath[k.item]
	if list == nil {
		s.defect("%s: the contract has no path %s", k.kind, k.path)
		return k
	}
	k.full = k.document(list, item)
	serve := func(op *operation, h handler) {
		if op != nil {
			s.handle(op.id, h)
		}
	}
	serve(list[http.MethodGet], func(c *call) (*answer, error) { return c.page(c.store.list(c.path)) })
	serve(list[http.MethodPost], k.create)
	serve(item[http.MethodGet], func(c *call) (*answer, error) {
		r, err := k.find(c)
		if err != nil {
			return nil, err
		}
		return c.show(r, k.wrapper)
	})
	serve(item[http.MethodPut], k.update)
	serve(item[http.MethodPost], k.update)
	serve(item[http.MethodPatch], k.update)
	serve(item[http.MethodDelete], k.delete)
	return k
}

// document finds the schema with all fields: that of reading one item, else of creating one, else of the list's items.
func (k *collection) document(list, item map[string]*operation) *openapi3.Schema {
	var schema *openapi3.Schema
	switch {
	case item[http.MethodGet] != nil:
		schema = item[http.MethodGet].answer
	case list[http.MethodPost] != nil:
		schema = list[http.MethodPost].answer
	case list[http.MethodGet] != nil:
		_, schema = listMember(list[http.MethodGet].answer)
	}
	if schema == nil {
		return anything
	}
	schema, _ = unwrap(schema, k.wrapper)
	return schema
}

// find returns the item that the path names.
func (k *collection) find(c *call) (*record, error) {
	id := c.params[k.param]
	r := c.store.get(k.scope(c), id)
	if r == nil {
		return nil, notFound("%s not found: %s", k.kind, id)
	}
	return r, nil
}

// above returns the item of this collection that a call goes below, if it does. The names of parameters do not count:
// the contract has more than one for the same thing.
func (k *collection) above(c *call) (scope, id string, ok bool) {
	depth := len(k.segments)
	if depth == 0 || depth >= len(c.op.segments) {
		return "", "", false
	}
	for i, s := range k.segments {
		if other := c.op.segments[i]; (s.param == "") != (other.param == "") || s.before != other.before || s.after != other.after {
			return "", "", false
		}
	}
	scope = "/" + strings.Join(splitPath(c.path)[:depth-1], "/")
	return scope, c.params[c.op.segments[depth-1].param], true
}

func (k *collection) scope(c *call) string { return fill(k.path, c.params) }

// given returns the document of a request body, out of its wrapper, without nulls.
func (k *collection) given(c *call) doc {
	in := withoutUnset(c.op.request, c.input()).(doc)
	if _, wrapped := unwrap(c.op.request, k.wrapper); !wrapped {
		return in
	}
	if inner := object(in, k.wrapper); inner != nil {
		return inner
	}
	return doc{}
}

func (k *collection) create(c *call) (*answer, error) {
	r, err := k.insert(c, k.given(c))
	if err != nil {
		return nil, err
	}
	return c.show(r, k.wrapper)
}

// insert stores a new document.
func (k *collection) insert(c *call, in doc) (*record, error) {
	r := &record{Scope: k.scope(c), Doc: in}
	if k.id == "id" {
		in["id"] = c.newID()
	}
	r.ID, _ = in[k.id].(string)
	if strings.TrimSpace(r.ID) == "" {
		return nil, invalid(k.id, "must not be empty")
	}
	for name := range k.full.Properties {
		if value, ok := c.params[name]; ok {
			in[name] = value
		}
	}
	return r, k.store(c, r, nil)
}

// update changes an item. PATCH replaces the fields it names, objects as a whole; PUT and POST replace all.
func (k *collection) update(c *call) (*answer, error) {
	r, err := k.find(c)
	if err != nil {
		return nil, err
	}
	old, in := r.Doc, k.given(c)
	if c.op.method == http.MethodPatch && !k.replace {
		kept := clone(old).(doc)
		maps.Copy(kept, in)
		in = kept
	}
	for _, name := range append([]string{k.id, "id"}, k.keep...) {
		if value, ok := old[name]; ok {
			in[name] = value
		}
	}
	for name := range k.full.Properties {
		if value, ok := c.params[name]; ok && name != k.param {
			in[name] = value
		}
	}
	r.Doc = in
	if err := k.store(c, r, old); err != nil {
		r.Doc = old
		return nil, err
	}
	return c.show(r, k.wrapper)
}

// store completes, checks and saves a new or changed record.
func (k *collection) store(c *call, r *record, old doc) error {
	if k.unique != "" && k.taken(c, r) {
		return conflict("%s with %s %q already exists", k.kind, k.unique, text(r.Doc, k.unique))
	}
	setDefaults(r.Doc, k.defaults)
	if k.rules != nil {
		if err := k.rules(c, r, old); err != nil {
			return err
		}
	}
	k.stamp(c, r.Doc, old)
	if err := checkDocument(k.full, r.Doc); err != nil {
		return fmt.Errorf("the document of this %s breaks the contract: %w", k.kind, err)
	}
	c.store.put(r)
	return nil
}

// taken tells whether another item has what is unique.
func (k *collection) taken(c *call, r *record) bool {
	if k.unique == k.id {
		other := c.store.get(r.Scope, r.ID)
		return other != nil && other != r
	}
	same := c.store.where(r.Scope, k.unique, text(r.Doc, k.unique))
	return slices.ContainsFunc(same, func(other *record) bool { return other != r })
}

// stamp sets times and version where the contract has such fields.
func (k *collection) stamp(c *call, d, old doc) {
	for name, property := range k.full.Properties {
		switch name {
		case "createdAt", "createTime":
			d[name] = instant(c.now)
			if old[name] != nil {
				d[name] = old[name]
			}
		case "updatedAt", "updateTime":
			d[name] = instant(c.now)
		case "version":
			version := 1
			if old != nil {
				last, _ := strconv.Atoi(fmt.Sprint(old[name]))
				version += last
			}
			d[name] = float64(version)
			if property.Value.Type.Is("string") {
				d[name] = strconv.Itoa(version)
			}
		}
	}
}

func (k *collection) delete(c *call) (*answer, error) {
	r, err := k.find(c)
	if err != nil {
		return nil, err
	}
	if k.remove != nil {
		if err := k.remove(c, r); err != nil {
			return nil, err
		}
	}
	c.store.remove(r)
	return c.reply(doc{})
}
