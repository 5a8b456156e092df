package emulator

import (
	"slices"
	"strconv"
	"time"
)

// maxIntervals is how many items a report on usage may have. Assumed.
const maxIntervals = 10_000

// showCommitmentUsage tells how much of a commitment the clusters have used that it is for: with the nodes, and the
// example prices, of the cost reports. What other organizations and other machines use nobody tells the emulator.
func showCommitmentUsage(c *call, r *record) (*answer, error) {
	q, err := c.report()
	if err != nil {
		return nil, err
	}
	step := 24 * time.Hour
	switch c.query.Get("aggregationInterval") {
	case "HOUR":
		step = time.Hour
	case "DAY":
	default:
		return nil, invalid("aggregationInterval", "must be DAY or HOUR")
	}
	if q.to.Sub(q.from) > maxIntervals*step {
		return nil, invalid("endTime", "the period has more than %d intervals", maxIntervals)
	}
	items := []any{}
	q.each(step, func(begins, from, to time.Time) {
		items = append(items, doc{"usageTime": instant(begins), "usage": c.commitmentUsage(r, from, to)})
	})
	return c.reply(doc{"items": items, "summary": c.commitmentUsage(r, q.from, q.to)})
}

// commitmentUsage is the average of a period.
func (c *call) commitmentUsage(r *record, from, to time.Time) doc {
	cores, mib, cloud := c.committed(r)
	usedCores, usedGiB := 0.0, 0.0
	for _, cluster := range c.store.list(clustersPath) {
		if !c.sees(cluster) || !c.servedBy(cluster, r, cloud) {
			continue
		}
		for _, node := range c.stretches(cluster) {
			if hours := node.hours(from, to); hours > 0 && !node.spot { // spot instances take nothing of a commitment
				usedCores += node.cores * hours / to.Sub(from).Hours()
				usedGiB += node.gib * hours / to.Sub(from).Hours()
			}
		}
	}
	allowed := number(r.Doc, "allowedUsage")
	usedCores, usedMiB := min(usedCores, cores*allowed), min(usedGiB*1024, mib*allowed)
	share := doc{
		"cpuUsed": usedCores, "cpuUsedPercent": percent(usedCores, cores), "memoryUsedMib": usedMiB, "memoryUsedMibPercent": percent(usedMiB, mib),
		"monetaryAmountUsedPerHour": 0.0, "monetaryAmountUsedPerHourPercent": 0.0,
	}
	others := doc{}
	for name := range share {
		others[name] = 0.0
	}
	d := doc{
		"cpuCommitted": cores, "cpuUsed": usedCores, "cpuUsedPercent": share["cpuUsedPercent"],
		"cpuUsedCast": usedCores, "cpuUsedCastPercent": share["cpuUsedPercent"],
		"memoryCommittedMib": mib, "memoryUsedMib": usedMiB, "memoryUsedPercent": share["memoryUsedMibPercent"],
		"memoryUsedMibCast": usedMiB, "memoryUsedMibCastPercent": share["memoryUsedMibPercent"],
		"organizationUsages": []any{merged(share, doc{"organizationId": c.params["organizationId"]})}, "otherOrgsUsage": others,
	}
	for _, name := range []string{
		"cpuUsedOthers", "cpuUsedOthersPercent", "memoryUsedMibOthers", "memoryUsedMibOthersPercent", "monetaryAmountCommitted",
		"monetaryAmountUsed", "monetaryAmountUsedPercent", "monetaryAmountUsedPerHourCast", "monetaryAmountUsedPerHourCastPercent",
		"monetaryAmountUsedPerHourOthers", "monetaryAmountUsedPerHourOthersPercent",
	} {
		d[name] = 0.0 // commitments that can be imported are for machines, not for money
	}
	return d
}

// committed is how much a commitment is for, and of which cloud.
func (c *call) committed(r *record) (cores, mib float64, cloud string) {
	if gcp := object(r.Doc, gcpContext); gcp != nil {
		cores, errCores := strconv.ParseFloat(text(gcp, "cpu"), 64)
		mib, errMiB := strconv.ParseFloat(text(gcp, "memoryMb"), 64)
		if errCores != nil || errMiB != nil {
			return 0, 0, "gke"
		}
		return cores, mib, "gke"
	}
	azure := object(r.Doc, azureContext)
	like := &record{Doc: doc{"providerType": "aks"}}
	machine := c.instance(like, text(azure, "instanceType"), nil)
	count := number(azure, "count")
	return machine.cores * count, machine.gib * 1024 * count, "aks"
}

// servedBy tells whether a cluster uses a commitment. Documented: those it is assigned to do. Assumed: one that is
// assigned by itself serves all of its cloud and region.
func (c *call) servedBy(cluster, r *record, cloud string) bool {
	if assigned := hidden[[]any](r, hiddenAssigned); len(assigned) > 0 || r.Doc["autoAssignment"] != true {
		return slices.Contains(assigned, any(cluster.ID))
	}
	return text(cluster.Doc, "providerType") == cloud && text(object(cluster.Doc, "region"), "name") == text(r.Doc, "region")
}

func percent(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole * 100
}
