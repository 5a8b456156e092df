package emulator

import (
	"net/http"
	"time"
)

// Most of what takes time is computed when somebody looks, from when it began. What acts on something else, or has to
// be dated, happens here: before each call, everything that has become due since the last one, in order.

// maxEvents is how many things happen at once after a jump of the clock. Schedules skip what is due beyond.
const maxEvents = 10_000

// never is later than any time that a clock shows.
var never = time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)

// alive tells whether clusters have a life of their own: nodes that come and go, and schedules that run.
func (s *Server) alive() bool { return s.settings.Life && s.settings.Agents == Simulated }

// settle brings everything to where it has come by now.
func (s *Server) settle(now time.Time) {
	if s.settled.IsZero() { // what is overdue happens now
		s.settled = now
		s.happen(now)
	}
	for range maxEvents {
		if s.next.IsZero() {
			s.next = s.nextDue(s.settled)
		}
		if s.next.After(now) {
			s.settled = now
			return
		}
		s.settled, s.next = s.next, time.Time{}
		s.happen(s.settled)
	}
	s.settled, s.next = now, time.Time{}
	s.skipTriggers(now)
	s.happen(now)
}

// lapse settles apart from what a call does, so that it stays if the call is refused.
func (s *Server) lapse(now time.Time) (changed bool, err error) {
	s.store.past.by(true)
	s.settle(now)
	return s.store.stage()
}

// touched forgets what is due next, if anything has changed since the last commit.
func (s *Server) touched() {
	if len(s.store.changed) > 0 {
		s.next = time.Time{}
		s.markChanged()
	}
}

// commit saves all changes.
func (s *Server) commit() error {
	s.touched()
	return s.store.commit()
}

// unsettle forgets what has happened: the state is another one.
func (s *Server) unsettle() { s.settled, s.next, s.agenda = time.Time{}, time.Time{}, agenda{} }

// happen lets happen what is due at a time, and what follows from it at once.
func (s *Server) happen(at time.Time) {
	s.expire(at)
	if !s.alive() {
		return
	}
	s.markDue(at)
	s.advanceMarked(at)
	s.at(at).runHibernationSchedules()
	for _, c := range s.inside(at) {
		c.runRebalancingSchedules()
	}
	s.advanceMarked(at)
}

// follow lets a cluster act at once on what a call has changed.
func (s *Server) follow(c *call) {
	if !s.alive() || c.op.method == http.MethodGet {
		return
	}
	if r := s.store.get(clustersPath, c.params["clusterId"]); r != nil {
		s.advance(r, c.now)
	}
}

// dueTimes collects when things are due.
type dueTimes struct{ after, next time.Time }

func (d *dueTimes) add(at time.Time) {
	if at.After(d.after) && at.Before(d.next) {
		d.next = at
	}
}

// nextDue returns when something happens next.
func (s *Server) nextDue(after time.Time) time.Time {
	due := &dueTimes{after, never}
	s.expiryDue(due)
	if s.alive() {
		s.schedulesDue(due)
		s.clustersDue(due)
	}
	return due.next
}

// clusterDue adds when a simulated cluster takes its next steps.
func (s *Server) clusterDue(r *record, due *dueTimes) {
	online := r.time(hiddenRegistered).Add(max(0, s.settings.AgentDelay))
	due.add(online)
	if r.Hidden[hiddenCredentials] != nil && r.Hidden[hiddenReconciled] == nil {
		from := r.time(hiddenCredentials)
		if online.After(from) {
			from = online
		}
		due.add(from.Add(max(0, s.settings.AgentDelay)))
	}
	for _, action := range s.store.list(actionsScope(r.ID)) {
		due.add(action.time(hiddenQueued).Add(max(0, s.settings.DisconnectDelay)))
	}
	if r.Hidden[hiddenDisconnect] != nil {
		due.add(r.time(hiddenDisconnect).Add(max(0, s.settings.DisconnectDelay)))
	}
	if r.Hidden[hiddenResumed] != nil {
		due.add(r.time(hiddenResumed).Add(max(0, s.settings.AgentDelay)))
	}
	for _, node := range s.store.list(nodesScope(r.ID)) {
		for _, field := range []string{hiddenUp, hiddenGone} {
			if node.Hidden[field] != nil {
				due.add(node.time(field))
			}
		}
	}
}

// live lets a cluster be as it would be by now: its own nodes are there, and its autoscaler and rebalancing act.
func (s *Server) live(r *record, now time.Time) {
	if !s.alive() || r.Doc["agentStatus"] != agentOnline && r.Hidden[hiddenOwnNodes] == nil {
		return
	}
	s.makeOwnNodes(r)
	if r.Doc["status"] == statusReady && r.Doc["credentialsId"] != "" {
		s.runPlans(r, now)
		s.autoscale(r, now)
	}
}
