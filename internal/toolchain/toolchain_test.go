package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOlder(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"v3.219.9", "3.220.0", true},
		{"v3.220.0", "3.220.0", false},
		{"v3.220.1-dev.4+abc", "3.220.0", false},
		{"v4.0.0", "3.220.0", false},
		{"v2.999.0", "3.220.0", true},
		{"", "3.220.0", true},
		{"unknown", "3.220.0", true},
	}
	for _, tt := range tests {
		if got := older(tt.a, tt.b); got != tt.want {
			t.Errorf("older(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestRootFromSubfolder(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	for _, dir := range []string{deep, filepath.Join(root, "tools")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "tools", "go.mod"), []byte("module x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	got, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	want, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = filepath.EvalSymlinks(got); err != nil || got != want {
		t.Errorf("Root() = %q, %v, want %q", got, err, want)
	}
}

func TestRootOutsideCheckout(t *testing.T) {
	t.Chdir(t.TempDir())
	if root, err := Root(); err == nil {
		t.Errorf("Root() = %q outside a checkout, want an error", root)
	}
}

func TestPulumiNamesTheWayOut(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	path, err := Pulumi(t.TempDir())
	if err == nil {
		t.Fatalf("Pulumi() = %q with nothing installed, want an error", path)
	}
	if want := `run "make tools"`; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q does not say %q", err, want)
	}
}
