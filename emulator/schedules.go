package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	rebalancingSchedulesPath = "/v1/rebalancing-schedules"
	rebalancingJobsPath      = "/v1/kubernetes/clusters/{clusterId}/rebalancing-jobs"
	hibernationPath          = "/cluster-autoscaler/v1beta/organizations/{organizationId}/hibernation-schedules"
)

func (s *Server) scheduleArea() {
	schedules := s.collect(collection{
		kind: "rebalancing schedule", path: rebalancingSchedulesPath,
		keep: []string{"lastTriggerAt", "jobs"},
		// Observed in answers. Assumed: the algorithm that clients send when told none is the service's own.
		defaults: doc{
			"triggerConditions": doc{"savingsPercentage": 0.0, "ignoreSavings": false},
			"launchConfiguration": doc{
				"nodeTtlSeconds": 0.0, "numTargetedNodes": 0.0, "selector": doc{}, "rebalancingOptions": doc{},
				"targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilizedPrice",
			},
		},
		rules: rebalancingScheduleRules,
		// Assumed: the jobs of a schedule go with it.
		remove: func(c *call, r *record) error {
			for _, job := range c.jobsOf(r.ID) {
				c.store.remove(job)
			}
			return nil
		},
	})
	// Documented: the ID is a query parameter here. Assumed: each part that is left out stays, each other is replaced.
	s.handle("ScheduledRebalancingAPIUpdateRebalancingSchedule", func(c *call) (*answer, error) {
		c.params[schedules.param] = c.query.Get("id")
		r, err := schedules.find(c)
		if err != nil {
			return nil, err
		}
		for _, part := range []string{"name", "schedule", "triggerConditions", "launchConfiguration"} {
			if in := c.input(); in[part] == nil {
				in[part] = clone(r.Doc[part])
			}
		}
		return schedules.update(c)
	})
	s.collect(collection{
		kind: "rebalancing job", path: rebalancingJobsPath,
		defaults: doc{"enabled": true, "status": "JobStatusPending", "rebalancingPlanId": ""}, // assumed
		keep:     []string{"status", "rebalancingPlanId", "lastTriggerAt", "nextTriggerAt", "rebalancingScheduleId"},
		rules:    rebalancingJobRules,
		remove: func(c *call, r *record) error {
			c.showJobs(text(r.Doc, "rebalancingScheduleId"), r)
			return nil
		},
	})
	s.collect(collection{
		kind: "hibernation schedule", path: hibernationPath,
		keep:  []string{"organizationId"},
		rules: hibernationScheduleRules,
	})
}

func rebalancingScheduleRules(c *call, r *record, old doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	next, err := c.next("schedule.cron", text(object(d, "schedule"), "cron"))
	if err != nil {
		return err
	}
	if delete(d, "nextTriggerAt"); !next.IsZero() {
		d["nextTriggerAt"] = instant(next)
	}
	if old == nil {
		delete(d, "lastTriggerAt")
		d["jobs"] = []any{}
	}
	percentage := number(object(d, "triggerConditions"), "savingsPercentage")
	if percentage < 0 {
		return invalid("triggerConditions.savingsPercentage", "must not be negative")
	}
	// Documented: a number of 32 bits.
	object(d, "triggerConditions")["savingsPercentage"] = narrow(percentage)
	launch := object(d, "launchConfiguration")
	completeSelector(object(launch, "selector"))
	options := object(launch, "rebalancingOptions")
	setDefaults(options, doc{"minNodes": 0.0, "keepDrainTimeoutNodes": false, "evictGracefully": false, "aggressiveMode": false})
	if options["aggressiveMode"] == true {
		// Observed.
		options["aggressiveModeConfig"] = doc{
			"ignoreLocalPersistentVolumes": true, "ignoreProblemJobPods": true, "ignoreProblemPodsWithoutController": true,
			"ignoreProblemRemovalDisabledPods": true,
		}
	}
	if conditions := object(options, "executionConditions"); conditions != nil {
		setDefaults(conditions, doc{"enabled": false, "achievedSavingsPercentage": 0.0})
	}
	if failure := object(options, "drainFailureConfig"); failure != nil {
		setDefaults(failure, doc{"disableUncordon": false, "uncordonAfterSeconds": 1800.0}) // documented
	}
	return nil
}

// completeSelector shows a selector as the service does. Observed: one of nothing is shown with an empty list. Assumed:
// other empty lists are shown too.
func completeSelector(selector doc) {
	setDefaults(selector, doc{"nodeSelectorTerms": []any{}})
	terms, _ := selector["nodeSelectorTerms"].([]any)
	for _, term := range terms {
		term := term.(doc) // the contract has let only objects through
		setDefaults(term, doc{"matchExpressions": []any{}, "matchFields": []any{}})
		for _, name := range []string{"matchExpressions", "matchFields"} {
			requirements, _ := term[name].([]any)
			for _, requirement := range requirements {
				setDefaults(requirement.(doc), doc{"values": []any{}})
			}
		}
	}
}

// rebalancingJobRules: documented is that only the switch of a job changes. Assumed: a cluster has at most one job of a
// schedule, since clients look it up by that.
func rebalancingJobRules(c *call, r *record, old doc) error {
	id := text(r.Doc, "rebalancingScheduleId")
	schedule := c.store.get(rebalancingSchedulesPath, id)
	if schedule == nil {
		return invalid("rebalancingScheduleId", "rebalancing schedule not found: %s", id)
	}
	if old == nil {
		for _, other := range c.store.list(r.Scope) {
			if other.Doc["rebalancingScheduleId"] == id {
				return conflict("cluster %s already has a rebalancing job of schedule %s", c.params["clusterId"], id)
			}
		}
	}
	r.Doc["nextTriggerAt"] = schedule.Doc["nextTriggerAt"]
	c.showJobs(id, nil, r)
	return nil
}

// jobsOf returns the jobs of a schedule, in all clusters.
func (c *call) jobsOf(schedule string) (jobs []*record) {
	for _, cluster := range c.store.list(clustersPath) {
		for _, job := range c.store.list(fill(rebalancingJobsPath, map[string]string{"clusterId": cluster.ID})) {
			if job.Doc["rebalancingScheduleId"] == schedule {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}

// showJobs keeps the jobs of a schedule in it, without one that goes and with those that come.
func (c *call) showJobs(id string, without *record, with ...*record) {
	schedule := c.store.get(rebalancingSchedulesPath, id)
	if schedule == nil {
		return
	}
	shown := []any{}
	for _, job := range c.jobsOf(id) {
		if job != without && !slices.Contains(with, job) {
			shown = append(shown, clone(job.Doc))
		}
	}
	for _, job := range with {
		shown = append(shown, clone(job.Doc))
	}
	schedule.Doc["jobs"] = shown
	c.store.put(schedule)
}

func hibernationScheduleRules(c *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	for _, part := range []string{"pauseConfig", "resumeConfig"} {
		if _, err := c.next(part+".schedule.cronExpression", text(object(object(d, part), "schedule"), "cronExpression")); err != nil {
			return err
		}
	}
	node := object(object(object(d, "resumeConfig"), "jobConfig"), "nodeConfig")
	if strings.TrimSpace(text(node, "instanceType")) == "" {
		return invalid("resumeConfig.jobConfig.nodeConfig.instanceType", "must not be empty")
	}
	setDefaults(node, doc{"kubernetesLabels": doc{}, "kubernetesTaints": []any{}}) // observed
	if raid := object(object(node, "volume"), "raidConfig"); raid != nil {
		setDefaults(raid, doc{"chunkSizeKb": 64.0}) // documented
	}
	items, _ := object(d, "clusterAssignments")["items"].([]any)
	for _, item := range items {
		// Assumed: a cluster must exist.
		id := text(item.(doc), "clusterId")
		if cluster := c.store.get(clustersPath, id); cluster == nil || archived(cluster) {
			return invalid("clusterAssignments", "cluster not found: %s", id)
		}
	}
	c.planHibernation(r)
	return nil
}

// schedulesDue adds when schedules run next.
func (s *Server) schedulesDue(due *dueTimes) {
	for _, c := range s.inside(due.after) {
		for _, schedule := range c.store.list(rebalancingSchedulesPath) {
			if at, ok := timeOf(schedule.Doc, "nextTriggerAt"); ok {
				due.add(at)
			}
		}
	}
	for _, schedule := range s.hibernationSchedules() {
		for _, field := range []string{hiddenNextPause, hiddenNextResume} {
			if schedule.Hidden[field] != nil {
				due.add(schedule.time(field))
			}
		}
	}
}

// skipTriggers passes over what schedules should have done by now.
func (s *Server) skipTriggers(now time.Time) {
	for _, c := range s.inside(now) {
		for _, schedule := range c.store.list(rebalancingSchedulesPath) {
			c.plan(schedule)
			for _, job := range c.jobsOf(schedule.ID) {
				job.Doc["nextTriggerAt"] = schedule.Doc["nextTriggerAt"]
				c.putJob(job)
			}
		}
	}
	for _, schedule := range s.hibernationSchedules() {
		s.at(now).planHibernation(schedule)
	}
}

// hibernationSchedules are those of all organizations.
func (s *Server) hibernationSchedules() (list []*record) {
	for _, organization := range s.options.Organizations {
		list = append(list, s.store.list(fill(hibernationPath, map[string]string{"organizationId": organization.ID}))...)
	}
	return list
}

var cronParser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// next returns when a cron schedule is next due. Documented: UTC unless it starts with a time zone. Observed: there
// may be a field for seconds. Assumed: others are refused.
func (c *call) next(field, spec string) (time.Time, error) {
	place := time.UTC
	if first, rest, _ := strings.Cut(spec, " "); strings.HasPrefix(first, "CRON_TZ=") || strings.HasPrefix(first, "TZ=") {
		_, name, _ := strings.Cut(first, "=")
		zone, err := time.LoadLocation(name)
		if err != nil {
			return time.Time{}, invalid(field, "unknown time zone %q", name)
		}
		place, spec = zone, rest
	}
	if strings.Contains(spec, "=") {
		return time.Time{}, invalid(field, "not a cron schedule") // the parser panics at a time zone without fields
	}
	times, err := cronParser.Parse(spec)
	if err != nil {
		return time.Time{}, invalid(field, "not a cron schedule: %v", err)
	}
	return times.Next(c.now.In(place)), nil
}
