package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Clusters hibernate and resume. Documented: the statuses, that it takes credentials, and that the first node of a
// cluster that resumes is the one that is asked for. The rest is assumed: all nodes go; those of the cluster's own come
// back as they were; a node that cannot be taken away leaves the cluster ready, and makes the operation fail.

const (
	statusHibernating = "hibernating"
	statusHibernated  = "hibernated"
	statusResuming    = "resuming"
)

// Hidden fields of a cluster, and of a hibernation schedule.
const (
	hiddenHibernation = "hibernation" // the status, but for ready
	hiddenHibernating = "hibernating" // the operation that is under way
	hiddenResumed     = "resumed"     // when that was asked for
	hiddenNextPause   = "nextPause"   // when the schedule pauses clusters
	hiddenNextResume  = "nextResume"  // when it resumes them
)

// pausedNodesScope holds a cluster's own nodes while it hibernates.
func pausedNodesScope(clusterID string) string {
	return fill(clustersPath+"/{clusterId}/paused-nodes", map[string]string{"clusterId": clusterID})
}

// triggerHibernate is the operation that puts a cluster to sleep. There is no control plane that it could stop.
func triggerHibernate(c *call, r *record) (*answer, error) {
	return c.hibernation(r, statusReady, statusHibernating, func(operation string) { c.hibernate(r, operation) })
}

// triggerResume is the operation that wakes a cluster.
func triggerResume(c *call, r *record) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	if strings.TrimSpace(text(in, "instanceType")) == "" {
		return nil, invalid("instanceType", "must not be empty")
	}
	return c.hibernation(r, statusHibernated, statusResuming, func(operation string) {
		c.resume(r, operation, c.asked(r, in, "configurationId", "configurationName", object(in, "spotConfig")["isSpot"] == true))
	})
}

// hibernation starts what takes a cluster from one status to another, unless that is only tried, or returns what is
// under way.
func (c *call) hibernation(r *record, from, by string, begin func(operation string)) (*answer, error) {
	mode := cmp.Or(c.query.Get("mode"), "OPERATION_MODE_DEFAULT")
	id := hidden[string](r, hiddenHibernating)
	switch {
	case archived(r):
		return nil, notFound("cluster not found: %s", r.ID)
	case text(r.Doc, "credentialsId") == "":
		return nil, badRequest("cluster %s has no credentials: it cannot hibernate", r.ID)
	case r.Doc["status"] == by && c.store.get(operationsScope, id) != nil:
	case r.Doc["status"] != from:
		return nil, &Failure{Status: http.StatusBadRequest, Message: "cluster " + r.ID + " is " + text(r.Doc, "status") + ", and not " + from}
	default:
		operation := c.newOperation(r)
		id = operation.ID
		if mode == "OPERATION_MODE_DRY_RUN" {
			c.endOperation(id, "", c.now)
		} else {
			begin(id)
			c.advance(r, c.now)
		}
	}
	return c.reply(doc{"clusterId": r.ID, "mode": mode, "operationId": id})
}

// hibernate takes all nodes away. Those of real clusters that CAST AI has not made are left alone.
func (c *call) hibernate(r *record, operation string) {
	r.hide(hiddenHibernation, statusHibernating)
	r.hide(hiddenHibernating, operation)
	for _, node := range slices.Clone(c.store.list(nodesScope(r.ID))) {
		if !hidden[bool](node, hiddenProvisioned) {
			if c.settings.Agents != Simulated {
				continue
			}
			c.store.put(&record{Scope: pausedNodesScope(r.ID), ID: node.ID, Doc: clone(node.Doc).(doc), Hidden: clone(node.Hidden).(doc)})
		}
		c.drain(r, node, c.now, drainSeconds, true, true, "")
	}
	c.store.put(r)
}

// resume brings nodes back, first the one that is asked for.
func (c *call) resume(r *record, operation string, first machine) {
	r.hide(hiddenHibernation, statusResuming)
	r.hide(hiddenHibernating, operation)
	r.setTime(hiddenResumed, c.now)
	if c.settings.Agents == Simulated {
		c.launch(r, first, c.now)
	}
	for _, paused := range slices.Clone(c.store.list(pausedNodesScope(r.ID))) {
		c.store.remove(paused)
		if c.store.get(nodesScope(r.ID), paused.ID) != nil {
			continue // it never went
		}
		node := &record{Scope: nodesScope(r.ID), ID: paused.ID, Doc: merged(paused.Doc, doc{"createdAt": instant(c.now), "unschedulable": false}), Hidden: paused.Hidden}
		node.hide(hiddenSeen, "ready")
		node.setTime(hiddenUp, c.now.Add(max(0, c.settings.AgentDelay)))
		c.setPhase(node, "creating")
	}
	c.store.put(r)
}

// asked is the node that a body asks for. Two kinds of them have other names for the same.
func (c *call) asked(r *record, in doc, id, name string, spot bool) machine {
	m := machine{
		kind: c.instance(r, text(in, "instanceType"), nil), zone: text(in, "zone"), spot: spot, configuration: text(in, id), labels: texts(in, "kubernetesLabels"),
	}
	for _, taint := range objects(in, "kubernetesTaints") {
		m.taints = append(m.taints, taint)
	}
	for _, configuration := range c.store.list(configurationsScope(r.ID)) {
		if m.configuration == "" && text(in, name) != "" && configuration.Doc["name"] == in[name] {
			m.configuration = configuration.ID // documented: the ID wins
		}
	}
	return m
}

// advanceHibernation ends what is under way once the nodes are gone, or there.
func (s *Server) advanceHibernation(r *record, now time.Time) {
	nodes := s.store.list(nodesScope(r.ID))
	switch hidden[string](r, hiddenHibernation) {
	case statusHibernating:
		if len(s.store.list(actionsScope(r.ID))) > 0 {
			return
		}
		var left []string
		for _, node := range nodes {
			if hidden[bool](node, hiddenProvisioned) || s.settings.Agents == Simulated {
				left = append(left, node.ID)
			}
		}
		if len(left) > 0 {
			s.endHibernation(r, "", "nodes could not be deleted: "+strings.Join(left, ", "), now)
			return
		}
		s.endHibernation(r, statusHibernated, "", now)
	case statusResuming:
		up := func(node *record) bool { return phaseOf(node) != "creating" }
		ready := func(node *record) bool { return phaseOf(node) == "ready" }
		switch {
		case now.Before(r.time(hiddenResumed).Add(max(0, s.settings.AgentDelay))):
		case s.settings.Agents != Simulated, slices.ContainsFunc(nodes, ready):
			s.endHibernation(r, "", "", now)
		case !slices.ContainsFunc(nodes, func(node *record) bool { return !up(node) }):
			s.endHibernation(r, statusHibernated, "no node has come up", now)
		}
	}
}

// endHibernation ends the operation that is under way, and leaves the cluster asleep or awake.
func (s *Server) endHibernation(r *record, status, problem string, now time.Time) {
	s.endOperation(hidden[string](r, hiddenHibernating), problem, now)
	delete(r.Hidden, hiddenHibernating)
	delete(r.Hidden, hiddenResumed)
	r.hide(hiddenHibernation, status)
	s.store.put(r)
}

// runHibernationSchedules pauses and resumes the clusters of the schedules that are due. Assumed: one that is not ready,
// or not asleep, is passed over.
func (c *call) runHibernationSchedules() {
	for _, schedule := range c.hibernationSchedules() {
		pause, resume := reached(schedule.time(hiddenNextPause), c.now), reached(schedule.time(hiddenNextResume), c.now)
		if pause && schedule.Doc["enabled"] == true && object(schedule.Doc, "pauseConfig")["enabled"] == true {
			c.assigned(schedule, statusReady, func(r *record) { c.hibernate(r, "") })
		}
		if resume && schedule.Doc["enabled"] == true && object(schedule.Doc, "resumeConfig")["enabled"] == true {
			node := deep(schedule.Doc, "resumeConfig", "jobConfig", "nodeConfig")
			c.assigned(schedule, statusHibernated, func(r *record) {
				c.resume(r, "", c.asked(r, node, "configId", "configName", object(node, "spotConfig")["spot"] == true))
			})
		}
		if pause || resume {
			c.planHibernation(schedule)
		}
	}
}

// assigned does something with the clusters of a schedule that have credentials and a status.
func (c *call) assigned(schedule *record, status string, do func(*record)) {
	for _, item := range objects(object(schedule.Doc, "clusterAssignments"), "items") {
		if r := c.store.get(clustersPath, text(item, "clusterId")); r != nil && r.Doc["status"] == status && text(r.Doc, "credentialsId") != "" {
			do(r)
			c.agenda.mark(r.ID)
		}
	}
}

// planHibernation sets when a schedule is due next.
func (c *call) planHibernation(schedule *record) {
	for field, part := range map[string]string{hiddenNextPause: "pauseConfig", hiddenNextResume: "resumeConfig"} {
		next, err := c.next(part, text(deep(schedule.Doc, part, "schedule"), "cronExpression"))
		if err != nil || next.IsZero() {
			delete(schedule.Hidden, field)
			continue
		}
		schedule.setTime(field, next)
	}
	c.store.put(schedule)
}
