// Package projects stands in for the package of the same name in the gcp SDK.
package projects

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// IAMMember gives a member a role in a project.
type IAMMember struct {
	pulumi.CustomResourceState

	Etag   pulumi.StringOutput `pulumi:"etag"`
	Member pulumi.StringOutput `pulumi:"member"`
}

// IAMMemberArgs are the inputs of an IAMMember, all required.
type IAMMemberArgs struct {
	Member  pulumi.StringInput
	Project pulumi.StringInput
	Role    pulumi.StringInput
}

// NewIAMMember registers an IAMMember. Its name may be an output, which must then be
// known in a preview too.
func NewIAMMember[Name string | pulumi.StringOutput](
	ctx *pulumi.Context, name Name, args *IAMMemberArgs, opts ...pulumi.ResourceOption,
) (*IAMMember, error) {
	var resource IAMMember
	err := ctx.RegisterResource("gcp:projects/iAMMember:IAMMember", text(name), pulumi.Map{
		"member":  args.Member,
		"project": args.Project,
		"role":    args.Role,
	}, &resource, opts...)
	return &resource, err
}

// text is a name as a string. For an output it waits until that has its value.
func text[Name string | pulumi.StringOutput](name Name) string {
	switch name := any(name).(type) {
	case pulumi.StringOutput:
		value := make(chan string, 1)
		name.ApplyT(func(s string) string {
			value <- s
			return s
		})
		return <-value
	default:
		return name.(string)
	}
}
