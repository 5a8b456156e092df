package emulator

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	_ "modernc.org/sqlite" // the database driver
)

// record is one stored document.
type record struct {
	Scope  string // the concrete path of its collection, such as /v1/organizations/o-1/service-accounts
	ID     string // unique within the scope
	Seq    int64  // the order of creation
	Doc    doc    // what answers show
	Hidden doc    // what no answer shows, such as the steps of a life cycle

	encoded map[*openapi3.Schema][]byte // the document as each kind of answer shows it
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

// scope is one collection of documents.
type scope struct {
	byID  map[string]*record
	order []*record // by Seq
}

// store keeps all documents in memory, and, given a file, writes every change through to SQLite. Callers serialise.
type store struct {
	db      *sql.DB // nil without a file
	scopes  map[string]*scope
	seq     int64
	changed map[[2]string]*record // by scope and id; nil for what is gone
	past    *past                 // nil unless somebody wants to know
}

func newStore() *store { return &store{scopes: map[string]*scope{}, changed: map[[2]string]*record{}} }

const schemaVersion = 1

// openStore reads the state file, making it if need be, and keeps others from using it: they would not see what is in
// memory here. Without a name nothing outlives the process.
func openStore(file string) (*store, error) {
	s := newStore()
	if file == "" {
		return s, nil
	}
	db, err := sql.Open("sqlite", file+"?_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(2000)")
	if err != nil {
		return nil, fmt.Errorf("state file %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	s.db = db
	if err := s.load(); err != nil {
		db.Close()
		return nil, fmt.Errorf("state file %s: %w", file, err)
	}
	return s, nil
}

func (s *store) load() error {
	var version int
	if err := s.db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
	case 0:
		_, err := s.db.Exec(fmt.Sprintf(`
			CREATE TABLE documents (scope TEXT, id TEXT, seq INTEGER, doc TEXT, hidden TEXT, PRIMARY KEY (scope, id)) WITHOUT ROWID;
			PRAGMA user_version = %d`, schemaVersion))
		if err != nil {
			return err
		}
	default:
		return fmt.Errorf("it has version %d and this emulator reads version %d; use another file", version, schemaVersion)
	}
	rows, err := s.db.Query("SELECT scope, id, seq, doc, hidden FROM documents ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := &record{}
		var shown, unseen string
		if err := rows.Scan(&r.Scope, &r.ID, &r.Seq, &shown, &unseen); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(shown), &r.Doc); err != nil {
			return fmt.Errorf("%s/%s: %w", r.Scope, r.ID, err)
		}
		if err := json.Unmarshal([]byte(unseen), &r.Hidden); err != nil {
			return fmt.Errorf("%s/%s: %w", r.Scope, r.ID, err)
		}
		s.insert(r)
		s.seq = max(s.seq, r.Seq)
	}
	return rows.Err()
}

func (s *store) insert(r *record) {
	in := s.scopes[r.Scope]
	if in == nil {
		in = &scope{byID: map[string]*record{}}
		s.scopes[r.Scope] = in
	}
	in.byID[r.ID] = r
	in.order = append(in.order, r)
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

// put stores a new or changed record.
func (s *store) put(r *record) {
	if s.get(r.Scope, r.ID) != r {
		s.seq++
		r.Seq = s.seq
		s.insert(r)
	}
	r.encoded = nil
	s.changed[[2]string{r.Scope, r.ID}] = r
}

// remove drops a record and all collections below it.
func (s *store) remove(r *record) {
	in := s.scopes[r.Scope]
	delete(in.byID, r.ID)
	// A new slice: a caller may be walking the old one.
	in.order = slices.DeleteFunc(slices.Clone(in.order), func(other *record) bool { return other == r })
	s.changed[[2]string{r.Scope, r.ID}] = nil
	below := itemPath(r.Scope, r.ID) + "/"
	for _, name := range slices.Sorted(maps.Keys(s.scopes)) {
		if strings.HasPrefix(name, below) {
			for _, child := range s.scopes[name].order {
				s.changed[[2]string{name, child.ID}] = nil
			}
			delete(s.scopes, name)
		}
	}
}

// commit writes all changes since the last one to the file, together or not at all.
func (s *store) commit() error {
	defer clear(s.changed)
	s.past.add(s.changed)
	if s.db == nil || len(s.changed) == 0 {
		return nil
	}
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for key, r := range s.changed {
		if r == nil {
			_, err = tx.Exec("DELETE FROM documents WHERE scope = ? AND id = ?", key[0], key[1])
		} else {
			err = s.write(tx, r)
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (s *store) write(tx *sql.Tx, r *record) error {
	shown, err := json.Marshal(r.Doc)
	if err != nil {
		return err
	}
	unseen, err := json.Marshal(r.Hidden)
	if err != nil {
		return err
	}
	_, err = tx.Exec("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", r.Scope, r.ID, r.Seq, string(shown), string(unseen))
	return err
}

// reset forgets everything.
func (s *store) reset() error {
	clear(s.scopes)
	clear(s.changed)
	s.past = nil
	if s.db == nil {
		return nil
	}
	_, err := s.db.Exec("DELETE FROM documents")
	return err
}

func (s *store) close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}
