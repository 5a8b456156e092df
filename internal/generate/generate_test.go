package main

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/blang/semver"
)

func TestVersions(t *testing.T) {
	for _, test := range []struct{ version, pypi, maven string }{
		{"1.2.3", "1.2.3", "1.2.3"},
		{"0.1.0-dev", "0.1.0.dev0", "0.1.0-SNAPSHOT"},
		{"1.0.0-alpha.4", "1.0.0a4", "1.0.0-alpha.4"},
		{"1.0.0-beta.2", "1.0.0b2", "1.0.0-beta.2"},
		{"1.0.0-rc.1", "1.0.0rc1", "1.0.0-rc.1"},
	} {
		got, err := versionsOf(semver.MustParse(test.version))
		if err != nil {
			t.Error(test.version, err)
		}
		if want := (versions{test.version, test.pypi, test.maven}); got != want {
			t.Errorf("%s: got %+v, want %+v", test.version, got, want)
		}
	}
	for _, version := range []string{"1.0.0-preview", "1.0.0-alpha", "1.0.0-alpha.x", "1.0.0-rc.1.2", "1.0.0+build"} {
		if got, err := versionsOf(semver.MustParse(version)); err == nil {
			t.Errorf("%s: accepted as %+v", version, got)
		}
	}
}

func TestOutputIsWrittenOnceAndLeftoversAreRemoved(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := (change{name, []byte(text)}).apply(root); err != nil {
			t.Fatal(err)
		}
	}
	write("sdk/kept.txt", "same")
	write("sdk/changed.txt", "old")
	write("sdk/stale/left.txt", "no longer generated")
	write("sdk/node_modules/x/index.js", "built")
	write("sdk/x.egg-info/PKG-INFO", "built")
	write("cmd/main.go", "by hand")

	outputs := []output{
		{dir: "sdk", files: files{
			"kept.txt": []byte("same"), "changed.txt": []byte("new"), "a/new.txt": []byte("new"),
		}},
		{dir: "cmd", only: true, files: files{"schema.json": []byte("{}")}},
		{dir: "docs", files: files{"README.md": []byte("#")}},
	}
	changes := func() []string {
		t.Helper()
		var all []string
		for _, out := range outputs {
			found, err := out.compare(root)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found {
				all = append(all, c.String())
				if err := c.apply(root); err != nil {
					t.Fatal(err)
				}
			}
		}
		return all
	}
	want := []string{
		"write sdk/a/new.txt", "write sdk/changed.txt", "remove sdk/stale/left.txt",
		"write cmd/schema.json", "write docs/README.md",
	}
	if got := changes(); !slices.Equal(got, want) {
		t.Errorf("first: got %q, want %q", got, want)
	}
	if got := changes(); len(got) > 0 {
		t.Errorf("second: got %q, want nothing to do", got)
	}
	if text, err := os.ReadFile(filepath.Join(root, "sdk/changed.txt")); err != nil || string(text) != "new" {
		t.Errorf("changed.txt holds %q, %v", text, err)
	}
}

func TestCheckNamesWhatDiffersAndWritesNothing(t *testing.T) {
	root := t.TempDir()
	if err := run(root, true); err == nil || !strings.Contains(err.Error(), "root of the repository") {
		t.Errorf("outside a repository: %v", err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(root, true); err == nil || !strings.Contains(err.Error(), "not up to date") {
		t.Errorf("check: %v", err)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("check has written: %v, %v", entries, err)
	}
	if err := run(root, false); err != nil {
		t.Fatal(err)
	}
	if err := run(root, true); err != nil {
		t.Errorf("check after generating: %v", err)
	}
}

// generated returns all generated files by their path. They are made once.
func generated(t *testing.T) files {
	t.Helper()
	all, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var once = sync.OnceValues(generateAll)

func generateAll() (files, error) {
	outputs, err := generate()
	all := files{}
	for _, out := range outputs {
		for name, text := range out.files {
			all[out.dir+"/"+name] = text
		}
	}
	return all, err
}

func TestOutputIsTheSameEveryTime(t *testing.T) {
	first := generated(t)
	second, err := generateAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(first)) {
		if !reflect.DeepEqual(first[name], second[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if len(first) != len(second) {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
}

func TestNoFileNamesThisMachineOrAMirror(t *testing.T) {
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	words := []string{home + "/", filepath.Dir(here), "registry.npmjs.org", "googleapis.com/maven", "postinstall", "${VERSION}"}
	for name, text := range generated(t) {
		for _, word := range words {
			if strings.Contains(string(text), word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

func TestEverySDKCarriesTheLicense(t *testing.T) {
	all := generated(t)
	for _, file := range []string{
		"./LICENSE", "sdk/nodejs/LICENSE", "sdk/python/LICENSE", "sdk/go/castai/LICENSE", "sdk/dotnet/LICENSE", "sdk/java/LICENSE",
		"sdk/java/src/main/resources/META-INF/LICENSE",
	} {
		if !strings.Contains(string(all[file]), "Apache License") {
			t.Errorf("%s does not hold the license", file)
		}
	}
	if !strings.Contains(string(all["sdk/dotnet/Pulumi.CastAI.csproj"]), `<None Include="LICENSE" Pack="True"`) {
		t.Error("the NuGet package does not carry the license")
	}
}

// TestDotnetNames holds the names that C# programs use. The other languages
// are compiled by the tests in tests/sdk; .NET is only where it is installed.
func TestDotnetNames(t *testing.T) {
	all := generated(t)
	for file, names := range map[string][]string{
		"Provider.cs": {
			"namespace Pulumi.CastAI\n",
			"public partial class Provider : global::Pulumi.ProviderResource",
			"public Provider(string name, ProviderArgs? args = null, CustomResourceOptions? options = null)",
			"public Input<string>? ApiToken\n",
		},
		"EksCluster.cs": {
			"namespace Pulumi.CastAI\n",
			"public EksCluster(string name, EksClusterArgs args, CustomResourceOptions? options = null)",
			"public Input<string> AccountId { get; set; } = null!;",
			"public Input<string> Region { get; set; } = null!;",
			"public Input<string> Name { get; set; } = null!;",
			"public Input<bool>? DeleteNodesOnDisconnect { get; set; }",
			"public InputList<string> OverrideSecurityGroups\n",
			"public InputList<string> Subnets\n",
		},
		"GkeCluster.cs": {
			"public Input<string> ProjectId { get; set; } = null!;",
			"public Input<string> Location { get; set; } = null!;",
			"public Input<string>? CredentialsJson\n",
		},
		"Pulumi.CastAI.csproj": {"<PackageId>Pulumi.CastAI</PackageId>"},
	} {
		for _, name := range names {
			if !strings.Contains(string(all["sdk/dotnet/"+file]), name) {
				t.Errorf("%s does not hold %q", file, name)
			}
		}
	}
}

// TestSecretsAreSecretInEverySDK looks at the token of a service account's
// key, which only the SDKs can mark when a program reads it.
func TestSecretsAreSecretInEverySDK(t *testing.T) {
	all := generated(t)
	for file, mark := range map[string]string{
		"sdk/nodejs/serviceAccountKey.ts":                                 `additionalSecretOutputs: ["token"]`,
		"sdk/python/pulumi_castai/service_account_key.py":                 `additional_secret_outputs=["token"]`,
		"sdk/go/castai/serviceAccountKey.go":                              "pulumi.AdditionalSecretOutputs([]string{\n\t\t\"token\",\n\t})",
		"sdk/dotnet/ServiceAccountKey.cs":                                 "AdditionalSecretOutputs =\n                {\n                    \"token\",",
		"sdk/java/src/main/java/com/castai/castai/ServiceAccountKey.java": ".additionalSecretOutputs(List.of(\n                \"token\"",
	} {
		if !strings.Contains(string(all[file]), mark) {
			t.Errorf("%s does not hold %q", file, mark)
		}
	}
}

func TestKnownPlaceIsNeededForPluginVersion(t *testing.T) {
	if _, err := pluginVersion([]byte("_version = something else\n"), "1.0.0"); err == nil {
		t.Error("no error for a file without the line that is replaced")
	}
	s, err := loadSchema()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := csproj(s, []byte("<Project></Project>\n")); err == nil {
		t.Error("no error for a project file without the lines that are completed")
	}
}
