package emulator

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// wire is the contract as far as the emulator reads it. The general loader of OpenAPI documents takes a fifth of a
// second for it, this one a small part of that. A test makes sure that the contract uses no other keyword.
type wire struct {
	Paths      map[string]map[string]wireOperation
	Components struct {
		Schemas map[string]*wireSchema
	}

	schemas map[string]*openapi3.Schema // by name
}

type wireOperation struct {
	OperationID string
	Parameters  []struct {
		Name, In string
		Schema   *wireSchema
	}
	RequestBody *wireBody
	Responses   map[string]wireBody
}

type wireBody struct {
	Content map[string]struct{ Schema *wireSchema }
}

type wireSchema struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Format               string
	Nullable             bool
	Deprecated           bool
	Enum                 []any
	Required             []string
	Properties           map[string]*wireSchema
	Items                *wireSchema
	AllOf                []*wireSchema
	AdditionalProperties *wireOpen
}

// wireOpen is what other fields an object may have: any, or those of a schema.
type wireOpen struct {
	any    bool
	schema *wireSchema
}

func (o *wireOpen) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &o.any) == nil {
		return nil
	}
	return json.Unmarshal(text, &o.schema)
}

func readWire(text []byte) (*wire, error) {
	w := &wire{schemas: map[string]*openapi3.Schema{}}
	return w, json.Unmarshal(text, w)
}

func (w *wire) operation(method, path string, described wireOperation) (*operation, error) {
	op := &operation{id: described.OperationID, method: method, path: path, segments: parsePath(path), query: map[string]*openapi3.Schema{}}
	var err error
	read := func(s *wireSchema) *openapi3.Schema {
		schema, failure := w.schema(s)
		if failure != nil {
			err = failure
		}
		return schema
	}
	for _, p := range described.Parameters {
		if p.In == openapi3.ParameterInQuery {
			op.query[p.Name] = read(p.Schema)
		}
	}
	if described.RequestBody != nil {
		for _, media := range described.RequestBody.Content {
			op.request = read(media.Schema)
		}
	}
	for status, response := range described.Responses {
		for mediaType, media := range response.Content {
			if status == "default" {
				op.problem = read(media.Schema)
			} else {
				op.answer, op.mediaType = read(media.Schema), mediaType
			}
		}
		if status != "default" {
			if op.success != 0 {
				return nil, fmt.Errorf("more than one status of success")
			}
			code, failure := strconv.Atoi(status)
			if failure != nil {
				return nil, failure
			}
			op.success = code
		}
	}
	if op.success == 0 {
		return nil, fmt.Errorf("no status of success")
	}
	return op, err
}

// schema builds the validator's form of a schema; each named one once, so that they may refer to each other.
func (w *wire) schema(s *wireSchema) (*openapi3.Schema, error) {
	if s == nil {
		return &openapi3.Schema{}, nil
	}
	if s.Ref == "" {
		schema := &openapi3.Schema{}
		return schema, w.build(s, schema)
	}
	name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
	if known := w.schemas[name]; known != nil {
		return known, nil
	}
	named := w.Components.Schemas[name]
	if named == nil {
		return nil, fmt.Errorf("no schema %s", s.Ref)
	}
	schema := &openapi3.Schema{}
	w.schemas[name] = schema
	return schema, w.build(named, schema)
}

func (w *wire) build(s *wireSchema, into *openapi3.Schema) error {
	if s.Ref != "" {
		return fmt.Errorf("a schema that is only a reference: %s", s.Ref)
	}
	into.Format, into.Nullable, into.Deprecated, into.Enum, into.Required = s.Format, s.Nullable, s.Deprecated, s.Enum, s.Required
	if s.Type != "" {
		into.Type = &openapi3.Types{s.Type}
	}
	var err error
	ref := func(s *wireSchema) *openapi3.SchemaRef {
		schema, failure := w.schema(s)
		if failure != nil {
			err = failure
		}
		return &openapi3.SchemaRef{Value: schema}
	}
	if len(s.Properties) > 0 {
		into.Properties = openapi3.Schemas{}
	}
	for name, property := range s.Properties {
		into.Properties[name] = ref(property)
	}
	if s.Items != nil {
		into.Items = ref(s.Items)
	}
	for _, part := range s.AllOf {
		into.AllOf = append(into.AllOf, ref(part))
	}
	if open := s.AdditionalProperties; open != nil {
		if open.schema != nil {
			into.AdditionalProperties.Schema = ref(open.schema)
		} else {
			into.AdditionalProperties.Has = &open.any
		}
	}
	return err
}
