package emulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// disconnect asks for a disconnect that takes its time.
func (b *bed) disconnect(cluster string, deleteNodes, keep bool) {
	b.t.Helper()
	b.want(200, "POST", clusters+"/"+cluster+"/disconnect", doc{"deleteProvisionedNodes": deleteNodes, "keepKubernetesResources": keep})
	b.states(cluster, "deleting", "disconnecting")
	b.pass(time.Minute)
}

// byNode sorts actions of one kind, which come in the order in which a snapshot happened to show the nodes.
func byNode(actions []doc, kind string) {
	slices.SortFunc(actions, func(a, b doc) int {
		return strings.Compare(at(a, kind, "nodeName").(string), at(b, kind, "nodeName").(string))
	})
}

func TestDisconnectDrainsAndDeletesNodesThroughTheController(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1", "n2")
	b.connect(a.id)
	b.disconnect(a.id, true, false)
	b.states(a.id, "deleting", "disconnecting")
	b.same("nodes", b.shown(a.id, ""), []string{"n1 draining", "n2 draining", "own ready"})

	c.mute = true
	drains := c.poll()
	b.same("delivered until acknowledged", c.poll(), drains)
	c.mute = false
	byNode(drains, "actionDrainNode")
	b.same("drain", drains[0]["actionDrainNode"], doc{
		"nodeName": "n1", "nodeId": "id-n1", "providerId": "aws:///n1", "drainTimeoutSeconds": 1200, "force": true,
	})
	c.poll()
	b.same("nodes", b.shown(a.id, ""), []string{"n1 deleting", "n2 deleting", "own ready"})
	a.report() // nothing that the agent tells in between changes that
	b.same("nodes", b.shown(a.id, ""), []string{"n1 deleting", "n2 deleting", "own ready"})
	deletes := c.poll()
	byNode(deletes, "actionDeleteNode")
	b.same("delete", deletes[0]["actionDeleteNode"], doc{"nodeName": "n1", "nodeId": "id-n1", "providerId": "aws:///n1"})
	b.states(a.id, "deleting", "disconnecting")
	c.settle()
	slices.Sort(c.runs[:6])
	b.same("ran", c.runs, []string{
		"CheckNodeDeleted n1", "CheckNodeDeleted n2", "DeleteNode n1", "DeleteNode n2", "DrainNode n1", "DrainNode n2", "DisconnectCluster",
	})
	d := b.states(a.id, "deleted", "disconnected")
	b.same("reconcileError", d["reconcileError"], nil)
	b.same("nodes", b.shown(a.id, ""), []string{"own ready"})
	b.want(204, "DELETE", clusters+"/"+a.id, nil)
	b.states(a.id, "archived", "disconnected")
}

func TestDisconnectThatIsNotDone(t *testing.T) {
	tests := []struct {
		name        string
		deleteNodes bool
		controller  func(b *bed, c *controller)
		left        []string
	}{
		{"it keeps nodes and waits for nobody", false, func(*bed, *controller) {}, nil},
		{"the controller is gone", true, func(b *bed, _ *controller) {
			b.pass(8 * time.Minute)
		}, []string{"n1", "n2"}},
		{"the controller does not acknowledge", true, func(b *bed, c *controller) {
			c.mute = true
			c.poll()
			b.pass(8 * time.Minute)
			c.poll()
		}, []string{"n1", "n2"}},
		{"the drain fails, which is forced", true, func(b *bed, c *controller) {
			c.mute = true
			for _, action := range c.poll() {
				if err := c.acknowledge(action["id"].(string), "pods do not go"); err != nil {
					b.t.Error(err)
				}
			}
			c.mute = false
			c.settle()
		}, nil},
		{"a node is not found by the controller", true, func(b *bed, c *controller) {
			c.kube.objects["Node/n1"] = machine("n1", "another")
			c.kube.objects["Node/n1"]["spec"] = doc{"providerID": "aws:///another"}
			c.settle()
		}, []string{"n1"}},
		{"a node went by itself", true, func(b *bed, c *controller) {
			c.kube.remove("Node", "n1")
			c.settle()
		}, nil},
		{"the agent tells first that a node is gone", true, func(b *bed, c *controller) {
			b.agentOf(c).report()
			c.poll()
			c.kube.remove("Node", "n1")
			b.agentOf(c).report()
			c.settle()
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := realBed(t)
			a, c := b.install("n1", "n2")
			b.connect(a.id)
			b.disconnect(a.id, test.deleteNodes, true)
			if test.deleteNodes {
				b.states(a.id, "deleting", "disconnecting")
			}
			test.controller(b, c)
			if len(test.left) == 2 {
				b.states(a.id, "deleting", "disconnecting")
				b.pass(2 * time.Minute)
			}
			d := b.states(a.id, "deleted", "disconnected")
			var want any
			if test.left != nil {
				want = "nodes could not be deleted: " + strings.Join(test.left, ", ")
			}
			b.same("reconcileError", d["reconcileError"], want)
		})
	}
}

// agentOf is an agent that goes on where the cluster's has stopped.
func (b *bed) agentOf(c *controller) *agent {
	a := b.agent(c.kube)
	a.id = c.id
	return a
}

// The pod that is told to delete its own namespace may not live long enough to say that it did.
func TestDisconnectThatEndsTheController(t *testing.T) {
	b := realBed(t)
	a, c := b.install()
	b.connect(a.id)
	b.disconnect(a.id, false, false)
	b.states(a.id, "deleting", "disconnecting")
	c.mute = true
	b.same("told", c.poll()[0]["actionDisconnectCluster"], doc{})
	b.pass(59 * time.Second)
	b.states(a.id, "deleting", "disconnecting")
	b.pass(time.Second)
	b.states(a.id, "deleted", "disconnected")
}

func TestDisconnectWithoutAccessToTheCloud(t *testing.T) {
	for _, agents := range []emulator.Agents{emulator.Real, emulator.Simulated} {
		b := newBed(t, emulator.Options{Settings: emulator.Settings{Agents: agents, CredentialsRevoked: true}})
		id := b.eks("c")
		b.want(200, "POST", clusters+"/"+id, doc{"eks": doc{"assumeRoleArn": "arn"}})
		b.want(204, "POST", "/_emulator/clusters/"+id+"/nodes", doc{"name": "n1"})
		b.disconnect(id, true, true)
		b.same("reconcileError", b.states(id, "archived", "disconnected")["reconcileError"], "nodes could not be deleted: n1")
		b.same("nodes", b.shown(id, ""), []string{"n1 ready"})
	}
}

func TestAcknowledgements(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1")
	b.connect(a.id)
	b.disconnect(a.id, true, true)
	c.mute = true
	drain := c.poll()[0]["id"].(string)
	other := b.eks("other")

	tests := []struct {
		name, cluster, action, body string
		status                      int
	}{
		{"unknown", a.id, "3e1050c7-6593-4298-94bb-154637911d78", `{"error":null}`, 404},
		{"no id at all", a.id, "nonsense", `{"error":null}`, 404},
		{"of another cluster", other, drain, `{"error":null}`, 404},
		{"of an unknown cluster", "nope", drain, `{"error":null}`, 404},
		{"without a body", a.id, drain, ``, 400},
		{"not JSON", a.id, drain, `{`, 400},
		{"an error that is no text", a.id, drain, `{"error":5}`, 400},
		{"the first", a.id, drain, `{"error":null}`, 200},
		{"once more, since the answer was lost", a.id, drain, `{"error":null}`, 200},
		{"once more, and otherwise", a.id, drain, `{"error":"late"}`, 200},
	}
	for _, test := range tests {
		r, _ := c.send("POST", "/v1/kubernetes/clusters/"+test.cluster+"/actions/"+test.action+"/ack", strings.NewReader(test.body), nil) // the status says it
		b.same(test.name, r.status, test.status)
	}
	next := c.poll()
	b.same("what follows, once", len(next), 1)
	if next[0]["actionDeleteNode"] == nil {
		t.Errorf("%v", next)
	}
	c.mute = false
	b.web.Config.ErrorLog = nil
	b.srv.Fail(emulator.Fault{Path: "/v1/kubernetes/clusters/{clusterId}/actions/{actionId}/ack", Action: emulator.Drop, Times: 2})
	c.settle()
	b.states(a.id, "deleted", "disconnected")
}

func TestControllerOfAClusterThatIsNotThere(t *testing.T) {
	b := realBed(t)
	a, c := b.install()
	b.want(204, "DELETE", clusters+"/"+a.id, nil)
	for _, id := range []string{a.id, "3e1050c7-6593-4298-94bb-154637911d78"} {
		c.id = id
		r, err := c.send("GET", c.path("actions"), nil, nil)
		if err == nil || r.status != 404 || !strings.Contains(r.text, "cluster not found") {
			t.Errorf("%d %v", r.status, err)
		}
	}
}

// operation waits for nothing and returns an operation.
func (b *bed) operation(answer doc) doc {
	b.t.Helper()
	return b.want(200, "GET", clusters+"/operations/"+fmt.Sprint(answer["operationId"]), nil)
}

func TestNodeIsDeletedByTheController(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1")
	nodes := clusters + "/" + a.id + "/nodes"
	b.refused(400, "no credentials", "DELETE", nodes+"/id-n1", nil)
	b.connect(a.id)
	b.refused(404, "node not found", "DELETE", nodes+"/nope", nil)
	b.refused(400, "drainTimeout", "DELETE", nodes+"/id-n1?drainTimeout=soon", nil)
	b.refused(404, "operation not found", "GET", clusters+"/operations/nope", nil)

	answer := b.want(200, "DELETE", nodes+"/id-n1?drainTimeout=60", nil)
	b.same("once more", b.want(200, "DELETE", nodes+"/id-n1", nil)["operationId"], answer["operationId"])
	b.fields(b.operation(answer), doc{"done": false, "finishedAt": nil})
	b.pass(time.Minute)
	c.mute = true
	b.fields(c.poll()[0]["actionDrainNode"], doc{"nodeName": "n1", "drainTimeoutSeconds": 60, "force": false})
	c.mute = false
	c.settle()
	b.same("ran", c.runs, []string{"DrainNode n1", "DeleteNode n1", "CheckNodeDeleted n1"})
	b.fields(b.operation(answer), doc{"done": true, "error": nil, "finishedAt": "2025-03-01T12:01:00Z"})
	b.same("nodes", b.shown(a.id, ""), []string{"own ready"})
	a.report()
	b.same("nodes", b.shown(a.id, ""), []string{"own ready"})
}

func TestNodeIsDrainedByTheController(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1")
	b.connect(a.id)
	nodes := clusters + "/" + a.id + "/nodes"
	answer := b.want(200, "POST", nodes+"/uid-own/drain", doc{"timeoutSeconds": 30, "force": true})
	c.settle()
	b.same("ran", c.runs, []string{"DrainNode own"})
	b.fields(b.operation(answer), doc{"done": true, "error": nil})
	b.same("nodes", b.shown(a.id, ""), []string{"n1 ready", "own cordoned"})

	// What is drained is deleted if that is asked meanwhile.
	answer = b.want(200, "POST", nodes+"/id-n1/drain", doc{})
	b.same("operation", b.want(200, "DELETE", nodes+"/id-n1", nil)["operationId"], answer["operationId"])
	c.settle()
	b.fields(b.operation(answer), doc{"done": true, "error": nil})
	b.same("nodes", b.shown(a.id, ""), []string{"own cordoned"})
}

func TestNodeThatCannotBeDeleted(t *testing.T) {
	tests := []struct {
		name, query string
		problems    map[string]any // of actions
		revoked     bool
		gone        bool
		details     any
	}{
		{"the drain fails", "", map[string]any{"actionDrainNode": "pods do not go"}, false, false, "pods do not go"},
		{"the drain fails, but it must", "?forceDelete=true", map[string]any{"actionDrainNode": "pods do not go"}, false, true, nil},
		{"the deletion fails", "", map[string]any{"actionDeleteNode": "webhook"}, false, false, "webhook"},
		{"it is still there", "", map[string]any{"actionCheckNodeDeleted": "node is not deleted"}, false, false, "node is not deleted"},
		{"no access to the cloud", "", nil, true, false, "no access to the cloud: the machine could not be deleted"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := realBed(t)
			a, c := b.install("n1")
			b.connect(a.id)
			b.srv.Configure(func(s *emulator.Settings) { s.CredentialsRevoked = test.revoked })
			answer := b.want(200, "DELETE", clusters+"/"+a.id+"/nodes/id-n1"+test.query, nil)
			c.mute = true
			for range 3 {
				for _, action := range c.poll() {
					var problem any
					for name := range action {
						if test.problems[name] != nil {
							problem = test.problems[name]
						}
					}
					if err := c.acknowledge(action["id"].(string), problem); err != nil {
						t.Error(err)
					}
				}
			}
			done := b.operation(answer)
			b.same("done", done["done"], true)
			b.same("error", at(done, "error", "details"), test.details)
			b.same("gone", len(b.shown(a.id, "?nodeName=n1")) == 0, test.gone)
			b.same("unharmed", b.shown(a.id, "?nodeName=n1") != nil && b.shown(a.id, "?nodeName=n1")[0] == "n1 ready", !test.gone)
		})
	}
}

func TestNodeWaitsForAControllerAndNoLongerThanThat(t *testing.T) {
	b := realBed(t)
	a, _ := b.install("n1")
	b.connect(a.id)
	answer := b.want(200, "DELETE", clusters+"/"+a.id+"/nodes/id-n1", nil)
	b.pass(9 * time.Minute)
	b.same("done", b.operation(answer)["done"], false)
	b.pass(time.Minute)
	b.same("error", at(b.operation(answer), "error", "details"), "the cluster controller did not answer")
	b.same("nodes", b.shown(a.id, "?nodeName=n1"), []string{"n1 ready"})
}

func TestSimulatedControllerDoesItByItself(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{DisconnectDelay: 10 * time.Second}})
	id := b.eks("c")
	b.want(200, "POST", clusters+"/"+id, doc{"eks": doc{"assumeRoleArn": "arn"}})
	for _, name := range []string{"n1", "n2", "n3"} {
		b.want(204, "POST", "/_emulator/clusters/"+id+"/nodes", doc{"name": name})
	}
	node := func(name string) string {
		return clusters + "/" + id + "/nodes/" + at(b.want(200, "GET", clusters+"/"+id+"/nodes?nodeName="+name, nil), "items", 0, "id").(string)
	}
	gone := b.want(200, "DELETE", node("n1"), nil)
	drained := b.want(200, "POST", node("n2")+"/drain", doc{})
	b.same("nodes", b.shown(id, ""), []string{"n1 draining", "n2 draining", "n3 ready"})
	b.pass(10 * time.Second)
	b.same("deleted", b.operation(gone)["done"], true)
	b.same("drained", b.operation(drained)["done"], true)
	b.same("nodes", b.shown(id, ""), []string{"n2 cordoned", "n3 ready"})

	b.want(200, "POST", clusters+"/"+id+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": false})
	b.pass(9 * time.Second)
	b.states(id, "deleting", "disconnecting")
	b.refused(400, "disconnected", "DELETE", node("n2"), nil)
	b.pass(time.Second)
	b.same("reconcileError", b.states(id, "deleted", "disconnected")["reconcileError"], nil)
	b.same("nodes", b.shown(id, ""), nil)
}

func TestActionsFromOutside(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1")
	node := doc{"nodeName": "n1", "nodeId": "id-n1", "providerId": "aws:///n1"}
	with := func(more doc) doc {
		all := doc{}
		for _, d := range []doc{node, more} {
			for name, value := range d {
				all[name] = value
			}
		}
		return all
	}
	thing := doc{"group": "", "version": "v1", "resource": "configmaps", "namespace": "default", "name": "x"}
	path := "/_emulator/clusters/" + a.id + "/actions"
	payloads := []doc{
		{"actionPatchNode": with(doc{"labels": doc{"a": "b", "-c": ""}, "taints": []any{doc{"key": "k", "value": "v", "effect": "NoSchedule"}}, "annotations": doc{}, "unschedulable": nil, "capacity": doc{}})},
		{"actionCreateEvent": doc{"reportingComponent": "autoscaler.cast.ai", "objectReference": doc{"kind": "Node", "name": "n1"}, "eventTime": "2025-03-01T12:00:00Z", "eventType": "Normal", "reason": "r", "action": "a", "message": "m"}},
		{"actionChartUpsert": doc{"namespace": "castai-agent", "releaseName": "castai-evictor", "valuesOverrides": doc{"replicaCount": "1"}, "chartSource": doc{"repoUrl": "http://127.0.0.1:1", "name": "castai-evictor", "version": "0.35.143"}, "createNamespace": false, "resetThenReuseValues": true}},
		{"actionChartRollback": doc{"namespace": "castai-agent", "releaseName": "castai-evictor", "version": "1"}},
		{"actionChartUninstall": doc{"namespace": "castai-agent", "releaseName": "castai-evictor"}},
		{"actionCreate": doc{"group": "", "version": "v1", "resource": "configmaps", "object": doc{"metadata": doc{"name": "x"}}}},
		{"actionPatch": doc{"id": thing, "patchType": "application/merge-patch+json", "patch": "{}"}},
		{"actionDelete": doc{"id": thing}},
		{"actionEvictPod": doc{"namespace": "default", "podName": "p", "timeoutSeconds": 30}},
		{"actionCheckNodeStatus": with(doc{"nodeStatus": "NodeStatus_READY", "waitTimeoutSeconds": 60})},
		{"actionDrainNode": with(doc{"drainTimeoutSeconds": 60, "force": true, "waitForVolumeDetach": false})},
		{"actionDeleteNode": node},
		{"actionCheckNodeDeleted": node},
	}
	for _, payload := range payloads {
		for kind := range payload {
			id := b.want(200, "POST", path, payload)["id"]
			c.mute = true
			polled := c.poll()
			c.mute = false
			b.same(kind, polled[0][kind], payload[kind])
			b.same("id", polled[0]["id"], id)
			c.settle()
		}
	}
	b.same("ran", len(c.runs), len(payloads))
	actions := b.want(200, "GET", path, nil)["actions"].([]any)
	b.same("kept", len(actions), len(payloads))
	b.fields(actions[0], doc{"doneAt": "2025-03-01T12:00:00Z", "error": nil, "payload": payloads[0]})

	for name, payload := range map[string]any{
		"none": doc{}, "null": nil, "two": doc{"actionDeleteNode": node, "actionCheckNodeDeleted": node}, "unknown": doc{"actionDance": doc{}},
		"another member": doc{"id": doc{}}, "no object": doc{"actionDeleteNode": "n1"}, "wrong field": doc{"actionDeleteNode": doc{"colour": "red"}},
		"wrong type": doc{"actionDrainNode": doc{"force": "yes"}}, "no chart": doc{"actionChartUpsert": doc{"chartSource": doc{"name": "x"}}},
	} {
		if r := b.send("POST", path, payload); r.status != 400 {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	b.want(404, "POST", "/_emulator/clusters/nope/actions", payloads[0])
	b.want(404, "GET", "/_emulator/clusters/nope/actions", nil)
}

func TestOnlyTheLastActionsAreKept(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{DisconnectDelay: -1}})
	id := b.eks("c")
	for i := range 120 {
		if _, err := b.srv.QueueAction(id, doc{"actionChartUninstall": doc{"namespace": "n", "releaseName": fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	actions, err := b.srv.ClusterActions(id)
	if err != nil || len(actions) != 100 {
		t.Fatalf("%d actions, %v", len(actions), err)
	}
	b.same("the first", actions[0].Payload["actionChartUninstall"], doc{"namespace": "n", "releaseName": "20"})
}

func TestOperator(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	a.name = "castware-operator/v0.10.1"
	get := func(path string, status int) doc {
		r, _ := a.send("GET", path, nil, nil) // the status says it
		b.same(path, r.status, status)
		return r.body
	}
	const api = "/cluster-management/v1/"
	get("/v1/me", 200)
	b.fields(get(api+"components:getByName?name=cluster-controller", 200), doc{
		"name": "cluster-controller", "helmChart": "castai-cluster-controller", "releaseName": "cluster-controller", "latestVersion": "0.92.14",
	})
	get(api+"components:getByName?name=nope", 404)
	b.same("actions", get(api+"clusters/"+a.id+"/lifecycle-actions:poll?max_actions=10", 200), doc{"actions": []any{}})
	for path, status := range map[string]int{
		"clusters/" + a.id + "/components:recordActionResult":  200,
		"clusters/" + a.id + "/components:validateUpgrade":     200,
		"clusters/" + a.id + "/lifecycle-actions/nope:ack":     404,
		"clusters/nope/components:recordActionResult":          404,
		"clusters/" + a.id + "/something-nobody-has-described": 200,
	} {
		r, err := a.post(api+path, doc{"error": ""}, nil)
		if r.status != status {
			t.Errorf("%s: %v, want %d", path, err, status)
		}
	}
	r, err := a.post(api+"clusters/"+a.id+"/components:validateUpgrade", doc{"cluster_id": a.id, "component_name": "x", "target_version": "1"}, http.Header{})
	if err != nil || r.body["allowed"] != true {
		t.Errorf("%v %v", r.body, err)
	}
}
