package clusters_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// registered are the inputs of a registration of the first of the clouds.
var registered = harness.Props{"clusterName": "prod", "accountId": "123456789012", "region": "eu-central-1"}

// TestClusterStatus follows a cluster from its registration to its connection.
func TestClusterStatus(t *testing.T) {
	t.Parallel()
	h := harness.New(t, realAgents)
	c := clouds[0]
	first := h.Resource("EksClusterId", "id")
	up(t, first, registered, "create")
	status := func() harness.Props {
		t.Helper()
		h.Reopen()
		got, err := h.Invoke("getClusterStatus", harness.Props{"clusterId": first.ID})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := status()
	missing(t, got, "castai-agent: none has reported yet", "castai-cluster-controller: ", "EksCluster")
	same(t, "ready", got["ready"], false)
	same(t, "hasCredentials", got["hasCredentials"], false)
	same(t, "nodes", got["provisionedNodes"], []any{})
	for _, name := range []string{"agentVersion", "agentSnapshotReceivedAt", "reconcileError"} {
		if got[name] != nil {
			t.Errorf("%s is %v before an agent has reported", name, got[name])
		}
	}

	report := func(nodes ...any) {
		t.Helper()
		outside(t, h, "POST", "/v1/kubernetes/clusters/"+first.ID+"/agent-deltas", harness.Props{
			"clusterId": first.ID, "clusterVersion": "1.31", "agentVersion": "v0.99.0", "fullSnapshot": true, "items": nodes,
		})
	}
	node := func(name string, labels harness.Props) any {
		return harness.Props{"kind": "Node", "event": "add", "data": harness.Props{
			"metadata": harness.Props{"name": name, "uid": name, "labels": labels}, "spec": harness.Props{}, "status": harness.Props{},
		}}
	}
	report(node("own", harness.Props{}), node("b", harness.Props{"provisioner.cast.ai/managed-by": "cast.ai"}), node("a", harness.Props{"provisioner.cast.ai/node-id": "1"}))
	got = status()
	missing(t, got, "credentials: CAST AI only watches the cluster")
	same(t, "agentStatus", got["agentStatus"], "online")
	same(t, "agentVersion", got["agentVersion"], "v0.99.0")
	same(t, "kubernetesVersion", got["kubernetesVersion"], "1.31")
	same(t, "nodes", got["provisionedNodes"], []any{"a", "b"})
	same(t, "nodeCount", got["nodeCount"], 3.0)
	if got["agentSnapshotReceivedAt"] == nil {
		t.Error("there is no time of the last report")
	}
	same(t, "the workload autoscaler", got["workloadAutoscaler"].(harness.Props)["status"], "AGENT_STATUS_UNKNOWN")

	connection := h.Resource(c.token, "c")
	up(t, connection, c.all(), "create")
	same(t, "the cluster", connection.ID, first.ID)
	got = status()
	same(t, "hasCredentials", got["hasCredentials"], true)
	missing(t, got, "castai-cluster-controller: the cluster is connecting")
	same(t, "ready", got["ready"], false)
}

// TestClusterStatusOfAny: what is missing, by what the API says.
func TestClusterStatusOfAny(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	first := h.Resource("EksClusterId", "id")
	up(t, first, registered, "create")
	for name, test := range map[string]struct {
		says  harness.Props
		ready bool
		want  []string
	}{
		"ready":         {harness.Props{"status": "ready", "agentStatus": "online", "credentialsId": "x"}, true, []string{"node configuration: none is the default"}},
		"asleep":        {harness.Props{"status": "hibernated", "agentStatus": "non-responding", "credentialsId": "x"}, true, []string{"node configuration: "}},
		"silent":        {harness.Props{"status": "ready", "agentStatus": "non-responding", "credentialsId": "x", "agentSnapshotReceivedAt": "2026-01-01T00:00:00Z"}, false, []string{"castai-agent: it has stopped reporting (non-responding, last at 2026-01-01T00:00:00Z)"}},
		"no access":     {harness.Props{"status": "failed", "agentStatus": "online", "credentialsId": "x", "reconcileError": "no right to list subnets"}, false, []string{`access to the cloud: CAST AI says "no right to list subnets"`}},
		"no reason":     {harness.Props{"status": "warning", "agentStatus": "online", "credentialsId": "x"}, false, []string{"castai-cluster-controller: the cluster is warning"}},
		"GKE":           {harness.Props{"status": "ready", "agentStatus": "online", "providerType": "gke"}, false, []string{"credentials: CAST AI only watches the cluster; give it access to the cloud with GkeCluster"}},
		"elsewhere":     {harness.Props{"status": "ready", "agentStatus": "online", "providerType": "anywhere"}, false, nil},
		"disconnecting": {harness.Props{"status": "deleting", "agentStatus": "disconnecting", "credentialsId": "x"}, false, []string{"connection: the cluster is being disconnected"}},
		"disconnected":  {harness.Props{"status": "deleted", "agentStatus": "disconnected", "credentialsId": "x"}, false, []string{"connection: the cluster was disconnected"}},
		"archived":      {harness.Props{"status": "archived", "agentStatus": "disconnected"}, false, []string{"registration: the cluster was removed"}},
		"nothing":       {harness.Props{}, false, []string{"castai-agent: "}},
	} {
		body, err := json.Marshal(test.says)
		if err != nil {
			t.Fatal(err)
		}
		h.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Path: clusters + "/{id}", Status: 200, Body: string(body)})
		h.Reopen()
		got, err := h.Invoke("getClusterStatus", harness.Props{"clusterId": first.ID})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, got["ready"], test.ready)
		missing(t, got, test.want...)
	}
}

func TestClusterStatusErrors(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	first := h.Resource("EksClusterId", "id")
	up(t, first, registered, "create")
	status := func() error {
		h.Reopen()
		_, err := h.Invoke("getClusterStatus", harness.Props{"clusterId": first.ID})
		return err
	}
	for path, want := range map[string]string{
		clusters + "/{id}":       "cannot tell the status of the cluster " + first.ID,
		clusters + "/{id}/nodes": "cannot list its nodes",
		"/v1/workload-autoscaling/clusters/{clusterId}/components/workload-autoscaler": "cannot read the status of its components",
	} {
		h.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Path: path, Status: 403, Body: `{"message":"no right"}`})
		fails(t, status(), want, "403", "no right")
		h.Emulator.ClearFaults()
	}
	// What the API does not know of a cluster is left open.
	for _, path := range []string{clusters + "/{id}/nodes", "/v1/workload-autoscaling/clusters/{clusterId}/components/workload-autoscaler"} {
		h.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Path: path, Status: 404, Body: `{"message":"none"}`})
		if err := status(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err := h.Invoke("getClusterStatus", harness.Props{"clusterId": "prod"})
	fails(t, err, "clusterId", "UUID")
}

// missing checks the steps, in their order.
func missing(t *testing.T, status harness.Props, want ...string) {
	t.Helper()
	steps, _ := status["missing"].([]any)
	if len(steps) != len(want) {
		t.Errorf("missing are %q, want %q", steps, want)
		return
	}
	for i, step := range steps {
		if !strings.Contains(step.(string), want[i]) {
			t.Errorf("the step %d is %q, want %q", i, step, want[i])
		}
	}
}
