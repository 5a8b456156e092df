package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/blang/semver"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/castai/pulumi-castai/internal/toolchain"
	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/provider"
)

// These are the parts of a description, in the order in which Pulumi has them.
const (
	exampleHeading = "\n\n## Example Usage\n\n"
	importHeading  = "\n\n## Import\n\n"
)

// tool is what generated files say they were made with.
const tool = "make generate"

// packageSchema is the provider's schema.
type packageSchema struct {
	// spec is the schema without examples.
	spec     schema.PackageSpec
	version  semver.Version
	examples map[string]example
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
	root, err := toolchain.Root()
	if err != nil {
		return nil, err
	}
	s.examples, err = loadExamples(root, s)
	return s, err
}

// text returns the schema as it is committed: with the examples in all
// languages, indented, and without the version, so that it changes only with
// what it says.
func (s *packageSchema) text() ([]byte, error) {
	text, err := json.Marshal(s.withExamples(example.inAllLanguages))
	if err != nil {
		return nil, err
	}
	var doc map[string]any // sorts the keys
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	delete(doc, "version")
	return encodeJSON(doc)
}

// bind returns the schema as the generator of a language wants it, with the
// examples in that language. Generators alter it, so each gets one of its own.
func (s *packageSchema) bind(language string, importers map[string]schema.Language) (*schema.Package, error) {
	spec := s.withExamples(func(x example) string { return x.in(language) })
	spec.Version = s.version.String()
	// The package refers to no types of other packages: there is nothing to load.
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, pkg.ImportLanguages(importers)
}

// withExamples returns the schema with the examples, as write makes them, at
// their place in the descriptions: before what is said of imports.
func (s *packageSchema) withExamples(write func(example) string) schema.PackageSpec {
	describe := func(token, description string) string {
		x, ok := s.examples[name(token)]
		if !ok {
			return description
		}
		about, imports, found := strings.Cut(description, importHeading)
		about += exampleHeading + write(x)
		if found {
			about += importHeading + imports
		}
		return about
	}
	spec := s.spec
	spec.Resources = maps.Clone(spec.Resources)
	for token, r := range spec.Resources {
		r.Description = describe(token, r.Description)
		spec.Resources[token] = r
	}
	spec.Functions = maps.Clone(spec.Functions)
	for token, f := range spec.Functions {
		f.Description = describe(token, f.Description)
		spec.Functions[token] = f
	}
	return spec
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
