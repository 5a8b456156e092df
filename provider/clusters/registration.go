package clusters

import (
	"context"
	"fmt"

	"github.com/castai/pulumi-castai/internal/crud"
)

// A registration gives a cluster its ID before anything is connected. The
// connection of the same cluster is another resource on the same record, and
// the record is the connection's: a registration that goes does not take it
// along.

// unregister removes the record of a cluster that nothing has connected.
func unregister(ctx context.Context, id string) error {
	cluster, err := get(ctx, id)
	if err != nil {
		return fmt.Errorf("cannot read cluster %s: %w", id, err)
	}
	if cluster == nil {
		return nil
	}
	agent := text(cluster, "agentStatus")
	if text(cluster, "credentialsId") != "" || agent != agentWaiting && agent != agentDisconnected {
		crud.Warn(ctx, "Cluster %s stays connected to CAST AI (agent: %s): this resource only registered it. The resource that "+
			"connects it disconnects it; without one, disconnect it in the console.", id, agent)
		return nil
	}
	return disconnect(ctx, id, false, nil)
}
