package emulator

import (
	"strconv"
)

func (s *Server) policyArea() {
	s.handle("PoliciesAPIGetClusterPolicies", func(c *call) (*answer, error) { return c.reply(c.policies()) })
	s.handle("PoliciesAPIUpsertClusterPolicies", putPolicies)
	s.handle("EvictorAPIGetAdvancedConfig", func(c *call) (*answer, error) { return c.show(c.single(noEvictorRules), "") })
	// Observed: each call replaces the whole list, and one without a list empties it.
	s.handle("EvictorAPIUpsertAdvancedConfig", func(c *call) (*answer, error) {
		r := c.single(noEvictorRules)
		r.Doc = merged(noEvictorRules(), withoutNulls(c.input()).(doc))
		c.store.put(r)
		return c.show(r, "")
	})
}

func noEvictorRules() doc { return doc{"evictionConfig": []any{}} }

// single returns the one document at the path of the call; until it is first changed it is as given.
func (c *call) single(first func() doc) *record {
	if r := c.store.get(c.path, ""); r != nil {
		return r
	}
	return &record{Scope: c.path, Doc: first()}
}

// firstPolicies are those of a new cluster. Observed, but for what is enabled: assumed, nothing.
func firstPolicies() doc {
	headroom := func() doc { return doc{"cpuPercentage": 10.0, "memoryPercentage": 10.0, "enabled": true} }
	return doc{
		"enabled": false, "isScopedMode": false, "nodeTemplatesPartialMatchingEnabled": false,
		"unschedulablePods": doc{
			"enabled": false, "diskGibToCpuRatio": 25.0, "headroom": headroom(), "headroomSpot": headroom(),
			"nodeConstraints": doc{"minCpuCores": 0.0, "maxCpuCores": 32.0, "minRamMib": 2048.0, "maxRamMib": 262144.0, "enabled": false},
			"podPinner":       doc{"enabled": false, "status": "PodPinnerStatus_Unknown"},
		},
		"clusterLimits": doc{"enabled": false, "cpu": doc{"minCores": 1.0, "maxCores": 20.0}},
		"nodeDownscaler": doc{
			"enabled": false, "emptyNodes": doc{"enabled": false, "delaySeconds": 300.0},
			"evictor": doc{
				"enabled": false, "dryRun": false, "aggressiveMode": false, "scopedMode": false, "cycleInterval": "1m",
				"nodeGracePeriodMinutes": 5.0, "podEvictionFailureBackOffInterval": "5s", "ignorePodDisruptionBudgets": false, "status": "Unknown",
			},
		},
		"spotInstances": doc{"maxReclaimRate": 0.0},
	}
}

// policies returns the autoscaler document of a cluster: what is stored, and what it shares with the default node
// template. Documented: the two show the same values and one version.
func (c *call) policies() doc {
	stored := clone(c.single(firstPolicies).Doc).(doc)
	template := c.defaultTemplate()
	shared := sharedWithTemplate(template.Doc, object(object(stored, "unschedulablePods"), "nodeConstraints"))
	return merged(stored, merged(shared, doc{"defaultNodeTemplateVersion": template.Doc["version"]}))
}

func (c *call) defaultTemplate() *record {
	return c.store.get(templatesScope(c.params["clusterId"]), defaultTemplate)
}

// putPolicies merges a document into the policies. Assumed from what clients send: what is left out stays. Observed: a
// version that is not the current one is refused, so that nobody overwrites what they have not seen.
func putPolicies(c *call) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	current := c.policies()
	if version := in["defaultNodeTemplateVersion"]; version != nil && version != current["defaultNodeTemplateVersion"] {
		return nil, badRequest("the default node template has changed, refetch the policies and try again")
	}
	for _, status := range [][2]string{{"nodeDownscaler", "evictor"}, {"unschedulablePods", "podPinner"}} {
		component := object(object(in, status[0]), status[1])
		delete(component, "status") // the server's own
		delete(component, "allowed")
	}
	next := merged(current, in)
	template := c.defaultTemplate()
	if changed := merged(template.Doc, templateChanges(next)); !equal(sharedWithTemplate(changed, nil), sharedWithTemplate(template.Doc, nil)) {
		version, _ := strconv.Atoi(text(template.Doc, "version"))
		changed["version"] = strconv.Itoa(version + 1)
		template.Doc = changed
		c.store.put(template)
	}
	r := c.single(firstPolicies)
	r.Doc = next
	c.store.put(r)
	return c.reply(c.policies())
}

// The two names of each kind of interruption prediction.
var predictionTypes = map[string]string{
	"interruption-predictions":      "CASTAIInterruptionPredictions",
	"aws-rebalance-recommendations": "AWSRebalanceRecommendations",
}

// nodeBounds are the names in the policies and in templates.
var nodeBounds = map[string]string{"minCpuCores": "minCpu", "maxCpuCores": "maxCpu", "minRamMib": "minMemory", "maxRamMib": "maxMemory"}

// sharedWithTemplate is the part of the policies that the default node template determines. The bounds of disabled
// node constraints are not in the template: the last ones known stay.
func sharedWithTemplate(template, bounds doc) doc {
	constraints := object(template, "constraints")
	predictions := doc{"enabled": constraints["spotInterruptionPredictionsEnabled"] == true}
	if name := predictionTypes[text(constraints, "spotInterruptionPredictionsType")]; name != "" {
		predictions["type"] = name
	}
	limits := doc{"enabled": false}
	for policy, constraint := range nodeBounds {
		limits[policy] = number(constraints, constraint)
		limits["enabled"] = limits["enabled"] == true || number(constraints, constraint) > 0
	}
	if limits["enabled"] == false {
		limits = merged(bounds, doc{"enabled": false})
	}
	return doc{
		"spotInstances": doc{
			"enabled":                                constraints["spot"] == true,
			"spotBackups":                            doc{"enabled": constraints["useSpotFallbacks"] == true, "spotBackupRestoreRateSeconds": number(constraints, "fallbackRestoreRateSeconds")},
			"spotDiversityEnabled":                   constraints["enableSpotDiversity"] == true,
			"spotDiversityPriceIncreaseLimitPercent": number(constraints, "spotDiversityPriceIncreaseLimitPercent"),
			"spotInterruptionPredictions":            predictions,
		},
		"unschedulablePods": doc{"customInstancesEnabled": template["customInstancesEnabled"] == true, "nodeConstraints": limits},
	}
}

// templateChanges is what the policies make of the default node template.
func templateChanges(policies doc) doc {
	spot, pods := object(policies, "spotInstances"), object(policies, "unschedulablePods")
	backups, predictions := object(spot, "spotBackups"), object(spot, "spotInterruptionPredictions")
	constraints := doc{
		"spot": spot["enabled"] == true, "useSpotFallbacks": backups["enabled"] == true,
		"fallbackRestoreRateSeconds":             number(backups, "spotBackupRestoreRateSeconds"),
		"enableSpotDiversity":                    spot["spotDiversityEnabled"] == true,
		"spotDiversityPriceIncreaseLimitPercent": number(spot, "spotDiversityPriceIncreaseLimitPercent"),
		"spotInterruptionPredictionsEnabled":     predictions["enabled"] == true,
	}
	for template, policy := range predictionTypes {
		if predictions["type"] == policy {
			constraints["spotInterruptionPredictionsType"] = template
		}
	}
	limits := object(pods, "nodeConstraints")
	for policy, constraint := range nodeBounds {
		constraints[constraint] = 0.0
		if limits["enabled"] == true {
			constraints[constraint] = number(limits, policy)
		}
	}
	return doc{"customInstancesEnabled": pods["customInstancesEnabled"] == true, "constraints": constraints}
}
