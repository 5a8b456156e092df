package emulator

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks a database as a state file of the emulator: "cast". Files of version 1 may lack it.
const applicationID = 0x63617374

// errForeign is what a file is that the emulator has not made.
var errForeign = errors.New("it is not a state file of the emulator, and is left as it is; give another file")

// check tells whether the file is empty, and refuses one that is not the emulator's own. It changes nothing.
func (f *stateFile) check() (bool, error) {
	var application, version, tables, documents int
	err := f.db.QueryRow(`SELECT
		(SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema), (SELECT count(*) FROM sqlite_schema WHERE name = 'documents')`,
	).Scan(&application, &version, &tables, &documents)
	switch {
	case err != nil:
		return false, err
	case application == 0 && version == 0 && tables == 0:
		return true, nil
	case application != applicationID && (application != 0 || documents == 0):
		return false, errForeign
	case version > schemaVersion:
		return false, fmt.Errorf("a newer emulator has made it (version %d, and this one reads %d): use that one, or another file", version, schemaVersion)
	case version != schemaVersion || documents == 0:
		return false, errForeign
	}
	return false, nil
}

// stateError says what keeps a state file from being used, and what to do.
func stateError(file string, err error) error {
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		switch failure.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			err = errors.New("it is locked: another emulator is using it; stop that one, or give another file")
		case sqlite3.SQLITE_NOTADB:
			err = errForeign
		case sqlite3.SQLITE_CORRUPT:
			err = fmt.Errorf("it is damaged (%w): restore a snapshot into a new file", err)
		case sqlite3.SQLITE_CANTOPEN:
			err = fmt.Errorf("it cannot be opened (%w): is its folder there, and may you write to it?", err)
		}
	}
	return fmt.Errorf("state file %s: %w", file, err)
}
