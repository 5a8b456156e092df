package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// served is the program, serving as a process of its own.
type served struct {
	t      *testing.T
	url    string
	signal func(os.Signal) error
	wait   func() error
	stderr *bytes.Buffer // to be read once it has ended
}

func serve(t *testing.T, args ...string) *served {
	t.Helper()
	command := program(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	s := &served{t: t, stderr: &bytes.Buffer{}}
	command.Stderr = s.stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s.signal = command.Process.Signal
	s.wait = command.Wait
	lines := bufio.NewScanner(output)
	for s.url == "" {
		if !lines.Scan() {
			command.Wait()
			t.Fatalf("it did not start: %s", s.stderr)
		}
		_, s.url, _ = strings.Cut(lines.Text(), "export "+urlVariable+"=")
	}
	go io.Copy(io.Discard, output)
	return s
}

// send makes a request of the API.
func (s *served) send(method, path, body string) (int, string, error) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("X-API-Key", "local")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// command runs another command of the program, in this process.
func command(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if got := run(args, os.Stdin, &out, &errOut); got != code {
		t.Fatalf("%v: exit code %d: %s", args, got, &errOut)
	}
	return out.String() + errOut.String()
}

const accounts = "/v1/organizations/6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f/service-accounts"

// A killed emulator has kept every write that it had acknowledged.
func TestKill(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.db")
	acknowledged := map[string]bool{}
	for range 3 {
		s := serve(t, "--state", state)
		var mu sync.Mutex
		var writers sync.WaitGroup
		enough := make(chan struct{})
		for range 8 {
			writers.Go(func() {
				for {
					status, text, err := s.send("POST", accounts, `{"name": "ci"}`)
					if err != nil {
						return // it was killed
					}
					var made struct{ ID string }
					if json.Unmarshal([]byte(text), &made) != nil || status != http.StatusCreated {
						t.Errorf("%d %s", status, text)
						return
					}
					mu.Lock()
					acknowledged[made.ID] = true
					if len(acknowledged)%50 == 0 {
						select {
						case enough <- struct{}{}:
						default:
						}
					}
					mu.Unlock()
				}
			})
		}
		<-enough
		if err := s.signal(os.Kill); err != nil {
			t.Fatal(err)
		}
		writers.Wait()
		s.wait() // it was killed
	}

	s := serve(t, "--state", state)
	var kept struct{ Documents []struct{ ID string } }
	if err := json.Unmarshal([]byte(s.admin("snapshot")), &kept); err != nil {
		t.Fatal(err)
	}
	for _, document := range kept.Documents {
		delete(acknowledged, document.ID)
	}
	if len(acknowledged) > 0 || len(kept.Documents) < 150 {
		t.Errorf("%d of those that were acknowledged are gone, %d are left", len(acknowledged), len(kept.Documents))
	}
}

// Requests that wait when it is to stop are answered, and those that would wait for ever are ended.
func TestGracefulStop(t *testing.T) {
	for _, with := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		s := serve(t, "--faults", file(t, `
faults:
  - {action: slow, delay: 1h, method: POST}
  - {action: hang, method: GET}
`))
		answers := make(chan string, 2)
		for _, method := range []string{"POST", "GET"} {
			go func() {
				status, _, err := s.send(method, accounts, `{"name": "ci"}`)
				answers <- fmt.Sprint(method, " ", status, " ", err != nil)
			}()
		}
		remaining := func() string { return command(t, 0, "health", "--url", s.url) + s.admin("faults") }
		for strings.Contains(remaining(), `"delay"`) || strings.Contains(remaining(), "hang") { // until both have come
			time.Sleep(time.Millisecond)
		}
		if err := s.signal(with); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{<-answers: true, <-answers: true}
		if !got["POST 201 false"] || !got["GET 0 true"] {
			t.Errorf("%v: %v", with, got)
		}
		if err := s.wait(); err != nil {
			t.Errorf("%v: %v, %s", with, err, s.stderr)
		}
	}
}

// admin reads from the emulator's own interface.
func (s *served) admin(path string) string {
	s.t.Helper()
	_, text, err := s.send("GET", "/_emulator/"+path, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

func TestTwoAtOnce(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.db")
	s := serve(t, "--state", state)
	if said := command(t, 1, "serve", "--addr", strings.TrimPrefix(s.url, "http://")); !strings.Contains(said, "is taken, perhaps by another emulator") {
		t.Errorf("a port that is taken: %s", said)
	}
	if said := command(t, 1, "serve", "--addr", "127.0.0.1:0", "--state", state); !strings.Contains(said, state) || !strings.Contains(said, "another emulator is using it") {
		t.Errorf("a state file that is in use: %s", said)
	}
}

func TestOpenToOthers(t *testing.T) {
	s := serve(t, "--addr", "0.0.0.0:0")
	if err := s.signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.wait(); err != nil || !strings.Contains(s.stderr.String(), "warning") || !strings.Contains(s.stderr.String(), "from other machines") {
		t.Errorf("%v: %s", err, s.stderr)
	}
	s = serve(t)
	if err := s.signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.wait(); err != nil || s.stderr.Len() > 0 {
		t.Errorf("%v: %s", err, s.stderr)
	}
}

func TestStateCommands(t *testing.T) {
	s := serve(t, "--scenario", file(t, "serviceAccounts: [{name: first}]"))
	names := func() int {
		_, text, err := s.send("GET", accounts, "")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(text, `"name":`)
	}
	saved := filepath.Join(t.TempDir(), "saved.json")
	s.send("POST", accounts, `{"name": "second"}`)
	command(t, 0, "snapshot", saved, "--url", s.url)
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	command(t, 0, "reset", "--url", s.url)
	if n := names(); n != 1 {
		t.Errorf("%d accounts after a reset, want that of the scenario", n)
	}
	t.Setenv(urlVariable, s.url)
	command(t, 0, "restore", saved)
	if n := names(); n != 2 {
		t.Errorf("%d accounts after restoring, want 2", n)
	}
	if said := command(t, 1, "restore", file(t, "{}")); !strings.Contains(said, "file.yaml: this is no snapshot") {
		t.Error(said)
	}
	if said := command(t, 1, "snapshot", filepath.Join(t.TempDir(), "none", "saved.json")); !strings.Contains(said, "no such file") {
		t.Error(said)
	}
	if said := command(t, 1, "reset", "--url", s.url+"/elsewhere"); !strings.Contains(said, "is not an emulator") {
		t.Error(said)
	}
	if said := command(t, 1, "reset", "--url", "http://127.0.0.1:1"); !strings.Contains(said, "no emulator answers") {
		t.Error(said)
	}
}

func TestRequestsCommand(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.jsonl")
	s := serve(t, "--log="+log, "--log-format", "json")
	s.send("POST", accounts, `{"name": "ci", "password": "top secret"}`)
	follow := program(t, "requests", "--follow", "--url", s.url)
	output, err := follow.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := follow.Start(); err != nil {
		t.Fatal(err)
	}
	followed := bufio.NewScanner(output)
	next := func() string { followed.Scan(); return followed.Text() }
	if line := next(); !strings.Contains(line, "POST "+accounts+" 201") || !strings.Contains(line, "[secret]") {
		t.Errorf("first: %q", line)
	}
	s.send("GET", accounts, "")
	if line := next(); !strings.Contains(line, "GET "+accounts+" 200") {
		t.Errorf("second: %q", line)
	}

	exported := filepath.Join(t.TempDir(), "requests.jsonl")
	command(t, 0, "requests", "--export", exported, "--url", s.url)
	content, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	if printed := command(t, 0, "requests", "--json", "--url", s.url); printed != string(content) {
		t.Errorf("printed %s, exported %s", printed, content)
	}
	var first struct {
		Method, Path, Operation string
		Status                  int
		Body, Response          map[string]any
		DurationMs              float64
	}
	if err := json.NewDecoder(bytes.NewReader(content)).Decode(&first); err != nil {
		t.Fatal(err)
	}
	if first.Operation != "ServiceAccountsAPICreateServiceAccount" || first.Status != 201 || first.Body["name"] != "ci" || first.Response["name"] != "ci" || first.DurationMs <= 0 {
		t.Errorf("%+v", first)
	}
	if lines := command(t, 0, "requests", "--url", s.url); strings.Count(lines, "\n") != 2 {
		t.Errorf("as text: %s", lines)
	}

	if err := s.signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.wait(); err != nil {
		t.Error(err)
	}
	if err := follow.Wait(); err != nil {
		t.Errorf("following an emulator that has ended: %v", err)
	}
	logged, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(logged) + string(content); strings.Contains(text, "top secret") || strings.Count(string(logged), "\n") != 2 || !strings.Contains(string(logged), `"password":"[secret]"`) {
		t.Errorf("%s", text)
	}
}

// The commands find the emulator of exec by themselves, and its token is one that the scenario declares.
func TestExecWithAScenario(t *testing.T) {
	output, err := program(t, "exec", "--scenario", file(t, "tokens: [of-ada, of-ben]"), "--", "sh", "-c",
		os.Args[0]+` reset && `+os.Args[0]+` requests && printf %s "$CASTAI_API_TOKEN"`).CombinedOutput()
	if err != nil || string(output) != "of-ada" {
		t.Errorf("%q %v", output, err)
	}
	if said := command(t, 1, "exec", "--scenario", file(t, "groups:\n- colour: red"), "--", "true"); !strings.Contains(said, "file.yaml: line 2: POST") {
		t.Error(said)
	}
	if said := command(t, 1, "exec", "--scenario", file(t, "groups: 7"), "--", "true"); !strings.Contains(said, "file.yaml: line 1: not a list") {
		t.Error(said)
	}
}
