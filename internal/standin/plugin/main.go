// Command plugin is the stand-in as a provider plugin. It stands in for the package
// whose plugin name it is called by: as pulumi-resource-gcp it is the gcp provider.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/castai/pulumi-castai/internal/standin"
)

func main() {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	pkg, ok := strings.CutPrefix(name, "pulumi-resource-")
	if !ok {
		fmt.Fprintf(os.Stderr, "%s: call this program by the name of a provider plugin, such as pulumi-resource-gcp\n", name)
		os.Exit(2)
	}
	opts, err := options()
	if err == nil {
		err = p.RunProvider(context.Background(), pkg, standin.Version, standin.Provider(pkg, opts))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// options reads the settings from the environment, the only way to reach a plugin that
// the engine starts.
func options() (standin.Options, error) {
	opts := standin.Options{Record: os.Getenv("STANDIN_RECORD")}
	if delay := os.Getenv("STANDIN_DELAY"); delay != "" {
		d, err := time.ParseDuration(delay)
		if err != nil {
			return opts, fmt.Errorf("STANDIN_DELAY: %w", err)
		}
		opts.Delay = d
	}
	return opts, nil
}
