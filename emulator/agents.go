package emulator

import (
	"net/http"
	"slices"
	"strings"
)

// agentArea serves what the agent calls. Observed, all of it, at unmodified builds of it.
func (s *Server) agentArea() {
	s.handle("AgentAPIGetConfig", agentConfig)
	s.handle("AgentAPISendDeltas", receiveDelta)
	for _, operation := range []string{
		"AgentAPISendLogs", "AgentAPISendComponentLogs", "ComponentsAPISendLogs", "ComponentsAPISendMetrics",
	} {
		s.handle(operation, func(c *call) (*answer, error) { return c.reply(doc{}) })
	}
}

// agentConfig answers the question that each replica of an agent asks every 15 seconds. An interval that is not a
// string is an error to agents, and they restart for as long as they are told to, so they are told once.
func agentConfig(c *call) (*answer, error) {
	r := c.cluster(c, c.params["clusterId"])
	resync := hidden[bool](r, hiddenResync)
	if resync {
		delete(r.Hidden, hiddenResync)
		c.store.put(r)
	}
	return c.reply(doc{"intervalSeconds": "15", "resync": resync})
}

// Resync asks the agent of a cluster for a full snapshot, the next time it asks what to do.
func (s *Server) Resync(clusterID string) error {
	return s.change(clusterID, func(_ *call, r *record) { r.hide(hiddenResync, true) })
}

// receiveDelta takes a snapshot, or what changed since the last. A full one is accepted whatever its token.
func receiveDelta(c *call) (*answer, error) {
	r, in := c.cluster(c, c.params["clusterId"]), c.input()
	if r.Doc["status"] == statusDeleted {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	full, _ := in["fullSnapshot"].(bool)
	if last := hidden[string](r, hiddenContinuity); !full && (last == "" || c.header.Get("Continuity-Token") != last) {
		return nil, badRequest("invalid continuity token") // agents look for these words, and send a full snapshot
	}
	c.observe(r, in, full)
	token := c.newID()
	r.hide(hiddenContinuity, token)
	r.setTime(hiddenSnapshot, c.now)
	r.Doc["agentSnapshotReceivedAt"] = instant(c.now)
	if version := text(in, "agentVersion"); version != "" {
		r.hide(hiddenAgentVersion, version)
	}
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

// kinds are what is kept of a snapshot, each with its collection and what makes a record of it.
var kinds = map[string]struct {
	scope func(clusterID string) string
	put   func(c *call, r *record, kind string, object doc)
}{
	"Node":        {nodesScope, (*call).putNode},
	"Deployment":  {workloadsScope, (*call).putWorkload},
	"StatefulSet": {workloadsScope, (*call).putWorkload},
	"DaemonSet":   {workloadsScope, (*call).putWorkload},
	"Rollout":     {workloadsScope, (*call).putWorkload},
	"CronJob":     {workloadsScope, (*call).putWorkload},
}

// objectID names a Kubernetes object in the collection of its kind.
func objectID(kind string, seen doc) string {
	metadata := object(seen, "metadata")
	if kind == "Node" || text(metadata, "name") == "" {
		return text(metadata, "name")
	}
	return kind + "/" + text(metadata, "namespace") + "/" + text(metadata, "name")
}

// observe keeps what the agent sees of nodes and workloads. What a full snapshot does not show is gone.
func (c *call) observe(r *record, delta doc, full bool) {
	seen := map[string]bool{}
	items, _ := delta["items"].([]any)
	for _, item := range items {
		item, _ := item.(doc)
		name := text(item, "kind")
		kind, known := kinds[name]
		id := objectID(name, object(item, "data"))
		if !known || id == "" {
			continue
		}
		if item["event"] == "delete" {
			if gone := c.store.get(kind.scope(r.ID), id); gone != nil {
				c.forget(gone)
			}
			continue
		}
		seen[id] = true
		kind.put(c, r, name, object(item, "data"))
	}
	if !full {
		return
	}
	for _, scope := range []string{nodesScope(r.ID), workloadsScope(r.ID)} {
		for _, known := range slices.Clone(c.store.list(scope)) {
			if !seen[known.ID] {
				c.forget(known)
			}
		}
	}
}

// forget drops what an agent no longer sees.
func (c *call) forget(gone *record) {
	if strings.HasPrefix(gone.Scope, clustersPath) {
		c.removeNode(gone, c.now)
		return
	}
	c.store.remove(gone)
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
		c.putNode(r, "Node", doc{
			"metadata": doc{"name": name, "labels": doc{nodeIDLabel: c.newID()}},
			"status":   doc{"conditions": []any{doc{"type": "Ready", "status": "True"}}},
		})
	})
}

// change does something to a cluster from outside of the API.
func (s *Server) change(clusterID string, change func(*call, *record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.outside()
	s.settle(c.now)
	r := s.cluster(c, clusterID)
	if r == nil {
		return notFound("cluster not found: %s", clusterID)
	}
	change(c, r)
	s.store.put(r)
	s.advance(r, c.now)
	return s.commit()
}
