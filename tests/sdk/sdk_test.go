// Package sdk compiles the SDK of every language that is installed, together
// with the program that its README shows and with the examples of all resources
// and functions. Work is done on copies, so nothing is left beside the sources.
package sdk

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needs skips the test when a program is missing.
func needs(t *testing.T, language string, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not on the PATH: the %s SDK was not compiled", program, language)
		}
	}
}

// source copies an SDK to a folder of the test's own and returns that and the
// program that the README shows.
func source(t *testing.T, dir, fence string) (copied, program string) {
	t.Helper()
	from, err := filepath.Abs(filepath.Join("..", "..", "sdk", filepath.FromSlash(dir)))
	if err != nil {
		t.Fatal(err)
	}
	copied = filepath.Join(t.TempDir(), "sdk")
	if err := os.CopyFS(copied, clean{os.DirFS(from)}); err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(copied, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(readme), "```"+fence+"\n")
	program, _, closed := strings.Cut(program, "\n```")
	if !found || !closed {
		t.Fatalf("the README of %s shows no program in %s", dir, fence)
	}
	return copied, program + "\n"
}

// write makes a file.
func write(t *testing.T, text string, path ...string) {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command that has to succeed and returns what it printed.
func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// registered are the resources and the output that the program of every README
// has, as the mocks of the tests print them.
const registered = "castai:index:GkeCluster production deleteNodesOnDisconnect,location,name,projectId\n" +
	"castai:index:NodeTemplate spot clusterId,constraints,name\n"

func TestGo(t *testing.T) {
	t.Parallel()
	needs(t, "Go", "go")
	dir, program := source(t, "go/castai", "go")
	write(t, program, dir, "example", "main.go")
	for name, program := range examples(t, "go") {
		write(t, program, dir, "example", name, "main.go")
	}
	run(t, dir, "go", "vet", "./...")
	if deps := run(t, dir, "go", "list", "-deps", "./..."); strings.Contains(deps, "pulumi-go-provider") {
		t.Error("the Go SDK depends on the provider's own libraries")
	}
	write(t, strings.Replace(program, "pulumi.Run(", "mocked(", 1), dir, "mocked", "main.go")
	write(t, `package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type mocks struct{}

func (mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	keys := slices.Sorted(maps.Keys(args.Inputs.Mappable()))
	fmt.Println(args.TypeToken, args.Name, strings.Join(keys, ","))
	return args.Name + "-id", args.Inputs, nil
}

func (mocks) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("no function is called")
}

func mocked(program pulumi.RunFunc) {
	if err := pulumi.RunErr(program, pulumi.WithMocks("project", "stack", mocks{})); err != nil {
		panic(err)
	}
}
`, dir, "mocked", "mocks.go")
	if got := run(t, dir, "go", "run", "./mocked"); !sameLines(got, registered) {
		t.Errorf("the program registers\n%swant\n%s", got, registered)
	}
}

func TestNode(t *testing.T) {
	t.Parallel()
	needs(t, "Node.js", "node", "npm")
	dir, program := source(t, "nodejs", "typescript")
	run(t, dir, "npm", "install", "--no-audit", "--no-fund")
	run(t, dir, "npm", "run", "build")
	packed := run(t, dir, "npm", "pack", "--json", "--ignore-scripts")
	for _, file := range []string{"package.json", "README.md", "bin/index.js", "bin/index.d.ts", "bin/package.json"} {
		if !strings.Contains(packed, `"path": "`+file+`"`) {
			t.Errorf("the npm package lacks %s", file)
		}
	}

	// The program finds the package by its name, as if it were installed.
	if err := os.MkdirAll(filepath.Join(dir, "node_modules", "@castai"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "node_modules", "@castai", "pulumi")); err != nil {
		t.Fatal(err)
	}
	write(t, program, dir, "example", "index.ts")
	for name, program := range examples(t, "typescript") {
		write(t, program, dir, "example", "examples", name+".ts")
	}
	write(t, `{"compilerOptions": {"strict": true, "skipLibCheck": true, "target": "ES2022", "module": "nodenext",
		"moduleResolution": "nodenext", "types": ["node"]}}`, dir, "example", "tsconfig.json")
	run(t, dir, filepath.Join("node_modules", ".bin", "tsc"), "--project", "example")
	write(t, `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({
    newResource: args => {
        console.log(args.type, args.name, Object.keys(args.inputs).sort().join());
        return { id: args.name + "-id", state: args.inputs };
    },
    call: () => { throw new Error("no function is called"); },
});
require("./index.js").clusterId.apply(id => console.log("clusterId", id));
`, dir, "example", "mocked.js")
	if got, want := run(t, dir, "node", "example/mocked.js"), registered+"clusterId production-id\n"; !sameLines(got, want) {
		t.Errorf("the program registers\n%swant\n%s", got, want)
	}
}

func TestPython(t *testing.T) {
	t.Parallel()
	needs(t, "Python", "python3")
	if exec.Command("python3", "-c", "import ensurepip").Run() != nil {
		t.Skip("python3 cannot make virtual environments (Debian and Ubuntu have that in python3-venv): the Python SDK was not installed")
	}
	dir, program := source(t, "python", "python")
	run(t, dir, "python3", "-m", "venv", "venv")
	python := filepath.Join(dir, "venv", "bin", "python")
	run(t, dir, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ".")
	write(t, program, dir, "example", "program.py")
	write(t, `
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        print(args.typ, args.name, ",".join(sorted(args.inputs)))
        return [args.name + "-id", args.inputs]

    def call(self, args):
        raise Exception("no function is called")

pulumi.runtime.set_mocks(Mocks())
pulumi.export = lambda name, value: value.apply(lambda id: print("clusterId", id))

@pulumi.runtime.test
def run():
    import program

run()
`, dir, "example", "mocked.py")
	if got, want := run(t, filepath.Join(dir, "example"), python, "mocked.py"), registered+"clusterId production-id\n"; !sameLines(got, want) {
		t.Errorf("the program registers\n%swant\n%s", got, want)
	}

	// Python has no compiler to look at the examples: they run, and what they ask of the
	// provider is compared with what the YAML programs do.
	expected := map[string]asked{}
	for name, program := range examples(t, "yaml") {
		expected[name] = asks(t, program)
	}
	for name, program := range examples(t, "python") {
		write(t, program, dir, "examples", name+".py")
	}
	known, err := json.Marshal(map[string]any{"examples": expected, "results": results(packageSchema(t))})
	if err != nil {
		t.Fatal(err)
	}
	write(t, string(known), dir, "examples", "known.json")
	write(t, `
import json, pulumi, runpy

with open("known.json") as file:
    known = json.load(file)

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        asked[args.name] = keys(args.inputs)
        return [args.name + "-id", {**known["results"][args.typ], **args.inputs}]

    def call(self, args):
        asked[args.token] = keys(args.args)
        return known["results"][args.token]

def keys(value, path=""):
    if isinstance(value, dict) and pulumi.runtime.rpc._special_sig_key in value: # a secret
        return keys(value["value"], path)
    if isinstance(value, dict):
        return [found for key, member in value.items() for found in [path + key, *keys(member, path + key + ".")]]
    if isinstance(value, list):
        return [found for element in value for found in keys(element, path)]
    return []

pulumi.export = lambda name, value: pulumi.Output.from_input(value).apply(lambda _: None)
for name, example in known["examples"].items():
    asked = {}
    pulumi.runtime.set_mocks(Mocks())
    pulumi.runtime.set_all_config({"project:" + key: value for key, value in example["config"].items()})
    pulumi.runtime.test(lambda: runpy.run_path(name + ".py") and None)()
    for what in asked.keys() | example["keys"].keys():
        got, want = sorted(asked.get(what, ["nothing"])), sorted(example["keys"].get(what, ["nothing"]))
        if got != want:
            print(f"{name}: {what}: got {got}, want {want}")
`, dir, "examples", "mocked.py")
	if wrong := run(t, filepath.Join(dir, "examples"), python, "mocked.py"); wrong != "" {
		t.Error("in Python, examples ask something else than in YAML:\n" + wrong)
	}
}

func TestDotnet(t *testing.T) {
	t.Parallel()
	needs(t, ".NET", "dotnet")
	dir, program := source(t, "dotnet", "csharp")
	write(t, program, dir, "..", "example", "Program.cs")
	for name, program := range examples(t, "csharp") {
		// A project has one program; the others become methods.
		program = strings.Replace(program, "return await Deployment.RunAsync(",
			"static class Example"+name+" {\n    static System.Threading.Tasks.Task<int> Run() => Deployment.RunAsync(", 1)
		write(t, program+"}\n", dir, "..", "example", name+".cs")
	}
	write(t, `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net8.0</TargetFramework>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../sdk/Pulumi.CastAI.csproj" />
  </ItemGroup>
</Project>
`, dir, "..", "example", "example.csproj")
	run(t, filepath.Join(dir, "..", "example"), "dotnet", "build")
}

func TestJava(t *testing.T) {
	t.Parallel()
	needs(t, "Java", "java", "mvn")
	dir, program := source(t, "java", "java")
	write(t, program, dir, "src", "main", "java", "App.java")
	for name, program := range examples(t, "java") {
		place := strings.ToLower(name)
		program = strings.Replace(program, "package generated_program;", "package examples."+place+";", 1)
		write(t, program, dir, "src", "main", "java", "examples", place, "App.java")
	}
	run(t, dir, "mvn", "--quiet", "--batch-mode", "--no-transfer-progress", "compile")
	for _, file := range []string{"GkeCluster.class", "version.txt", "plugin.json"} {
		if _, err := os.Stat(filepath.Join(dir, "target", "classes", "com", "castai", "castai", file)); err != nil {
			t.Error(err)
		}
	}
}
