// Package provider is the list of all there is in the CAST AI package:
// configuration, resources and functions.
package provider

import (
	"reflect"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/shape"
	"github.com/castai/pulumi-castai/internal/shim"
	"github.com/castai/pulumi-castai/provider/access"
	"github.com/castai/pulumi-castai/provider/ai"
	"github.com/castai/pulumi-castai/provider/clusters"
	"github.com/castai/pulumi-castai/provider/cost"
	"github.com/castai/pulumi-castai/provider/dbcache"
	"github.com/castai/pulumi-castai/provider/edge"
	"github.com/castai/pulumi-castai/provider/nodes"
	"github.com/castai/pulumi-castai/provider/object"
	"github.com/castai/pulumi-castai/provider/policies"
	"github.com/castai/pulumi-castai/provider/schedules"
	"github.com/castai/pulumi-castai/provider/security"
	"github.com/castai/pulumi-castai/provider/workloads"
)

// Name is the name of the package.
const Name = "castai"

var resources = []shim.Resource{
	shim.Of(access.NewEnterpriseGroup()),
	shim.Of(access.NewEnterpriseRoleBinding()),
	shim.Of(access.NewEnterpriseServiceAccount()),
	shim.Of(access.NewOrganizationGroup()),
	shim.Of(&access.OrganizationMembers{}),
	shim.Of(access.NewRoleBindings()),
	shim.Of(access.NewSSOConnection()),
	shim.Of(access.NewServiceAccount()),
	shim.Of(access.NewServiceAccountKey()),
	shim.Of(ai.NewAiOptimizerHostedModel()),
	shim.Of(ai.NewAiOptimizerModelRegistry()),
	shim.Of(ai.NewAiOptimizerModelSpecs()),
	shim.Of(clusters.NewAksCluster()),
	shim.Of(clusters.NewEksCluster()),
	shim.Of(clusters.NewGkeCluster()),
	shim.Of(&clusters.EksClusterID{}),
	shim.Of(&clusters.EksUserArn{}),
	shim.Of(&clusters.GkeClusterID{}),
	shim.Of(cost.NewAllocationGroup()),
	shim.Of(&cost.Commitments{}),
	shim.Of(&cost.Reservations{}),
	shim.Of(dbcache.NewCacheConfiguration()),
	shim.Of(dbcache.NewCacheGroup()),
	shim.Of(dbcache.NewCacheRule()),
	shim.Of(edge.NewEdgeConfiguration()),
	shim.Of(edge.NewEdgeConfigurationDefault()),
	shim.Of(edge.NewEdgeLocation()),
	shim.Of(edge.NewOmniCluster()),
	shim.Of(nodes.NewNodeConfiguration()),
	shim.Of(nodes.NewNodeConfigurationDefault()),
	shim.Of(nodes.NewNodeTemplate()),
	shim.Of(&object.APIObject{}),
	shim.Of(&policies.Autoscaler{}),
	shim.Of(&policies.EvictorAdvancedConfig{}),
	shim.Of(schedules.NewHibernationSchedule()),
	shim.Of(schedules.NewRebalancingJob()),
	shim.Of(schedules.NewRebalancingSchedule()),
	shim.Of(security.NewSecurityRuntimeRule()),
	shim.Of(workloads.NewPodMutation()),
	shim.Of(workloads.NewWorkloadCustomMetricsDataSource()),
	shim.Of(workloads.NewWorkloadScalingPolicy()),
	shim.Of(&workloads.WorkloadScalingPolicyOrder{}),
}

var functions = append([]shim.Function{
	shim.FunctionOf(&access.GetImpersonationServiceAccount{}),
	shim.FunctionOf(&access.GetOrganization{}),
	shim.FunctionOf(&clusters.GetCluster{}),
	shim.FunctionOf(&clusters.GetClusters{}),
	shim.FunctionOf(&clusters.GetClusterStatus{}),
	shim.FunctionOf(&clusters.GetEksSettings{}),
	shim.FunctionOf(&clusters.GetGkePolicies{}),
	shim.FunctionOf(&cost.GetAllocationGroup{}),
	shim.FunctionOf(&cost.GetAllocationGroupCosts{}),
	shim.FunctionOf(&cost.GetAllocationGroupEfficiency{}),
	shim.FunctionOf(&cost.GetClusterCost{}),
	shim.FunctionOf(&cost.GetClusterEfficiency{}),
	shim.FunctionOf(&cost.GetClusterSavings{}),
	shim.FunctionOf(&dbcache.GetCacheGroup{}),
	shim.FunctionOf(&edge.GetEdgeConfiguration{}),
	shim.FunctionOf(&edge.GetOmniCluster{}),
	shim.FunctionOf(&schedules.GetHibernationSchedule{}),
	shim.FunctionOf(&schedules.GetRebalancingSchedule{}),
	shim.FunctionOf(&workloads.GetWorkloadScalingPolicies{}),
	shim.FunctionOf(&workloads.GetWorkloadScalingPolicyOrder{}),
}, lookups...)

// New returns the provider.
func New() (p.Provider, error) {
	cfg := &config.Config{}
	builder := infer.NewProviderBuilder().
		WithLanguageMap(languages).
		WithDisplayName("CAST AI").
		WithDescription("Manage CAST AI with Pulumi: connect EKS, GKE and AKS clusters and hold their cost policies as code.").
		WithPublisher("CAST AI").
		WithNamespace("castai").
		WithHomepage("https://cast.ai").
		WithRepository("https://github.com/castai/pulumi-castai").
		WithPluginDownloadURL("github://api.github.com/castai/pulumi-castai").
		WithLicense("Apache-2.0").
		WithKeywords("pulumi", "castai", "kubernetes", "category/infrastructure", "kind/native").
		WithConfig(infer.Config(cfg)).
		WithModuleMap(modules)
	for _, r := range resources {
		builder.WithResources(r)
	}
	for _, f := range functions {
		builder.WithFunctions(f)
	}
	inner, err := builder.Build()
	if err != nil {
		return p.Provider{}, err
	}
	return shim.Wrap(inner, shim.Options{
		Resources: resources,
		Functions: functions,
		Config:    shape.Of(reflect.TypeFor[config.Config]()),
		Context:   cfg.Attach,
	})
}
