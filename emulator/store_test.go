package emulator

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestWhatIsUniqueFollowsChanges(t *testing.T) {
	s := engineServer(t, Options{})
	s.collect(collection{kind: "hibernation schedule", path: schedules, unique: "name"})
	path := fill(schedules, map[string]string{"organizationId": DefaultOrganization.ID})
	make := func(name string, want int) string {
		t.Helper()
		status, answer := ask(t, s, "POST", path, `{"name":"`+name+`",`+window+`}`)
		if status != want {
			t.Fatalf("%s: %d, want %d: %s", name, status, want, answer)
		}
		_, id, _ := strings.Cut(answer, `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		return id
	}
	first := make("a", 200)
	make("a", 409)
	if status, answer := ask(t, s, "PATCH", path+"/"+first, `{"name":"b"}`); status != 200 {
		t.Fatal(status, answer)
	}
	make("b", 409)
	second := make("a", 200)
	ask(t, s, "DELETE", path+"/"+second, "")
	make("a", 200)
}

// A state file that cannot be written for a while is as good as lost answers: what was asked for is there, in memory at
// once, and in the file with the next change.
func TestStateFileThatFailsForAWhile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	s := engineServer(t, Options{State: file})
	path := "/v1/organizations/" + DefaultOrganization.ID + "/service-accounts"
	database := func(statement string) {
		t.Helper()
		if _, err := s.store.file.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	database("ALTER TABLE documents RENAME TO hidden")
	if status, answer := ask(t, s, "POST", path, `{"name":"first"}`); status != 500 || !strings.Contains(answer, "state file") {
		t.Fatal(status, answer)
	}
	database("ALTER TABLE hidden RENAME TO documents")
	if status, answer := ask(t, s, "POST", path, `{"name":"second"}`); status != 201 {
		t.Fatal(status, answer)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = engineServer(t, Options{State: file})
	defer s.Close()
	if _, answer := ask(t, s, "GET", path, ""); !strings.Contains(answer, `"first"`) || !strings.Contains(answer, `"second"`) {
		t.Error(answer)
	}
}

// Requests that change something at the same time share transactions, and each is in the file when it is answered.
func TestAnsweredIsInTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	s := engineServer(t, Options{State: file})
	defer s.Close()
	path := "/v1/organizations/" + DefaultOrganization.ID + "/service-accounts"
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			name := fmt.Sprintf("account-%d", i)
			if status, answer := ask(t, s, "POST", path, `{"name":"`+name+`"}`); status != 201 {
				t.Error(status, answer)
			}
			var found int
			err := s.store.file.db.QueryRow("SELECT count(*) FROM documents WHERE doc LIKE ?", `%"name":"`+name+`"%`).Scan(&found)
			if err != nil || found != 1 {
				t.Errorf("%s is in the file %d times: %v", name, found, err)
			}
		})
	}
	all.Wait()
}

func TestCountersAreBounded(t *testing.T) {
	s := engineServer(t, Options{})
	for i := range 2 * maxCounters {
		ask(t, s, "GET", fmt.Sprintf("/nowhere/%d", i), "")
	}
	ask(t, s, "GET", clustersPath, "")
	sums := s.Counters()
	if len(sums) > maxCounters+2 || sums["other"].Calls != maxCounters || sums["ExternalClusterAPIListClusters"].Calls != 1 {
		t.Errorf("%d counters, %d others", len(sums), sums["other"].Calls)
	}
}

// Whoever only reads does not wait for the file.
func TestReadsDoNotWaitForTheFile(t *testing.T) {
	s := engineServer(t, Options{State: filepath.Join(t.TempDir(), "state.db")})
	defer s.Close()
	s.store.file.writing.Lock()
	defer s.store.file.writing.Unlock()
	if status, answer := ask(t, s, "GET", clustersPath, ""); status != 200 {
		t.Error(status, answer)
	}
}

func TestRollback(t *testing.T) {
	const scope = "/v1/things"
	tests := []struct {
		name   string
		change func(*store)
	}{
		{"new", func(s *store) { s.put(&record{Scope: scope, ID: "c", Doc: doc{"name": "c"}}) }},
		{"new, in a new scope", func(s *store) { s.put(&record{Scope: "/v1/others", ID: "c", Doc: doc{}}) }},
		{"changed", func(s *store) {
			r := s.get(scope, "a")
			r.Doc, r.Hidden = doc{"name": "b"}, doc{"x": 1.0}
			s.put(r)
		}},
		{"changed twice", func(s *store) {
			for _, name := range []string{"x", "y"} {
				r := s.get(scope, "a")
				r.Doc = doc{"name": name}
				s.put(r)
			}
		}},
		{"removed, with what is below", func(s *store) { s.remove(s.get(scope, "a")) }},
		{"removed below, then above", func(s *store) {
			s.remove(s.get(scope+"/a/parts", "p"))
			s.remove(s.get(scope, "a"))
		}},
		{"removed and made again", func(s *store) {
			s.remove(s.get(scope, "a"))
			s.put(&record{Scope: scope, ID: "a", Doc: doc{"name": "new"}})
			s.put(&record{Scope: scope + "/a/parts", ID: "p", Doc: doc{"name": "new"}})
		}},
		{"replaced under the same id", func(s *store) { s.put(&record{Scope: scope, ID: "a", Doc: doc{"name": "new"}}) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state.db")
			s := engineServer(t, Options{State: file})
			for _, id := range []string{"a", "b"} {
				s.store.put(&record{Scope: scope, ID: id, Doc: doc{"name": id}})
				s.store.put(&record{Scope: scope + "/" + id + "/parts", ID: "p", Doc: doc{"name": "p"}})
			}
			if err := s.store.commit(); err != nil {
				t.Fatal(err)
			}
			before := dump(s)
			s.store.where(scope, "name", "a") // so that there is an index
			test.change(s.store)
			if maps.Equal(before, dump(s)) {
				t.Fatal("the test changes nothing")
			}
			s.store.rollback()
			if after := dump(s); !maps.Equal(before, after) {
				t.Errorf("in memory: %s", difference(before, after))
			}
			if found := s.store.where(scope, "name", "a"); len(found) != 1 || found[0] != s.store.get(scope, "a") {
				t.Errorf("by name: %v", found)
			}
			if err := errors.Join(s.sound(), s.store.commit(), s.Close()); err != nil {
				t.Fatal(err)
			}
			s = engineServer(t, Options{State: file})
			defer s.Close()
			if after := dump(s); !maps.Equal(before, after) {
				t.Errorf("in the file: %s", difference(before, after))
			}
		})
	}
}
