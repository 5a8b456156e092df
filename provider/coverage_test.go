package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/castai/pulumi-castai/contract"
	"github.com/castai/pulumi-castai/internal/harness"
)

// This file measures how much of the API's bodies the resources cover. It
// believes nothing that the code says of itself: a field of a request counts
// when a request has carried it, and a field of an answer when another value
// of it changes what a resource reads. The inputs are those of the rows of the
// life suite, which hold every property.

// apiField is a property of a schema of the contract: "Schema.property".
type apiField string

// apiCoverage is what is known of the fields of the contract.
type apiCoverage struct {
	operations map[string]*openapi3.Operation
	// waivers are the fields that no property maps, and why. "Schema.*" stands
	// for all fields of a schema.
	waivers map[string]string

	mu sync.Mutex
	// managed are the fields in the bodies of a kind, by its token.
	managed map[string]map[apiField]bool
	// mapped are the fields that a resource sends or reads.
	mapped map[apiField]bool
}

func loadCoverage(t *testing.T) *apiCoverage {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(contract.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	c := &apiCoverage{operations: map[string]*openapi3.Operation{}, managed: map[string]map[apiField]bool{}, mapped: map[apiField]bool{}}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			c.operations[operation.OperationID] = operation
		}
	}
	text, err := os.ReadFile("testdata/api-waivers.json")
	if err == nil {
		err = json.Unmarshal(text, &c.waivers)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// request and answer are the schemas of an operation's bodies, or nil.
func (c *apiCoverage) request(operation string) *openapi3.SchemaRef {
	if o := c.operations[operation]; o != nil && o.RequestBody != nil {
		return o.RequestBody.Value.Content.Get("application/json").Schema
	}
	return nil
}

func (c *apiCoverage) answer(operation string) *openapi3.SchemaRef {
	o := c.operations[operation]
	if o == nil {
		return nil
	}
	for status, response := range o.Responses.Map() {
		if media := response.Value.Content.Get("application/json"); strings.HasPrefix(status, "2") && media != nil {
			return media.Schema
		}
	}
	return nil
}

// node is a place in a body: a schema, its name, and the names of the schemas
// around it, since schemas may contain themselves.
type node struct {
	ref    *openapi3.SchemaRef
	name   string
	around []string
}

// child returns the place of a schema inside another one. A schema without a
// name is called after where it is.
func (n node) child(ref *openapi3.SchemaRef, at string) node {
	name := n.name + at
	if ref.Ref != "" {
		name = ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	}
	return node{ref, name, append(slices.Clone(n.around), n.name)}
}

// inner is the place of the elements of a list or map, however deep; step says
// how to get there.
func (n node) inner() (inner node, steps []string) {
	for {
		schema := n.ref.Value
		switch {
		case schema.Items != nil:
			n, steps = n.child(schema.Items, ""), append(steps, "[]")
		case schema.AdditionalProperties.Schema != nil && len(schema.Properties) == 0:
			n, steps = n.child(schema.AdditionalProperties.Schema, ""), append(steps, "{}")
		default:
			return n, steps
		}
	}
}

// properties are the fields of an object, in order.
func (n node) properties() []struct {
	field apiField
	name  string
	at    node
} {
	var out []struct {
		field apiField
		name  string
		at    node
	}
	if slices.Contains(n.around, n.name) {
		return nil
	}
	all := maps.Clone(n.ref.Value.Properties)
	for _, part := range n.ref.Value.AllOf {
		if all == nil {
			all = openapi3.Schemas{}
		}
		maps.Copy(all, part.Value.Properties)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, struct {
			field apiField
			name  string
			at    node
		}{apiField(n.name + "." + name), name, n.child(all[name], "."+name)})
	}
	return out
}

// found says that a kind has a field in its bodies, and whether that is mapped.
func (c *apiCoverage) found(token string, field apiField, mapped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.managed[token] == nil {
		c.managed[token] = map[apiField]bool{}
	}
	c.managed[token][field] = true
	if mapped {
		c.mapped[field] = true
	}
}

// sent notes the fields that a request of a kind may carry, and those it does.
func (c *apiCoverage) sent(token string, n node, value any) {
	n, steps := n.inner()
	values := []any{value}
	for range steps {
		var deeper []any
		for _, v := range values {
			switch v := v.(type) {
			case []any:
				deeper = append(deeper, v...)
			case map[string]any:
				deeper = slices.AppendSeq(deeper, maps.Values(v))
			}
		}
		values = deeper
	}
	for _, p := range n.properties() {
		carried := []any{}
		for _, v := range values {
			if object, ok := v.(map[string]any); ok {
				if inner, has := object[p.name]; has {
					carried = append(carried, inner)
				}
			}
		}
		c.found(token, p.field, len(carried) > 0)
		if len(carried) == 0 {
			carried = append(carried, nil)
		}
		for _, inner := range carried {
			c.sent(token, p.at, inner)
		}
	}
}

// read notes the fields that an answer to a kind may hold, and returns whether
// one is mapped. matters says whether a resource reads another value at a path.
func (c *apiCoverage) read(token string, n node, path []string, matters func(path []string, schema *openapi3.Schema) bool) (some bool) {
	n, steps := n.inner()
	path = append(slices.Clone(path), steps...)
	for _, p := range n.properties() {
		at := append(slices.Clone(path), p.name)
		mapped := c.read(token, p.at, at, matters) || c.isMapped(p.field) || c.waived(p.field) == "" && matters(at, p.at.ref.Value)
		c.found(token, p.field, mapped)
		some = some || mapped
	}
	return some
}

func (c *apiCoverage) isMapped(field apiField) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mapped[field]
}

// waived returns the waiver of a field: its own name, or that of its schema.
func (c *apiCoverage) waived(field apiField) string {
	schema, _, _ := strings.Cut(string(field), ".")
	for _, name := range []string{string(field), schema + ".*"} {
		if c.waivers[name] != "" {
			return name
		}
	}
	return ""
}

// altered returns a document with another value at a path, which it makes if
// it is not there.
func altered(v any, path []string, schema *openapi3.Schema) any {
	if len(path) == 0 {
		return otherValue(v, schema)
	}
	switch path[0] {
	case "[]":
		items, _ := v.([]any)
		if len(items) == 0 {
			items = []any{nil}
		}
		for i := range items {
			items[i] = altered(items[i], path[1:], schema)
		}
		return items
	case "{}":
		items, _ := v.(map[string]any)
		if len(items) == 0 {
			items = map[string]any{"key": nil}
		}
		for key := range items {
			items[key] = altered(items[key], path[1:], schema)
		}
		return items
	}
	object, _ := v.(map[string]any)
	if object == nil {
		object = map[string]any{}
	}
	object[path[0]] = altered(object[path[0]], path[1:], schema)
	return object
}

// otherValue is a value that a schema allows and that is another one.
func otherValue(v any, schema *openapi3.Schema) any {
	for _, known := range slices.Backward(schema.Enum) {
		if known != v {
			return known
		}
	}
	switch {
	case schema.Type.Is("boolean"):
		return v != true
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		n, _ := v.(float64)
		return n + 1
	case schema.Type.Is("object"):
		return map[string]any{"key": "value"}
	case schema.Format == "date-time":
		return "2031-02-03T04:05:06Z"
	case schema.Format == "int64" || schema.Format == "uint64":
		text, _ := v.(string)
		n, _ := strconv.Atoi(text)
		return strconv.Itoa(n + 1)
	default:
		return "5c0ffee5-0000-4000-8000-000000000000"
	}
}

// lived notes what the life of a resource shows.
func (c *apiCoverage) lived(w *world, r *row) {
	for _, inputs := range r.full(w) {
		x := w.Resource(r.token, "x")
		w.Forget()
		w.up("create", x, inputs, "create")
		changes := changesOf(w, r, inputs)
		for _, path := range slices.Sorted(maps.Keys(changes)) {
			if !replaces(r.shape(), changes[path]) && !r.elsewhere(w, inputs, path) {
				w.up(path, x, with(inputs, changes[path]), "update", "same")
			}
		}
		w.up("back", x, inputs, "update", "same")
		for _, request := range w.Emulator.Requests() {
			schema := c.request(request.Operation)
			if schema == nil || len(request.Body) == 0 {
				continue
			}
			var body any
			if err := json.Unmarshal(request.Body, &body); err != nil {
				w.t.Fatal(err)
			}
			c.sent(r.token, node{name: request.Operation}.child(schema, ""), body)
		}
		w.fresh()
		w.Forget()
		if err := w.Resource(r.token, "found").Import(r.importID(w, x)); err != nil {
			w.t.Fatal(err)
		}
		for _, request := range w.Emulator.Requests() {
			if schema := c.answer(request.Operation); schema != nil {
				c.read(r.token, node{name: request.Operation}.child(schema, ""), nil, func(path []string, leaf *openapi3.Schema) bool {
					return matters(w, r, x, request.Method, request.Path, path, leaf)
				})
			}
		}
		if err := x.Delete(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// paging are the fields that say how a list goes on.
var paging = []string{"nextCursor", "nextPage", "cursor"}

// matters says whether another value at a path of an answer changes what a
// resource reads, or what is imported.
func matters(w *world, r *row, x *harness.Resource, method, path string, at []string, leaf *openapi3.Schema) bool {
	if slices.Contains(paging, at[len(at)-1]) {
		return true
	}
	id, repeats := r.importID(w, x), false
	look := func() string {
		w.fresh()
		found := w.Resource(r.token, "found")
		err := found.Import(id)
		return fmt.Sprint(err, found.ID, found.Inputs, found.Outputs)
	}
	w.web.pass()
	before := look()
	w.web.change(func(req *http.Request, body []byte) []byte {
		var doc any
		if req.Method != method || req.URL.EscapedPath() != path || json.Unmarshal(body, &doc) != nil {
			return body
		}
		repeats = repeats || repeatsIdentity(x, valueAt(doc, at))
		text, err := json.Marshal(altered(doc, at, leaf))
		if err != nil {
			return body
		}
		return text
	})
	defer w.web.pass()
	return look() != before || repeats
}

// repeatsIdentity says whether a value of an answer repeats what a resource is
// known by.
func repeatsIdentity(x *harness.Resource, v any) bool {
	id, ok := v.(string)
	if ok && id != "" && slices.Contains(strings.Split(x.ID, "/"), id) {
		return true
	}
	for _, input := range x.Inputs {
		if ok && input.IsString() && input.StringValue() == id && id != "" {
			return true
		}
	}
	return false
}

// valueAt returns what a document holds at a path, of the first element where
// there are several.
func valueAt(v any, path []string) any {
	for _, step := range path {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			if v = nil; len(in) > 0 {
				v = in[0]
			}
		default:
			return nil
		}
	}
	return v
}

// TestCoverage fails for every field in the bodies of a managed kind that no
// resource sends or reads, unless it is waived with a reason.
func TestCoverage(t *testing.T) {
	t.Parallel()
	c := loadCoverage(t)
	t.Run("kinds", func(t *testing.T) {
		for _, r := range rows {
			if r.token == "ApiObject" {
				continue // which takes any body, and maps nothing
			}
			t.Run(r.token, func(t *testing.T) {
				t.Parallel()
				c.lived(newWorld(t, r), r)
			})
		}
	})
	if t.Failed() {
		return
	}
	table := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "kind\tfields\tmapped\twaived\tmissing\t")
	used := map[string]bool{}
	missing := map[apiField][]string{}
	for _, token := range slices.Sorted(maps.Keys(c.managed)) {
		var mapped, excused, lacking int
		for field := range c.managed[token] {
			waiver := c.waived(field)
			switch {
			case c.mapped[field]:
				mapped++
			case waiver != "":
				used[waiver] = true
				excused++
			default:
				lacking++
				missing[field] = append(missing[field], token)
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", token, len(c.managed[token]), mapped, excused, lacking)
	}
	if testing.Verbose() {
		_ = table.Flush()
	}
	for _, field := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s (%s) is neither mapped by a property nor waived", field, strings.Join(missing[field], ", "))
	}
	for name, why := range c.waivers {
		if !used[name] {
			t.Errorf("the waiver of %s (%s) waives nothing: drop it", name, why)
		}
	}
}
