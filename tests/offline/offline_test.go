// Package offline_test runs the examples of users' offline tests, as a user would, with the SDKs of this checkout.
package offline_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/internal/testengine"
	"github.com/castai/pulumi-castai/tests/internal/languages"
)

// example makes an engine with plugin and emulator on its search path, and a copy of an example with the scenario
// beside it.
func example(t *testing.T, language string) (*testengine.Engine, string) {
	t.Helper()
	e := testengine.New(t)
	e.Castai()
	bin := t.TempDir()
	if err := os.Symlink(e.Build("./cmd/castai-emulator"), filepath.Join(bin, "castai-emulator")); err != nil {
		t.Fatal(err)
	}
	e.PrependPath(bin)
	from := filepath.Join(languages.Root(t), "examples", "offline-test")
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, language), os.DirFS(filepath.Join(from, language))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "scenario.yaml"), []byte(languages.Read(t, from, "scenario.yaml")), 0o644); err != nil {
		t.Fatal(err)
	}
	return e, filepath.Join(dir, language)
}

// run runs the test of an example.
func run(t *testing.T, e *testengine.Engine, dir, name string, args ...string) {
	t.Helper()
	path, err := lookPath(e, name)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, args...)
	command.Dir, command.Env = dir, e.Env()
	began := time.Now()
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	t.Logf("%s %v took %s", name, args, time.Since(began).Round(10*time.Millisecond))
}

// lookPath finds a program on the engine's search path, which is not the test's own.
func lookPath(e *testengine.Engine, name string) (string, error) {
	for _, entry := range e.Env() {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			for _, dir := range filepath.SplitList(path) {
				if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
					return found, nil
				}
			}
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

func TestTypeScript(t *testing.T) {
	t.Parallel()
	languages.Need(t, "TypeScript", "node", "npm")
	e, dir := example(t, "typescript")
	languages.Node(t, dir)
	run(t, e, dir, "npm", "test")
}

func TestPython(t *testing.T) {
	t.Parallel()
	languages.Need(t, "Python", "python3")
	e, dir := example(t, "python")
	bin, path := languages.Python(t, dir)
	e.PrependPath(bin)
	e.Setenv("PYTHONPATH", path)
	run(t, e, dir, "castai-emulator", "exec", "--scenario", "../scenario.yaml", "--", "python", "-m", "unittest")
}

func TestGo(t *testing.T) {
	t.Parallel()
	languages.Need(t, "Go", "go")
	e, dir := example(t, "go")
	languages.GoModule(t, dir, map[string]string{
		"github.com/castai/pulumi-castai":               ".",
		"github.com/castai/pulumi-castai/sdk/go/castai": "sdk/go/castai",
	})
	// Compiled before, as it is the second time. What this module has come to need since go.sum was written is added.
	e.Setenv("GOFLAGS", "-mod=mod")
	run(t, e, dir, "go", "vet", ".")
	run(t, e, dir, "go", "test", "-run", "^$", ".")
	run(t, e, dir, "go", "test", "-count=1", ".")
}
