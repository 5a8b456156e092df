package main

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func TestReferencePages(t *testing.T) {
	text := func(about string) schema.PropertySpec {
		return schema.PropertySpec{Description: about, TypeSpec: schema.TypeSpec{Type: "string"}}
	}
	ref := schema.TypeSpec{Ref: "#/types/castai:index:Part"}
	secret := text("The key.")
	secret.Secret = true
	old := text("The former name.")
	old.DeprecationMessage = "Use name."
	spec := schema.PackageSpec{
		Description: "What it is.",
		Provider:    &schema.ResourceSpec{},
		Resources: map[string]schema.ResourceSpec{"castai:index:Thing": {
			ObjectTypeSpec: schema.ObjectTypeSpec{
				Description: "A thing. It is large.\n\nMore of it.\n\n## Import\n\nThe import ID is `<id>`.",
				Properties: map[string]schema.PropertySpec{
					"name": text("The name."), "key": secret,
					"made": {Description: "Who made it.", TypeSpec: schema.TypeSpec{Ref: "#/types/castai:index:Maker"}},
				},
			},
			InputProperties: map[string]schema.PropertySpec{
				"alias": old,
				"name":  text("The name: `a|b`."),
				"parts": {Description: "Its parts.", TypeSpec: schema.TypeSpec{Type: "array", Items: &ref}},
				"tags": {Description: "Its tags.", TypeSpec: schema.TypeSpec{
					Type: "object", AdditionalProperties: &schema.TypeSpec{Type: "integer"},
				}},
			},
			RequiredInputs: []string{"name"},
			Aliases:        []schema.AliasSpec{{Type: "castai:old:Thing"}},
		}},
		Functions: map[string]schema.FunctionSpec{"castai:index:getThing": {Description: "Finds a thing."}},
		Types: map[string]schema.ComplexTypeSpec{
			"castai:index:Part": {ObjectTypeSpec: schema.ObjectTypeSpec{
				Description: "A part.",
				Properties:  map[string]schema.PropertySpec{"size": text("Its size.")}, Required: []string{"size"},
			}},
			"castai:index:Maker": {ObjectTypeSpec: schema.ObjectTypeSpec{
				Description: "A maker.",
				Properties:  map[string]schema.PropertySpec{"email": text("Where to write.")}, Required: []string{"email"},
			}},
		},
	}
	code := map[string]string{}
	for _, l := range languages {
		code[l.name] = "code in " + l.title + "\n"
	}
	pages := referencePages(&packageSchema{spec: spec, examples: map[string]example{"Thing": {"Shows a thing.", code}}})

	const want = `# Thing

A thing. It is large.

More of it.

## Example

Shows a thing.

''''''yaml
code in YAML
''''''

<details><summary>TypeScript</summary>

''''''typescript
code in TypeScript
''''''

</details>

<details><summary>Python</summary>

''''''python
code in Python
''''''

</details>

<details><summary>C#</summary>

''''''csharp
code in C#
''''''

</details>

<details><summary>Go</summary>

''''''go
code in Go
''''''

</details>

<details><summary>Java</summary>

''''''java
code in Java
''''''

</details>

## Inputs

| Name | Type | Description |
|---|---|---|
| ''name'' | string, required | The name: ''a\|b''. |
| ''alias'' | string | The former name. Deprecated: Use name. |
| ''parts'' | list of [objects](#part) | Its parts. |
| ''tags'' | map of integer | Its tags. |

## Outputs

Every input is an output as well, and every resource has an ''id''.

| Name | Type | Description |
|---|---|---|
| ''key'' | string | The key. Secret. |
| ''made'' | [object](#maker) | Who made it. |

## Nested types

### Part

A part.

| Name | Type | Description |
|---|---|---|
| ''size'' | string, required | Its size. |

### Maker

A maker.

| Name | Type | Description |
|---|---|---|
| ''email'' | string | Where to write. |

## Import

The import ID is ''<id>''.

''''''sh
pulumi import castai:index:Thing <name> <import ID>
''''''

## Type

''castai:index:Thing''

State that was written as ''castai:old:Thing'' moves over without a replacement.
`
	if got := strings.ReplaceAll(string(pages["resources/Thing.md"]), "`", "''"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	index := string(pages["README.md"])
	for _, row := range []string{
		"| [Thing](resources/Thing.md) | A thing. |\n",
		"| [getThing](functions/getThing.md) | Finds a thing. |\n",
	} {
		if !strings.Contains(index, row) {
			t.Errorf("the index lacks %q:\n%s", row, index)
		}
	}
	if page := string(pages["functions/getThing.md"]); !strings.Contains(page, "## Arguments\n\nNone.\n") {
		t.Errorf("the page of a function without arguments:\n%s", page)
	}
}
