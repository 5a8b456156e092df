package emulator

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"
)

// Jobs of rebalancing run in simulated clusters that are alive. That they replace nodes with as many new ones as the
// workloads need, cheaper ones if possible, is documented; how much that is and which ones they take, is assumed.

// The values of a job's status. Documented.
const (
	jobInProgress = "JobStatusInProgress"
	jobFinished   = "JobStatusFinished"
	jobFailed     = "JobStatusFailed"
	jobSkipped    = "JobStatusSkipped"
)

func plansScope(clusterID string) string {
	return fill(clustersPath+"/{clusterId}/rebalancing-plans", map[string]string{"clusterId": clusterID})
}

func jobsScope(clusterID string) string {
	return fill(rebalancingJobsPath, map[string]string{"clusterId": clusterID})
}

// runRebalancingSchedules runs the jobs of the schedules that are due.
func (c *call) runRebalancingSchedules() {
	for _, schedule := range c.store.list(rebalancingSchedulesPath) {
		if !expired(schedule.Doc, "nextTriggerAt", c.now) {
			continue
		}
		schedule.Doc["lastTriggerAt"] = schedule.Doc["nextTriggerAt"]
		c.plan(schedule)
		for _, job := range c.jobsOf(schedule.ID) {
			job.Doc["nextTriggerAt"] = schedule.Doc["nextTriggerAt"]
			if job.Doc["enabled"] == true {
				job.Doc["lastTriggerAt"] = schedule.Doc["lastTriggerAt"]
				c.rebalance(schedule, job)
			}
			c.putJob(job)
		}
	}
}

// plan sets when a rebalancing schedule is due next.
func (c *call) plan(schedule *record) {
	delete(schedule.Doc, "nextTriggerAt")
	if next, err := c.next("schedule.cron", text(object(schedule.Doc, "schedule"), "cron")); err == nil && !next.IsZero() {
		schedule.Doc["nextTriggerAt"] = instant(next)
	}
	c.store.put(schedule)
}

func (c *call) putJob(job *record) {
	if c.settings.RecreateJobs && job.Doc["lastTriggerAt"] != nil && hidden[string](job, "ran") != text(job.Doc, "lastTriggerAt") {
		c.store.remove(job)
		job = &record{Scope: job.Scope, ID: c.newID(), Doc: job.Doc}
		job.Doc["id"] = job.ID
		job.hide("ran", text(job.Doc, "lastTriggerAt"))
	}
	c.store.put(job)
	c.showJobs(text(job.Doc, "rebalancingScheduleId"), nil, job)
}

// rebalance runs a job: it plans, and unless there is nothing to gain, starts what the plan has.
func (c *call) rebalance(schedule, job *record) {
	r := c.store.get(clustersPath, text(job.Doc, "clusterId"))
	job.Doc["status"] = jobSkipped
	if r == nil || r.Doc["status"] != statusReady || text(r.Doc, "credentialsId") == "" || len(c.store.list(plansScope(r.ID))) > 0 {
		return
	}
	launch, trigger := object(schedule.Doc, "launchConfiguration"), object(schedule.Doc, "triggerConditions")
	old := c.targets(r, launch)
	if len(old) == 0 {
		return
	}
	fresh, before := c.replacements(r, old, int(number(object(launch, "rebalancingOptions"), "minNodes")))
	if len(fresh) == 0 {
		return
	}
	after := 0.0
	for _, m := range fresh {
		after += m.kind.price(r).of(m.spot)
	}
	savings := 100 * (before - after) / before
	if trigger["ignoreSavings"] != true && (savings <= 0 || savings < number(trigger, "savingsPercentage")) {
		return
	}
	id := c.newID()
	plan := &record{Scope: plansScope(r.ID), ID: id, Doc: doc{"id": id, "schedule": schedule.ID, "old": []any{}, "new": []any{}, "savings": savings}}
	if conditions := deep(launch, "rebalancingOptions", "executionConditions"); conditions["enabled"] == true {
		plan.Doc["condition"] = number(conditions, "achievedSavingsPercentage")
	}
	for _, node := range old {
		plan.Doc["old"] = append(plan.Doc["old"].([]any), node.ID)
	}
	for _, m := range fresh {
		plan.Doc["new"] = append(plan.Doc["new"].([]any), c.launch(r, m, c.now).ID)
	}
	c.store.put(plan)
	c.agenda.mark(r.ID)
	job.Doc["status"], job.Doc["rebalancingPlanId"] = jobInProgress, id
}

// targets are the nodes that a launch configuration takes: the most expensive ones of those that are old enough, that
// it selects, and that may be taken away.
func (c *call) targets(r *record, launch doc) []*record {
	oldest := c.now.Add(-time.Duration(number(launch, "nodeTtlSeconds")) * time.Second)
	nodes := slices.DeleteFunc(slices.Clone(c.store.list(nodesScope(r.ID))), func(node *record) bool {
		made, _ := timeOf(node.Doc, "createdAt")
		return phaseOf(node) != "ready" || kept(node) || made.After(oldest) || !selects(object(launch, "selector"), node)
	})
	normalized := launch["targetNodeSelectionAlgorithm"] == "TargetNodeSelectionAlgorithmNormalizedPrice"
	weight := func(node *record) float64 {
		kind := c.kindOf(r, node)
		price := kind.price(r).of(isSpot(node))
		if normalized {
			price /= kind.cores
		}
		return price
	}
	slices.SortStableFunc(nodes, func(a, b *record) int { return cmp.Compare(weight(b), weight(a)) })
	if most := int(number(launch, "numTargetedNodes")); most > 0 && most < len(nodes) {
		nodes = nodes[:most]
	}
	return nodes
}

// replacements are the cheapest machines of one type that hold what the other nodes of a cluster do not hold of what
// its workloads need, and the price of the nodes that they replace. They are spot instances where the default node
// template allows those.
func (c *call) replacements(r *record, old []*record, least int) (list []machine, before float64) {
	demand := hidden[float64](r, hiddenDemand)
	for _, node := range c.store.list(nodesScope(r.ID)) {
		kind := c.kindOf(r, node)
		if slices.Contains(old, node) {
			before += kind.price(r).of(isSpot(node))
		} else if phaseOf(node) == "ready" {
			demand -= kind.cores
		}
	}
	template := merged(c.store.get(templatesScope(r.ID), defaultTemplate).Doc, doc{})
	best := math.Inf(1)
	gib := c.kindOf(r, old[0]).gib / c.kindOf(r, old[0]).cores // workloads need memory as the nodes have it
	m, _ := c.cheapest(r, template)
	for _, kind := range c.instances(r) {
		count := max(least, 1, int(math.Ceil(demand/kind.cores)), int(math.Ceil(demand*gib/kind.gib)))
		if cost := float64(count) * kind.price(r).of(m.spot); allowed(kind, object(template, "constraints")) && cost < best {
			best, m.kind = cost, kind
			list = slices.Repeat([]machine{m}, count)
		}
	}
	for i := range list {
		list[i].zone = zones(r)[i%len(zones(r))]
	}
	return list, before
}

// runPlans takes the plans of a cluster further: once all new nodes are up, the old ones go. If one does not come up, or
// too little is saved, the new ones go instead. Documented.
func (s *Server) runPlans(r *record, now time.Time) {
	for _, plan := range slices.Clone(s.store.list(plansScope(r.ID))) {
		nodes := func(field string) (list []*record) {
			for _, name := range words(plan.Doc, field) {
				if node := s.store.get(nodesScope(r.ID), name); node != nil {
					list = append(list, node)
				}
			}
			return list
		}
		fresh, old := nodes("new"), nodes("old")
		is := func(phase string) func(*record) bool {
			return func(node *record) bool { return phaseOf(node) == phase }
		}
		busy := func(node *record) bool { return hidden[string](node, hiddenPhase) != "" }
		switch {
		case plan.Doc["draining"] != nil:
			if slices.ContainsFunc(append(old, fresh...), busy) {
				continue
			}
			status := plan.Doc["draining"]
			if status == jobFinished && len(old) > 0 { // assumed: a node that stays makes the plan fail
				status = jobFailed
			}
			s.store.remove(plan)
			s.endJob(r, plan, status, now)
		case slices.ContainsFunc(fresh, is("creating")):
		default:
			leaving, status := old, jobFinished
			if len(fresh) < len(words(plan.Doc, "new")) || slices.ContainsFunc(fresh, is("not_ready")) ||
				plan.Doc["condition"] != nil && number(plan.Doc, "savings") < number(plan.Doc, "condition") {
				leaving, status = fresh, jobFailed
			}
			plan.Doc["draining"] = status
			s.store.put(plan)
			for _, node := range leaving {
				s.drain(r, node, now, drainSeconds, false, true, "")
			}
		}
	}
}

// endJob shows how the job ended that a plan is of.
func (s *Server) endJob(r, plan *record, status any, now time.Time) {
	c := s.at(now)
	c.enter(text(r.Doc, "organizationId"))
	for _, job := range s.store.list(jobsScope(r.ID)) {
		if job.Doc["rebalancingPlanId"] == plan.ID {
			job.Doc["status"] = status
			c.putJob(job)
			return
		}
	}
}

// selects tells whether a node selector has a node: one of its terms, with all of its requirements. None has all.
func selects(selector doc, node *record) bool {
	terms := objects(selector, "nodeSelectorTerms")
	fields := doc{"metadata.name": node.ID}
	return len(terms) == 0 || slices.ContainsFunc(terms, func(term doc) bool {
		return meets(objects(term, "matchExpressions"), object(node.Doc, "labels")) && meets(objects(term, "matchFields"), fields)
	})
}

// meets applies the requirements of Kubernetes to labels.
func meets(requirements []doc, labels doc) bool {
	return !slices.ContainsFunc(requirements, func(requirement doc) bool {
		value, there := labels[text(requirement, "key")].(string)
		values := words(requirement, "values")
		number, err := strconv.Atoi(value)
		limit := func() (int, bool) {
			if len(values) != 1 || err != nil {
				return 0, false
			}
			limit, err := strconv.Atoi(values[0])
			return limit, err == nil
		}
		switch text(requirement, "operator") {
		case "Exists":
			return !there
		case "DoesNotExist":
			return there
		case "NotIn":
			return there && slices.Contains(values, value)
		case "Gt":
			limit, ok := limit()
			return !ok || number <= limit
		case "Lt":
			limit, ok := limit()
			return !ok || number >= limit
		}
		return !there || !slices.Contains(values, value)
	})
}
