// Package serviceaccount stands in for the package of the same name in the gcp SDK.
package serviceaccount

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Account is a service account.
type Account struct {
	pulumi.CustomResourceState

	Email pulumi.StringOutput `pulumi:"email"`
	Name  pulumi.StringOutput `pulumi:"name"`
}

// AccountArgs are the inputs of an Account. Only AccountId is required.
type AccountArgs struct {
	AccountId   pulumi.StringInput
	Description pulumi.StringInput
	DisplayName pulumi.StringInput
	Project     pulumi.StringInput
}

// NewAccount registers an Account.
func NewAccount(ctx *pulumi.Context, name string, args *AccountArgs, opts ...pulumi.ResourceOption) (*Account, error) {
	var resource Account
	err := ctx.RegisterResource("gcp:serviceaccount/account:Account", name, pulumi.Map{
		"accountId":   args.AccountId,
		"description": args.Description,
		"displayName": args.DisplayName,
		"project":     args.Project,
	}, &resource, opts...)
	return &resource, err
}

// Key is a key of a service account.
type Key struct {
	pulumi.CustomResourceState

	PrivateKey pulumi.StringOutput `pulumi:"privateKey"`
}

// KeyArgs are the inputs of a Key, all required.
type KeyArgs struct {
	ServiceAccountId pulumi.StringInput
}

// NewKey registers a Key.
func NewKey(ctx *pulumi.Context, name string, args *KeyArgs, opts ...pulumi.ResourceOption) (*Key, error) {
	var resource Key
	opts = append(opts, pulumi.AdditionalSecretOutputs([]string{"privateKey"}))
	err := ctx.RegisterResource("gcp:serviceaccount/key:Key", name, pulumi.Map{
		"serviceAccountId": args.ServiceAccountId,
	}, &resource, opts...)
	return &resource, err
}
