// Package batch is a program that a test runs offline.
package batch

import (
	"github.com/castai/pulumi-castai/sdk/go/castai"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Program makes node templates for batch work in a cluster that is connected already.
func Program(clusterID string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		configuration, err := castai.NewNodeConfiguration(ctx, "batch", &castai.NodeConfigurationArgs{
			ClusterId:   pulumi.String(clusterID),
			Name:        pulumi.String("batch"),
			Subnets:     pulumi.ToStringArray([]string{"subnet-1", "subnet-2"}),
			MinDiskSize: pulumi.Int(200),
		})
		if err != nil {
			return err
		}
		template, err := castai.NewNodeTemplate(ctx, "batch", &castai.NodeTemplateArgs{
			ClusterId:       pulumi.String(clusterID),
			Name:            pulumi.String("batch"),
			ConfigurationId: configuration.ID(),
			Constraints:     &castai.NodeTemplateConstraintsArgs{Spot: pulumi.Bool(true), MinCpu: pulumi.Int(8)},
		})
		if err != nil {
			return err
		}
		ctx.Export("configurationId", configuration.ID())
		ctx.Export("template", template.Name)
		return nil
	}
}
