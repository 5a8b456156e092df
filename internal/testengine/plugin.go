package testengine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// Castai makes the CAST AI provider of this checkout available to the engine's programs.
func (e *Engine) Castai() {
	e.t.Helper()
	e.Plugin("castai", toolchain.PluginPackage)
}

// StandIn makes a stand-in available for each of the named packages, such as "gcp" or
// "kubernetes": a provider that knows no cloud and accepts everything. What the
// stand-ins are asked to do is recorded in the returned file, for standin.Read.
func (e *Engine) StandIn(packages ...string) (record string) {
	e.t.Helper()
	for _, name := range packages {
		e.Plugin(name, "./internal/standin/plugin")
	}
	record = filepath.Join(filepath.Dir(e.bin), "standin.jsonl")
	e.Setenv("STANDIN_RECORD", record)
	return record
}

// Plugin builds a main package of this checkout and makes it available to the engine's
// programs as the provider plugin of the named Pulumi package, whatever version of it a
// program asks for.
func (e *Engine) Plugin(name, pkg string) {
	e.t.Helper()
	program, err := builds.program(e.root, pkg)
	if err != nil {
		e.t.Fatalf("testengine: %v", err)
	}
	link := filepath.Join(e.bin, toolchain.Executable("pulumi-resource-"+name))
	if err := os.Symlink(program, link); err != nil && !errors.Is(err, os.ErrExist) {
		e.t.Fatalf("testengine: %v", err)
	}
}

// Build builds a main package of this checkout, such as "./cmd/castai-emulator", and
// returns the path of the program.
func (e *Engine) Build(pkg string) string {
	e.t.Helper()
	program, err := builds.program(e.root, pkg)
	if err != nil {
		e.t.Fatalf("testengine: %v", err)
	}
	return program
}

// builds are the programs built by this process. Each is built once, and never taken
// from an earlier run unseen: the go command finds out in a moment that it is up to date.
var builds = programs{once: map[string]func() (string, error){}}

type programs struct {
	mu   sync.Mutex
	once map[string]func() (string, error)
}

func (p *programs) program(root, pkg string) (string, error) {
	p.mu.Lock()
	build, ok := p.once[pkg]
	if !ok {
		build = sync.OnceValues(func() (string, error) { return goBuild(root, pkg) })
		p.once[pkg] = build
	}
	p.mu.Unlock()
	return build()
}

func goBuild(root, pkg string) (string, error) {
	dir := filepath.Join(toolchain.Cache(root), "plugins")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	// The folder names the package, since two plugins may have equal names.
	program := filepath.Join(dir, filepath.FromSlash(pkg), toolchain.Executable("program"))
	// Test binaries of several packages run at once, and must not write the same file.
	unlock, err := toolchain.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if pkg == toolchain.PluginPackage {
		return program, toolchain.BuildPlugin(root, program, "")
	}
	cmd := exec.Command("go", "build", "-o", program, pkg)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(errors.New("build "+pkg+": "+err.Error()), errors.New(string(out)))
	}
	return program, nil
}
