package shim

import (
	"context"
	"reflect"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/norm"
	"github.com/castai/pulumi-castai/internal/shape"
)

func (s *shim) diff(ctx context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	r, ok := s.resources[req.Urn.Type().Name()]
	if !ok {
		return s.inner.Diff(ctx, req)
	}
	olds := only(r.inputs(), r.upgrade(req.OldInputs))
	news := ignore(req.IgnoreChanges, olds, only(r.inputs(), req.Inputs))
	state := only(r.state(), r.upgrade(req.State))
	olds = agreed(r.inputs(), olds, news, state)
	settled := func(inputs property.Map) property.Map {
		return defaulted(r.inputs(), located(r.inputs(), inputs, state))
	}
	resp := compare(settled(olds), settled(news), r.inputsLike(news))
	resp.DeleteBeforeReplace = r.exclusive
	if r.warning != "" && replaces(resp) {
		crud.Warn(ctx, "%s", r.warning)
	}
	return resp, nil
}

// located says where an object is, by the outputs, in inputs that leave it to
// the configuration of the provider: an object does not move because a program
// begins or ceases to name the organization that it belongs to. Such inputs
// replace the object, and are not in its body.
func located(s *shape.Struct, inputs, state property.Map) property.Map {
	for _, f := range s.Fields {
		if place := state.Get(f.Name); f.Optional && f.Replace && f.Wire == nil && inputs.Get(f.Name).IsNull() && !place.IsNull() {
			inputs = inputs.Set(f.Name, place)
		}
	}
	return inputs
}

// agreed adds to the last inputs what the program now says of the identity of
// an object and what is so already, as far as anybody can tell: that is no
// change. It is what the outputs say, which leave out what is nothing, and what
// the service keeps to itself, which an import does not find.
func agreed(s *shape.Struct, olds, news, state property.Map) property.Map {
	for _, f := range s.Fields {
		old, said, is := olds.Get(f.Name), news.Get(f.Name), state.Get(f.Name)
		unset := old.IsNull() || f.WriteOnly && old.IsString() && old.AsString() == ""
		if !f.Replace || !unset || said.IsNull() {
			continue
		}
		if f.WriteOnly || norm.Bare(said).Equals(norm.Bare(is)) || is.IsNull() && norm.Nothing(f, said) {
			olds = olds.Set(f.Name, said)
		}
	}
	return olds
}

// defaulted spells out what the service takes for inputs that are left out and
// whose change replaces the object: it does not change because a program begins
// or ceases to say what is so anyway.
func defaulted(s *shape.Struct, inputs property.Map) property.Map {
	defaults := property.Map{}
	for _, f := range s.Fields {
		if f.Replace && f.Default != "" && f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.String {
			defaults = defaults.Set(f.Name, property.New(f.Default))
		}
	}
	if defaults.Len() > 0 {
		inputs = norm.Respell(s, defaults, inputs)
	}
	for name, value := range defaults.All {
		if inputs.Get(name).IsNull() {
			inputs = inputs.Set(name, value)
		}
	}
	return inputs
}

func replaces(d p.DiffResponse) bool {
	for _, change := range d.DetailedDiff {
		switch change.Kind {
		case p.AddReplace, p.DeleteReplace, p.UpdateReplace:
			return true
		}
	}
	return false
}

// compare lists the differences between two sets of inputs, down to the
// element. Below an input whose change replaces the resource, every change
// does. A value that is now secret, or no longer, is another value for the
// state alone: it updates the resource, and never replaces it.
func compare(olds, news property.Map, s *shape.Struct) p.DiffResponse {
	changes := map[string]p.PropertyDiff{}
	diff := bare(olds).Diff(bare(news))
	for path, change := range plugin.NewDetailedDiffFromObjectDiff(diff, true) {
		kind := change.Kind
		if mustReplace(s, path) && !givenUp(s, path, kind) || switches(s, path, kind) {
			kind = kind.AsReplace()
		}
		changes[path] = p.PropertyDiff{Kind: kinds[kind], InputDiff: true}
	}
	for key, value := range news.All {
		old := olds.Get(key)
		if value.HasSecrets() != old.HasSecrets() && norm.Bare(value).Equals(norm.Bare(old)) && !mustReplace(s, key) {
			changes[key] = p.PropertyDiff{Kind: p.Update, InputDiff: true}
		}
	}
	return p.DiffResponse{HasChanges: len(changes) > 0, DetailedDiff: changes}
}

var kinds = map[plugin.DiffKind]p.DiffKind{
	plugin.DiffAdd: p.Add, plugin.DiffAddReplace: p.AddReplace,
	plugin.DiffDelete: p.Delete, plugin.DiffDeleteReplace: p.DeleteReplace,
	plugin.DiffUpdate: p.Update, plugin.DiffUpdateReplace: p.UpdateReplace,
}

// mustReplace says whether a property on the path replaces on changes.
func mustReplace(s *shape.Struct, path string) bool {
	parts, err := resource.ParsePropertyPath(path)
	if err != nil {
		return false
	}
	for _, part := range parts {
		key, ok := part.(string)
		if !ok {
			continue
		}
		f := s.Field(key)
		if f == nil {
			return false
		}
		if f.Replace {
			return true
		}
		s = f.Elem
	}
	return false
}

// switches says whether an object comes or goes that tells what the resource is.
func switches(s *shape.Struct, path string, kind plugin.DiffKind) bool {
	f := s.Field(path)
	return f != nil && f.Switch && kind != plugin.DiffUpdate
}

// givenUp says whether a member of a partial map is dropped: it is the program's
// no longer, and stays as it is.
func givenUp(s *shape.Struct, path string, kind plugin.DiffKind) bool {
	parts, err := resource.ParsePropertyPath(path)
	if err != nil || len(parts) < 2 || kind != plugin.DiffDelete {
		return false
	}
	top, _ := parts[0].(string)
	_, isMember := parts[len(parts)-1].(string)
	f := s.Field(top)
	return f != nil && f.Partial && isMember
}

// bare is what inputs say, without marks of secrecy.
func bare(m property.Map) resource.PropertyMap {
	return resource.ToResourcePropertyMap(norm.Bare(property.New(m)).AsMap())
}
