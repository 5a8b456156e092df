// Command plugin builds the provider plugin as it is released.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

func main() {
	output := flag.String("o", "bin/"+toolchain.Executable("pulumi-resource-castai"), "the file to write")
	version := flag.String("version", "", "the version it reports, such as 1.2.3; a development version if empty")
	flag.Parse()
	root, err := toolchain.Root()
	if err == nil {
		err = toolchain.BuildPlugin(root, *output, *version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plugin:", err)
		os.Exit(1)
	}
}
