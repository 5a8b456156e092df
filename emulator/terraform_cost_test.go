package emulator_test

import (
	"fmt"
	"testing"
)

func TestTerraformCommitments(t *testing.T) {
	tf := newTerraform(t)
	cluster := tf.cluster("c")
	row := func(id string) doc {
		return doc{"name": "res-" + id, "reservationId": id, "status": "Succeeded", "expirationDate": "2050-01-01T00:00:00Z", "purchaseDate": "2023-01-11T00:00:00Z",
			"term": "P3Y", "scope": "Single subscription", "scopeSubscription": "s", "scopeResourceGroup": "All resource groups", "type": "VirtualMachines",
			"productName": "Standard_D32as_v4", "region": "eastus", "quantity": 3}
	}
	tf.same("imported", tf.call(200, "POST", commitments+"/import/azure/reservation?behaviour=OVERWRITE", []any{row("a"), row("b")}), doc{})
	list := tf.call(200, "GET", commitments, nil)["commitments"].([]any)
	tf.same("as many as rows", len(list), 2)
	for i, item := range list {
		path := fmt.Sprint(commitments, "/", at(item, "id"))
		tf.fields(item, doc{"allowedUsage": 1, "prioritization": false, "status": "Active", "scalingStrategy": "Default", "startDate": "2023-01-11T00:00:00Z"})
		if i == 0 {
			tf.call(200, "PUT", path, doc{"allowedUsage": 0.6, "autoAssignment": true, "prioritization": true, "scalingStrategy": "CPUBased", "status": "Active"})
			tf.call(200, "PUT", path+"/assignments", []any{cluster})
		} else { // without a configuration what was listed goes back, and nobody is assigned
			tf.call(200, "PUT", path, doc{"allowedUsage": at(item, "allowedUsage"), "autoAssignment": at(item, "autoAssignment"),
				"prioritization": at(item, "prioritization"), "scalingStrategy": at(item, "scalingStrategy"), "status": at(item, "status")})
			tf.call(200, "PUT", path+"/assignments", "null")
		}
	}
	assignments := tf.call(200, "GET", "/v1/savings/assignments", nil)["commitmentsAssignments"].([]any)
	tf.same("assignments", len(assignments), 1)
	tf.fields(assignments[0], doc{"clusterId": cluster, "priority": 1})
	tf.call(200, "PUT", fmt.Sprint(commitments, "/", at(list, 0, "id")), doc{"allowedUsage": 0, "autoAssignment": true, "prioritization": false, "scalingStrategy": "", "status": ""})
	for _, item := range list {
		tf.same("deleted", tf.call(200, "DELETE", fmt.Sprint(commitments, "/", at(item, "id")), nil), doc{})
	}
	tf.same("none", tf.call(200, "GET", commitments, nil)["commitments"], []any{})

	// castai_reservations
	reservations := "/v1/organizations/" + org + "/reservations"
	item := doc{"name": "r1", "provider": "aws", "region": "us-east-1", "instanceType": "c5n.large", "count": 1, "startDate": "2020-01-01T00:00:00Z", "endDate": "2050-01-01T00:00:00Z",
		"price": nil, "zoneId": nil, "zoneName": nil, "productName": nil, "quantity": nil, "purchaseDate": nil, "expirationDate": nil, "type": nil, "deepLinkToReservation": nil}
	tf.call(200, "POST", reservations+"/overwrite", doc{"items": []any{item}})
	tf.fields(at(tf.call(200, "GET", reservations, nil), "reservations", 0), doc{"name": "r1", "count": 1, "price": nil, "zoneId": nil, "endDate": "2050-01-01T00:00:00Z"})
	tf.call(200, "POST", reservations+"/overwrite", doc{"items": []any{}})
	tf.same("none", tf.call(200, "GET", reservations, nil)["reservations"], []any{})
}

func TestTerraformAllocationGroup(t *testing.T) {
	tf := newTerraform(t)
	id := tf.make(200, groups, doc{"name": "ag", "filter": doc{"clusterIds": nil, "labels": nil, "labelsOperator": "OR", "namespaces": []any{}}})
	tf.same("filter", tf.call(200, "GET", groups+"/"+id, nil)["filter"], doc{"clusterIds": []any{}, "labels": []any{}, "labelsOperator": "OR", "namespaces": []any{}})
	filter := doc{"clusterIds": []any{"11111111-1111-4111-8111-111111111111"}, "labels": []any{doc{"label": "env", "value": "prod", "operator": "Equal"}}, "labelsOperator": "AND", "namespaces": []any{"b", "a"}}
	tf.call(200, "PUT", groups+"/"+id, doc{"name": "ag2", "filter": filter})
	tf.fields(tf.call(200, "GET", groups+"/"+id, nil), doc{"name": "ag2", "filter": filter})
	tf.same("deleted", tf.call(200, "DELETE", groups+"/"+id, nil), doc{})
	tf.gone(groups + "/" + id) // at once: the provider waits for two seconds
}

func TestTerraformRuntimeRule(t *testing.T) {
	tf := newTerraform(t)
	const rules = "/v1/security/runtime/rules"
	body := func(name string) doc {
		return doc{"name": name, "category": "event", "severity": "SEVERITY_LOW", "ruleText": "event.type == 'exec'", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"}
	}
	for i := range 60 { // so that the one that is looked for is on the second page
		tf.call(200, "POST", rules, body(fmt.Sprint("other-", i)))
	}
	tf.call(200, "POST", rules, body("r"))
	find := func(name string) string {
		for cursor := ""; ; {
			page := tf.call(200, "GET", rules+"?page.limit=50"+cursor, nil)
			if found := tf.item(page["rules"], "name", name); found != nil {
				return found["id"].(string)
			}
			next, _ := page["nextCursor"].(string)
			if next == "" || len(page["rules"].([]any)) == 0 {
				return ""
			}
			cursor = "&page.cursor=" + next
		}
	}
	id := find("r")
	if id == "" {
		t.Fatal("the rule is not in the list")
	}
	tf.fields(tf.call(200, "GET", rules+"/"+id, nil)["rule"], doc{"name": "r", "enabled": false, "isBuiltIn": false, "usedCustomLists": []any{}})
	tf.call(200, "PUT", rules+"/"+id, doc{"enabled": true, "severity": "SEVERITY_HIGH", "ruleText": "x", "resourceSelector": "a", "labels": doc{"k": "v"}})
	tf.fields(tf.call(200, "GET", rules+"/"+id, nil)["rule"], doc{"enabled": true, "severity": "SEVERITY_HIGH", "resourceSelector": "a", "labels": doc{"k": "v"}})
	tf.call(200, "POST", rules+"/toggle", doc{"enabled": false, "ids": []any{id}})
	tf.same("toggled", at(tf.call(200, "GET", rules+"/"+id, nil), "rule", "enabled"), false)
	tf.call(200, "POST", rules+"/delete", doc{"ids": []any{id}})
	tf.gone(rules + "/" + id)
}

func TestTerraformCache(t *testing.T) {
	tf := newTerraform(t)
	const base = "/v1/dbo/cache-groups"
	group := doc{"clusterId": nil, "directMode": nil, "directModeLastChanged": nil, "helmChartVersion": nil, "instanceId": nil, "name": "n", "protocolType": "MySQL",
		"endpoints": []any{doc{"connectionString": nil, "hostname": "db.example.com", "port": 3306, "suffix": "primary"}}}
	path := base + "/" + tf.make(200, base, group)
	tf.fields(tf.call(200, "GET", path, nil), doc{"name": "n", "protocolType": "MySQL"})
	group["directMode"] = true
	tf.call(200, "PUT", path, group)
	tf.same("direct", tf.call(200, "GET", path, nil)["directMode"], true)
	configurations := path + "/cache-configurations"
	tf.same("none to adopt", tf.call(200, "GET", configurations+"?databaseName=app", nil)["items"], []any{})
	configuration := configurations + "/" + tf.make(200, configurations, doc{"connectionString": nil, "databaseName": "app", "mode": "Auto"})
	tf.call(200, "PUT", configuration, doc{"connectionString": nil, "databaseName": "app", "mode": "DontCache"})
	tf.same("mode", at(tf.call(200, "GET", configurations, nil), "items", 0, "mode"), "DontCache")
	rules := configuration + "/rules"
	rule := tf.make(200, rules, doc{"manualTtl": 3600, "mode": "Manual", "table": "users", "template": nil, "templateHash": nil})
	tf.fields(tf.item(tf.call(200, "GET", rules, nil)["items"], "id", rule), doc{"mode": "Manual", "manualTtl": 3600, "table": "users"})
	tf.call(200, "PUT", rules+"/"+rule, doc{"manualTtl": nil, "mode": "Auto", "table": nil, "template": nil, "templateHash": "h"})
	tf.fields(tf.item(tf.call(200, "GET", rules, nil)["items"], "id", rule), doc{"mode": "Auto", "manualTtl": nil, "table": nil, "templateHash": "h"})
	for _, one := range []string{rules + "/" + rule, configuration, path} {
		tf.same("deleted", tf.call(200, "DELETE", one, nil), doc{})
	}
	tf.gone(path)
	tf.gone(configurations)
}
