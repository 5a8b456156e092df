package emulator

import (
	"math"
	"strconv"
	"time"
)

// exampleTraffic is what workloads send and receive, which nobody tells the emulator either: in GiB for each core and
// hour that they use, to and from where, and what a GiB costs in US dollars.
var exampleTraffic = []struct {
	where             string
	out, in           float64
	priceOut, priceIn float64
}{
	{"intraZone", 1, 1, 0, 0},
	{"interZone", 0.5, 0.5, 0.01, 0.01},
	{"interRegion", 0.05, 0.05, 0.02, 0},
	{"internet", 0.1, 0.3, 0.09, 0},
	{"cloudApi", 0.02, 0.1, 0, 0},
}

const examplePods = "2" // of each workload

// workloadCostArea serves the reports on single workloads and on traffic, from the figures of the other cost reports.
func (s *Server) workloadCostArea() {
	const api = "AllocationGroupAPI"
	s.handle(api+"GetAllocationGroupTotalCostTimed", func(c *call) (*answer, error) {
		groups, err := c.reportGroups(func(c *call, q report, group *record) doc {
			return doc{"items": c.daily(q, group, func(s spend, _ time.Duration) doc { return doc{"totalCost": decimal(s.total())} })}
		})
		if err != nil {
			return nil, err
		}
		return c.page(groups)
	})
	s.handle(api+"GetCostAllocationGroupDataTransferSummary", func(c *call) (*answer, error) {
		groups, err := c.reportGroups(func(c *call, q report, group *record) doc {
			return doc{
				"items":         c.daily(q, group, func(s spend, _ time.Duration) doc { return s.traffic() }),
				"workloadCount": strconv.Itoa(len(c.spend(q, group, q.from, q.to).workloads)),
			}
		})
		if err != nil {
			return nil, err
		}
		return c.page(groups)
	})
	s.handle(api+"GetAllocationGroupWorkloadCosts", func(c *call) (*answer, error) {
		return c.reportWorkloads(func(s spend, period time.Duration) doc { return s.summary(period) })
	})
	s.handle(api+"GetAllocationGroupWorkloadsEfficiency", func(c *call) (*answer, error) {
		return c.reportWorkloads(func(s spend, _ time.Duration) doc { return s.efficiency() })
	})
	s.handle(api+"GetCostAllocationGroupDataTransferWorkloads", showWorkloadTraffic)
}

// reportGroups is a report with something of each group.
func (c *call) reportGroups(show func(c *call, q report, group *record) doc) ([]*record, error) {
	q, err := c.report()
	if err != nil {
		return nil, err
	}
	items, err := c.groupReports(q, show)
	records := make([]*record, len(items))
	for i, item := range items {
		records[i] = &record{Doc: item.(doc)}
	}
	return records, err
}

// reportedGroup is the group in the path of a report.
func (c *call) reportedGroup() (*record, doc, error) {
	group := c.store.get(allocationGroupsPath, c.params["groupId"])
	if group == nil {
		return nil, nil, notFound("allocation group not found: %s", c.params["groupId"])
	}
	return group, doc{"groupId": group.ID, "groupName": text(group.Doc, "name")}, nil
}

// reportWorkloads is a report with something of each workload of a group.
func (c *call) reportWorkloads(show func(s spend, period time.Duration) doc) (*answer, error) {
	q, err := c.report()
	if err != nil {
		return nil, err
	}
	group, named, err := c.reportedGroup()
	if err != nil {
		return nil, err
	}
	var list []*record
	c.eachWorkload(q, group, func(cluster *record, workload doc, s spend) {
		list = append(list, &record{Doc: merged(show(s, q.to.Sub(q.from)), merged(workload, doc{"clusterId": cluster.ID, "totalPodCount": examplePods}))})
	})
	return c.page(list, named)
}

// eachWorkload goes through the workloads of a group that cost something, cluster by cluster.
func (c *call) eachWorkload(q report, group *record, do func(cluster *record, workload doc, s spend)) {
	for _, cluster := range c.store.list(clustersPath) {
		if !listed(q.clusters, cluster.ID) {
			continue
		}
		for _, w := range exampleWorkloads {
			one := q
			one.clusters, one.workload = []string{cluster.ID}, w.name
			if s := c.spend(one, group, q.from, q.to); s.cpu > 0 {
				do(cluster, doc{"workloadName": w.name, "workloadType": "Deployment", "namespace": w.namespace, "podCount": examplePods}, s)
			}
		}
	}
}

// showWorkloadTraffic shows the traffic of each workload of a group. Assumed: without any, the reason is unknown.
func showWorkloadTraffic(c *call) (*answer, error) {
	q, err := c.report()
	if err != nil {
		return nil, err
	}
	group, d, err := c.reportedGroup()
	if err != nil {
		return nil, err
	}
	clusters := []any{}
	c.eachWorkload(q, group, func(cluster *record, workload doc, s spend) {
		last := len(clusters) - 1
		if last < 0 || clusters[last].(doc)["clusterId"] != cluster.ID {
			clusters, last = append(clusters, doc{"clusterId": cluster.ID, "items": []any{}}), last+1
		}
		of := clusters[last].(doc)
		of["items"] = append(of["items"].([]any), merged(workload, s.traffic()))
	})
	d["clusters"] = clusters
	if len(clusters) == 0 {
		d["noDataReason"] = "Unknown"
	}
	return c.reply(d)
}

// traffic is what goes out and comes in with what is used.
func (s spend) traffic() doc {
	out, in := doc{}, doc{}
	show := func(d doc, where string, gib, price float64) {
		d[where+"Bytes"] = strconv.FormatFloat(math.Round(gib*(1<<30)), 'f', 0, 64)
		d[where+"Cost"] = decimal(gib * price)
	}
	for _, t := range exampleTraffic {
		show(out, t.where, s.usedCPU*t.out, t.priceOut)
		show(in, t.where, s.usedCPU*t.in, t.priceIn)
	}
	return doc{"egressMetrics": out, "ingressMetrics": in}
}
