package emulator

import (
	"net/http"
	"slices"
)

func actionsScope(clusterID string) string {
	return fill("/v1/kubernetes/clusters/{clusterId}/actions", map[string]string{"clusterId": clusterID})
}

func nodesScope(clusterID string) string {
	return fill(clustersPath+"/{clusterId}/nodes", map[string]string{"clusterId": clusterID})
}

// Hidden fields of nodes and actions.
const (
	hiddenProvisioned = "provisioned" // node: CAST AI made it
	hiddenNode        = "node"        // action: the node it is about
)

// agentArea serves what the agent and the cluster controller call. Observed, all of it, at unmodified builds of them.
func (s *Server) agentArea() {
	s.handle("AgentAPIGetConfig", func(c *call) (*answer, error) {
		return c.reply(doc{"intervalSeconds": "15", "resync": false})
	})
	s.handle("AgentAPISendDeltas", receiveDelta)
	s.handle("ClusterActionsAPIPollActions", pollActions)
	s.handle("ClusterActionsAPIAckAction", acknowledgeAction)
	for _, operation := range []string{
		"AgentAPISendLogs", "AgentAPISendComponentLogs", "ClusterActionsAPISendLogs", "ComponentsAPISendLogs", "ComponentsAPISendMetrics",
	} {
		s.handle(operation, func(c *call) (*answer, error) { return c.reply(doc{}) })
	}
}

// receiveDelta takes a snapshot, or what changed since the last. A full one is accepted whatever its token.
func receiveDelta(c *call) (*answer, error) {
	r, in := c.cluster(c, c.params["clusterId"]), c.input()
	if r.Doc["status"] == statusDeleted {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	full, _ := in["fullSnapshot"].(bool)
	if !full && c.header.Get("Continuity-Token") != hidden[string](r, hiddenContinuity) {
		return nil, badRequest("invalid continuity token")
	}
	c.trackNodes(r, in, full)
	token := c.newID()
	r.hide(hiddenContinuity, token)
	r.setTime(hiddenSnapshot, c.now)
	r.Doc["agentSnapshotReceivedAt"] = instant(c.now)
	if version := text(in, "clusterVersion"); version != "" {
		r.Doc["kubernetesVersion"] = version
	}
	c.store.put(r)
	c.advance(r, c.now)
	a, err := c.reply(nil)
	if err == nil {
		a.header = http.Header{"Continuity-Token": {token}}
	}
	return a, err
}

// trackNodes keeps the list of nodes that the agent sees.
func (c *call) trackNodes(r *record, delta doc, full bool) {
	seen := map[string]bool{}
	items, _ := delta["items"].([]any)
	for _, item := range items {
		item, _ := item.(doc)
		data := object(item, "data")
		name := text(object(data, "metadata"), "name")
		if item["kind"] != "Node" || name == "" {
			continue
		}
		if item["event"] == "delete" {
			if node := c.store.get(nodesScope(r.ID), name); node != nil {
				c.store.remove(node)
			}
			continue
		}
		seen[name] = true
		c.putNode(r, name, data)
	}
	if full {
		for _, node := range slices.Clone(c.store.list(nodesScope(r.ID))) {
			if !seen[node.ID] {
				c.store.remove(node)
			}
		}
	}
}

// putNode stores a node from its Kubernetes object. Assumed: nodes of CAST AI carry its provisioner labels.
func (c *call) putNode(r *record, name string, kubernetes doc) {
	labels := object(object(kubernetes, "metadata"), "labels")
	if labels == nil {
		labels = doc{}
	}
	id := text(labels, "provisioner.cast.ai/node-id")
	provisioned := id != "" || labels["provisioner.cast.ai/managed-by"] == "cast.ai"
	if id == "" {
		id = text(object(kubernetes, "metadata"), "uid")
	}
	unschedulable, _ := object(kubernetes, "spec")["unschedulable"].(bool)
	node := c.store.get(nodesScope(r.ID), name)
	if node == nil {
		node = &record{Scope: nodesScope(r.ID), ID: name, Doc: doc{"createdAt": instant(c.now)}}
	}
	node.Doc = merged(node.Doc, doc{
		"id": id, "name": name, "labels": labels, "annotations": doc{}, "taints": []any{}, "cloud": text(r.Doc, "providerType"),
		"providerId": text(object(kubernetes, "spec"), "providerID"), "instanceType": text(labels, "node.kubernetes.io/instance-type"),
		"zone": text(labels, "topology.kubernetes.io/zone"), "resources": doc{}, "role": "worker", "spotConfig": doc{"isSpot": false},
		"state": doc{"phase": "ready"}, "unschedulable": unschedulable,
	})
	node.hide(hiddenProvisioned, provisioned)
	c.store.put(node)
}

func listNodes(c *call, r *record) (*answer, error) { return c.page(c.store.list(nodesScope(r.ID))) }

// provisionedNodes are the nodes that CAST AI made and would delete.
func (s *Server) provisionedNodes(clusterID string) []*record {
	return slices.DeleteFunc(slices.Clone(s.store.list(nodesScope(clusterID))), func(node *record) bool {
		return !hidden[bool](node, hiddenProvisioned)
	})
}

func (s *Server) removeProvisionedNodes(clusterID string) {
	for _, node := range s.provisionedNodes(clusterID) {
		s.store.remove(node)
	}
}

// startTeardown queues what a cluster controller has to do at a disconnect: nodes are drained, each is deleted once
// its drain is acknowledged, and CAST AI's own resources go last.
func (c *call) startTeardown(r *record, deleteNodes, keepResources bool) {
	if deleteNodes {
		for _, node := range c.provisionedNodes(r.ID) {
			c.queue(r, node.ID, "actionDrainNode", merged(nodeReference(node), doc{"drainTimeoutSeconds": 1200.0, "force": true}))
		}
	}
	if !keepResources {
		c.queue(r, "", "actionDisconnectCluster", doc{})
	}
}

func nodeReference(node *record) doc {
	return doc{"nodeName": node.ID, "nodeId": text(node.Doc, "id"), "providerId": text(node.Doc, "providerId")}
}

func (c *call) queue(r *record, node, payload string, content doc) {
	id := c.newID()
	action := &record{Scope: actionsScope(r.ID), ID: id, Doc: doc{"id": id, "createdAt": instant(c.now), payload: content}}
	action.hide(hiddenNode, node)
	c.store.put(action)
}

// pollActions hands out what is not acknowledged yet, at every poll; the last step waits until it is alone.
func pollActions(c *call) (*answer, error) {
	r := c.cluster(c, c.params["clusterId"])
	r.setTime(hiddenPoll, c.now)
	c.store.put(r)
	c.advance(r, c.now)
	actions := c.store.list(c.path)
	if due := slices.DeleteFunc(slices.Clone(actions), func(a *record) bool { return a.Doc["actionDisconnectCluster"] != nil }); len(due) > 0 {
		actions = due
	}
	return c.page(actions)
}

// acknowledgeAction takes the outcome of an action. A node is deleted once drained, even if that failed: the drain was
// forced. Assumed: a node whose deletion failed stays.
func acknowledgeAction(c *call) (*answer, error) {
	r := c.cluster(c, c.params["clusterId"])
	action := c.store.get(actionsScope(r.ID), c.params["actionId"])
	if action == nil {
		return nil, notFound("action not found: %s", c.params["actionId"])
	}
	node := c.store.get(nodesScope(r.ID), hidden[string](action, hiddenNode))
	c.store.remove(action)
	failed := text(c.input(), "error") != ""
	switch {
	case node == nil:
	case action.Doc["actionDrainNode"] != nil:
		c.queue(r, node.ID, "actionDeleteNode", nodeReference(node))
	case !failed:
		c.store.remove(node)
	}
	c.advance(r, c.now)
	return c.reply(doc{})
}

// Override is what the outside does to a cluster, such as a reconcile that fails for good.
type Override struct {
	Status         string `json:"status,omitempty"`         // fixed from now on; "" leaves it to the life cycle
	AgentStatus    string `json:"agentStatus,omitempty"`    // likewise
	ReconcileError string `json:"reconcileError,omitempty"` // the reason clients are shown
}

// OverrideCluster fixes what a cluster shows, until it is reconciled or overridden again.
func (s *Server) OverrideCluster(id string, to Override) error {
	return s.change(id, func(_ *call, r *record) {
		r.hide(hiddenStatus, to.Status)
		r.hide(hiddenAgentStatus, to.AgentStatus)
		r.Doc["reconcileError"] = nil
		if to.ReconcileError != "" {
			r.Doc["reconcileError"] = to.ReconcileError
		}
	})
}

// AddNode adds a node to a cluster as if CAST AI had made it.
func (s *Server) AddNode(clusterID, name string) error {
	return s.change(clusterID, func(c *call, r *record) {
		c.putNode(r, name, doc{"metadata": doc{"labels": doc{"provisioner.cast.ai/node-id": c.newID()}}})
	})
}

func (s *Server) change(clusterID string, change func(*call, *record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Server: s, now: s.options.Now()}
	r := s.cluster(c, clusterID)
	if r == nil {
		return notFound("cluster not found: %s", clusterID)
	}
	change(c, r)
	s.store.put(r)
	s.advance(r, c.now)
	return s.store.commit()
}
