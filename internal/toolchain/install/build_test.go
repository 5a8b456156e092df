package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCounterReadsGoOutput(t *testing.T) {
	const stderr = `go: downloading example.com/a v1.0.0
go: downloading example.com/b v1.2.0
internal/goarch
example.com/a
example.com/b/cmd
# example.com/b/cmd
../b/main.go:3:1: syntax error: unexpected end
go: some other complaint
`
	var c counter
	rest := c.read(strings.NewReader(stderr))
	if got, want := c.line("compiling", 9, 83*time.Second), "compiling, 2 modules fetched, 3 of at most 9 packages, 1m23s"; got != want {
		t.Errorf("line() = %q, want %q", got, want)
	}
	const want = `# example.com/b/cmd
../b/main.go:3:1: syntax error: unexpected end
go: some other complaint
`
	if rest != want {
		t.Errorf("read() = %q, want only the errors %q", rest, want)
	}
}

func TestFreshUntilPinsChange(t *testing.T) {
	root := t.TempDir()
	b := build{root: root, tool: tool{name: "thing", module: "tools", pkg: "example.com/thing"}}
	write := func(path, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stamp := func() string {
		t.Helper()
		s, err := b.stamp()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	write(filepath.Join(root, "tools", "go.mod"), "module tools\n")
	write(filepath.Join(root, "tools", "go.sum"), "")

	if b.fresh(stamp()) {
		t.Error("fresh before it was ever built")
	}
	write(b.stampFile(), stamp())
	if b.fresh(stamp()) {
		t.Error("fresh although the program is not there")
	}
	write(b.target(), "program")
	if !b.fresh(stamp()) {
		t.Error("not fresh right after it was built")
	}
	write(filepath.Join(root, "tools", "go.mod"), "module tools\n\nrequire example.com/thing v2.0.0\n")
	if b.fresh(stamp()) {
		t.Error("fresh although the pinned version changed")
	}
}
