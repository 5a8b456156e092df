package emulator

import (
	"slices"
	"time"
)

// expired tells whether a document's time is over.
func expired(d doc, field string, now time.Time) bool {
	at, _ := timeOf(d, field)
	return reached(at, now)
}

// reached tells whether a time has come; the zero time never does.
func reached(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// timeOf reads a time of a document.
func timeOf(d doc, field string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text(d, field))
	return at, err == nil
}

// expire ends what has an end. Documented: commitments have a state for it. Assumed: an invitation that nobody has
// accepted in time is gone.
func (s *Server) expire(now time.Time) {
	for _, c := range s.inside(now) {
		for _, r := range c.store.list(commitmentsPath) {
			if r.Doc["state"] == "STATE_ACTIVE" && expired(r.Doc, "endDate", now) {
				r.Doc["state"] = "STATE_EXPIRED"
				c.store.put(r)
			}
		}
		for _, r := range slices.Clone(c.store.list(invitationsPath)) {
			if expired(r.Doc, "validUntil", now) {
				c.store.remove(r)
			}
		}
	}
}

func (s *Server) expiryDue(due *dueTimes) {
	for _, c := range s.inside(due.after) {
		for scope, field := range map[string]string{commitmentsPath: "endDate", invitationsPath: "validUntil"} {
			for _, r := range c.store.list(scope) {
				if at, ok := timeOf(r.Doc, field); ok {
					due.add(at)
				}
			}
		}
	}
}
