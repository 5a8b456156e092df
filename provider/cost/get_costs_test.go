package cost_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// Times of the day on which these tests take place.
const (
	before = "2025-03-01T02:00:00Z"
	begun  = "2025-03-01T12:00:00Z"
	after  = "2025-03-01T22:00:00Z"
)

// setupCosts makes a cluster that CAST AI manages since noon, at ten in the
// evening of that day, and a group that covers it.
func setupCosts(t *testing.T) (f *fixture, cluster, group string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, begun)
	if err != nil {
		t.Fatal(err)
	}
	f = setup(t, func(o *emulator.Options) { o.Now = func() time.Time { return now } })
	cluster = f.Register("one")
	f.Call(http.MethodPost, "/v1/kubernetes/external-clusters/"+cluster, props{"eks": props{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	now = now.Add(10 * time.Hour)
	group = f.group("all", props{"clusterIds": list(cluster)})
	return f, cluster, group
}

func (f *fixture) group(name string, filter props) string {
	f.T.Helper()
	return f.Call(http.MethodPost, groups, props{"name": name, "filter": filter})["id"].(string)
}

func (f *fixture) invoke(function string, args props) props {
	f.T.Helper()
	out, err := f.Invoke(function, args)
	if err != nil {
		f.T.Fatal(err)
	}
	return out
}

func fields(t *testing.T, got props, want props) {
	t.Helper()
	for name, value := range want {
		same(t, name, got[name], value)
	}
}

// The local API has three nodes at 0.20 US dollars an hour, of which two are spot
// instances at 40 percent from noon; workloads request three quarters of them.
func TestClusterCosts(t *testing.T) {
	f, cluster, group := setupCosts(t)
	cost := f.invoke("getClusterCost", props{"clusterId": cluster, "startTime": before, "endTime": after, "useListingPrices": true})
	fields(t, cost, props{
		"clusterId": cluster, "groupId": group, "startTime": before, "endTime": after, "totalCost": 9.6, "totalCostOnDemand": 8, "totalCostSpot": 1.6,
		"totalCostSpotFallback": 0, "cpuCost": 6.72, "ramCost": 2.88, "gpuCost": 0, "cpuCount": 12, "ramGib": 48, "requestedCpuHours": 180, "workloadCount": 4,
	})
	fields(t, cost["days"].([]any)[0].(props), props{"timestamp": "2025-03-01T00:00:00Z", "totalCost": 9.6, "cpuCount": 12})
	same(t, "the days", len(cost["days"].([]any)), 1)
	same(t, "with discount", f.invoke("getClusterCost", props{"clusterId": cluster, "startTime": before, "endTime": after})["totalCost"], 8.64)

	fields(t, f.invoke("getClusterEfficiency", props{"clusterId": cluster, "startTime": begun, "endTime": after, "useListingPrices": true}), props{
		"requests": props{"cpu": 90, "memoryGib": 360}, "usage": props{"cpu": 47.4, "memoryGib": 189.6}, "waste": props{"cpu": 42.6, "memoryGib": 170.4},
		"cpuEfficiency": 52.666667, "memoryEfficiency": 52.666667, "costImpact": props{"onDemand": 0.71, "spot": 0.568, "spotFallback": 0},
		"totalCostImpact": 1.278, "workloadCount": 4})

	period := props{"clusterId": cluster, "startTime": begun, "endTime": after, "useListingPrices": true}
	want := props{
		"baselineStartTime": before, "baselineEndTime": begun, "totalCost": 3.6, "baselineTotalCost": 6, "costPerCpuHour": 0.04,
		"baselineCostPerCpuHour": 0.066667, "costAtBaseline": 6, "savings": 2.4, "savingsPercentage": 40}
	fields(t, f.invoke("getClusterSavings", period), want)
	fields(t, f.invoke("getClusterSavings", with(period, props{"baselineEndTime": begun, "baselineStartTime": before})), want)
	fields(t, f.invoke("getClusterSavings", with(period, props{"baselineStartTime": "2025-03-01T07:00:00Z"})), props{
		"baselineTotalCost": 3, "costAtBaseline": 6, "savings": 2.4})
	fields(t, f.invoke("getClusterSavings", with(period, props{"baselineEndTime": "2020-01-01T00:00:00Z"})), props{
		"baselineStartTime": "2019-12-31T14:00:00Z", "baselineTotalCost": 0, "costPerCpuHour": 0.04, "baselineCostPerCpuHour": nil, "costAtBaseline": nil,
		"savings": nil, "savingsPercentage": nil})
}

func TestClusterCostsNeedAGroup(t *testing.T) {
	f, cluster, group := setupCosts(t)
	f.Call(http.MethodDelete, groups+"/"+group, nil)
	f.group("narrow", props{"clusterIds": list(cluster), "namespaces": list("web")})
	f.group("narrower", props{"labels": list(props{"label": "app", "operator": "Exists"})})
	f.group("pool", props{"nodeLabels": list(props{"label": "pool", "value": "a"})})
	f.group("elsewhere", props{"clusterIds": list(absent)})
	for _, function := range []string{"getClusterCost", "getClusterEfficiency", "getClusterSavings"} {
		_, err := f.Invoke(function, props{"clusterId": cluster})
		fails(t, err, "cannot report the", "of the cluster "+cluster, "no allocation group covers all of the cluster", "clusterIds")
		_, err = f.Invoke(function, props{"clusterId": absent})
		fails(t, err, "of the cluster "+absent, "404")
	}
	web := f.group("web", props{"namespaces": list("web")})
	args := props{"clusterId": cluster, "groupId": web, "startTime": before, "endTime": begun, "useListingPrices": true}
	fields(t, f.invoke("getClusterCost", args), props{"groupId": web, "totalCost": 4, "workloadCount": 2})
	_, err := f.Invoke("getClusterCost", with(args, props{"groupId": absent}))
	fails(t, err, "cannot report the cost of the cluster", "there is no allocation group with the ID \""+absent)
	whole := f.group("whole", props{})
	same(t, "the group", f.invoke("getClusterCost", props{"clusterId": cluster})["groupId"], whole)
	own := f.group("own", props{"clusterIds": list(cluster)})
	same(t, "the group", f.invoke("getClusterCost", props{"clusterId": cluster})["groupId"], own)
}

func TestAllocationGroupCosts(t *testing.T) {
	f, cluster, _ := setupCosts(t)
	other := f.Register("two")
	batch := f.group("batch", props{"namespaces": list("batch")})
	args := props{"name": "batch", "startTime": before, "endTime": begun, "useListingPrices": true, "clusterIds": list(cluster, other)}
	got := f.invoke("getAllocationGroupCosts", args)
	fields(t, got, props{"groupId": batch, "groupName": "batch", "startTime": before, "endTime": begun, "totalCost": 1.8, "workloadCount": 2})
	same(t, "a day", got["days"].([]any)[0].(props)["totalCost"], 1.8)
	fields(t, f.invoke("getAllocationGroupCosts", with(args, props{"name": nil, "groupId": batch, "clusterIds": list(cluster), "includeIdleResourceCosts": true})),
		props{"totalCost": 1.2, "workloadCount": 1})
	fields(t, f.invoke("getAllocationGroupCosts", with(args, props{"startTime": "2020-01-01T00:00:00Z", "endTime": "2020-01-02T00:00:00Z"})),
		props{"totalCost": 0, "days": list()})
	fields(t, f.invoke("getAllocationGroupEfficiency", with(args, props{"clusterIds": list(cluster)})), props{
		"groupName": "batch", "requests": props{"cpu": 18, "memoryGib": 72}, "usage": props{"cpu": 5.4, "memoryGib": 21.6}, "cpuEfficiency": 30, "totalCostImpact": 0.63})
	// A group that the report does not speak of has done nothing.
	f.Emulator.Fail(emulator.Fault{Path: groups + "/efficiency/summary", Status: 200, Body: `{"items":[]}`})
	fields(t, f.invoke("getAllocationGroupEfficiency", with(args, props{"endTime": after})), props{
		"requests": props{"cpu": 0, "memoryGib": 0}, "cpuEfficiency": nil, "memoryEfficiency": nil})

	f.Reopen()
	f.Emulator.Fail(emulator.Fault{Path: "/v1/cost-reports/allocation-group-costs", Status: 403})
	_, err := f.Invoke("getAllocationGroupCosts", args)
	fails(t, err, `cannot report the costs of the allocation group "batch" (`+batch+")", "403")
}

func TestGetAllocationGroup(t *testing.T) {
	f, cluster, all := setupCosts(t)
	web := f.group("web", props{"namespaces": list("web"), "labels": list(props{"label": "app", "operator": "Exists"}), "labelsOperator": "AND"})
	got := f.invoke("getAllocationGroup", props{"name": "web"})
	fields(t, got, props{"id": web, "name": "web", "clusterIds": list(), "namespaces": list("web"), "labelsOperator": "AND", "nodeLabelsOperator": "OR",
		"labelFilters": list(props{"label": "app", "operator": "Exists", "value": ""})})
	fields(t, f.invoke("getAllocationGroup", props{"groupId": all}), props{"name": "all", "clusterIds": list(cluster)})

	twin := f.group("web", props{})
	for _, function := range []string{"getAllocationGroup", "getAllocationGroupCosts", "getAllocationGroupEfficiency"} {
		_, err := f.Invoke(function, props{"name": "web"})
		fails(t, err, `2 allocation groups are named "web"`, web, twin, "Use the ID")
		_, err = f.Invoke(function, props{"name": "Web"})
		fails(t, err, `there is no allocation group named "Web"`, `"all" (`+all+")")
		_, err = f.Invoke(function, props{"groupId": absent})
		fails(t, err, "there is no allocation group with the ID \""+absent)
		_, err = f.Invoke(function, props{})
		fails(t, err, "one of `groupId`, `name` must be given")
	}
	f.Reopen()
	f.Emulator.Fail(emulator.Fault{Path: groups, Status: 403})
	_, err := f.Invoke("getAllocationGroup", props{"name": "web"})
	fails(t, err, "cannot list allocation groups", "403")
	empty := setup(t)
	_, err = empty.Invoke("getAllocationGroup", props{"name": "web"})
	fails(t, err, "sees none at all")
}

// Left out, the period is the 30 days up to the present hour.
func TestCostPeriods(t *testing.T) {
	f := setup(t)
	cluster := f.Register("one")
	f.group("all", props{})
	got := f.invoke("getClusterCost", props{"clusterId": cluster})
	end, err := time.Parse(time.RFC3339, got["endTime"].(string))
	if ago := time.Since(end); err != nil || ago < 0 || ago > 2*time.Hour || end.Truncate(time.Hour) != end {
		t.Errorf("the period ends at %v, %v", end, err)
	}
	same(t, "the beginning", got["startTime"], end.Add(-30*24*time.Hour).Format(time.RFC3339))
	if cost := got["totalCost"].(float64); cost <= 0 {
		t.Errorf("the cluster costs %v", cost)
	}
	for _, r := range f.Emulator.Requests() {
		if r.Path != "/v1/cost-reports/allocation-group-summaries" {
			continue
		}
		query, err := url.ParseQuery(r.Query)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the query", query, props{"startTime": list(got["startTime"]), "endTime": list(got["endTime"]), "clusterIds": list(cluster),
			"groupId": list(got["groupId"]), "useListingPrices": list("false"), "includeIdleResourceCosts": list("true")})
	}

	for name, args := range map[string]props{
		"startTime: ":         {"startTime": "yesterday"},
		"endTime: the period": {"startTime": begun, "endTime": begun},
		"set endTime":         {"startTime": "2999-01-01T00:00:00Z"},
		"clusterId: ":         {"clusterId": "one"},
	} {
		_, err := f.Invoke("getClusterCost", with(props{"clusterId": cluster}, args))
		fails(t, err, name)
	}
	for name, args := range map[string]props{
		"baselineEndTime: the period": {"baselineStartTime": begun, "baselineEndTime": before},
		"set baselineEndTime":         {"baselineStartTime": "2999-01-01T00:00:00Z"},
		"baselineEndTime: ":           {"baselineEndTime": "later"},
		"endTime: the period":         {"startTime": begun, "endTime": before},
	} {
		_, err := f.Invoke("getClusterSavings", with(props{"clusterId": cluster}, args))
		fails(t, err, name)
	}
}
