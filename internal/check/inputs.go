package check

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Inputs gives a resource's own rules a view of its inputs: of all of them,
// or of one element of a list, see [Inputs.Each]. Paths are written as in
// Pulumi, such as `constraints.minCpu` or `taints[0].key`, and start at the
// view; the empty path is the view itself.
//
// A property may be left out, known, or not known yet. One that is not known
// yet may still turn out to be left out, so rules that need it to be there or
// not there wait until it is known.
type Inputs struct {
	value  property.Value
	at     resource.PropertyPath
	result *Result
	hidden []string // the secret texts, which no message may hold
}

// New returns the view of all inputs.
func New(in property.Map) *Inputs {
	value := property.New(in)
	return &Inputs{value: value, result: &Result{}, hidden: SecretTexts(value)}
}

// SecretTexts returns the texts in a value that are secret, or inside something
// secret.
func SecretTexts(v property.Value) []string { return secrets(v, false) }

func secrets(v property.Value, within bool) (found []string) {
	within = within || v.Secret()
	switch {
	case v.IsString() && within && v.AsString() != "":
		return []string{v.AsString()}
	case v.IsArray():
		for _, item := range v.AsArray().All {
			found = append(found, secrets(item, within)...)
		}
	case v.IsMap():
		for _, item := range v.AsMap().All {
			found = append(found, secrets(item, within)...)
		}
	}
	return found
}

// find returns the value at path: null if it is left out, computed if it, or
// an object on the way to it, is not known.
func (c *Inputs) find(path string) property.Value {
	v := c.value
	for _, key := range parse(path) {
		if v.IsComputed() {
			break
		}
		next := property.Value{}
		switch key := key.(type) {
		case string:
			if v.IsMap() {
				next = v.AsMap().Get(key)
			}
		case int:
			if v.IsArray() && key >= 0 && key < v.AsArray().Len() {
				next = v.AsArray().Get(key)
			}
		}
		v = next
	}
	return v
}

// parse panics on a malformed path: it is a mistake in this program.
func parse(path string) resource.PropertyPath {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		panic(fmt.Sprintf("check: path %q: %v", path, err))
	}
	return parsed
}

// Set says whether the property is given, known or not. Null is not given.
// A property of an object that is not known counts as given.
func (c *Inputs) Set(path string) bool { return !c.find(path).IsNull() }

// Known says whether the property is given and its value known.
func (c *Inputs) Known(path string) bool {
	v := c.find(path)
	return !v.IsNull() && !v.IsComputed()
}

// String returns a text; ok only if it is given and known.
func (c *Inputs) String(path string) (value string, ok bool) {
	v := c.find(path)
	if !v.IsString() {
		return "", false
	}
	return v.AsString(), true
}

// Bool returns a switch; ok only if it is given and known.
func (c *Inputs) Bool(path string) (value, ok bool) {
	v := c.find(path)
	if !v.IsBool() {
		return false, false
	}
	return v.AsBool(), true
}

// Number returns a number; ok only if it is given and known.
func (c *Inputs) Number(path string) (value float64, ok bool) {
	v := c.find(path)
	if !v.IsNumber() {
		return 0, false
	}
	return v.AsNumber(), true
}

// Len returns the number of elements of a list or map; ok only if it is given
// and known. Elements that are not known count.
func (c *Inputs) Len(path string) (n int, ok bool) { return count(c.find(path)) }

// Each calls fn for every known element of a list or map, in order (maps by
// key), with the full path of the element and a view of it.
func (c *Inputs) Each(path string, fn func(path string, item *Inputs)) {
	at := c.path(path)
	visit := func(key any, v property.Value) {
		if !v.IsNull() && !v.IsComputed() {
			item := &Inputs{value: v, at: child(at, key), result: c.result, hidden: c.hidden}
			fn(item.at.String(), item)
		}
	}
	switch v := c.find(path); {
	case v.IsArray():
		for i, item := range v.AsArray().All {
			visit(i, item)
		}
	case v.IsMap():
		for key, item := range v.AsMap().AllStable {
			visit(key, item)
		}
	}
}

func (c *Inputs) path(path string) resource.PropertyPath {
	return append(c.at[:len(c.at):len(c.at)], parse(path)...)
}

// Fail reports that the property at path is invalid. The empty path stands
// for the resource, or the element, as a whole.
func (c *Inputs) Fail(path, format string, args ...any) {
	c.result.fail(c.path(path), c.text(format, args))
}

// Warn reports what the user should know and nothing needs to stop for.
func (c *Inputs) Warn(format string, args ...any) { c.result.warn(c.text(format, args)) }

// text formats a message in which no argument shows a secret.
func (c *Inputs) text(format string, args []any) string {
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = arg
		switch arg.(type) {
		case string, []string, error, fmt.Stringer:
		default:
			continue
		}
		text := fmt.Sprint(arg)
		for _, secret := range c.hidden {
			if strings.Contains(text, secret) {
				shown[i] = "[secret]"
			}
		}
	}
	return fmt.Sprintf(format, shown...)
}

// ExactlyOne fails unless one of the properties is given, and AtMostOne only
// if more than one is. What is not known yet counts for neither side.
func (c *Inputs) ExactlyOne(paths ...string) {
	for _, path := range paths {
		if c.Set(path) {
			c.AtMostOne(paths...)
			return
		}
	}
	c.result.fail(c.at, "one of "+list(paths)+" must be given")
}

// AtMostOne fails if more than one of the properties is given, see [Inputs.ExactlyOne].
func (c *Inputs) AtMostOne(paths ...string) {
	var given []string
	for _, path := range paths {
		if c.Known(path) {
			given = append(given, path)
		}
	}
	if len(given) > 1 {
		c.result.fail(c.path(given[1]), "only one of "+list(paths)+" may be given; this program gives "+list(given))
	}
}

func list(paths []string) string {
	quoted := make([]string, len(paths))
	for i, path := range paths {
		quoted[i] = "`" + path + "`"
	}
	return strings.Join(quoted, ", ")
}

// Result returns all that was reported so far, by any view of these inputs.
func (c *Inputs) Result() Result { return *c.result }
