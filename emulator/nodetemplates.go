package emulator

import (
	"fmt"
	"slices"
	"strings"
)

const nodeTemplatesPath = "/v1/kubernetes/clusters/{clusterId}/node-templates"

// defaultTemplate is the name of the template that every cluster has. Documented.
const defaultTemplate = "default-by-castai"

func templatesScope(clusterID string) string {
	return fill(nodeTemplatesPath, map[string]string{"clusterId": clusterID})
}

func (s *Server) nodeTemplateArea() {
	templates := s.collect(collection{
		kind: "node template", path: nodeTemplatesPath, id: "name", unique: "name",
		// Observed, but for the labels and taints, which are assumed.
		defaults: doc{
			"isEnabled": true, "isDefault": false, "shouldTaint": false, "clmEnabled": false, "customInstancesEnabled": false,
			"customInstancesWithExtendedMemoryEnabled": false, "customLabels": doc{}, "customTaints": []any{},
		},
		keep:  []string{"isDefault"},
		rules: nodeTemplateRules,
		remove: func(_ *call, r *record) error {
			if r.Doc["isDefault"] == true {
				return badRequest("the default node template cannot be deleted")
			}
			return nil
		},
	})
	s.handle("NodeTemplatesAPIListNodeTemplates", func(c *call) (*answer, error) { return listNodeTemplates(c, templates) })
}

// newDefaultTemplate gives a new cluster its template. Its values agree with the first autoscaler policies.
func (c *call) newDefaultTemplate(clusterID string) {
	d := doc{
		"name": defaultTemplate, "isDefault": true, "isEnabled": true, "version": "1", "shouldTaint": false, "clmEnabled": false,
		"customInstancesEnabled": true, "customInstancesWithExtendedMemoryEnabled": false, "customLabels": doc{}, "customTaints": []any{},
		"rebalancingConfig": doc{"minNodes": 0.0}, "constraints": doc{},
	}
	completeConstraints(object(d, "constraints"))
	c.store.put(&record{Scope: templatesScope(clusterID), ID: defaultTemplate, Doc: d})
}

func nodeTemplateRules(c *call, r *record, old doc) error {
	d := r.Doc
	if old == nil {
		d["isDefault"] = false
	}
	if err := checkTaints(d); err != nil {
		return err
	}
	if err := nameConfiguration(c, d); err != nil {
		return err
	}
	if len(object(d, "priceAdjustmentConfiguration")) == 0 {
		delete(d, "priceAdjustmentConfiguration") // assumed: clients send an empty one to clear it
	}
	if d["rebalancingConfig"] == nil {
		d["rebalancingConfig"] = doc{"minNodes": 0.0}
	}
	if d["constraints"] == nil {
		d["constraints"] = doc{}
	}
	constraints := object(d, "constraints")
	// Observed: the type of interruption prediction is what it was at first.
	if first := text(object(old, "constraints"), "spotInterruptionPredictionsType"); first != "" {
		constraints["spotInterruptionPredictionsType"] = first
	}
	completeConstraints(constraints)
	// Observed: the old switch is shown as the strategy it stands for.
	if gpu := object(d, "gpu"); gpu["enableTimeSharing"] == true && gpu["sharingStrategy"] == nil {
		gpu["sharingStrategy"] = "GPU_SHARING_STRATEGY_TIME_SLICING"
	}
	return nil
}

// checkTaints completes taints. Documented: they need shouldTaint.
func checkTaints(d doc) error {
	taints, _ := d["customTaints"].([]any)
	if len(taints) > 0 && d["shouldTaint"] != true {
		return invalid("shouldTaint", "must be true when there are custom taints")
	}
	for _, taint := range taints {
		setDefaults(taint.(doc), doc{"effect": "NoSchedule"}) // the contract has let only objects through
	}
	return nil
}

// nameConfiguration resolves the node configuration. Observed: "" means none. Assumed: it must exist.
func nameConfiguration(c *call, d doc) error {
	delete(d, "configurationName")
	id := text(d, "configurationId")
	if id == "" {
		delete(d, "configurationId")
		return nil
	}
	configuration := c.store.get(configurationsScope(c.params["clusterId"]), id)
	if configuration == nil {
		return invalid("configurationId", "node configuration not found: %s", id)
	}
	d["configurationName"] = configuration.Doc["name"]
	return nil
}

// completeConstraints fills in and reorders as the service does. Observed: architectures, os, on-demand, zero for
// unset minimums, sorted names, and IN for In. Assumed: the rest.
func completeConstraints(d doc) {
	for _, name := range []string{"maxPricePerCpu", "spotInterruptionPredictionsType"} {
		if d[name] == 0.0 || d[name] == "" {
			delete(d, name) // sent for "unset"
		}
	}
	for name, value := range map[string]string{"architectures": "amd64", "os": "linux"} {
		if list, _ := d[name].([]any); len(list) == 0 {
			d[name] = []any{value}
		}
	}
	setDefaults(d, doc{
		"spot": false, "onDemand": d["spot"] != true, "useSpotFallbacks": false, "fallbackRestoreRateSeconds": 0.0, "enableSpotDiversity": false,
		"spotDiversityPriceIncreaseLimitPercent": 0.0, "spotInterruptionPredictionsEnabled": false, "minCpu": 0.0, "minMemory": 0.0,
		"isGpuOnly": false, "azs": []any{}, "architecturePriority": []any{}, "cpuManufacturers": []any{},
	})
	if d["spot"] == false && d["onDemand"] == false {
		d["onDemand"] = true
	}
	for part, names := range map[string][]string{"gpu": {"includeNames", "excludeNames"}, "instanceFamilies": {"include", "exclude"}} {
		for _, name := range names {
			if list, ok := object(d, part)[name].([]any); ok {
				object(d, part)[name] = sorted(list)
			}
		}
	}
	affinities, _ := d["dedicatedNodeAffinity"].([]any)
	for _, affinity := range affinities {
		terms, _ := affinity.(doc)["affinity"].([]any)
		for _, term := range terms {
			if term := term.(doc); strings.EqualFold(fmt.Sprint(term["operator"]), "in") {
				term["operator"] = "IN"
			}
		}
	}
}

// listNodeTemplates puts each template beside its node counts, which the contract always wants. Observed: the default
// one is shown on request only.
func listNodeTemplates(c *call, templates *collection) (*answer, error) {
	var items [][]byte
	for _, r := range c.store.list(c.path) {
		if r.Doc["isDefault"] == true && !c.flag("includeDefault") {
			continue
		}
		body, err := r.encode(templates.full)
		if err != nil {
			return nil, fmt.Errorf("the answer of %s breaks the contract: %w", c.op.id, err)
		}
		items = append(items, slices.Concat([]byte(`{"stats":`+c.templateStats(c.params["clusterId"], r.ID)+`,"template":`), body, []byte(`}`)))
	}
	return c.list("items", items, len(items), len(items))
}

// templateStats counts the nodes of a template.
func (c *call) templateStats(clusterID, template string) string {
	spot, onDemand := 0, 0
	for _, node := range c.store.list(nodesScope(clusterID)) {
		switch {
		case object(node.Doc, "labels")[templateLabel] != template:
		case isSpot(node):
			spot++
		default:
			onDemand++
		}
	}
	return fmt.Sprintf(`{"countFallback":0,"countOnDemand":%d,"countSoleTenant":0,"countSpot":%d}`, onDemand, spot)
}
