// Package shape reads the struct tags of a resource's inputs and outputs once,
// so that encoding, normalising and checking work from one description of a
// property.
//
// A property has these tags, of which only the first is needed:
//
//	pulumi:"name,optional"  its Pulumi name
//	provider:"secret,replaceOnChanges"
//	wire:"path,options"     where it lives in the body, see [Field.Wire]
//	norm:"kind,default=x"   when two spellings mean the same, see [Kind];
//	                        "set,kind" for the elements of a set
//	check:"rule,rule=arg"   what makes a value invalid, see package check
package shape

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Kind says when two spellings of a value mean the same.
type Kind string

// The kinds of semantic equality that the norm tag can name.
const (
	Exact    Kind = ""         // equal values only
	Set      Kind = "set"      // a list whose order does not matter
	Instant  Kind = "instant"  // an RFC 3339 time, whatever its zone and fraction
	Duration Kind = "duration" // a Go duration: 90s is 1m30s
	JSON     Kind = "json"     // JSON text, or base64 of it: layout and key order do not matter
	Fold     Kind = "fold"     // text in any letter case
	CIDR     Kind = "cidr"     // an address range, whatever its host bits
	CSV      Kind = "csv"      // comma-separated text, whatever its line ends and padding
	Decimal  Kind = "decimal"  // a number as text: 1.0 is 1
	Cron     Kind = "cron"     // a cron schedule: MON-FRI is 1-5
	Lines    Kind = "lines"    // text of lines, whatever blanks they end in
	Loose    Kind = "loose"    // any value as JSON may spell it: 1 is "1", true is "true", and instants have any zone
)

var textKinds = map[Kind]bool{Instant: true, Duration: true, JSON: true, Fold: true, CIDR: true, CSV: true, Decimal: true, Cron: true, Lines: true}

// Rule is one entry of a check tag.
type Rule struct{ Name, Arg string }

// Field describes one property.
type Field struct {
	// Name is the Pulumi name.
	Name string
	// Index finds the field in its struct, as [reflect.Value.FieldByIndex] takes it.
	Index []int
	// Type is the Go type.
	Type reflect.Type

	Optional, Secret, Replace bool

	// Wire is the path of the value in the body: {"rebalancingConfig", "minNodes"}.
	// It is the Pulumi name unless the wire tag names another, and nil for "-":
	// such a property never travels (path parameters, local switches).
	Wire []string
	// Null and Zero say how an update clears the property: with null, or with
	// its zero value. Otherwise leaving it out of the body clears it.
	Null, Zero bool
	// CreateOnly properties are left out of update bodies.
	CreateOnly bool
	// WriteOnly properties are sent and never come back.
	WriteOnly bool
	// JSONText properties are text holding JSON; the body carries the value itself.
	JSONText bool
	// Changes marks an output that an update may change, so that previews do
	// not promise its old value.
	Changes bool

	// Switch marks an object of which there is one of several, and which tells
	// by that what the resource is: when it comes or goes, the resource is
	// replaced.
	Switch bool
	// Present says that an object says something by being there, even empty.
	Present bool

	// Kind is the semantic equality of the value; that of each element for
	// maps, and for lists unless it is Set.
	Kind Kind
	// Whole says that the elements of a list, or an object, are the program's as
	// a whole: what it leaves unset in them is empty, and not the service's to
	// choose.
	Whole bool
	// Partial says that a map holds what the program cares for of an object: what
	// the service has besides is neither drift nor shown in this property, and a
	// member that the program drops is given up, which never replaces.
	Partial bool
	// Item is the semantic equality of a single text: of the value, or of
	// each element of a list or map.
	Item Kind
	// Default is what the server fills in, as text; the zero value unless given.
	Default string

	// Rules are checked on the program's value.
	Rules []Rule
	// Deprecated says what to use instead; empty unless the property is deprecated.
	Deprecated string

	// List and Map say that the value is a list or a map; Elem describes the
	// properties of the object, or of each element; nil for plain values.
	List, Map bool
	Elem      *Struct
	// Enum lists the values this version knows, from the rule known=a|b|c or
	// from an enumeration type. Others pass with a warning. Nil: any value.
	Enum []string
}

// Struct describes the properties of an object.
type Struct struct {
	Fields []*Field
	byName map[string]*Field
}

// New describes an object by its properties.
func New(fields ...*Field) *Struct {
	s := &Struct{Fields: fields, byName: make(map[string]*Field, len(fields))}
	for _, f := range fields {
		s.byName[f.Name] = f
	}
	return s
}

// Field returns the property with that Pulumi name, or nil.
func (s *Struct) Field(name string) *Field {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// Lists says whether the value is one that this version knows, in any letter
// case where that does not matter.
func (f *Field) Lists(value string) bool {
	for _, known := range f.Enum {
		if known == value || f.Item == Fold && strings.EqualFold(known, value) {
			return true
		}
	}
	return false
}

var cache sync.Map // reflect.Type -> *Struct

// Of describes a struct type or a pointer to one. It panics on a malformed
// tag, which is a mistake in this program and is caught by any test.
func Of(t reflect.Type) *Struct {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := cache.Load(t); ok {
		return s.(*Struct)
	}
	s := &Struct{byName: map[string]*Field{}}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous && f.Type.Kind() == reflect.Pointer {
			panic(fmt.Sprintf("shape: %s.%s: embed the struct, not a pointer to it", t, f.Name))
		}
		if f.Anonymous || !f.IsExported() {
			continue
		}
		tag, ok := f.Tag.Lookup("pulumi")
		if !ok {
			continue
		}
		field, err := parse(f, tag)
		if err != nil {
			panic(fmt.Sprintf("shape: %s.%s: %v", t, f.Name, err))
		}
		if s.byName[field.Name] != nil {
			panic(fmt.Sprintf("shape: %s.%s: there are two properties %q", t, f.Name, field.Name))
		}
		s.Fields = append(s.Fields, field)
		s.byName[field.Name] = field
	}
	annotate(t, s)
	first, _ := cache.LoadOrStore(t, s)
	return first.(*Struct)
}

// annotate takes over what the framework is told of the properties.
func annotate(t reflect.Type, s *Struct) {
	value := reflect.New(t)
	if annotated, ok := value.Interface().(infer.Annotated); ok {
		annotated.Annotate(&annotator{of: s, value: value.Elem()})
	}
}

// annotator notes the deprecations of an object; all else is for the schema alone.
type annotator struct {
	of    *Struct
	value reflect.Value
}

func (*annotator) Describe(any, string)                        {}
func (*annotator) SetDefault(any, any, ...string)              {}
func (*annotator) SetToken(tokens.ModuleName, tokens.TypeName) {}
func (*annotator) AddAlias(tokens.ModuleName, tokens.TypeName) {}

func (a *annotator) Deprecate(property any, message string) {
	for _, f := range a.of.Fields {
		if a.value.FieldByIndex(f.Index).Addr().Interface() == property {
			f.Deprecated = message
		}
	}
}

func parse(f reflect.StructField, tag string) (*Field, error) {
	name, opts := split(tag)
	field := &Field{Name: name, Index: f.Index, Type: f.Type, Optional: opts["optional"], Wire: []string{name}}

	_, provider := split("," + f.Tag.Get("provider"))
	field.Secret, field.Replace = provider["secret"], provider["replaceOnChanges"]

	path, opts := split(f.Tag.Get("wire"))
	switch path {
	case "":
	case "-":
		field.Wire = nil
	default:
		field.Wire = strings.Split(path, ".")
	}
	for opt := range opts {
		switch opt {
		case "null":
			field.Null = true
		case "zero":
			field.Zero = true
		case "create":
			field.CreateOnly = true
		case "writeonly":
			field.WriteOnly = true
		case "json":
			field.JSONText = true
		case "changes":
			field.Changes = true
		case "switch":
			field.Switch = true
		default:
			return nil, fmt.Errorf("unknown wire option %q", opt)
		}
	}

	if rules := f.Tag.Get("check"); rules != "" {
		for _, part := range strings.Split(rules, ",") {
			rule, arg, _ := strings.Cut(part, "=")
			if rule == "known" {
				field.Enum = strings.Split(arg, "|")
				continue
			}
			field.Rules = append(field.Rules, Rule{rule, arg})
		}
	}

	elem := Deref(f.Type)
	switch elem.Kind() {
	case reflect.Slice:
		field.List, elem = true, Deref(elem.Elem())
	case reflect.Map:
		field.Map, elem = true, Deref(elem.Elem())
	}
	if elem.Kind() == reflect.Struct {
		field.Elem = Of(elem)
	}
	if field.Enum == nil {
		field.Enum = enumValues(elem)
	}
	return field, parseNorm(field, f.Tag.Get("norm"), elem.Kind() == reflect.String)
}

// parseNorm reads the norm tag. Text in the program that travels as JSON comes
// back in another layout, so it needs no tag.
func parseNorm(field *Field, tag string, text bool) error {
	set := false
	if field.JSONText {
		field.Item = JSON
	}
	for _, part := range strings.Split(tag, ",") {
		kind := Kind(part)
		if value, ok := strings.CutPrefix(part, "default="); ok {
			field.Default = value
			continue
		}
		switch {
		case kind == Exact:
		case kind == Set && field.List:
			set = true
		case part == "whole" && (field.List || field.Elem != nil):
			field.Whole = true
		case part == "whole":
			return fmt.Errorf("norm kind %q is for lists and objects", part)
		case part == "partial" && field.Map:
			field.Partial = true
		case part == "partial":
			return fmt.Errorf("norm kind %q is for maps", part)
		case part == "present" && field.Elem != nil && !field.List && !field.Map:
			field.Present = true
		case part == "present":
			return fmt.Errorf("norm kind %q is for objects", part)
		case kind == Set:
			return fmt.Errorf("norm kind %q is for lists", part)
		case !textKinds[kind]:
			return fmt.Errorf("unknown norm kind %q", part)
		case !text:
			return fmt.Errorf("norm kind %q is for text", part)
		case field.Item != Exact && field.Item != kind:
			return fmt.Errorf("norm kind %q contradicts %q", part, field.Item)
		default:
			field.Item = kind
		}
	}
	if field.Kind = field.Item; set {
		field.Kind = Set
	}
	return nil
}

// enumValues asks an enumeration of the framework for its values: the method
// Values returns a slice of structs with a field Value.
func enumValues(t reflect.Type) []string {
	method := reflect.Zero(t).MethodByName("Values")
	if t.Kind() != reflect.String || !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return nil
	}
	list := method.Call(nil)[0]
	values := make([]string, list.Len())
	for i := range values {
		values[i] = list.Index(i).FieldByName("Value").String()
	}
	return values
}

// Deref returns the type that a type points at in the end.
func Deref(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func split(tag string) (name string, opts map[string]bool) {
	parts := strings.Split(tag, ",")
	opts = map[string]bool{}
	for _, p := range parts[1:] {
		if p != "" {
			opts[p] = true
		}
	}
	return parts[0], opts
}
