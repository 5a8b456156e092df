package emulator

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// The figures of the cost reports are computed from the nodes of the clusters, for as long as each was there, with the
// example prices of data/prices.csv and the examples in this file of what nobody tells the emulator: what runs on the
// nodes. They show how the reports work and are no quotation.

const (
	exampleDiscount = 0.1 // what the organization pays less than the list price
	exampleCPUPart  = 0.7 // of a node's price; the rest is memory
)

// exampleWorkload is something that runs on every cluster. It requests a share of all nodes, and uses a part of that.
type exampleWorkload struct {
	namespace, name string
	labels          map[string]string
	share, used     float64
}

var exampleWorkloads = []exampleWorkload{
	{"web", "frontend", map[string]string{"app": "frontend", "team": "web"}, 0.30, 0.5},
	{"web", "api", map[string]string{"app": "api", "team": "web"}, 0.20, 0.6},
	{"batch", "reports", map[string]string{"app": "reports", "team": "data"}, 0.15, 0.3},
	{"monitoring", "prometheus", map[string]string{"app": "prometheus", "team": "platform"}, 0.10, 0.8},
}

// exampleHistory is how long the example nodes of a simulated cluster have been there before its registration, so that
// there is something to report of a new one.
const exampleHistory = 90 * 24 * time.Hour

// stretch is a node for as long as it costs the same.
type stretch struct {
	from, to   time.Time
	cores, gib float64
	hourly     float64 // US dollars, by list price
	spot       bool
	labels     doc
}

// hours is how long it was there in a period; nothing or less for one outside.
func (s stretch) hours(from, to time.Time) float64 {
	return min(s.to.Sub(from).Hours(), to.Sub(s.from).Hours(), to.Sub(from).Hours(), s.to.Sub(s.from).Hours())
}

// stretches are the nodes of a cluster until now, those that are gone too. A simulated cluster that never had one has
// three examples, of which two are spot instances once CAST AI may manage it.
func (c *call) stretches(cluster *record) []stretch {
	var list []stretch
	add := func(from, to time.Time, machine instance, spot bool, labels doc) {
		list = append(list, stretch{from, to, machine.cores, machine.gib, machine.price(cluster).of(spot), spot, labels})
	}
	for _, node := range c.store.list(pastNodesScope(cluster.ID)) {
		add(node.time("from"), node.time("to"), c.instance(cluster, text(node.Doc, "instanceType"), object(node.Doc, "resources")),
			node.Doc["spot"] == true, object(node.Doc, "labels"))
	}
	for _, node := range c.store.list(nodesScope(cluster.ID)) {
		made, err := time.Parse(time.RFC3339, text(node.Doc, "createdAt"))
		if err != nil {
			continue
		}
		machine := c.instance(cluster, text(node.Doc, "instanceType"), object(node.Doc, "resources"))
		add(made, c.now, machine, isSpot(node), object(node.Doc, "labels"))
	}
	if len(list) > 0 || c.settings.Agents != Simulated {
		return list
	}
	standard := c.instances(cluster)[0]
	from, managed := cluster.time(hiddenRegistered).Add(-exampleHistory), cluster.time(hiddenCredentials)
	if managed.IsZero() {
		managed = c.now
	}
	for i := range 3 {
		add(from, managed, standard, false, doc{})
		add(managed, c.now, standard, i > 0, doc{})
	}
	return list
}

// spend is what workloads cost, request and use in a period. Quantities are times hours.
type spend struct {
	onDemand, spot         float64 // US dollars
	cpu, gib               float64 // of the nodes
	requestedCPU, usedCPU  float64
	requestedGiB, usedGiB  float64
	wasteOnDemand, wasteSp float64 // what is paid for requests that are not used
	workloads              map[string]bool
}

func (s spend) total() float64 { return s.onDemand + s.spot }

// report is what a cost report is asked for.
type report struct {
	from, to      time.Time
	clusters      []string
	group         string
	workload      string // the only one that counts, if there is one
	listing, idle bool
}

func (c *call) report() (report, error) {
	q := report{
		clusters: c.query["clusterIds"], group: c.query.Get("groupId"),
		listing: c.flag("useListingPrices"), idle: c.flag("includeIdleResourceCosts"),
	}
	var err error
	if q.from, err = time.Parse(time.RFC3339, c.query.Get("startTime")); err != nil {
		return q, invalid("startTime", "must be an RFC 3339 time")
	}
	if q.to, err = time.Parse(time.RFC3339, c.query.Get("endTime")); err != nil {
		return q, invalid("endTime", "must be an RFC 3339 time")
	}
	if !q.from.Before(q.to) {
		return q, invalid("endTime", "must be after startTime") // assumed
	}
	return q, nil
}

// spend adds up what the workloads of a group cost from one time to another.
func (c *call) spend(q report, group *record, from, to time.Time) spend {
	sum := spend{workloads: map[string]bool{}}
	filter := object(group.Doc, "filter")
	requested := 0.0
	for _, w := range exampleWorkloads {
		requested += w.share
	}
	for _, cluster := range c.store.list(clustersPath) {
		if archived(cluster) || !c.sees(cluster) || !listed(q.clusters, cluster.ID) || !overlap(group, []string{cluster.ID}) {
			continue
		}
		for _, node := range c.stretches(cluster) {
			hours := node.hours(from, to)
			if hours <= 0 || !matchLabels(filter, "nodeLabels", node.labels) {
				continue
			}
			price := node.hourly * hours
			if !q.listing {
				price *= 1 - exampleDiscount
			}
			for _, w := range exampleWorkloads {
				if !w.matches(filter) || q.workload != "" && q.workload != w.name {
					continue
				}
				share := w.share
				if q.idle {
					share /= requested // idle resources are paid by all alike
				}
				sum.add(node, price*share, price*w.share*(1-w.used), hours*share)
				sum.requestedCPU += node.cores * hours * w.share
				sum.requestedGiB += node.gib * hours * w.share
				sum.usedCPU += node.cores * hours * w.share * w.used
				sum.usedGiB += node.gib * hours * w.share * w.used
				sum.workloads[cluster.ID+"/"+w.namespace+"/"+w.name] = true
			}
		}
	}
	return sum
}

func (s *spend) add(node stretch, price, waste, hours float64) {
	s.cpu += node.cores * hours
	s.gib += node.gib * hours
	if node.spot {
		s.spot += price
		s.wasteSp += waste
		return
	}
	s.onDemand += price
	s.wasteOnDemand += waste
}

// listed tells whether a list has an item; one without any has all.
func listed(list []string, item string) bool { return len(list) == 0 || slices.Contains(list, item) }

// matches tells whether a group has a workload. Documented: in one of its namespaces, and with its labels.
func (w exampleWorkload) matches(filter doc) bool {
	namespaces, _ := filter["namespaces"].([]any)
	if len(namespaces) > 0 && !slices.Contains(namespaces, any(w.namespace)) {
		return false
	}
	labels := doc{}
	for name, value := range w.labels {
		labels[name] = value
	}
	return matchLabels(filter, "labels", labels)
}

// matchLabels applies the conditions on labels in a filter. Documented: all of them or, by default, one must hold.
func matchLabels(filter doc, field string, labels doc) bool {
	conditions, _ := filter[field].([]any)
	if len(conditions) == 0 {
		return true
	}
	holds := func(condition any) bool {
		d := condition.(doc)
		value, there := labels[text(d, "label")]
		switch d["operator"] {
		case "Exists":
			return there
		case "DoesNotExist":
			return !there
		case "NotEqual":
			return value != d["value"]
		default:
			return there && value == d["value"]
		}
	}
	if filter[field+"Operator"] == "AND" {
		return !slices.ContainsFunc(conditions, func(condition any) bool { return !holds(condition) })
	}
	return slices.ContainsFunc(conditions, holds)
}

func (s *Server) costReportArea() {
	const api = "AllocationGroupAPI"
	for operation, show := range map[string]func(c *call, q report, group *record) doc{
		"GetAllocationGroupCostSummaries":      showSummary,
		"GetAllocationGroupCostTimedSummaries": showTimedSummaries,
		"GetAllocationGroupEfficiencySummary":  showEfficiency,
	} {
		s.handle(api+operation, func(c *call) (*answer, error) {
			q, err := c.report()
			if err != nil {
				return nil, err
			}
			items, err := c.groupReports(q, show)
			if err != nil {
				return nil, err
			}
			return c.reply(doc{"items": items})
		})
	}
}

// groupReports shows something of each group that a report is about.
func (c *call) groupReports(q report, show func(c *call, q report, group *record) doc) ([]any, error) {
	if q.group != "" && c.store.get(allocationGroupsPath, q.group) == nil {
		return nil, notFound("allocation group not found: %s", q.group)
	}
	items := []any{}
	for _, group := range c.store.list(allocationGroupsPath) {
		if (q.group == "" || group.ID == q.group) && overlap(group, q.clusters) {
			d := show(c, q, group)
			maps.Copy(d, doc{
				"groupId": group.ID, "groupName": text(group.Doc, "name"),
				"versions": []any{doc{"createdAt": text(group.Doc, "updatedAt")}},
			})
			items = append(items, d)
		}
	}
	return items, nil
}

func showSummary(c *call, q report, group *record) doc {
	return doc{"summary": c.spend(q, group, q.from, q.to).summary(q.to.Sub(q.from))}
}

// showTimedSummaries shows a summary a day.
func showTimedSummaries(c *call, q report, group *record) doc {
	return doc{"items": c.daily(q, group, func(s spend, period time.Duration) doc { return s.summary(period) })}
}

// daily shows something of each day. Assumed: of days in UTC, without those before the first and after the last.
func (c *call) daily(q report, group *record, show func(s spend, period time.Duration) doc) []any {
	days := []any{}
	q.each(24*time.Hour, func(day, from, to time.Time) {
		if sum := c.spend(q, group, from, to); sum.cpu > 0 {
			days = append(days, merged(show(sum, to.Sub(from)), doc{"timestamp": instant(day)}))
		}
	})
	return days
}

// each goes through the period of a report in steps that begin with round times; the first and the last may be cut.
func (q report) each(step time.Duration, do func(begins, from, to time.Time)) {
	for at := q.from.UTC().Truncate(step); at.Before(q.to); at = at.Add(step) {
		from, to := at, at.Add(step)
		if from.Before(q.from) {
			from = q.from
		}
		if to.After(q.to) {
			to = q.to
		}
		do(at, from, to)
	}
}

func (s spend) summary(period time.Duration) doc {
	return doc{
		"totalCostOnDemand": decimal(s.onDemand), "totalCostSpot": decimal(s.spot), "totalCostSpotFallback": "0",
		"cpuCost": decimal(s.total() * exampleCPUPart), "ramCost": decimal(s.total() * (1 - exampleCPUPart)), "gpuCost": "0", "tpuCost": "0",
		"cpuCount": decimal(s.cpu / period.Hours()), "ramGib": decimal(s.gib / period.Hours()), "gpuCount": "0", "tpuCount": "0",
		"requestedCpuHours": decimal(s.requestedCPU), "requestedRamGibHours": decimal(s.requestedGiB),
		"requestedGpuHours": "0", "requestedTpuHours": "0", "requestedStorageGibHours": "0",
		"workloadCount": strconv.Itoa(len(s.workloads)),
	}
}

// showEfficiency compares what is requested with what is used, in cores and GiB times hours. The unit is assumed.
func showEfficiency(c *call, q report, group *record) doc {
	s := c.spend(q, group, q.from, q.to)
	return merged(s.efficiency(), doc{"workloadCount": float64(len(s.workloads))})
}

func (s spend) efficiency() doc {
	return doc{
		"requests":        doc{"cpu": decimal(s.requestedCPU), "memoryGib": decimal(s.requestedGiB)},
		"usage":           doc{"cpu": decimal(s.usedCPU), "memoryGib": decimal(s.usedGiB)},
		"waste":           doc{"cpu": decimal(s.requestedCPU - s.usedCPU), "memoryGib": decimal(s.requestedGiB - s.usedGiB)},
		"costImpact":      doc{"onDemand": decimal(s.wasteOnDemand), "spot": decimal(s.wasteSp), "spotFallback": "0"},
		"totalCostImpact": decimal(s.wasteOnDemand + s.wasteSp),
	}
}

// decimal is a number as text, to a millionth.
func decimal(value float64) string {
	return strconv.FormatFloat(math.Round(value*1e6)/1e6, 'f', -1, 64)
}
