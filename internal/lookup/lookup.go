// Package lookup makes, of a resource, the functions that find its objects:
// one by its name, and all of them.
//
// What they return is what the resource itself has as outputs after an import,
// and is read by the resource's own code. So nothing of an object is described
// twice, and a resource gets its functions by one line.
package lookup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/shim"
)

// Kind is what objects of a resource are called, and which functions find them.
type Kind struct {
	Resource shim.Resource
	// Name is the name that functions and types have: of NodeTemplate are made
	// getNodeTemplate, getNodeTemplates and the type NodeTemplateInfo.
	Name string
	// Many is the name of the list. Default: the plural of Name.
	Many string
	// By is the argument that an object is found by. Default: the member of the
	// API's object that tells objects apart, which then is a property as well.
	By string
	// Value finds what By is compared with. Default: the member of that name.
	Value func(object map[string]any) string
	// About describes By, if it is no property of the resource, and properties
	// that mean something else here than in a program that sets them.
	About map[string]string
}

// One is the function that finds an object: getNodeTemplate.
func (k Kind) One() shim.Function { return k.function(&one{finder{kind: k}}) }

// All is the function that lists the objects: getNodeTemplates.
func (k Kind) All() shim.Function { return k.function(&all{finder{kind: k}}) }

// Both are both functions.
func (k Kind) Both() []shim.Function { return []shim.Function{k.One(), k.All()} }

func (k Kind) function(f interface {
	infer.InferredFunction
	arguments
}) shim.Function {
	return shim.Function{InferredFunction: f, Inputs: sync.OnceValue(f.inputs)}
}

func (k Kind) many() string { return cmp.Or(k.Many, crud.Plural(k.Name)) }

func (k Kind) by() string { return cmp.Or(k.By, k.Resource.Listing().Key) }

func (k Kind) value(object map[string]any) string {
	if k.Value != nil {
		return k.Value(object)
	}
	text, _ := object[k.by()].(string)
	return text
}

// propertyName is a name as a property has it: NodeTemplates is nodeTemplates, and
// SSOConnections ssoConnections.
func propertyName(name string) string {
	upper := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsUpper(r) })
	if upper > 1 {
		upper-- // the last capital begins a word
	}
	return strings.ToLower(name[:upper]) + name[upper:]
}

// finder is what both functions have in common.
type finder struct {
	// The framework's own interface has a method that only marks what is made
	// by it. All the others are declared here.
	infer.InferredFunction
	kind Kind
}

func token(name string) tokens.Type { return tokens.Type("pkg:index:" + name) }

// organizationID and enterpriseID are the parents that may be left out, and
// what says which.
const (
	organizationID = "organizationId"
	enterpriseID   = "enterpriseId"
)

// collection is where a function looks.
type collection struct {
	crud.Listing
	parents property.Map
	path    []string // the values of the parents, in order
	where   string   // " of the cluster x"; empty for what belongs to the API token
	seen    string   // "the cluster x has"
}

// locate fills in the parents that the arguments leave out.
func (f *finder) locate(ctx context.Context, args property.Map) (collection, error) {
	c := collection{Listing: f.kind.Resource.Listing(), seen: "the API token sees"}
	for _, parent := range c.Parents {
		id := ""
		if given := args.Get(parent); given.IsString() {
			id = given.AsString()
		}
		if id == "" && parent == organizationID {
			id = c.text(enterpriseID) // of an enterprise it is itself the first
		}
		if id == "" {
			var err error
			if id, err = config.Organization(ctx, nil); err != nil {
				return c, fmt.Errorf("cannot tell the organization of the %s: %w", crud.Plural(c.Kind), err)
			}
		}
		c.parents = c.parents.Set(parent, property.New(id))
		c.path = append(c.path, id)
		c.where = fmt.Sprintf(" of the %s %s", words(parent), id)
		c.seen = fmt.Sprintf("the %s %s has", words(parent), id)
	}
	return c, nil
}

func (c *collection) text(parent string) string {
	if v := c.parents.Get(parent); v.IsString() {
		return v.AsString()
	}
	return ""
}

// objects are those that there are where the arguments say.
func (f *finder) objects(ctx context.Context, args property.Map) (collection, []map[string]any, error) {
	c, err := f.locate(ctx, args)
	if err != nil {
		return c, nil, err
	}
	objects, err := c.Objects(ctx, c.parents)
	if err != nil {
		return c, nil, fmt.Errorf("cannot list the %s%s: %w", crud.Plural(c.Kind), c.where, err)
	}
	return c, objects, nil
}

// read returns the properties of an object; false if it has gone meanwhile.
func (f *finder) read(ctx context.Context, c collection, object map[string]any, listed bool) (property.Map, bool, error) {
	id := c.ID(object)
	importID := strings.Join(append(slices.Clone(c.path), id), "/")
	found, ok, err := f.kind.Resource.Find(ctx, importID, listed)
	if err != nil || !ok {
		return property.Map{}, false, err
	}
	out := map[string]property.Value{"id": property.New(id)}
	for name, value := range found.All {
		if f.tells(c.Listing, name) {
			out[name] = value
		}
	}
	return property.NewMap(out), true, nil
}

// one finds an object.
type one struct{ finder }

func (f *one) GetToken() (tokens.Type, error) { return token("get" + f.kind.Name), nil }

// Invoke finds the object.
func (f *one) Invoke(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
	c, objects, err := f.objects(ctx, req.Args)
	if err != nil {
		return p.InvokeResponse{}, err
	}
	by := f.kind.by()
	search := crud.Search{
		Kind: c.Kind, Key: by, Value: req.Args.Get(by).AsString(), Seen: c.seen, Of: f.kind.value, ID: c.ID,
		Hint: fmt.Sprintf("Take the right one out of what get%s lists, or give each its own %s", f.kind.many(), by),
	}
	object, err := search.One(objects)
	if err != nil {
		return p.InvokeResponse{}, err
	}
	found, ok, err := f.read(ctx, c, object, false)
	if err == nil && !ok {
		err = fmt.Errorf("the %s %s has gone while it was looked up", c.Kind, c.ID(object))
	}
	return p.InvokeResponse{Return: found}, err
}

// all lists objects.
type all struct{ finder }

func (f *all) GetToken() (tokens.Type, error) { return token("get" + f.kind.many()), nil }

// Invoke lists the objects, sorted.
func (f *all) Invoke(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
	c, objects, err := f.objects(ctx, req.Args)
	if err != nil {
		return p.InvokeResponse{}, err
	}
	objects = slices.SortedStableFunc(slices.Values(objects), func(a, b map[string]any) int {
		return cmp.Or(strings.Compare(f.kind.value(a), f.kind.value(b)), strings.Compare(c.ID(a), c.ID(b)))
	})
	items := []property.Value{}
	for _, object := range objects {
		if c.ID(object) == "" {
			err := errors.New("one has no ID")
			return p.InvokeResponse{}, fmt.Errorf("cannot understand the list of the %s%s: %w", crud.Plural(c.Kind), c.where, err)
		}
		found, ok, err := f.read(ctx, c, object, true)
		if err != nil {
			return p.InvokeResponse{}, err
		}
		if ok {
			items = append(items, property.New(found))
		}
	}
	return p.InvokeResponse{Return: c.parents.Set(propertyName(f.kind.many()), property.New(items))}, nil
}
