package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// referencePages makes a page for the provider, each resource and each
// function, and an index of them, in Markdown.
func referencePages(s *packageSchema) files {
	out := files{}
	index := &page{schema: s}
	index.line("# Reference")
	index.line("%s", s.spec.Description)
	index.line("Property names are those of TypeScript and YAML. Go and C# start them with a capital (`ClusterId`), " +
		"Python writes them with underscores (`cluster_id`), Java makes methods of them (`clusterId()`).")
	index.line("The API token and everything else about the connection is set on the [provider](provider.md).")
	out["provider.md"] = providerPage(s)

	index.line("## Resources")
	index.tableHead("Resource", "What it does")
	for _, token := range slices.Sorted(maps.Keys(s.spec.Resources)) {
		r := s.spec.Resources[token]
		file := "resources/" + name(token) + ".md"
		index.row("["+name(token)+"]("+file+")", firstSentence(r.Description))
		out[file] = resourcePage(s, token, r)
	}
	index.gap()

	index.line("## Functions")
	index.tableHead("Function", "What it does")
	for _, token := range slices.Sorted(maps.Keys(s.spec.Functions)) {
		f := s.spec.Functions[token]
		file := "functions/" + name(token) + ".md"
		index.row("["+name(token)+"]("+file+")", firstSentence(f.Description))
		out[file] = functionPage(s, token, f)
	}
	out["README.md"] = index.text()
	return out
}

func providerPage(s *packageSchema) []byte {
	p := &page{schema: s}
	p.line("# Provider")
	p.line("How to reach CAST AI. Set it in the configuration of a stack (`pulumi config set castai:apiUrl ...`), " +
		"or make a `Provider` resource and hand it to the resources that are to use it.")
	p.line("## Inputs")
	p.inputs(s.spec.Provider.InputProperties, s.spec.Provider.RequiredInputs)
	p.types()
	return p.text()
}

func resourcePage(s *packageSchema, token string, r schema.ResourceSpec) []byte {
	p := &page{schema: s}
	p.line("# %s", name(token))
	if r.DeprecationMessage != "" {
		p.line("Deprecated: %s", r.DeprecationMessage)
	}
	about, imports, _ := strings.Cut(r.Description, importHeading)
	p.line("%s", strings.TrimSpace(about))
	p.example(token)
	p.line("## Inputs")
	p.inputs(r.InputProperties, r.RequiredInputs)
	p.line("## Outputs")
	p.line("Every input is an output as well, and every resource has an `id`.")
	outputs := maps.Clone(r.Properties)
	maps.DeleteFunc(outputs, func(name string, _ schema.PropertySpec) bool {
		_, input := r.InputProperties[name]
		return input
	})
	p.outputs(outputs)
	p.types()
	if imports = strings.TrimSpace(imports); imports != "" {
		p.line("## Import")
		p.line("%s", imports)
		p.line("```sh\npulumi import %s <name> <import ID>\n```", token)
	}
	p.line("## Type")
	p.line("`%s`", token)
	for _, alias := range r.Aliases {
		p.line("State that was written as `%s` moves over without a replacement.", alias.Type)
	}
	return p.text()
}

func functionPage(s *packageSchema, token string, f schema.FunctionSpec) []byte {
	p := &page{schema: s}
	p.line("# %s", name(token))
	if f.DeprecationMessage != "" {
		p.line("Deprecated: %s", f.DeprecationMessage)
	}
	p.line("%s", f.Description)
	p.example(token)
	p.line("## Arguments")
	if f.Inputs == nil {
		f.Inputs = &schema.ObjectTypeSpec{}
	}
	p.inputs(f.Inputs.Properties, f.Inputs.Required)
	p.line("## Result")
	if f.ReturnType != nil && f.ReturnType.ObjectTypeSpec != nil {
		p.outputs(f.ReturnType.ObjectTypeSpec.Properties)
	}
	p.types()
	p.line("## Type")
	p.line("`%s`", token)
	return p.text()
}

// page is a Markdown page in the making.
type page struct {
	schema *packageSchema
	b      bytes.Buffer
	// nested are the types the page has to describe, in the order of their
	// first use.
	nested []nestedType
}

// nestedType is a type that a page describes.
type nestedType struct {
	token string
	// input is set when the program writes values of the type. Only then does
	// it matter which properties are required.
	input bool
}

func (p *page) text() []byte { return append(bytes.TrimSpace(p.b.Bytes()), '\n') }

// line writes a paragraph or a heading.
func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n\n", args...) }

func (p *page) gap() { p.b.WriteByte('\n') }

func (p *page) tableHead(cells ...string) {
	p.row(cells...)
	p.b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

func (p *page) row(cells ...string) {
	for _, cell := range cells {
		cell = strings.ReplaceAll(strings.Join(strings.Fields(cell), " "), "|", `\|`)
		p.b.WriteString("| " + cell + " ")
	}
	p.b.WriteString("|\n")
}

// example shows the example in YAML, and in the other languages on demand.
func (p *page) example(token string) {
	x, ok := p.schema.examples[name(token)]
	if !ok {
		return
	}
	p.line("## Example")
	p.line("%s", x.about)
	p.line("%s", x.block("yaml"))
	for _, l := range languages {
		if l.name != "yaml" {
			p.line("<details><summary>%s</summary>\n\n%s\n\n</details>", l.title, x.block(l.name))
		}
	}
}

// inputs describes what the program gives.
func (p *page) inputs(all map[string]schema.PropertySpec, required []string) {
	if len(all) == 0 {
		p.line("None.")
		return
	}
	p.properties(all, required, true)
}

// outputs describes what comes back.
func (p *page) outputs(all map[string]schema.PropertySpec) {
	if len(all) > 0 {
		p.properties(all, nil, false)
	}
}

// properties describes properties, the required ones first.
func (p *page) properties(all map[string]schema.PropertySpec, required []string, input bool) {
	p.tableHead("Name", "Type", "Description")
	for _, needed := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if slices.Contains(required, name) == needed {
				p.property(name, all[name], needed, input)
			}
		}
	}
	p.gap()
}

func (p *page) property(name string, property schema.PropertySpec, required, input bool) {
	kind := p.typeName(property.TypeSpec, "object", input)
	if required {
		kind += ", required"
	}
	about := property.Description
	if property.DeprecationMessage != "" {
		about += " Deprecated: " + property.DeprecationMessage
	}
	if property.Secret && !strings.Contains(about, "Secret.") {
		about += " Secret."
	}
	p.row("`"+name+"`", kind, about)
}

// types describes the nested types that the page has mentioned, which may
// mention more.
func (p *page) types() {
	if len(p.nested) > 0 {
		p.line("## Nested types")
	}
	for i := 0; i < len(p.nested); i++ {
		nested := p.nested[i]
		t := p.schema.spec.Types[nested.token]
		p.line("### %s", name(nested.token))
		p.line("%s", t.Description)
		if nested.input {
			p.inputs(t.Properties, t.Required)
		} else {
			p.outputs(t.Properties)
		}
	}
}

// typeName names a type. A nested type is an "object" with a link to its
// description: the names are long, and only some languages need them.
func (p *page) typeName(t schema.TypeSpec, object string, input bool) string {
	switch {
	case t.Ref != "":
		token := strings.TrimPrefix(t.Ref, "#/types/")
		if _, ours := p.schema.spec.Types[token]; !ours {
			return strings.TrimPrefix(t.Ref, "pulumi.json#/")
		}
		p.mention(nestedType{token, input})
		return fmt.Sprintf("[%s](#%s)", object, strings.ToLower(name(token)))
	case t.Type == "array":
		return "list of " + p.typeName(*t.Items, "objects", input)
	case t.Type == "object" && t.AdditionalProperties != nil:
		return "map of " + p.typeName(*t.AdditionalProperties, "objects", input)
	default:
		return t.Type
	}
}

func (p *page) mention(t nestedType) {
	if !slices.ContainsFunc(p.nested, func(have nestedType) bool { return have.token == t.token }) {
		p.nested = append(p.nested, t)
	}
}

// name is the last part of a token.
func name(token string) string { return token[strings.LastIndex(token, ":")+1:] }

// firstSentence shortens a description for the index.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if sentence, _, found := strings.Cut(text, ". "); found {
		return sentence + "."
	}
	return text
}
