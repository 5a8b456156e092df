//go:build tools

// Package tools pins the programs that building and testing need. They live in a
// module of their own so that the provider does not inherit their dependencies.
package tools

import (
	_ "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3"
	_ "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java"
	_ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
	_ "honnef.co/go/tools/cmd/staticcheck"
)
