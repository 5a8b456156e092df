package provider

import (
	"slices"

	"github.com/castai/pulumi-castai/internal/lookup"
	"github.com/castai/pulumi-castai/internal/shim"
	"github.com/castai/pulumi-castai/provider/access"
	"github.com/castai/pulumi-castai/provider/ai"
	"github.com/castai/pulumi-castai/provider/cost"
	"github.com/castai/pulumi-castai/provider/dbcache"
	"github.com/castai/pulumi-castai/provider/edge"
	"github.com/castai/pulumi-castai/provider/nodes"
	"github.com/castai/pulumi-castai/provider/schedules"
	"github.com/castai/pulumi-castai/provider/security"
	"github.com/castai/pulumi-castai/provider/workloads"
)

// lookups are the functions that find objects of a resource, and list them. A
// kind that has one of the two only has the other among the functions above,
// in the form of the bridged provider, or no name to be found by.
var lookups = slices.Concat(
	lookup.Kind{
		Name: "EnterpriseGroup", Resource: shim.Of(access.NewEnterpriseGroup()),
		About: map[string]string{"roleBindings": "The role bindings that have the group as their only subject, in one block."},
	}.Both(),
	lookup.Kind{Name: "EnterpriseRoleBinding", Resource: shim.Of(access.NewEnterpriseRoleBinding())}.Both(),
	lookup.Kind{Name: "EnterpriseServiceAccount", Resource: shim.Of(access.NewEnterpriseServiceAccount())}.Both(),
	lookup.Kind{Name: "RoleBinding", Resource: shim.Of(access.NewRoleBindings())}.Both(),
	lookup.Kind{Name: "SSOConnection", Resource: shim.Of(access.NewSSOConnection())}.Both(),
	lookup.Kind{Name: "ServiceAccount", Resource: shim.Of(access.NewServiceAccount())}.Both(),
	lookup.Kind{Name: "ServiceAccountKey", Resource: shim.Of(access.NewServiceAccountKey())}.Both(),
	lookup.Kind{Name: "AiOptimizerHostedModel", Resource: shim.Of(ai.NewAiOptimizerHostedModel())}.Both(),
	lookup.Kind{
		Name: "AiOptimizerModelRegistry", Resource: shim.Of(ai.NewAiOptimizerModelRegistry()),
		By: "bucket", Value: ai.BucketOf, About: map[string]string{"bucket": "The bucket that holds the models."},
	}.Both(),
	lookup.Kind{
		Name: "AiOptimizerModelSpecs", Many: "AiOptimizerModelSpecsList", Resource: shim.Of(ai.NewAiOptimizerModelSpecs()),
	}.Both(),
	lookup.Kind{Name: "CacheConfiguration", Resource: shim.Of(dbcache.NewCacheConfiguration())}.Both(),
	lookup.Kind{Name: "EdgeLocation", Resource: shim.Of(edge.NewEdgeLocation())}.Both(),
	lookup.Kind{Name: "NodeConfiguration", Resource: shim.Of(nodes.NewNodeConfiguration())}.Both(),
	lookup.Kind{Name: "NodeTemplate", Resource: shim.Of(nodes.NewNodeTemplate())}.Both(),
	lookup.Kind{Name: "RebalancingJob", Resource: shim.Of(schedules.NewRebalancingJob())}.Both(),
	lookup.Kind{Name: "SecurityRuntimeRule", Resource: shim.Of(security.NewSecurityRuntimeRule())}.Both(),
	lookup.Kind{Name: "PodMutation", Resource: shim.Of(workloads.NewPodMutation())}.Both(),
	lookup.Kind{
		Name: "WorkloadCustomMetricsDataSource", Resource: shim.Of(workloads.NewWorkloadCustomMetricsDataSource()),
	}.Both(),
	[]shim.Function{
		lookup.Kind{Name: "AllocationGroup", Resource: shim.Of(cost.NewAllocationGroup())}.All(),
		lookup.Kind{Name: "CacheGroup", Resource: shim.Of(dbcache.NewCacheGroup())}.All(),
		lookup.Kind{Name: "CacheRule", Resource: shim.Of(dbcache.NewCacheRule())}.All(),
		lookup.Kind{Name: "EdgeConfiguration", Resource: shim.Of(edge.NewEdgeConfiguration())}.All(),
		lookup.Kind{Name: "HibernationSchedule", Resource: shim.Of(schedules.NewHibernationSchedule())}.All(),
		lookup.Kind{Name: "OmniCluster", Resource: shim.Of(edge.NewOmniCluster())}.All(),
		lookup.Kind{Name: "RebalancingSchedule", Resource: shim.Of(schedules.NewRebalancingSchedule())}.All(),
		lookup.Kind{Name: "WorkloadScalingPolicy", Resource: shim.Of(workloads.NewWorkloadScalingPolicy())}.One(),
	},
)
