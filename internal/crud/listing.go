package crud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/props"
)

// Listing says how the objects of a resource are found by those who do not
// know their IDs.
type Listing struct {
	// Kind is what messages call an object.
	Kind string
	// Parents are the inputs that tell which collection is meant: all parts of
	// the import ID before the last, in that order.
	Parents []string
	// Key is the member of an object by which people know it.
	Key string
	// Objects lists a collection, as the API describes its objects.
	Objects func(ctx context.Context, parents property.Map) ([]map[string]any, error)
	// ID is the last part of the import ID of an object; empty if it has none.
	ID func(object map[string]any) string
}

// Listing returns how the objects of the resource are found.
func (r *Resource[A, S]) Listing() Listing {
	var parents []string
	for part := range strings.SplitSeq(r.ImportID, "/") {
		parents = append(parents, strings.Trim(part, "<>"))
	}
	return Listing{
		Kind:    r.Kind,
		Parents: parents[:len(parents)-1],
		Key:     cmp.Or(r.Key, "name"),
		Objects: r.objects,
		ID: func(object map[string]any) string {
			id, _ := api.Lookup(object, r.idField())
			return id
		},
	}
}

func (r *Resource[A, S]) objects(ctx context.Context, parents property.Map) ([]map[string]any, error) {
	var a A
	if err := props.Decode(parents, &a); err != nil {
		return nil, err
	}
	list := cmp.Or(r.Catalog, r.List)
	snapshot, err := r.snapshot(ctx, &a, list)
	if err != nil {
		return nil, err
	}
	objects := make([]map[string]any, len(snapshot.Items))
	for i, item := range snapshot.Items {
		objects[i] = Unwrap(list.Element, item)
	}
	return objects, nil
}

// Search is a look-up of one object in a list.
type Search struct {
	// Kind is what messages call an object.
	Kind string
	// Key is the property that is searched by, and Value what it is to be, in
	// the exact letter case.
	Key, Value string
	// Seen says whose objects the list holds, as a subject: "the cluster x has".
	Seen string
	// Hint says what else can be done. Default: to use the ID of one of several.
	Hint string
	// Of is the value of the key of an object. Default: the member called Key.
	Of func(object map[string]any) string
	// ID is the ID of an object. Default: its member id.
	ID func(object map[string]any) string
}

// Named is a search by name among all that the API token sees.
func Named(kind, name string) Search {
	return Search{Kind: kind, Key: "name", Value: name, Seen: "the API token sees"}
}

// One returns the only object that fits. None, or several, is an error that
// says what there is instead.
func (s Search) One(all []map[string]any) (map[string]any, error) {
	wanted := fmt.Sprintf("with the %s %q", s.Key, s.Value)
	if s.Key == "name" {
		wanted = fmt.Sprintf("named %q", s.Value)
	}
	var found []map[string]any
	var values []string
	for _, object := range all {
		value := s.of(object)
		values = append(values, value)
		if value == s.Value {
			found = append(found, object)
		}
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("there is no %s %s: %s none at all", s.Kind, wanted, s.Seen)
	case len(found) == 0:
		suggestion := ""
		if near := check.Nearest(values, s.Value); near != "" {
			suggestion = fmt.Sprintf(". Did you mean %q?", near)
		}
		return nil, fmt.Errorf("there is no %s %s; %s %s%s", s.Kind, wanted, s.Seen, list(all, s.name), suggestion)
	case len(found) > 1:
		hint := cmp.Or(s.Hint, "Use the ID of the right one, or give each its own "+s.Key)
		return nil, fmt.Errorf("%d %s are %s: %s. %s", len(found), Plural(s.Kind), wanted, list(found, s.id), hint)
	case s.id(found[0]) == "":
		return nil, fmt.Errorf("the API gave the %s %s without an ID", s.Kind, wanted)
	}
	return found[0], nil
}

func (s Search) of(object map[string]any) string {
	if s.Of != nil {
		return s.Of(object)
	}
	value, _ := api.Lookup(object, s.Key)
	return value
}

func (s Search) id(object map[string]any) string {
	if s.ID != nil {
		return s.ID(object)
	}
	id, _ := api.Lookup(object, "id")
	return id
}

// name names an object in a message, with its ID.
func (s Search) name(object map[string]any) string {
	value, id := s.of(object), s.id(object)
	if name, ok := api.Lookup(object, "name"); ok && value == id {
		value = name
	}
	if value == id {
		return fmt.Sprintf("%q", value)
	}
	return fmt.Sprintf("%q (%s)", value, id)
}

// list names objects in a message, the first ten of them.
func list(objects []map[string]any, name func(map[string]any) string) string {
	const most = 10
	names := make([]string, len(objects))
	for i, object := range objects {
		names[i] = name(object)
	}
	slices.Sort(names)
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return strings.Join(names, ", ")
}

// Plural is the plural of a kind, or of another name that is an English noun.
func Plural(noun string) string {
	stem, y := strings.CutSuffix(noun, "y")
	switch {
	case strings.HasSuffix(noun, "s"):
		return noun
	case y && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])):
		return stem + "ies"
	default:
		return noun + "s"
	}
}
