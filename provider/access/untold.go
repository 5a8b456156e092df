package access

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/props"
	"github.com/castai/pulumi-castai/internal/wire"
)

// beforeUpdate fetches the object at path, whose update replaces lists of
// people as a whole, and lets merge add to the inputs what others have put
// there since the program last saw it: known are the last inputs, now is the
// truth. It returns the context to go on with.
func beforeUpdate[A any](
	ctx context.Context, path string, inputs *A, merge func(want, known, now *A),
) (context.Context, error) {
	crud.Restore(ctx, inputs)
	var known, now A
	if err := props.Decode(crud.OldInputs(ctx), &known); err != nil {
		return ctx, err
	}
	body, err := crud.Get(ctx, path)
	if err != nil {
		return ctx, err
	}
	if err := wire.Decode(body, &now); err != nil {
		return ctx, err
	}
	merge(inputs, &known, &now)
	// The inputs are no longer those of the engine.
	return crud.WithInputs(ctx, property.Map{}), nil
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

// inOrganization completes an import ID that leaves out the organization.
func inOrganization(ctx context.Context, id string) (string, error) {
	if !crud.IsImport(ctx) || strings.Contains(id, "/") {
		return id, nil
	}
	organization, err := config.Organization(ctx, nil)
	return organization + "/" + id, err
}
