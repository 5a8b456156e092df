package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// delta sends a snapshot and returns the answer. The items are Kubernetes nodes.
func (b *bed) delta(cluster, token string, full bool, items ...doc) reply {
	b.t.Helper()
	list := []any{}
	for _, item := range items {
		list = append(list, item)
	}
	b.header.Set("Continuity-Token", token)
	defer b.header.Del("Continuity-Token")
	return b.send("POST", "/v1/kubernetes/clusters/"+cluster+"/agent-deltas", doc{
		"clusterId": cluster, "clusterVersion": "1.31.4", "agentVersion": "v1", "fullSnapshot": full, "continuityToken": "", "items": list,
	})
}

func node(event, name string, labels doc) doc {
	return doc{"event": event, "kind": "Node", "createdAt": "2025-03-01T12:00:00.123456789Z", "data": doc{
		"metadata": doc{"name": name, "uid": "uid-" + name, "labels": labels}, "spec": doc{"providerID": "aws:///" + name},
	}}
}

// online registers a cluster and makes its agents call.
func (b *bed) online() (cluster, token string) {
	b.t.Helper()
	cluster = b.eks("c")
	first := b.delta(cluster, "", true,
		node("add", "n1", doc{"provisioner.cast.ai/node-id": "id-1", "node.kubernetes.io/instance-type": "m5.large"}), node("add", "own", doc{}))
	b.poll(cluster)
	return cluster, first.header.Get("Continuity-Token")
}

// poll returns the payloads of the actions a cluster controller gets: node names and ids by kind.
func (b *bed) poll(cluster string) (actions []doc) {
	b.t.Helper()
	items, _ := b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/actions", nil)["items"].([]any)
	for _, item := range items {
		actions = append(actions, item.(doc))
	}
	return actions
}

func (b *bed) acknowledge(cluster string, action doc, problem any) {
	b.t.Helper()
	b.want(200, "POST", "/v1/kubernetes/clusters/"+cluster+"/actions/"+action["id"].(string)+"/ack", doc{"error": problem})
}

func realBed(t *testing.T) *bed {
	return newBed(t, emulator.Options{Settings: emulator.Settings{Agents: emulator.Real}})
}

func TestRealAgentsBringAClusterOnline(t *testing.T) {
	b := realBed(t)
	cluster := b.eks("c")
	b.pass(time.Hour)
	b.states(cluster, "ready", "waiting-connection")

	b.same("config", b.want(200, "POST", "/v1/kubernetes/clusters/"+cluster+"/agent-config", doc{"agentVersion": "v1", "gitCommit": "x"}),
		doc{"intervalSeconds": "15", "resync": false})
	b.want(200, "POST", "/v1/kubernetes/clusters/"+cluster+"/agent-logs", doc{"logEvent": doc{"level": "info", "time": "t", "message": "m", "fields": doc{"a": "b"}}})
	first := b.delta(cluster, "", true)
	b.same("status of a delta", first.status, 204)
	d := b.states(cluster, "ready", "online")
	b.same("version", d["kubernetesVersion"], "1.31.4")
	b.same("snapshot", d["agentSnapshotReceivedAt"], "2025-03-01T13:00:00Z")

	b.want(200, "POST", clusters+"/"+cluster, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.states(cluster, "connecting", "online")
	b.poll(cluster)
	b.states(cluster, "ready", "online")

	b.pass(2 * time.Minute)
	b.states(cluster, "ready", "non-responding")
	b.pass(10 * time.Minute)
	b.states(cluster, "ready", "disconnected")
	b.want(204, "DELETE", clusters+"/"+cluster, nil)
	b.same("a delta after the end", b.delta(cluster, "", true).status, 404)
}

func TestContinuityToken(t *testing.T) {
	b := realBed(t)
	cluster, token := b.online()
	wrong := b.delta(cluster, "wrong", false)
	b.same("status", wrong.status, 400)
	b.same("message", wrong.body["message"], "invalid continuity token")
	b.same("full with a wrong one", b.delta(cluster, "wrong", true).status, 204)
	b.same("an old one", b.delta(cluster, token, false).status, 400)
}

func TestNodesOfSnapshots(t *testing.T) {
	b := realBed(t)
	cluster, token := b.online()
	names := func() (names []any) {
		items, _ := b.want(200, "GET", clusters+"/"+cluster+"/nodes", nil)["items"].([]any)
		for _, item := range items {
			names = append(names, at(item, "name"))
		}
		return names
	}
	b.same("nodes", names(), []any{"n1", "own"})
	token = b.delta(cluster, token, false, node("delete", "own", nil), node("update", "n1", doc{}), node("add", "n2", doc{})).header.Get("Continuity-Token")
	b.same("nodes", names(), []any{"n1", "n2"})
	b.delta(cluster, token, true, node("add", "n2", doc{}))
	b.same("nodes of a full snapshot", names(), []any{"n2"})
}

func TestDisconnectDrainsAndDeletesNodesThroughTheController(t *testing.T) {
	b := realBed(t)
	cluster, _ := b.online()
	path := clusters + "/" + cluster
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": false})
	b.pass(time.Minute)
	b.states(cluster, "deleting", "disconnecting")

	drains := b.poll(cluster)
	b.same("drain", at(drains[0], "actionDrainNode", "nodeName"), "n1")
	b.same("only nodes of CAST AI", len(drains), 1)
	b.same("delivered until acknowledged", b.poll(cluster)[0]["id"], drains[0]["id"])
	b.acknowledge(cluster, drains[0], nil)
	deletes := b.poll(cluster)
	b.same("delete", at(deletes[0], "actionDeleteNode"), doc{"nodeName": "n1", "nodeId": "id-1", "providerId": "aws:///n1"})
	b.acknowledge(cluster, deletes[0], nil)
	b.states(cluster, "deleting", "disconnecting")
	last := b.poll(cluster)
	b.same("last", last[0]["actionDisconnectCluster"], doc{})
	b.acknowledge(cluster, last[0], nil)
	d := b.states(cluster, "deleted", "disconnected")
	b.same("reconcileError", d["reconcileError"], nil)
	b.want(404, "POST", "/v1/kubernetes/clusters/"+cluster+"/actions/nope/ack", doc{"error": nil})
}

func TestDisconnectGivesUpOnAControllerThatIsGone(t *testing.T) {
	b := realBed(t)
	cluster, _ := b.online()
	path := clusters + "/" + cluster
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": true})
	b.pass(9 * time.Minute)
	b.states(cluster, "deleting", "disconnecting")
	b.pass(2 * time.Minute)
	d := b.states(cluster, "deleted", "disconnected")
	b.same("reconcileError", d["reconcileError"], "nodes could not be deleted: n1")
}

func TestDisconnectThatKeepsNodesWaitsForNobody(t *testing.T) {
	b := realBed(t)
	cluster, _ := b.online()
	path := clusters + "/" + cluster
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": false, "keepKubernetesResources": true})
	b.pass(time.Second)
	b.states(cluster, "deleted", "disconnected")
}

func TestFailedNodeDeletionLeavesTheNode(t *testing.T) {
	b := realBed(t)
	cluster, _ := b.online()
	path := clusters + "/" + cluster
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": true})
	b.acknowledge(cluster, b.poll(cluster)[0], "cannot drain")
	b.acknowledge(cluster, b.poll(cluster)[0], "cannot delete")
	b.pass(time.Minute)
	d := b.states(cluster, "deleted", "disconnected")
	b.same("reconcileError", d["reconcileError"], "nodes could not be deleted: n1")
}
