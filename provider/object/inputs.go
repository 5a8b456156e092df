package object

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/shape"
)

// placeholder stands for the ID in a path.
const placeholder = "{id}"

func withID(path, id string) string { return strings.ReplaceAll(path, placeholder, url.PathEscape(id)) }

// badPath says what is wrong with a path; nothing if it is fine.
func badPath(path string) error {
	switch _, err := url.PathUnescape(path); {
	case strings.Contains(path, "://") || strings.HasPrefix(path, "//"):
		return fmt.Errorf("path %q names a host: give what follows the address of the API, such as \"/v1/auth/tokens\"; the address "+
			"itself is the provider's apiUrl", path)
	case strings.ContainsAny(path, "{}"):
		return fmt.Errorf("path %q has a placeholder in braces: fill in the ID or name that it stands for", path)
	case strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }):
		return fmt.Errorf("path %q has a blank, a control character or a backslash: write it as a percent code, such as %%20", path)
	case err != nil:
		return fmt.Errorf("path %q has a percent sign that begins no code: write it as %%25", path)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(segment); err == nil && (plain == "." || plain == "..") {
			return fmt.Errorf("path %q has the segment %q, which leads elsewhere: write the path in full", path, segment)
		}
	}
	return api.CheckPath(path)
}

// CheckInputs refuses paths that cannot be right, and properties that contradict
// each other.
func (*APIObject) CheckInputs(in *check.Inputs) {
	if path, ok := in.String("path"); ok {
		if err := badPath(path); err != nil {
			in.Fail("path", "%v", err)
		}
	}
	singleton, _ := in.Bool("singleton")
	perhaps := in.Set("singleton") && !in.Known("singleton")
	for _, name := range []string{"readPath", "updatePath", "deletePath"} {
		path, ok := in.String(name)
		if !ok {
			continue
		}
		if err := badPath(strings.ReplaceAll(path, placeholder, "id")); err != nil {
			in.Fail(name, "%v", err)
		} else if !strings.Contains(path, placeholder) && !singleton && !perhaps {
			in.Fail(name, "path %q does not say where the ID belongs: write %s in its place", path, placeholder)
		}
	}
	if singleton {
		for _, name := range []string{"idField", "keyField", "listItems", "createWrapper"} {
			if in.Set(name) {
				in.Fail(name, "has no use for a singleton, which is neither made nor looked for")
			}
		}
		if method, _ := in.String("updateMethod"); method == none {
			in.Fail("updateMethod", "must not be %q for a singleton, which is set by its update", none)
		}
	}
	if key, ok := in.String("keyField"); ok {
		if _, known := in.Len("body"); known && !in.Set(member("body", key)) {
			in.Fail("keyField", "%q is no member of body", key)
		} else if !in.Set("listItems") && !singleton {
			in.Fail("keyField", "takes listItems as well: the object is looked for in the list")
		}
	}
	in.Each("updateFields", func(path string, item *check.Inputs) {
		if name, _ := item.String(""); strings.Contains(name, ".") {
			item.Fail("", "%q is not a member at the top of body", name)
		}
	})
	if method, _ := in.String("updateMethod"); method == none {
		for _, name := range []string{"updateFields", "updatePath", "updateWrapper"} {
			if in.Set(name) {
				in.Fail(name, "has no use without an update: updateMethod is %q", none)
			}
		}
	}
}

// member is the property path of a member with dots.
func member(at, dotted string) string {
	for name := range strings.SplitSeq(dotted, ".") {
		at += "[" + strconv.Quote(name) + "]"
	}
	return at
}

// parseImportID sets the inputs that an import ID holds, and returns the ID of
// the object.
func parseImportID(id string, a *APIObjectArgs) (string, error) {
	fail := func(why string) (string, error) {
		return "", fmt.Errorf("%q is not a valid import ID: %s", id, why)
	}
	address, object, cut := strings.Cut(id, "#")
	if !cut {
		return fail("it has no #")
	}
	path, options, _ := strings.Cut(address, "?")
	if err := badPath(path); err != nil {
		return fail(err.Error())
	}
	given, err := url.ParseQuery(options)
	if err != nil {
		return fail(err.Error())
	}
	a.Path = path
	v := reflect.ValueOf(a).Elem()
	for name, values := range given {
		f := shape.Of(v.Type()).Field(name)
		if f == nil || !f.Optional {
			return fail(fmt.Sprintf("there is no property %q that could be given there", name))
		}
		switch target := v.FieldByIndex(f.Index).Addr().Interface().(type) {
		case **string:
			*target = &values[0]
		case *[]string:
			*target = values
		case **bool:
			on, err := strconv.ParseBool(values[0])
			if err != nil {
				return fail(name + " must be true or false")
			}
			*target = &on
		}
	}
	if a.Singleton != nil && *a.Singleton {
		return path, nil
	}
	if strings.TrimSpace(object) == "" {
		return fail("it ends without the ID of the object")
	}
	return object, nil
}
