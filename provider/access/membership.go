package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/props"
	"github.com/castai/pulumi-castai/internal/wire"
)

// shared is a resource whose object lists people, some of whom others may have
// put there: the API replaces such lists as a whole, and the program may remove
// only those whom a preview has shown.
type shared[A, S any] struct {
	crud.Resource[A, S]
	// blocks are the lists of blocks, each with the name of the list in its
	// blocks, see [oneBlock].
	blocks map[string]string
	// keep adds to the inputs what others have put into the object since the
	// program last saw it: known are the last inputs, now is the truth, and
	// state are the last outputs.
	keep func(want, known, now *A, state *S)
}

// Upgrade puts the lists of several blocks into one.
func (r *shared[A, S]) Upgrade(m property.Map) property.Map {
	for list, inner := range r.blocks {
		m = oneBlock(m, list, inner)
	}
	return m
}

// Read fetches the object, for a refresh or an import. The import ID may leave
// out the organization if that is all it has before the object's own ID.
func (r *shared[A, S]) Read(ctx context.Context, req infer.ReadRequest[A, S]) (resp infer.ReadResponse[A, S], err error) {
	if crud.IsImport(ctx) && !strings.Contains(req.ID, "/") && strings.HasPrefix(r.ImportID, "<organizationId>/") {
		organization, err := config.Organization(ctx, nil)
		if err != nil {
			return resp, err
		}
		req.ID = organization + "/" + req.ID
	}
	return r.Resource.Read(ctx, req)
}

// Update brings the object to the new inputs.
func (r *shared[A, S]) Update(ctx context.Context, req infer.UpdateRequest[A, S]) (resp infer.UpdateResponse[S], err error) {
	if !req.DryRun {
		crud.Restore(ctx, &req.Inputs)
		if err := r.keepOthers(ctx, &req); err != nil {
			return resp, fmt.Errorf("cannot update %s %s: %w", r.Kind, req.ID, err)
		}
		// The inputs are no longer those of the engine.
		ctx = crud.WithInputs(ctx, property.Map{})
	}
	return r.Resource.Update(ctx, req)
}

func (r *shared[A, S]) keepOthers(ctx context.Context, req *infer.UpdateRequest[A, S]) error {
	var known, now A
	if err := props.Decode(crud.OldInputs(ctx), &known); err != nil {
		return err
	}
	body, err := r.Current(ctx, &req.Inputs, req.ID)
	if err != nil {
		return err
	}
	if body == nil {
		return errors.New("it is gone; run pulumi refresh")
	}
	if err := wire.Decode(body, &now); err != nil {
		return err
	}
	r.keep(&req.Inputs, &known, &now, &req.State)
	return nil
}

// untold returns those of now that the program has not been told of: they are
// not in its last inputs, and not in the new ones. An update keeps them, and
// the next refresh shows them as a difference.
func untold[T any](want, known, now []T, key func(T) string) []T {
	told := map[string]bool{}
	for _, item := range slices.Concat(want, known) {
		told[key(item)] = true
	}
	return slices.DeleteFunc(slices.Clone(now), func(item T) bool { return told[key(item)] })
}

// repeated returns the elements of a list that the program gives more than
// once and that there are now: the service keeps one of each.
func repeated[T any](given, now []T, key func(T) string) (again []T) {
	seen := map[string]int{}
	for _, item := range now {
		seen[key(item)] = 1
	}
	for _, item := range given {
		if n := seen[key(item)]; n > 0 {
			if seen[key(item)]++; n > 1 {
				again = append(again, item)
			}
		}
	}
	return again
}

// oneBlock moves all that a list of blocks holds in its inner lists into one
// block, and drops the list's empty blocks. The bridged provider takes any
// number of blocks and makes no difference between them.
func oneBlock(m property.Map, list, inner string) property.Map {
	blocks := m.Get(list)
	if !blocks.IsArray() {
		return m
	}
	var items []property.Value
	secret := false
	for _, block := range blocks.AsArray().All {
		if !block.IsMap() {
			return m // not known yet
		}
		for key, value := range block.AsMap().All {
			switch {
			case key == inner && value.IsArray():
				items = append(items, value.AsArray().AsSlice()...)
			case key != inner || !value.IsNull():
				return m
			}
			secret = secret || value.Secret()
		}
		secret = secret || block.Secret()
	}
	merged := []property.Value{}
	if len(items) > 0 {
		merged = append(merged, property.New(map[string]property.Value{inner: property.New(items)}))
	}
	return m.Set(list, property.WithGoValue(blocks, merged).WithSecret(secret || blocks.Secret()))
}

// distinct returns the elements of a list, each once.
func distinct[T any](items []T, key func(T) string) []T {
	out, seen := []T{}, map[string]bool{}
	for _, item := range items {
		if !seen[key(item)] {
			out = append(out, item)
		}
		seen[key(item)] = true
	}
	return out
}

// inBlocks applies fn to all that a list of blocks holds in its inner lists of
// the same name.
func inBlocks(m property.Map, list string, fn func(property.Map) property.Map) property.Map {
	within := func(v property.Value, fn func(property.Map) property.Map) property.Value {
		if !v.IsArray() || v.AsArray().Len() == 0 {
			return v
		}
		items := v.AsArray().AsSlice()
		for i, item := range items {
			if item.IsMap() {
				items[i] = property.WithGoValue(item, fn(item.AsMap()))
			}
		}
		return property.WithGoValue(v, items)
	}
	if m.Get(list).IsNull() {
		return m
	}
	return m.Set(list, within(m.Get(list), func(block property.Map) property.Map {
		if block.Get(list).IsNull() {
			return block
		}
		return block.Set(list, within(block.Get(list), fn))
	}))
}
