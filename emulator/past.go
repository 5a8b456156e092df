package emulator

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// keptWrites is how many writes a stale answer can go back.
const keptWrites = 1000

// past knows how the documents were before the last writes. There is one only once somebody asks for stale answers.
type past struct {
	now     func() time.Time
	reading bool                  // what is committed now comes from a read, which moves what time moves
	base    map[[2]string]*record // as of before the first of writes
	writes  []write               // oldest first
}

// write is what one of them changed: records, or nil for what went.
type write struct {
	at      time.Time
	changed map[[2]string]*record
}

// remember begins to keep the past, unless that is done already.
func (s *Server) remember() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store.past == nil {
		s.store.past = &past{now: s.now, base: copies(s.store.records())}
	}
}

// add takes note of changes that are about to be committed.
func (p *past) add(changed map[[2]string]*record) {
	if p == nil || len(changed) == 0 {
		return
	}
	into := p.base
	if !p.reading {
		p.writes = append(p.writes, write{p.now(), map[[2]string]*record{}})
	}
	if n := len(p.writes); n > 0 {
		into = p.writes[n-1].changed
	}
	for key, r := range changed {
		into[key] = r.copy()
	}
	if len(p.writes) > keptWrites {
		maps.Copy(p.base, p.writes[0].changed)
		p.writes = slices.Delete(p.writes, 0, 1)
	}
}

// by says whether what is committed next comes from a call that only reads.
func (p *past) by(reading bool) {
	if p != nil {
		p.reading = reading
	}
}

// store returns the documents as they were, by the time of a fault's Age or before its Writes.
func (p *past) store(f *Fault, now time.Time) *store {
	n := max(0, len(p.writes)-f.Writes)
	if f.Age > 0 {
		then := now.Add(-f.Age)
		n = min(n, len(p.writes)-len(slices.DeleteFunc(slices.Clone(p.writes), func(w write) bool { return !w.at.After(then) })))
	}
	all := maps.Clone(p.base)
	for _, w := range p.writes[:n] {
		maps.Copy(all, w.changed)
	}
	return storeOf(slices.Collect(maps.Values(all)))
}

// storeOf returns a store in memory with copies of records; nil ones are left out.
func storeOf(records []*record) *store {
	s := newStore()
	records = slices.DeleteFunc(records, func(r *record) bool { return r == nil })
	slices.SortFunc(records, func(a, b *record) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, r := range records {
		s.insert(r.copy())
		s.seq = max(s.seq, r.Seq)
	}
	return s
}

// records returns all records, in the order in which they were made.
func (s *store) records() []*record {
	var all []*record
	for _, in := range s.scopes {
		all = append(all, in.order...)
	}
	slices.SortFunc(all, func(a, b *record) int { return cmp.Compare(a.Seq, b.Seq) })
	return all
}

func copies(records []*record) map[[2]string]*record {
	all := map[[2]string]*record{}
	for _, r := range records {
		all[[2]string{r.Scope, r.ID}] = r.copy()
	}
	return all
}

// copy returns a record of its own; that of nil is nil.
func (r *record) copy() *record {
	if r == nil {
		return nil
	}
	of := func(d doc) doc {
		if d == nil {
			return nil
		}
		return clone(d).(doc)
	}
	return &record{Scope: r.Scope, ID: r.ID, Seq: r.Seq, Doc: of(r.Doc), Hidden: of(r.Hidden)}
}

// runThen answers a call as of then, by a server of its own, so that nothing it does gets into the present.
func (s *Server) runThen(f *Fault, c *call) (*answer, error) {
	if s.then == nil {
		var err error
		if s.then, err = build(s.options); err != nil {
			return nil, err
		}
	}
	s.then.options, s.then.settings, s.then.store = s.options, s.settings, s.store.past.store(f, c.now)
	past := *c
	past.Server, past.store.store, past.now = s.then, s.then.store, c.now.Add(-f.Age)
	return s.then.run(&past, nil)
}
