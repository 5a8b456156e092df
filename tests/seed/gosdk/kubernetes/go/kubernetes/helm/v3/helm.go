// Package v3 stands in for the package helm/v3 of the kubernetes SDK.
package v3

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Release is an installed Helm chart.
type Release struct {
	pulumi.CustomResourceState
}

// ReleaseArgs are the inputs of a Release. CreateNamespace may be left out, and is
// false then.
type ReleaseArgs struct {
	Chart           pulumi.StringInput
	CreateNamespace pulumi.BoolInput
	Name            pulumi.StringInput
	Namespace       pulumi.StringInput
	RepositoryOpts  *RepositoryOptsArgs
	Values          pulumi.MapInput
}

// RepositoryOptsArgs say where a chart is fetched from.
type RepositoryOptsArgs struct {
	Repo pulumi.StringInput
}

// NewRelease registers a Release.
func NewRelease(ctx *pulumi.Context, name string, args *ReleaseArgs, opts ...pulumi.ResourceOption) (*Release, error) {
	var resource Release
	err := ctx.RegisterResource("kubernetes:helm.sh/v3:Release", name, pulumi.Map{
		"chart":           args.Chart,
		"compat":          pulumi.String("true"),
		"createNamespace": args.CreateNamespace,
		"name":            args.Name,
		"namespace":       args.Namespace,
		"repositoryOpts":  pulumi.Map{"repo": args.RepositoryOpts.Repo},
		"values":          args.Values,
	}, &resource, opts...)
	return &resource, err
}
