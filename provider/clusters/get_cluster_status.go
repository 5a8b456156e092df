package clusters

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetClusterStatus tells how far a cluster is connected.
type GetClusterStatus struct{}

// Annotate describes the function.
func (f *GetClusterStatus) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells how far a cluster is connected: whether its agent reports, whether CAST AI can act on it, which nodes it has "+
		"made, and what is still missing, in the order of installation. It tells what is so at this moment, so the outputs of a "+
		"program that uses it change by themselves.")
}

// GetClusterStatusArgs are the inputs of [GetClusterStatus].
type GetClusterStatusArgs struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
}

// Annotate describes the inputs.
func (x *GetClusterStatusArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
}

// GetClusterStatusResult is what [GetClusterStatus] returns.
type GetClusterStatusResult struct {
	ClusterID               string                              `pulumi:"clusterId" wire:"-"`
	Name                    string                              `pulumi:"name"`
	OrganizationID          string                              `pulumi:"organizationId"`
	Status                  string                              `pulumi:"status"`
	ReconcileError          *string                             `pulumi:"reconcileError,optional"`
	Ready                   bool                                `pulumi:"ready" wire:"-"`
	HasCredentials          bool                                `pulumi:"hasCredentials" wire:"-"`
	KubernetesVersion       *string                             `pulumi:"kubernetesVersion,optional"`
	AgentStatus             string                              `pulumi:"agentStatus"`
	AgentVersion            *string                             `pulumi:"agentVersion,optional" wire:"-"`
	AgentSnapshotReceivedAt *string                             `pulumi:"agentSnapshotReceivedAt,optional"`
	WorkloadAutoscaler      *GetClusterStatusWorkloadAutoscaler `pulumi:"workloadAutoscaler,optional" wire:"-"`
	NodeCount               int                                 `pulumi:"nodeCount" wire:"-"`
	ProvisionedNodes        []string                            `pulumi:"provisionedNodes" wire:"-"`
	Missing                 []string                            `pulumi:"missing" wire:"-"`
}

// Annotate describes the outputs.
func (x *GetClusterStatusResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.Name, "The name of the cluster.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
	a.Describe(&x.Status, "The state of the cluster: `connecting`, `ready`, `warning`, `failed`, `hibernating`, `hibernated`, "+
		"`resuming`, `deleting`, `deleted` or `archived`.")
	a.Describe(&x.ReconcileError, "What is wrong with CAST AI's access to the cluster. Unset if nothing is known to be.")
	a.Describe(&x.Ready, "Whether CAST AI can act on the cluster, or could if it were not hibernated: it has credentials, and its agent reports.")
	a.Describe(&x.HasCredentials, "Whether CAST AI has access to the cloud of the cluster. Without, it only watches.")
	a.Describe(&x.KubernetesVersion, "The version of Kubernetes that the agent has reported.")
	a.Describe(&x.AgentStatus, "The state of the agent: `waiting-connection`, `online`, `non-responding`, `disconnecting` or `disconnected`.")
	a.Describe(&x.AgentVersion, "The version of the agent, as far as the service tells.")
	a.Describe(&x.AgentSnapshotReceivedAt, "When the agent last reported, as an RFC 3339 time. Unset before the first time.")
	a.Describe(&x.WorkloadAutoscaler, "What the service knows of the workload autoscaler, which a cluster can do without. Unset if it knows nothing. "+
		"Of other components the API does not tell.")
	a.Describe(&x.NodeCount, "How many nodes the service sees in the cluster.")
	a.Describe(&x.ProvisionedNodes, "The names of the nodes among them that CAST AI has made, sorted.")
	a.Describe(&x.Missing, "What is still missing for CAST AI to act on the cluster, in the order of installation, each with what to do about "+
		"it. Components that a cluster can do without are not among it. Empty if nothing is known to be missing.")
}

// GetClusterStatusWorkloadAutoscaler is what is known of the workload autoscaler.
type GetClusterStatusWorkloadAutoscaler struct {
	Status        string  `pulumi:"status"`
	Version       *string `pulumi:"version,optional" wire:"currentVersion"`
	LatestVersion *string `pulumi:"latestVersion,optional"`
	InstalledAt   *string `pulumi:"installedAt,optional"`
	Replicas      int     `pulumi:"replicas" wire:"workloadAutoscalerReplicaCount"`
}

// Annotate describes the component.
func (x *GetClusterStatusWorkloadAutoscaler) Annotate(a infer.Annotator) {
	a.Describe(&x, "What the service knows of the workload autoscaler in a cluster.")
	a.Describe(&x.Status, "Whether it runs: `AGENT_STATUS_RUNNING`, `AGENT_STATUS_INVALID` or `AGENT_STATUS_UNKNOWN`.")
	a.Describe(&x.Version, "The version that runs. Unset if none does.")
	a.Describe(&x.LatestVersion, "The latest version there is.")
	a.Describe(&x.InstalledAt, "When it was installed, as an RFC 3339 time.")
	a.Describe(&x.Replicas, "How many of its pods there are.")
}

// Invoke asks how far the cluster is.
func (*GetClusterStatus) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClusterStatusArgs],
) (out infer.FunctionResponse[GetClusterStatusResult], err error) {
	id, x := req.Input.ClusterID, &out.Output
	cluster, err := crud.Get(ctx, clusterPath(id))
	if err == nil {
		err = x.read(ctx, id, cluster)
	}
	if err != nil {
		err = fmt.Errorf("cannot tell the status of the cluster %s: %w", id, err)
	}
	return out, err
}

func (x *GetClusterStatusResult) read(ctx context.Context, id string, cluster map[string]any) error {
	if err := wire.Decode(cluster, x); err != nil {
		return fmt.Errorf("cannot understand the answer: %w", err)
	}
	x.ClusterID, x.ProvisionedNodes, x.Missing = id, []string{}, append([]string{}, missing(cluster)...)
	x.HasCredentials = wire.Text(cluster, "credentialsId") != ""
	x.Ready = x.HasCredentials && isReady(x.Status, x.AgentStatus)
	if x.Status == statusArchived {
		return nil // the service knows no more of it
	}
	if err := x.readAgents(ctx); err != nil {
		return err
	}
	if err := x.readNodes(ctx); err != nil {
		return err
	}
	return x.checkConfigurations(ctx)
}

// readAgents asks for what the service knows of components.
func (x *GetClusterStatusResult) readAgents(ctx context.Context) error {
	body, err := crud.Get(ctx, api.Path("v1", "workload-autoscaling", "clusters", x.ClusterID, "components", "workload-autoscaler"))
	switch {
	case api.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("cannot read the status of its components: %w", err)
	}
	x.WorkloadAutoscaler = &GetClusterStatusWorkloadAutoscaler{}
	if err := wire.Decode(body, x.WorkloadAutoscaler); err != nil {
		return fmt.Errorf("cannot understand the status of its components: %w", err)
	}
	if version := wire.Text(body, "castAgentCurrentVersion"); version != "" {
		x.AgentVersion = &version
	}
	return nil
}

func (x *GetClusterStatusResult) readNodes(ctx context.Context) error {
	nodes, err := listNodes(ctx, x.ClusterID)
	if err != nil && !api.IsNotFound(err) {
		return fmt.Errorf("cannot list its nodes: %w", err)
	}
	x.NodeCount = len(nodes)
	x.ProvisionedNodes = append(x.ProvisionedNodes, provisioned(nodes)...)
	slices.Sort(x.ProvisionedNodes)
	return nil
}

// checkConfigurations looks for what the autoscaler makes nodes by, in a
// cluster that it has access to.
func (x *GetClusterStatusResult) checkConfigurations(ctx context.Context) error {
	if !x.HasCredentials || len(x.Missing) > 0 {
		return nil
	}
	path := api.ClusterPath(x.ClusterID, "node-configurations")
	list, err := config.Client(ctx).Collection(ctx, path, nil, "items")
	if err != nil && !api.IsNotFound(err) {
		return fmt.Errorf("cannot list its node configurations: %w", err)
	}
	isDefault := func(item map[string]any) bool { return item["default"] == true }
	if err == nil && !slices.ContainsFunc(list.Items, isDefault) {
		x.Missing = append(x.Missing, "node configuration: none is the default, so that no nodes can be made; make one with NodeConfiguration, and "+
			"the default with NodeConfigurationDefault")
	}
	return nil
}
