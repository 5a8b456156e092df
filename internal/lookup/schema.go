package lookup

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/pulumi/pulumi-go-provider/middleware/schema"
	pschema "github.com/pulumi/pulumi/pkg/v3/codegen/schema"

	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/shape"
)

// arguments describes the arguments of a function.
type arguments interface{ inputs() *shape.Struct }

func (f *finder) parentFields() []*shape.Field {
	var fields []*shape.Field
	for _, parent := range f.kind.Resource.Listing().Parents {
		fields = append(fields, &shape.Field{
			Name: parent, Type: reflect.TypeFor[string](), Optional: parent == organizationID, Rules: []shape.Rule{{Name: "uuid"}},
		})
	}
	return fields
}

func (f *one) inputs() *shape.Struct {
	return shape.New(append(f.parentFields(), &shape.Field{
		Name: f.kind.by(), Type: reflect.TypeFor[string](), Rules: []shape.Rule{{Name: "notblank"}},
	})...)
}

func (f *all) inputs() *shape.Struct { return shape.New(f.parentFields()...) }

// tells says whether a property is one that a look-up knows: not what only
// tells the provider what to do, nor what the API never returns.
func (f *finder) tells(l crud.Listing, name string) bool {
	field := f.kind.Resource.State().Field(name)
	return field != nil && !field.WriteOnly && (field.Wire != nil || slices.Contains(l.Parents, name))
}

// arguments describes the arguments that say where to look.
func (f *finder) arguments(l crud.Listing) *pschema.ObjectTypeSpec {
	args := &pschema.ObjectTypeSpec{Type: "object", Properties: map[string]pschema.PropertySpec{}}
	for _, parent := range l.Parents {
		about := aboutParent(parent)
		switch {
		case parent != organizationID:
			args.Required = append(args.Required, parent)
		case slices.Contains(l.Parents, enterpriseID):
			about += " Left out, it is the enterprise."
		default:
			about += " Left out, it is the one that the provider is configured with, or else the only one the API token can see."
		}
		args.Properties[parent] = text(about)
	}
	return args
}

// outputs describes an object.
func (f *finder) outputs(reg schema.RegisterDerivativeType, l crud.Listing) (*pschema.ObjectTypeSpec, error) {
	spec, err := f.kind.Resource.GetSchema(reg)
	if err != nil {
		return nil, err
	}
	out := &pschema.ObjectTypeSpec{
		Type:        "object",
		Description: fmt.Sprintf("What CAST AI knows of %s.", article(l.Kind)),
		Properties:  map[string]pschema.PropertySpec{"id": text(fmt.Sprintf("The ID of the %s.", l.Kind))},
		Required:    []string{"id"},
	}
	for name, property := range spec.Properties {
		if !f.tells(l, name) {
			continue
		}
		property.ReplaceOnChanges = false
		property.Description = cmp.Or(f.kind.About[name], outcome(property.Description))
		if slices.Contains(l.Parents, name) {
			property.Description = aboutParent(name)
		}
		out.Properties[name] = property
		if slices.Contains(spec.Required, name) || slices.Contains(l.Parents, name) || name == f.kind.by() {
			out.Required = append(out.Required, name)
		}
	}
	slices.Sort(out.Required)
	return out, nil
}

// GetSchema describes the function.
func (f *one) GetSchema(reg schema.RegisterDerivativeType) (pschema.FunctionSpec, error) {
	l, by := f.kind.Resource.Listing(), f.kind.by()
	result, err := f.outputs(reg, l)
	if err != nil {
		return pschema.FunctionSpec{}, err
	}
	args, how := f.arguments(l), "`"+by+"`"
	args.Properties[by] = text(cmp.Or(f.kind.About[by], result.Properties[by].Description))
	if by == "name" {
		how, args.Properties[by] = by, text(fmt.Sprintf("The name of the %s, in the exact letter case.", l.Kind))
	}
	args.Required = append(args.Required, by)
	return pschema.FunctionSpec{
		Description: fmt.Sprintf("Finds %s%s by %s, and returns the outputs of the `%s`. It fails if there is none, or more than one.",
			article(l.Kind), place(l), how, f.resource()),
		Inputs: args, Outputs: result,
	}, nil
}

// GetSchema describes the function.
func (f *all) GetSchema(reg schema.RegisterDerivativeType) (pschema.FunctionSpec, error) {
	l := f.kind.Resource.Listing()
	item, err := f.outputs(reg, l)
	if err != nil {
		return pschema.FunctionSpec{}, err
	}
	info := token(f.kind.Name + "Info")
	reg(info, pschema.ComplexTypeSpec{ObjectTypeSpec: *item})
	kinds, list := crud.Plural(l.Kind), propertyName(f.kind.many())
	result := &pschema.ObjectTypeSpec{
		Type: "object",
		Properties: map[string]pschema.PropertySpec{list: {
			TypeSpec: pschema.TypeSpec{
				Type: "array", Items: &pschema.TypeSpec{Ref: "#/types/" + string(info)},
			},
			Description: fmt.Sprintf("The %s, sorted.", kinds),
		}},
		Required: append([]string{list}, l.Parents...),
	}
	for _, parent := range l.Parents {
		result.Properties[parent] = text(aboutParent(parent))
	}
	return pschema.FunctionSpec{
		Description: fmt.Sprintf("Lists the %s%s, each with the outputs of a `%s`. An empty list is no error.",
			kinds, place(l), f.resource()),
		Inputs: f.arguments(l), Outputs: result,
	}, nil
}

// resource is the name of the resource.
func (f *finder) resource() string {
	name, err := f.kind.Resource.GetToken()
	if err != nil {
		return f.kind.Name
	}
	return name.Name().String()
}

func text(about string) pschema.PropertySpec {
	return pschema.PropertySpec{TypeSpec: pschema.TypeSpec{Type: "string"}, Description: about}
}

// aboutParent describes an argument that says where to look.
func aboutParent(parent string) string {
	switch parent {
	case organizationID:
		return "The organization (UUID)."
	case enterpriseID:
		return "The enterprise (UUID)."
	default:
		return fmt.Sprintf("The ID (UUID) of the %s.", words(parent))
	}
}

// place says where a function looks: " of a cluster".
func place(l crud.Listing) string {
	switch {
	case len(l.Parents) == 0:
		return " of the organization of the API token"
	case slices.Contains(l.Parents, enterpriseID):
		return " of an enterprise or one of its child organizations"
	default:
		return " of " + article(words(l.Parents[len(l.Parents)-1]))
	}
}

// words are those of the name of an ID: edgeLocationId is an edge location.
func words(id string) string {
	var out strings.Builder
	for _, r := range strings.TrimSuffix(id, "Id") {
		if unicode.IsUpper(r) {
			out.WriteRune(' ')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

func article(kind string) string {
	switch {
	case kind == crud.Plural(kind):
		return kind
	case strings.ContainsAny(kind[:1], "aeioAEIO"), strings.HasPrefix(kind, "SSO"):
		return "an " + kind
	default:
		return "a " + kind
	}
}

// outcome takes out of the description of an input what only those who set it
// need to know.
func outcome(about string) string {
	var kept []string
	for sentence := range strings.SplitSeq(about, ". ") {
		advice := func(start string) bool { return strings.HasPrefix(sentence, start) }
		if !slices.ContainsFunc([]string{"Left out, ", "Changing it ", "Default: ", "Exactly one of ", "Needed "}, advice) {
			kept = append(kept, strings.TrimSuffix(sentence, "."))
		}
	}
	if len(kept) == 0 {
		return about
	}
	return strings.Join(kept, ". ") + "."
}
