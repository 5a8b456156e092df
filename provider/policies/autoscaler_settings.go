package policies

import "github.com/pulumi/pulumi-go-provider/infer"

// AutoscalerAutoscalerSettings are the policies of a cluster's autoscaler.
type AutoscalerAutoscalerSettings struct {
	Enabled                             *bool                                          `pulumi:"enabled,optional"`
	IsScopedMode                        *bool                                          `pulumi:"isScopedMode,optional"`
	NodeTemplatesPartialMatchingEnabled *bool                                          `pulumi:"nodeTemplatesPartialMatchingEnabled,optional"`
	UnschedulablePods                   *AutoscalerAutoscalerSettingsUnschedulablePods `pulumi:"unschedulablePods,optional"`
	ClusterLimits                       *AutoscalerAutoscalerSettingsClusterLimits     `pulumi:"clusterLimits,optional"`
	SpotInstances                       *AutoscalerAutoscalerSettingsSpotInstances     `pulumi:"spotInstances,optional"`
	NodeDownscaler                      *AutoscalerAutoscalerSettingsNodeDownscaler    `pulumi:"nodeDownscaler,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettings) Annotate(a infer.Annotator) {
	a.Describe(&x, "The policies of a cluster's autoscaler. What is left out stays as it is in the cluster.")
	a.Describe(&x.Enabled, "Whether the autoscaler does anything at all. A new cluster starts with false.")
	a.Describe(&x.IsScopedMode, "Whether the autoscaler sees to pods and nodes only that are marked for CAST AI, rather "+
		"than to the whole cluster. A new cluster starts with false.")
	a.Describe(&x.NodeTemplatesPartialMatchingEnabled, "Whether a node template is used for pods that name only some of "+
		"its labels. A new cluster starts with false.")
	a.Describe(&x.UnschedulablePods, "What is done about pods that find no node.")
	a.Describe(&x.ClusterLimits, "Limits on the size of the cluster.")
	a.Describe(&x.SpotInstances, "How spot instances are used.")
	a.Deprecate(&x.SpotInstances, useTemplate("constraints"))
	a.Describe(&x.NodeDownscaler, "How nodes that are not needed are removed.")
}

// useTemplate says where the default node template has what the policies had.
func useTemplate(property string) string {
	return "Use " + property + " of the NodeTemplate named default-by-castai."
}

const useNothing = "CAST AI no longer heeds it; remove it from the program."

// AutoscalerAutoscalerSettingsUnschedulablePods say what is done about pods
// that find no node.
type AutoscalerAutoscalerSettingsUnschedulablePods struct {
	Enabled                *bool                                                         `pulumi:"enabled,optional"`
	PodPinner              *AutoscalerAutoscalerSettingsUnschedulablePodsPodPinner       `pulumi:"podPinner,optional"`
	Headroom               *AutoscalerAutoscalerSettingsUnschedulablePodsHeadroom        `pulumi:"headroom,optional"`
	HeadroomSpot           *AutoscalerAutoscalerSettingsUnschedulablePodsHeadroomSpot    `pulumi:"headroomSpot,optional"`
	NodeConstraints        *AutoscalerAutoscalerSettingsUnschedulablePodsNodeConstraints `pulumi:"nodeConstraints,optional"`
	CustomInstancesEnabled *bool                                                         `pulumi:"customInstancesEnabled,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsUnschedulablePods) Annotate(a infer.Annotator) {
	a.Describe(&x, "What is done about pods that find no node.")
	a.Describe(&x.Enabled, "Whether nodes are added for such pods. A new cluster starts with false.")
	a.Describe(&x.PodPinner, "The component that binds pods to the nodes that were added for them.")
	a.Describe(&x.Headroom, "Capacity of on-demand nodes to keep free.")
	a.Deprecate(&x.Headroom, useHeadroom)
	a.Describe(&x.HeadroomSpot, "Capacity of spot nodes to keep free.")
	a.Deprecate(&x.HeadroomSpot, useHeadroom)
	a.Describe(&x.NodeConstraints, "The smallest and the largest node that may be added. It belongs to the cluster's "+
		"default node template: what is changed there is not shown as a difference here.")
	a.Deprecate(&x.NodeConstraints, useTemplate("constraints"))
	a.Describe(&x.CustomInstancesEnabled, "Whether custom machine types may be used (GCP only). It belongs to the "+
		"cluster's default node template: what is changed there is not shown as a difference here.")
	a.Deprecate(&x.CustomInstancesEnabled, useTemplate("customInstancesEnabled"))
}

const useHeadroom = "Keep capacity free with a deployment of low priority instead."

// AutoscalerAutoscalerSettingsUnschedulablePodsPodPinner switches the pod pinner.
type AutoscalerAutoscalerSettingsUnschedulablePodsPodPinner struct {
	Enabled *bool `pulumi:"enabled,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsUnschedulablePodsPodPinner) Annotate(a infer.Annotator) {
	a.Describe(&x, "The component that binds pods to the nodes that were added for them.")
	a.Describe(&x.Enabled, "Whether the pod pinner works.")
}

// AutoscalerAutoscalerSettingsUnschedulablePodsHeadroom keeps capacity free.
type AutoscalerAutoscalerSettingsUnschedulablePodsHeadroom struct {
	Enabled          *bool `pulumi:"enabled,optional"`
	CPUPercentage    *int  `pulumi:"cpuPercentage,optional" check:"min=0,max=100"`
	MemoryPercentage *int  `pulumi:"memoryPercentage,optional" check:"min=0,max=100"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsUnschedulablePodsHeadroom) Annotate(a infer.Annotator) {
	a.Describe(&x, "Capacity of on-demand nodes to keep free.")
	describeHeadroom(a, &x.Enabled, &x.CPUPercentage, &x.MemoryPercentage)
}

// AutoscalerAutoscalerSettingsUnschedulablePodsHeadroomSpot keeps capacity of
// spot nodes free.
type AutoscalerAutoscalerSettingsUnschedulablePodsHeadroomSpot AutoscalerAutoscalerSettingsUnschedulablePodsHeadroom

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsUnschedulablePodsHeadroomSpot) Annotate(a infer.Annotator) {
	a.Describe(&x, "Capacity of spot nodes to keep free.")
	describeHeadroom(a, &x.Enabled, &x.CPUPercentage, &x.MemoryPercentage)
}

func describeHeadroom(a infer.Annotator, enabled **bool, cpu, memory **int) {
	a.Describe(enabled, "Whether capacity is kept free.")
	a.Describe(cpu, "The part of the CPU to keep free, in percent from 0 to 100. A new cluster starts with 10.")
	a.Describe(memory, "The part of the memory to keep free, in percent from 0 to 100. A new cluster starts with 10.")
}

// AutoscalerAutoscalerSettingsUnschedulablePodsNodeConstraints bound the size
// of nodes.
type AutoscalerAutoscalerSettingsUnschedulablePodsNodeConstraints struct {
	Enabled     *bool `pulumi:"enabled,optional"`
	MinCPUCores *int  `pulumi:"minCpuCores,optional" check:"min=0"`
	MaxCPUCores *int  `pulumi:"maxCpuCores,optional" check:"min=0"`
	MinRAMMib   *int  `pulumi:"minRamMib,optional" check:"min=0"`
	MaxRAMMib   *int  `pulumi:"maxRamMib,optional" check:"min=0"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsUnschedulablePodsNodeConstraints) Annotate(a infer.Annotator) {
	a.Describe(&x, "The smallest and the largest node that may be added.")
	a.Describe(&x.Enabled, "Whether the bounds hold. A new cluster starts with false.")
	a.Describe(&x.MinCPUCores, "The least number of CPU cores of a node. A new cluster starts with 0.")
	a.Describe(&x.MaxCPUCores, "The greatest number of CPU cores of a node. A new cluster starts with 32.")
	a.Describe(&x.MinRAMMib, "The least memory of a node, in MiB. A new cluster starts with 2048.")
	a.Describe(&x.MaxRAMMib, "The greatest memory of a node, in MiB. A new cluster starts with 262144.")
}

// AutoscalerAutoscalerSettingsClusterLimits limit the size of the cluster.
type AutoscalerAutoscalerSettingsClusterLimits struct {
	Enabled *bool                                         `pulumi:"enabled,optional"`
	CPU     *AutoscalerAutoscalerSettingsClusterLimitsCpu `pulumi:"cpu,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsClusterLimits) Annotate(a infer.Annotator) {
	a.Describe(&x, "Limits on the size of the cluster.")
	a.Describe(&x.Enabled, "Whether the limits hold. A new cluster starts with false, and then the autoscaler adds as "+
		"many nodes as pods ask for.")
	a.Describe(&x.CPU, "The limits on CPU cores.")
}

// AutoscalerAutoscalerSettingsClusterLimitsCpu limits CPU cores.
type AutoscalerAutoscalerSettingsClusterLimitsCpu struct {
	MinCores *int `pulumi:"minCores,optional" check:"min=1"`
	MaxCores *int `pulumi:"maxCores,optional" check:"min=2"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsClusterLimitsCpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "The limits on CPU cores.")
	a.Describe(&x.MinCores, "The least number of CPU cores of all nodes together, at least 1.")
	a.Deprecate(&x.MinCores, useNothing)
	a.Describe(&x.MaxCores, "The greatest number of CPU cores of all nodes together, at least 2. A new cluster starts with 20.")
}

// AutoscalerAutoscalerSettingsSpotInstances say how spot instances are used.
type AutoscalerAutoscalerSettingsSpotInstances struct {
	Enabled                         *bool                                                                 `pulumi:"enabled,optional"`
	MaxReclaimRate                  *int                                                                  `pulumi:"maxReclaimRate,optional" check:"min=0"`
	SpotBackups                     *AutoscalerAutoscalerSettingsSpotInstancesSpotBackups                 `pulumi:"spotBackups,optional"`
	SpotDiversityEnabled            *bool                                                                 `pulumi:"spotDiversityEnabled,optional"`
	SpotDiversityPriceIncreaseLimit *int                                                                  `pulumi:"spotDiversityPriceIncreaseLimit,optional" wire:"spotDiversityPriceIncreaseLimitPercent" check:"min=1"`
	SpotInterruptionPredictions     *AutoscalerAutoscalerSettingsSpotInstancesSpotInterruptionPredictions `pulumi:"spotInterruptionPredictions,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsSpotInstances) Annotate(a infer.Annotator) {
	a.Describe(&x, "How spot instances are used. All of it belongs to the cluster's default node template: what is changed "+
		"there is not shown as a difference here.")
	a.Describe(&x.Enabled, "Whether spot instances may be added.")
	a.Deprecate(&x.Enabled, useTemplate("constraints.spot"))
	a.Describe(&x.MaxReclaimRate, "The greatest rate at which the cloud may take instances of a type back. It has no effect.")
	a.Deprecate(&x.MaxReclaimRate, useNothing)
	a.Describe(&x.SpotBackups, "On-demand nodes in place of spot instances that cannot be had.")
	a.Deprecate(&x.SpotBackups, useTemplate("constraints.useSpotFallbacks and constraints.fallbackRestoreRateSeconds"))
	a.Describe(&x.SpotDiversityEnabled, "Whether several types of instances are used, so that not all are taken back at once.")
	a.Deprecate(&x.SpotDiversityEnabled, useTemplate("constraints.enableSpotDiversity"))
	a.Describe(&x.SpotDiversityPriceIncreaseLimit, "How much dearer than the cheapest a type may be for the sake of "+
		"diversity, in percent, at least 1.")
	a.Deprecate(&x.SpotDiversityPriceIncreaseLimit, useTemplate("constraints.spotDiversityPriceIncreaseLimitPercent"))
	a.Describe(&x.SpotInterruptionPredictions, "Whether nodes are replaced before the cloud takes them back.")
	a.Deprecate(&x.SpotInterruptionPredictions, useTemplate("constraints.spotInterruptionPredictionsEnabled"))
}

// AutoscalerAutoscalerSettingsSpotInstancesSpotBackups replace missing spot
// instances.
type AutoscalerAutoscalerSettingsSpotInstancesSpotBackups struct {
	Enabled                      *bool `pulumi:"enabled,optional"`
	SpotBackupRestoreRateSeconds *int  `pulumi:"spotBackupRestoreRateSeconds,optional" check:"min=60"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsSpotInstancesSpotBackups) Annotate(a infer.Annotator) {
	a.Describe(&x, "On-demand nodes in place of spot instances that cannot be had.")
	a.Describe(&x.Enabled, "Whether on-demand nodes are added then.")
	a.Describe(&x.SpotBackupRestoreRateSeconds, "How often to try to go back to spot instances, in seconds, at least 60.")
}

// AutoscalerAutoscalerSettingsSpotInstancesSpotInterruptionPredictions foresee
// that the cloud takes a node back.
type AutoscalerAutoscalerSettingsSpotInstancesSpotInterruptionPredictions struct {
	Enabled                         *bool   `pulumi:"enabled,optional"`
	SpotInterruptionPredictionsType *string `pulumi:"spotInterruptionPredictionsType,optional" wire:"type" check:"known=CASTAIInterruptionPredictions|AWSRebalanceRecommendations"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsSpotInstancesSpotInterruptionPredictions) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether nodes are replaced before the cloud takes them back.")
	a.Describe(&x.Enabled, "Whether nodes are replaced ahead.")
	a.Describe(&x.SpotInterruptionPredictionsType, "Whose predictions to use: `CASTAIInterruptionPredictions` or "+
		"`AWSRebalanceRecommendations`.")
	a.Deprecate(&x.SpotInterruptionPredictionsType, "CAST AI uses its own predictions in any case; remove it from the program.")
}

// AutoscalerAutoscalerSettingsNodeDownscaler says how nodes are removed.
type AutoscalerAutoscalerSettingsNodeDownscaler struct {
	Enabled    *bool                                                 `pulumi:"enabled,optional"`
	EmptyNodes *AutoscalerAutoscalerSettingsNodeDownscalerEmptyNodes `pulumi:"emptyNodes,optional"`
	Evictor    *AutoscalerAutoscalerSettingsNodeDownscalerEvictor    `pulumi:"evictor,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsNodeDownscaler) Annotate(a infer.Annotator) {
	a.Describe(&x, "How nodes that are not needed are removed.")
	a.Describe(&x.Enabled, "Whether nodes are removed at all.")
	a.Describe(&x.EmptyNodes, "Removal of nodes that run no pods.")
	a.Describe(&x.Evictor, "The component that moves pods together, so that nodes become empty.")
}

// AutoscalerAutoscalerSettingsNodeDownscalerEmptyNodes removes empty nodes.
type AutoscalerAutoscalerSettingsNodeDownscalerEmptyNodes struct {
	Enabled      *bool `pulumi:"enabled,optional"`
	DelaySeconds *int  `pulumi:"delaySeconds,optional" norm:"default=300" check:"min=0"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsNodeDownscalerEmptyNodes) Annotate(a infer.Annotator) {
	a.Describe(&x, "Removal of nodes that run no pods.")
	a.Describe(&x.Enabled, "Whether such nodes are removed. A new cluster starts with false.")
	a.Describe(&x.DelaySeconds, "How long a node must be empty before it is removed, in seconds. A new cluster starts with 300.")
}

// AutoscalerAutoscalerSettingsNodeDownscalerEvictor moves pods together.
type AutoscalerAutoscalerSettingsNodeDownscalerEvictor struct {
	Enabled                           *bool   `pulumi:"enabled,optional"`
	DryRun                            *bool   `pulumi:"dryRun,optional"`
	AggressiveMode                    *bool   `pulumi:"aggressiveMode,optional"`
	ScopedMode                        *bool   `pulumi:"scopedMode,optional"`
	CycleInterval                     *string `pulumi:"cycleInterval,optional" norm:"duration,default=1m" check:"duration"`
	NodeGracePeriodMinutes            *int    `pulumi:"nodeGracePeriodMinutes,optional" norm:"default=5" check:"min=0"`
	PodEvictionFailureBackOffInterval *string `pulumi:"podEvictionFailureBackOffInterval,optional" norm:"duration,default=5s" check:"duration"`
	IgnorePodDisruptionBudgets        *bool   `pulumi:"ignorePodDisruptionBudgets,optional"`
	SoftTainting                      *bool   `pulumi:"softTainting,optional"`
	CleanupKarpenterNodes             *bool   `pulumi:"cleanupKarpenterNodes,optional"`
}

// Annotate describes the properties.
func (x *AutoscalerAutoscalerSettingsNodeDownscalerEvictor) Annotate(a infer.Annotator) {
	a.Describe(&x, "The component that moves pods together, so that nodes become empty.")
	a.Describe(&x.Enabled, "Whether the evictor works. A new cluster starts with false. The service refuses to manage an "+
		"evictor that was installed by other means.")
	a.Describe(&x.DryRun, "Whether the evictor only logs what it would do. A new cluster starts with false.")
	a.Describe(&x.AggressiveMode, "Whether pods without replicas are moved too, which interrupts what they do. A new "+
		"cluster starts with false.")
	a.Describe(&x.ScopedMode, "Whether only nodes that CAST AI has made are emptied. A new cluster starts with false.")
	a.Describe(&x.CycleInterval, "How often the evictor looks for nodes to empty, such as `5m` or `1m30s`. A new cluster "+
		"starts with `1m`.")
	a.Describe(&x.NodeGracePeriodMinutes, "How old a node must be before it is emptied, in minutes. A new cluster starts with 5.")
	a.Describe(&x.PodEvictionFailureBackOffInterval, "How long to wait after a pod could not be moved, such as `5s`. A new "+
		"cluster starts with `5s`.")
	a.Describe(&x.IgnorePodDisruptionBudgets, "Whether pods are moved even where a pod disruption budget forbids it. A new "+
		"cluster starts with false.")
	a.Describe(&x.SoftTainting, "Whether the evictor uses soft taints, which make the scheduler avoid a node without "+
		"forbidding it.")
	a.Describe(&x.CleanupKarpenterNodes, "Whether the evictor also cleans up nodes that Karpenter has made.")
}
