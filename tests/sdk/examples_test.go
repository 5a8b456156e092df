package sdk

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"gopkg.in/yaml.v3"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// packageSchema is the schema that the SDKs are made from.
func packageSchema(t *testing.T) (spec schema.PackageSpec) {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "cmd", "pulumi-resource-castai", "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// examples are the programs in a language that the descriptions of all resources and
// functions show, by the names of these.
func examples(t *testing.T, language string) map[string]string {
	t.Helper()
	spec := packageSchema(t)
	descriptions := map[string]string{}
	for token, r := range spec.Resources {
		descriptions[token] = r.Description
	}
	for token, f := range spec.Functions {
		descriptions[token] = f.Description
	}
	if len(descriptions) == 0 {
		t.Fatal("the schema is empty")
	}
	programs := map[string]string{}
	for token, description := range descriptions {
		_, program, found := strings.Cut(description, "```"+language+"\n")
		program, _, closed := strings.Cut(program, "```\n")
		if !found || !closed {
			t.Errorf("%s has no example in %s", token, language)
			continue
		}
		programs[token[strings.LastIndex(token, ":")+1:]] = program
	}
	return programs
}

// asked is what the program of an example asks of the provider, which a program in
// another language has to ask as well.
type asked struct {
	// Config has a value for each setting of the program.
	Config map[string]string `json:"config"`
	// Keys are the keys of the properties of each resource, and of the arguments of each
	// function, by the name of the resource or the token of the function.
	Keys map[string][]string `json:"keys"`
}

// asks reads what an example in YAML asks.
func asks(t *testing.T, program string) asked {
	t.Helper()
	var doc struct {
		Config    map[string]any
		Resources map[string]struct{ Properties map[string]any }
		Variables map[string]struct {
			Invoke *struct {
				Function  string
				Arguments map[string]any
			} `yaml:"fn::invoke"`
		}
	}
	if err := yaml.Unmarshal([]byte(program), &doc); err != nil {
		t.Fatal(err)
	}
	a := asked{map[string]string{}, map[string][]string{}}
	for name := range doc.Config {
		a.Config[name] = "of-the-user"
	}
	for name, r := range doc.Resources {
		a.Keys[name] = keys(r.Properties, "")
	}
	for _, v := range doc.Variables {
		if v.Invoke != nil {
			token := strings.Replace(v.Invoke.Function, ":", ":index:", 1)
			a.Keys[token] = keys(v.Invoke.Arguments, "")
		}
	}
	return a
}

// keys are the paths of all keys in a value; elements of lists are not told apart.
func keys(value any, path string) []string {
	list := []string{}
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if strings.HasPrefix(key, "fn::") {
				continue // a call that makes the value
			}
			list = append(list, path+key)
			list = append(list, keys(member, path+key+".")...)
		}
	case []any:
		for _, element := range value {
			list = append(list, keys(element, path)...)
		}
	}
	return list
}

// results has what each resource and function gives back, with nothing left out.
func results(spec schema.PackageSpec) map[string]any {
	var of func(schema.TypeSpec) any
	object := func(properties map[string]schema.PropertySpec) map[string]any {
		values := map[string]any{}
		for name, property := range properties {
			values[name] = of(property.TypeSpec)
		}
		return values
	}
	of = func(t schema.TypeSpec) any {
		switch {
		case t.Ref != "":
			return object(spec.Types[strings.TrimPrefix(t.Ref, "#/types/")].Properties)
		case t.Type == "array":
			return []any{of(*t.Items)}
		case t.Type == "object":
			return map[string]any{"key": of(*t.AdditionalProperties)}
		case t.Type == "string":
			return "text"
		case t.Type == "boolean":
			return true
		default:
			return 1
		}
	}
	all := map[string]any{}
	for token, f := range spec.Functions {
		all[token] = object(f.ReturnType.ObjectTypeSpec.Properties)
	}
	for token, r := range spec.Resources {
		all[token] = object(r.Properties)
	}
	return all
}
