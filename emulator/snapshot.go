package emulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// What a snapshot says that it is.
const (
	snapshotKind    = "castai-emulator snapshot"
	snapshotVersion = 1
)

// snapshotJSON is all that the state file would hold. Tokens are in it as digests; credentials that a client has sent
// are in it as they were kept.
type snapshotJSON struct {
	Kind      string         `json:"kind"`
	Version   int            `json:"version"`
	Documents []documentJSON `json:"documents"` // in the order in which they were made
}

type documentJSON struct {
	Scope  string `json:"scope"`
	ID     string `json:"id"`
	Doc    doc    `json:"doc"`
	Hidden doc    `json:"hidden,omitempty"`
}

// Snapshot returns the whole state, for Restore. Settings, faults and requests are not in it.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := snapshotJSON{Kind: snapshotKind, Version: snapshotVersion, Documents: []documentJSON{}}
	for _, r := range s.store.records() {
		if r.Scope == settledScope {
			continue
		}
		all.Documents = append(all.Documents, documentJSON{r.Scope, r.ID, r.Doc, r.Hidden})
	}
	return json.MarshalIndent(all, "", " ")
}

// Restore replaces the whole state by that of a snapshot. If that is not possible the state stays as it is.
func (s *Server) Restore(snapshot []byte) error {
	var all snapshotJSON
	if err := decodeStrict(snapshot, &all); err != nil || all.Kind != snapshotKind {
		return badRequest("this is no snapshot of an emulator: %v", cmp.Or(err, errors.New("it does not say so")))
	}
	if all.Version > snapshotVersion {
		return badRequest("a newer emulator has made this snapshot (version %d, and this one reads %d): use that one", all.Version, snapshotVersion)
	}
	records := make([]*record, len(all.Documents))
	known := map[[2]string]bool{}
	for i, d := range all.Documents {
		key := [2]string{d.Scope, d.ID}
		if d.Scope == "" || d.Doc == nil && d.Hidden == nil || known[key] {
			return badRequest("the snapshot is damaged: document %d (%s/%s) lacks its scope or content, or is there twice", i+1, d.Scope, d.ID)
		}
		known[key] = true
		records[i] = &record{Scope: d.Scope, ID: d.ID, Doc: d.Doc, Hidden: d.Hidden}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.store.replace(records); err != nil {
		return err
	}
	s.unsettle()
	s.loadClock()
	return nil
}

// replace makes these the only records, in memory and in the file, or nothing is changed in memory.
func (s *store) replace(records []*record) error {
	for _, r := range s.records() {
		s.changed[[2]string{r.Scope, r.ID}] = nil
	}
	before := s.scopes
	s.scopes = map[string]*scope{}
	for _, r := range records {
		s.put(r)
	}
	if err := s.commit(); err != nil {
		for _, r := range s.records() {
			s.changed[[2]string{r.Scope, r.ID}] = nil
		}
		s.scopes = before
		for _, r := range s.records() {
			s.changed[[2]string{r.Scope, r.ID}] = r
		}
		_, failed := s.stage() // what the file has meanwhile is undone with the next change
		err = errors.Join(err, failed)
		return fmt.Errorf("state file: %w", err)
	}
	return nil
}

// Reset forgets all state, faults and logged requests, and that the clock was moved, and begins with the scenario of the
// options again, if there is one. Settings stay.
func (s *Server) Reset() error {
	s.faults.clear()
	s.log.reset()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsettle()
	if err := errors.Join(s.store.reset(), s.startClock()); err != nil || s.options.Scenario == nil {
		return err
	}
	return s.load(s.options.Scenario)
}
