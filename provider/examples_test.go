package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestExamples holds the examples to what is registered. That they are right is
// for the generator to see, which converts them, and for the tests in
// tests/examples, which run and compile them.
func TestExamples(t *testing.T) {
	spec := loadSchema(t)
	missing := map[string]bool{}
	for _, token := range slices.Concat(slices.Collect(maps.Keys(spec.Resources)), slices.Collect(maps.Keys(spec.Functions))) {
		missing[strings.TrimPrefix(token, "castai:index:")] = true
	}
	files, err := filepath.Glob("*/examples/*")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		name, isYAML := strings.CutSuffix(filepath.Base(file), ".yaml")
		if !isYAML || seen[name] || !missing[name] {
			t.Errorf("%s is not the one example of a resource or function", file)
		}
		seen[name] = true
		delete(missing, name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		comment, program, _ := strings.Cut(string(text), "\n")
		if !strings.HasPrefix(comment, "# ") || !strings.HasSuffix(comment, ".") {
			t.Errorf("%s does not say in its first line what it shows, as in \"# Finds a cluster.\": %q", file, comment)
		}
		if !strings.HasPrefix(program, "name: ") || !strings.Contains(program, "\nruntime: yaml\n") {
			t.Errorf("%s lacks its name or runtime, so that nobody can run it", file)
		}
		if !strings.Contains(program, ": castai:"+name+"\n") {
			t.Errorf("%s does not use castai:%s", file, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		t.Errorf("%s has no example: write provider/<area>/examples/%s.yaml", name, name)
	}
}
