package schedules

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/wire"
)

func isUUID(s string) bool { return uuid.Validate(s) == nil && len(s) == len(uuid.Nil.String()) }

func listRebalancingSchedules(ctx context.Context) ([]map[string]any, error) {
	list, err := config.Client(ctx).Collection(ctx, rebalancingSchedules, nil, "schedules")
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// named returns those of that name, in the exact letter case.
func named(name string, all []map[string]any) (found []map[string]any) {
	for _, body := range all {
		if wire.Text(body, "name") == name {
			found = append(found, body)
		}
	}
	return found
}

// oneNamed returns the only one of that name. The API allows several.
func oneNamed(kind, name string, all []map[string]any) (map[string]any, error) {
	found := named(name, all)
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("there is no %s named %q: the API token sees none at all", kind, name)
	case len(found) == 0:
		return nil, fmt.Errorf("there is no %s named %q; the API token sees %s", kind, name, names(all))
	case len(found) > 1:
		return nil, fmt.Errorf("%d %ss are named %q: %s. Use the ID of the right one, or give each its own name",
			len(found), kind, name, names(found))
	case wire.Text(found[0], "id") == "":
		return nil, fmt.Errorf("the API gave the %s %q without an ID", kind, name)
	}
	return found[0], nil
}

// names lists schedules in a message, the first ten of them by name.
func names(all []map[string]any) string {
	const most = 10
	list := make([]string, len(all))
	for i, body := range all {
		list[i] = fmt.Sprintf("%q (%s)", wire.Text(body, "name"), wire.Text(body, "id"))
	}
	slices.Sort(list)
	if len(list) > most {
		list = append(list[:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(list, ", ")
}
