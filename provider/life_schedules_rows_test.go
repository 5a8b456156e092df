package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/schedules"
)

func init() {
	rows = append(rows, rebalancingScheduleRow, rebalancingJobRow, hibernationScheduleRow)
}

const hibernationSchedules = "/cluster-autoscaler/v1beta/organizations/"

// rebalancing are the least inputs of a rebalancing schedule.
func rebalancing(name string) props {
	return props{
		"name": name, "schedule": props{"cron": "30 4 * * *"}, "triggerConditions": props{"savingsPercentage": 15.3},
		"launchConfiguration": props{},
	}
}

var rebalancingScheduleRow = &row{
	token: "RebalancingSchedule", inputs: schedules.RebalancingScheduleArgs{}, state: schedules.RebalancingScheduleState{},
	least: func(*world) props { return with(rebalancing(""), props{"name": nil}) },
	full: func(*world) []props {
		all := props{
			"name": "nightly", "schedule": props{"cron": "CRON_TZ=Europe/Berlin 30 4 * * MON-FRI"},
			"triggerConditions": props{"savingsPercentage": 15.123456789, "ignoreSavings": true},
			"launchConfiguration": props{
				"nodeTtlSeconds": 350, "numTargetedNodes": 20, "rebalancingMinNodes": 2, "evictGracefully": true,
				"maxSimultaneousDrains": 4,
				"aggressiveModeConfig": props{
					"ignoreLocalPersistentVolumes": true, "ignoreProblemJobPods": true, "ignoreProblemRemovalDisabledPods": true,
					"ignoreProblemPodsWithoutController": true, "ignoreProblemPreventedDrainPods": true,
				},
				"executionConditions": props{"enabled": true, "achievedSavingsPercentage": 15},
				"drainFailureConfig":  props{"disableUncordon": true, "uncordonAfterSeconds": 7200},
				"selector": `{"nodeSelectorTerms": [{"matchFields": [],
					"matchExpressions": [{"operator": "Exists", "key": "team", "values": []}]}]}`,
				"targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilization",
			},
		}
		return []props{all, with(all, props{
			"launchConfiguration.aggressiveMode": true, "launchConfiguration.aggressiveModeConfig": nil,
			"launchConfiguration.keepDrainTimeoutNodes": true, "launchConfiguration.evictGracefully": nil,
		})}
	},
	changes: func(*world) map[string]props {
		return map[string]props{
			"schedule.cron": {"schedule.cron": "10 30 4 * * *"},
			"launchConfiguration.selector": {
				"launchConfiguration.selector": `{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]}`},
		}
	},
	importID: func(_ *world, r *harness.Resource) string { return r.Output("name").(string) },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, "/v1/rebalancing-schedules/"+r.ID, nil)
		return inputs
	},
}

var rebalancingJobRow = &row{
	token: "RebalancingJob", inputs: schedules.RebalancingJobArgs{}, state: schedules.RebalancingJobState{},
	world: func(w *world) {
		for _, name := range []string{"one", "two"} {
			w.made[name] = w.Request(http.MethodPost, "/v1/rebalancing-schedules", rebalancing(name))["id"].(string)
		}
	},
	least: func(w *world) props { return props{"clusterId": w.cluster, "rebalancingScheduleId": w.made["one"]} },
	full: func(w *world) []props {
		return []props{{"clusterId": w.cluster, "rebalancingScheduleId": w.made["one"], "enabled": false}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"clusterId":             {"clusterId": w.other},
			"rebalancingScheduleId": {"rebalancingScheduleId": w.made["two"]},
		}
	},
	importID: func(w *world, _ *harness.Resource) string { return w.cluster + "/one" },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, w.under("rebalancing-jobs", r.ID), nil)
		return inputs
	},
}

// hibernation are the least inputs of a hibernation schedule.
func hibernation(name string) props {
	return props{
		"name": name, "enabled": false,
		"pauseConfig": props{"enabled": true, "schedule": props{"cronExpression": "0 17 * * 1-5"}},
		"resumeConfig": props{
			"enabled": true, "schedule": props{"cronExpression": "0 9 * * 1-5"},
			"jobConfig": props{"nodeConfig": props{"instanceType": "e2-standard-4"}},
		},
	}
}

var hibernationScheduleRow = &row{
	token: "HibernationSchedule", inputs: schedules.HibernationScheduleArgs{}, state: schedules.HibernationScheduleState{},
	least: func(w *world) props {
		return with(hibernation(""), props{"name": nil, "organizationId": w.organization})
	},
	full: func(w *world) []props {
		all := with(hibernation("workday"), props{
			"organizationId": w.organization, "enabled": true,
			"clusterAssignments": props{"assignments": list(props{"clusterId": w.other}, props{"clusterId": w.cluster})},
			"resumeConfig.jobConfig.nodeConfig": props{
				"instanceType": "e2-standard-4", "configId": uuidOne, "gpuConfig": props{"count": 1, "type": "T4"},
				"kubernetesLabels": props{"a": "b"},
				"kubernetesTaints": list(props{"key": "k", "value": "v", "effect": "NoExecute"}, props{"key": "j"}),
				"nodeAffinities": list(props{"dedicatedGroup": "g", "affinities": list(
					props{"key": "a", "operator": "in", "values": list("y", "x")}, props{"key": "b", "operator": "EXISTS", "values": list()},
				)}),
				"spotConfigs": list(props{"priceHourly": "0.50", "spot": true}), "subnetId": "s",
				"volumes": list(props{"sizeGib": 10, "raidConfigs": list(props{"chunkSizeKb": 128})}), "zone": "z",
			},
		})
		const node = "resumeConfig.jobConfig.nodeConfig."
		return []props{all, with(all, props{
			node + "configId": nil, node + "configName": "default",
			node + "nodeAffinities": list(props{"dedicatedGroup": "g"}), node + "volumes": list(props{"sizeGib": 10}),
		})}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId":                       {"organizationId": secondOrg},
			"pauseConfig.schedule.cronExpression":  {"pauseConfig.schedule.cronExpression": "0 18 * * 1-5"},
			"resumeConfig.schedule.cronExpression": {"resumeConfig.schedule.cronExpression": "CRON_TZ=Europe/Berlin 0 9 * * 1-5"},
			"clusterAssignments.assignments":       {"clusterAssignments.assignments": list(props{"clusterId": w.cluster})},
			"resumeConfig.jobConfig.nodeConfig.spotConfigs": {
				"resumeConfig.jobConfig.nodeConfig.spotConfigs": list(props{"priceHourly": "0.6"})},
		}
	},
	importID: func(w *world, r *harness.Resource) string { return w.organization + "/" + r.Output("name").(string) },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, hibernationSchedules+w.organization+"/hibernation-schedules/"+r.ID, nil)
		return inputs
	},
}
