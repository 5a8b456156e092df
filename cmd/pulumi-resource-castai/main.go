// Command pulumi-resource-castai is the provider plugin that the Pulumi
// engine starts.
package main

import (
	"context"
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/provider"
)

func main() {
	castai, err := provider.New()
	if err == nil {
		err = p.RunProvider(context.Background(), provider.Name, version.Version, castai)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-castai:", err)
		os.Exit(1)
	}
}
