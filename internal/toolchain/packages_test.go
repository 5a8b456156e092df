package toolchain

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestPackagesAreInstalledOnce(t *testing.T) {
	root := t.TempDir()
	installs := 0
	install := func(dir string) error {
		installs++
		return os.WriteFile(filepath.Join(dir, "package"), nil, 0o644)
	}
	interrupted := func(dir string) error {
		return errors.Join(os.WriteFile(filepath.Join(dir, "half"), nil, 0o644), errors.New("interrupted"))
	}

	if dir, err := Packages(root, "python", "a==1", interrupted); err == nil {
		t.Fatalf("Packages() = %q after a failed installation, want an error", dir)
	}
	first, err := Packages(root, "python", "a==1", install)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(first, "half")); err == nil {
		t.Error("what a failed installation left behind is still there")
	}
	again, err := Packages(root, "python", "a==1", install)
	if err != nil {
		t.Fatal(err)
	}
	if again != first || installs != 1 {
		t.Errorf("the same packages went to %s and %s in %d installations, want one", first, again, installs)
	}
	other, err := Packages(root, "python", "a==2", install)
	if err != nil {
		t.Fatal(err)
	}
	if other == first || installs != 2 {
		t.Errorf("other packages went to %s too, after %d installations", other, installs)
	}
}
