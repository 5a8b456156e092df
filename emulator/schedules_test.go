package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

var (
	rebalancing  = "/v1/rebalancing-schedules"
	hibernations = "/cluster-autoscaler/v1beta/organizations/" + org + "/hibernation-schedules"
)

func nightly() doc {
	return doc{"name": "nightly", "schedule": doc{"cron": "30 4 * * *"}, "triggerConditions": doc{"savingsPercentage": 15.3}, "launchConfiguration": doc{}}
}

func TestRebalancingScheduleDefaults(t *testing.T) {
	b := newBed(t, emulator.Options{})
	made := b.want(200, "POST", rebalancing, nightly())
	b.fields(made, doc{"nextTriggerAt": "2025-03-02T04:30:00Z", "lastTriggerAt": nil, "jobs": []any{}})
	b.same("a number of 32 bits", at(made, "triggerConditions"), doc{"savingsPercentage": 15.300000190734863, "ignoreSavings": false})
	b.same("launch configuration", made["launchConfiguration"], doc{
		"nodeTtlSeconds": 0, "numTargetedNodes": 0, "selector": doc{"nodeSelectorTerms": []any{}},
		"targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilizedPrice",
		"rebalancingOptions":           doc{"minNodes": 0, "keepDrainTimeoutNodes": false, "evictGracefully": false, "aggressiveMode": false},
	})
	b.same("read", b.want(200, "GET", rebalancing+"/"+made["id"].(string), nil), made)
	b.same("listed", at(b.want(200, "GET", rebalancing, nil), "schedules", 0), made)
}

func TestRebalancingScheduleUpdate(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.want(200, "POST", rebalancing, nightly())["id"].(string)
	changed := b.want(200, "PUT", rebalancing+"?id="+id, doc{"launchConfiguration": doc{"numTargetedNodes": 3,
		"selector": doc{"nodeSelectorTerms": []any{doc{"matchExpressions": []any{doc{"key": "a", "operator": "Exists"}}}}},
		"rebalancingOptions": doc{"aggressiveMode": true, "executionConditions": doc{"enabled": true}, "drainFailureConfig": doc{},
			"aggressiveModeConfig": doc{"ignoreProblemJobPods": false}}}})
	b.same("what was left out stays", changed["name"], "nightly")
	b.same("aggressive mode", at(changed, "launchConfiguration", "rebalancingOptions"), doc{
		"minNodes": 0, "keepDrainTimeoutNodes": false, "evictGracefully": false, "aggressiveMode": true,
		"aggressiveModeConfig": doc{"ignoreLocalPersistentVolumes": true, "ignoreProblemJobPods": true, "ignoreProblemPodsWithoutController": true,
			"ignoreProblemRemovalDisabledPods": true},
		"executionConditions": doc{"enabled": true, "achievedSavingsPercentage": 0},
		"drainFailureConfig":  doc{"disableUncordon": false, "uncordonAfterSeconds": 1800},
	})
	b.same("selector", at(changed, "launchConfiguration", "selector", "nodeSelectorTerms", 0), doc{
		"matchExpressions": []any{doc{"key": "a", "operator": "Exists", "values": []any{}}}, "matchFields": []any{}})
	changed = b.want(200, "PUT", rebalancing+"?id="+id, doc{"launchConfiguration": doc{}})
	b.same("a part is replaced", at(changed, "launchConfiguration", "numTargetedNodes"), 0)
	b.refused(404, "rebalancing schedule not found", "PUT", rebalancing+"?id=nope", doc{})
	b.want(200, "DELETE", rebalancing+"/"+id, nil)
	b.want(404, "GET", rebalancing+"/"+id, nil)
	b.want(404, "DELETE", rebalancing+"/"+id, nil)
}

func TestRebalancingScheduleRefusals(t *testing.T) {
	b := newBed(t, emulator.Options{})
	for field, change := range map[string]doc{
		"name":                                {"name": " "},
		"savingsPercentage":                   {"triggerConditions": doc{"savingsPercentage": -1}},
		"not a cron schedule":                 {"schedule": doc{"cron": "30 25 * * *"}},
		"schedule.cron: not a cron":           {"schedule": doc{"cron": "TZ=UTC"}},
		"cron: unknown time zone":             {"schedule": doc{"cron": "CRON_TZ=Nowhere 0 1 * * *"}},
		"launchConfiguration.numTargetedNode": {"launchConfiguration": doc{"numTargetedNodes": "many"}},
	} {
		body := nightly()
		for name, value := range change {
			body[name] = value
		}
		b.refused(400, field, "POST", rebalancing, body)
	}
	for spec, next := range map[string]string{
		"10 0 13 * * *": "2025-03-01T13:00:10Z", "CRON_TZ=Europe/Berlin 0 14 * * *": "2025-03-01T13:00:00Z", "@hourly": "2025-03-01T13:00:00Z",
	} {
		body := nightly()
		body["schedule"] = doc{"cron": spec}
		b.same(spec, b.want(200, "POST", rebalancing, body)["nextTriggerAt"], next)
	}
}

func TestRebalancingJobs(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := b.eks("c")
	jobs := "/v1/kubernetes/clusters/" + cluster + "/rebalancing-jobs"
	schedule := b.want(200, "POST", rebalancing, nightly())["id"].(string)
	another := b.want(200, "POST", rebalancing, nightly())["id"].(string)
	made := b.want(200, "POST", jobs, doc{"id": "", "clusterId": cluster, "rebalancingScheduleId": schedule, "enabled": true, "lastTriggerAt": nil})
	b.fields(made, doc{"clusterId": cluster, "rebalancingScheduleId": schedule, "enabled": true, "status": "JobStatusPending", "nextTriggerAt": "2025-03-02T04:30:00Z"})
	path := jobs + "/" + made["id"].(string)
	b.same("in the schedule", at(b.want(200, "GET", rebalancing+"/"+schedule, nil), "jobs"), []any{made})
	b.refused(409, "already has a rebalancing job", "POST", jobs, doc{"rebalancingScheduleId": schedule})
	b.refused(400, "not found: nope", "POST", jobs, doc{"rebalancingScheduleId": "nope"})

	changed := b.want(200, "PUT", path, doc{"enabled": false, "rebalancingScheduleId": another})
	b.fields(changed, doc{"enabled": false, "rebalancingScheduleId": schedule})
	b.same("in the schedule", at(b.want(200, "GET", rebalancing+"/"+schedule, nil), "jobs"), []any{changed})
	b.want(200, "POST", jobs, doc{"rebalancingScheduleId": another})
	b.same("of the schedule", b.want(200, "GET", jobs+"?rebalancingScheduleId="+schedule, nil), doc{"jobs": []any{changed}})

	b.want(200, "DELETE", path, nil)
	b.want(404, "DELETE", path, nil)
	b.same("in the schedule", at(b.want(200, "GET", rebalancing+"/"+schedule, nil), "jobs"), []any{})
	b.want(200, "DELETE", rebalancing+"/"+another, nil)
	b.same("jobs go with their schedule", b.want(200, "GET", jobs, nil), doc{"jobs": []any{}})
}

func TestHibernationSchedules(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := b.eks("c")
	body := func(change doc) doc {
		out := doc{"id": "", "name": "workday", "enabled": false, "clusterAssignments": doc{"items": []any{}},
			"pauseConfig": doc{"enabled": true, "schedule": doc{"cronExpression": "0 17 * * 1-5"}},
			"resumeConfig": doc{"enabled": true, "schedule": doc{"cronExpression": "CRON_TZ=Europe/Berlin 0 9 * * 1-5"},
				"jobConfig": doc{"nodeConfig": doc{"instanceType": "e2-standard-4", "volume": doc{"raidConfig": doc{}}}}}}
		for name, value := range change {
			out[name] = value
		}
		return out
	}
	made := b.want(200, "POST", hibernations, body(nil))
	b.fields(made, doc{"organizationId": org, "enabled": false, "createTime": "2025-03-01T12:00:00Z", "updateTime": "2025-03-01T12:00:00Z"})
	b.same("node", at(made, "resumeConfig", "jobConfig", "nodeConfig"), doc{
		"instanceType": "e2-standard-4", "volume": doc{"raidConfig": doc{"chunkSizeKb": 64}}, "kubernetesLabels": doc{}, "kubernetesTaints": []any{}})
	path := hibernations + "/" + made["id"].(string)
	b.pass(time.Minute)
	changed := b.want(200, "PATCH", path, doc{"enabled": true, "clusterAssignments": doc{"items": []any{doc{"clusterId": cluster}}}})
	b.fields(changed, doc{"name": "workday", "enabled": true, "updateTime": "2025-03-01T12:01:00Z", "pauseConfig": made["pauseConfig"]})
	b.same("assigned", at(changed, "clusterAssignments", "items", 0, "clusterId"), cluster)
	b.same("listed", b.want(200, "GET", hibernations+"?page.limit=500", nil), doc{"items": []any{changed}, "nextPageCursor": "", "totalCount": 1})

	pause := doc{"enabled": true, "schedule": doc{"cronExpression": "often"}}
	b.refused(400, "pauseConfig.schedule.cronExpression", "POST", hibernations, body(doc{"pauseConfig": pause}))
	b.refused(400, "name", "POST", hibernations, body(doc{"name": ""}))
	b.refused(400, "cluster not found: nope", "PATCH", path, doc{"clusterAssignments": doc{"items": []any{doc{"clusterId": "nope"}}}})
	b.refused(400, "instanceType", "PATCH", path, doc{"resumeConfig": doc{"enabled": true, "schedule": doc{"cronExpression": "@daily"}, "jobConfig": doc{"nodeConfig": doc{"instanceType": ""}}}})
	b.want(200, "DELETE", path, nil)
	b.refused(404, "hibernation schedule not found", "GET", path, nil)
}
