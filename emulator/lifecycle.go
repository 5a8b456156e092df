package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// How long an agent may be silent. Documented: about five minutes until disconnected; the rest is assumed, from the
// fifteen seconds between two of its calls.
const (
	overdue = time.Minute
	gone    = 5 * time.Minute
)

// advance moves a cluster to where its life cycle has come by now. What takes time is computed from when it began,
// so nothing runs in the background.
func (s *Server) advance(r *record, now time.Time) {
	if archived(r) {
		return
	}
	before, reconciled := maps.Clone(r.Doc), r.Hidden[hiddenReconciled]
	s.work(r, now)
	if s.settings.Agents == Simulated {
		s.raiseNodes(r, now)
	}
	if r.Hidden[hiddenDisconnect] != nil {
		s.advanceDisconnect(r, now)
	} else {
		s.advanceConnection(r, now)
	}
	changed := reconciled != r.Hidden[hiddenReconciled]
	for _, name := range []string{"status", "agentStatus", "agentSnapshotReceivedAt", "reconciledAt", "reconcileError"} {
		changed = changed || before[name] != r.Doc[name]
	}
	if changed {
		s.store.put(r)
	}
	s.live(r, now)
}

func (s *Server) advanceConnection(r *record, now time.Time) {
	s.advanceAgent(r, now)
	online := r.Doc["agentStatus"] == agentOnline
	if r.Hidden[hiddenReconciled] == nil && r.Doc["credentialsId"] != "" && online && s.reconciles(r, now) {
		r.setTime(hiddenReconciled, now)
		r.Doc["reconciledAt"] = instant(now)
		r.Doc["reconcileInfo"] = doc{"mode": "enabled", "status": "ok", "reconciledAt": instant(now)}
	}
	if hidden[string](r, hiddenHibernation) != "" {
		s.advanceHibernation(r, now)
	}
	// Documented: clusters without credentials count as ready, those with new ones as connecting.
	switch set := hidden[string](r, hiddenStatus); {
	case set != "":
		r.Doc["status"] = set
	case hidden[string](r, hiddenHibernation) != "":
		r.Doc["status"] = hidden[string](r, hiddenHibernation)
		if r.Doc["status"] != statusHibernating && s.settings.Agents == Simulated {
			r.Doc["agentStatus"] = agentNotResponding // assumed: there is no node for it to run on
		}
	case r.Doc["credentialsId"] != "" && r.Hidden[hiddenReconciled] == nil:
		r.Doc["status"] = statusConnecting
	default:
		r.Doc["status"] = statusReady
	}
	if set := hidden[string](r, hiddenAgentStatus); set != "" {
		r.Doc["agentStatus"] = set
	}
}

func (s *Server) advanceAgent(r *record, now time.Time) {
	seen := r.time(hiddenSnapshot)
	if s.settings.Agents == Simulated {
		seen = r.time(hiddenRegistered).Add(max(0, s.settings.AgentDelay))
		if now.Before(seen) {
			r.Doc["agentStatus"] = agentWaiting
			return
		}
		r.Doc["agentStatus"] = agentOnline
		r.Doc["agentSnapshotReceivedAt"] = instant(seen)
		return
	}
	switch silent := now.Sub(seen); {
	case seen.IsZero():
		r.Doc["agentStatus"] = agentWaiting
	case silent < overdue:
		r.Doc["agentStatus"] = agentOnline
	case silent < gone:
		r.Doc["agentStatus"] = agentNotResponding
	default:
		r.Doc["agentStatus"] = agentDisconnected
	}
}

// reconciles tells whether new credentials have been tried by now. Documented: that takes an agent and a cluster
// controller that polls.
func (s *Server) reconciles(r *record, now time.Time) bool {
	if s.settings.Agents == Simulated {
		from := r.time(hiddenRegistered).Add(max(0, s.settings.AgentDelay)) // agent online
		if set := r.time(hiddenCredentials); set.After(from) {
			from = set
		}
		return !now.Before(from.Add(max(0, s.settings.AgentDelay)))
	}
	return now.Sub(r.time(hiddenPoll)) < overdue
}

// advanceDisconnect ends a disconnect whose time has come.
func (s *Server) advanceDisconnect(r *record, now time.Time) {
	began := r.time(hiddenDisconnect)
	pending := len(s.store.list(actionsScope(r.ID)))
	deleteNodes := hidden[bool](r, hiddenDeleteNodes)
	switch {
	case r.Doc["status"] == statusDeleted:
	case now.Before(began.Add(max(0, s.settings.DisconnectDelay))):
		r.Doc["status"], r.Doc["agentStatus"] = statusDeleting, agentDisconnecting
	case deleteNodes && s.settings.CredentialsRevoked:
		// Observed: the service gives up on nodes it has no access to, and archives the cluster.
		s.leaveNodes(r, now)
		s.archive(r, now)
	case pending > 0:
		r.Doc["status"], r.Doc["agentStatus"] = statusDeleting, agentDisconnecting
	default:
		if deleteNodes {
			s.leaveNodes(r, now)
		}
		r.Doc["status"], r.Doc["agentStatus"] = statusDeleted, agentDisconnected
	}
}

// leaveNodes drops the actions nobody took, and says which nodes are left.
func (s *Server) leaveNodes(r *record, now time.Time) {
	for _, action := range s.store.list(actionsScope(r.ID)) {
		s.giveUp(r, action, now)
	}
	var left []string
	for _, node := range s.provisionedNodes(r.ID) {
		left = append(left, node.ID)
	}
	slices.Sort(left)
	if len(left) > 0 {
		r.Doc["reconcileError"] = "nodes could not be deleted: " + strings.Join(left, ", ")
		r.Doc["reconcileInfo"] = doc{"mode": "disabled", "status": "failed", "error": r.Doc["reconcileError"], "startedAt": instant(now)}
	}
}

// archive is the end of a cluster. Observed: it stays readable.
func (s *Server) archive(r *record, now time.Time) {
	r.Doc["status"], r.Doc["agentStatus"] = statusArchived, agentDisconnected
	r.Doc["deletedAt"] = instant(now)
	for _, action := range s.store.list(actionsScope(r.ID)) {
		s.giveUp(r, action, now)
	}
	s.store.put(r)
}

// disconnectCluster starts a disconnect. Observed: without credentials it does nothing.
func disconnectCluster(c *call, r *record) (*answer, error) {
	if archived(r) {
		return nil, notFound("cluster not found: %s", r.ID)
	}
	if text(r.Doc, "credentialsId") == "" || r.Hidden[hiddenDisconnect] != nil {
		return c.show(r, "")
	}
	if hidden[string](r, hiddenHibernation) != "" {
		c.endHibernation(r, "", "the cluster was disconnected", c.now)
	}
	in := c.input()
	deleteNodes, _ := in["deleteProvisionedNodes"].(bool)
	keep, _ := in["keepKubernetesResources"].(bool)
	r.setTime(hiddenDisconnect, c.now)
	r.hide(hiddenDeleteNodes, deleteNodes)
	c.startTeardown(r, deleteNodes, keep)
	c.advance(r, c.now)
	c.store.put(r)
	return c.show(r, "")
}

// deleteCluster archives a cluster. Observed: one that is connected with credentials is refused.
func deleteCluster(c *call, r *record) (*answer, error) {
	status, agent := text(r.Doc, "status"), text(r.Doc, "agentStatus")
	switch {
	case status == statusArchived:
	case text(r.Doc, "credentialsId") == "", status == statusFailed, status == statusDeleted, agent == agentDisconnected:
		c.archive(r, c.now)
	default:
		return nil, badRequest("cluster %s is connected (status %s, agent %s): disconnect it first", r.ID, status, agent)
	}
	return c.reply(nil)
}
