package emulator_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// database makes a SQLite file with these statements.
func database(t *testing.T, statements string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
	return file
}

// stateFile is one that has a cluster in it.
func stateFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "state.db")
	b := newBed(t, emulator.Options{State: file})
	for _, name := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		b.eks(name)
	}
	if err := b.srv.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

// alter changes something in a state file as another program might.
func alter(t *testing.T, file, statements string) string {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode = DELETE; " + statements); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestStateFilesThatAreNotOurs(t *testing.T) {
	text := filepath.Join(t.TempDir(), "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("these are the notes of somebody\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := alter(t, stateFile(t), "")
	content, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(content); i++ { // all but the header
		content[i] = 'x'
	}
	if err := os.WriteFile(damaged, content, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ file, words string }{
		"text":                                 {text, "not a state file of the emulator"},
		"a database":                           {database(t, "CREATE TABLE songs (name TEXT)"), "not a state file of the emulator"},
		"a database of our version":            {database(t, "CREATE TABLE songs (name TEXT); PRAGMA user_version = 1"), "not a state file of the emulator"},
		"a database of another program":        {database(t, "CREATE TABLE documents (name TEXT); PRAGMA application_id = 7; PRAGMA user_version = 1"), "not a state file"},
		"an empty one of another program":      {database(t, "PRAGMA application_id = 7"), "not a state file"},
		"a newer version":                      {alter(t, stateFile(t), "PRAGMA user_version = 99"), "a newer emulator has made it (version 99"},
		"a damaged file":                       {damaged, "it is damaged"},
		"a damaged document":                   {alter(t, stateFile(t), "UPDATE documents SET doc = '{' WHERE scope LIKE '%external-clusters'"), "it is damaged: /v1/kubernetes/external-clusters/"},
		"a file in a folder that is not there": {filepath.Join(t.TempDir(), "none", "state.db"), "is its folder there"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before, _ := os.ReadFile(test.file) // there may be none
			_, err := emulator.New(emulator.Options{State: test.file})
			if err == nil || !strings.Contains(err.Error(), test.words) || !strings.Contains(err.Error(), test.file) {
				t.Errorf("%v, want the file and %q in it", err, test.words)
			}
			if name == "a damaged document" {
				return // it is ours, and may be written to in an orderly way
			}
			if after, _ := os.ReadFile(test.file); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// The first released version had no mark in its files.
func TestStateFileWithoutAMark(t *testing.T) {
	file := alter(t, stateFile(t), "PRAGMA application_id = 0")
	b := newBed(t, emulator.Options{State: file})
	items, _ := b.want(200, "GET", clusters, nil)["items"].([]any)
	b.same("clusters", len(items), 26)
}
