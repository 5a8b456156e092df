package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func workloadsBed(t *testing.T) (b *bed, workloads string) {
	b = newBed(t, emulator.Options{})
	return b, "/v1/workload-autoscaling/clusters/" + b.eks("c")
}

// scaling is a policy as clients send it.
func scaling(name string, cpu, memory doc) doc {
	resource := func(function string, arguments []any, more doc) doc {
		d := doc{"function": function, "args": arguments, "overhead": 0, "applyThreshold": 0, "max": nil}
		for key, value := range more {
			d[key] = value
		}
		return d
	}
	return doc{"name": name, "applyType": "IMMEDIATE", "recommendationPolicies": doc{
		"applyType": "", "managementOption": "MANAGED",
		"cpu": resource("QUANTILE", []any{"0.8"}, cpu), "memory": resource("MAX", nil, memory),
	}}
}

func policyNames(b *bed, policies string) (names []any) {
	items, _ := b.want(200, "GET", policies, nil)["items"].([]any)
	for _, item := range items {
		names = append(names, at(item, "name"))
	}
	return names
}

func TestScalingPolicies(t *testing.T) {
	b, workloads := workloadsBed(t)
	policies := workloads + "/policies"
	b.same("the policies of the beginning", policyNames(b, policies), []any{"default", "readonly"})

	created := b.want(200, "POST", policies, scaling("web", doc{"min": 0.5, "max": 2}, doc{"constraints": doc{"max": doc{"percentageOfOriginal": doc{"value": 150}}}}))
	b.fields(created, doc{"isDefault": false, "isReadonly": false, "isCastware": false, "assignmentRules": nil, "organizationId": emulator.DefaultOrganization.ID})
	filled := at(created, "recommendationPolicies")
	b.fields(filled, doc{"applyType": "IMMEDIATE", "memoryEvent": doc{"applyType": "IMMEDIATE"}, "confidence": doc{"threshold": 0.9},
		"antiAffinity": nil, "startup": nil, "rolloutBehavior": nil, "jvm": nil, "downscaling": nil,
		"anomalyDetection": doc{"cpuPressure": doc{"cpuStallThresholdPercentage": 10, "minPressuredPodPercentage": 50}}})
	b.fields(at(filled, "cpu"), doc{"min": 0.5, "max": 2, "applyThreshold": 0.1, "limit": nil,
		"constraints": doc{"min": doc{"constant": doc{"value": 0.5}}, "max": doc{"constant": doc{"value": 2}}}})
	b.fields(at(filled, "memory"), doc{"min": nil, "max": nil, "args": []any{}, "constraints": doc{"max": doc{"percentageOfOriginal": doc{"value": 150}}}})

	policy := policies + "/" + created["id"].(string)
	full := scaling("web", doc{"applyThresholdStrategy": doc{"defaultAdaptiveThreshold": doc{}}}, nil)
	full["assignmentRules"] = []any{doc{"namespace": doc{"names": []any{"a"}}}}
	changed := b.want(200, "PUT", policy, full)
	b.same("the rules", changed["assignmentRules"], full["assignmentRules"])
	b.same("the adaptive threshold", at(changed, "recommendationPolicies", "cpu", "applyThreshold"), 0)
	b.fields(b.want(200, "PUT", policy, scaling("web", nil, nil)), doc{"assignmentRules": nil})
	scaled := func(least, most float64, metrics ...any) doc {
		d := scaling("web", nil, nil)
		d["hpaSettings"] = doc{"managementOption": "MANAGED", "takeOwnership": false, "nativeHpaSpec": doc{
			"minReplicas": least, "maxReplicas": most, "metrics": append([]any{}, metrics...)}}
		return d
	}
	cpu := doc{"name": "cpu", "target": doc{"type": "UTILIZATION", "value": "80"}}
	out := scaled(0, 1, doc{"type": "RESOURCE", "resource": cpu})
	b.fields(b.want(200, "PUT", policy, out), doc{"hpaSettings": out["hpaSettings"]})
	b.fields(b.want(200, "PUT", policy, scaling("web", nil, nil)), doc{"hpaSettings": nil})
	b.refused(400, "maxReplicas", "PUT", policy, scaled(2, 1))
	b.refused(400, "maxReplicas", "PUT", policy, scaled(0, 0))
	b.refused(400, "belongs to the type", "PUT", policy, scaled(0, 1, doc{"type": "PODS", "resource": cpu}))
	b.refused(409, `name "web" already exists`, "POST", policies, scaling("web", nil, nil))
	b.same("deleted", b.want(200, "DELETE", policy, nil), doc{})
	b.refused(404, "scaling policy not found", "GET", policy, nil)
}

func TestScalingPoliciesOfTheCluster(t *testing.T) {
	b, workloads := workloadsBed(t)
	policies := workloads + "/policies"
	for i, name := range []string{"default", "readonly"} {
		id := at(b.want(200, "GET", policies, nil), "items", i, "id").(string)
		b.refused(409, "already exists", "POST", policies, scaling(name, nil, nil))
		b.refused(400, "cannot be deleted", "DELETE", policies+"/"+id, nil)
		if name == "readonly" {
			b.refused(400, "is read-only", "PUT", policies+"/"+id, scaling(name, nil, nil))
		} else {
			b.same("the default policy stays it", b.want(200, "PUT", policies+"/"+id, scaling(name, nil, nil))["isDefault"], true)
		}
	}
}

func TestScalingPolicyOrder(t *testing.T) {
	b, workloads := workloadsBed(t)
	policies := workloads + "/policies"
	first := at(b.want(200, "GET", policies, nil), "items", 0, "id")
	a, c := b.want(200, "POST", policies, scaling("aa", nil, nil))["id"], b.want(200, "POST", policies, scaling("cc", nil, nil))["id"]
	b.same("new ones come last", policyNames(b, policies), []any{"default", "readonly", "aa", "cc"})
	b.same("ordered", b.want(200, "PUT", policies+"/order", doc{"policyIds": []any{c, first, a}}), doc{})
	b.same("the order", policyNames(b, policies), []any{"cc", "default", "aa", "readonly"})
	b.want(200, "PUT", policies+"/order", doc{"policyIds": []any{a}})
	b.same("the others keep theirs", policyNames(b, policies), []any{"aa", "cc", "default", "readonly"})
	b.refused(400, "policyIds", "PUT", policies+"/order", doc{"policyIds": []any{a, "nope"}})
	b.refused(400, "policyIds", "PUT", policies+"/order", doc{"policyIds": []any{a, a}})
	b.same("nothing changes with a refusal", policyNames(b, policies), []any{"aa", "cc", "default", "readonly"})
}

func TestScalingPolicyRefusals(t *testing.T) {
	b, workloads := workloadsBed(t)
	for words, policy := range map[string]doc{
		"name":                   scaling("x", nil, nil),
		"name: must":             scaling("-xx", nil, nil),
		"cpu.args":               scaling("xx", doc{"args": []any{}}, nil),
		"memory.overhead":        scaling("xx", nil, doc{"overhead": 2}),
		"lookBackPeriodSeconds":  scaling("xx", doc{"lookBackPeriodSeconds": 60}, nil),
		"applyThresholdStrategy": scaling("xx", doc{"applyThresholdStrategy": doc{"percentageThreshold": doc{"percentage": 3}}}, nil),
		"cpu.min":                scaling("xx", doc{"min": 0.001}, nil),
		"memory.min":             scaling("xx", nil, doc{"constraints": doc{"min": doc{"constant": doc{"value": 1}}}}),
		"cpu.limit":              scaling("xx", doc{"limit": doc{"type": "MULTIPLIER"}}, nil),
		"memory.limit":           scaling("xx", nil, doc{"limit": doc{"type": "NO_LIMIT", "multiplier": 2}}),
	} {
		b.refused(400, words, "POST", workloads+"/policies", policy)
	}
	b.refused(404, "cluster not found", "GET", "/v1/workload-autoscaling/clusters/nope/policies", nil)
}

func TestMetricSources(t *testing.T) {
	b, workloads := workloadsBed(t)
	sources := workloads + "/custom-metrics/configs/data-sources"
	data := func(prometheus doc) doc { return doc{"prometheus": prometheus} }
	server := doc{"url": "http://p:9090"}
	created := b.want(200, "POST", sources, doc{"name": "P", "type": "PROMETHEUS", "data": data(doc{"dataSource": server, "metrics": doc{
		"presets": []any{"jvm"}, "manual": []any{doc{"name": "z", "query": "q3"}, doc{"name": "a", "query": "q2"}, doc{"name": "a", "query": "q1"}},
	}})})
	b.fields(created, doc{"status": "CONNECTING", "kubeResourceName": "p", "managedByCast": true, "syncedAt": nil})
	manual := func(queries ...any) (out []any) {
		for _, query := range queries {
			out = append(out, doc{"value": query, "origin": "MANUAL"})
		}
		return out
	}
	b.same("the metrics", at(created, "data", "prometheus"), doc{"dataSource": doc{"url": "http://p:9090", "timeout": "30s"}, "metrics": doc{
		"presets": []any{"jvm"}, "resolved": []any{
			doc{"name": "a", "queries": manual("q2", "q1")},
			doc{"name": "jvm_threads_current", "queries": []any{doc{"value": "jvm_threads_current", "origin": "PRESET"}}},
			doc{"name": "z", "queries": manual("q3")},
		}}})
	source := sources + "/" + created["id"].(string)
	b.same("listed", b.want(200, "GET", sources, nil)["items"], []any{created})

	named := b.want(200, "PATCH", source, doc{"updateMask": "name", "dataSource": doc{"name": "Q", "data": data(doc{"dataSource": server})}})
	b.fields(named, doc{"name": "Q", "kubeResourceName": "p", "data": created["data"]})
	cleared := b.want(200, "PATCH", source, doc{"updateMask": "name,data", "dataSource": doc{"name": "Q", "data": data(doc{"dataSource": server})}})
	b.same("no metrics", at(cleared, "data", "prometheus", "metrics"), nil)

	b.refused(400, "name", "POST", sources, doc{"name": " ", "type": "PROMETHEUS", "data": data(doc{"dataSource": server})})
	b.refused(400, "data", "POST", sources, doc{"name": "P", "type": "PROMETHEUS", "data": doc{}})
	b.same("deleted", b.want(200, "DELETE", source, nil), doc{})
	b.refused(404, "custom metrics data source not found", "DELETE", source, nil)
}
