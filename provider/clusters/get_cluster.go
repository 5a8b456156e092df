package clusters

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetCluster finds a cluster by its ID or its name.
type GetCluster struct{}

// Annotate describes the function.
func (f *GetCluster) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds a cluster that CAST AI knows, by its ID or by its name. Clusters of several accounts or regions "+
		"may share a name: then `providerType`, `region` or `accountId` tell them apart. It fails if no cluster fits, or "+
		"more than one.")
}

// GetClusterArgs are the inputs of [GetCluster].
type GetClusterArgs struct {
	ClusterID       *string `pulumi:"clusterId,optional" check:"uuid"`
	Name            *string `pulumi:"name,optional" check:"notblank"`
	ProviderType    *string `pulumi:"providerType,optional" check:"notblank"`
	Region          *string `pulumi:"region,optional" check:"notblank"`
	AccountID       *string `pulumi:"accountId,optional" check:"notblank"`
	IncludeArchived *bool   `pulumi:"includeArchived,optional"`
}

// Annotate describes the inputs.
func (x *GetClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Give this or `name`.")
	a.Describe(&x.Name, "The name of the cluster, in the exact letter case. Give this or `clusterId`.")
	a.Describe(&x.ProviderType, "Only a cluster of this kind: `eks`, `gke`, `aks`, `kops`, `openshift`, `oke`, `anywhere`, "+
		"... Letter case does not matter.")
	a.Describe(&x.Region, "Only a cluster in this region of the cloud, such as `eu-central-1`. Letter case does not matter.")
	a.Describe(&x.AccountID, "Only a cluster in this AWS account, Google Cloud project or Azure subscription.")
	a.Describe(&x.IncludeArchived, "Whether a cluster that was deleted from CAST AI may be found as well, as long as the "+
		"service still shows it. Default: false.")
}

// CheckInputs asks for one way to find the cluster.
func (*GetCluster) CheckInputs(in *check.Inputs) { in.ExactlyOne("clusterId", "name") }

// Invoke finds the cluster.
func (*GetCluster) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClusterArgs],
) (infer.FunctionResponse[*ClusterInfo], error) {
	a := req.Input
	wanted := clusterFilter{
		name: a.Name, providerType: a.ProviderType, region: a.Region, account: a.AccountID,
		archived: a.IncludeArchived != nil && *a.IncludeArchived,
	}
	var found *ClusterInfo
	var err error
	if a.ClusterID != nil {
		found, err = clusterByID(ctx, *a.ClusterID, wanted)
	} else {
		found, err = clusterByName(ctx, wanted)
	}
	return infer.FunctionResponse[*ClusterInfo]{Output: found}, err
}

func clusterByID(ctx context.Context, id string, wanted clusterFilter) (*ClusterInfo, error) {
	body, err := crud.Get(ctx, clusterPath(id))
	if err != nil {
		return nil, fmt.Errorf("cannot find the cluster %s: %w", id, err)
	}
	found := &ClusterInfo{}
	if err := wire.Decode(body, found); err != nil {
		return nil, fmt.Errorf("cannot understand what the API says of the cluster %s: %w", id, err)
	}
	if found.Status == statusArchived && !wanted.archived {
		return nil, fmt.Errorf("the cluster %s was deleted from CAST AI; set includeArchived to look at what is left of it", found)
	}
	if !wanted.fits(found) {
		return nil, fmt.Errorf("the cluster %s is not %s", found, wanted)
	}
	return found, nil
}

func clusterByName(ctx context.Context, wanted clusterFilter) (*ClusterInfo, error) {
	all, err := listClusters(ctx)
	if err != nil {
		return nil, err
	}
	var found, namesakes, archived []*ClusterInfo
	for _, cluster := range all {
		switch {
		case wanted.fits(cluster):
			found = append(found, cluster)
		case cluster.Name != *wanted.name:
		case cluster.Status == statusArchived:
			archived = append(archived, cluster)
		default:
			namesakes = append(namesakes, cluster)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("%d clusters are %s: %s. Narrow the search with providerType, region or accountId, or give the clusterId",
			len(found), wanted, clusterNames(found))
	case len(namesakes) > 0:
		return nil, fmt.Errorf("no cluster is %s; of that name there are %s", wanted, clusterNames(namesakes))
	case len(archived) > 0:
		return nil, fmt.Errorf("no cluster is %s; deleted from CAST AI are %s", wanted, clusterNames(archived))
	case len(all) > 0:
		return nil, fmt.Errorf("no cluster is %s; the API token sees %s", wanted, clusterNames(all))
	default:
		return nil, fmt.Errorf("no cluster is %s: the API token sees none at all", wanted)
	}
}

// GetClusters lists clusters.
type GetClusters struct{}

// Annotate describes the function.
func (f *GetClusters) Annotate(a infer.Annotator) {
	a.Describe(&f, "Lists the clusters that CAST AI knows and the API token can see, sorted by name and ID. Each filter "+
		"that is given narrows the list; an empty list is no error.")
}

// GetClustersArgs are the inputs of [GetClusters].
type GetClustersArgs struct {
	Name            *string `pulumi:"name,optional" check:"notblank"`
	ProviderType    *string `pulumi:"providerType,optional" check:"notblank"`
	Region          *string `pulumi:"region,optional" check:"notblank"`
	AccountID       *string `pulumi:"accountId,optional" check:"notblank"`
	OrganizationID  *string `pulumi:"organizationId,optional" check:"uuid"`
	Status          *string `pulumi:"status,optional" check:"notblank"`
	AgentStatus     *string `pulumi:"agentStatus,optional" check:"notblank"`
	IncludeArchived *bool   `pulumi:"includeArchived,optional"`
}

// Annotate describes the inputs.
func (x *GetClustersArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "Only clusters of this name, in the exact letter case.")
	a.Describe(&x.ProviderType, "Only clusters of this kind: `eks`, `gke`, `aks`, `kops`, `openshift`, `oke`, `anywhere`, "+
		"... Letter case does not matter.")
	a.Describe(&x.Region, "Only clusters in this region of the cloud, such as `eu-central-1`. Letter case does not matter.")
	a.Describe(&x.AccountID, "Only clusters in this AWS account, Google Cloud project or Azure subscription.")
	a.Describe(&x.OrganizationID, "Only clusters of this organization (UUID).")
	a.Describe(&x.Status, "Only clusters in this state, such as `ready`.")
	a.Describe(&x.AgentStatus, "Only clusters whose agent is in this state, such as `online`.")
	a.Describe(&x.IncludeArchived, "Whether clusters that were deleted from CAST AI are listed as well, as long as the "+
		"service still shows them. Default: false.")
}

// GetClustersResult is what [GetClusters] returns.
type GetClustersResult struct {
	Clusters []*ClusterInfo `pulumi:"clusters"`
	IDs      []string       `pulumi:"ids"`
}

// Annotate describes the outputs.
func (x *GetClustersResult) Annotate(a infer.Annotator) {
	a.Describe(&x.Clusters, "The clusters, sorted by name and ID.")
	a.Describe(&x.IDs, "The IDs (UUID) of the clusters, in the same order.")
}

// Invoke lists the clusters.
func (*GetClusters) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClustersArgs],
) (infer.FunctionResponse[GetClustersResult], error) {
	a := req.Input
	wanted := clusterFilter{
		name: a.Name, providerType: a.ProviderType, region: a.Region, account: a.AccountID,
		organization: a.OrganizationID, status: a.Status, agentStatus: a.AgentStatus,
		archived: a.IncludeArchived != nil && *a.IncludeArchived,
	}
	all, err := listClusters(ctx)
	out := GetClustersResult{Clusters: []*ClusterInfo{}, IDs: []string{}}
	for _, cluster := range all {
		if wanted.fits(cluster) {
			out.Clusters = append(out.Clusters, cluster)
			out.IDs = append(out.IDs, cluster.ID)
		}
	}
	return infer.FunctionResponse[GetClustersResult]{Output: out}, err
}

// listClusters returns every cluster the token sees, sorted by name and ID.
func listClusters(ctx context.Context) ([]*ClusterInfo, error) {
	list, err := config.Client(ctx).Collection(ctx, api.Path("v1", "kubernetes", "external-clusters"), nil, "items")
	if err != nil {
		return nil, fmt.Errorf("cannot list clusters: %w", err)
	}
	all := make([]*ClusterInfo, len(list.Items))
	for i, body := range list.Items {
		all[i] = &ClusterInfo{}
		if err := wire.Decode(body, all[i]); err != nil {
			return nil, fmt.Errorf("cannot understand the list of clusters: %w", err)
		}
		if all[i].ID == "" {
			return nil, errors.New("cannot understand the list of clusters: one has no ID")
		}
	}
	slices.SortFunc(all, func(a, b *ClusterInfo) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return all, nil
}

// clusterFilter says which clusters are wanted; nil for any value.
type clusterFilter struct {
	name, providerType, region, account, organization, status, agentStatus *string

	archived bool
}

func (w clusterFilter) fits(c *ClusterInfo) bool {
	is := func(want *string, got string) bool { return want == nil || *want == got }
	like := func(want *string, got string) bool { return want == nil || strings.EqualFold(*want, got) }
	return is(w.name, c.Name) && like(w.providerType, c.ProviderType) && like(w.region, c.Region) &&
		like(w.account, c.ProviderNamespaceID) && like(w.organization, c.OrganizationID) &&
		like(w.status, c.Status) && like(w.agentStatus, c.AgentStatus) &&
		(w.archived || c.Status != statusArchived)
}

// String says what is looked for, as in "is ...".
func (w clusterFilter) String() string {
	var parts []string
	for _, part := range []struct {
		text  string
		value *string
	}{{"named", w.name}, {"of the type", w.providerType}, {"in the region", w.region}, {"in the account", w.account}} {
		if part.value != nil {
			parts = append(parts, fmt.Sprintf("%s %q", part.text, *part.value))
		}
	}
	return strings.Join(parts, " and ")
}

// clusterNames names clusters in a message, the first ten of them.
func clusterNames(list []*ClusterInfo) string {
	const most = 10
	var names []string
	for _, c := range list[:min(most, len(list))] {
		names = append(names, c.String())
	}
	text := strings.Join(names, ", ")
	if len(list) > most {
		text += fmt.Sprintf(" and %d more", len(list)-most)
	}
	return text
}
