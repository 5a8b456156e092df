package emulator_test

import (
	"maps"
	"testing"
	"time"
)

func TestTerraformScalingPolicies(t *testing.T) {
	tf := newTerraform(t)
	base := "/v1/workload-autoscaling/clusters/" + tf.cluster("c") + "/policies"
	resource := func(function string, arguments any, overhead, least float64) doc {
		return doc{"function": function, "args": arguments, "overhead": overhead, "applyThreshold": 0,
			"applyThresholdStrategy": doc{"percentageThreshold": doc{"percentage": 0.1}}, "lookBackPeriodSeconds": nil, "min": least, "max": nil}
	}
	policy := func(name string) doc {
		return doc{"name": name, "applyType": "IMMEDIATE", "recommendationPolicies": doc{"applyType": "", "managementOption": "MANAGED",
			"cpu": resource("QUANTILE", []any{"0.8"}, 0, 0.01), "memory": resource("MAX", nil, 0.1, 10)}}
	}
	id := tf.make(200, base, policy("pol"))
	read := tf.call(200, "GET", base+"/"+id, nil)
	for _, name := range []string{"createdAt", "updatedAt"} {
		if _, err := time.Parse(time.RFC3339, read[name].(string)); err != nil {
			t.Error(err)
		}
	}
	tf.fields(read, doc{"id": id, "isDefault": false, "isReadonly": false, "isCastware": false, "assignmentRules": nil})
	rules := read["recommendationPolicies"]
	// What was not sent must not be filled in, but for what the provider knows to be the server's.
	tf.fields(rules, doc{"confidence": doc{"threshold": 0.9}, "memoryEvent": doc{"applyType": "IMMEDIATE"}, "antiAffinity": nil, "downscaling": nil,
		"predictiveScaling": nil, "rolloutBehavior": nil, "jvm": nil, "startup": nil})
	tf.fields(at(rules, "cpu"), doc{"min": 0.01, "max": nil, "applyThreshold": 0.1, "limit": nil, "lookBackPeriodSeconds": nil, "args": []any{"0.8"}})
	tf.fields(at(rules, "memory"), doc{"min": 10, "function": "MAX", "overhead": 0.1})

	full := policy("pol")
	cpu := full["recommendationPolicies"].(doc)["cpu"].(doc)
	maps.Copy(cpu, doc{"applyThresholdStrategy": doc{"customAdaptiveThreshold": doc{"numerator": 0.4, "denominator": 0, "exponent": 0.6}}, "min": nil,
		"constraints": doc{"min": doc{"constant": doc{"value": 0.5}}, "max": doc{"percentageOfOriginal": doc{"value": 150}}},
		"limit":       doc{"type": "MULTIPLIER", "multiplier": 1.5, "onlyIfOriginalExist": true, "onlyIfOriginalLower": nil}, "lookBackPeriodSeconds": 86400})
	extra := doc{"startup": doc{"periodSeconds": 240, "twoPhaseRecommendations": doc{"enabled": true, "requestsOnStartup": doc{"cpuCores": 0.5, "memoryGib": 0}}},
		"rolloutBehavior": doc{"type": "NO_DISRUPTION", "preferOneByOne": false, "delaySeconds": 0}, "antiAffinity": doc{"considerAntiAffinity": false},
		"predictiveScaling": doc{"cpu": doc{"enabled": true}}, "excludedContainers": []any{"istio"}, "downscaling": doc{"applyType": "DEFERRED"}}
	maps.Copy(full["recommendationPolicies"].(doc), extra)
	full["assignmentRules"] = []any{
		doc{"namespace": doc{"names": []any{"default"}, "labelsExpressions": []any{}}},
		doc{"workload": doc{"gvk": []any{"Deployment"}, "labelsExpressions": []any{
			doc{"key": "region", "operator": "KUBERNETES_LABEL_SELECTOR_OP_NOT_IN", "values": []any{"eu"}}}}}}
	tf.call(200, "PUT", base+"/"+id, full)
	read = tf.call(200, "GET", base+"/"+id, nil)
	tf.fields(read["recommendationPolicies"], extra)
	tf.fields(at(read, "recommendationPolicies", "cpu"), doc{"constraints": cpu["constraints"], "limit": doc{"type": "MULTIPLIER", "multiplier": 1.5, "onlyIfOriginalExist": true},
		"applyThresholdStrategy": cpu["applyThresholdStrategy"], "lookBackPeriodSeconds": 86400})
	tf.same("assignment rules", read["assignmentRules"], full["assignmentRules"])
	// A least request that is filled in is no difference to the provider, but beside a greatest one in percent.
	for _, bound := range []doc{{"constant": doc{"value": 4}}, {"percentageOfOriginal": doc{"value": 150}}} {
		cpu["constraints"] = doc{"max": bound}
		tf.call(200, "PUT", base+"/"+id, full)
		want := doc{"max": bound}
		if bound["constant"] != nil {
			want["min"] = doc{"constant": doc{"value": 0.01}}
		}
		tf.same("bounds", at(tf.call(200, "GET", base+"/"+id, nil), "recommendationPolicies", "cpu", "constraints"), want)
	}
	tf.call(200, "PUT", base+"/"+id, policy("pol"))
	tf.fields(tf.call(200, "GET", base+"/"+id, nil), doc{"assignmentRules": nil})

	// Of the name of the default one, which is then changed instead; of another's, which is an error.
	tf.call(409, "POST", base, policy("pol"))
	tf.call(409, "POST", base, policy("default"))
	list := tf.call(200, "GET", base, nil)["items"]
	builtin := tf.item(list, "isDefault", true)["id"].(string)
	tf.call(200, "PUT", base+"/"+builtin, policy("default"))
	tf.fields(tf.call(200, "GET", base+"/"+builtin, nil), doc{"isDefault": true, "name": "default"})

	// castai_workload_scaling_policy_order, from the order as it is
	var order []any
	for _, item := range list.([]any) {
		order = append([]any{at(item, "id")}, order...)
	}
	tf.same("ordered", tf.call(200, "PUT", base+"/order", doc{"policyIds": order}), doc{})
	for i, item := range tf.call(200, "GET", base, nil)["items"].([]any) {
		tf.same("order", at(item, "id"), order[i])
	}
	tf.call(200, "PUT", base+"/order", doc{"policyIds": []any{}})
	tf.call(200, "GET", base+"/"+id, nil)
	tf.same("deleted", tf.call(200, "DELETE", base+"/"+id, nil), doc{})
	tf.gone(base + "/" + id)
}

func TestTerraformMetricSources(t *testing.T) {
	tf := newTerraform(t)
	base := "/v1/workload-autoscaling/clusters/" + tf.cluster("c") + "/custom-metrics/configs/data-sources"
	id := tf.make(200, base, doc{"name": "p", "type": "PROMETHEUS", "data": doc{"prometheus": doc{"dataSource": doc{"url": "http://prom:9090"}}}})
	read := func() doc { return tf.item(tf.call(200, "GET", base, nil)["items"], "id", id) }
	tf.fields(read(), doc{"name": "p", "kubeResourceName": "p", "managedByCast": true, "installedByCast": false, "status": "CONNECTING"})
	prometheus := doc{"dataSource": doc{"url": "http://prom:9090", "timeout": "10s"},
		"metrics": doc{"presets": []any{"jvm"}, "manual": []any{doc{"name": "m1", "query": "q1"}, doc{"name": "m1", "query": "q2"}}}}
	tf.call(200, "PATCH", base+"/"+id, doc{"dataSource": doc{"name": "p2", "data": doc{"prometheus": prometheus}}, "updateMask": "name,data"})
	shown := at(read(), "data", "prometheus")
	tf.same("timeout", at(shown, "dataSource", "timeout"), "10s")
	tf.same("manual", tf.item(at(shown, "metrics", "resolved"), "name", "m1")["queries"], []any{doc{"origin": "MANUAL", "value": "q1"}, doc{"origin": "MANUAL", "value": "q2"}})
	tf.call(200, "PATCH", base+"/"+id, doc{"dataSource": doc{"name": "p2", "data": doc{"prometheus": doc{"dataSource": prometheus["dataSource"]}}}, "updateMask": "name,data"})
	tf.same("cleared", at(read(), "data", "prometheus", "metrics", "resolved"), nil)
	tf.same("deleted", tf.call(200, "DELETE", base+"/"+id, nil), doc{})
	tf.same("gone", read(), nil)
	tf.call(404, "DELETE", base+"/"+id, nil)
}

func TestTerraformPodMutation(t *testing.T) {
	tf := newTerraform(t)
	base := "/patching-engine/v1beta/organizations/" + org + "/clusters/" + tf.cluster("c") + "/pod-mutations"
	filter := doc{"namespaces": []any{doc{"type": "EXACT", "value": "default"}}}
	id := tf.make(200, base, doc{"name": "m", "enabled": true, "objectFilterV2": filter})
	tf.fields(tf.call(200, "GET", base+"/"+id, nil), doc{"name": "m", "enabled": true, "objectFilterV2": filter, "podEviction": doc{"enabled": false}, "spotType": "SPOT_TYPE_UNSPECIFIED"})
	update := doc{"labels": doc{"a": "b"}, "annotations": doc{"c": "d"}, "nodeSelector": doc{"add": doc{"x": "y"}, "remove": doc{"z": ""}},
		"tolerations": []any{doc{"key": "k", "operator": "Exists"}, doc{"key": "t", "tolerationSeconds": "300"}},
		"affinity": doc{"nodeAffinity": doc{"preferredDuringSchedulingIgnoredDuringExecution": []any{doc{"weight": 10, "preference": doc{"matchExpressions": []any{
			doc{"key": "arch", "operator": "In", "values": []any{"amd64"}}, doc{"key": "e", "operator": "Exists"}}}}}}},
		"spotType": "PREFERRED_SPOT", "spotDistributionPercentage": 50, "nodeTemplatesToConsolidate": []any{"t1"},
		"patch": []any{doc{"op": "add", "path": "/metadata/labels/foo", "value": "bar"}, doc{"op": "add", "path": "/spec/x", "value": nil}, // the last is a value
			doc{"op": "replace", "path": "/spec", "value": doc{"y": nil}}},
		"distributionGroups": []any{doc{"name": "g1", "percentage": 0, "config": doc{"spotType": "OPTIONAL_SPOT", "labels": doc{"q": "w"}, "patch": []any{}}},
			doc{"name": "g2", "percentage": 70}}}
	body := doc{"id": id, "name": "m", "enabled": false, "objectFilterV2": filter, "podEviction": doc{"enabled": true}}
	maps.Copy(body, update)
	tf.call(200, "PATCH", base+"/"+id, body)
	read := tf.call(200, "GET", base+"/"+id, nil)
	delete(update, "distributionGroups")
	tf.fields(read, update)
	tf.fields(at(read, "distributionGroups", 1), doc{"name": "g2", "percentage": 70})
	tf.call(200, "PATCH", base+"/"+id, doc{"id": id, "name": "m", "enabled": true, "objectFilterV2": filter})
	tf.fields(tf.call(200, "GET", base+"/"+id, nil), doc{"labels": nil, "tolerations": nil, "affinity": nil, "patch": nil, "distributionGroups": nil, "spotType": "SPOT_TYPE_UNSPECIFIED"})
	tf.call(200, "DELETE", base+"/"+id, nil)
	tf.gone(base + "/" + id)
}

func TestTerraformEdge(t *testing.T) {
	tf := newTerraform(t)
	cluster := tf.cluster("c")
	base := "/omni-provisioner/v1beta/organizations/" + org + "/clusters/" + cluster
	tf.gone(base)
	tf.same("registered", tf.call(200, "POST", base+":register", doc{}), doc{})
	tf.call(200, "POST", base+":register", doc{"status": doc{"omniAgentVersion": "0.0.0", "podCidr": "10.244.0.0/16"}})
	read := tf.call(200, "GET", base, nil)
	tf.fields(read, doc{"id": cluster, "name": "c", "state": "READY", "omniAgentVersion": "0.0.0", "podCidr": "10.244.0.0/16"})
	if email, _ := at(read, "castaiOidcConfig", "gcpServiceAccountEmail").(string); email == "" {
		t.Error("no OIDC configuration")
	}

	locations := base + "/edge-locations"
	addons := doc{"addons": []any{doc{"name": "nvidia-gpu-operator"}}}
	aws := tf.make(200, locations, doc{"name": "el", "region": "us-east-1", "controlPlaneMode": "DEDICATED", "zones": []any{doc{"id": "a", "name": "a"}}, "edgeClusterSpec": addons,
		"aws": doc{"accountId": "1", "credentials": doc{"accessKeyId": "AK", "secretAccessKey": "SK"}, "networking": doc{"vpcId": "v", "securityGroupId": "sg", "subnetIds": doc{"a": "s"}}}})
	custom := tf.make(200, locations, doc{"name": "custom", "controlPlaneMode": "DEDICATED", "zones": nil, "custom": doc{}, "edgeClusterSpec": addons})
	tf.fields(tf.call(200, "GET", locations+"/"+custom, nil), doc{"state": "PENDING_ONBOARDING", "custom": doc{}, "aws": nil})
	tf.same("no credentials", at(tf.call(200, "GET", locations+"/"+aws, nil), "aws", "credentials"), nil)
	tf.call(200, "PATCH", locations+"/"+aws, doc{})
	tf.call(200, "PATCH", locations+"/"+aws, doc{"description": "d", "zones": []any{doc{"id": "b", "name": "b"}},
		"edgeClusterSpec": doc{"controlPlane": doc{"ha": false}, "networking": doc{"tunneledCidrs": []any{"1.0.0.0/8"}, "cni": doc{"overlay": "OVERLAY_FULL"}}}})
	read = tf.call(200, "GET", locations+"/"+aws, nil)
	tf.fields(read, doc{"description": "d", "zones": []any{doc{"id": "b", "name": "b"}}})
	tf.fields(read["edgeClusterSpec"], doc{"addons": addons["addons"]})
	tf.same("control plane", at(read, "edgeClusterSpec", "controlPlane", "ha"), false)

	configurations := locations + "/" + aws + "/configurations"
	one := tf.make(200, configurations, doc{"name": "ec", "default": false, "userDataBase64": "", "cri": doc{}, "aws": doc{}})
	tf.fields(tf.call(200, "GET", configurations+"/"+one, nil), doc{"edgeLocationId": aws, "default": false, "userDataBase64": "", "cri": nil, "aws": doc{}})
	tf.call(200, "PATCH", configurations+"/"+one, doc{"name": "ec", "userDataBase64": "YQ==", "cri": doc{"socket": "unix:///run/c.sock"},
		"aws": doc{"imageId": "ami-0", "bootDiskSizeGib": 10, "tags": doc{"a": "b"}}})
	tf.fields(tf.call(200, "PATCH", configurations+"/"+one, doc{"default": true}), doc{"id": one, "default": true, "name": "ec", "userDataBase64": "YQ=="})
	two := tf.make(200, configurations, doc{"name": "two", "default": false, "userDataBase64": "", "cri": doc{}, "aws": doc{}})
	list := tf.call(200, "GET", base+"/edge-configurations?edgeLocationId="+aws, nil)["items"]
	tf.same("by name", tf.item(list, "name", "two")["id"], two)
	tf.call(200, "PATCH", configurations+"/"+two, doc{"default": true})
	tf.same("default no more", tf.call(200, "GET", configurations+"/"+one, nil)["default"], false)
	tf.call(200, "DELETE", configurations+"/"+one, nil)
	tf.gone(configurations + "/" + one)

	if r := tf.send("DELETE", base, nil); r.status == 200 || r.status == 404 {
		t.Errorf("a cluster with edge locations was removed: %d", r.status)
	}
	for _, id := range []string{aws, custom} {
		tf.call(200, "DELETE", locations+"/"+id, nil)
		tf.pass(5 * time.Second)
		tf.gone(locations + "/" + id)
		tf.gone(locations + "/" + id + "/configurations/" + two)
	}
	tf.make(200, locations, doc{"name": "el", "controlPlaneMode": "DEDICATED", "zones": nil, "custom": doc{}, "edgeClusterSpec": addons}) // the name is free
	again := tf.item(tf.call(200, "GET", locations, nil)["items"], "name", "el")["id"].(string)
	tf.call(200, "DELETE", locations+"/"+again, nil)
	tf.pass(5 * time.Second)
	tf.call(200, "DELETE", base, nil)
	tf.fields(tf.call(404, "GET", base, nil), doc{"code": 5, "details": []any{}})
}

func TestTerraformAI(t *testing.T) {
	tf := newTerraform(t)
	cluster := tf.cluster("c")
	base := "/ai-optimizer/v1beta/organizations/" + org
	registry := tf.make(200, base+"/model-registries", doc{"credentials": `{"access_key_id":"a","secret_access_key":"b"}`,
		"provider": doc{"type": "S3", "s3": doc{"bucket": "b", "region": "us-east-1", "prefix": "models"}}})
	read := tf.call(200, "GET", base+"/model-registries/"+registry, nil)
	tf.fields(at(read, "provider", "s3"), doc{"bucket": "b", "region": "us-east-1", "prefix": "models"})
	tf.fields(read, doc{"credentials": nil})
	tf.call(200, "DELETE", base+"/model-registries/"+registry, nil)
	tf.fields(tf.call(404, "GET", base+"/model-registries/"+registry, nil), doc{"code": 5})
	tf.call(404, "DELETE", base+"/model-registries/"+registry, nil)

	specs := tf.make(200, base+"/model-specs", doc{"model": "llama3.1:8b", "registryType": "HUGGING_FACE", "type": "chat",
		"huggingFace": doc{"modelName": "meta-llama/Llama-3.1-8B-Instruct", "termsAndConditions": doc{"acceptanceRequired": false}}})
	tf.fields(tf.call(200, "GET", base+"/model-specs/"+specs, nil), doc{"id": specs, "model": "llama3.1:8b"})
	models := base + "/clusters/" + cluster + "/hosted-models"
	id := tf.make(200, models, doc{"clusterId": cluster, "modelSpecsId": specs, "service": "llama", "port": 8080,
		"horizontalAutoscaling": doc{"enabled": true, "maxReplicas": 3, "minReplicas": 1, "targetMetric": "GPU_CACHE_USAGE_PERCENTAGE", "targetValue": 50}})
	listed := tf.item(tf.call(200, "GET", models, nil)["items"], "id", id)
	tf.fields(listed, doc{"clusterId": cluster, "modelSpecsId": specs, "service": "llama", "port": 8080})
	tf.call(200, "PATCH", models+"/"+id, doc{"horizontalAutoscaling": doc{"enabled": false, "maxReplicas": 3, "minReplicas": 1,
		"targetMetric": "GPU_CACHE_USAGE_PERCENTAGE", "targetValue": 50}})
	tf.call(200, "PATCH", models+"/"+id, doc{})
	tf.same("autoscaling", at(tf.item(tf.call(200, "GET", models, nil)["items"], "id", id), "horizontalAutoscaling", "enabled"), false)
	tf.call(200, "DELETE", models+"/"+id, nil)
	tf.call(200, "DELETE", base+"/model-specs/"+specs, nil)
}
