// Package testengine runs the real Pulumi engine in tests: programs go in, and what the
// engine did with every resource comes out.
//
// Each Engine has a home, a state backend and a search path of its own, so that tests
// can run side by side and nothing of the user's configuration gets in:
//
//	e := testengine.New(t)
//	e.Castai()
//	s := e.YAML(program)
//	s.Up().WantChanges(map[string]string{"cluster": "create"})
//	s.WantNoChanges()
//	s.Destroy()
//
// A method that runs Pulumi fails the test when Pulumi fails; the variant whose name
// ends in Fails fails it when Pulumi succeeds.
package testengine

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// T is what the package needs of a *testing.T. Programs other than tests, such as
// benchmarks, bring their own.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	TempDir() string
	Context() context.Context
}

// Engine is a Pulumi installation private to one test.
type Engine struct {
	t T
	// root is the root folder of the checkout.
	root string
	// pulumi is the path of the command line.
	pulumi string
	// bin is the folder in which Pulumi finds this test's provider plugins.
	bin string
	env map[string]string
}

// New makes an engine with an empty state backend and no provider plugins. It fails the
// test when there is no Pulumi to run, and says how to get one.
func New(t T) *Engine {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatalf("testengine: %v", err)
	}
	pulumi, err := toolchain.Pulumi(root)
	if err != nil {
		t.Fatalf("testengine: %v", err)
	}
	dir := t.TempDir()
	e := &Engine{t: t, root: root, pulumi: pulumi, bin: filepath.Join(dir, "bin")}
	home, state := filepath.Join(dir, "home"), filepath.Join(dir, "state")
	for _, d := range []string{e.bin, home, state} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatalf("testengine: %v", err)
		}
	}
	e.env = map[string]string{
		"PULUMI_HOME":              home,
		"PULUMI_BACKEND_URL":       "file://" + filepath.ToSlash(state),
		"PULUMI_CONFIG_PASSPHRASE": "test",
		"PULUMI_SKIP_UPDATE_CHECK": "true",
		// A plugin that is missing is a mistake in the test, never a download.
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		// Makes the command line accept --event-log.
		"PULUMI_DEBUG_COMMANDS":                         "true",
		"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
		"PATH": strings.Join([]string{e.bin, filepath.Dir(pulumi), os.Getenv("PATH")}, string(os.PathListSeparator)),
	}
	return e
}

// Setenv sets a variable in the environment of Pulumi, its programs and its plugins.
func (e *Engine) Setenv(key, value string) { e.env[key] = value }

// PrependPath makes the programs in a folder found before all others: the python of a
// virtual environment, for instance.
func (e *Engine) PrependPath(dir string) {
	e.env["PATH"] = dir + string(os.PathListSeparator) + e.env["PATH"]
}

// Env is the environment that Pulumi runs in: the test's own, without the variables
// that configure Pulumi or a provider, and with those set here.
func (e *Engine) Env() []string {
	var env []string
	for _, entry := range os.Environ() {
		key, _, _ := strings.Cut(entry, "=")
		if _, set := e.env[key]; !set && !configures(key) {
			env = append(env, entry)
		}
	}
	for key, value := range e.env {
		env = append(env, key+"="+value)
	}
	return env
}

// configures tells whether a variable of the user's environment could change what a
// test does: settings of Pulumi and CAST AI, and credentials of real clouds.
func configures(key string) bool {
	for _, prefix := range []string{"PULUMI_", "CASTAI_", "AWS_", "GOOGLE_", "GCP_", "GKE_", "EKS_", "ARM_", "AZURE_", "KUBE"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
