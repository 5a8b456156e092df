package crud

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/props"
	"github.com/castai/pulumi-castai/internal/shape"
)

type oldInputsKey struct{}

// WithOldInputs keeps a resource's last inputs for the verb that ctx serves:
// the framework does not hand them on. An import has none.
func WithOldInputs(ctx context.Context, inputs property.Map) context.Context {
	return context.WithValue(ctx, oldInputsKey{}, inputs)
}

type inputsKey struct{}

// WithInputs keeps the inputs as the engine gave them for the verb that ctx
// serves: the framework makes nothing of an empty list.
func WithInputs(ctx context.Context, inputs property.Map) context.Context {
	return context.WithValue(ctx, inputsKey{}, inputs)
}

// Restore makes the lists and maps empty that are empty in the program and
// that the framework has taken for unset; in maps of anything, at every depth.
func Restore[A any](ctx context.Context, a *A) {
	if inputs, ok := ctx.Value(inputsKey{}).(property.Map); ok {
		restore(reflect.ValueOf(a).Elem(), inputs)
	}
}

func restore(args reflect.Value, inputs property.Map) {
	for _, f := range shape.Of(args.Type()).Fields {
		given := inputs.Get(f.Name)
		target := args.FieldByIndex(f.Index)
		switch {
		case f.List && given.IsArray() && given.AsArray().Len() == 0 && target.Kind() == reflect.Slice:
			target.Set(reflect.MakeSlice(target.Type(), 0, 0))
		case f.Map && given.IsMap() && target.Type().Elem().Kind() == reflect.Interface:
			target.Set(reflect.ValueOf(props.Plain(given)))
		case f.Map && given.IsMap() && given.AsMap().Len() == 0 && target.Kind() == reflect.Map:
			target.Set(reflect.MakeMap(target.Type()))
		case f.List && f.Elem != nil && given.IsArray() && target.Kind() == reflect.Slice:
			for i, item := range given.AsArray().All {
				if i < target.Len() && item.IsMap() {
					restore(reflect.Indirect(target.Index(i)), item.AsMap())
				}
			}
		case !f.List && !f.Map && f.Elem != nil && given.IsMap():
			if object := reflect.Indirect(target); object.IsValid() {
				restore(object, given.AsMap())
			}
		}
	}
}

// OldInputs returns the resource's last inputs.
func OldInputs(ctx context.Context) property.Map {
	inputs, _ := ctx.Value(oldInputsKey{}).(property.Map)
	return inputs
}

// Secrets returns the texts that are secret in the inputs, the last and the new
// ones, of the verb that ctx serves.
func Secrets(ctx context.Context) []string {
	inputs, _ := ctx.Value(inputsKey{}).(property.Map)
	return append(check.SecretTexts(property.New(inputs)), check.SecretTexts(property.New(OldInputs(ctx)))...)
}

// IsImport says whether a Read is an import or look-up, which knows nothing
// but an ID.
func IsImport(ctx context.Context) bool { return OldInputs(ctx).Len() == 0 }

type listsKey struct{}

// WithLists lets a read take what it is after from the list of its collection,
// which the reads of all objects in there share. Whether it did is in used.
// A list may be less exact than a call for the object itself, so a difference
// that it shows is to be confirmed without.
func WithLists(ctx context.Context, used *bool) context.Context {
	return context.WithValue(ctx, listsKey{}, used)
}

// Lists says whether a read may use lists, for resources that read in their own
// way, and takes it that it does.
func Lists(ctx context.Context) bool {
	used, ok := ctx.Value(listsKey{}).(*bool)
	if ok {
		*used = true
	}
	return ok
}

// Send makes a call with the provider's client and returns the object that
// the answer holds, or the only one of the list that it is if the body was a
// list; nil for an empty answer.
func Send(ctx context.Context, call api.Call) (map[string]any, error) {
	raw, err := config.Client(ctx).Do(ctx, call)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	var list []json.RawMessage
	if _, batch := call.Body.([]any); batch && json.Unmarshal(raw, &list) == nil {
		if len(list) != 1 {
			return nil, fmt.Errorf("%s %s: the answer holds %d objects where 1 was expected", call.Method, call.Path, len(list))
		}
		raw = list[0]
	}
	object, err := api.Object(raw) // also what a lost call was found to have made
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", call.Method, call.Path, err)
	}
	return object, nil
}

// Get fetches one object.
func Get(ctx context.Context, path string) (map[string]any, error) {
	return Send(ctx, api.Call{Method: http.MethodGet, Path: path})
}

// Wrap puts a body into the field of that name; an empty name leaves it bare.
func Wrap(field string, body map[string]any) map[string]any {
	if field == "" {
		return body
	}
	return map[string]any{field: body}
}

// Unwrap takes an object out of the field of that name, if it is in there.
func Unwrap(field string, body map[string]any) map[string]any {
	if inner, ok := body[field].(map[string]any); ok && field != "" {
		return inner
	}
	return body
}

// NewState returns outputs that so far say no more than the inputs.
func NewState[A, S any](a A) S {
	var s S
	SetArgs(&s, a)
	return s
}

// SetArgs sets the inputs that are embedded in outputs.
func SetArgs[A, S any](s *S, a A) { embedded[A](s).Set(reflect.ValueOf(a)) }

// Args returns the inputs that are embedded in outputs.
func Args[A, S any](s *S) A { return embedded[A](s).Interface().(A) }

func embedded[A, S any](s *S) reflect.Value {
	v, want := reflect.ValueOf(s).Elem(), reflect.TypeFor[A]()
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous && v.Field(i).Type() == want {
			return v.Field(i)
		}
	}
	panic(fmt.Sprintf("crud: %s does not embed %s", v.Type(), want))
}

// Predict returns what can be said of the outputs after an update: the new
// inputs, and the old outputs for what the inputs leave to the service.
func Predict[A, S any](ctx context.Context, old S, inputs A) S {
	predict(embedded[A](&old), reflect.ValueOf(inputs), OldInputs(ctx))
	return old
}

// predict sets the inputs in args to next, but keeps what next leaves unset
// unless the last inputs, was, had set it: then it is being cleared. What is
// required is never unset.
func predict(args, next reflect.Value, was property.Map) {
	for _, f := range shape.Of(args.Type()).Fields {
		value, target, old := next.FieldByIndex(f.Index), args.FieldByIndex(f.Index), was.Get(f.Name)
		object := f.Elem != nil && !f.List && !f.Map
		inner := property.Map{}
		if old.IsMap() {
			inner = old.AsMap()
		}
		switch {
		case f.Optional && value.IsZero() && old.IsNull(): // a required false or 0 is given
		case object && value.Kind() == reflect.Struct:
			predict(target, value, inner)
		case object && value.Kind() == reflect.Pointer && !value.IsNil() && !target.IsNil():
			merged := reflect.New(value.Type().Elem())
			merged.Elem().Set(target.Elem())
			predict(merged.Elem(), value.Elem(), inner)
			target.Set(merged)
		default:
			target.Set(value)
		}
	}
}

// KeepIdentity sets the inputs whose change replaces the object to those of
// was, unless was leaves them to the service: an object never turns into
// another under one ID, so an answer that says so, or leaves them out, must
// not lead to a replacement.
func KeepIdentity[A any](a, was *A) {
	to, from := reflect.ValueOf(a).Elem(), reflect.ValueOf(was).Elem()
	for _, f := range shape.Of(to.Type()).Fields {
		now, last := to.FieldByIndex(f.Index), from.FieldByIndex(f.Index)
		if f.Replace && !last.IsZero() || f.Switch && now.IsZero() != last.IsZero() {
			now.Set(last)
		}
	}
}

// Partial makes an error that came after the object was made, or changed, one
// that keeps what is known of it in the state. The next update continues.
func Partial(err error) error {
	if err == nil {
		return nil
	}
	return infer.ResourceInitFailedError{Reasons: []string{err.Error()}}
}

type silentKey struct{}

// Silent has no warning shown of what is read: a function that looks at many
// objects is not about the state of each.
func Silent(ctx context.Context) context.Context { return context.WithValue(ctx, silentKey{}, true) }

// Warn shows a warning at the resource that ctx serves.
func Warn(ctx context.Context, format string, args ...any) {
	if ctx.Value(silentKey{}) == nil {
		p.GetLogger(ctx).Warningf(format, args...)
	}
}

// Progress shows a passing status at the resource that ctx serves.
func Progress(ctx context.Context, format string, args ...any) {
	p.GetLogger(ctx).InfoStatusf(format, args...)
}

// ParseImportID sets the inputs that an import ID of the given form holds and
// returns its last part, which is the resource ID. The last part may itself
// hold slashes.
func ParseImportID[A any](form, id string, a *A) (string, error) {
	names := strings.Split(form, "/")
	parts := strings.SplitN(id, "/", len(names))
	if form == "" {
		names, parts = []string{"<id>"}, []string{id}
	}
	for i, name := range names {
		if i >= len(parts) || strings.TrimSpace(parts[i]) == "" {
			return "", fmt.Errorf("%q is not a valid import ID", id)
		}
		f := shape.Of(reflect.TypeFor[A]()).Field(strings.Trim(name, "<>"))
		if f == nil {
			continue
		}
		target := reflect.ValueOf(a).Elem().FieldByIndex(f.Index)
		if target.Kind() == reflect.Pointer {
			target.Set(reflect.New(target.Type().Elem()))
			target = target.Elem()
		}
		target.SetString(parts[i])
	}
	return parts[len(parts)-1], nil
}
