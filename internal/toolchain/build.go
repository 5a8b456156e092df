package toolchain

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// PluginPackage is the package of the provider plugin.
const PluginPackage = "./cmd/pulumi-resource-castai"

// BuildPlugin builds the provider plugin as it is released: without debug
// information, and without the JSON Schema validator that Pulumi's packages
// prepare at every start and the plugin never runs (internal/startup). For
// that it builds with a copy of go.mod that puts a stand-in in its place.
func BuildPlugin(root, output, version string, env ...string) error {
	mod := filepath.Join(Cache(root), "plugin.mod")
	if err := os.MkdirAll(Cache(root), 0o755); err != nil {
		return err
	}
	for from, to := range map[string]string{"go.mod": mod, "go.sum": filepath.Join(Cache(root), "plugin.sum")} {
		if err := copyChanged(filepath.Join(root, from), to, pluginReplace(from)); err != nil {
			return err
		}
	}
	flags := "-s -w"
	if version != "" {
		flags += " -X github.com/castai/pulumi-castai/internal/version.Version=" + version
	}
	cmd := exec.Command("go", "build", "-modfile="+mod, "-trimpath", "-ldflags="+flags, "-o", output, PluginPackage)
	cmd.Dir, cmd.Env = root, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("build %s: %w", PluginPackage, err), errors.New(string(out)))
	}
	return nil
}

func pluginReplace(file string) string {
	if file != "go.mod" {
		return ""
	}
	return "\nreplace github.com/santhosh-tekuri/jsonschema/v5 => ./internal/startup/jsonschema\n"
}

// copyChanged copies a file with a text appended, unless the copy is the same
// already, so that the go command sees nothing new.
func copyChanged(from, to, appended string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	content = append(content, appended...)
	if old, err := os.ReadFile(to); err == nil && string(old) == string(content) {
		return nil
	}
	temporary, err := os.CreateTemp(filepath.Dir(to), "plugin-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err = errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), to)
}
