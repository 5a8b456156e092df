package cost

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

const needsGroup = " The service reports costs by allocation groups: there must be one that covers all of the cluster, which is an " +
	"`AllocationGroup` with the cluster among its `clusterIds`, or without `clusterIds`, and without namespaces and labels. Give its " +
	"ID as `groupId` if the same program makes it."

// ClusterReport says what a report of a cluster is of.
type ClusterReport struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
	CostPeriod
	GroupID          *string `pulumi:"groupId,optional" check:"notblank"`
	UseListingPrices *bool   `pulumi:"useListingPrices,optional"`
}

// Annotate describes the inputs.
func (x *ClusterReport) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.GroupID, "The ID (UUID) of the allocation group to take the figures from: those of the cluster alone, and of what is in the "+
		"group. Left out, a group that covers all of the cluster.")
	a.Describe(&x.UseListingPrices, aboutListing)
}

// query finds a group that the cluster is in and returns what to ask for.
func (x *ClusterReport) query(ctx context.Context) (q reportQuery, err error) {
	q = reportQuery{clusters: []string{x.ClusterID}, listing: wire.Value(x.UseListingPrices), idle: true}
	if q.period, err = x.CostPeriod.at(time.Now()); err == nil {
		q.group, err = groupOf(ctx, x.ClusterID, x.GroupID)
	}
	return q, err
}

// ClusterReported says what a report is of.
type ClusterReported struct {
	ClusterID string `pulumi:"clusterId"`
	GroupID   string `pulumi:"groupId"`
	StartTime string `pulumi:"startTime"`
	EndTime   string `pulumi:"endTime"`
}

// Annotate describes the outputs.
func (x *ClusterReported) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
	a.Describe(&x.GroupID, "The ID (UUID) of the allocation group that the figures come from.")
	a.Describe(&x.StartTime, aboutStartTime)
	a.Describe(&x.EndTime, aboutEndTime)
}

func (q reportQuery) reported() ClusterReported {
	return ClusterReported{q.clusters[0], q.group, q.period.start(), q.period.end()}
}

// GetClusterCost tells what a cluster costs.
type GetClusterCost struct{ periodChecker }

// Annotate describes the function.
func (f *GetClusterCost) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells what the nodes of a cluster cost in a period, in total and by day, with what no workload has requested."+needsGroup)
}

// GetClusterCostArgs are the inputs of [GetClusterCost].
type GetClusterCostArgs struct {
	ClusterReport
}

// GetClusterCostResult is what [GetClusterCost] returns.
type GetClusterCostResult struct {
	ClusterReported
	CostFigures
	Days []AllocationGroupCostDay `pulumi:"days"`
}

// Annotate describes the outputs.
func (x *GetClusterCostResult) Annotate(a infer.Annotator) {
	a.Describe(&x.Days, "The same by day, the first day first. Days without costs may be missing.")
}

// Invoke asks what the cluster costs.
func (f *GetClusterCost) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClusterCostArgs],
) (out infer.FunctionResponse[GetClusterCostResult], err error) {
	x := &out.Output
	q, err := req.Input.query(ctx)
	if err == nil {
		x.ClusterReported = q.reported()
		x.CostFigures, err = q.cost(ctx)
	}
	if err == nil {
		x.Days, err = q.days(ctx)
	}
	if err != nil {
		err = fmt.Errorf("cannot report the cost of the cluster %s: %w", req.Input.ClusterID, err)
	}
	return out, err
}

// GetClusterEfficiency tells how well a cluster uses what is requested in it.
type GetClusterEfficiency struct{ periodChecker }

// Annotate describes the function.
func (f *GetClusterEfficiency) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells how much of what the workloads of a cluster request they use in a period, and what the rest costs."+needsGroup)
}

// GetClusterEfficiencyArgs are the inputs of [GetClusterEfficiency].
type GetClusterEfficiencyArgs struct {
	ClusterReport
}

// GetClusterEfficiencyResult is what [GetClusterEfficiency] returns.
type GetClusterEfficiencyResult struct {
	ClusterReported
	EfficiencyFigures
}

// Invoke asks how efficient the cluster is.
func (f *GetClusterEfficiency) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClusterEfficiencyArgs],
) (out infer.FunctionResponse[GetClusterEfficiencyResult], err error) {
	x := &out.Output
	q, err := req.Input.query(ctx)
	if err == nil {
		x.ClusterReported = q.reported()
		x.EfficiencyFigures, err = q.efficiency(ctx)
	}
	if err != nil {
		err = fmt.Errorf("cannot report the efficiency of the cluster %s: %w", req.Input.ClusterID, err)
	}
	return out, err
}

// GetClusterSavings compares what a cluster costs in two periods.
type GetClusterSavings struct{ periodChecker }

// CheckInputs checks both periods.
func (f *GetClusterSavings) CheckInputs(in *check.Inputs) {
	f.periodChecker.CheckInputs(in)
	checkPeriod(in, "baselineStartTime", "baselineEndTime")
}

// Annotate describes the function.
func (f *GetClusterSavings) Annotate(a infer.Annotator) {
	a.Describe(&f, "Tells what a cluster saves in a period: what the CPUs requested in it would have cost at the price that a requested CPU had "+
		"in an earlier period, the baseline, less what they do cost. The cost is that of all nodes, so that fewer nodes, cheaper ones and "+
		"fuller ones all count, while more or less work does not. To see what CAST AI has saved, take for the baseline a time before it "+
		"managed the cluster."+needsGroup)
}

// GetClusterSavingsArgs are the inputs of [GetClusterSavings].
type GetClusterSavingsArgs struct {
	ClusterReport
	BaselineStartTime *string `pulumi:"baselineStartTime,optional" check:"rfc3339"`
	BaselineEndTime   *string `pulumi:"baselineEndTime,optional" check:"rfc3339"`
}

// Annotate describes the inputs.
func (x *GetClusterSavingsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.BaselineStartTime, "When the baseline begins, as an RFC 3339 time. Left out, as long before its end as the period is.")
	a.Describe(&x.BaselineEndTime, "When the baseline ends, as an RFC 3339 time. Left out, when the period begins.")
}

// baseline is the period to compare with.
func (x *GetClusterSavingsArgs) baseline(p period) (period, error) {
	base := p.before()
	if x.BaselineEndTime != nil {
		end, err := time.Parse(time.RFC3339, *x.BaselineEndTime)
		if err != nil {
			return base, err
		}
		base = period{end.Add(p.from.Sub(p.to)), end}
	}
	if x.BaselineStartTime != nil {
		start, err := time.Parse(time.RFC3339, *x.BaselineStartTime)
		if err != nil {
			return base, err
		}
		base.from = start
	}
	if !base.from.Before(base.to) {
		return base, fmt.Errorf("the baseline begins at %s and ends at %s: set baselineEndTime, too", base.start(), base.end())
	}
	return base, nil
}

// GetClusterSavingsResult is what [GetClusterSavings] returns.
type GetClusterSavingsResult struct {
	ClusterReported
	BaselineStartTime      string   `pulumi:"baselineStartTime"`
	BaselineEndTime        string   `pulumi:"baselineEndTime"`
	TotalCost              float64  `pulumi:"totalCost"`
	BaselineTotalCost      float64  `pulumi:"baselineTotalCost"`
	CostPerCPUHour         *float64 `pulumi:"costPerCpuHour,optional"`
	BaselineCostPerCPUHour *float64 `pulumi:"baselineCostPerCpuHour,optional"`
	CostAtBaseline         *float64 `pulumi:"costAtBaseline,optional"`
	Savings                *float64 `pulumi:"savings,optional"`
	SavingsPercentage      *float64 `pulumi:"savingsPercentage,optional"`
}

// Annotate describes the outputs.
func (x *GetClusterSavingsResult) Annotate(a infer.Annotator) {
	a.Describe(&x.BaselineStartTime, "When the baseline begins, as an RFC 3339 time.")
	a.Describe(&x.BaselineEndTime, "When the baseline ends, as an RFC 3339 time.")
	a.Describe(&x.TotalCost, "What the cluster costs in the period, in US dollars.")
	a.Describe(&x.BaselineTotalCost, "What the cluster costs in the baseline, in US dollars.")
	a.Describe(&x.CostPerCPUHour, "What a requested CPU costs an hour in the period, in US dollars. Unset if none were requested.")
	a.Describe(&x.BaselineCostPerCPUHour, "What a requested CPU costs an hour in the baseline, in US dollars. Unset if none were requested.")
	a.Describe(&x.CostAtBaseline, "What the CPUs requested in the period would cost at the price of the baseline, in US dollars. Unset if "+
		"none were requested in the baseline.")
	a.Describe(&x.Savings, "`costAtBaseline` less `totalCost`, in US dollars. Negative if the cluster has become more expensive.")
	a.Describe(&x.SavingsPercentage, "`savings` in percent of `costAtBaseline`. Unset if that is 0.")
}

// compare sets the figures from those of both periods.
func (x *GetClusterSavingsResult) compare(now, base CostFigures) {
	x.TotalCost, x.BaselineTotalCost = now.TotalCost, base.TotalCost
	x.CostPerCPUHour, x.BaselineCostPerCPUHour = ratio(now.TotalCost, now.RequestedCPUHours), ratio(base.TotalCost, base.RequestedCPUHours)
	if base.RequestedCPUHours == 0 {
		return
	}
	would := rounded(base.TotalCost / base.RequestedCPUHours * now.RequestedCPUHours)
	savings := rounded(would - now.TotalCost)
	x.CostAtBaseline, x.Savings, x.SavingsPercentage = &would, &savings, percent(savings, would)
}

// ratio is a share of money; nil if there is nothing to share it among.
func ratio(cost, among float64) *float64 {
	if among == 0 {
		return nil
	}
	share := rounded(cost / among)
	return &share
}

// Invoke compares the periods.
func (f *GetClusterSavings) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetClusterSavingsArgs],
) (out infer.FunctionResponse[GetClusterSavingsResult], err error) {
	fail := func(err error) (infer.FunctionResponse[GetClusterSavingsResult], error) {
		return out, fmt.Errorf("cannot report the savings of the cluster %s: %w", req.Input.ClusterID, err)
	}
	q, err := req.Input.query(ctx)
	if err != nil {
		return fail(err)
	}
	earlier := q
	if earlier.period, err = req.Input.baseline(q.period); err != nil {
		return fail(err)
	}
	now, err := q.cost(ctx)
	if err != nil {
		return fail(err)
	}
	base, err := earlier.cost(ctx)
	if err != nil {
		return fail(err)
	}
	out.Output.ClusterReported = q.reported()
	out.Output.BaselineStartTime, out.Output.BaselineEndTime = earlier.period.start(), earlier.period.end()
	out.Output.compare(now, base)
	return out, nil
}
