package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/castai/pulumi-castai/contract"
)

// operation is one operation of the wire contract.
type operation struct {
	id, method, path string
	segments         []segment
	request          *openapi3.Schema // nil without a body
	success          int              // the status of success
	answer           *openapi3.Schema // nil without a body
	mediaType        string           // of the answer
	problem          *openapi3.Schema // the error body
	query            map[string]*openapi3.Schema
}

// mainAPI tells the main API from the others, which have another error body.
func mainAPI(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first == "savings" || len(first) > 1 && first[0] == 'v' && first[1] >= '0' && first[1] <= '9'
}

// segment is one part of a path template: text, or a parameter with text around it as in {id}:register.
type segment struct{ before, param, after string }

func parsePath(template string) []segment {
	var segments []segment
	for part := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		before, rest, found := strings.Cut(part, "{")
		param, after, _ := strings.Cut(rest, "}")
		if !found {
			before = part
		}
		segments = append(segments, segment{before, param, after})
	}
	return segments
}

// match returns the parameters of a path, or false. Parts are still escaped.
func match(segments []segment, parts []string) (map[string]string, bool) {
	if len(parts) != len(segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range segments {
		if want.param == "" {
			if parts[i] != want.before {
				return nil, false
			}
			continue
		}
		value, ok := strings.CutPrefix(parts[i], want.before)
		if !ok {
			return nil, false
		}
		value, ok = strings.CutSuffix(value, want.after)
		if !ok || value == "" {
			return nil, false
		}
		plain, err := url.PathUnescape(value)
		if err != nil {
			return nil, false
		}
		params[want.param] = plain
	}
	return params, true
}

func splitPath(escaped string) []string {
	return strings.Split(strings.TrimPrefix(escaped, "/"), "/")
}

// parsed holds the segments of the templates that were filled: those of the code and of the contract.
var parsed sync.Map

// fill puts parameters into a path template.
func fill(template string, params map[string]string) string {
	known, ok := parsed.Load(template)
	if !ok {
		known, _ = parsed.LoadOrStore(template, parsePath(template))
	}
	segments := known.([]segment)
	parts := make([]string, len(segments))
	for i, s := range segments {
		parts[i] = s.before
		if s.param != "" {
			parts[i] += url.PathEscape(params[s.param]) + s.after
		}
	}
	return "/" + strings.Join(parts, "/")
}

// itemPath is the concrete path of one item of a collection.
func itemPath(scope, id string) string { return scope + "/" + url.PathEscape(id) }

// operations are all operations of the contract.
type operations struct {
	byID   map[string]*operation
	byPath map[string]map[string]*operation // by path template and method
	ranked []*operation                     // the more literal first
}

// find returns the operation a request means, or nil.
func (o *operations) find(method, escapedPath string) (*operation, map[string]string) {
	parts := splitPath(escapedPath)
	for _, op := range o.ranked {
		if op.method != method {
			continue
		}
		if params, ok := match(op.segments, parts); ok {
			return op, params
		}
	}
	return nil, nil
}

// loadOperations reads the contract, once per process.
var loadOperations = sync.OnceValues(func() (*operations, error) {
	document, err := readWire(contract.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("wire contract: %w", err)
	}
	all := &operations{byID: map[string]*operation{}, byPath: map[string]map[string]*operation{}}
	for path, item := range document.Paths {
		all.byPath[path] = map[string]*operation{}
		for method, described := range item {
			op, err := document.operation(strings.ToUpper(method), path, described)
			if err != nil {
				return nil, fmt.Errorf("wire contract: %s %s: %w", method, path, err)
			}
			all.byID[op.id] = op
			all.byPath[path][op.method] = op
			all.ranked = append(all.ranked, op)
		}
	}
	slices.SortFunc(all.ranked, func(a, b *operation) int {
		if by := vagueness(a) - vagueness(b); by != 0 {
			return by
		}
		return strings.Compare(a.id, b.id)
	})
	return all, nil
})

// vagueness ranks templates that match the same path: fewer parameters first, and those with text around them.
func vagueness(op *operation) int {
	points := 0
	for _, s := range op.segments {
		if s.param != "" {
			points += 2
			if s.before+s.after != "" {
				points--
			}
		}
	}
	return points
}

// checkQuery refuses query parameters the contract does not know (when strict) and values of the wrong type.
func (o *operation) checkQuery(query url.Values, strict bool) *Failure {
	for name, values := range query {
		schema := o.query[name]
		if schema == nil {
			if strict {
				return invalid(name, "%s does not know this query parameter", o.id)
			}
			continue
		}
		if schema.Items != nil {
			schema = schema.Items.Value
		}
		for _, text := range values {
			if err := schema.VisitJSON(typed(schema, text)); err != nil {
				return invalid(name, "%s", reason(err))
			}
		}
	}
	return nil
}

// typed reads a query value as the type the contract gives it; text that does not fit stays text and fails the check.
func typed(schema *openapi3.Schema, text string) any {
	switch {
	case schema.Type.Is("boolean"):
		if value, err := strconv.ParseBool(text); err == nil {
			return value
		}
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		if value, err := strconv.ParseFloat(text, 64); err == nil {
			return value
		}
	}
	return text
}

// checkRequest compares a body with the contract and returns it without nulls where they mean "not set"
// and without the fields the contract does not know, which are refused when strict.
func (o *operation) checkRequest(body any, strict bool) *Failure {
	emptyLists(o.request, body)
	unknown := prune(o.request, body, "")
	if strict && len(unknown) > 0 {
		f := &Failure{Status: http.StatusBadRequest, Message: fmt.Sprintf("%s does not know: %s", o.id, strings.Join(unknown, ", "))}
		for _, field := range unknown {
			f.Violations = append(f.Violations, Violation{field, "unknown field"})
		}
		return f
	}
	if err := o.request.VisitJSON(withoutNulls(body), openapi3.MultiErrors()); err != nil {
		f := &Failure{Status: http.StatusBadRequest, Message: "the request is not valid"}
		for _, one := range flatten(err) {
			f.Violations = append(f.Violations, Violation{field(one), reason(one)})
		}
		slices.SortFunc(f.Violations, func(a, b Violation) int { return strings.Compare(a.Field, b.Field) })
		f.Message = fmt.Sprintf("%s: %s", f.Violations[0].Field, f.Violations[0].Description)
		return f
	}
	return nil
}

// emptyLists makes lists that a schema demands, and that are null, empty ones. Observed: clients send null for none.
func emptyLists(schema *openapi3.Schema, value any) {
	switch value := value.(type) {
	case doc:
		known, _ := members(schema)
		for name, member := range value {
			inner := known[name]
			switch {
			case inner == nil:
			case member == nil && inner.Items != nil && slices.Contains(schema.Required, name):
				value[name] = []any{}
			default:
				emptyLists(inner, member)
			}
		}
	case []any:
		if schema.Items != nil {
			for _, item := range value {
				emptyLists(schema.Items.Value, item)
			}
		}
	}
}

// checkDocument compares what the emulator made with the contract; a difference is a defect of the emulator.
func checkDocument(schema *openapi3.Schema, value any) error {
	if unknown := unknownFields(schema, value, "", false); len(unknown) > 0 {
		return fmt.Errorf("fields the contract does not know: %s", strings.Join(unknown, ", "))
	}
	if err := schema.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		first := flatten(err)[0]
		return fmt.Errorf("%s: %s", field(first), reason(first))
	}
	return nil
}

// prune removes the fields a schema does not know and returns their paths.
func prune(schema *openapi3.Schema, value any, path string) []string {
	unknown := unknownFields(schema, value, path, true)
	slices.Sort(unknown)
	return unknown
}

func unknownFields(schema *openapi3.Schema, value any, path string, drop bool) []string {
	var unknown []string
	switch value := value.(type) {
	case doc:
		known, open := members(schema)
		for name, member := range value {
			at := strings.TrimPrefix(path+"."+name, ".")
			switch {
			case known[name] != nil:
				unknown = append(unknown, unknownFields(known[name], member, at, drop)...)
			case open == nil:
				unknown = append(unknown, at)
				if drop {
					delete(value, name)
				}
			default:
				unknown = append(unknown, unknownFields(open, member, at, drop)...)
			}
		}
	case []any:
		if schema.Items != nil {
			for i, item := range value {
				unknown = append(unknown, unknownFields(schema.Items.Value, item, fmt.Sprintf("%s[%d]", path, i), drop)...)
			}
		}
	}
	return unknown
}

var anything = &openapi3.Schema{}

// shape is the fields a schema names, and the schema of all others: nil when there may be none.
type shape struct {
	known map[string]*openapi3.Schema
	open  *openapi3.Schema
}

var shapes sync.Map // of *openapi3.Schema

func members(schema *openapi3.Schema) (known map[string]*openapi3.Schema, open *openapi3.Schema) {
	if found, ok := shapes.Load(schema); ok {
		return found.(shape).known, found.(shape).open
	}
	known = map[string]*openapi3.Schema{}
	for name, property := range schema.Properties {
		known[name] = property.Value
	}
	for _, part := range schema.AllOf {
		more, _ := members(part.Value)
		maps.Copy(known, more)
	}
	switch {
	case schema.AdditionalProperties.Schema != nil:
		open = schema.AdditionalProperties.Schema.Value
	case len(known) == 0, schema.AdditionalProperties.Has != nil && *schema.AdditionalProperties.Has:
		open = anything
	}
	shapes.Store(schema, shape{known, open})
	return known, open
}

// withoutNulls returns the value without the object members that are null: to this API they are as good as absent.
func withoutNulls(value any) any {
	switch value := value.(type) {
	case doc:
		out := make(doc, len(value))
		for name, member := range value {
			if member != nil {
				out[name] = withoutNulls(member)
			}
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = withoutNulls(item)
		}
		return out
	}
	return value
}

// withoutUnset does so with a body as its schema describes it: in an object of which the contract knows nothing, such as
// the patch of a pod mutation, null is a value.
func withoutUnset(schema *openapi3.Schema, value any) any {
	switch value := value.(type) {
	case doc:
		known, open := members(schema)
		if len(known) == 0 && open == anything {
			return value
		}
		out := make(doc, len(value))
		for name, member := range value {
			inner := cmp.Or(known[name], open, anything)
			if member != nil {
				out[name] = withoutUnset(inner, member)
			}
		}
		return out
	case []any:
		items := anything
		if schema.Items != nil {
			items = schema.Items.Value
		}
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = withoutUnset(items, item)
		}
		return out
	}
	return value
}

// flatten lists the single errors of a validation.
func flatten(err error) []error {
	many, ok := err.(openapi3.MultiError)
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range many {
		all = append(all, flatten(one)...)
	}
	return all
}

func field(err error) string {
	if schemaError, ok := err.(*openapi3.SchemaError); ok {
		if path := schemaError.JSONPointer(); len(path) > 0 {
			return strings.Join(path, ".")
		}
	}
	return "body"
}

func reason(err error) string {
	if schemaError, ok := err.(*openapi3.SchemaError); ok {
		return schemaError.Reason
	}
	return err.Error()
}
