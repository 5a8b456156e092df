package schedules_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// lively is an emulator whose schedules run.
func lively(o *emulator.Options) {
	o.Settings.Life, o.Settings.RecreateJobs = true, true
	o.Clock = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
}

func (f *fixture) pass(by time.Duration) {
	f.T.Helper()
	if _, err := f.Emulator.MoveClock(emulator.ClockChange{Advance: by}); err != nil {
		f.T.Fatal(err)
	}
}

// TestRunsAreNoDrift: a job that has run, under another ID even, and the schedule
// that made it run are what the program wants.
func TestRunsAreNoDrift(t *testing.T) {
	f := setup(t, lively)
	wanted := nightly(props{})
	schedule, job := f.Resource("RebalancingSchedule", "s"), f.Resource("RebalancingJob", "j")
	schedule.WantUp("create", wanted)
	inputs := props{"clusterId": f.Register("one"), "rebalancingScheduleId": schedule.ID}
	job.WantUp("create", inputs)
	before := job.ID
	f.pass(7 * 24 * time.Hour)
	schedule.WantSettled(wanted)
	job.WantSettled(inputs)
	if job.ID == before {
		t.Error("the job has not run")
	}
	job.WantUp("update", with(inputs, props{"enabled": false}))
	if err := job.Delete(); err != nil {
		t.Error(err)
	}
}

// TestHibernationIsNoDrift: that clusters sleep does not concern the schedule.
func TestHibernationIsNoDrift(t *testing.T) {
	f := setup(t, lively)
	cluster := f.Register("one")
	path := "/v1/kubernetes/external-clusters/" + cluster
	f.Call(http.MethodPost, path, props{"eks": props{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	inputs := with(workday(), props{"enabled": true, "clusterAssignments": props{"assignments": list(props{"clusterId": cluster})}})
	r := f.Resource("HibernationSchedule", "r")
	r.WantUp("create", inputs)
	slept := false
	for range 48 {
		f.pass(time.Hour)
		slept = slept || f.Call(http.MethodGet, path, nil)["status"] == "hibernated"
	}
	if !slept {
		t.Error("the cluster has not slept")
	}
	r.WantSettled(inputs)
}
