package clusters

import (
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// ClusterInfo is what the service knows of a cluster.
type ClusterInfo struct {
	ID                      string              `pulumi:"id"`
	Name                    string              `pulumi:"name"`
	ClusterNameID           string              `pulumi:"clusterNameId"`
	OrganizationID          string              `pulumi:"organizationId"`
	ProviderType            string              `pulumi:"providerType"`
	ProviderNamespaceID     string              `pulumi:"providerNamespaceId"`
	Region                  string              `pulumi:"region" wire:"region.name"`
	RegionDisplayName       *string             `pulumi:"regionDisplayName,optional" wire:"region.displayName"`
	Status                  string              `pulumi:"status"`
	AgentStatus             string              `pulumi:"agentStatus"`
	CredentialsID           string              `pulumi:"credentialsId"`
	ManagedBy               *string             `pulumi:"managedBy,optional"`
	KubernetesVersion       *string             `pulumi:"kubernetesVersion,optional"`
	IsPhase2                *bool               `pulumi:"isPhase2,optional"`
	Private                 *bool               `pulumi:"private,optional"`
	CastwareInstallMethod   *string             `pulumi:"castwareInstallMethod,optional"`
	KarpenterVersion        *string             `pulumi:"karpenterVersion,optional" wire:"attributes.karpenter.version"`
	OmniEnabled             *bool               `pulumi:"omniEnabled,optional" wire:"attributes.omni.enabled"`
	CreatedAt               *string             `pulumi:"createdAt,optional"`
	DeletedAt               *string             `pulumi:"deletedAt,optional"`
	FirstOperationAt        *string             `pulumi:"firstOperationAt,optional"`
	AgentSnapshotReceivedAt *string             `pulumi:"agentSnapshotReceivedAt,optional"`
	ReconciledAt            *string             `pulumi:"reconciledAt,optional"`
	ReconcileError          *string             `pulumi:"reconcileError,optional"`
	ReconcileMode           *string             `pulumi:"reconcileMode,optional" wire:"reconcileInfo.mode"`
	ReconcileStatus         *string             `pulumi:"reconcileStatus,optional" wire:"reconcileInfo.status"`
	Tags                    map[string]string   `pulumi:"tags,optional"`
	Zones                   []ClusterInfoZone   `pulumi:"zones,optional"`
	Subnets                 []ClusterInfoSubnet `pulumi:"subnets,optional"`
	Eks                     *ClusterInfoEks     `pulumi:"eks,optional"`
	Gke                     *ClusterInfoGke     `pulumi:"gke,optional"`
	Aks                     *ClusterInfoAks     `pulumi:"aks,optional"`
}

// String names the cluster in a message.
func (x *ClusterInfo) String() string {
	return fmt.Sprintf("%q (%s, %s in %s of %s)", x.Name, x.ID, x.ProviderType, x.Region, x.ProviderNamespaceID)
}

// Annotate describes the outputs.
func (x *ClusterInfo) Annotate(a infer.Annotator) {
	a.Describe(&x, "What CAST AI knows of a cluster.")
	a.Describe(&x.ID, "The ID (UUID) of the cluster.")
	a.Describe(&x.Name, "The name of the cluster.")
	a.Describe(&x.ClusterNameID, "A readable unique name: the cluster's name and the first characters of its ID.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
	a.Describe(&x.ProviderType, "What kind of cluster it is: `eks`, `gke`, `aks`, `kops`, `openshift`, `oke`, `anywhere`, ...")
	a.Describe(&x.ProviderNamespaceID, "The AWS account, Google Cloud project or Azure subscription of the cluster.")
	a.Describe(&x.Region, "The region of the cloud, such as `eu-central-1`.")
	a.Describe(&x.RegionDisplayName, "The region as the console shows it.")
	a.Describe(&x.Status, "The state of the cluster: `connecting`, `ready`, `warning`, `failed`, `hibernating`, "+
		"`hibernated`, `resuming`, `deleting`, `deleted` or `archived`. A cluster may be `ready` before any agent has "+
		"reported: see `agentStatus`.")
	a.Describe(&x.AgentStatus, "The state of the agent: `waiting-connection`, `online`, `non-responding`, "+
		"`disconnecting` or `disconnected`.")
	a.Describe(&x.CredentialsID, "The ID that CAST AI has given the cluster's cloud credentials; empty without any.")
	a.Describe(&x.ManagedBy, "The tool that the cluster was connected with.")
	a.Describe(&x.KubernetesVersion, "The version of Kubernetes that the agent has reported.")
	a.Describe(&x.IsPhase2, "Whether CAST AI may change the cluster, rather than only watch it.")
	a.Describe(&x.Private, "Whether the API of Kubernetes can be reached from within its network only.")
	a.Describe(&x.CastwareInstallMethod, "`OPERATOR` if CAST AI's operator installs and upgrades its components.")
	a.Describe(&x.KarpenterVersion, "The version of Karpenter in the cluster. Unset if there is none.")
	a.Describe(&x.OmniEnabled, "Whether nodes of other regions and clouds may join the cluster.")
	a.Describe(&x.CreatedAt, "When the cluster was registered, as an RFC 3339 time.")
	a.Describe(&x.DeletedAt, "When the cluster was deleted from CAST AI, as an RFC 3339 time.")
	a.Describe(&x.FirstOperationAt, "When CAST AI first changed the cluster, as an RFC 3339 time.")
	a.Describe(&x.AgentSnapshotReceivedAt, "When the agent last reported, as an RFC 3339 time.")
	a.Describe(&x.ReconciledAt, "When CAST AI last checked its access to the cluster, as an RFC 3339 time.")
	a.Describe(&x.ReconcileError, "What is wrong with CAST AI's access to the cluster. Unset if nothing is known to be.")
	a.Describe(&x.ReconcileMode, "Whether CAST AI checks its access: `enabled`, `disabled` or `paused`.")
	a.Describe(&x.ReconcileStatus, "What the last check found: `ok`, `warning`, `failed` or `unknown`.")
	a.Describe(&x.Tags, "The tags that CAST AI puts on what it creates for the cluster.")
	a.Describe(&x.Zones, "The zones of the cluster.")
	a.Describe(&x.Subnets, "The subnets of the cluster.")
	a.Describe(&x.Eks, "What only EKS clusters have.")
	a.Describe(&x.Gke, "What only GKE clusters have.")
	a.Describe(&x.Aks, "What only AKS clusters have.")
}

// ClusterInfoZone is a zone of a cluster.
type ClusterInfoZone struct {
	ID   string `pulumi:"id"`
	Name string `pulumi:"name"`
}

// Annotate describes the outputs.
func (x *ClusterInfoZone) Annotate(a infer.Annotator) {
	a.Describe(&x, "A zone of a cluster.")
	a.Describe(&x.ID, "The ID of the zone.")
	a.Describe(&x.Name, "The name of the zone, such as `eu-central-1a`.")
}

// ClusterInfoSubnet is a subnet of a cluster.
type ClusterInfoSubnet struct {
	ID       string  `pulumi:"id"`
	Cidr     *string `pulumi:"cidr,optional"`
	ZoneName *string `pulumi:"zoneName,optional"`
	Public   *bool   `pulumi:"public,optional"`
}

// Annotate describes the outputs.
func (x *ClusterInfoSubnet) Annotate(a infer.Annotator) {
	a.Describe(&x, "A subnet of a cluster.")
	a.Describe(&x.ID, "The cloud's ID of the subnet.")
	a.Describe(&x.Cidr, "The address range of the subnet, such as `10.0.0.0/20`.")
	a.Describe(&x.ZoneName, "The zone of the subnet.")
	a.Describe(&x.Public, "Whether the subnet has a route to the internet.")
}

// ClusterInfoEks is what only EKS clusters have.
type ClusterInfoEks struct {
	ClusterName   *string `pulumi:"clusterName,optional"`
	AccountID     *string `pulumi:"accountId,optional"`
	Region        *string `pulumi:"region,optional"`
	AssumeRoleArn *string `pulumi:"assumeRoleArn,optional"`
	DNSClusterIP  *string `pulumi:"dnsClusterIp,optional"`
}

// Annotate describes the outputs.
func (x *ClusterInfoEks) Annotate(a infer.Annotator) {
	a.Describe(&x, "What only EKS clusters have.")
	a.Describe(&x.ClusterName, "The name of the cluster in EKS.")
	a.Describe(&x.AccountID, "The AWS account of the cluster.")
	a.Describe(&x.Region, "The AWS region of the cluster.")
	a.Describe(&x.AssumeRoleArn, "The ARN of the role that CAST AI assumes. Unset for a cluster without credentials.")
	a.Describe(&x.DNSClusterIP, "The address of the cluster's DNS service.")
}

// ClusterInfoGke is what only GKE clusters have.
type ClusterInfoGke struct {
	ClusterName          *string `pulumi:"clusterName,optional"`
	ProjectID            *string `pulumi:"projectId,optional"`
	Location             *string `pulumi:"location,optional"`
	Region               *string `pulumi:"region,optional"`
	MaxPodsPerNode       *int    `pulumi:"maxPodsPerNode,optional"`
	ClientServiceAccount *string `pulumi:"clientServiceAccount,optional"`
	CastServiceAccount   *string `pulumi:"castServiceAccount,optional"`
}

// Annotate describes the outputs.
func (x *ClusterInfoGke) Annotate(a infer.Annotator) {
	a.Describe(&x, "What only GKE clusters have.")
	a.Describe(&x.ClusterName, "The name of the cluster in GKE.")
	a.Describe(&x.ProjectID, "The Google Cloud project of the cluster.")
	a.Describe(&x.Location, "The region or zone that the cluster was made in.")
	a.Describe(&x.Region, "The region of the cluster.")
	a.Describe(&x.MaxPodsPerNode, "The greatest number of pods of a node.")
	a.Describe(&x.ClientServiceAccount, "The service account of yours that CAST AI impersonates. Unset if it uses a key.")
	a.Describe(&x.CastServiceAccount, "The service account of CAST AI that impersonates yours. Unset if it uses a key.")
}

// ClusterInfoAks is what only AKS clusters have.
type ClusterInfoAks struct {
	Region               *string  `pulumi:"region,optional"`
	SubscriptionID       *string  `pulumi:"subscriptionId,optional"`
	TenantID             *string  `pulumi:"tenantId,optional"`
	NodeResourceGroup    *string  `pulumi:"nodeResourceGroup,optional"`
	ClusterResourceGroup *string  `pulumi:"clusterResourceGroup,optional"`
	NetworkPlugin        *string  `pulumi:"networkPlugin,optional"`
	PodCidr              *string  `pulumi:"podCidr,optional"`
	ZoneNamePattern      *string  `pulumi:"zoneNamePattern,optional"`
	HTTPProxy            *string  `pulumi:"httpProxy,optional" wire:"httpProxyConfig.httpProxy"`
	HTTPSProxy           *string  `pulumi:"httpsProxy,optional" wire:"httpProxyConfig.httpsProxy"`
	NoProxies            []string `pulumi:"noProxies,optional" wire:"httpProxyConfig.noProxy"`
}

// Annotate describes the outputs.
func (x *ClusterInfoAks) Annotate(a infer.Annotator) {
	a.Describe(&x, "What only AKS clusters have.")
	a.Describe(&x.Region, "The Azure region of the cluster.")
	a.Describe(&x.SubscriptionID, "The Azure subscription of the cluster.")
	a.Describe(&x.TenantID, "The Azure tenant of the cluster.")
	a.Describe(&x.NodeResourceGroup, "The resource group of the cluster's nodes.")
	a.Describe(&x.ClusterResourceGroup, "The resource group of the cluster itself.")
	a.Describe(&x.NetworkPlugin, "The network plugin of the cluster, such as `azure`.")
	a.Describe(&x.PodCidr, "The address range of pods.")
	a.Describe(&x.ZoneNamePattern, "How the names of the zones are made.")
	a.Describe(&x.HTTPProxy, "The proxy that nodes use for HTTP.")
	a.Describe(&x.HTTPSProxy, "The proxy that nodes use for HTTPS.")
	a.Describe(&x.NoProxies, "The addresses that nodes reach without a proxy.")
}
