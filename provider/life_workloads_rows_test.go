package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/workloads"
)

func init() {
	rows = append(rows, scalingPolicyRow, scalingPolicyOrderRow, metricSourceRow, podMutationRow)
}

// workloadsOf is the path of something of the workload autoscaler.
func workloadsOf(cluster, rest string) string {
	return "/v1/workload-autoscaling/clusters/" + cluster + "/" + rest
}

func vanishFromWorkloads(rest string) func(w *world, r *harness.Resource, inputs props) props {
	return func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, workloadsOf(w.cluster, rest)+"/"+r.ID, nil)
		return inputs
	}
}

func leastScalingPolicy(w *world) props {
	return props{
		"clusterId": w.cluster, "applyType": "IMMEDIATE", "managementOption": "MANAGED",
		"cpu": props{"args": "0.8"}, "memory": props{},
	}
}

const oldForm = "deprecated: an import gives the form that has taken its place"

func fullHpaSettings() props {
	metric := func(selector props) props { return props{"name": "requests", "selector": selector} }
	target := func(kind, value string) props { return props{"type": kind, "value": value} }
	return props{
		"managementOption": "MANAGED", "takeOwnership": true,
		"nativeHpaSpec": props{
			"minReplicas": 2, "maxReplicas": 10,
			"metrics": list(
				props{"type": "resource", "resource": props{"name": "cpu", "target": target("Utilization", "80")}},
				props{"type": "ContainerResource", "containerResource": props{
					"container": "web", "name": "memory", "target": target("averageValue", "500Mi")}},
				props{"type": "Pods", "pods": props{"metric": metric(props{"verb": "GET"}), "target": target("AverageValue", "1k")}},
				props{"type": "Object", "object": props{
					"describedObject": props{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "main"},
					"metric":          metric(props{"host": "a"}), "target": target("Value", "2k")}},
				props{"type": "External", "external": props{"metric": metric(props{"queue": "jobs"}), "target": target("Value", "30.0")}},
			),
			"behavior": props{
				"scaleUp": props{
					"stabilizationWindowSeconds": 30, "selectPolicy": "Min", "tolerance": "0.05", "policies": list(
						props{"type": "pods", "value": 4, "periodSeconds": 60}, props{"type": "Percent", "value": 100, "periodSeconds": 15})},
				"scaleDown": props{
					"stabilizationWindowSeconds": 60, "selectPolicy": "disabled", "tolerance": "0.10", "policies": list(
						props{"type": "Pods", "value": 1, "periodSeconds": 60})},
			},
		},
	}
}

var scalingPolicyRow = &row{
	token: "WorkloadScalingPolicy", inputs: workloads.WorkloadScalingPolicyArgs{}, state: workloads.WorkloadScalingPolicyState{},
	least: leastScalingPolicy,
	full: func(w *world) []props {
		rules := list(
			props{"namespace": props{"names": list("b", "a"), "labelsExpressions": list(
				props{"key": "region", "operator": "notin", "values": list("us", "eu")})}},
			props{"workload": props{"gvks": list("StatefulSet", "Deployment.apps"), "labelsExpressions": list(
				props{"operator": "Regex", "values": list("x.*")}, props{"key": "k", "operator": "Exists", "values": list()})}},
		)
		return []props{
			{
				"clusterId": w.cluster, "name": "all", "applyType": "deferred", "managementOption": "Read_Only",
				"cpu": props{
					"function": "QUANTILE", "args": "0.9", "overhead": 0.2, "lookBackPeriodSeconds": 86400, "managementOption": "READ_ONLY",
					"applyThresholdStrategy": props{"type": "CUSTOM_ADAPTIVE", "numerator": 0.4, "denominator": "0.50", "exponent": 0.6},
					"constraints":            props{"min": props{"constant": 0.5}, "max": props{"percentageOfOriginal": 150}},
					"limit":                  props{"type": "MULTIPLIER", "multiplier": 1.5, "onlyIfOriginalExist": true, "onlyIfOriginalLower": true},
				},
				"memory": props{
					"function": "QUANTILE", "args": "0.95", "overhead": 0.3, "lookBackPeriodSeconds": 86400, "managementOption": "READ_ONLY",
					"applyThresholdStrategy": props{"type": "CUSTOM_ADAPTIVE", "numerator": 0.4, "denominator": "0", "exponent": 0.6},
					"constraints":            props{"min": props{"percentageOfOriginal": 50}, "max": props{"constant": 4096}},
					"limit":                  props{"type": "MULTIPLIER", "multiplier": 2.5, "onlyIfOriginalExist": true, "onlyIfOriginalLower": true},
				},
				"assignmentRules": list(props{"rules": rules}), "excludedContainers": list("z", "a"),
				"hpaConverters": list(props{"type": "AVERAGE_VALUE_FROM_ORIGINAL_REQUESTS"}),
				"startup": props{"periodSeconds": 240, "twoPhaseRecommendations": props{
					"enabled": true, "requestsOnStartup": props{"cpuCores": 0.5, "memoryGib": 1}}},
				"confidence": props{"threshold": 0.5}, "downscaling": props{"applyType": "IMMEDIATE"},
				"memoryEvent": props{"applyType": "DEFERRED"}, "antiAffinity": props{"considerAntiAffinity": false},
				"predictiveScaling": props{"cpu": props{"enabled": true}},
				"rolloutBehavior":   props{"type": "NO_DISRUPTION", "preferOneByOne": true, "delaySeconds": 30},
				"jvm":               props{"autoInstrument": true, "memory": props{"optimization": true}},
				"anomalyDetection": props{
					"cpuPressure":           props{"cpuStallThresholdPercentage": 20, "minPressuredPodPercentage": 60},
					"infiniteMemoryScaling": props{"enabled": true},
				},
				"gpu": props{"managementOption": "managed"}, "hpaSettings": fullHpaSettings(),
			},
			with(leastScalingPolicy(w), props{
				"name": "other",
				"cpu": props{"args": "0.8", "applyThresholdStrategy": props{"type": "PERCENTAGE", "percentage": 0.3},
					"constraints": props{"min": props{"percentageOfOriginal": 50}, "max": props{"constant": 4}}},
				"memory": props{"applyThresholdStrategy": props{"type": "PERCENTAGE", "percentage": 0.3},
					"constraints": props{"min": props{"constant": 64}, "max": props{"percentageOfOriginal": 150}}},
			}),
			with(leastScalingPolicy(w), props{
				"name":   "old",
				"cpu":    props{"args": "0.8", "applyThreshold": 0.3, "min": 0.5, "max": 4},
				"memory": props{"applyThreshold": 0.3, "min": 64, "max": 4096},
			}),
		}
	},
	changes: func(w *world) map[string]props {
		adaptive := func(numerator, denominator, exponent any) props {
			return props{"type": "CUSTOM_ADAPTIVE", "numerator": numerator, "denominator": denominator, "exponent": exponent}
		}
		changes := map[string]props{
			"clusterId":            {"clusterId": w.other},
			"hpaConverters":        {"hpaConverters": list()},
			"confidence.threshold": {"confidence.threshold": 0.6},
			"hpaSettings.nativeHpaSpec.metrics": {"hpaSettings.nativeHpaSpec.metrics": list(
				props{"type": "Resource", "resource": props{"name": "cpu", "target": props{"type": "Utilization", "value": "70"}}})},
			"hpaSettings.nativeHpaSpec.behavior.scaleUp.tolerance":   {"hpaSettings.nativeHpaSpec.behavior.scaleUp.tolerance": "0.2"},
			"hpaSettings.nativeHpaSpec.behavior.scaleDown.tolerance": {"hpaSettings.nativeHpaSpec.behavior.scaleDown.tolerance": "0.2"},
			"assignmentRules": {"assignmentRules": list(props{"rules": list(props{"namespace": props{"names": list("c")}})})},
		}
		for _, resource := range []string{"cpu", "memory"} {
			strategy, limit := resource+".applyThresholdStrategy", resource+".limit"
			for path, change := range map[string]props{
				resource + ".function":         {resource + ".function": "MAX", resource + ".args": nil},
				resource + ".args":             {resource + ".args": "0.7"},
				resource + ".overhead":         {resource + ".overhead": 0.4},
				resource + ".managementOption": {resource + ".managementOption": nil},
				strategy + ".type":             {strategy: props{"type": "DEFAULT_ADAPTIVE"}},
				strategy + ".percentage":       {strategy + ".percentage": 0.4},
				strategy + ".numerator":        {strategy: adaptive(0.7, "0.5", 0.6)},
				strategy + ".denominator":      {strategy: adaptive(0.4, "0.7", 0.6)},
				strategy + ".exponent":         {strategy: adaptive(0.4, "0.5", 0.7)},
				limit + ".type":                {limit: props{"type": "NO_LIMIT"}},
			} {
				changes[path] = change
			}
		}
		return changes
	},
	drops: map[string]props{
		"cpu.function": {"memory.function": nil, "memory.args": nil}, "memory.function": {"memory.args": nil},
	},
	needed: map[string]string{
		"cpu.args": "QUANTILE needs one", "memory.args": "QUANTILE needs one",
		"cpu.limit.multiplier": "MULTIPLIER needs one", "memory.limit.multiplier": "MULTIPLIER needs one",
		"cpu.applyThresholdStrategy.percentage": "PERCENTAGE needs one", "memory.applyThresholdStrategy.percentage": "PERCENTAGE needs one",
		"cpu.applyThresholdStrategy.numerator": "CUSTOM_ADAPTIVE needs one", "memory.applyThresholdStrategy.numerator": "CUSTOM_ADAPTIVE needs one",
		"cpu.applyThresholdStrategy.denominator": "CUSTOM_ADAPTIVE needs one", "memory.applyThresholdStrategy.denominator": "CUSTOM_ADAPTIVE needs one",
		"cpu.applyThresholdStrategy.exponent": "CUSTOM_ADAPTIVE needs one", "memory.applyThresholdStrategy.exponent": "CUSTOM_ADAPTIVE needs one",
	},
	importID: byClusterAndID,
	notImported: map[string]string{
		"cpu.applyThreshold": oldForm, "cpu.min": oldForm, "cpu.max": oldForm,
		"memory.applyThreshold": oldForm, "memory.min": oldForm, "memory.max": oldForm,
	},
	vanish: vanishFromWorkloads("policies"),
}

var scalingPolicyOrderRow = &row{
	token: "WorkloadScalingPolicyOrder", inputs: workloads.WorkloadScalingPolicyOrderArgs{}, state: workloads.WorkloadScalingPolicyOrderState{},
	world: func(w *world) {
		for key, cluster := range map[string]string{"default": w.cluster, "abroad": w.other} {
			policies := w.Request(http.MethodGet, workloadsOf(cluster, "policies"), nil)["items"].([]any)
			for _, policy := range policies {
				if policy := policy.(props); policy["isDefault"] == true {
					w.made[key] = policy["id"].(string)
				} else {
					w.made[key+" readonly"] = policy["id"].(string)
				}
			}
		}
	},
	least: func(w *world) props { return props{"clusterId": w.cluster, "policyIds": list(w.made["default"])} },
	full: func(w *world) []props {
		return []props{{"clusterId": w.cluster, "policyIds": list(w.made["default readonly"], w.made["default"])}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"clusterId": {"clusterId": w.other, "policyIds": list(w.made["abroad"])},
			"policyIds": {"policyIds": list(w.made["default"], w.made["default readonly"])},
		}
	},
	stays:    map[string]string{"policyIds": "an order of none leaves the order as it is"},
	importID: byCluster,
	vanish: func(w *world, _ *harness.Resource, inputs props) props {
		w.archive(w.cluster)
		return props{"clusterId": w.other, "policyIds": list(w.made["abroad readonly"], w.made["abroad"])}
	},
	idleDelete: "the order stays: there is no other to go back to",
}

var metricSourceRow = &row{
	token: "WorkloadCustomMetricsDataSource", inputs: workloads.WorkloadCustomMetricsDataSourceArgs{},
	state: workloads.WorkloadCustomMetricsDataSourceState{},
	least: func(w *world) props {
		return props{"clusterId": w.cluster, "prometheus": props{"url": "http://prometheus:9090"}}
	},
	full: func(w *world) []props {
		return []props{{
			"clusterId": w.cluster, "name": "prometheus", "prometheus": props{
				"url": "http://prometheus:9090", "timeout": "1m10s", "presets": list("jvm"),
				"metrics": list(props{"name": "z", "query": "sum(z)"}, props{"name": "a", "query": "two"}, props{"name": "a", "query": "one"}),
			},
		}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"clusterId":          {"clusterId": w.other},
			"prometheus.timeout": {"prometheus.timeout": "20s"},
		}
	},
	importID: byClusterAndID,
	vanish:   vanishFromWorkloads("custom-metrics/configs/data-sources"),
}

var podMutationRow = &row{
	token: "PodMutation", inputs: workloads.PodMutationArgs{}, state: workloads.PodMutationState{},
	least: func(w *world) props {
		return props{"organizationId": w.organization, "clusterId": w.cluster, "enabled": true,
			"filterV2": props{"workload": props{"namespaces": list(exactly("default"))}}}
	},
	full: func(w *world) []props {
		changes := props{
			"labels": props{"a": "b"}, "annotations": props{"c": "d"},
			"nodeSelector": props{"add": props{"x": "y"}, "remove": props{"z": "v"}},
			"tolerations": list(props{"key": "k", "operator": "Exists"},
				props{"key": "t", "operator": "Equal", "value": "v", "effect": "NoExecute", "tolerationSeconds": 300}),
			"affinity": props{"nodeAffinity": props{"preferredDuringSchedulingIgnoredDuringExecutions": list(
				props{"weight": 10, "preference": props{"matchExpressions": list(
					props{"key": "e", "operator": "Exists"}, props{"key": "arch", "operator": "In", "values": list("arm64", "amd64")})}})}},
			"nodeTemplatesToConsolidates": list("t2", "t1"), "patch": `[{"path": "/metadata/labels/f", "op": "add", "value": 1.0}]`,
		}
		matchers := func() props {
			return props{"operator": "and", "matchers": list(
				props{"key": exactly("z"), "value": props{"type": "regex", "value": "x.*"}}, props{"key": exactly("a")})}
		}
		tolerations := func() props {
			return props{"operator": "OR", "matchers": list(
				props{"key": exactly("z"), "operator": exactly("Equal"), "value": exactly("v")}, props{"key": exactly("a")})}
		}
		return []props{with(changes, props{
			"organizationId": w.organization, "clusterId": w.cluster, "name": "spread", "enabled": true,
			"filterV2": props{
				"workload": props{
					"names": list(exactly("b"), exactly("a")), "namespaces": list(props{"type": "regex", "value": "^z"}, exactly("default")),
					"kinds": list(exactly("StatefulSet"), exactly("Deployment")), "excludeNames": list(exactly("x"), exactly("w")),
					"excludeNamespaces": list(exactly("kube-system"), exactly("castai")), "excludeKinds": list(exactly("Job"), exactly("CronJob")),
				},
				"pod": props{"labelsFilter": matchers(), "excludeLabelsFilter": matchers(), "tolerationsFilter": tolerations(),
					"excludeTolerationsFilter": tolerations()},
				"celExpression": "true",
			},
			"spotConfig": props{"spotMode": "preferred_spot", "distributionPercentage": 40}, "podEviction": props{"enabled": true},
			"distributionGroups": list(
				props{"name": "g2", "percentage": 70, "configuration": with(changes, props{"spotType": "OPTIONAL_SPOT"})},
				props{"name": "g1", "percentage": 10, "configuration": props{}}),
		})}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg},
			"clusterId":      {"clusterId": w.other},
			"patch":          {"patch": `[{"op": "remove", "path": "/metadata/labels/f"}]`},
			"filterV2.pod.labelsFilter.matchers": {
				"filterV2.pod.labelsFilter.matchers": list(props{"key": exactly("other")})},
			"filterV2.pod.excludeLabelsFilter.matchers": {
				"filterV2.pod.excludeLabelsFilter.matchers": list(props{"key": exactly("other")})},
			"filterV2.pod.tolerationsFilter.matchers": {
				"filterV2.pod.tolerationsFilter.matchers": list(props{"key": exactly("other")})},
			"filterV2.pod.excludeTolerationsFilter.matchers": {
				"filterV2.pod.excludeTolerationsFilter.matchers": list(props{"key": exactly("other")})},
			"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecutions": {
				"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecutions": list(props{"weight": 1, "preference": props{}})},
		}
	},
	importID: func(w *world, r *harness.Resource) string { return w.organization + "/" + w.cluster + "/" + r.ID },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, "/patching-engine/v1beta/organizations/"+w.organization+"/clusters/"+w.cluster+"/pod-mutations/"+r.ID, nil)
		return inputs
	},
}

func exactly(value string) props { return props{"type": "EXACT", "value": value} }
