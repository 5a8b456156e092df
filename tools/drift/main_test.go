package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const theContract = "../../contract/openapi.json"

// altered writes a description that differs from the contract by what change does to it.
func altered(t *testing.T, change func(paths, schemas map[string]any)) string {
	t.Helper()
	text, err := os.ReadFile(theContract)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	change(document["paths"].(map[string]any), document["components"].(map[string]any)["schemas"].(map[string]any))
	if text, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "published.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCompare(t *testing.T) {
	const policies = "/v1/kubernetes/clusters/{clusterId}/policies"
	properties := func(schemas map[string]any, name string) map[string]any {
		return schemas[name].(map[string]any)["properties"].(map[string]any)
	}
	for _, test := range []struct {
		name                     string
		change                   func(paths, schemas map[string]any)
		breaking, added, unknown string // a part of the one line there is to be; none if empty
	}{
		{"the same", func(_, _ map[string]any) {}, "", "", ""},
		{
			"an operation is gone",
			func(paths, _ map[string]any) { delete(paths[policies].(map[string]any), "put") },
			"PUT " + policies, "", "",
		},
		{
			"an operation is new",
			func(paths, _ map[string]any) { paths["/v1/other"] = paths[policies] },
			"", "", "GET /v1/other",
		},
		{
			"a field is new",
			func(_, schemas map[string]any) {
				properties(schemas, "CastaiServiceaccountsV1beta1CreateServiceAccountKeyRequestKey")["color"] = map[string]any{"type": "string"}
			},
			"", "color", "",
		},
		{
			"a field is of another type",
			func(_, schemas map[string]any) {
				properties(schemas, "CastaiServiceaccountsV1beta1CreateServiceAccountKeyRequestKey")["name"] = map[string]any{"type": "integer"}
			},
			"name", "", "",
		},
		{
			"names alone",
			func(paths, _ map[string]any) {
				paths[policies].(map[string]any)["get"].(map[string]any)["operationId"] = "PoliciesAPI_Get"
			},
			"", "", "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := compare(theContract, altered(t, test.change))
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range []struct {
				lines []string
				want  string
			}{{found.breaking, test.breaking}, {found.added, test.added}, {found.unknown, test.unknown}} {
				switch {
				case got.want == "" && len(got.lines) > 0:
					t.Errorf("too much: %q", got.lines)
				case got.want != "" && !slices.ContainsFunc(got.lines, func(line string) bool { return strings.Contains(line, got.want) }):
					t.Errorf("%q is not in %q", got.want, got.lines)
				}
			}
		})
	}
}

func TestUnreadableDescriptions(t *testing.T) {
	for name, text := range map[string]string{"no JSON": "<html>", "Swagger 2": `{"swagger": "2.0", "paths": {}}`} {
		file := filepath.Join(t.TempDir(), "published.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := compare(theContract, file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := compare(theContract, "missing.json"); err == nil {
		t.Error("a missing file: no error")
	}
}

func TestPrint(t *testing.T) {
	d := drift{breaking: []string{"GET /a: gone"}, unknown: []string{"GET /b"}}
	var short, long strings.Builder
	d.print(&short, false)
	d.print(&long, true)
	const want = "Gone, or become another: 1\n  GET /a: gone\nNew in operations of the contract: 0\nOperations that the contract does not have: 1\n"
	if short.String() != want {
		t.Errorf("got %q, want %q", short.String(), want)
	}
	if long.String() != want+"  GET /b\n" {
		t.Errorf("with all: %q", long.String())
	}
}
