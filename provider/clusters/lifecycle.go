// Package clusters holds the resources and functions that connect clusters
// to CAST AI.
package clusters

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// How long the verbs take at most when the program sets no customTimeouts.
// A creation that waits until the cluster is ready gets readyTimeout on top.
const (
	createTimeout = 5 * time.Minute
	readyTimeout  = 15 * time.Minute
	updateTimeout = 5 * time.Minute
	deleteTimeout = 15 * time.Minute
)

// What the API says of a cluster and of its agent.
const (
	statusReady       = "ready"
	statusFailed      = "failed"
	statusHibernating = "hibernating"
	statusHibernated  = "hibernated"
	statusResuming    = "resuming"
	statusDeleting    = "deleting"
	statusDeleted     = "deleted"
	statusArchived    = "archived"

	agentOnline        = "online"
	agentWaiting       = "waiting-connection"
	agentDisconnecting = "disconnecting"
	agentDisconnected  = "disconnected"
)

// errUnfinished is what a refresh says of a cluster whose creation failed
// after its registration.
var errUnfinished = errors.New("the cluster is registered, but its creation was not finished: run `pulumi up` to go on")

// errArchived is what an operation says of a cluster that has gone meanwhile.
var errArchived = errors.New("the cluster has been removed from CAST AI meanwhile: run `pulumi refresh`, and then `pulumi up` " +
	"to connect it again")

// repeatable marks a POST that may be sent again when its fate is unknown.
var repeatable = true

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
	return api.Sleep(ctx, min(100*time.Millisecond<<min(turn, 10), 10*time.Second))
}

// ending says why a wait came to its end.
func ending(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.Canceled) {
		return "the operation was canceled"
	}
	return "the time for it is up"
}

// register makes the service's record of a cluster, or finds it: one cluster
// of the cloud has one record, so the call may be repeated.
func register(ctx context.Context, name, cloud string, params map[string]any) (map[string]any, error) {
	cluster, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: api.Path("v1", "kubernetes", "external-clusters"), Idempotent: &repeatable,
		Body: map[string]any{"name": name, cloud: params},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot register the cluster %q: %w", name, err)
	}
	if wire.Text(cluster, "id") == "" {
		return nil, fmt.Errorf("cannot register the cluster %q: the answer has no \"id\"", name)
	}
	return cluster, nil
}

// mintToken makes a token that the agent and the controller of the cluster
// sign in with. The call may be repeated: nobody knows a token whose answer
// was lost, and one that nobody uses expires.
func mintToken(ctx context.Context, id string) (string, error) {
	answer, err := crud.Send(ctx, api.Call{Method: http.MethodPost, Path: clusterPath(id, "token"), Idempotent: &repeatable})
	if err != nil {
		return "", fmt.Errorf("cannot make a token for the cluster: %w", err)
	}
	if wire.Text(answer, "token") == "" {
		return "", errors.New("cannot make a token for the cluster: the answer has none")
	}
	return wire.Text(answer, "token"), nil
}

// setCredentials hands over what the service signs in to the cloud with, and
// returns the ID it has given them. A cloud shows a new role only after a
// while; that refusal alone is waited out.
func setCredentials(ctx context.Context, id string, body map[string]any) (string, error) {
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
	return wire.Text(cluster, "credentialsId"), nil
}

// get fetches a cluster. One that is archived counts as gone: nil.
func get(ctx context.Context, id string) (map[string]any, error) {
	cluster, err := crud.Get(ctx, clusterPath(id))
	if api.IsNotFound(err) || err == nil && wire.Text(cluster, "status") == statusArchived {
		return nil, nil
	}
	return cluster, err
}

// settle waits for a cluster that was given credentials: as long as it takes
// to be ready if the program asks for that, or else a few seconds for its
// agent, after which a warning tells what is missing.
func settle(ctx context.Context, id string, untilReady bool) (cluster map[string]any, err error) {
	const grace = 5 // turns, which are about three seconds
	for turn := 0; ; turn++ {
		now, err := get(ctx, id)
		switch {
		case ctx.Err() != nil && cluster != nil:
			return cluster, notReady(ctx, cluster)
		case err != nil:
			return cluster, fmt.Errorf("cannot read cluster %s: %w", id, err)
		case now == nil:
			return nil, errArchived
		}
		cluster = now
		status, agent := wire.Text(cluster, "status"), wire.Text(cluster, "agentStatus")
		switch {
		case untilReady && status == statusFailed:
			return cluster, fmt.Errorf("the cluster has failed: %s", reason(cluster))
		case untilReady && isReady(status, agent), !untilReady && agent == agentOnline:
			return cluster, nil
		case !untilReady && turn >= grace:
			crud.Warn(ctx, "No CAST AI agent is online in cluster %q (agent: %s, cluster: %s), so CAST AI cannot act on it yet.%s "+
				"Let this resource depend on both charts.", wire.Text(cluster, "name"), agent, status, toDo(cluster))
			return cluster, nil
		}
		crud.Progress(ctx, "waiting for the cluster: %s, agent %s", status, agent)
		if wait(ctx, turn) != nil {
			return cluster, notReady(ctx, cluster)
		}
	}
}

// isReady says whether CAST AI can act on a cluster, or could if it were not
// asleep.
func isReady(status, agent string) bool {
	switch status {
	case statusReady:
		return agent == agentOnline
	case statusHibernating, statusHibernated, statusResuming:
		return true
	default:
		return false
	}
}

func notReady(ctx context.Context, cluster map[string]any) error {
	return fmt.Errorf("the cluster is not ready and %s: its status is %q and its agent %q (%s).%s",
		ending(ctx), wire.Text(cluster, "status"), wire.Text(cluster, "agentStatus"), reason(cluster), toDo(cluster))
}

func reason(cluster map[string]any) string {
	if wire.Text(cluster, "reconcileError") == "" {
		return "no error is reported"
	}
	return wire.Text(cluster, "reconcileError")
}
