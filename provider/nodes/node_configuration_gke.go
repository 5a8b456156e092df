package nodes

import "github.com/pulumi/pulumi-go-provider/infer"

// NodeConfigurationGke are settings of Google Kubernetes Engine.
type NodeConfigurationGke struct {
	MaxPodsPerNode              *int                                       `pulumi:"maxPodsPerNode,optional" norm:"default=110" check:"min=10,max=256"`
	MaxPodsPerNodeFormula       *string                                    `pulumi:"maxPodsPerNodeFormula,optional" check:"notblank"`
	NetworkTags                 []string                                   `pulumi:"networkTags,optional" wire:",zero" norm:"set" check:"maxitems=64,notblank"`
	DiskType                    *string                                    `pulumi:"diskType,optional" wire:",null" norm:"fold" check:"known=pd-standard|pd-balanced|pd-ssd|pd-extreme"`
	Zones                       []string                                   `pulumi:"zones,optional" wire:",zero" norm:"set" check:"notblank"`
	UseEphemeralStorageLocalSsd *bool                                      `pulumi:"useEphemeralStorageLocalSsd,optional" wire:",zero"`
	SecondaryIPRange            *NodeConfigurationGkeSecondaryIpRange      `pulumi:"secondaryIpRange,optional"`
	OnHostMaintenance           *OnHostMaintenance                         `pulumi:"onHostMaintenance,optional" norm:"fold" check:"known=migrate|terminate"`
	Loadbalancers               []NodeConfigurationGkeLoadbalancer         `pulumi:"loadbalancers,optional" wire:"loadBalancers" norm:"set"`
	MinCPUPlatform              *string                                    `pulumi:"minCpuPlatform,optional" wire:",null" check:"notblank"`
	FallbackConfiguration       *NodeConfigurationGkeFallbackConfiguration `pulumi:"fallbackConfiguration,optional"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGke) Annotate(a infer.Annotator) {
	a.Describe(&x, "Settings of Google Kubernetes Engine.")
	a.Describe(&x.MaxPodsPerNode, "How many pods a node may run: 10 to 256. Default: 110, unless `maxPodsPerNodeFormula` is given.")
	a.Describe(&x.MaxPodsPerNodeFormula, "How many pods a node may run, as a formula of `NUM_CPU` and `NUM_RAM_GB`, such as "+
		"`math.least(110, NUM_CPU * 16)`. Not together with `maxPodsPerNode`.")
	a.Describe(&x.NetworkTags, "Network tags of nodes, at most 64. Their order does not matter.")
	a.Describe(&x.DiskType, "The type of the boot disk: `pd-standard`, `pd-balanced`, `pd-ssd` or `pd-extreme`, in any letter "+
		"case. Left out, the service chooses.")
	a.Describe(&x.Zones, "The zones where nodes may run. Their order does not matter.")
	a.Deprecate(&x.Zones, "Use constraints.azs of the node template.")
	a.Describe(&x.UseEphemeralStorageLocalSsd, "Whether pods' ephemeral storage is on local SSDs, for instance types that "+
		"have them. Default: false.")
	a.Describe(&x.SecondaryIPRange, "The subnet's secondary range that pods get addresses from. Left out, that of the cluster.")
	a.Describe(&x.OnHostMaintenance, "What happens to an instance when its host is maintained: `migrate` or `terminate`, in "+
		"any letter case. Left out, spot instances terminate and on-demand ones migrate.")
	a.Describe(&x.Loadbalancers, "The load balancer backends that nodes join. Their order does not matter.")
	a.Describe(&x.MinCPUPlatform, "The oldest processor generation that nodes may have, such as `Intel Ice Lake`. Left out, any.")
	a.Describe(&x.FallbackConfiguration, "What to use when an instance cannot be made as configured.")
}

// NodeConfigurationGkeSecondaryIpRange names a secondary range of a subnet.
type NodeConfigurationGkeSecondaryIpRange struct {
	RangeName string `pulumi:"rangeName" check:"notblank,maxlen=63"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGkeSecondaryIpRange) Annotate(a infer.Annotator) {
	a.Describe(&x, "A secondary range of a subnet.")
	a.Describe(&x.RangeName, "The name of the range, of 1 to 63 characters.")
}

// NodeConfigurationGkeLoadbalancer names backends of a load balancer.
type NodeConfigurationGkeLoadbalancer struct {
	TargetBackendPools      []NodeConfigurationGkeLoadbalancerTargetBackendPool      `pulumi:"targetBackendPools,optional" norm:"set"`
	UnmanagedInstanceGroups []NodeConfigurationGkeLoadbalancerUnmanagedInstanceGroup `pulumi:"unmanagedInstanceGroups,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGkeLoadbalancer) Annotate(a infer.Annotator) {
	a.Describe(&x, "Backends of a load balancer.")
	a.Describe(&x.TargetBackendPools, "The target pools that nodes join. Their order does not matter.")
	a.Describe(&x.UnmanagedInstanceGroups, "The unmanaged instance groups that nodes join. Their order does not matter.")
}

// NodeConfigurationGkeLoadbalancerTargetBackendPool names a target pool.
type NodeConfigurationGkeLoadbalancerTargetBackendPool struct {
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGkeLoadbalancerTargetBackendPool) Annotate(a infer.Annotator) {
	a.Describe(&x, "A target pool.")
	a.Describe(&x.Name, "The name of the pool.")
}

// NodeConfigurationGkeLoadbalancerUnmanagedInstanceGroup names an unmanaged instance group.
type NodeConfigurationGkeLoadbalancerUnmanagedInstanceGroup struct {
	Name string `pulumi:"name" check:"notblank"`
	Zone string `pulumi:"zone" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGkeLoadbalancerUnmanagedInstanceGroup) Annotate(a infer.Annotator) {
	a.Describe(&x, "An unmanaged instance group.")
	a.Describe(&x.Name, "The name of the group.")
	a.Describe(&x.Zone, "The zone of the group, such as `us-central1-a`.")
}

// NodeConfigurationGkeFallbackConfiguration says what to use when an instance cannot be made as configured.
type NodeConfigurationGkeFallbackConfiguration struct {
	FallbackInstanceType *string `pulumi:"fallbackInstanceType,optional" wire:",null" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeConfigurationGkeFallbackConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&x, "What to use when an instance cannot be made as configured.")
	a.Describe(&x.FallbackInstanceType, "The instance type to use instead, such as `e2-standard-4`.")
}
