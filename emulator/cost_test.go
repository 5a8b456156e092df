package emulator_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

const (
	groups      = "/v1/cost-reports/allocation-groups"
	commitments = "/v1/savings/commitments"
)

func TestAllocationGroups(t *testing.T) {
	b := newBed(t, emulator.Options{})
	one, two := b.eks("one"), b.eks("two")
	// As CAST AI's own client does.
	all := b.want(200, "POST", groups, doc{"name": "ag", "filter": doc{"clusterIds": nil, "labels": nil, "labelsOperator": "OR", "namespaces": []any{}}})
	b.fields(all, doc{"name": "ag", "filter": doc{"clusterIds": []any{}, "labels": []any{}, "labelsOperator": "OR", "namespaces": []any{}}})
	some := b.want(200, "POST", groups, doc{"name": "ag", "filter": doc{"clusterIds": []any{one}, "namespaces": []any{"b", "a"}, "labels": []any{
		doc{"label": "team", "value": "web"}, doc{"label": "app", "operator": "Exists"}}}})
	b.same("as given", at(some, "filter", "namespaces"), []any{"b", "a"})
	b.same("labels", at(some, "filter", "labels"), []any{doc{"label": "app", "operator": "Exists", "value": ""}, doc{"label": "team", "operator": "Equal", "value": "web"}})
	b.same("listed", b.want(200, "GET", groups, nil)["items"], []any{all, some})
	b.same("of a cluster", b.want(200, "GET", groups+"?clusterIds="+two, nil)["items"], []any{all})

	changed := b.want(200, "PUT", groups+"/"+some["id"].(string), doc{"name": "other"})
	b.fields(changed, doc{"id": some["id"], "name": "other", "filter": all["filter"]})
	b.refused(400, "name", "POST", groups, doc{"name": ""})
	b.refused(400, "labels", "POST", groups, doc{"name": "x", "filter": doc{"labels": []any{doc{"value": "v"}}}})
	b.same("deleted", b.want(200, "DELETE", groups+"/"+some["id"].(string), nil), doc{})
	b.want(404, "GET", groups+"/"+some["id"].(string), nil)
	b.want(404, "DELETE", groups+"/"+some["id"].(string), nil)
}

func TestCostStateSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	first := newBed(t, emulator.Options{State: file})
	cluster := first.eks("one")
	first.want(200, "POST", groups, doc{"name": "ag", "filter": doc{"clusterIds": []any{}, "namespaces": nil}})
	first.want(200, "POST", commitments+"/import/azure/reservation?behaviour=APPEND", []any{azure("a", nil)})
	id := at(first.want(200, "GET", commitments, nil), "commitments", 0, "id").(string)
	first.want(200, "PUT", commitments+"/"+id+"/assignments", []any{cluster})
	paths := []string{groups, commitments, "/v1/savings/assignments"}
	var before []doc
	for _, path := range paths {
		before = append(before, first.want(200, "GET", path, nil))
	}
	first.web.Close()
	if err := first.srv.Close(); err != nil {
		t.Fatal(err)
	}
	second := newBed(t, emulator.Options{State: file})
	for i, path := range paths {
		second.same(path, second.want(200, "GET", path, nil), before[i])
	}
}

func TestReservations(t *testing.T) {
	b := newBed(t, emulator.Options{})
	reservations := "/v1/organizations/" + org + "/reservations"
	b.same("none", b.want(200, "GET", reservations, nil)["reservations"], []any{})
	b.want(200, "POST", reservations+"/overwrite", doc{"items": []any{
		doc{"name": "late", "provider": "aws", "region": "us-east-1", "instanceType": "c5.large", "count": 2, "startDate": "2024-02-01T00:00:00Z",
			"endDate": "2050-01-01T00:00:00Z", "price": nil, "zoneId": nil},
		doc{"name": "early", "provider": "azure", "region": "eastus", "productName": "Standard_D4s_v5", "quantity": 3,
			"purchaseDate": "2023-01-01T00:00:00Z", "expirationDate": "2026-01-01T00:00:00Z", "type": "VirtualMachines"}}})
	list := b.want(200, "GET", reservations, nil)["reservations"]
	b.fields(at(list, 0), doc{"name": "early", "instanceType": "Standard_D4s_v5", "count": 3, "startDate": "2023-01-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"})
	b.fields(at(list, 1), doc{"name": "late", "count": 2, "price": nil, "zoneId": nil})
	b.refused(400, "provider", "POST", reservations+"/overwrite", doc{"items": []any{doc{"name": "x"}}})
	b.same("they stay", b.want(200, "GET", reservations, nil)["reservations"], list)
	// What a row of the file leaves out is not filled in: the provider knows what it has sent.
	b.want(200, "POST", reservations+"/overwrite", doc{"items": []any{doc{"name": "bare", "provider": "gcp", "instanceType": "n2", "startDate": nil, "count": nil}}})
	b.fields(at(b.want(200, "GET", reservations, nil)["reservations"], 0), doc{"name": "bare", "startDate": nil, "endDate": nil, "count": nil, "price": nil})
	b.want(200, "POST", reservations+"/overwrite", doc{"items": []any{}})
	b.same("all gone", b.want(200, "GET", reservations, nil)["reservations"], []any{})
	b.refused(404, "organization not found", "GET", "/v1/organizations/nope/reservations", nil)
}

func azure(id string, more doc) doc {
	d := doc{"name": "res", "reservationId": id, "status": "Succeeded", "term": "P3Y", "productName": "Standard_D4s_v5", "region": "eastus",
		"quantity": 3, "purchaseDate": "2023-01-11T00:00:00Z", "expirationDate": "2050-01-01T00:00:00Z"}
	for name, value := range more {
		d[name] = value
	}
	return d
}

func TestCommitments(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := b.eks("one")
	const azureImport, gcpImport = commitments + "/import/azure/reservation", commitments + "/import/gcp/cud"
	list := func() any { return b.want(200, "GET", commitments, nil)["commitments"] }
	b.same("imported", b.want(200, "POST", azureImport+"?behaviour=OVERWRITE", []any{azure("a", nil), azure("b", nil)}), doc{})
	b.want(200, "POST", gcpImport+"?behaviour=OVERWRITE", []any{doc{"id": "7", "name": "cud", "region": "https://x/regions/us-east4", "plan": "TWELVE_MONTH",
		"type": "GENERAL_PURPOSE", "status": "ACTIVE", "startTimestamp": "2024-01-01T00:00:00.000-07:00", "endTimestamp": "2027-01-01T00:00:00.000-07:00",
		"resources": []any{doc{"type": "VCPU", "amount": "100"}, doc{"type": "MEMORY", "amount": "20480"}}}})
	b.fields(at(list(), 0), doc{"name": "res", "region": "eastus", "allowedUsage": 1, "prioritization": false, "autoAssignment": true,
		"scalingStrategy": "Default", "status": "Active", "startDate": "2023-01-11T00:00:00Z"})
	b.fields(at(list(), 0, "azureReservationContext"), doc{"id": "a", "count": 3, "plan": "THREE_YEAR", "instanceType": "Standard_D4s_v5"})
	b.fields(at(list(), 2), doc{"region": "us-east4", "gcpResourceCudContext": doc{"cudId": "7", "cpu": "100", "memoryMb": "20480",
		"plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE", "status": "ACTIVE"}})

	first := commitments + "/" + at(list(), 0, "id").(string)
	b.fields(b.want(200, "PUT", first, doc{"allowedUsage": 0.6, "status": "Inactive", "prioritization": true})["commitments"],
		doc{"allowedUsage": 0.6000000238418579, "status": "Inactive", "prioritization": true, "autoAssignment": true})
	b.fields(at(b.want(200, "PUT", first+"/assignments", []any{cluster}), "assignments", 0), doc{"clusterId": cluster, "priority": 1})
	b.same("all assignments", b.want(200, "GET", "/v1/savings/assignments", nil)["commitmentsAssignments"], b.want(200, "GET", first+"/assignments", nil)["assignments"])
	b.refused(400, "cluster not found", "PUT", first+"/assignments", []any{"nope"})

	b.want(200, "POST", azureImport+"?behaviour=APPEND", []any{azure("a", doc{"quantity": 5}), azure("c", nil)})
	b.fields(at(list(), 0), doc{"allowedUsage": 0.6000000238418579, "id": first[len(commitments)+1:]})
	b.same("updated", at(list(), 0, "azureReservationContext", "count"), 5)
	b.want(200, "POST", azureImport+"?behaviour=OVERWRITE", []any{azure("a", nil)})
	b.same("of the other cloud", at(list(), 0, "gcpResourceCudContext", "cudId"), "7")
	b.fields(at(list(), 1), doc{"allowedUsage": 1, "status": "Active"})
	b.same("no assignments", b.want(200, "GET", "/v1/savings/assignments", nil)["commitmentsAssignments"], []any{})

	b.refused(400, "reservationId", "POST", azureImport, []any{azure("", nil)})
	b.refused(400, "term", "POST", azureImport, []any{azure("x", doc{"term": "P2Y"})})
	b.refused(400, "id", "POST", gcpImport, []any{doc{}})
	b.refused(400, "plan", "POST", gcpImport, []any{doc{"id": "1"}})
	b.refused(404, "commitment not found", "PUT", first, doc{})
	last := commitments + "/" + at(list(), 1, "id").(string)
	b.refused(400, "allowedUsage", "PUT", last, doc{"allowedUsage": 2})
	b.same("read", b.want(200, "GET", last, nil)["commitment"], at(list(), 1))
	b.want(200, "DELETE", last, nil)
	b.want(404, "GET", last, nil)
}

func TestCostReports(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1}})
	cluster := b.eks("one")
	b.eks("two")
	group := func(filter doc) string {
		return b.want(200, "POST", groups, doc{"name": "g", "filter": filter})["id"].(string)
	}
	ask := func(report, id, more string) any {
		answer := b.want(200, "GET", "/v1/cost-reports/"+report+"?startTime=2025-02-28T22:00:00Z&endTime=2025-03-01T08:00:00Z&clusterIds="+cluster+"&groupId="+id+more, nil)
		return at(answer, "items", 0)
	}
	// Three nodes at 0.20, ten hours, of which the workloads request three quarters.
	all := group(doc{})
	b.fields(at(ask("allocation-group-summaries", all, "&useListingPrices=true"), "summary"), doc{
		"totalCostOnDemand": "4.5", "totalCostSpot": "0", "cpuCount": "9", "requestedCpuHours": "90", "workloadCount": "4"})
	b.fields(at(ask("allocation-group-summaries", all, "&useListingPrices=true&includeIdleResourceCosts=true"), "summary"), doc{
		"totalCostOnDemand": "6", "cpuCost": "4.2", "ramCost": "1.8", "cpuCount": "12", "requestedCpuHours": "90"})
	b.fields(at(ask("allocation-group-summaries", all, ""), "summary"), doc{"totalCostOnDemand": "4.05"})
	days := ask("allocation-group-costs", all, "&useListingPrices=true")
	b.fields(at(days, "items", 0), doc{"timestamp": "2025-02-28T00:00:00Z", "totalCostOnDemand": "0.9"})
	b.fields(at(days, "items", 1), doc{"timestamp": "2025-03-01T00:00:00Z", "totalCostOnDemand": "3.6"})

	for name, filter := range map[string]doc{
		"a namespace":     {"namespaces": []any{"batch"}},
		"a label":         {"labels": []any{doc{"label": "team", "value": "data"}}},
		"all labels":      {"labelsOperator": "AND", "labels": []any{doc{"label": "team", "operator": "NotEqual", "value": "web"}, doc{"label": "app", "value": "reports"}}},
		"one label":       {"labels": []any{doc{"label": "team", "value": "nobody"}, doc{"label": "app", "value": "reports"}}},
		"no node's label": {"namespaces": []any{"batch"}, "nodeLabels": []any{doc{"label": "pool", "operator": "DoesNotExist"}}},
	} {
		b.same(name, at(ask("allocation-group-summaries", group(filter), "&useListingPrices=true"), "summary", "totalCostOnDemand"), "0.9")
	}
	none := group(doc{"nodeLabels": []any{doc{"label": "pool", "operator": "Exists"}}})
	b.same("no node", at(ask("allocation-group-summaries", none, ""), "summary", "totalCostOnDemand"), "0")

	efficiency := "/v1/cost-reports/allocation-groups/efficiency/summary?useListingPrices=true&startTime=2025-02-28T22:00:00Z&endTime=2025-03-01T08:00:00Z&clusterIds=" + cluster
	b.fields(at(b.want(200, "GET", efficiency, nil), "items", 0), doc{
		"groupId": all, "requests": doc{"cpu": "90", "memoryGib": "360"}, "usage": doc{"cpu": "47.4", "memoryGib": "189.6"},
		"waste": doc{"cpu": "42.6", "memoryGib": "170.4"}, "totalCostImpact": "2.13", "workloadCount": 4})

	// Credentials let CAST AI use spot instances; from then on two of three are.
	b.want(200, "POST", clusters+"/"+cluster, doc{"eks": doc{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	b.pass(10 * time.Hour)
	later := "/v1/cost-reports/allocation-group-summaries?startTime=2025-03-01T12:00:00Z&endTime=2025-03-02T12:00:00Z&useListingPrices=true&clusterIds=" + cluster + "&groupId=" + all
	b.fields(at(b.want(200, "GET", later, nil), "items", 0, "summary"), doc{"totalCostOnDemand": "1.5", "totalCostSpot": "1.2"})

	// Its own nodes count instead of examples, from when they were there.
	if err := b.srv.AddNode(cluster, "node"); err != nil {
		t.Fatal(err)
	}
	b.pass(5 * time.Hour)
	b.fields(at(b.want(200, "GET", later, nil), "items", 0, "summary"), doc{"totalCostOnDemand": "0.75", "totalCostSpot": "0"})

	b.refused(404, "allocation group not found", "GET", "/v1/cost-reports/allocation-group-costs?startTime=2025-02-28T22:00:00Z&endTime=2025-03-01T08:00:00Z&groupId=nope", nil)
	b.refused(400, "endTime", "GET", "/v1/cost-reports/allocation-group-costs?startTime=2025-02-28T22:00:00Z&endTime=2025-02-01T08:00:00Z", nil)
	b.refused(400, "startTime", "GET", "/v1/cost-reports/allocation-group-costs?startTime=yesterday&endTime=2025-02-01T08:00:00Z", nil)
}
