package testengine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// stackName is the name of every stack: an engine keeps one for each program.
const stackName = "test"

// Stack is a program and its state in an engine's backend.
type Stack struct {
	// Dir is the folder of the program.
	Dir string

	e *Engine
	t T
	// logs is the folder of the event logs, one for each run.
	logs string
	runs int
}

// Stack makes a stack for the Pulumi program in a folder. Pulumi writes the stack's
// settings there, so the folder should be the test's own: see CopyDir.
func (e *Engine) Stack(dir string) *Stack {
	e.t.Helper()
	s := &Stack{Dir: dir, e: e, t: e.t, logs: e.t.TempDir()}
	s.must("stack", "init", stackName)
	return s
}

// YAML makes a stack for a program in Pulumi's YAML. The text is a whole Pulumi.yaml,
// or one without its head, the name and the runtime.
func (e *Engine) YAML(program string) *Stack {
	e.t.Helper()
	dir := e.t.TempDir()
	writeYAML(e.t, dir, program)
	return e.Stack(dir)
}

// SetYAML replaces the program of a stack made by YAML.
func (s *Stack) SetYAML(program string) {
	s.t.Helper()
	writeYAML(s.t, s.Dir, program)
}

var yamlRuntime = regexp.MustCompile(`(?m)^runtime:`)

func writeYAML(t T, dir, program string) {
	t.Helper()
	if !yamlRuntime.MatchString(program) {
		program = "name: program\nruntime: yaml\n" + program
	}
	if err := os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(program), 0o644); err != nil {
		t.Fatalf("testengine: %v", err)
	}
}

// CopyDir copies a folder into a new one that is the test's own, and returns its path.
func (e *Engine) CopyDir(dir string) string {
	e.t.Helper()
	to := filepath.Join(e.t.TempDir(), filepath.Base(dir))
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		e.t.Fatalf("testengine: %v", err)
	}
	return to
}

// SetConfig sets a configuration value of the stack, such as "castai:apiUrl".
func (s *Stack) SetConfig(key, value string) {
	s.t.Helper()
	s.must("config", "set", "--stack", stackName, "--plaintext", "--", key, value)
}

// SetSecret sets a configuration value that Pulumi keeps encrypted.
func (s *Stack) SetSecret(key, value string) {
	s.t.Helper()
	s.must("config", "set", "--stack", stackName, "--secret", "--", key, value)
}

// Up deploys the program. The arguments are added to the command line.
func (s *Stack) Up(args ...string) *Result {
	s.t.Helper()
	return s.run("up", args).succeeded()
}

// UpFails deploys the program and expects that to fail.
func (s *Stack) UpFails(args ...string) *Result {
	s.t.Helper()
	return s.run("up", args).failed()
}

// Preview shows what Up would do.
func (s *Stack) Preview(args ...string) *Result {
	s.t.Helper()
	return s.run("preview", args).succeeded()
}

// PreviewFails previews the program and expects that to fail.
func (s *Stack) PreviewFails(args ...string) *Result {
	s.t.Helper()
	return s.run("preview", args).failed()
}

// Refresh reads all resources back into the state.
func (s *Stack) Refresh(args ...string) *Result {
	s.t.Helper()
	return s.run("refresh", args).succeeded()
}

// RefreshFails refreshes the state and expects that to fail.
func (s *Stack) RefreshFails(args ...string) *Result {
	s.t.Helper()
	return s.run("refresh", args).failed()
}

// Destroy deletes all resources.
func (s *Stack) Destroy(args ...string) *Result {
	s.t.Helper()
	return s.run("destroy", args).succeeded()
}

// DestroyFails deletes all resources and expects that to fail.
func (s *Stack) DestroyFails(args ...string) *Result {
	s.t.Helper()
	return s.run("destroy", args).failed()
}

// Import adopts an existing resource. The Result has the program text that Pulumi
// wrote for it.
func (s *Stack) Import(typ, name, id string, args ...string) *Result {
	s.t.Helper()
	return s.importing(append([]string{typ, name, id}, args...)).succeeded()
}

// ImportFails imports a resource and expects that to fail.
func (s *Stack) ImportFails(typ, name, id string, args ...string) *Result {
	s.t.Helper()
	return s.importing(append([]string{typ, name, id}, args...)).failed()
}

// ImportAll adopts many resources in one run. The text is the JSON file described by
// "pulumi import --help".
func (s *Stack) ImportAll(file string, args ...string) *Result {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "import.json")
	if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
		s.t.Fatalf("testengine: %v", err)
	}
	return s.importing(append([]string{"--file", path}, args...)).succeeded()
}

func (s *Stack) importing(args []string) *Result {
	s.t.Helper()
	code := filepath.Join(s.t.TempDir(), "imported")
	r := s.run("import", append(args, "--protect=false", "--out", code))
	// There is no code when the import failed.
	text, err := os.ReadFile(code)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatalf("testengine: %v", err)
	}
	r.Code = string(text)
	return r
}

// WantNoChanges fails the test when a preview or a refresh would change anything: the
// program, the state and the world agree. It leaves the state as it was.
func (s *Stack) WantNoChanges() {
	s.t.Helper()
	s.Preview().WantNoChanges()
	s.Refresh("--preview-only").WantNoChanges()
}

// run runs one of the commands that deploy something, and waits for it.
func (s *Stack) run(op string, args []string) *Result {
	s.t.Helper()
	return s.Start(op, args...).Wait()
}

// Running is a Pulumi command that has been started.
type Running struct {
	s              *Stack
	op             string
	cmd            *exec.Cmd
	start          time.Time
	log            string
	stdout, stderr bytes.Buffer
}

// Start starts "up", "preview", "refresh", "destroy" or "import", to be waited for with
// Wait. It is for tests that do something meanwhile.
func (s *Stack) Start(op string, args ...string) *Running {
	s.t.Helper()
	s.runs++
	r := &Running{s: s, op: op, log: filepath.Join(s.logs, fmt.Sprintf("%d-%s.jsonl", s.runs, op)), start: time.Now()}
	line := []string{op, "--stack", stackName, "--non-interactive", "--color", "never", "--event-log", r.log}
	switch op {
	case "up", "destroy", "import":
		line = append(line, "--yes", "--skip-preview")
	case "refresh":
		if !slices.Contains(args, "--preview-only") {
			line = append(line, "--yes", "--skip-preview")
		}
	}
	r.cmd = s.command(append(line, args...)...)
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		s.t.Fatalf("testengine: start pulumi %s: %v", op, err)
	}
	return r
}

// Interrupt does what Ctrl-C does: it asks Pulumi to cancel and to save the state.
func (r *Running) Interrupt() {
	r.s.t.Helper()
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		r.s.t.Fatalf("testengine: interrupt pulumi %s: %v", r.op, err)
	}
}

// Wait waits for the end of the command. It does not judge it: see Result.Err.
func (r *Running) Wait() *Result {
	r.s.t.Helper()
	err := r.cmd.Wait()
	result := &Result{
		t: r.s.t, op: r.op, Err: err, Duration: time.Since(r.start),
		Stdout: r.stdout.String(), Stderr: r.stderr.String(),
	}
	if err := result.readEvents(r.log); err != nil {
		r.s.t.Fatalf("testengine: events of pulumi %s: %v\n%s", r.op, err, result.Stderr)
	}
	return result
}

// waitDelay is how long a command may take to end once its test has.
const waitDelay = 10 * time.Second

func (s *Stack) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), s.e.pulumi, args...)
	cmd.Dir = s.Dir
	cmd.Env = s.e.Env()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = waitDelay
	return cmd
}

// must runs a command that only keeps house, and returns its standard output.
func (s *Stack) must(args ...string) []byte {
	s.t.Helper()
	cmd := s.command(args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("testengine: pulumi %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return out
}

// Outputs are the stack's outputs, secrets in the clear.
func (s *Stack) Outputs() map[string]any {
	s.t.Helper()
	var outputs map[string]any
	if err := json.Unmarshal(s.must("stack", "output", "--stack", stackName, "--json", "--show-secrets"), &outputs); err != nil {
		s.t.Fatalf("testengine: outputs: %v", err)
	}
	return outputs
}
