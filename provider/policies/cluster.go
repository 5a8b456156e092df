// Package policies holds the resources that govern how CAST AI reshapes a
// cluster and its workloads.
package policies

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// clusterGone says whether a cluster was deleted from CAST AI. An archived one
// still answers, and so do its settings.
func clusterGone(ctx context.Context, id string) (bool, error) {
	cluster, err := crud.Get(ctx, api.Path("v1", "kubernetes", "external-clusters", id))
	if api.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot read the cluster %s: %w", id, err)
	}
	return cluster["status"] == "archived", nil
}

// checkImportID refuses what is no cluster ID.
func checkImportID(id string) error {
	if uuid.Validate(id) != nil {
		return fmt.Errorf("%q is not a valid import ID: the cluster ID is a UUID", id)
	}
	return nil
}
