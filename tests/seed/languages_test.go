package seed_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/castai/pulumi-castai/tests/internal/languages"
	"github.com/castai/pulumi-castai/tests/internal/world"
)

func typescript(t *testing.T, w *world.World) string {
	dir := w.CopyDir("typescript")
	languages.Node(t, dir)
	// Checked once, and not again each time that Pulumi runs it.
	languages.Run(t, dir, filepath.Join(dir, "node_modules", ".bin", "tsc"))
	w.Setenv("PULUMI_NODEJS_TRANSPILE_ONLY", "true")
	return dir
}

func python(t *testing.T, w *world.World) string {
	dir := w.CopyDir("python")
	bin, path := languages.Python(t, dir)
	w.Setenv("PYTHONPATH", path)
	// The language host takes the python that it finds first.
	w.PrependPath(bin)
	return dir
}

// golang compiles the program once before Pulumi does.
func golang(t *testing.T, w *world.World) string {
	dir := w.CopyDir("go")
	languages.GoModule(t, dir, map[string]string{
		"github.com/castai/pulumi-castai/sdk/go/castai": "sdk/go/castai",
		"github.com/pulumi/pulumi-gcp/sdk/v7":           "tests/seed/gosdk/gcp",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4":    "tests/seed/gosdk/kubernetes",
	})
	languages.Run(t, dir, "go", "build", "-o", os.DevNull, ".")
	return dir
}

// csharp builds the program with the SDK's project beside it.
func csharp(t *testing.T, w *world.World) string {
	dir := w.CopyDir("csharp")
	sdk := filepath.Join(t.TempDir(), "sdk")
	languages.CopySDK(t, "dotnet", sdk)
	w.Setenv("CastaiSdk", sdk)
	languages.Run(t, dir, "dotnet", "build", "--nologo", "-property:CastaiSdk="+sdk)
	return dir
}

// java packs the SDK, and leaves the rest to Maven.
func java(t *testing.T, w *world.World) string {
	sdk := filepath.Join(t.TempDir(), "sdk")
	languages.CopySDK(t, "java", sdk)
	languages.Run(t, sdk, "mvn", "--quiet", "--batch-mode", "--no-transfer-progress", "package")
	jars, err := filepath.Glob(filepath.Join(sdk, "target", "*.jar"))
	if err != nil || len(jars) != 1 {
		t.Fatalf("the SDK was packed into %q, %v, want one jar", jars, err)
	}
	w.Setenv("CASTAI_SDK_JAR", jars[0])
	return w.CopyDir("java")
}

func yaml(_ *testing.T, w *world.World) string { return w.CopyDir("yaml") }
