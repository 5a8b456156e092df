// Package kubernetes stands in for the package of the same name in the kubernetes SDK.
package kubernetes

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Provider is the connection to a cluster.
type Provider struct {
	pulumi.ProviderResourceState
}

// ProviderArgs are the inputs of a Provider: without any, it uses the kubeconfig of the
// user.
type ProviderArgs struct{}

// NewProvider registers a Provider.
func NewProvider(ctx *pulumi.Context, name string, _ *ProviderArgs, opts ...pulumi.ResourceOption) (*Provider, error) {
	var resource Provider
	err := ctx.RegisterResource("pulumi:providers:kubernetes", name, pulumi.Map{}, &resource, opts...)
	return &resource, err
}
