package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite" // to look into the state file
)

const (
	soakClients  = 12
	soakRequests = 120 // of each client in each round
)

// Many clients make, change, list and remove objects of several kinds in several clusters. Meanwhile answers are late or
// get lost, connections are cut, calls are turned away, and in each round the emulator is killed under load and started
// again. Whatever was answered has to be true in the end.
//
// SOAK is the number of rounds: a few by default, hundreds with "make soak".
func TestSoak(t *testing.T) {
	rounds := 3
	if text := os.Getenv("SOAK"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal("SOAK is not a number of rounds: ", err)
		}
	}
	file := filepath.Join(t.TempDir(), "state.db")
	clients := make([]*soakClient, soakClients)
	for i := range clients {
		clients[i] = newSoakClient(t, i)
	}
	var sent, unanswered int
	for round := range rounds {
		api := startSoaked(t, file)
		api.disturb(t)
		var done atomic.Int64
		var all sync.WaitGroup
		for _, c := range clients {
			c.api = api
			all.Go(func() {
				for range soakRequests {
					c.step()
					if done.Add(1) == soakClients*soakRequests*2/3 {
						api.kill()
					}
					if api.killed.Load() {
						return
					}
				}
			})
		}
		all.Wait()
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
		api.kill()
	}
	api := startSoaked(t, file)
	for _, c := range clients {
		c.api = api
		sent += c.sent
		unanswered += c.unanswered
		c.verify()
	}
	api.verifyLists(t, clients)
	before := api.snapshot(t)
	if err := api.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := api.command.Wait(); err != nil {
		t.Error(err)
	}
	verifyFile(t, file)
	again := startSoaked(t, file)
	if !bytes.Equal(before, again.snapshot(t)) {
		t.Error("what the state file brings back is not what was in memory")
	}
	again.kill()
	t.Logf("%d requests by %d clients, %d of them without an answer, and %d kills", sent, soakClients, unanswered, rounds)
	if unanswered == 0 {
		t.Error("nothing was disturbed")
	}
}

// verifyFile asks SQLite itself.
func verifyFile(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the state file is damaged: %s %v", verdict, err)
	}
}

// soaked is the program as a process.
type soaked struct {
	command *exec.Cmd
	url     string
	client  http.Client
	killed  atomic.Bool
}

func startSoaked(t *testing.T, file string) *soaked {
	t.Helper()
	s := &soaked{command: program(t, "serve", "--addr", "127.0.0.1:0", "--state", file, "--strict", "--agent-delay", "0s")}
	s.client.Transport = &http.Transport{MaxIdleConnsPerHost: soakClients}
	t.Cleanup(s.client.CloseIdleConnections)
	var log bytes.Buffer
	s.command.Stderr = &log
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, url, ok := strings.Cut(lines.Text(), "CASTAI_API_URL="); ok {
			s.url = url
			go io.Copy(io.Discard, out)
			return s
		}
	}
	s.command.Wait() // the log says more
	t.Fatalf("the emulator ended at once: %s", &log)
	return nil
}

// kill is kill -9.
func (s *soaked) kill() {
	if s.killed.CompareAndSwap(false, true) {
		s.command.Process.Kill()
		s.command.Wait() // it says that it was killed
	}
}

// disturb turns on what goes wrong, for good.
func (s *soaked) disturb(t *testing.T) {
	t.Helper()
	for _, fault := range []object{
		{"action": "answer", "status": 503, "chance": 0.03},
		{"action": "answer", "status": 429, "chance": 0.02},
		{"action": "refuse", "chance": 0.02},
		{"action": "refuse", "reset": true, "chance": 0.02},
		{"action": "drop", "chance": 0.03},
		{"action": "drop", "reset": true, "chance": 0.02},
		{"action": "cut", "chance": 0.02},
		{"action": "slow", "chance": 0.05, "delay": "5ms"},
	} {
		fault["times"] = -1
		s.must(t, "POST", "/_emulator/faults", fault)
	}
	s.must(t, "PATCH", "/_emulator/settings", object{"latency": "200us", "rateLimit": 5000, "pageSize": 7})
}

func (s *soaked) snapshot(t *testing.T) []byte {
	t.Helper()
	return s.must(t, "GET", "/_emulator/snapshot", nil)
}

func (s *soaked) must(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	status, answer, err := s.send(method, path, body)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: %d %v: %s", method, path, status, err, answer)
	}
	return answer
}

// send returns an error if there is no whole answer.
func (s *soaked) send(method, path string, body any) (status int, answer []byte, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	if body == nil {
		content = nil
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(content))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("X-API-Key", "soak")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// items reads a whole list, page by page.
func (s *soaked) items(t *testing.T, k *soakKind, path string) []object {
	t.Helper()
	var all []object
	for cursor := ""; ; {
		query := ""
		if k.paged {
			query = "?page.limit=5&page.cursor=" + cursor
		}
		var page object
		if err := json.Unmarshal(s.must(t, "GET", path+query, nil), &page); err != nil {
			t.Fatal(err)
		}
		items, _ := page[k.items].([]any)
		for _, item := range items {
			if inner, ok := item.(object)["template"].(object); ok {
				item = inner
			}
			all = append(all, item.(object))
		}
		next, _ := page["nextPage"].(object)
		cursor, _ = page["nextPageCursor"].(string)
		if cursor == "" {
			cursor, _ = next["cursor"].(string)
		}
		if cursor == "" {
			return all
		}
	}
}

// verifyLists looks for what nobody has made, or should not be there any more, in the lists that all clients share.
func (s *soaked) verifyLists(t *testing.T, clients []*soakClient) {
	t.Helper()
	known := map[string]bool{}
	for _, c := range clients {
		for _, p := range c.places {
			known[p.name] = true
			for _, o := range p.objects {
				known[o.name] = true
			}
		}
	}
	for _, k := range append(slices.Clone(ofOrganization), clusterKind) {
		seen := map[any]bool{}
		for _, item := range s.items(t, k, k.path) {
			if name := fmt.Sprint(item["name"]); !known[name] {
				t.Errorf("%s: nobody has made %s", k.path, name)
			}
			if seen[item["id"]] {
				t.Errorf("%s: %v is listed twice", k.path, item["id"])
			}
			seen[item["id"]] = true
		}
	}
}
