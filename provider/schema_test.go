package provider_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/castai/pulumi-castai/provider"
)

// loadSchema asks the provider for its schema, as the engine would.
func loadSchema(t *testing.T) schema.PackageSpec {
	t.Helper()
	castai, err := provider.New()
	if err != nil {
		t.Fatal(err)
	}
	server, err := p.RawServer(provider.Name, "1.0.0", castai)(nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.GetSchema(context.Background(), &rpc.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(answer.Schema), &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

// properties are some properties of the schema and where they are.
type properties struct {
	where    string
	all      map[string]schema.PropertySpec
	required []string
}

// allProperties are all properties there are.
func allProperties(spec schema.PackageSpec) []properties {
	sets := []properties{
		{"configuration", spec.Config.Variables, spec.Config.Required},
		{"provider inputs", spec.Provider.InputProperties, spec.Provider.RequiredInputs},
		{"provider outputs", spec.Provider.Properties, spec.Provider.Required},
	}
	for token, r := range spec.Resources {
		sets = append(sets,
			properties{token + " inputs", r.InputProperties, r.RequiredInputs},
			properties{token + " outputs", r.Properties, r.Required})
	}
	for token, f := range spec.Functions {
		if f.Inputs != nil {
			sets = append(sets, properties{token + " arguments", f.Inputs.Properties, f.Inputs.Required})
		}
		if f.ReturnType != nil && f.ReturnType.ObjectTypeSpec != nil {
			sets = append(sets, properties{
				token + " result", f.ReturnType.ObjectTypeSpec.Properties, f.ReturnType.ObjectTypeSpec.Required})
		}
	}
	for token, t := range spec.Types {
		sets = append(sets, properties{token, t.Properties, t.Required})
	}
	slices.SortFunc(sets, func(a, b properties) int { return strings.Compare(a.where, b.where) })
	return sets
}

// TestSchemaBinds reads the schema as the code generators do, which know all
// that Pulumi demands of one.
func TestSchemaBinds(t *testing.T) {
	_, diagnostics, err := schema.BindSpec(loadSchema(t), schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		t.Error(d)
	}
}

func TestEveryTokenIsInTheFlatModule(t *testing.T) {
	spec := loadSchema(t)
	for _, tokens := range [][]string{
		slices.Sorted(maps.Keys(spec.Resources)),
		slices.Sorted(maps.Keys(spec.Functions)),
		slices.Sorted(maps.Keys(spec.Types)),
	} {
		for _, token := range tokens {
			if !strings.HasPrefix(token, "castai:index:") {
				t.Errorf("%s is not in the module castai:index", token)
			}
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	spec := loadSchema(t)
	describe := func(what, text string) {
		t.Helper()
		switch {
		case strings.TrimSpace(text) != text || text == "":
			t.Errorf("%s: no description, or one with blanks around it: %q", what, text)
		case !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "```") && !strings.HasSuffix(text, "..."):
			t.Errorf("%s: the description is not a sentence: %q", what, text)
		}
		if word := foreign.FindString(text); word != "" {
			t.Errorf("%s: the description speaks of %q: %q", what, word, text)
		}
	}
	for token, r := range spec.Resources {
		describe(token, r.Description)
		if !strings.Contains(r.Description, "\n\n## Import\n\n") {
			t.Errorf("%s: the description does not state the import ID under ## Import", token)
		}
	}
	for token, f := range spec.Functions {
		describe(token, f.Description)
	}
	for token, typ := range spec.Types {
		describe(token, typ.Description)
	}
	for _, set := range allProperties(spec) {
		for name, property := range set.all {
			describe(set.where+" "+name, property.Description)
			if property.DeprecationMessage != "" && !strings.HasSuffix(property.DeprecationMessage, ".") {
				t.Errorf("%s %s: the deprecation is not a sentence: %q", set.where, name, property.DeprecationMessage)
			}
		}
	}
}

// foreign are words that mean nothing to the readers of the descriptions.
var foreign = regexp.MustCompile(`(?i)\bterraform|\bbridged?\b|\btf_|\bhcl\b|data source`)

func TestRequiredPropertiesExist(t *testing.T) {
	for _, set := range allProperties(loadSchema(t)) {
		for _, name := range set.required {
			if _, ok := set.all[name]; !ok {
				t.Errorf("%s: requires %s, which it does not have", set.where, name)
			}
		}
	}
}

func TestResourcesReturnTheirInputs(t *testing.T) {
	for token, r := range loadSchema(t).Resources {
		for name, in := range r.InputProperties {
			out, ok := r.Properties[name]
			if !ok {
				t.Errorf("%s: the input %s is not an output", token, name)
				continue
			}
			if in.Secret != out.Secret {
				t.Errorf("%s: %s is secret in one of inputs and outputs only", token, name)
			}
			if in.ReplaceOnChanges != out.ReplaceOnChanges {
				t.Errorf("%s: a change of %s replaces according to one of inputs and outputs only", token, name)
			}
		}
	}
}

// TestNamesFitEveryLanguage rules out what does not compile in C#, the language
// that is compiled the least often: a member called like its class.
func TestNamesFitEveryLanguage(t *testing.T) {
	spec := loadSchema(t)
	members := func(token string, sets ...map[string]schema.PropertySpec) {
		class := token[strings.LastIndex(token, ":")+1:]
		for _, set := range sets {
			for name, property := range set {
				if strings.EqualFold(name, class) && property.Language["csharp"] == nil {
					t.Errorf("%s: the property %s is called like its type", token, name)
				}
			}
		}
	}
	for token, r := range spec.Resources {
		members(token, r.InputProperties, r.Properties)
		for _, reserved := range []string{"id", "urn"} {
			if _, ok := r.Properties[reserved]; ok {
				t.Errorf("%s: every resource has a property %s of its own already", token, reserved)
			}
		}
	}
	for token, typ := range spec.Types {
		members(token, typ.Properties)
	}
}

// TestNothingHasADefault holds the rule that what the program leaves out stays
// unset: a default in the schema would be written into it by the SDKs, and one
// from the environment into the state.
func TestNothingHasADefault(t *testing.T) {
	for _, set := range allProperties(loadSchema(t)) {
		for name, property := range set.all {
			if property.Default != nil || property.DefaultInfo != nil || property.Const != nil {
				t.Errorf("%s: %s has a default", set.where, name)
			}
		}
	}
}

// credential tells properties that hold a secret by their names.
var credential = regexp.MustCompile(
	`(?i)(token|secret|password|privatekey|credentials|credentialsjson|accesskey|connectionstring|kubeconfig)$`)

func TestCredentialsAreSecret(t *testing.T) {
	for _, set := range allProperties(loadSchema(t)) {
		for name, property := range set.all {
			if property.Type == "string" && credential.MatchString(name) && !property.Secret {
				t.Errorf("%s: %s is not secret", set.where, name)
			}
		}
	}
}

//go:embed testdata/upstream-names.json
var upstreamText []byte

// upstream are the names of properties, nested ones with dots, of the packages
// that users come from, by resource or function.
type upstream struct {
	// Package is the bridged Pulumi package. Programs written for it run
	// unchanged, so its names are ours.
	Package map[string][]string
	// Attributes are those of the provider that was bridged, in camel case. It
	// says neither which lists hold one element at most nor what plurals are
	// called, so names are compared without regard to number.
	Attributes map[string][]string
	// Secrets are the properties marked as secret in any of the two.
	Secrets map[string][]string
}

func loadUpstream(t *testing.T) upstream {
	t.Helper()
	var u upstream
	if err := json.Unmarshal(upstreamText, &u); err != nil {
		t.Fatal(err)
	}
	return u
}

// paths lists the properties of a resource or function, nested ones with dots.
type paths struct {
	spec  schema.PackageSpec
	all   map[string]schema.PropertySpec
	depth int
}

func (x *paths) add(prefix string, properties map[string]schema.PropertySpec) {
	x.depth++
	defer func() { x.depth-- }()
	if x.depth > 10 {
		return // a type that holds itself
	}
	for name, property := range properties {
		x.all[prefix+name] = property
		typ := property.TypeSpec
		for typ.Items != nil || typ.AdditionalProperties != nil {
			if typ.Items != nil {
				typ = *typ.Items
			} else {
				typ = *typ.AdditionalProperties
			}
		}
		if token, ok := strings.CutPrefix(typ.Ref, "#/types/"); ok {
			x.add(prefix+name+".", x.spec.Types[token].Properties)
		}
	}
}

// ours are all resources and functions with their properties.
func ours(spec schema.PackageSpec) map[string]map[string]schema.PropertySpec {
	out := map[string]map[string]schema.PropertySpec{}
	collect := func(token string, sets ...map[string]schema.PropertySpec) {
		x := &paths{spec: spec, all: map[string]schema.PropertySpec{}}
		for _, set := range sets {
			x.add("", set)
		}
		out[token[strings.LastIndex(token, ":")+1:]] = x.all
	}
	for token, r := range spec.Resources {
		collect(token, r.InputProperties, r.Properties)
	}
	for token, f := range spec.Functions {
		var inputs, outputs map[string]schema.PropertySpec
		if f.Inputs != nil {
			inputs = f.Inputs.Properties
		}
		if f.ReturnType != nil && f.ReturnType.ObjectTypeSpec != nil {
			outputs = f.ReturnType.ObjectTypeSpec.Properties
		}
		collect(token, inputs, outputs)
	}
	return out
}

// singular takes the plural from each part of a path, well enough to compare.
func singular(path string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		if stem, ok := strings.CutSuffix(part, "ies"); ok {
			part = stem + "y"
		}
		parts[i] = strings.ToLower(strings.TrimSuffix(part, "s"))
	}
	return strings.Join(parts, ".")
}

// TestUpstreamNamesAreKept compares the names of properties with those of the
// packages that users come from, for every resource and function that is here.
func TestUpstreamNamesAreKept(t *testing.T) {
	u, all := loadUpstream(t), ours(loadSchema(t))
	waived := maps.Clone(namesWaived)
	miss := func(name string) {
		if _, ok := waived[name]; !ok {
			t.Errorf("%s: not in our schema", name)
		}
		delete(waived, name)
	}
	compared := 0
	theirs := maps.Clone(u.Package)
	maps.Copy(theirs, u.Attributes)
	for name := range theirs {
		if all[name] == nil {
			miss(name)
		}
	}
	for _, resource := range slices.Sorted(maps.Keys(all)) {
		have, alike := all[resource], map[string]bool{}
		for path := range have {
			alike[singular(path)] = true
		}
		for _, path := range u.Package[resource] {
			compared++
			if _, ok := have[path]; !ok {
				miss(resource + "." + path)
			}
		}
		for _, path := range u.Attributes[resource] {
			compared++
			if !alike[singular(path)] {
				miss(resource + "." + path)
			}
		}
		for _, path := range u.Secrets[resource] {
			if property, ok := have[path]; ok && !property.Secret {
				t.Errorf("%s.%s: secret in the packages users come from, not here", resource, path)
			}
		}
	}
	for name, why := range waived {
		t.Errorf("the waiver of %s (%s) waives nothing: drop it", name, why)
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// namesWaived are the names we leave out, each with the reason.
var namesWaived = map[string]string{
	"EdgeLocation.credentialsRevision": "counts the changes of keys that are not kept; here they are kept, encrypted, and compared",
}
