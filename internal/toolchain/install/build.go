package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// heartbeat is how often a running build reports how far it is.
const heartbeat = 10 * time.Second

// build is the building of one tool in one checkout.
type build struct {
	tool
	root string
}

// stamp identifies all that the program is made from. Two builds with the same stamp
// give the same program.
func (b build) stamp() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH, b.pkg, b.ldflags, b.scripts)
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(b.root, b.module, name))
		if err != nil {
			return "", err
		}
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// target is the file that the program is built to.
func (b build) target() string {
	return filepath.Join(toolchain.Bin(b.root), toolchain.Executable(b.name))
}

func (b build) stampFile() string {
	return filepath.Join(toolchain.Cache(b.root), "stamps", b.name)
}

// fresh tells whether the program is there and was built with this stamp.
func (b build) fresh(stamp string) bool {
	if _, err := os.Stat(b.target()); err != nil {
		return false
	}
	last, err := os.ReadFile(b.stampFile())
	return err == nil && string(last) == stamp
}

// run fetches the modules, compiles and links, and reports progress all along.
func (b build) run() error {
	for _, dir := range []string{toolchain.Bin(b.root), filepath.Dir(b.stampFile())} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	packages, err := b.watch("fetching modules", 0, "list", "-deps", b.pkg)
	if err != nil {
		return err
	}
	total := bytes.Count(packages, []byte("\n"))
	ldflags := strings.TrimSpace("-s -w " + b.ldflags)
	if _, err := b.watch("compiling", total, "build", "-v", "-ldflags", ldflags, "-o", b.target(), b.pkg); err != nil {
		return err
	}
	return b.copyScripts()
}

// copyScripts puts the scripts that the program needs beside it.
func (b build) copyScripts() error {
	if len(b.scripts) == 0 {
		return nil
	}
	dir, err := b.watch("finding scripts", 0, "list", "-f", "{{.Module.Dir}}", b.pkg)
	if err != nil {
		return err
	}
	for _, script := range b.scripts {
		from := filepath.Join(strings.TrimSpace(string(dir)), filepath.FromSlash(script))
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		to := filepath.Join(toolchain.Bin(b.root), filepath.Base(from))
		if err := os.WriteFile(to, data, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// watch runs the go command in the tool's module and returns its standard output.
// What it prints on standard error is counted, one line for each module fetched or
// package compiled, reported at every heartbeat, and shown in full when it fails.
// The total is the number of packages at most compiled, or zero when it does not apply.
func (b build) watch(step string, total int, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(b.root, b.module)
	// The tools are modules of their own, whatever workspace surrounds the checkout.
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}

	var progress counter
	stop := progress.report(b.name, step, total)
	log := progress.read(stderr)
	err = cmd.Wait()
	stop()
	if err != nil {
		return nil, fmt.Errorf("go %s in %s: %w\n%s", strings.Join(args, " "), b.module, err, log)
	}
	return out.Bytes(), nil
}

// counter counts what a go command has done so far.
type counter struct {
	modules, packages atomic.Int64
}

// read counts the lines of a go command's standard error until it ends, and returns
// those that are neither a package nor a download: the errors.
func (c *counter) read(r io.Reader) string {
	var rest strings.Builder
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "go: downloading "):
			c.modules.Add(1)
		case strings.HasPrefix(line, "go: "), strings.HasPrefix(line, "#"), strings.ContainsAny(line, " \t"):
			rest.WriteString(line + "\n")
		default:
			c.packages.Add(1)
		}
	}
	return rest.String()
}

// report prints the counts at every heartbeat until the returned function is called.
func (c *counter) report(name, step string, total int) (stop func()) {
	start := time.Now()
	ticker := time.NewTicker(heartbeat)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				say("%s: %s", name, c.line(step, total, time.Since(start)))
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
	}
}

// line is one report, such as "compiling, 412 of at most 1387 packages, 1m20s".
func (c *counter) line(step string, total int, elapsed time.Duration) string {
	var parts []string
	if n := c.modules.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d modules fetched", n))
	}
	switch n := c.packages.Load(); {
	case n > 0 && total > 0:
		parts = append(parts, fmt.Sprintf("%d of at most %d packages", n, total))
	case n > 0:
		parts = append(parts, fmt.Sprintf("%d packages", n))
	}
	return strings.Join(append(append([]string{step}, parts...), elapsed.Round(time.Second).String()), ", ")
}
