package clusters

import (
	"fmt"
	"strings"

	"github.com/castai/pulumi-castai/internal/wire"
)

// connections are the resources that connect clusters of each kind.
var connections = map[string]string{"aks": "AksCluster", "eks": "EksCluster", "gke": "GkeCluster"}

// missing says what a cluster still lacks for CAST AI to act on it, in the
// order in which it is installed, and what to do. Components that a cluster can
// do without are not among it.
func missing(cluster map[string]any) (steps []string) {
	status, agent := wire.Text(cluster, "status"), wire.Text(cluster, "agentStatus")
	step := func(format string, args ...any) { steps = append(steps, fmt.Sprintf(format, args...)) }
	switch {
	case status == statusArchived:
		step("registration: the cluster was removed from CAST AI; register it again, which gives it another ID")
		return steps
	case status == statusDeleting, agent == agentDisconnecting:
		step("connection: the cluster is being disconnected; wait until that is done, then connect it again")
		return steps
	case status == statusDeleted:
		step("connection: the cluster was disconnected; delete its record, or connect it again")
		return steps
	}
	credentials := wire.Text(cluster, "credentialsId") != ""
	asleep := status == statusHibernating || status == statusHibernated || status == statusResuming
	switch {
	case agent == agentOnline, asleep: // nothing reports from a cluster that sleeps
	case agent == agentWaiting:
		step("castai-agent: none has reported yet; install its chart with the cluster's ID and clusterToken")
		step("castai-cluster-controller: it shows only once an agent is online; install its chart after the agent's, with the same ID and token")
	default:
		step("castai-agent: it has stopped reporting (%s, last at %s); check that its pods run and reach the API",
			agent, timeOr(cluster, "agentSnapshotReceivedAt", "no known time"))
	}
	switch {
	case !credentials:
		connection := connections[wire.Text(cluster, "providerType")]
		if connection == "" {
			break // CAST AI has no access to clouds of this kind
		}
		step("credentials: CAST AI only watches the cluster; give it access to the cloud with %s, and let that depend on both charts", connection)
	case agent != agentOnline, status == statusReady, asleep:
	case wire.Text(cluster, "reconcileError") != "":
		step("access to the cloud: CAST AI says %q; give its role or service account what it lacks", wire.Text(cluster, "reconcileError"))
	default:
		step("castai-cluster-controller: the cluster is %s; if that lasts, check that the pods of the controller run and reach the API", status)
	}
	return steps
}

func timeOr(cluster map[string]any, name, otherwise string) string {
	if at := wire.Text(cluster, name); at != "" {
		return at
	}
	return otherwise
}

// toDo lists what is missing in a sentence; empty if nothing is known to be.
func toDo(cluster map[string]any) string {
	steps := missing(cluster)
	if len(steps) == 0 {
		return ""
	}
	return " Still missing, in the order of installation: " + strings.Join(steps, ". Then ") + "."
}
