// Package v1 stands in for the package meta/v1 of the kubernetes SDK.
package v1

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// ObjectMetaArgs are the metadata of an object in a cluster.
type ObjectMetaArgs struct {
	Annotations pulumi.StringMapInput
	Labels      pulumi.StringMapInput
	Name        pulumi.StringInput
}

// Map is the metadata as the engine takes it.
func (args ObjectMetaArgs) Map() pulumi.Map {
	return pulumi.Map{
		"annotations": args.Annotations,
		"labels":      args.Labels,
		"name":        args.Name,
	}
}
