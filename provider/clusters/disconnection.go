package clusters

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// patience is how often a disconnect is asked for that the service does not
// take up, before the record is deleted without it. That is about three
// seconds.
const patience = 5

// disconnection takes a cluster away from the service and waits until that is
// done.
type disconnection struct {
	id string
	// deleteNodes has the nodes that CAST AI has made drained and deleted.
	deleteNodes bool
	// release, if given, runs once between the disconnect and the deletion of
	// the record.
	release func(ctx context.Context, id string, cluster map[string]any)

	asked   int      // how often the disconnect was called
	began   bool     // the service has taken it up
	deleted bool     // the deletion of the record was accepted
	left    []string // the nodes that were listed just before
	refusal error    // the last refusal of the deletion
}

// run is a loop of looking at the cluster and doing the next thing.
func (d *disconnection) run(ctx context.Context) error {
	ctx, cancel := withTimeout(ctx, deleteTimeout)
	defer cancel()
	last, why := "unknown", reason(nil)
	for turn := 0; ; turn++ {
		cluster, err := crud.Get(ctx, clusterPath(d.id))
		if api.IsNotFound(err) {
			return d.leftovers(ctx, nil)
		}
		done, hurry := false, false
		if err == nil {
			last, why = wire.Text(cluster, "status")+", agent "+wire.Text(cluster, "agentStatus"), reason(cluster)
			hurry = !d.deleted
			done, err = d.step(ctx, cluster)
			hurry = hurry && d.deleted // the record is archived at once, as a rule
		}
		switch {
		case done:
			return err
		case ctx.Err() != nil:
			return d.unfinished(ctx, last, why, cmp.Or(d.refusal, err))
		case err != nil:
			return fmt.Errorf("cannot disconnect the cluster, whose last status is %s: %w", last, err)
		case hurry:
			continue
		}
		crud.Progress(ctx, "disconnecting the cluster: %s", last)
		if wait(ctx, turn) != nil {
			return d.unfinished(ctx, last, why, d.refusal)
		}
	}
}

// step does what the cluster's status calls for. The first case that holds
// wins. The order is that of the service's own clients, except that nodes
// which are to go are never skipped: those clients delete the record of a
// cluster that has failed or whose agent is gone without a disconnect.
func (d *disconnection) step(ctx context.Context, cluster map[string]any) (done bool, err error) {
	status, agent := wire.Text(cluster, "status"), wire.Text(cluster, "agentStatus")
	switch {
	case status == statusArchived:
		return true, d.leftovers(ctx, cluster)
	case d.deleted:
		return false, nil
	case status == statusDeleted:
		return false, d.delete(ctx, cluster)
	case agent == agentDisconnecting, status == statusDeleting:
		d.began = true
		return false, nil
	case wire.Text(cluster, "credentialsId") == "":
		return false, d.delete(ctx, cluster) // without credentials a disconnect does nothing
	case (agent == agentDisconnected || status == statusFailed) && (!d.deleteNodes || d.began || d.asked >= patience):
		return false, d.delete(ctx, cluster)
	default:
		return false, d.disconnect(ctx)
	}
}

func (d *disconnection) disconnect(ctx context.Context) error {
	d.asked++
	_, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: clusterPath(d.id, "disconnect"), Idempotent: &repeatable,
		// What runs in the cluster belongs to its charts, not to this call.
		Body: map[string]any{"deleteProvisionedNodes": d.deleteNodes, "keepKubernetesResources": true},
	})
	if api.IsNotFound(err) {
		return nil
	}
	return err
}

func (d *disconnection) delete(ctx context.Context, cluster map[string]any) error {
	if d.release != nil {
		d.release(ctx, d.id, cluster)
		d.release = nil
	}
	if d.deleteNodes {
		// A record that is gone can no longer say which nodes are left.
		d.left, _ = provisionedNodes(ctx, d.id)
	}
	_, err := crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: clusterPath(d.id)})
	switch {
	case err == nil, api.IsNotFound(err):
		d.deleted = true
		return nil
	case !api.IsInvalid(err):
		return err
	case d.asked == 0: // it has to be disconnected first
		d.refusal = err
		return d.disconnect(ctx)
	default:
		d.refusal = err
		return nil
	}
}

// unfinished is the error of a disconnect that was cut short. The cause is
// what failed last, if anything.
func (d *disconnection) unfinished(ctx context.Context, last, why string, cause error) error {
	err := fmt.Errorf("the cluster is not disconnected yet and %s: its last status is %s (%s). If its agent and controller are "+
		"gone already, nobody drains its nodes: look at the cluster in the console, then destroy again, with a longer "+
		"customTimeouts.delete if need be", ending(ctx), last, why)
	if cause != nil {
		err = fmt.Errorf("%w\nThe last failure: %w", err, cause)
	}
	return err
}

// leftovers reports nodes that were to be deleted and still run: they cost
// money, and nobody looks after them any more. The cluster is nil if its
// record is gone.
func (d *disconnection) leftovers(ctx context.Context, cluster map[string]any) error {
	if !d.deleteNodes {
		return nil
	}
	nodes, err := provisionedNodes(ctx, d.id)
	if err != nil {
		nodes = d.left
	}
	if len(nodes) > 0 {
		slices.Sort(nodes)
		return fmt.Errorf("CAST AI has removed the cluster but not deleted its nodes, which still run and cost money: %s (%s). "+
			"Its access to the cloud was probably removed too early. Delete these nodes in the cloud; then `pulumi refresh` "+
			"takes the cluster out of the stack", strings.Join(nodes, ", "), reason(cluster))
	}
	switch failed := wire.Text(cluster, "reconcileError"); {
	case failed != "":
		crud.Warn(ctx, "Check in the cloud that none of the cluster's CAST AI nodes is left. CAST AI says: %s.", failed)
	case err != nil && !api.IsNotFound(err):
		crud.Warn(ctx, "Check in the cloud that none of the cluster's CAST AI nodes is left: they cannot be listed (%v).", err)
	}
	return nil
}

// provisionedNodes names the nodes of a cluster that CAST AI has made.
func provisionedNodes(ctx context.Context, id string) ([]string, error) {
	nodes, err := listNodes(ctx, id)
	return provisioned(nodes), err
}

func listNodes(ctx context.Context, id string) ([]map[string]any, error) {
	return config.Client(ctx).All(ctx, clusterPath(id, "nodes"), nil, "items", api.ListOptions{PageSize: 500})
}

// provisioned names those of the nodes that CAST AI has made.
func provisioned(nodes []map[string]any) (names []string) {
	for _, node := range nodes {
		labels := wire.Object(node, "labels")
		if wire.Text(labels, "provisioner.cast.ai/node-id") != "" || wire.Text(labels, "provisioner.cast.ai/managed-by") == "cast.ai" {
			names = append(names, wire.Text(node, "name"))
		}
	}
	return names
}
