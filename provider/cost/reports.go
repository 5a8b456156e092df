package cost

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// CostFigures are what something costs in a period, and what it requests.
type CostFigures struct {
	TotalCost                float64 `pulumi:"totalCost" wire:"-"`
	TotalCostOnDemand        float64 `pulumi:"totalCostOnDemand"`
	TotalCostSpot            float64 `pulumi:"totalCostSpot"`
	TotalCostSpotFallback    float64 `pulumi:"totalCostSpotFallback"`
	CPUCost                  float64 `pulumi:"cpuCost"`
	RAMCost                  float64 `pulumi:"ramCost"`
	GPUCost                  float64 `pulumi:"gpuCost"`
	TPUCost                  float64 `pulumi:"tpuCost"`
	CPUCount                 float64 `pulumi:"cpuCount"`
	RAMGiB                   float64 `pulumi:"ramGib"`
	GPUCount                 float64 `pulumi:"gpuCount"`
	TPUCount                 float64 `pulumi:"tpuCount"`
	RequestedCPUHours        float64 `pulumi:"requestedCpuHours"`
	RequestedRAMGiBHours     float64 `pulumi:"requestedRamGibHours"`
	RequestedGPUHours        float64 `pulumi:"requestedGpuHours"`
	RequestedTPUHours        float64 `pulumi:"requestedTpuHours"`
	RequestedStorageGiBHours float64 `pulumi:"requestedStorageGibHours"`
	WorkloadCount            int     `pulumi:"workloadCount"`
}

// Annotate describes the figures.
func (x *CostFigures) Annotate(a infer.Annotator) {
	a.Describe(&x.TotalCost, "What it costs, in US dollars: the sum of the three totals.")
	a.Describe(&x.TotalCostOnDemand, "What it costs on on-demand nodes, in US dollars.")
	a.Describe(&x.TotalCostSpot, "What it costs on spot nodes, in US dollars.")
	a.Describe(&x.TotalCostSpotFallback, "What it costs on on-demand nodes in place of spot nodes that were not to be had, in US dollars.")
	a.Describe(&x.CPUCost, "The part of the cost that is for CPUs, in US dollars.")
	a.Describe(&x.RAMCost, "The part of the cost that is for memory, in US dollars.")
	a.Describe(&x.GPUCost, "The part of the cost that is for GPUs, in US dollars.")
	a.Describe(&x.TPUCost, "The part of the cost that is for TPUs, in US dollars.")
	a.Describe(&x.CPUCount, "The CPUs, on average.")
	a.Describe(&x.RAMGiB, "The memory, on average, in GiB.")
	a.Describe(&x.GPUCount, "The GPUs, on average.")
	a.Describe(&x.TPUCount, "The TPUs, on average.")
	a.Describe(&x.RequestedCPUHours, "The CPUs that were requested, times hours.")
	a.Describe(&x.RequestedRAMGiBHours, "The memory that was requested, in GiB times hours.")
	a.Describe(&x.RequestedGPUHours, "The GPUs that were requested, times hours.")
	a.Describe(&x.RequestedTPUHours, "The TPUs that were requested, times hours.")
	a.Describe(&x.RequestedStorageGiBHours, "The storage that was requested, in GiB times hours.")
	a.Describe(&x.WorkloadCount, "The number of workloads.")
}

// decode fills the figures from an answer.
func (x *CostFigures) decode(body map[string]any) error {
	if err := wire.Decode(body, x); err != nil {
		return fmt.Errorf("cannot understand the answer: %w", err)
	}
	x.TotalCost = rounded(x.TotalCostOnDemand + x.TotalCostSpot + x.TotalCostSpotFallback)
	return nil
}

// rounded takes off what adding decimal fractions leaves behind.
func rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// reportQuery is what a report is asked for.
type reportQuery struct {
	period        period
	group         string
	clusters      []string
	listing, idle bool
}

func (q reportQuery) values() url.Values {
	values := url.Values{
		"startTime": {q.period.start()}, "endTime": {q.period.end()}, "useListingPrices": {fmt.Sprint(q.listing)},
	}
	if len(q.clusters) > 0 {
		values["clusterIds"] = slices.Sorted(slices.Values(q.clusters))
	}
	return values
}

// costValues are those of the reports of costs.
func (q reportQuery) costValues() url.Values {
	values := q.values()
	values.Set("groupId", q.group)
	values.Set("includeIdleResourceCosts", fmt.Sprint(q.idle))
	return values
}

// report asks for a report and returns the item of the group; empty if the
// service has none.
func (q reportQuery) report(ctx context.Context, path string, values url.Values) (map[string]any, error) {
	list, err := config.Client(ctx).Collection(ctx, path, values, "items")
	if err != nil {
		return nil, err
	}
	if found := list.Find("groupId", q.group); len(found) > 0 {
		return found[0], nil
	}
	return map[string]any{}, nil
}

var costReports = api.Path("v1", "cost-reports")

// cost asks what the group costs in the period.
func (q reportQuery) cost(ctx context.Context) (figures CostFigures, err error) {
	item, err := q.report(ctx, costReports+"/allocation-group-summaries", q.costValues())
	if err != nil {
		return figures, err
	}
	return figures, figures.decode(wire.Object(item, "summary"))
}

// AllocationGroupCostDay is what something costs on a day.
type AllocationGroupCostDay struct {
	Timestamp string `pulumi:"timestamp"`
	CostFigures
}

// Annotate describes the day.
func (x *AllocationGroupCostDay) Annotate(a infer.Annotator) {
	a.Describe(&x, "What something costs on a day.")
	a.Describe(&x.Timestamp, "The beginning of the day, as an RFC 3339 time.")
}

// days asks what the group costs on each day of the period.
func (q reportQuery) days(ctx context.Context) ([]AllocationGroupCostDay, error) {
	item, err := q.report(ctx, costReports+"/allocation-group-costs", q.costValues())
	if err != nil {
		return nil, err
	}
	list, _ := item["items"].([]any)
	days := []AllocationGroupCostDay{}
	for _, body := range list {
		body, _ := body.(map[string]any)
		day := AllocationGroupCostDay{Timestamp: wire.Text(body, "timestamp")}
		if err := day.decode(body); err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	return days, nil
}

// CostResources are CPUs and memory over a time.
type CostResources struct {
	CPU       float64 `pulumi:"cpu"`
	MemoryGiB float64 `pulumi:"memoryGib"`
}

// Annotate describes the resources.
func (x *CostResources) Annotate(a infer.Annotator) {
	a.Describe(&x, "CPUs and memory over a time.")
	a.Describe(&x.CPU, "CPUs times hours.")
	a.Describe(&x.MemoryGiB, "Memory in GiB times hours.")
}

// CostImpact is money by kinds of nodes.
type CostImpact struct {
	OnDemand     float64 `pulumi:"onDemand"`
	Spot         float64 `pulumi:"spot"`
	SpotFallback float64 `pulumi:"spotFallback"`
}

// Annotate describes the kinds.
func (x *CostImpact) Annotate(a infer.Annotator) {
	a.Describe(&x, "Money by the kinds of nodes that it is paid for, in US dollars.")
	a.Describe(&x.OnDemand, "For on-demand nodes.")
	a.Describe(&x.Spot, "For spot nodes.")
	a.Describe(&x.SpotFallback, "For on-demand nodes in place of spot nodes that were not to be had.")
}

// EfficiencyFigures compare what is requested with what is used.
type EfficiencyFigures struct {
	Requests         CostResources `pulumi:"requests"`
	Usage            CostResources `pulumi:"usage"`
	Waste            CostResources `pulumi:"waste"`
	CPUEfficiency    *float64      `pulumi:"cpuEfficiency,optional" wire:"-"`
	MemoryEfficiency *float64      `pulumi:"memoryEfficiency,optional" wire:"-"`
	CostImpact       CostImpact    `pulumi:"costImpact"`
	TotalCostImpact  float64       `pulumi:"totalCostImpact"`
	WorkloadCount    int           `pulumi:"workloadCount"`
}

// Annotate describes the figures.
func (x *EfficiencyFigures) Annotate(a infer.Annotator) {
	a.Describe(&x.Requests, "What was requested.")
	a.Describe(&x.Usage, "What was used.")
	a.Describe(&x.Waste, "What was requested and not used.")
	a.Describe(&x.CPUEfficiency, "How much of the CPUs that were requested was used, in percent. Unset if none were requested.")
	a.Describe(&x.MemoryEfficiency, "How much of the memory that was requested was used, in percent. Unset if none was requested.")
	a.Describe(&x.CostImpact, "What was paid for what was requested and not used.")
	a.Describe(&x.TotalCostImpact, "What was paid for what was requested and not used, in US dollars.")
	a.Describe(&x.WorkloadCount, "The number of workloads.")
}

// efficiency asks how well the group uses what it requests.
func (q reportQuery) efficiency(ctx context.Context) (figures EfficiencyFigures, err error) {
	item, err := q.report(ctx, allocationGroups+"/efficiency/summary", q.values())
	if err == nil {
		err = wire.Decode(item, &figures)
	}
	if err != nil {
		return figures, err
	}
	figures.CPUEfficiency = percent(figures.Usage.CPU, figures.Requests.CPU)
	figures.MemoryEfficiency = percent(figures.Usage.MemoryGiB, figures.Requests.MemoryGiB)
	return figures, nil
}

// percent is the share of a part in a whole; nil if there is no whole.
func percent(part, whole float64) *float64 {
	if whole == 0 {
		return nil
	}
	share := rounded(part / whole * 100)
	return &share
}

// listGroups lists the allocation groups.
func listGroups(ctx context.Context) ([]map[string]any, error) {
	list, err := config.Client(ctx).Collection(ctx, allocationGroups, nil, "items")
	if err != nil {
		return nil, fmt.Errorf("cannot list allocation groups: %w", err)
	}
	return list.Items, nil
}

// findGroup finds an allocation group by its ID, or by its name, which several
// may have.
func findGroup(ctx context.Context, id, name *string) (map[string]any, error) {
	all, err := listGroups(ctx)
	if err != nil {
		return nil, err
	}
	search := crud.Named("allocation group", wire.Value(name))
	if id != nil {
		search.Key, search.Value = "ID", *id
		search.Of = func(group map[string]any) string { return wire.Text(group, "id") }
	}
	return search.One(all)
}

// groupOf finds the allocation group to report a cluster by: the given one, or
// one that all of the cluster is in.
func groupOf(ctx context.Context, cluster string, given *string) (string, error) {
	if _, err := config.Client(ctx).Do(ctx, api.Call{Method: "GET", Path: api.Path("v1", "kubernetes", "external-clusters", cluster)}); err != nil {
		return "", err
	}
	if given != nil {
		group, err := findGroup(ctx, given, nil)
		return wire.Text(group, "id"), err
	}
	all, err := listGroups(ctx)
	if err != nil {
		return "", err
	}
	found := map[int][]string{} // by the number of clusters
	for _, group := range all {
		var filter AllocationGroupArgs
		if err := wire.Decode(group, &filter); err != nil {
			return "", fmt.Errorf("cannot understand the list of allocation groups: %w", err)
		}
		id := wire.Text(group, "id")
		narrows := len(filter.Namespaces) + len(filter.LabelFilters) + len(filter.NodeLabelFilters)
		has := len(filter.ClusterIDs) == 0 || slices.ContainsFunc(filter.ClusterIDs, func(id string) bool { return strings.EqualFold(id, cluster) })
		if id != "" && narrows == 0 && has {
			found[len(filter.ClusterIDs)] = append(found[len(filter.ClusterIDs)], id)
		}
	}
	if len(found) == 0 {
		return "", errors.New("no allocation group covers all of the cluster, and the service reports costs by groups: make one that has " +
			"the cluster among its clusterIds, or no clusterIds, and neither namespaces nor labels")
	}
	// They all say the same of this cluster; one of them is taken for good.
	return slices.Min(found[slices.Max(slices.Collect(maps.Keys(found)))]), nil
}
