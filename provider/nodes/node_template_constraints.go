package nodes

import "github.com/pulumi/pulumi-go-provider/infer"

// NodeTemplateConstraints says which instances the autoscaler may choose.
type NodeTemplateConstraints struct {
	Azs                                    []string                                       `pulumi:"azs,optional" norm:"set" check:"notblank"`
	Spot                                   *bool                                          `pulumi:"spot,optional" wire:",null"`
	OnDemand                               *bool                                          `pulumi:"onDemand,optional" wire:",null"`
	UseSpotFallbacks                       *bool                                          `pulumi:"useSpotFallbacks,optional" wire:",null"`
	FallbackRestoreRateSeconds             *int                                           `pulumi:"fallbackRestoreRateSeconds,optional" wire:",null" check:"min=0"`
	EnableSpotDiversity                    *bool                                          `pulumi:"enableSpotDiversity,optional" wire:",null"`
	SpotDiversityPriceIncreaseLimitPercent *int                                           `pulumi:"spotDiversityPriceIncreaseLimitPercent,optional" wire:",null" check:"min=0"`
	SpotReliabilityEnabled                 *bool                                          `pulumi:"spotReliabilityEnabled,optional" wire:"enableSpotReliability,null"`
	SpotReliabilityPriceIncreaseLimit      *int                                           `pulumi:"spotReliabilityPriceIncreaseLimitPercent,optional" wire:",null" check:"min=0"`
	SpotInterruptionPredictionsEnabled     *bool                                          `pulumi:"spotInterruptionPredictionsEnabled,optional" wire:",null"`
	SpotInterruptionPredictionsType        *string                                        `pulumi:"spotInterruptionPredictionsType,optional" wire:",null" norm:"fold" check:"known=interruption-predictions|aws-rebalance-recommendations"`
	MinCPU                                 *int                                           `pulumi:"minCpu,optional" wire:",null" check:"min=0"`
	MaxCPU                                 *int                                           `pulumi:"maxCpu,optional" wire:",null" check:"min=0"`
	MinMemory                              *int                                           `pulumi:"minMemory,optional" wire:",null" check:"min=0"`
	MaxMemory                              *int                                           `pulumi:"maxMemory,optional" wire:",null" check:"min=0"`
	MaxPricePerCPU                         *float64                                       `pulumi:"maxPricePerCpu,optional" wire:",null" check:"min=0"`
	StorageOptimized                       *bool                                          `pulumi:"storageOptimized,optional" wire:"-"`
	StorageOptimizedState                  *Switch                                        `pulumi:"storageOptimizedState,optional" wire:"storageOptimized,null" norm:"fold" check:"known=enabled|disabled"`
	ComputeOptimized                       *bool                                          `pulumi:"computeOptimized,optional" wire:"-"`
	ComputeOptimizedState                  *Switch                                        `pulumi:"computeOptimizedState,optional" wire:"computeOptimized,null" norm:"fold" check:"known=enabled|disabled"`
	IsGpuOnly                              *bool                                          `pulumi:"isGpuOnly,optional" wire:",null"`
	InstanceFamilies                       *NodeTemplateConstraintsInstanceFamilies       `pulumi:"instanceFamilies,optional"`
	Gpu                                    *NodeTemplateConstraintsGpu                    `pulumi:"gpu,optional"`
	Architectures                          []string                                       `pulumi:"architectures,optional" norm:"set,default=amd64" check:"maxitems=2,known=amd64|arm64"`
	Os                                     []string                                       `pulumi:"os,optional" norm:"set,default=linux" check:"maxitems=2,known=linux|windows"`
	ArchitecturePriorities                 []string                                       `pulumi:"architecturePriorities,optional" wire:"architecturePriority" norm:"fold" check:"maxitems=2,known=amd64|arm64"`
	BareMetal                              *BareMetal                                     `pulumi:"bareMetal,optional" wire:",null" norm:"fold,default=unspecified" check:"known=true|false|unspecified"`
	CustomPriorities                       []NodeTemplateConstraintsCustomPriority        `pulumi:"customPriorities,optional" wire:"customPriority"`
	DedicatedNodeAffinities                []NodeTemplateConstraintsDedicatedNodeAffinity `pulumi:"dedicatedNodeAffinities,optional" wire:"dedicatedNodeAffinity" norm:"set"`
	BurstableInstances                     *Toggle                                        `pulumi:"burstableInstances,optional" wire:"burstable" norm:"fold" check:"known=enabled|disabled"`
	CustomerSpecific                       *Toggle                                        `pulumi:"customerSpecific,optional" norm:"fold" check:"known=enabled|disabled"`
	CPUManufacturers                       []string                                       `pulumi:"cpuManufacturers,optional" norm:"set" check:"minitems=1,known=AMD|AMPERE|APPLE|AWS|INTEL"`
	ResourceLimits                         *NodeTemplateConstraintsResourceLimits         `pulumi:"resourceLimits,optional"`
	Aws                                    *NodeTemplateConstraintsAws                    `pulumi:"aws,optional"`
	Gcp                                    *NodeTemplateConstraintsGcp                    `pulumi:"gcp,optional"`
	LifecycleTaintsDisabled                *bool                                          `pulumi:"lifecycleTaintsDisabled,optional" wire:",null"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraints) Annotate(a infer.Annotator) {
	a.Describe(&x, "Which instances the autoscaler may choose.")
	a.Describe(&x.Azs, "The availability zones where nodes may run, such as `us-east-1a`. Left out, all zones of the "+
		"node configuration's subnets. The order does not matter.")
	a.Describe(&x.Spot, "Whether spot instances may be used. Default: false.")
	a.Describe(&x.OnDemand, "Whether on-demand instances may be used. Left out, the service allows them when `spot` is off.")
	a.Describe(&x.UseSpotFallbacks, "Whether an on-demand node stands in while no spot instance is to be had. Default: false.")
	a.Describe(&x.FallbackRestoreRateSeconds, "How often, in seconds, to try to replace such a stand-in with a spot instance.")
	a.Describe(&x.EnableSpotDiversity, "Whether spot nodes are spread over instance types that are interrupted "+
		"independently. Default: false.")
	a.Describe(&x.SpotDiversityPriceIncreaseLimitPercent, "How much dearer, in percent, a spot instance may be for the "+
		"sake of diversity.")
	a.Describe(&x.SpotReliabilityEnabled, "Whether spot instances that are seldom interrupted are preferred. Default: false.")
	a.Describe(&x.SpotReliabilityPriceIncreaseLimit, "How much dearer, in percent, a spot instance may be for the sake "+
		"of reliability.")
	a.Describe(&x.SpotInterruptionPredictionsEnabled, "Whether spot nodes are drained ahead of a predicted "+
		"interruption. Default: false.")
	a.Describe(&x.SpotInterruptionPredictionsType, "Where predictions come from: `interruption-predictions` (CAST AI's "+
		"own) or `aws-rebalance-recommendations` (AWS only, deprecated).")
	a.Describe(&x.MinCPU, "The least number of vCPUs of an instance.")
	a.Describe(&x.MaxCPU, "The greatest number of vCPUs of an instance.")
	a.Describe(&x.MinMemory, "The least memory of an instance, in MiB.")
	a.Describe(&x.MaxMemory, "The greatest memory of an instance, in MiB.")
	a.Describe(&x.MaxPricePerCPU, "The highest price of a vCPU for an hour, in US dollars.")
	a.Describe(&x.StorageOptimized, "No longer supported by CAST AI; any value is refused.")
	a.Deprecate(&x.StorageOptimized, "Use storageOptimizedState.")
	a.Describe(&x.StorageOptimizedState, "`enabled`: only storage-optimized instances. `disabled`: none of them. Left out: both.")
	a.Describe(&x.ComputeOptimized, "No longer supported by CAST AI; any value is refused.")
	a.Deprecate(&x.ComputeOptimized, "Use computeOptimizedState.")
	a.Describe(&x.ComputeOptimizedState, "`enabled`: only compute-optimized instances. `disabled`: none of them. Left out: both.")
	a.Describe(&x.IsGpuOnly, "Whether only instances with a GPU may be used. Default: false.")
	a.Describe(&x.InstanceFamilies, "Instance families to choose from, or to leave out.")
	a.Describe(&x.Gpu, "Which GPUs an instance may have.")
	a.Describe(&x.Architectures, "The processor architectures: `amd64`, `arm64`. Default: `amd64`. The order does not matter.")
	a.Describe(&x.Os, "The operating systems: `linux`, `windows`. Default: `linux`. The order does not matter.")
	a.Describe(&x.ArchitecturePriorities, "The architectures in the order in which they are preferred.")
	a.Describe(&x.BareMetal, "`true`: only bare-metal instances. `false`: none of them. `unspecified`, the default: both.")
	a.Describe(&x.CustomPriorities, "Instance families in the order in which they are preferred, in tiers.")
	a.Describe(&x.DedicatedNodeAffinities, "Sole-tenant nodes to use (GCP only). The order does not matter.")
	a.Describe(&x.BurstableInstances, "`enabled`: only burstable instances. `disabled`: none of them. Left out: both.")
	a.Describe(&x.CustomerSpecific, "`enabled`: only instances reserved for your organization. `disabled`: none of them. Left out: both.")
	a.Describe(&x.CPUManufacturers, "The makers of the processor: `AMD`, `AMPERE`, `APPLE`, `AWS`, `INTEL`. Left out, any. "+
		"The order does not matter.")
	a.Describe(&x.ResourceLimits, "A limit on what the nodes of this template add up to.")
	a.Describe(&x.Aws, "Constraints that only AWS has.")
	a.Describe(&x.Gcp, "Constraints that only Google Cloud has.")
	a.Describe(&x.LifecycleTaintsDisabled, "Sent as the API's `lifecycleTaintsDisabled`, which it does not document further. "+
		"Left out, it stays as the service has it.")
}

// NodeTemplateConstraintsInstanceFamilies chooses among instance families.
type NodeTemplateConstraintsInstanceFamilies struct {
	Includes []string `pulumi:"includes,optional" wire:"include" norm:"set" check:"notblank"`
	Excludes []string `pulumi:"excludes,optional" wire:"exclude" norm:"set" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsInstanceFamilies) Annotate(a infer.Annotator) {
	a.Describe(&x, "Instance families to choose from, or to leave out.")
	a.Describe(&x.Includes, "The only families to use, such as `m5`. Left out, all. The order does not matter.")
	a.Describe(&x.Excludes, "Families not to use. The order does not matter.")
}

// NodeTemplateConstraintsGpu says which GPUs an instance may have.
type NodeTemplateConstraintsGpu struct {
	Manufacturers  []string `pulumi:"manufacturers,optional" norm:"set" check:"known=NVIDIA|AMD"`
	IncludeNames   []string `pulumi:"includeNames,optional" norm:"set" check:"notblank"`
	ExcludeNames   []string `pulumi:"excludeNames,optional" norm:"set" check:"notblank"`
	MinCount       *int     `pulumi:"minCount,optional" wire:",null" check:"min=0"`
	MaxCount       *int     `pulumi:"maxCount,optional" wire:",null" check:"min=0"`
	FractionalGpus *Toggle  `pulumi:"fractionalGpus,optional" norm:"fold" check:"known=enabled|disabled"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsGpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "Which GPUs an instance may have.")
	a.Describe(&x.Manufacturers, "The makers of the GPU: `NVIDIA`, `AMD`. Left out, any. The order does not matter.")
	a.Describe(&x.IncludeNames, "The only GPUs to use, such as `A100`. Left out, any. The order does not matter.")
	a.Describe(&x.ExcludeNames, "GPUs not to use. The order does not matter.")
	a.Describe(&x.MinCount, "The least number of GPUs of an instance.")
	a.Describe(&x.MaxCount, "The greatest number of GPUs of an instance.")
	a.Describe(&x.FractionalGpus, "`enabled`: only instances with a part of a GPU. `disabled`: none of them. Left out: both.")
}

// NodeTemplateConstraintsCustomPriority is a tier of preferred instance families.
type NodeTemplateConstraintsCustomPriority struct {
	InstanceFamilies []string `pulumi:"instanceFamilies,optional" wire:"families" norm:"set" check:"notblank"`
	Spot             *bool    `pulumi:"spot,optional" wire:",null"`
	OnDemand         *bool    `pulumi:"onDemand,optional" wire:",null"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsCustomPriority) Annotate(a infer.Annotator) {
	a.Describe(&x, "A tier of preferred instance families.")
	a.Describe(&x.InstanceFamilies, "The families of the tier, such as `m5`. The order within a tier does not matter.")
	a.Describe(&x.Spot, "Whether the tier holds for spot instances. Default: false.")
	a.Describe(&x.OnDemand, "Whether the tier holds for on-demand instances. Default: false.")
}

// NodeTemplateConstraintsDedicatedNodeAffinity names sole-tenant nodes.
type NodeTemplateConstraintsDedicatedNodeAffinity struct {
	Name           string                                                 `pulumi:"name" check:"notblank"`
	AzName         string                                                 `pulumi:"azName" check:"notblank"`
	InstanceTypes  []string                                               `pulumi:"instanceTypes" norm:"set" check:"notblank"`
	Affinities     []NodeTemplateConstraintsDedicatedNodeAffinityAffinity `pulumi:"affinities,optional" wire:"affinity" norm:"set"`
	CpusPerGpu     *int                                                   `pulumi:"cpusPerGpu,optional" wire:",null" check:"min=0"`
	MaxCPU         *int                                                   `pulumi:"maxCpu,optional" wire:",null" check:"min=0"`
	MinGpusPerNode *int                                                   `pulumi:"minGpusPerNode,optional" wire:",null" check:"min=0"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsDedicatedNodeAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "Sole-tenant nodes to use (GCP only).")
	a.Describe(&x.Name, "The name of the sole-tenant node group.")
	a.Describe(&x.AzName, "The zone of the node group, such as `us-central1-a`.")
	a.Describe(&x.InstanceTypes, "The instance types to run on it. The order does not matter.")
	a.Describe(&x.Affinities, "The affinity labels that choose nodes of the group. The order does not matter.")
	a.Describe(&x.CpusPerGpu, "How many vCPUs go with each GPU. `maxCpu` must be a multiple of it.")
	a.Describe(&x.MaxCPU, "The greatest number of vCPUs of an instance.")
	a.Describe(&x.MinGpusPerNode, "The least number of GPUs of a node.")
}

// NodeTemplateConstraintsDedicatedNodeAffinityAffinity is an affinity label.
type NodeTemplateConstraintsDedicatedNodeAffinityAffinity struct {
	Key      string   `pulumi:"key" check:"notblank"`
	Operator string   `pulumi:"operator" norm:"fold" check:"known=In|NotIn|Exists|DoesNotExist|Gt|Lt"`
	Values   []string `pulumi:"values" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsDedicatedNodeAffinityAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "An affinity label of a sole-tenant node.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Operator, "How the label's value compares: `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.")
	a.Describe(&x.Values, "The values to compare with; empty for `Exists` and `DoesNotExist`. The order does not matter.")
}

// NodeTemplateConstraintsResourceLimits limits what the nodes of a template add up to.
type NodeTemplateConstraintsResourceLimits struct {
	CPULimitEnabled  *bool `pulumi:"cpuLimitEnabled,optional" wire:",zero"`
	CPULimitMaxCores *int  `pulumi:"cpuLimitMaxCores,optional" wire:",zero" check:"min=0"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsResourceLimits) Annotate(a infer.Annotator) {
	a.Describe(&x, "A limit on what the nodes of a template add up to.")
	a.Describe(&x.CPULimitEnabled, "Whether the limit holds. Default: false.")
	a.Describe(&x.CPULimitMaxCores, "The greatest number of vCPUs of all nodes of the template together. Default: 0.")
}

// NodeTemplateConstraintsAws are constraints that only AWS has.
type NodeTemplateConstraintsAws struct {
	CapacityReservations []NodeTemplateConstraintsAwsCapacityReservation `pulumi:"capacityReservations,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsAws) Annotate(a infer.Annotator) {
	a.Describe(&x, "Constraints that only AWS has.")
	a.Describe(&x.CapacityReservations, "Capacity reservations to use. The order does not matter.")
}

// NodeTemplateConstraintsAwsCapacityReservation names a capacity reservation.
type NodeTemplateConstraintsAwsCapacityReservation struct {
	ID                       *string `pulumi:"id,optional" check:"notblank"`
	CapacityResourceGroupArn *string `pulumi:"capacityResourceGroupArn,optional" check:"arn"`
	Type                     *string `pulumi:"type,optional" norm:"fold" check:"known=ON_DEMAND_CAPACITY_RESERVATION|CAPACITY_BLOCK"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsAwsCapacityReservation) Annotate(a infer.Annotator) {
	a.Describe(&x, "A capacity reservation, named by its ID or its resource group.")
	a.Describe(&x.ID, "The ID of the reservation, such as `cr-0123456789abcdef0`.")
	a.Describe(&x.CapacityResourceGroupArn, "The ARN of a resource group of reservations.")
	a.Describe(&x.Type, "`ON_DEMAND_CAPACITY_RESERVATION` or `CAPACITY_BLOCK`.")
}

// NodeTemplateConstraintsGcp are constraints that only Google Cloud has.
type NodeTemplateConstraintsGcp struct {
	CapacityReservationIDs []string `pulumi:"capacityReservationIds,optional" norm:"set" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeTemplateConstraintsGcp) Annotate(a infer.Annotator) {
	a.Describe(&x, "Constraints that only Google Cloud has.")
	a.Describe(&x.CapacityReservationIDs, "The numeric IDs of the reservations to use. The order does not matter.")
}

// NodeTemplateCustomTaint is a Kubernetes taint of a node.
type NodeTemplateCustomTaint struct {
	Key    string  `pulumi:"key" check:"notblank"`
	Value  *string `pulumi:"value,optional" wire:",null"`
	Effect *string `pulumi:"effect,optional" norm:"fold,default=NoSchedule" check:"known=NoSchedule|NoExecute"`
}

// Annotate describes the properties.
func (x *NodeTemplateCustomTaint) Annotate(a infer.Annotator) {
	a.Describe(&x, "A Kubernetes taint of a node.")
	a.Describe(&x.Key, "The key of the taint.")
	a.Describe(&x.Value, "The value of the taint. Left out, the taint has none.")
	a.Describe(&x.Effect, "`NoSchedule` keeps new pods away; `NoExecute` also evicts those that run. Default: `NoSchedule`.")
}
