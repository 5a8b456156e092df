package emulator

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"

	_ "modernc.org/sqlite" // the database driver
)

// stateFile is the copy of all documents in SQLite.
//
// A request is answered when its changes have been handed to the operating system in one transaction, so that a killed
// process loses nothing it has answered, and never keeps half of a request. That takes no fsync, which would make the
// emulator as slow as the disk: after a power failure the last seconds may be missing, but the file is sound.
type stateFile struct {
	db             *sql.DB
	upsert, delete *sql.Stmt

	writing sync.Mutex // held while the file is written
	mu      sync.Mutex // guards staged
	staged  map[[2]string]row
}

// row is a document on its way to the file; the zero value is one that is gone.
type row struct {
	seq         int64
	doc, hidden []byte
}

const schemaVersion = 1

// openStateFile opens or makes the file, hands over what is in it, oldest first, and keeps others from using it: they
// would not see what is in memory here.
func openStateFile(name string, insert func(*record)) (*stateFile, error) {
	db, err := sql.Open("sqlite", name+"?_pragma=locking_mode(EXCLUSIVE)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(2000)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	f := &stateFile{db: db, staged: map[[2]string]row{}}
	if err := f.load(insert); err != nil {
		db.Close()
		return nil, err
	}
	return f, nil
}

func (f *stateFile) load(insert func(*record)) error {
	empty, err := f.check()
	if err != nil {
		return err
	}
	if !empty {
		if err := f.read(insert); err != nil {
			return err
		}
	}
	if _, err := f.db.Exec("PRAGMA journal_mode = WAL"); err != nil { // not before: it writes to the file
		return err
	}
	if empty {
		_, err := f.db.Exec(fmt.Sprintf(`
			BEGIN;
			CREATE TABLE documents (scope TEXT, id TEXT, seq INTEGER, doc TEXT, hidden TEXT, PRIMARY KEY (scope, id)) WITHOUT ROWID;
			PRAGMA application_id = %d;
			PRAGMA user_version = %d;
			COMMIT`, applicationID, schemaVersion))
		if err != nil {
			return err
		}
	}
	if f.upsert, err = f.db.Prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)"); err != nil {
		return err
	}
	f.delete, err = f.db.Prepare("DELETE FROM documents WHERE scope = ? AND id = ?")
	return err
}

func (f *stateFile) read(insert func(*record)) error {
	rows, err := f.db.Query("SELECT scope, id, seq, doc, hidden FROM documents ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := &record{}
		var shown, unseen []byte
		if err := rows.Scan(&r.Scope, &r.ID, &r.Seq, &shown, &unseen); err != nil {
			return err
		}
		if err := json.Unmarshal(shown, &r.Doc); err != nil {
			return fmt.Errorf("it is damaged: %s/%s: %w", r.Scope, r.ID, err)
		}
		if err := json.Unmarshal(unseen, &r.Hidden); err != nil {
			return fmt.Errorf("it is damaged: %s/%s: %w", r.Scope, r.ID, err)
		}
		insert(r)
	}
	return rows.Err()
}

// stage adds changed documents, or none of them, to what the next flush writes.
func (f *stateFile) stage(changed map[[2]string]*record) error {
	rows := make(map[[2]string]row, len(changed))
	for key, r := range changed {
		if r == nil {
			rows[key] = row{}
			continue
		}
		shown, err := json.Marshal(r.Doc)
		if err != nil {
			return err
		}
		unseen, err := json.Marshal(r.Hidden)
		if err != nil {
			return err
		}
		rows[key] = row{r.Seq, shown, unseen}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.staged, rows)
	return nil
}

// flush returns when all that has been staged is in the file. Of those that wait for it at the same time, one writes for
// all in one transaction, and the others find nothing left to do.
func (f *stateFile) flush() error {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	rows := f.staged
	f.staged = map[[2]string]row{}
	f.mu.Unlock()
	if len(rows) == 0 {
		return nil
	}
	err := f.write(rows)
	if err != nil {
		// They are in memory, and go with the next flush, unless they change again.
		f.mu.Lock()
		defer f.mu.Unlock()
		maps.Copy(rows, f.staged)
		f.staged = rows
	}
	return err
}

func (f *stateFile) write(rows map[[2]string]row) error {
	tx, err := f.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	upsert, remove := tx.Stmt(f.upsert), tx.Stmt(f.delete)
	for key, r := range rows {
		if r.doc == nil {
			_, err = remove.Exec(key[0], key[1])
		} else {
			_, err = upsert.Exec(key[0], key[1], r.seq, string(r.doc), string(r.hidden))
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

// reset empties the file.
func (f *stateFile) reset() error {
	f.writing.Lock()
	defer f.writing.Unlock()
	f.mu.Lock()
	clear(f.staged)
	f.mu.Unlock()
	_, err := f.db.Exec("DELETE FROM documents")
	return err
}

// close writes what is left and closes the file.
func (f *stateFile) close() error {
	return errors.Join(f.flush(), f.db.Close())
}
