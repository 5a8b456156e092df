package emulator

import (
	"maps"
	"math"
	"slices"
	"time"
)

const workloadEventsPath = workloadsPath + "/workload-events"

// keptEvents is how many events are known of a cluster.
const keptEvents = 1000

// workloadEventArea serves the events of workload autoscaling. The emulator does not optimise, so all there are of is
// scaling policies: made, changed, deleted and put into another order.
func (s *Server) workloadEventArea() {
	const api = "WorkloadOptimizationAPI"
	for _, operation := range []string{
		"CreateWorkloadScalingPolicy", "UpdateWorkloadScalingPolicy", "DeleteWorkloadScalingPolicy", "SetScalingPoliciesOrder",
	} {
		h := s.handlers[api+operation]
		s.handle(api+operation, func(c *call) (*answer, error) {
			before := policiesNow(c)
			a, err := h(c)
			if err == nil {
				c.tellPolicies(before, policiesNow(c))
			}
			return a, err
		})
	}
	s.handle(api+"ListWorkloadEvents", func(c *call) (*answer, error) {
		events, err := c.workloadEvents()
		if err != nil {
			return nil, err
		}
		return c.page(events)
	})
	s.handle(api+"GetWorkloadEventsSummary", summarizeWorkloadEvents)
	s.handle(api+"GetWorkloadEvent", func(c *call) (*answer, error) {
		event := c.store.get(fill(workloadEventsPath, c.params), c.params["eventId"])
		if event == nil || !sameInstant(c.query.Get("createdAt"), text(event.Doc, "createdAt")) { // assumed
			return nil, notFound("event not found: %s", c.params["eventId"])
		}
		return c.show(event, "event")
	})
}

func sameInstant(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Equal(y)
}

// policyNow is a scaling policy as it is: an update gives the record another document.
type policyNow struct {
	id string
	d  doc
}

func policiesNow(c *call) (list []policyNow) {
	for _, r := range scalingPolicies(c) {
		list = append(list, policyNow{r.ID, r.Doc})
	}
	return list
}

// tellPolicies keeps the events of what became of the policies of a cluster.
func (c *call) tellPolicies(before, after []policyNow) {
	of := func(list []policyNow, id string) doc {
		if i := slices.IndexFunc(list, func(p policyNow) bool { return p.id == id }); i >= 0 {
			return list[i].d
		}
		return nil
	}
	items := func(list []policyNow) (shown []any) {
		for _, p := range list {
			shown = append(shown, doc{"id": p.id, "name": p.d["name"]})
		}
		return shown
	}
	told := false
	for _, p := range after {
		switch old := of(before, p.id); {
		case old == nil:
			c.tell("CREATED", "scalingPolicyCreated", doc{"policy": p.d})
		case !equal(old, p.d):
			c.tell("UPDATED", "scalingPolicyUpdated", doc{"previous": old, "current": p.d})
		default:
			continue
		}
		told = true
	}
	for _, p := range before {
		if of(after, p.id) == nil {
			c.tell("DELETED", "scalingPolicyDeleted", doc{"policy": p.d})
			told = true
		}
	}
	if !told && !slices.EqualFunc(before, after, func(a, b policyNow) bool { return a.id == b.id }) {
		c.tell("ORDER_UPDATED", "scalingPolicyOrderUpdated", doc{"previous": items(before), "current": items(after)})
	}
}

// tell keeps an event on scaling policies.
func (c *call) tell(what, member string, content doc) {
	r := &record{Scope: fill(workloadEventsPath, c.params), ID: c.newID()}
	r.Doc = doc{
		"id": r.ID, "clusterId": c.params["clusterId"], "organizationId": c.organization(), "createdAt": instant(c.now),
		"type": "EVENT_TYPE_SCALING_POLICY_" + what, "event": doc{member: clone(content)}, "workloads": []any{},
		"initiatedBy": doc{"id": c.user()["id"], "email": c.user()["email"], "name": c.user()["name"]},
	}
	prune(c.operations.byID["WorkloadOptimizationAPIListWorkloadEvents"].answer.Properties["items"].Value.Items.Value, r.Doc, "")
	c.store.put(r)
	if kept := c.store.list(r.Scope); len(kept) > keptEvents {
		c.store.remove(kept[0])
	}
}

// workloadEvents are the events that a call asks for, the latest first. Assumed: the end of a period is not in it.
func (c *call) workloadEvents() ([]*record, error) {
	from, to := time.Time{}, time.Time{}
	for name, at := range map[string]*time.Time{"fromDate": &from, "toDate": &to} {
		given := c.query.Get(name)
		if given == "" {
			continue
		}
		var err error
		if *at, err = time.Parse(time.RFC3339, given); err != nil {
			return nil, invalid(name, "must be an RFC 3339 time")
		}
	}
	list := slices.Clone(c.store.list(fill(workloadEventsPath, c.params)))
	slices.Reverse(list)
	return slices.DeleteFunc(list, func(r *record) bool {
		at, err := time.Parse(time.RFC3339, text(r.Doc, "createdAt"))
		types := c.query["type"]
		return err != nil || at.Before(from) || !to.IsZero() && !at.Before(to) ||
			len(types) > 0 && !slices.Contains(types, text(r.Doc, "type")) || c.asksForWorkload()
	}), nil
}

// asksForWorkload tells whether only the events of some workload are wanted, of which there are none.
func (c *call) asksForWorkload() bool {
	return slices.ContainsFunc([]string{"workloadId", "workloadName", "workloadNamespace", "workloadKind"}, func(name string) bool {
		return c.query.Get(name) != ""
	})
}

func summarizeWorkloadEvents(c *call) (*answer, error) {
	events, err := c.workloadEvents()
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, event := range events {
		counts[text(event.Doc, "type")]++
	}
	items := []any{}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		share := math.Round(10000*float64(counts[kind])/float64(len(events))) / 100
		items = append(items, doc{"type": kind, "count": float64(counts[kind]), "percent": share})
	}
	return c.reply(doc{"items": items, "totalCount": float64(len(events))})
}
