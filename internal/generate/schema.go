package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/provider"
)

// tool is what generated files say they were made with.
const tool = "make generate"

// packageSchema is the provider's schema.
type packageSchema struct {
	// text is the schema as it is committed: indented and without the version,
	// so that it changes only with what it says.
	text    []byte
	spec    schema.PackageSpec
	version semver.Version
}

// loadSchema asks the provider for its schema, as the engine would.
func loadSchema() (*packageSchema, error) {
	castai, err := provider.New()
	if err != nil {
		return nil, err
	}
	server, err := p.RawServer(provider.Name, version.Version, castai)(nil)
	if err != nil {
		return nil, err
	}
	answer, err := server.GetSchema(context.Background(), &rpc.GetSchemaRequest{})
	if err != nil {
		return nil, err
	}
	return parseSchema(answer.Schema, version.Version)
}

func parseSchema(text, of string) (*packageSchema, error) {
	v, err := semver.Parse(of)
	if err != nil {
		return nil, fmt.Errorf("the version %q: %w", of, err)
	}
	s := &packageSchema{version: v}
	if err := json.Unmarshal([]byte(text), &s.spec); err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	delete(doc, "version")
	s.text, err = encodeJSON(doc)
	return s, err
}

// bind returns the schema as the code generators want it. They alter it, so
// each gets one of its own.
func (s *packageSchema) bind(languages map[string]schema.Language) (*schema.Package, error) {
	spec := s.spec
	spec.Version = s.version.String()
	// The package refers to no types of other packages: there is nothing to load.
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, pkg.ImportLanguages(languages)
}

// keywords are the schema's, without those that only the Pulumi Registry
// understands.
func (s *packageSchema) keywords() []string {
	var out []string
	for _, word := range s.spec.Keywords {
		if !strings.Contains(word, "/") {
			out = append(out, word)
		}
	}
	return out
}
