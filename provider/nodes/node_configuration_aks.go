package nodes

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// NodeConfigurationAks are settings of Azure Kubernetes Service. Azure's IDs
// are the same in any letter case.
type NodeConfigurationAks struct {
	MaxPodsPerNode            *int                                 `pulumi:"maxPodsPerNode,optional" norm:"default=30" check:"min=10,max=250"`
	OsDiskType                *AksOsDiskType                       `pulumi:"osDiskType,optional" norm:"fold" check:"known=standard|standard-ssd|premium-ssd"`
	AksImageFamily            *AksImageFamily                      `pulumi:"aksImageFamily,optional" wire:"imageFamily" norm:"fold" check:"known=ubuntu|ubuntu2204|ubuntu2404|azure-linux|windows2019|windows2022|windows2025"`
	EphemeralOsDisk           *NodeConfigurationAksEphemeralOsDisk `pulumi:"ephemeralOsDisk,optional" wire:"osDiskEphemeral"`
	NetworkSecurityGroup      *string                              `pulumi:"networkSecurityGroup,optional" wire:"networkSecurityGroupId,null" norm:"fold" check:"notblank"`
	ApplicationSecurityGroups []string                             `pulumi:"applicationSecurityGroups,optional" wire:"applicationSecurityGroupIds" norm:"set,fold" check:"notblank"`
	PublicIP                  *NodeConfigurationAksPublicIp        `pulumi:"publicIp,optional"`
	Loadbalancers             []NodeConfigurationAksLoadbalancer   `pulumi:"loadbalancers,optional" wire:"loadBalancers" norm:"set"`
	PodSubnetID               *string                              `pulumi:"podSubnetId,optional" wire:",null" norm:"fold" check:"notblank"`
	EnableEncryptionAtHost    *bool                                `pulumi:"enableEncryptionAtHost,optional" wire:",zero"`
	AcceleratedNetworking     *AcceleratedNetworking               `pulumi:"acceleratedNetworking,optional" norm:"fold" check:"known=disabled"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAks) Annotate(a infer.Annotator) {
	a.Describe(&x, "Settings of Azure Kubernetes Service.")
	a.Describe(&x.MaxPodsPerNode, "How many pods a node may run: 10 to 250. Default: 30.")
	a.Describe(&x.OsDiskType, "The type of the managed disk: `standard`, `standard-ssd` or `premium-ssd`. Left out, the "+
		"service chooses.")
	a.Describe(&x.AksImageFamily, "The operating system: `ubuntu`, `ubuntu2204`, `ubuntu2404`, `azure-linux`, `windows2019`, "+
		"`windows2022` or `windows2025`, in any letter case. Left out, the service chooses.")
	a.Describe(&x.EphemeralOsDisk, "Puts the operating system on a disk of the host, for instance types that have one. Left "+
		"out, it is on a managed disk.")
	a.Describe(&x.NetworkSecurityGroup, "The full ID of the network security group of nodes' interfaces.")
	a.Describe(&x.ApplicationSecurityGroups, "The full IDs of the application security groups of nodes. Their order does not matter.")
	a.Describe(&x.PublicIP, "Gives nodes a public IP address. Left out, they have none.")
	a.Describe(&x.Loadbalancers, "The load balancers whose backend pools nodes join. Their order does not matter.")
	a.Describe(&x.PodSubnetID, "The full ID of the subnet that pods get addresses from. Left out, that of the nodes.")
	a.Describe(&x.EnableEncryptionAtHost, "Whether disks are encrypted on the host. Default: false.")
	a.Describe(&x.AcceleratedNetworking, "`disabled` turns accelerated networking off. Left out, it is on where the instance "+
		"type has it.")
}

// NodeConfigurationAksEphemeralOsDisk puts the operating system on a disk of the host.
type NodeConfigurationAksEphemeralOsDisk struct {
	Placement *AksDiskPlacement `pulumi:"placement,optional" norm:"fold,default=unspecified" check:"known=cacheDisk|resourceDisk|nvmeDisk|unspecified"`
	Cache     *string           `pulumi:"cache,optional" wire:"-"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAksEphemeralOsDisk) Annotate(a infer.Annotator) {
	a.Describe(&x, "An operating system disk on the host.")
	a.Describe(&x.Placement, "Which disk of the host: `cacheDisk`, `resourceDisk`, `nvmeDisk`, or `unspecified` for the "+
		"service's choice, in any letter case. Default: `unspecified`.")
	a.Describe(&x.Cache, "No longer used by CAST AI.")
	a.Deprecate(&x.Cache, "It has no effect: remove it.")
}

// NodeConfigurationAksPublicIp gives nodes a public IP address.
type NodeConfigurationAksPublicIp struct {
	PublicIPPrefix       *string         `pulumi:"publicIpPrefix,optional" wire:"ipPrefix,null" norm:"fold" check:"notblank"`
	Tags                 AksPublicIPTags `pulumi:"tags,optional"`
	IdleTimeoutInMinutes *int            `pulumi:"idleTimeoutInMinutes,optional" wire:",null" check:"min=0"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAksPublicIp) Annotate(a infer.Annotator) {
	a.Describe(&x, "A public IP address of a node.")
	a.Describe(&x.PublicIPPrefix, "The full ID of the public IP prefix that addresses are taken from. Left out, Azure's own.")
	a.Describe(&x.Tags, "IP tags by their type: `FirstPartyUsage`, `NetworkDomain`, `RoutingPreference`.")
	a.Describe(&x.IdleTimeoutInMinutes, "How long an idle connection is kept, in minutes. Left out or 0, Azure's default.")
}

// AksPublicIPTags is a map that the API keeps as a list of pairs.
type AksPublicIPTags map[string]string

// EncodeWire implements [wire.Encoder].
func (x AksPublicIPTags) EncodeWire() (any, error) {
	list := []any{}
	for _, key := range slices.Sorted(maps.Keys(x)) {
		list = append(list, map[string]any{"ipTagType": key, "tagValue": x[key]})
	}
	return list, nil
}

// DecodeWire implements [wire.Decoder].
func (x *AksPublicIPTags) DecodeWire(body any) error {
	pairs, ok := body.([]any)
	if !ok {
		return fmt.Errorf("the answer should hold a list here and holds %T", body)
	}
	*x = AksPublicIPTags{}
	for _, pair := range pairs {
		tag, _ := pair.(map[string]any)
		if key, ok := tag["ipTagType"].(string); ok {
			(*x)[key], _ = tag["tagValue"].(string)
		}
	}
	return nil
}

// NodeConfigurationAksLoadbalancer names backend pools of a load balancer.
type NodeConfigurationAksLoadbalancer struct {
	ID                   *string                                               `pulumi:"id,optional" norm:"fold" check:"notblank"`
	Name                 *string                                               `pulumi:"name,optional" check:"notblank"`
	IPBasedBackendPools  []NodeConfigurationAksLoadbalancerIpBasedBackendPool  `pulumi:"ipBasedBackendPools,optional" norm:"set"`
	NicBasedBackendPools []NodeConfigurationAksLoadbalancerNicBasedBackendPool `pulumi:"nicBasedBackendPools,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAksLoadbalancer) Annotate(a infer.Annotator) {
	a.Describe(&x, "A load balancer and those of its backend pools that nodes join.")
	a.Describe(&x.ID, "The full ID of the load balancer.")
	a.Describe(&x.Name, "The name of the load balancer.")
	a.Deprecate(&x.Name, "Use id.")
	a.Describe(&x.IPBasedBackendPools, "The pools that hold IP addresses. Their order does not matter.")
	a.Describe(&x.NicBasedBackendPools, "The pools that hold network interfaces. Their order does not matter.")
}

// NodeConfigurationAksLoadbalancerIpBasedBackendPool names a pool of IP addresses.
type NodeConfigurationAksLoadbalancerIpBasedBackendPool struct {
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAksLoadbalancerIpBasedBackendPool) Annotate(a infer.Annotator) {
	a.Describe(&x, "A backend pool of IP addresses.")
	a.Describe(&x.Name, "The name of the pool.")
}

// NodeConfigurationAksLoadbalancerNicBasedBackendPool names a pool of network interfaces.
type NodeConfigurationAksLoadbalancerNicBasedBackendPool struct {
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the properties.
func (x *NodeConfigurationAksLoadbalancerNicBasedBackendPool) Annotate(a infer.Annotator) {
	a.Describe(&x, "A backend pool of network interfaces.")
	a.Describe(&x.Name, "The name of the pool.")
}
