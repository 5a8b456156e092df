// Command install builds, from the modules pinned in tools/, those programs of the
// toolchain that are missing or out of date. Run it from the checkout: "make tools".
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// tool is a program built from a pinned module.
type tool struct {
	name string
	// module is the folder, below the root, of the module that pins the program.
	module string
	// pkg is the import path of the program's main package.
	pkg string
	// ldflags are passed to the linker besides those that drop debug information.
	ldflags string
	// needs is the program without which this one has no use; empty when there is none.
	needs string
	// engine says that the program belongs to Pulumi, so that an installed Pulumi brings its own.
	engine bool
	// scripts are the files, relative to the module that holds pkg, which the program
	// expects beside itself.
	scripts []string
}

// The version of the command line is set when it is linked: without it the engine
// takes itself for a development build and says so at every turn.
const pulumiVersion = "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0"

var tools = []tool{
	{name: "pulumi", module: "tools", engine: true, ldflags: pulumiVersion,
		pkg: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
	{name: "pulumi-language-yaml", module: "tools", engine: true,
		pkg: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"},
	{name: "pulumi-language-go", module: "tools/hosts", engine: true,
		pkg: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"},
	{name: "pulumi-language-nodejs", module: "tools/hosts", engine: true, needs: "node",
		pkg: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"},
	{name: "pulumi-language-python", module: "tools/hosts", engine: true, needs: "python3",
		pkg:     "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
		scripts: []string{"python/cmd/pulumi-language-python-exec"}},
	{name: "pulumi-language-java", module: "tools", engine: true, needs: "java",
		pkg: "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java"},
	{name: "pulumi-language-dotnet", module: "tools", engine: true, needs: "dotnet",
		pkg: "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3"},
	{name: "staticcheck", module: "tools",
		pkg: "honnef.co/go/tools/cmd/staticcheck"},
}

func main() {
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/toolchain/install\n\nBuilds what is missing of the toolchain into .pulumi/bin.")
	}
	flag.Parse()
	if err := install(); err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

// install builds every tool that is wanted here and is not yet built from the pinned
// sources.
func install() error {
	root, err := toolchain.Root()
	if err != nil {
		return err
	}
	pulumi, reason := toolchain.Installed(root)
	if pulumi != "" {
		say("using the Pulumi on the PATH: %s", pulumi)
	}
	for _, t := range tools {
		if t.engine && pulumi != "" {
			continue
		}
		if t.needs != "" {
			if _, err := exec.LookPath(t.needs); err != nil {
				say("%s: not built, there is no %s on the PATH", t.name, t.needs)
				continue
			}
		}
		b := build{tool: t, root: root}
		stamp, err := b.stamp()
		if err != nil {
			return err
		}
		if b.fresh(stamp) {
			continue
		}
		if t.name == "pulumi" {
			say("%s: building it once, which takes some minutes", reason)
		}
		start := time.Now()
		if err := b.run(); err != nil {
			return fmt.Errorf("build %s: %w", t.name, err)
		}
		if err := os.WriteFile(b.stampFile(), []byte(stamp), 0o644); err != nil {
			return err
		}
		say("%s: built in %s", t.name, time.Since(start).Round(time.Second))
	}
	return nil
}

func say(format string, args ...any) {
	fmt.Printf("tools: "+format+"\n", args...)
}
