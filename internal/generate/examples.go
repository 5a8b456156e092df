package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	dotnet "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml"
	yaml "github.com/pulumi/pulumi-yaml/pkg/pulumiyaml/codegen"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
)

// Each resource and function has an example: a YAML program in
// provider/<area>/examples/<Name>.yaml whose first line is a comment that says
// what it shows. It is converted to the other languages here, and put into the
// descriptions of the schema, of the SDKs and of the reference.

// example is a program that shows a resource or a function.
type example struct {
	// about says in a sentence what it shows.
	about string
	// code is the program in each language, by the language's name.
	code map[string]string
}

// in writes the example in a language, for the SDK of that language.
func (x example) in(language string) string {
	return x.about + "\n\n" + x.block(language)
}

// inAllLanguages writes the example for the Pulumi Registry, which shows one
// language at a time.
func (x example) inAllLanguages() string {
	text := x.about + "\n\n<!--Start PulumiCodeChooser -->\n"
	for _, l := range languages {
		text += x.block(l.name) + "\n"
	}
	return text + "<!--End PulumiCodeChooser -->"
}

func (x example) block(language string) string {
	return "```" + language + "\n" + x.code[language] + "```"
}

// languages are those that examples are written in, in the order in which Pulumi shows them.
var languages = []language{
	{"typescript", "TypeScript", fromPCL(nodejs.GenerateProgram, "index.ts")},
	{"python", "Python", fromPCL(python.GenerateProgram, "__main__.py")},
	{"csharp", "C#", fromPCL(dotnet.GenerateProgram, "Program.cs")},
	{"go", "Go", goLookups(fromPCL(gogen.GenerateProgram, "main.go"))},
	{"java", "Java", javaNames(javaTexts(javaLists(fromPCL(java.GenerateProgram, "MyStack.java", pcl.PreferOutputVersionedInvokes))))},
	{"yaml", "YAML", func(x source) (string, error) { return x.yaml, nil }},
}

type language struct {
	// name is what Markdown calls the language, title what people do.
	name, title string
	convert     conversion
}

// conversion writes an example in a language.
type conversion func(source) (string, error)

// source is an example before it is converted.
type source struct {
	yaml string
	// files hold the program in PCL, the language that Pulumi converts from.
	files []*syntax.File
	// pkg is what the program is made of.
	pkg ownPackage
}

// loadExamples reads and converts all examples. They are returned by the names
// of what they show.
func loadExamples(root string, s *packageSchema) (map[string]example, error) {
	pkg, err := s.bind("", nil)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(root, "provider", "*", "examples", "*.yaml"))
	if err != nil {
		return nil, err
	}
	examples := map[string]example{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		if examples[name], err = convertExample(string(text), ownPackage{pkg}); err != nil {
			return nil, fmt.Errorf("the example %s: %w", path, err)
		}
	}
	return examples, nil
}

func convertExample(text string, pkg ownPackage) (example, error) {
	comment, program, _ := strings.Cut(text, "\n")
	about, found := strings.CutPrefix(comment, "# ")
	if !found {
		return example{}, errors.New("the first line is not a comment that says what it shows")
	}
	pclText, err := toPCL(program, pkg)
	if err != nil {
		return example{}, err
	}
	x := example{about, map[string]string{}}
	for _, l := range languages {
		// Generators alter what they are given, so each gets it parsed anew.
		parser := syntax.NewParser()
		if err := parser.ParseFile(strings.NewReader(pclText), "example.pp"); err != nil {
			return example{}, err
		}
		if x.code[l.name], err = l.convert(source{program, parser.Files, pkg}); err != nil {
			return example{}, fmt.Errorf("in %s: %w", l.title, err)
		}
	}
	return x, nil
}

func toPCL(program string, pkg ownPackage) (string, error) {
	template, problems, err := pulumiyaml.LoadYAMLBytes("example", []byte(program))
	if err != nil {
		return "", err
	}
	if problems.HasErrors() {
		return "", problems
	}
	text, diagnostics, err := yaml.ConvertTemplateIL(template, pkg)
	if err == nil && len(diagnostics) > 0 {
		err = diagnostics // warnings as well: an example is beyond doubt
	}
	return text, err
}

// fromPCL returns a conversion by one of Pulumi's generators, which writes the
// program to the named file.
func fromPCL(
	generate func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error), file string, options ...pcl.BindOption,
) conversion {
	return func(x source) (string, error) {
		program, diagnostics, err := pcl.BindProgram(x.files, x.pkg, options...)
		if err == nil && len(diagnostics) > 0 {
			err = diagnostics
		}
		if err != nil {
			return "", err
		}
		made, diagnostics, err := generate(program)
		if err == nil && len(diagnostics) > 0 {
			err = diagnostics
		}
		if err == nil && len(made[file]) == 0 {
			err = fmt.Errorf("the generator did not write %s", file)
		}
		return strings.TrimSpace(string(made[file])) + "\n", err
	}
}
