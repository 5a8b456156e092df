// Package examples_test runs the examples of all resources and functions, and compiles
// them in the other languages with the SDKs.
package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// programs are the examples by the names of what they show.
func programs(t *testing.T) map[string]string {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "provider", "*", "examples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yaml")] = string(text)
	}
	if len(all) == 0 {
		t.Fatal("there are no examples")
	}
	return all
}
