package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// rebalanced is a managed cluster with a job of a schedule that is as given, but for what is missing.
func (b *bed) rebalanced(change doc) (cluster, schedule, jobs string) {
	b.t.Helper()
	cluster = b.managed("shop")
	body := nightly()
	for name, value := range change {
		body[name] = value
	}
	schedule = rebalancing + "/" + b.want(200, "POST", rebalancing, body)["id"].(string)
	jobs = "/v1/kubernetes/clusters/" + cluster + "/rebalancing-jobs"
	b.want(200, "POST", jobs, doc{"rebalancingScheduleId": schedule[len(rebalancing)+1:]})
	return cluster, schedule, jobs
}

func (b *bed) job(jobs string) any {
	b.t.Helper()
	return at(b.want(200, "GET", jobs, nil), "jobs", 0)
}

func TestRebalancingRuns(t *testing.T) {
	b := lively(t)
	cluster, schedule, jobs := b.rebalanced(doc{"schedule": doc{"cron": "CRON_TZ=Europe/Berlin 0 4 * * *"}, "triggerConditions": doc{"savingsPercentage": 10}})
	id := at(b.job(jobs), "id")
	// Spot instances save most, where the default template allows them.
	b.want(200, "PUT", "/v1/kubernetes/clusters/"+cluster+"/policies", doc{"spotInstances": doc{"enabled": true}})
	own := b.nodes(cluster)["ready"]
	b.want(200, "PATCH", clockPath, doc{"set": "2025-03-02T02:59:59Z"})
	b.fields(b.job(jobs), doc{"status": "JobStatusPending", "lastTriggerAt": nil, "rebalancingPlanId": ""})

	b.move("1s")
	b.fields(b.job(jobs), doc{"status": "JobStatusInProgress", "lastTriggerAt": "2025-03-02T03:00:00Z", "nextTriggerAt": "2025-03-03T03:00:00Z"})
	shown := b.want(200, "GET", schedule, nil)
	b.fields(shown, doc{"lastTriggerAt": "2025-03-02T03:00:00Z", "nextTriggerAt": "2025-03-03T03:00:00Z"})
	b.same("in the schedule", at(shown, "jobs", 0), b.job(jobs))
	plan := at(b.job(jobs), "rebalancingPlanId")
	if plan == "" {
		t.Error("there is no plan")
	}
	fresh := b.nodes(cluster)["creating"]
	b.count("the old ones wait", b.nodes(cluster)["ready"], len(own))
	b.move("1m")
	b.count("they go once the new ones are up", b.nodes(cluster)["draining"], len(own))
	b.count("up", b.nodes(cluster)["ready"], len(fresh))
	b.move("3m")
	b.fields(b.job(jobs), doc{"status": "JobStatusFinished", "rebalancingPlanId": plan, "id": id})
	after := b.nodes(cluster)
	b.count("new", provisioned(after["ready"]), len(fresh))
	b.same("nothing else is left", len(after), 1)
	b.same("spot", at(after["ready"][0], "spotConfig", "isSpot"), true)

	// There is nothing more to gain.
	b.want(200, "PATCH", clockPath, doc{"advance": "72h"})
	b.fields(b.job(jobs), doc{"status": "JobStatusSkipped", "lastTriggerAt": "2025-03-05T03:00:00Z", "nextTriggerAt": "2025-03-06T03:00:00Z", "rebalancingPlanId": plan})
	b.same("the same nodes", b.nodes(cluster)["ready"], after["ready"])
}

func TestRebalancingConditions(t *testing.T) {
	one := doc{"numTargetedNodes": 1, "rebalancingOptions": doc{"minNodes": 2}}
	for name, test := range map[string]struct {
		change  doc
		disable bool
		status  string
		fresh   int // nodes of CAST AI in the end
	}{
		"savings are too small": {doc{"triggerConditions": doc{"savingsPercentage": 90}}, false, "JobStatusSkipped", 0},
		"savings do not matter": {doc{"triggerConditions": doc{"savingsPercentage": 90, "ignoreSavings": true}, "launchConfiguration": one}, false, "JobStatusFinished", 2},
		"nodes are too young":   {doc{"launchConfiguration": doc{"nodeTtlSeconds": 100 * 24 * 3600}}, false, "JobStatusSkipped", 0},
		"none is selected": {doc{"launchConfiguration": doc{"selector": doc{"nodeSelectorTerms": []any{doc{"matchExpressions": []any{
			doc{"key": "pool", "operator": "Exists"}}}}}}}, false, "JobStatusSkipped", 0},
		"too little is achieved": {doc{"triggerConditions": doc{"savingsPercentage": 0, "ignoreSavings": true},
			"launchConfiguration": doc{"rebalancingOptions": doc{"executionConditions": doc{"enabled": true, "achievedSavingsPercentage": 99}}}}, false, "JobStatusFailed", 0},
		"it is off": {doc{}, true, "JobStatusPending", 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := lively(t)
			cluster, _, jobs := b.rebalanced(test.change)
			own := len(b.nodes(cluster)["ready"])
			if test.disable {
				b.want(200, "PUT", jobs+"/"+at(b.job(jobs), "id").(string), doc{"enabled": false, "rebalancingScheduleId": ""})
			}
			b.want(200, "PATCH", clockPath, doc{"set": "2025-03-02T05:00:00Z"})
			b.fields(b.job(jobs), doc{"status": test.status, "nextTriggerAt": "2025-03-03T04:30:00Z"})
			b.count("made", provisioned(b.nodes(cluster)["ready"]), test.fresh)
			if test.fresh == 0 {
				b.count("as before", b.nodes(cluster)["ready"], own)
			}
		})
	}
}

func TestRebalancingFails(t *testing.T) {
	b := lively(t)
	cluster, _, jobs := b.rebalanced(doc{"triggerConditions": doc{"savingsPercentage": 0, "ignoreSavings": true}})
	own := b.nodes(cluster)["ready"]
	b.want(200, "PATCH", "/_emulator/settings", doc{"nodesFail": true})
	b.want(200, "PATCH", clockPath, doc{"set": "2025-03-02T05:00:00Z"})
	b.same("no new node came up", at(b.job(jobs), "status"), "JobStatusFailed")
	b.same("the old ones stay", b.nodes(cluster), map[string][]doc{"ready": own})

	b.want(200, "PATCH", "/_emulator/settings", doc{"nodesFail": false})
	b.want(204, "PATCH", "/_emulator/clusters/"+cluster+"/nodes/"+own[0]["name"].(string), doc{"hold": true})
	b.move("24h")
	b.same("one does not go", at(b.job(jobs), "status"), "JobStatusFailed")
	b.same("it is there", at(b.nodes(cluster)["ready"][0], "name"), own[0]["name"])
}

// Where that is wanted, the server puts another job in the place of one that has run.
func TestRecreatedJobs(t *testing.T) {
	b := lively(t, func(s *emulator.Settings) { s.RecreateJobs = true })
	_, schedule, jobs := b.rebalanced(doc{"triggerConditions": doc{"savingsPercentage": 0, "ignoreSavings": true}})
	id := at(b.job(jobs), "id").(string)
	b.move("24h")
	b.want(404, "GET", jobs+"/"+id, nil)
	job := b.job(jobs)
	b.fields(job, doc{"status": "JobStatusFinished", "rebalancingScheduleId": schedule[len(rebalancing)+1:]})
	b.same("in the schedule", at(b.want(200, "GET", schedule, nil), "jobs"), []any{job})
}

// A jump over very many triggers runs some thousands of them and passes over the rest.
func TestManyTriggers(t *testing.T) {
	b := lively(t)
	cluster, schedule, jobs := b.rebalanced(doc{"schedule": doc{"cron": "* * * * * *"}, "triggerConditions": doc{"savingsPercentage": 99}})
	b.move("8760h")
	b.fields(b.job(jobs), doc{"status": "JobStatusSkipped", "nextTriggerAt": "2026-03-01T12:02:01Z"})
	b.same("of the schedule", b.want(200, "GET", schedule, nil)["nextTriggerAt"], "2026-03-01T12:02:01Z")
	b.same("the cluster", b.want(200, "GET", clusters+"/"+cluster, nil)["status"], "ready")
}

// Each organization has schedules and jobs of its own.
func TestRebalancingInAnotherOrganization(t *testing.T) {
	options := company()
	options.Settings = emulator.Settings{Life: true, AgentDelay: time.Minute, DisconnectDelay: time.Minute, RecreateJobs: true}
	b := newBed(t, options)
	b.as("dev") // who is in the second one
	_, schedule, jobs := b.rebalanced(doc{"triggerConditions": doc{"savingsPercentage": 0, "ignoreSavings": true}})
	b.move("24h")
	b.fields(b.job(jobs), doc{"status": "JobStatusFinished", "lastTriggerAt": "2025-03-02T04:30:00Z"})
	b.same("in the schedule", at(b.want(200, "GET", schedule, nil), "jobs"), []any{b.job(jobs)})
}
