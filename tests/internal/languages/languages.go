// Package languages installs what programs in other languages need to run in tests: the packages that they name, once
// for all, and the SDK of this checkout.
package languages

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// Need skips the test unless the programs are installed.
func Need(t *testing.T, language string, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not on the PATH: the program in %s was not run", name, language)
		}
	}
}

// Node gives a program the packages that its package.json names, and the SDK as npm would install it.
func Node(t *testing.T, dir string) {
	t.Helper()
	installed := packages(t, "nodejs", Read(t, dir, "package.json")+Output(t, dir, "node", "--version"), func(to string) error {
		if err := os.WriteFile(filepath.Join(to, "package.json"), []byte(Read(t, dir, "package.json")), 0o644); err != nil {
			return err
		}
		return try(t, to, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	})
	modules := filepath.Join(dir, "node_modules")
	link(t, filepath.Join(installed, "node_modules"), modules)
	sdk := filepath.Join(modules, "@castai", "pulumi")
	CopySDK(t, "nodejs", sdk)
	Run(t, sdk, "npm", "run", "build")
}

// link makes a folder whose entries are those of another.
func link(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err == nil {
		err = os.Mkdir(to, 0o755)
	}
	for _, entry := range entries {
		if err == nil {
			err = os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Python makes a virtual environment with the packages that the program's requirements.txt names, and a folder for
// PYTHONPATH with the SDK as pip installs it. It returns the folder of the environment's programs, and the other.
func Python(t *testing.T, dir string) (bin, path string) {
	t.Helper()
	if try(t, dir, "python3", "-c", "import ensurepip") != nil {
		t.Skip("python3 cannot make virtual environments (Debian and Ubuntu have that in python3-venv): the program in Python was not run")
	}
	venv := packages(t, "python", Read(t, dir, "requirements.txt")+Output(t, dir, "python3", "--version"), func(to string) error {
		if err := try(t, to, "python3", "-m", "venv", "."); err != nil {
			return err
		}
		// Compiling all of them would take longer than fetching them.
		return try(t, to, venvPython(to), "-m", "pip", "install", "--no-compile", "--quiet", "--requirement", filepath.Join(dir, "requirements.txt"))
	})
	sdk, site := filepath.Join(t.TempDir(), "sdk"), t.TempDir()
	CopySDK(t, "python", sdk)
	Run(t, dir, venvPython(venv), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", site, sdk)
	return filepath.Dir(venvPython(venv)), site
}

func venvPython(venv string) string {
	return filepath.Join(venv, "bin", "python")
}

// GoModule makes the paths in a program's go.mod absolute.
func GoModule(t *testing.T, dir string, replace map[string]string) {
	t.Helper()
	for module, path := range replace {
		Run(t, dir, "go", "mod", "edit", "-replace="+module+"="+filepath.Join(Root(t), filepath.FromSlash(path)))
	}
}

// packages installs the packages of a language into the checkout's cache, once for each key.
func packages(t *testing.T, language, key string, install func(dir string) error) string {
	t.Helper()
	dir, err := toolchain.Packages(Root(t), language, key, install)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// CopySDK copies an SDK of this checkout, so that nothing is built beside its sources.
func CopySDK(t *testing.T, language, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(filepath.Join(Root(t), "sdk", language))); err != nil {
		t.Fatal(err)
	}
}

// Root is the root folder of the checkout.
func Root(t *testing.T) string {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Read returns the text of a file.
func Read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Run runs a command that has to succeed.
func Run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if err := try(t, dir, name, args...); err != nil {
		t.Fatal(err)
	}
}

// Output is what a command prints that has to succeed.
func Output(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, name, args)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func try(t *testing.T, dir, name string, args ...string) error {
	_, err := command(t, dir, name, args)
	return err
}

// tooLong is when a command that fetches or compiles is taken for stuck.
const tooLong = 15 * time.Minute

func command(t *testing.T, dir, name string, args []string) (string, error) {
	ctx, stop := context.WithTimeout(t.Context(), tooLong)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
