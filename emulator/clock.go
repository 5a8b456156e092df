package emulator

import (
	"net/http"
	"sync"
	"time"
)

// Clock is the time of a server, and how it goes.
type Clock struct {
	Now time.Time `json:"now"`
	// Rate is how many seconds go by in one: 1 unless it was changed, 0 while the clock stands still.
	Rate float64 `json:"rate"`
}

// ClockChange moves a clock: to a time, then by a duration, then to another rate.
type ClockChange struct {
	Set     time.Time     // the zero time leaves it
	Advance time.Duration // not negative
	Rate    *float64      // 0 stops it; nil leaves it
}

// The fastest that a clock goes, and the last year that it shows: times beyond have no form of their own.
const (
	maxRate  = 1e6
	lastYear = 9999
)

// clock is a source of time that can be moved.
type clock struct {
	source func() time.Time

	mu    sync.Mutex
	at    time.Time // what it showed when it was last moved; zero if it never was
	since time.Time // when that was, by the source
	rate  float64
}

func (c *clock) read() Clock {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.source()
	if c.at.IsZero() {
		return Clock{now, 1}
	}
	return Clock{c.at.Add(time.Duration(float64(now.Sub(c.since)) * c.rate)), c.rate}
}

// move makes the clock show a time from now on. A zero time makes it that of its source again.
func (c *clock) move(to Clock) { c.set(to.Now.Round(0), c.source().Round(0), to.Rate) }

func (c *clock) set(at, since time.Time, rate float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since, c.rate = at, since, rate
}

// now is the time of the server.
func (s *Server) now() time.Time { return s.clock.read().Now }

// Clock returns the time of the server.
func (s *Server) Clock() Clock { return s.clock.read() }

// MoveClock changes the time of the server, and lets happen what is due by then, in order. Time goes back only while
// there is nothing yet, or after Reset: what has happened would be in the future.
func (s *Server) MoveClock(change ClockChange) (Clock, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.clock.read()
	now := to.Now
	if !change.Set.IsZero() {
		to.Now = change.Set
	}
	to.Now = to.Now.Add(change.Advance)
	if change.Rate != nil {
		to.Rate = *change.Rate
	}
	switch {
	case change.Advance < 0 || to.Now.Before(now) && !s.pristine():
		return Clock{}, badRequest("the clock shows %s and goes only forward, once there is something: reset the emulator to start again", instant(now))
	case to.Now.Year() > lastYear:
		return Clock{}, badRequest("the clock cannot go beyond the year %d", lastYear)
	case !(to.Rate >= 0 && to.Rate <= maxRate):
		return Clock{}, badRequest("the rate of the clock must be between 0 and %g", maxRate)
	}
	if to.Now.Before(now) {
		s.unsettle()
	}
	s.clock.move(to)
	s.keepClock()
	s.settle(to.Now)
	return to, s.commit()
}

// pristine tells whether nothing is there yet.
func (s *Server) pristine() bool {
	for name, in := range s.store.scopes {
		if name != clockScope && name != settledScope && len(in.order) > 0 {
			return false
		}
	}
	return true
}

// clockScope holds the clock in the state file: its record's hidden fields are those of the struct.
const clockScope = "/_clock"

// settledScope holds until when all that was due has happened. It is of no interest to anybody but the next process.
const settledScope = "/_settled"

// only returns the one record of a scope of the emulator's own.
func (s *Server) only(scope string) *record {
	if kept := s.store.get(scope, ""); kept != nil {
		return kept
	}
	return &record{Scope: scope, Doc: doc{}}
}

func (s *Server) keepClock() {
	kept := s.only(clockScope)
	kept.setTime("at", s.clock.at)
	kept.setTime("since", s.clock.since)
	kept.hide("rate", s.clock.rate)
	s.store.put(kept)
}

// startClock makes the clock what it was at first.
func (s *Server) startClock() error {
	s.clock.move(Clock{s.options.Clock, 1})
	if s.options.Clock.IsZero() {
		return nil
	}
	s.keepClock()
	return s.commit()
}

// keepSettled lets what becomes due until the next start happen in order then.
func (s *Server) keepSettled() error {
	kept := s.only(settledScope)
	if s.store.file == nil || !s.alive() || s.pristine() || s.settled.Equal(kept.time("at")) {
		return nil
	}
	kept.setTime("at", s.settled)
	s.store.put(kept)
	return s.store.commit()
}

// loadClock makes the clock what it was when the state was last used; time went on meanwhile, unless it stood still.
func (s *Server) loadClock() {
	kept := s.only(clockScope)
	s.clock.set(kept.time("at"), kept.time("since"), hidden[float64](kept, "rate"))
	s.settled = s.only(settledScope).time("at")
}

// clockJSON is a ClockChange.
type clockJSON struct {
	Set     time.Time `json:"set"`
	Advance duration  `json:"advance"`
	Rate    *float64  `json:"rate"`
	Freeze  bool      `json:"freeze"` // a rate of 0
}

func (s *Server) clockInterface(mux *http.ServeMux) {
	mux.HandleFunc("GET /_emulator/clock", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, s.Clock())
	})
	mux.HandleFunc("PATCH /_emulator/clock", func(w http.ResponseWriter, r *http.Request) {
		var change clockJSON
		if !readJSON(w, r, &change) {
			return
		}
		if change.Freeze {
			change.Rate = new(float64)
		}
		moved, err := s.MoveClock(ClockChange{change.Set, time.Duration(change.Advance), change.Rate})
		if err != nil {
			writeResult(w, err)
			return
		}
		writeJSON(w, http.StatusOK, moved)
	})
}
