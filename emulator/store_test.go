package emulator

import (
	"fmt"
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
