// Package v1 stands in for the package core/v1 of the kubernetes SDK.
package v1

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
)

// Namespace is a namespace in a cluster.
type Namespace struct {
	pulumi.CustomResourceState
}

// NamespaceArgs are the inputs of a Namespace, all required.
type NamespaceArgs struct {
	Metadata *metav1.ObjectMetaArgs
}

// NewNamespace registers a Namespace.
func NewNamespace(ctx *pulumi.Context, name string, args *NamespaceArgs, opts ...pulumi.ResourceOption) (*Namespace, error) {
	var resource Namespace
	err := ctx.RegisterResource("kubernetes:core/v1:Namespace", name, pulumi.Map{
		"apiVersion": pulumi.String("v1"),
		"kind":       pulumi.String("Namespace"),
		"metadata":   args.Metadata.Map(),
	}, &resource, opts...)
	return &resource, err
}
