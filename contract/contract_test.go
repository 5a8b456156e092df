package contract_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/castai/pulumi-castai/contract"
)

func TestContractIsValid(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(contract.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if n := document.Paths.Len(); n < 120 {
		t.Errorf("%d paths: some got lost", n)
	}
}

// The emulator reads the contract with a small reader of its own, so nothing in it may use a keyword that one ignores.
func TestContractUsesKnownKeywords(t *testing.T) {
	known := []string{
		"$ref", "additionalProperties", "allOf", "deprecated", "enum", "format", "items", "nullable", "properties", "required", "type",
	}
	var document struct {
		Paths      map[string]map[string]map[string]any
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(contract.OpenAPI, &document); err != nil {
		t.Fatal(err)
	}
	var check func(name string, schema any)
	check = func(name string, schema any) {
		fields, isObject := schema.(map[string]any)
		if !isObject {
			return
		}
		for keyword, value := range fields {
			if !slices.Contains(known, keyword) {
				t.Errorf("%s: keyword %s", name, keyword)
			}
			switch value := value.(type) {
			case map[string]any:
				if keyword != "properties" {
					check(name+"."+keyword, value)
					continue
				}
				for property, schema := range value {
					check(name+"."+property, schema)
				}
			case []any:
				if keyword == "allOf" {
					for _, part := range value {
						check(name+".allOf", part)
					}
				}
			}
		}
	}
	for name, schema := range document.Components.Schemas {
		check(name, schema)
	}
}

func TestContractSpeaksOfTheAPIAlone(t *testing.T) {
	for _, word := range []string{`(?i)terraform`, `(?i)pulumi`, `"x-`, `(?i)provider-handled`} {
		if found := regexp.MustCompile(".{0,40}" + word + ".{0,40}").Find(contract.OpenAPI); found != nil {
			t.Errorf("%s", found)
		}
	}
}
