package emulator

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// agenda knows when clusters take their next step by themselves, so that a call need not look at all of them.
type agenda struct {
	steps map[string]time.Time // by cluster, of those that take one; nil if nobody has looked yet
	stale map[string]bool      // the clusters to look at again
}

// mark makes the agenda look at a cluster again.
func (a *agenda) mark(cluster string) {
	if a.stale == nil {
		a.stale = map[string]bool{}
	}
	a.stale[cluster] = true
}

// markDue marks the clusters that take a step by then, or all if nobody has looked yet.
func (s *Server) markDue(by time.Time) {
	if s.agenda.steps == nil {
		s.agenda.steps = map[string]time.Time{}
		for _, r := range s.store.list(clustersPath) {
			s.agenda.mark(r.ID)
		}
	}
	for id, at := range s.agenda.steps {
		if !at.After(by) {
			s.agenda.mark(id)
		}
	}
}

// markChanged marks the clusters that a call has changed, or something below them.
func (s *Server) markChanged() {
	for key := range s.store.changed {
		scope, id := key[0], key[1]
		for _, above := range []string{clustersPath + "/", "/v1/kubernetes/clusters/"} {
			if below, found := strings.CutPrefix(scope, above); found {
				id, _, _ = strings.Cut(below, "/")
				s.agenda.mark(id)
			}
		}
		if scope == clustersPath {
			s.agenda.mark(id)
		}
	}
}

// advanceMarked moves the marked clusters to where they have come at a time. They stay marked.
func (s *Server) advanceMarked(at time.Time) {
	for _, id := range slices.Sorted(maps.Keys(s.agenda.stale)) {
		if r := s.store.get(clustersPath, id); r != nil {
			s.advance(r, at)
		}
	}
}

// clustersDue adds when clusters take their next steps.
func (s *Server) clustersDue(due *dueTimes) {
	s.markDue(due.after)
	for id := range s.agenda.stale {
		own := &dueTimes{due.after, never}
		if r := s.store.get(clustersPath, id); r != nil && !archived(r) {
			s.clusterDue(r, own)
		}
		if s.agenda.steps[id] = own.next; own.next.Equal(never) {
			delete(s.agenda.steps, id)
		}
	}
	clear(s.agenda.stale)
	for _, at := range s.agenda.steps {
		due.add(at)
	}
}
