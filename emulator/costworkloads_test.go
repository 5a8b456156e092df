package emulator_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const period = "?startTime=2025-02-28T22:00:00Z&endTime=2025-03-01T08:00:00Z"

// amount is a number that the API writes as text.
func amount(t *testing.T, text any) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(text.(string), 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-4 {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestReportsOfWorkloadsAddUp: single workloads and days come to the sums of the other reports.
func TestReportsOfWorkloadsAddUp(t *testing.T) {
	b := newBed(t, emulator.Options{})
	one := b.eks("one")
	b.eks("two")
	all := b.want(200, "POST", groups, doc{"name": "all", "filter": doc{}})["id"].(string)
	web := b.want(200, "POST", groups, doc{"name": "web", "filter": doc{"namespaces": []any{"web"}}})["id"].(string)
	none := b.want(200, "POST", groups, doc{"name": "none", "filter": doc{"namespaces": []any{"nothing"}}})["id"].(string)

	summaries := b.want(200, "GET", "/v1/cost-reports/allocation-group-summaries"+period+"&groupId="+web, nil)
	total := amount(t, at(summaries, "items", 0, "summary", "totalCostOnDemand")) + amount(t, at(summaries, "items", 0, "summary", "totalCostSpot"))
	workloads := b.want(200, "GET", groups+"/"+web+"/workload-costs"+period, nil)
	b.fields(workloads, doc{"groupId": web, "groupName": "web", "count": "4", "nextCursor": ""})
	sum := 0.0
	for _, item := range workloads["items"].([]any) {
		b.fields(item, doc{"namespace": "web", "workloadType": "Deployment"})
		sum += amount(t, at(item, "totalCostOnDemand")) + amount(t, at(item, "totalCostSpot"))
	}
	if total == 0 {
		t.Error("the group costs nothing")
	}
	near(t, "costs of workloads", sum, total)

	totals := b.want(200, "GET", "/v1/cost-reports/allocation-group-totals"+period, nil)
	b.fields(totals, doc{"count": "3"})
	days := at(totals, "items", 1, "items").([]any)
	b.same("days", []any{at(days, 0, "timestamp"), at(days, 1, "timestamp"), len(days)}, []any{"2025-02-28T00:00:00Z", "2025-03-01T00:00:00Z", 2})
	near(t, "costs of days", amount(t, at(days, 0, "totalCost"))+amount(t, at(days, 1, "totalCost")), total)
	paged := b.want(200, "GET", "/v1/cost-reports/allocation-group-totals"+period+"&page.limit=2", nil)
	rest := b.want(200, "GET", "/v1/cost-reports/allocation-group-totals"+period+"&page.limit=2&page.cursor="+paged["nextCursor"].(string), nil)
	b.same("second page", at(rest, "items", 0, "groupName"), "none")

	efficiency := b.want(200, "GET", "/v1/cost-reports/allocation-groups/efficiency/summary"+period, nil)
	byWorkload := b.want(200, "GET", groups+"/"+web+"/workload-efficiency"+period+"&clusterIds="+one+"&sort.field=totalCostImpact&sort.order=desc", nil)
	b.same("workloads", []any{byWorkload["count"], at(byWorkload, "workloads", 0, "workloadName"), at(byWorkload, "workloads", 1, "workloadName")}, []any{"2", "frontend", "api"})
	wasted := 0.0
	for _, item := range byWorkload["workloads"].([]any) {
		b.same("cluster", at(item, "clusterId"), one)
		wasted += 2 * amount(t, at(item, "totalCostImpact")) // there is another cluster like it
	}
	for _, item := range efficiency["items"].([]any) {
		if at(item, "groupId") == web {
			near(t, "waste", wasted, amount(t, at(item, "totalCostImpact")))
		}
	}

	traffic := b.want(200, "GET", groups+"/"+all+"/datatransfer-costs/workloads"+period, nil)
	b.fields(traffic, doc{"groupId": all, "noDataReason": nil})
	moved := 0.0
	for _, cluster := range traffic["clusters"].([]any) {
		for _, item := range at(cluster, "items").([]any) {
			moved += amount(t, at(item, "egressMetrics", "internetBytes"))
		}
	}
	summed := b.want(200, "GET", "/v1/cost-reports/allocation-groups/datatransfer-costs/summary"+period, nil)
	b.same("groups", []any{at(summed, "groups", 0, "groupName"), at(summed, "groups", 0, "workloadCount")}, []any{"all", "8"})
	for _, day := range at(summed, "groups", 0, "items").([]any) {
		moved -= amount(t, at(day, "egressMetrics", "internetBytes"))
	}
	if math.Abs(moved) > 100 { // bytes, of rounding
		t.Errorf("the days have %v bytes less than the workloads", moved)
	}
	b.fields(b.want(200, "GET", groups+"/"+none+"/datatransfer-costs/workloads"+period, nil), doc{"clusters": []any{}, "noDataReason": "Unknown"})
	for _, report := range []string{"workload-costs", "workload-efficiency", "datatransfer-costs/workloads"} {
		b.refused(404, "allocation group not found", "GET", groups+"/nope/"+report+period, nil)
		b.refused(400, "startTime", "GET", groups+"/"+all+"/"+report, nil)
	}
}

func TestCommitmentUsage(t *testing.T) {
	b := newBed(t, emulator.Options{})
	gke := b.want(200, "POST", clusters, doc{"name": "g", "gke": doc{"projectId": "p", "location": "us-east4", "region": "us-east4", "clusterName": "g"}})["id"].(string)
	b.eks("of another cloud")
	b.want(200, "POST", commitments+"/import/gcp/cud", []any{doc{"id": "7", "name": "cud", "region": "us-east4", "plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE",
		"status": "ACTIVE", "startTimestamp": "2024-01-01T00:00:00Z", "endTimestamp": "2027-01-01T00:00:00Z",
		"resources": []any{doc{"type": "VCPU", "amount": "24"}, doc{"type": "MEMORY", "amount": "1024"}}}})
	b.want(200, "POST", commitments+"/import/azure/reservation", []any{azure("a", nil)})
	list := b.want(200, "GET", commitments, nil)["commitments"]
	cud, reservation := at(list, 0, "id").(string), at(list, 1, "id").(string)
	usage := func(id, more string) doc {
		return b.want(200, "GET", "/savings/v1beta/organizations/"+org+"/commitments/"+id+":getUsageHistory"+period+"&aggregationInterval="+more, nil)
	}

	// Before its connection the cluster has three on-demand nodes of four cores and sixteen GiB.
	days := usage(cud, "DAY")
	b.same("days", len(days["items"].([]any)), 2)
	b.fields(days["summary"], doc{"cpuCommitted": 24, "cpuUsed": 12, "cpuUsedPercent": 50, "cpuUsedCast": 12, "cpuUsedOthers": 0, "memoryUsedMib": 1024, "memoryUsedPercent": 100})
	b.fields(at(days, "summary", "organizationUsages", 0), doc{"organizationId": org, "cpuUsed": 12})
	hours := usage(cud, "HOUR")
	b.same("hours", len(hours["items"].([]any)), 10)
	b.same("the second", at(hours, "items", 1, "usageTime"), "2025-02-28T23:00:00Z")

	b.want(200, "PUT", commitments+"/"+cud, doc{"allowedUsage": 0.25, "autoAssignment": false})
	b.fields(usage(cud, "DAY")["summary"], doc{"cpuUsed": 0}) // assigned to nobody
	b.want(200, "PUT", commitments+"/"+cud+"/assignments", []any{gke})
	b.fields(usage(cud, "DAY")["summary"], doc{"cpuUsed": 6}) // what is allowed
	b.fields(usage(reservation, "DAY")["summary"], doc{"cpuCommitted": 12, "cpuUsed": 0})

	b.refused(400, "aggregationInterval", "GET", "/savings/v1beta/organizations/"+org+"/commitments/"+cud+":getUsageHistory"+period+"&aggregationInterval=AGGREGATION_INTERVAL_UNSPECIFIED", nil)
	b.refused(404, "commitment not found", "GET", "/savings/v1beta/organizations/"+org+"/commitments/nope:getUsageHistory"+period+"&aggregationInterval=DAY", nil)
	b.refused(404, "organization not found", "GET", "/savings/v1beta/organizations/nope/commitments/"+cud+":getUsageHistory"+period+"&aggregationInterval=DAY", nil)
}
