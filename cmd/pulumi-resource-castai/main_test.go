package main

import (
	"encoding/json"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/castai/pulumi-castai/internal/version"
)

func TestGetSchema(t *testing.T) {
	answer, err := getSchema(t.Context(), p.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Name, Version string
		Resources     map[string]struct{ Description string }
	}
	if err := json.Unmarshal([]byte(answer.Schema), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Name != "castai" || doc.Version != version.Version {
		t.Errorf("the schema is that of %s %s", doc.Name, doc.Version)
	}
	_, about, found := strings.Cut(doc.Resources["castai:index:NodeTemplate"].Description, "\n## Example Usage\n")
	if !found || !strings.Contains(about, "\n## Import\n") {
		t.Errorf("a resource is described without an example before its import: %q", about)
	}
}
