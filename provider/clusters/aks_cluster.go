package clusters

import (
	"context"
	"encoding/json"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// AksCluster connects a Microsoft AKS cluster.
type AksCluster struct {
	connection[AksClusterArgs, AksClusterState]
}

// NewAksCluster returns the resource.
func NewAksCluster() *AksCluster {
	return &AksCluster{connection[AksClusterArgs, AksClusterState]{
		cloud: "aks",
		name:  func(a *AksClusterArgs) string { return a.Name },
		params: func(a *AksClusterArgs) map[string]any {
			return map[string]any{
				"region": a.Region, "subscriptionId": a.SubscriptionID, "nodeResourceGroup": a.NodeResourceGroup, "podCidr": nil,
			}
		},
		credentials: aksCredentials,
		drift: func(a, _ *AksClusterArgs, lost bool) {
			if lost {
				a.ClientID = ""
			}
		},
		common: func(a *AksClusterArgs) *Connected { return &a.Connected },
		output: func(s *AksClusterState) *ConnectedState { return &s.ConnectedState },
		read: func(_ context.Context, _ string, a *AksClusterArgs, cluster map[string]any) error {
			if a.TenantID == "" { // on import
				a.TenantID = wire.Text(wire.Object(cluster, "aks"), "tenantId")
			}
			return nil
		},
	}}
}

// aksCredentials is the body that hands over credentials and proxy: the
// service takes both in one call.
func aksCredentials(ctx context.Context, a *AksClusterArgs) map[string]any {
	if a.ClientID == "" {
		return nil
	}
	key := map[string]string{"clientId": a.ClientID, "subscriptionId": a.SubscriptionID, "tenantId": a.TenantID}
	if a.ClientSecret != nil {
		key["clientSecret"] = *a.ClientSecret
	}
	if a.FederationID != nil {
		key["federationId"] = *a.FederationID
	}
	credentials, _ := json.Marshal(key) // a map of texts always encodes, with sorted keys
	aks := map[string]any{}
	proxy := a.HTTPProxyConfig
	if proxy == nil && crud.OldInputs(ctx).Get("httpProxyConfig").IsMap() {
		proxy = &AksClusterHTTPProxyConfig{} // left out, the service would keep the old one
	}
	if proxy != nil {
		noProxies := proxy.NoProxies
		if noProxies == nil {
			noProxies = []string{}
		}
		aks["httpProxyConfig"] = map[string]any{
			"httpProxy": wire.Value(proxy.HTTPProxy), "httpsProxy": wire.Value(proxy.HTTPSProxy), "noProxy": noProxies,
		}
	}
	return map[string]any{"credentials": string(credentials), "aks": aks}
}

// CheckInputs checks what concerns several inputs.
func (r *AksCluster) CheckInputs(in *check.Inputs) { in.ExactlyOne("clientSecret", "federationId") }

// Annotate describes the resource.
func (r *AksCluster) Annotate(a infer.Annotator) {
	a.Describe(&r, "Connects a Microsoft AKS cluster to CAST AI.\n\n"+
		"Let it depend on the `castai-agent` and `castai-cluster-controller` charts: CAST AI can act on a cluster only "+
		"when both run in it, and deleting this resource needs them to drain nodes. Let it depend on all role assignments of "+
		"the application, too: they take a while to show in Azure, which is waited for.\n\n"+
		"Deleting the resource disconnects the cluster and waits until that is done. With `deleteNodesOnDisconnect` the "+
		"nodes that CAST AI has added are drained and deleted first.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI. An import neither registers the cluster again nor "+
		"makes a token. The API does not give credentials back, so add `clientId` and `clientSecret` or `federationId` to the "+
		"program afterwards; the next update hands them over once.")
	a.AddAlias("azure", "AksCluster")
}

// AksClusterArgs are the inputs of an [AksCluster].
type AksClusterArgs struct {
	Name              string                     `pulumi:"name" provider:"replaceOnChanges" check:"notblank"`
	Region            string                     `pulumi:"region" provider:"replaceOnChanges" wire:"aks.region" norm:"fold" check:"azureregion"`
	SubscriptionID    string                     `pulumi:"subscriptionId" provider:"replaceOnChanges" wire:"aks.subscriptionId" norm:"fold" check:"notblank"`
	NodeResourceGroup string                     `pulumi:"nodeResourceGroup" provider:"replaceOnChanges" wire:"aks.nodeResourceGroup" norm:"fold" check:"notblank"`
	TenantID          string                     `pulumi:"tenantId" wire:"-" check:"notblank"`
	ClientID          string                     `pulumi:"clientId" wire:"-" check:"notblank"`
	ClientSecret      *string                    `pulumi:"clientSecret,optional" provider:"secret" wire:"-" check:"notblank"`
	FederationID      *string                    `pulumi:"federationId,optional" wire:"-" check:"notblank"`
	HTTPProxyConfig   *AksClusterHTTPProxyConfig `pulumi:"httpProxyConfig,optional" wire:"aks.httpProxyConfig"`
	Connected
}

// Annotate describes the inputs.
func (x *AksClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the cluster in AKS. Changing it replaces the connection.")
	a.Describe(&x.Region, "The Azure region of the cluster, such as `westeurope`. Changing it replaces the connection.")
	a.Describe(&x.SubscriptionID, "The Azure subscription (UUID) of the cluster. Changing it replaces the connection.")
	a.Describe(&x.NodeResourceGroup, "The resource group that holds the cluster's nodes, such as `MC_group_cluster_westeurope`. "+
		"Changing it replaces the connection.")
	a.Describe(&x.TenantID, "The Microsoft Entra tenant (UUID) of the application.")
	a.Describe(&x.ClientID, "The client ID (UUID) of the application, or of the managed identity, that CAST AI signs in as.")
	a.Describe(&x.ClientSecret, "The client secret of the application. Secret. Give this or `federationId`.")
	a.Describe(&x.FederationID, "The ID of the federated credential for signing in without a secret. Give this or `clientSecret`.")
	a.Describe(&x.HTTPProxyConfig, "The HTTP proxy that new nodes use.")
	x.Connected.Annotate(a)
}

// AksClusterHTTPProxyConfig is the HTTP proxy that nodes use.
type AksClusterHTTPProxyConfig struct {
	HTTPProxy  *string  `pulumi:"httpProxy,optional" check:"notblank"`
	HTTPSProxy *string  `pulumi:"httpsProxy,optional" check:"notblank"`
	NoProxies  []string `pulumi:"noProxies,optional" wire:"noProxy" norm:"set" check:"notblank"`
}

// Annotate describes the properties.
func (x *AksClusterHTTPProxyConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "The HTTP proxy that nodes use.")
	a.Describe(&x.HTTPProxy, "The proxy for HTTP, such as `http://10.0.0.1:3128`.")
	a.Describe(&x.HTTPSProxy, "The proxy for HTTPS, such as `http://10.0.0.1:3128`.")
	a.Describe(&x.NoProxies, "Hosts and address ranges to reach without the proxy. The order does not matter.")
}

// AksClusterState are the outputs of an [AksCluster].
type AksClusterState struct {
	AksClusterArgs
	ConnectedState
}
