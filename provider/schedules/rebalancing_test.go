package schedules_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func nightly(launch props) props {
	return props{"name": "nightly", "schedule": props{"cron": "30 4 * * 1-5"}, "triggerConditions": props{"savingsPercentage": 15.3},
		"launchConfiguration": launch}
}

const algorithm = "TargetNodeSelectionAlgorithmUtilizedPrice"

// TestRebalancingScheduleBodies: what is sent on create, on change and when an
// option is dropped.
func TestRebalancingScheduleBodies(t *testing.T) {
	launch := func(change, options props) props {
		out := with(props{"targetNodeSelectionAlgorithm": algorithm, "selector": props{"nodeSelectorTerms": list()}}, change)
		if options != nil {
			out["rebalancingOptions"] = options
		}
		return out
	}
	flags := func(v bool) props {
		return props{"ignoreLocalPersistentVolumes": v, "ignoreProblemJobPods": v, "ignoreProblemRemovalDisabledPods": v,
			"ignoreProblemPodsWithoutController": v}
	}
	type step struct {
		name   string
		launch props
		op     string
		sent   props // the launch configuration
	}
	for name, steps := range map[string][]step{
		"zero, false and unset": {
			{"unset", props{}, "create", props{"targetNodeSelectionAlgorithm": algorithm}},
			{"set", props{"nodeTtlSeconds": 5, "numTargetedNodes": 3, "rebalancingMinNodes": 2}, "update",
				launch(props{"nodeTtlSeconds": 5, "numTargetedNodes": 3}, props{"minNodes": 2})},
			{"zero", props{"nodeTtlSeconds": 0, "numTargetedNodes": 0, "rebalancingMinNodes": 0}, "update",
				launch(props{"nodeTtlSeconds": 0, "numTargetedNodes": 0}, props{"minNodes": 0})},
			{"one", props{"rebalancingMinNodes": 1}, "update", launch(props{"nodeTtlSeconds": 0, "numTargetedNodes": 0}, props{"minNodes": 1})},
			{"dropped", props{}, "update", launch(nil, props{"minNodes": 0})},
		},
		"zero from the start": {
			{"zero", props{"numTargetedNodes": 0, "aggressiveMode": false}, "create",
				props{"numTargetedNodes": 0, "targetNodeSelectionAlgorithm": algorithm, "rebalancingOptions": props{"aggressiveMode": false}}},
			{"unset", props{}, "update", launch(props{"numTargetedNodes": 0}, props{"aggressiveMode": false})},
		},
		"the flags of the aggressive mode do not outlast it": {
			{"on", props{"aggressiveMode": true}, "create", nil},
			{"something else", props{"aggressiveMode": true, "numTargetedNodes": 1}, "update",
				launch(props{"numTargetedNodes": 1}, props{"aggressiveMode": true})},
			{"off", props{"numTargetedNodes": 1}, "update", launch(props{"numTargetedNodes": 1}, props{"aggressiveMode": false})},
			{"flags", props{"aggressiveModeConfig": flags(true)}, "update", launch(props{"numTargetedNodes": 0}, props{"aggressiveModeConfig": flags(true)})},
			{"no flags", props{"aggressiveModeConfig": flags(false)}, "update", launch(nil, props{"aggressiveModeConfig": flags(false)})},
			{"neither", props{}, "update", launch(nil, nil)},
		},
		"the aggressive mode wins over its flags": {
			{"both", props{"aggressiveMode": true, "aggressiveModeConfig": flags(false)}, "create", nil},
		},
		"the newer form of keeping nodes does not undo the older": {
			{"neither", props{}, "create", nil},
			{"older", props{"keepDrainTimeoutNodes": true}, "update", launch(nil, props{"keepDrainTimeoutNodes": true})},
			{"newer", props{"evictGracefully": true}, "update", launch(nil, props{"keepDrainTimeoutNodes": false, "evictGracefully": true})},
			{"dropped", props{}, "update", launch(nil, props{"evictGracefully": nil})},
		},
		"blocks": {
			{"empty", props{"drainFailureConfig": props{}, "executionConditions": props{"enabled": false}}, "create",
				props{"targetNodeSelectionAlgorithm": algorithm,
					"rebalancingOptions": props{"drainFailureConfig": props{}, "executionConditions": props{"enabled": false}}}},
			{"dropped", props{}, "update", launch(nil, nil)},
		},
		"selector": {
			{"given", props{"selector": `{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists","values":[]}]}]}`}, "create", nil},
			{"respelled", props{"selector": `{ "nodeSelectorTerms": [{"matchExpressions": [{"operator": "Exists", "values": [], "key": "a"}]}] }`}, "same", nil},
			{"nothing", props{"selector": `{}`}, "update", launch(props{"selector": props{}}, nil)},
			{"dropped", props{}, "update", launch(nil, nil)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			r := f.Resource("RebalancingSchedule", "r")
			for _, s := range steps {
				f.Forget()
				r.WantUp(s.op, nightly(s.launch))
				if s.sent != nil {
					method := http.MethodPut
					if s.op == "create" {
						method = http.MethodPost
					}
					same(t, "the body of the step "+s.name, f.Body(method, rebalancing)["launchConfiguration"], s.sent)
				}
				r.WantSettled(nightly(s.launch))
				if t.Failed() {
					t.Fatalf("after the step %s", s.name)
				}
			}
		})
	}
}

// TestRebalancingScheduleKeepsWhatIsNotManaged: an update leaves alone what was
// set elsewhere and the program does not mention.
func TestRebalancingScheduleKeepsWhatIsNotManaged(t *testing.T) {
	f := setup(t)
	r := f.Resource("RebalancingSchedule", "r")
	r.WantUp("create", nightly(props{}))
	f.Call(http.MethodPut, rebalancing+"?id="+r.ID, props{"launchConfiguration": props{"numTargetedNodes": 7,
		"targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilization",
		"rebalancingOptions":           props{"evictGracefully": true, "maxSimultaneousDrains": 2}}})
	r.WantSettled(nightly(props{}))
	r.WantUp("update", nightly(props{"nodeTtlSeconds": 60}))
	same(t, "the update", f.Body(http.MethodPut, rebalancing)["launchConfiguration"], props{
		"nodeTtlSeconds": 60, "numTargetedNodes": 7, "targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilization",
		"selector":           props{"nodeSelectorTerms": list()},
		"rebalancingOptions": props{"evictGracefully": true, "maxSimultaneousDrains": 2},
	})
}

func TestRebalancingScheduleSpelling(t *testing.T) {
	f := setup(t)
	r := f.Resource("RebalancingSchedule", "r")
	inputs := with(nightly(props{}), props{"triggerConditions.savingsPercentage": 15.123456789})
	r.WantUp("create", inputs)
	r.WantSettled(inputs)
	for _, cron := range []string{"30 4 * * MON-FRI", "CRON_TZ=UTC 0 30 4 * * 1-5", " 30 4 *  * 1,2,3,4,5"} {
		r.WantUp("same", with(inputs, props{"schedule.cron": cron}))
	}
	for _, cron := range []string{"30 5 * * 1-5", "CRON_TZ=Europe/Berlin 30 4 * * 1-5", "10 30 4 * * 1-5"} {
		changed := with(inputs, props{"schedule.cron": cron})
		r.WantUp("update", changed)
		r.WantSettled(changed)
	}
}

func TestRebalancingScheduleChecks(t *testing.T) {
	f := setup(t)
	r := f.Resource("RebalancingSchedule", "r")
	for path, inputs := range map[string]props{
		"schedule.cron":                          with(nightly(props{}), props{"schedule.cron": "30 25 * * *"}),
		"triggerConditions.savingsPercentage":    with(nightly(props{}), props{"triggerConditions.savingsPercentage": -1}),
		"name":                                   with(nightly(props{}), props{"name": " "}),
		"launchConfiguration.nodeTtlSeconds":     nightly(props{"nodeTtlSeconds": -1}),
		"launchConfiguration.selector":           nightly(props{"selector": "team=web"}),
		"launchConfiguration.drainFailureConfig": nightly(props{"drainFailureConfig": "x"}),
		"launchConfiguration.executionConditions.achievedSavingsPercentage": nightly(props{"executionConditions": props{"enabled": true, "achievedSavingsPercentage": 101}}),
	} {
		if _, found := r.Check(inputs); len(found) != 1 || found[0].Property != path {
			t.Errorf("%s: the failures are %v", path, found)
		}
	}
	for warning, launch := range map[string]props{
		"has no effect while aggressiveMode": {"aggressiveMode": true, "aggressiveModeConfig": props{"ignoreLocalPersistentVolumes": true,
			"ignoreProblemJobPods": true, "ignoreProblemRemovalDisabledPods": true, "ignoreProblemPodsWithoutController": true}},
		"has no effect beside evictGracefully":     {"evictGracefully": false, "keepDrainTimeoutNodes": true},
		"holds no nodeSelectorTerms":               {"selector": `{"matchLabels":{"a":"b"}}`},
		"TargetNodeSelectionAlgorithmOfNextYear\"": {"targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmOfNextYear"},
	} {
		if _, found := r.Check(nightly(launch)); len(found) > 0 || !f.Warned(warning) {
			t.Errorf("%s: the failures are %v, the logs %v", warning, found, f.Logs())
		}
	}
}

// TestRebalancingSchedulePreview: a change of one input leaves the outputs
// known that it does not touch.
func TestRebalancingSchedulePreview(t *testing.T) {
	f := setup(t)
	r := f.Resource("RebalancingSchedule", "r")
	r.WantUp("create", nightly(props{}))
	got, outputs, err := r.Preview(with(nightly(props{}), props{"schedule.cron": "0 5 * * *"}))
	if err != nil || !slices.Equal(got.Changes, []string{"schedule.cron"}) {
		t.Fatal(got, err)
	}
	for name, value := range outputs {
		if value.ContainsUnknowns() {
			t.Errorf("the output %s is not known", name)
		}
	}
	_, outputs, err = r.Preview(with(nightly(props{}), props{"schedule.cron": harness.Unknown}))
	if err != nil || !outputs["schedule"].ContainsUnknowns() || outputs["name"].ContainsUnknowns() {
		t.Errorf("with a cron schedule that is not known yet the outputs are %v, %v", outputs, err)
	}
}

func TestRebalancingScheduleImport(t *testing.T) {
	f := setup(t)
	body := with(nightly(props{"selector": props{"nodeSelectorTerms": list()}}), nil)
	one := f.make(rebalancing, body)
	for range 2 {
		f.make(rebalancing, with(body, props{"name": "twin"}))
	}
	for _, id := range []string{one, "nightly"} {
		r := f.Resource("RebalancingSchedule", "r")
		if err := r.Import(id); err != nil || r.ID != one {
			t.Fatalf("importing %s gives %s, %v", id, r.ID, err)
		}
		same(t, "the launch configuration", r.Input("launchConfiguration"), props{})
		same(t, "the trigger", r.Input("triggerConditions"), props{"savingsPercentage": 15.3})
	}
	r := f.Resource("RebalancingSchedule", "r")
	fails(t, r.Import("Nightly"), `no rebalancing schedule named "Nightly"`, `"nightly" (`+one)
	fails(t, r.Import("twin"), `2 rebalancing schedules are named "twin"`)
	fails(t, r.Import(absent), absent, "does not exist")
}

func TestRebalancingScheduleLostAnswer(t *testing.T) {
	f := setup(t)
	r := f.Resource("RebalancingSchedule", "r")
	f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: rebalancing, Action: emulator.Drop})
	inputs := with(nightly(props{"numTargetedNodes": 3}), props{"triggerConditions.savingsPercentage": 15.25})
	r.WantUp("create", inputs)
	if n := len(slices.DeleteFunc(f.Calls(), func(call string) bool { return call != "POST "+rebalancing })); n != 1 {
		t.Errorf("%d create calls", n)
	}
	r.WantSettled(inputs)
}

func (f *fixture) job() (inputs props, jobs string) {
	cluster := f.Register("one")
	return props{"clusterId": cluster, "rebalancingScheduleId": f.make(rebalancing, nightly(props{}))},
		"/v1/kubernetes/clusters/" + cluster + "/rebalancing-jobs"
}

func TestRebalancingJobBodies(t *testing.T) {
	f := setup(t)
	inputs, jobs := f.job()
	r := f.Resource("RebalancingJob", "r")
	r.WantUp("create", inputs)
	same(t, "the create", f.Body(http.MethodPost, jobs), with(inputs, props{"enabled": true}))
	for _, enabled := range []any{false, nil} {
		changed := with(inputs, props{"enabled": enabled})
		r.WantUp("update", changed)
		same(t, "the update", f.Body(http.MethodPut, r.ID), props{"rebalancingScheduleId": inputs["rebalancingScheduleId"], "enabled": enabled == nil})
		r.WantSettled(changed)
	}
	for _, path := range []string{"clusterId", "rebalancingScheduleId"} {
		if _, found := r.Check(with(inputs, props{path: "x"})); len(found) != 1 || found[0].Property != path {
			t.Errorf("%s: the failures are %v", path, found)
		}
	}
}

// TestRebalancingJobMoves: another schedule or cluster really moves the job.
func TestRebalancingJobMoves(t *testing.T) {
	f := setup(t)
	inputs, jobs := f.job()
	r := f.Resource("RebalancingJob", "r")
	r.WantUp("create", inputs)
	other := with(inputs, props{"rebalancingScheduleId": f.make(rebalancing, nightly(props{}))})
	r.WantUp("replace", other)
	r.WantSettled(other)
	left := f.Call(http.MethodGet, jobs, nil)["jobs"].([]any)
	if len(left) != 1 || left[0].(props)["rebalancingScheduleId"] != other["rebalancingScheduleId"] || left[0].(props)["id"] != r.ID {
		t.Errorf("the jobs are %v", left)
	}
	elsewhere := with(other, props{"clusterId": f.Register("two")})
	r.WantUp("replace", elsewhere)
	r.WantSettled(elsewhere)
	if left := f.Call(http.MethodGet, jobs, nil)["jobs"].([]any); len(left) != 0 {
		t.Errorf("the old cluster still has the jobs %v", left)
	}
}

// TestRebalancingJobUnderANewID: the service may replace a job by another one
// of the same schedule.
func TestRebalancingJobUnderANewID(t *testing.T) {
	again := func(f *fixture, jobs, id string, inputs props) string {
		f.Call(http.MethodDelete, jobs+"/"+id, nil)
		return f.make(jobs, inputs)
	}
	t.Run("refresh", func(t *testing.T) {
		f := setup(t)
		inputs, jobs := f.job()
		r := f.Resource("RebalancingJob", "r")
		r.WantUp("create", inputs)
		id := again(f, jobs, r.ID, inputs)
		r.WantSettled(inputs)
		if r.ID != id {
			t.Errorf("the ID is %s, want %s", r.ID, id)
		}
		f.Call(http.MethodDelete, jobs+"/"+id, nil)
		if got, err := r.Refresh(); err != nil || got.Op != "delete" {
			t.Errorf("without a job a refresh finds %v, %v", got, err)
		}
	})
	t.Run("update and delete", func(t *testing.T) {
		f := setup(t)
		inputs, jobs := f.job()
		r := f.Resource("RebalancingJob", "r")
		r.WantUp("create", inputs)
		id := again(f, jobs, r.ID, inputs)
		r.WantUp("update", with(inputs, props{"enabled": false}))
		if f.Call(http.MethodGet, jobs+"/"+id, nil)["enabled"] != false {
			t.Error("the new job is still on")
		}
		if err := r.Delete(); err != nil {
			t.Fatal(err)
		}
		if left := f.Call(http.MethodGet, jobs, nil)["jobs"].([]any); len(left) != 0 {
			t.Errorf("there are still the jobs %v", left)
		}
		if err := r.Delete(); err != nil {
			t.Error("deleting it once more:", err)
		}
	})
	t.Run("nobody knows", func(t *testing.T) {
		f := setup(t)
		inputs, jobs := f.job()
		r := f.Resource("RebalancingJob", "r")
		r.WantUp("create", inputs)
		f.Call(http.MethodDelete, jobs+"/"+r.ID, nil)
		f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Path: jobs, Status: http.StatusForbidden, Times: -1})
		fails(t, r.Delete(), "cannot tell whether", r.ID, "403")
		_, err := r.Refresh()
		fails(t, err, "cannot read rebalancing job", "403")
		_, err = r.Up(with(inputs, props{"enabled": false}))
		fails(t, err, "cannot update rebalancing job", "404")
	})
}

func TestRebalancingJobExistsAlready(t *testing.T) {
	f := setup(t)
	inputs, jobs := f.job()
	id := f.make(jobs, inputs)
	f.Forget()
	_, err := f.Resource("RebalancingJob", "r").Up(inputs)
	fails(t, err, "exists already", inputs["clusterId"].(string)+"/"+id)
	for _, call := range f.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("there was the call %s", call)
		}
	}
}

func TestRebalancingJobLostAnswer(t *testing.T) {
	f := setup(t)
	inputs, jobs := f.job()
	r := f.Resource("RebalancingJob", "r")
	f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: jobs, Action: emulator.Drop})
	r.WantUp("create", inputs)
	r.WantSettled(inputs)
	if all := f.Call(http.MethodGet, jobs, nil)["jobs"].([]any); len(all) != 1 {
		t.Errorf("the jobs are %v", all)
	}
}

func TestRebalancingJobImport(t *testing.T) {
	f := setup(t)
	inputs, jobs := f.job()
	cluster, schedule := inputs["clusterId"].(string), inputs["rebalancingScheduleId"].(string)
	job := f.make(jobs, with(inputs, props{"enabled": false}))
	f.make(rebalancing, nightly(props{})) // of the same name, without a job here
	slashed := f.make(rebalancing, with(nightly(props{}), props{"name": "a/b"}))
	other := f.make(jobs, props{"rebalancingScheduleId": slashed})
	for id, want := range map[string]string{job: job, schedule: job, "nightly": job, "a/b": other} {
		r := f.Resource("RebalancingJob", "r")
		if err := r.Import(cluster + "/" + id); err != nil || r.ID != want {
			t.Errorf("importing %s gives %s, %v", id, r.ID, err)
		}
		if want == job {
			same(t, "the imported cluster", r.Input("clusterId"), cluster)
			same(t, "the imported schedule", r.Input("rebalancingScheduleId"), schedule)
			same(t, "the imported switch", r.Input("enabled"), false)
		}
	}
	r := f.Resource("RebalancingJob", "r")
	fails(t, r.Import(job), "<clusterId>/<jobId>", "the name of its schedule")
	fails(t, r.Import("one/nightly"), "<clusterId>/<jobId>")
	fails(t, r.Import(absent+"/"+job), absent, "404")
	fails(t, r.Import(cluster+"/"+absent), "has no rebalancing job", absent)
	fails(t, r.Import(cluster+"/weekly"), `no rebalancing schedule named "weekly"`, `"nightly" (`)

	third := f.make(rebalancing, nightly(props{}))
	f.make(jobs, props{"rebalancingScheduleId": third})
	fails(t, r.Import(cluster+"/nightly"), "2 rebalancing jobs", job)
}

func TestGetRebalancingSchedule(t *testing.T) {
	f := setup(t)
	if _, err := f.Invoke("getRebalancingSchedule", props{"name": "nightly"}); err == nil || !strings.Contains(err.Error(), "sees none at all") {
		t.Errorf("without schedules the error is %v", err)
	}
	id := f.make(rebalancing, nightly(props{"numTargetedNodes": 20, "rebalancingOptions": props{"minNodes": 2},
		"selector": props{"nodeSelectorTerms": list(props{"matchExpressions": list(props{"key": "a", "operator": "Exists"})})}}))
	for range 2 {
		f.make(rebalancing, with(nightly(props{}), props{"name": "twin"}))
	}
	got, err := f.Invoke("getRebalancingSchedule", props{"name": "nightly"})
	if err != nil {
		t.Fatal(err)
	}
	if got["nextTriggerAt"] == nil {
		t.Error("there is no nextTriggerAt")
	}
	delete(got, "nextTriggerAt")
	same(t, "the schedule", got, props{
		"id": id, "name": "nightly", "schedules": list(props{"cron": "30 4 * * 1-5"}),
		"triggerConditions": list(props{"savingsPercentage": 15.3, "ignoreSavings": false}),
		"launchConfigurations": list(props{"nodeTtlSeconds": 0, "numTargetedNodes": 20, "rebalancingMinNodes": 2, "keepDrainTimeoutNodes": false,
			"evictGracefully": false, "aggressiveMode": false, "targetNodeSelectionAlgorithm": algorithm,
			"selector": `{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Exists"}]}]}`}),
	})
	for name, words := range map[string][]string{
		" ": {"name: "}, "Nightly": {`no rebalancing schedule named "Nightly"`, `"nightly" (` + id}, "twin": {`2 rebalancing schedules are named "twin"`},
	} {
		_, err := f.Invoke("getRebalancingSchedule", props{"name": name})
		fails(t, err, words...)
	}
	f.Provider(map[string]any{"apiToken": "invalid", "apiUrl": f.URL})
	_, err = f.Invoke("getRebalancingSchedule", props{"name": "nightly"})
	fails(t, err, "cannot list rebalancing schedules", "401")
}
