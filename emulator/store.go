package emulator

import (
	"cmp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// record is one stored document.
type record struct {
	Scope  string // the concrete path of its collection, such as /v1/organizations/o-1/service-accounts
	ID     string // unique within the scope
	Seq    int64  // the order of creation
	Doc    doc    // what answers show
	Hidden doc    // what no answer shows, such as the steps of a life cycle

	last    struct{ doc, hidden doc }   // before the request that is handled
	encoded map[*openapi3.Schema][]byte // the document as each kind of answer shows it
	indexed map[string]string           // the texts that it is found by in the indexes of its scope
}

// member is a text of the document, or of what is hidden beside it.
func (r *record) member(field string) string {
	return cmp.Or(text(r.Doc, field), text(r.Hidden, field))
}

// hidden returns the value of a hidden field, or its zero value.
func hidden[T any](r *record, field string) T {
	value, _ := r.Hidden[field].(T)
	return value
}

// hide sets a hidden field.
func (r *record) hide(field string, value any) {
	if r.Hidden == nil {
		r.Hidden = doc{}
	}
	r.Hidden[field] = value
}

// keep says that what the record holds now is to stay.
func (r *record) keep() {
	if r != nil {
		r.last.doc, r.last.hidden = r.Doc, r.Hidden
	}
}

// scope is one collection of documents.
type scope struct {
	byID    map[string]*record
	order   []*record                       // by Seq
	indexes map[string]map[string][]*record // by field and its text, for the fields that were looked for
}

// index files a record, anew if it has changed, under its present text in a field.
func (in *scope) index(r *record, field string) {
	in.unindex(r, field)
	if r.indexed == nil {
		r.indexed = map[string]string{}
	}
	value := r.member(field)
	r.indexed[field] = value
	in.indexes[field][value] = append(in.indexes[field][value], r)
}

func (in *scope) unindex(r *record, field string) {
	value, known := r.indexed[field]
	if !known {
		return
	}
	delete(r.indexed, field)
	left := slices.DeleteFunc(slices.Clone(in.indexes[field][value]), func(other *record) bool { return other == r })
	if len(left) > 0 {
		in.indexes[field][value] = left
	} else {
		delete(in.indexes[field], value)
	}
}

// store keeps all documents in memory and, given a file, a copy of them in SQLite. Callers serialise all but flush.
type store struct {
	scopes  map[string]*scope
	seq     int64
	changed map[[2]string]*record // since the last stage, by scope and id; nil for what is gone
	undo    []func()              // takes the changes back, the last one first
	file    *stateFile            // nil without one
	past    *past                 // nil unless somebody wants to know
}

func newStore() *store { return &store{scopes: map[string]*scope{}, changed: map[[2]string]*record{}} }

// openStore reads the state file, making it if need be. Without a name nothing outlives the process.
func openStore(file string) (*store, error) {
	s := newStore()
	if file == "" {
		return s, nil
	}
	f, err := openStateFile(file, s.insert)
	if err != nil {
		return nil, stateError(file, err)
	}
	s.file = f
	return s, nil
}

func (s *store) insert(r *record) {
	in := s.scopes[r.Scope]
	if in == nil {
		in = &scope{byID: map[string]*record{}}
		s.scopes[r.Scope] = in
	}
	in.byID[r.ID] = r
	in.order = append(in.order, r)
	s.seq = max(s.seq, r.Seq)
	r.keep()
}

// get returns a record, or nil.
func (s *store) get(scope, id string) *record {
	if in := s.scopes[scope]; in != nil {
		return in.byID[id]
	}
	return nil
}

// list returns the records of a scope, oldest first.
func (s *store) list(scope string) []*record {
	if in := s.scopes[scope]; in != nil {
		return in.order
	}
	return nil
}

// where returns the records of a scope that have a text in a field, shown or hidden.
func (s *store) where(scope, field, value string) []*record {
	in := s.scopes[scope]
	if in == nil {
		return nil
	}
	if in.indexes[field] == nil {
		if in.indexes == nil {
			in.indexes = map[string]map[string][]*record{}
		}
		in.indexes[field] = map[string][]*record{}
		for _, r := range in.order {
			in.index(r, field)
		}
	}
	return in.indexes[field][value]
}

// put stores a new or changed record. One that is already there under its id gives way.
func (s *store) put(r *record) {
	known := s.get(r.Scope, r.ID)
	if known == r {
		s.undo = append(s.undo, func() { r.Doc, r.Hidden = r.last.doc, r.last.hidden; s.touch(r) })
		s.touch(r)
		return
	}
	if known != nil {
		s.remove(known)
	}
	r.Seq = s.seq + 1
	s.insert(r)
	s.touch(r)
	s.undo = append(s.undo, func() {
		s.scopes[r.Scope].drop(r)
		delete(s.changed, [2]string{r.Scope, r.ID})
	})
}

// touch takes note that a record has changed.
func (s *store) touch(r *record) {
	r.encoded = nil
	in := s.scopes[r.Scope]
	for field := range in.indexes {
		in.index(r, field)
	}
	s.changed[[2]string{r.Scope, r.ID}] = r
}

// remove drops a record and all collections below it.
func (s *store) remove(r *record) {
	in := s.scopes[r.Scope]
	order := in.order
	in.drop(r)
	s.changed[[2]string{r.Scope, r.ID}] = nil
	s.undo = append(s.undo, func() { in.byID[r.ID], in.order = r, order; s.touch(r) })
	below := itemPath(r.Scope, r.ID) + "/"
	for name, gone := range s.scopes {
		if !strings.HasPrefix(name, below) {
			continue
		}
		delete(s.scopes, name)
		for _, child := range gone.order {
			s.changed[[2]string{name, child.ID}] = nil
		}
		s.undo = append(s.undo, func() {
			s.scopes[name] = gone
			for _, child := range gone.order {
				s.touch(child)
			}
		})
	}
}

func (in *scope) drop(r *record) {
	delete(in.byID, r.ID)
	for field := range in.indexes {
		in.unindex(r, field)
	}
	// A new slice: a caller may be walking the old one.
	in.order = slices.DeleteFunc(slices.Clone(in.order), func(other *record) bool { return other == r })
}

// rollback takes back all changes since the last stage. Of a document that was changed in place, rather than replaced,
// the change stays.
func (s *store) rollback() {
	for _, undo := range slices.Backward(s.undo) {
		undo()
	}
	s.undo = nil
}

// stage takes what has changed since the last time on its way to the file, and tells whether there is any. It is not in
// the file before the next flush.
func (s *store) stage() (bool, error) {
	defer clear(s.changed)
	s.undo = nil
	for _, r := range s.changed {
		r.keep()
	}
	s.past.add(s.changed)
	if s.file == nil || len(s.changed) == 0 {
		return false, nil
	}
	return true, s.file.stage(s.changed)
}

// flush writes to the file what has been staged. Other calls need not wait for it.
func (s *store) flush() error {
	if s.file == nil {
		return nil
	}
	return s.file.flush()
}

// commit writes all changes since the last time to the file, together or not at all.
func (s *store) commit() error {
	if _, err := s.stage(); err != nil {
		return err
	}
	return s.flush()
}

// reset forgets everything.
func (s *store) reset() error {
	s.undo = nil
	clear(s.scopes)
	clear(s.changed)
	s.past = nil
	if s.file == nil {
		return nil
	}
	return s.file.reset()
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.close()
}
