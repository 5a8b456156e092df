// Package clusters holds the resources and functions that connect clusters
// to CAST AI.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// How long the verbs take at most when the program sets no customTimeouts.
const (
	createTimeout = 5 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 15 * time.Minute
)

// What the API says of a cluster and of its agent.
const (
	statusReady    = "ready"
	statusWarning  = "warning"
	statusFailed   = "failed"
	statusDeleting = "deleting"
	statusDeleted  = "deleted"
	statusArchived = "archived"

	agentOnline        = "online"
	agentWaiting       = "waiting-connection"
	agentDisconnecting = "disconnecting"
	agentDisconnected  = "disconnected"
)

// errUnfinished is what a refresh says of a cluster whose creation failed
// after its registration.
var errUnfinished = errors.New("the cluster is registered, but its creation was not finished: run `pulumi up` to go on")

func clusterPath(id string, more ...string) string {
	return api.Path(append([]string{"v1", "kubernetes", "external-clusters", id}, more...)...)
}

// withTimeout bounds a verb that the program sets no bound for.
func withTimeout(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}

// wait pauses a poll: a tenth of a second at first, doubling up to ten seconds.
func wait(ctx context.Context, turn int) error {
	pause := min(100*time.Millisecond<<min(turn, 10), 10*time.Second)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// register makes the service's record of a cluster, or finds it: one cluster
// of the cloud has one record, so the call may be repeated.
func register(ctx context.Context, name, cloud string, params map[string]any) (map[string]any, error) {
	repeatable := true
	cluster, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: api.Path("v1", "kubernetes", "external-clusters"), Idempotent: &repeatable,
		Body: map[string]any{"name": name, cloud: params},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot register the cluster %q: %w", name, err)
	}
	if text(cluster, "id") == "" {
		return nil, fmt.Errorf("cannot register the cluster %q: the answer has no \"id\"", name)
	}
	return cluster, nil
}

// mintToken makes a token that the agent and the controller of the cluster
// sign in with.
func mintToken(ctx context.Context, id string) (string, error) {
	answer, err := crud.Send(ctx, api.Call{Method: http.MethodPost, Path: clusterPath(id, "token")})
	if err != nil {
		return "", fmt.Errorf("cannot make a token for the cluster: %w", err)
	}
	if text(answer, "token") == "" {
		return "", errors.New("cannot make a token for the cluster: the answer has none")
	}
	return text(answer, "token"), nil
}

// setCredentials hands over what the service signs in to the cloud with, and
// returns the ID it has given them. A cloud shows a new role only after a
// while; that refusal alone is waited out.
func setCredentials(ctx context.Context, id string, body map[string]any) (string, error) {
	repeatable := true
	cluster, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: clusterPath(id), Body: body, Idempotent: &repeatable,
		Retry: func(e *api.Error) bool {
			propagating := e.Status == http.StatusBadRequest && e.Message == "Forbidden" &&
				len(e.Violations) > 0 && e.Violations[0].Field == "credentials"
			if propagating {
				crud.Progress(ctx, "the cloud does not show the credentials' permissions yet; trying again")
			}
			return propagating
		},
	})
	if err != nil {
		return "", fmt.Errorf("cannot set the cluster's credentials: %w", err)
	}
	return text(cluster, "credentialsId"), nil
}

// get fetches a cluster. One that is archived counts as gone: nil.
func get(ctx context.Context, id string) (map[string]any, error) {
	cluster, err := crud.Get(ctx, clusterPath(id))
	if api.IsNotFound(err) || err == nil && text(cluster, "status") == statusArchived {
		return nil, nil
	}
	return cluster, err
}

// settle waits for a cluster that was given credentials: as long as it takes
// to be ready if the program asks for that, or else a few seconds for its
// agent, after which a warning tells what is missing.
func settle(ctx context.Context, id string, untilReady bool) (map[string]any, error) {
	const grace = 5 // turns, which are about three seconds
	for turn := 0; ; turn++ {
		cluster, err := get(ctx, id)
		if err != nil {
			return nil, err
		}
		if cluster == nil {
			return nil, errors.New("the cluster was archived meanwhile")
		}
		status, agent := text(cluster, "status"), text(cluster, "agentStatus")
		switch {
		case untilReady && status == statusFailed:
			return cluster, fmt.Errorf("the cluster has failed: %s", reason(cluster))
		case agent == agentOnline && (!untilReady || status == statusReady || status == statusWarning):
			return cluster, nil
		case !untilReady && turn >= grace:
			crud.Warn(ctx, "No CAST AI agent is online in cluster %q (agent: %s, cluster: %s), so CAST AI cannot act on it yet. "+
				"Install the castai-agent chart first, then castai-cluster-controller, then connect the cluster: let this "+
				"resource depend on both.", text(cluster, "name"), agent, status)
			return cluster, nil
		}
		crud.Progress(ctx, "waiting for the cluster: %s, agent %s", status, agent)
		if err := wait(ctx, turn); err != nil {
			return cluster, fmt.Errorf("the cluster is not ready: its status is %q and its agent %q (%s). "+
				"Check that castai-agent and castai-cluster-controller run in it", status, agent, reason(cluster))
		}
	}
}

func reason(cluster map[string]any) string {
	if text(cluster, "reconcileError") == "" {
		return "no error is reported"
	}
	return text(cluster, "reconcileError")
}

// disconnect takes a cluster away from the service and waits until that is
// done: nodes that CAST AI has made are deleted first if deleteNodes says so.
// before, if given, runs once between the disconnect and the deletion.
func disconnect(ctx context.Context, id string, deleteNodes bool, before func(map[string]any)) error {
	ctx, cancel := withTimeout(ctx, deleteTimeout)
	defer cancel()
	var (
		d    = disconnection{id: id, deleteNodes: deleteNodes, before: before}
		last = "unknown"
	)
	for turn := 0; ; turn++ {
		cluster, err := crud.Get(ctx, clusterPath(id))
		if api.IsNotFound(err) {
			return d.leftovers(ctx, nil)
		}
		if err != nil {
			return fmt.Errorf("cannot disconnect the cluster (last status: %s): %w", last, err)
		}
		last = text(cluster, "status") + ", agent " + text(cluster, "agentStatus")
		was := d.deleted
		done, err := d.step(ctx, cluster)
		if done || err != nil {
			return err
		}
		if d.deleted != was {
			continue // the record is archived at once, as a rule
		}
		crud.Progress(ctx, "disconnecting the cluster: %s", last)
		if err := wait(ctx, turn); err != nil {
			return d.unfinished(last, cluster)
		}
	}
}

// disconnection is where a disconnect has come to.
type disconnection struct {
	id          string
	deleteNodes bool
	before      func(map[string]any)

	asked   bool  // the disconnect was called
	deleted bool  // the deletion was accepted
	refusal error // the last refusal of the deletion
}

// step does what the cluster's status calls for. The first case that holds
// wins; the order is that of the service's own clients, except that nodes
// which are to go are never skipped.
func (d *disconnection) step(ctx context.Context, cluster map[string]any) (done bool, err error) {
	status, agent := text(cluster, "status"), text(cluster, "agentStatus")
	switch {
	case status == statusArchived:
		return true, d.leftovers(ctx, cluster)
	case d.deleted:
		return false, nil
	case status == statusDeleted, agent == agentDisconnected && (d.asked || !d.deleteNodes):
		return false, d.delete(ctx, cluster)
	case text(cluster, "credentialsId") == "":
		return false, d.delete(ctx, cluster) // without credentials a disconnect does nothing
	case status == statusFailed && !d.deleteNodes:
		return false, d.delete(ctx, cluster)
	case agent == agentDisconnecting, status == statusDeleting:
		return false, nil
	case status == statusFailed && d.asked:
		return false, d.delete(ctx, cluster)
	case d.asked && agent != agentDisconnected:
		return false, nil
	default:
		return false, d.disconnect(ctx)
	}
}

func (d *disconnection) disconnect(ctx context.Context) error {
	d.asked = true
	repeatable := true
	_, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: clusterPath(d.id, "disconnect"), Idempotent: &repeatable,
		// What runs in the cluster belongs to its charts, not to this call.
		Body: map[string]any{"deleteProvisionedNodes": d.deleteNodes, "keepKubernetesResources": true},
	})
	if err != nil && !api.IsNotFound(err) {
		return fmt.Errorf("cannot disconnect the cluster: %w", err)
	}
	return nil
}

func (d *disconnection) delete(ctx context.Context, cluster map[string]any) error {
	if d.before != nil {
		d.before(cluster)
		d.before = nil
	}
	_, err := crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: clusterPath(d.id)})
	var failure *api.Error
	switch {
	case err == nil, api.IsNotFound(err):
		d.deleted = true
		return nil
	case errors.As(err, &failure) && failure.Status == http.StatusBadRequest:
		d.refusal = err
		if !d.asked {
			return d.disconnect(ctx) // it has to be disconnected first
		}
		return nil
	default:
		return fmt.Errorf("cannot delete the cluster's record: %w", err)
	}
}

// unfinished is the error of a disconnect whose time is up.
func (d *disconnection) unfinished(last string, cluster map[string]any) error {
	err := fmt.Errorf("the cluster is not disconnected yet, its last status is %s (%s). If its agent and controller are gone "+
		"already, nobody drains its nodes: look at the cluster in the console, then destroy again, with a longer "+
		"customTimeouts.delete if need be", last, reason(cluster))
	if d.refusal != nil {
		err = fmt.Errorf("%w\nThe API last said: %w", err, d.refusal)
	}
	return err
}

// leftovers reports nodes that were to be deleted and still run: they cost
// money, and nobody looks after them any more. A service that cannot tell
// is taken at its word.
func (d *disconnection) leftovers(ctx context.Context, cluster map[string]any) error {
	if !d.deleteNodes || cluster == nil {
		return nil
	}
	nodes, err := provisionedNodes(ctx, d.id)
	if err == nil && len(nodes) > 0 {
		slices.Sort(nodes)
		return fmt.Errorf("CAST AI has archived the cluster but not deleted its nodes, which still run and cost money: %s (%s). "+
			"Its access to the cloud was probably removed too early. Delete these nodes in the cloud, then take the cluster out of "+
			"the stack with `pulumi state delete`", strings.Join(nodes, ", "), reason(cluster))
	}
	if failed := text(cluster, "reconcileError"); strings.Contains(failed, "node") {
		crud.Warn(ctx, "CAST AI reports on the nodes it was to delete: %s. Check in the cloud that none is left.", failed)
	}
	return nil
}

// provisionedNodes names the nodes of a cluster that CAST AI has made.
func provisionedNodes(ctx context.Context, id string) ([]string, error) {
	nodes, err := listNodes(ctx, id)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, node := range nodes {
		labels, _ := node["labels"].(map[string]any)
		if text(labels, "provisioner.cast.ai/managed-by") == "cast.ai" || text(node, "addedBy") == "castai" {
			names = append(names, text(node, "name"))
		}
	}
	return names, nil
}

// text returns a text of an object, or "".
func text(object map[string]any, field string) string {
	s, _ := object[field].(string)
	return s
}
