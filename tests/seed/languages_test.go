package seed_test

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
	"github.com/castai/pulumi-castai/tests/internal/world"
)

// typescript gives the program the packages it names, and the SDK as npm would install it.
func typescript(t *testing.T, w *world.World) string {
	dir := w.CopyDir("typescript")
	installed := packages(t, "nodejs", read(t, dir, "package.json")+output(t, dir, "node", "--version"), func(to string) error {
		if err := os.WriteFile(filepath.Join(to, "package.json"), []byte(read(t, dir, "package.json")), 0o644); err != nil {
			return err
		}
		return try(t, to, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	})
	modules := filepath.Join(dir, "node_modules")
	link(t, filepath.Join(installed, "node_modules"), modules)
	sdk := filepath.Join(modules, "@castai", "pulumi")
	copySDK(t, "nodejs", sdk)
	run(t, sdk, "npm", "run", "build")
	// Checked once, and not again each time that Pulumi runs it.
	run(t, dir, filepath.Join(modules, ".bin", "tsc"))
	w.Setenv("PULUMI_NODEJS_TRANSPILE_ONLY", "true")
	return dir
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

// python gives the program a virtual environment with the packages it names, and the SDK
// as pip installs it.
func python(t *testing.T, w *world.World) string {
	dir := w.CopyDir("python")
	if try(t, dir, "python3", "-c", "import ensurepip") != nil {
		t.Skip("python3 cannot make virtual environments (Debian and Ubuntu have that in python3-venv): the program in Python was not run")
	}
	venv := packages(t, "python", read(t, dir, "requirements.txt")+output(t, dir, "python3", "--version"), func(to string) error {
		if err := try(t, to, "python3", "-m", "venv", "."); err != nil {
			return err
		}
		// Compiling all of them would take longer than fetching them.
		return try(t, to, venvPython(to), "-m", "pip", "install", "--no-compile", "--quiet", "--requirement", filepath.Join(dir, "requirements.txt"))
	})
	sdk, site := filepath.Join(t.TempDir(), "sdk"), t.TempDir()
	copySDK(t, "python", sdk)
	run(t, dir, venvPython(venv), "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", site, sdk)
	w.Setenv("PYTHONPATH", site)
	// The language host takes the python that it finds first.
	w.PrependPath(filepath.Dir(venvPython(venv)))
	return dir
}

func venvPython(venv string) string {
	return filepath.Join(venv, "bin", "python")
}

// golang makes the paths in the program's go.mod absolute, and compiles it once before
// Pulumi does.
func golang(t *testing.T, w *world.World) string {
	dir := w.CopyDir("go")
	for module, path := range map[string]string{
		"github.com/castai/pulumi-castai/sdk/go/castai": "sdk/go/castai",
		"github.com/pulumi/pulumi-gcp/sdk/v7":           "tests/seed/gosdk/gcp",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4":    "tests/seed/gosdk/kubernetes",
	} {
		run(t, dir, "go", "mod", "edit", "-replace="+module+"="+filepath.Join(root(t), filepath.FromSlash(path)))
	}
	run(t, dir, "go", "build", "-o", os.DevNull, ".")
	return dir
}

// csharp builds the program with the SDK's project beside it.
func csharp(t *testing.T, w *world.World) string {
	dir := w.CopyDir("csharp")
	sdk := filepath.Join(t.TempDir(), "sdk")
	copySDK(t, "dotnet", sdk)
	w.Setenv("CastaiSdk", sdk)
	run(t, dir, "dotnet", "build", "--nologo", "-property:CastaiSdk="+sdk)
	return dir
}

// java packs the SDK, and leaves the rest to Maven.
func java(t *testing.T, w *world.World) string {
	sdk := filepath.Join(t.TempDir(), "sdk")
	copySDK(t, "java", sdk)
	run(t, sdk, "mvn", "--quiet", "--batch-mode", "--no-transfer-progress", "package")
	jars, err := filepath.Glob(filepath.Join(sdk, "target", "*.jar"))
	if err != nil || len(jars) != 1 {
		t.Fatalf("the SDK was packed into %q, %v, want one jar", jars, err)
	}
	w.Setenv("CASTAI_SDK_JAR", jars[0])
	return w.CopyDir("java")
}

func yaml(_ *testing.T, w *world.World) string { return w.CopyDir("yaml") }

// packages installs the packages of a language into the checkout's cache, once for each key.
func packages(t *testing.T, language, key string, install func(dir string) error) string {
	t.Helper()
	dir, err := toolchain.Packages(root(t), language, key, install)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// copySDK copies an SDK of this checkout, so that nothing is built beside its sources.
func copySDK(t *testing.T, language, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(filepath.Join(root(t), "sdk", language))); err != nil {
		t.Fatal(err)
	}
}

func root(t *testing.T) string {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// run runs a command that has to succeed.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if err := try(t, dir, name, args...); err != nil {
		t.Fatal(err)
	}
}

// output is what a command prints that has to succeed.
func output(t *testing.T, dir, name string, args ...string) string {
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
