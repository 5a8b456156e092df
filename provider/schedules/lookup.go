package schedules

import (
	"context"

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
