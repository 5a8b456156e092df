package emulator

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What the autoscaler of a simulated cluster does is a simple rule, all of it assumed: while it and its unschedulable
// pods are enabled, each enabled node template has one node, the cheapest that its constraints allow, within the
// limits of the cluster. While the downscaler of empty nodes is enabled, nodes of templates that are gone go, too.

const policiesPath = "/v1/kubernetes/clusters/{clusterId}/policies"

// autoscale adds and removes nodes as that rule has it.
func (s *Server) autoscale(r *record, now time.Time) {
	scope := fill(policiesPath, map[string]string{"clusterId": r.ID})
	stored := s.store.get(scope, "")
	if stored == nil || stored.Doc["enabled"] != true {
		return
	}
	enabled := func(path ...string) bool { return deep(stored.Doc, path...)["enabled"] == true }
	nodes := map[string]bool{} // by template
	cores := 0.0
	for _, node := range s.store.list(nodesScope(r.ID)) {
		if hidden[string](node, hiddenPhase) != "deleting" && hidden[string](node, hiddenPhase) != "draining" {
			nodes[text(object(node.Doc, "labels"), templateLabel)] = true
			cores += s.kindOf(r, node).cores
		}
	}
	if enabled("unschedulablePods") {
		limit := number(deep(stored.Doc, "clusterLimits", "cpu"), "maxCores")
		for _, template := range s.store.list(templatesScope(r.ID)) {
			if template.Doc["isEnabled"] != true || nodes[template.ID] {
				continue
			}
			m, found := s.cheapest(r, template.Doc)
			if !found || enabled("clusterLimits") && cores+m.kind.cores > limit {
				continue
			}
			cores += m.kind.cores
			s.launch(r, m, now)
		}
	}
	if enabled("nodeDownscaler") && enabled("nodeDownscaler", "emptyNodes") {
		delay := time.Duration(number(deep(stored.Doc, "nodeDownscaler", "emptyNodes"), "delaySeconds")) * time.Second
		s.removeEmpty(r, delay, now)
	}
}

// removeEmpty takes away the nodes whose template is gone or disabled, which have been so for a while.
func (s *Server) removeEmpty(r *record, delay time.Duration, now time.Time) {
	for _, node := range s.provisionedNodes(r.ID) {
		name := text(object(node.Doc, "labels"), templateLabel)
		template := s.store.get(templatesScope(r.ID), name)
		wanted := name == "" || kept(node) || template != nil && template.Doc["isEnabled"] == true
		switch due := node.time(hiddenGone); {
		case phaseOf(node) != "ready" || wanted && due.IsZero():
		case wanted:
			delete(node.Hidden, hiddenGone)
			s.store.put(node)
		case due.IsZero():
			node.setTime(hiddenGone, now.Add(delay))
			s.store.put(node)
		}
		if !wanted && phaseOf(node) == "ready" && !node.time(hiddenGone).After(now) {
			delete(node.Hidden, hiddenGone)
			s.drain(r, node, now, drainSeconds, false, true, "")
		}
	}
}

// cheapest is the machine with the lowest price that a node template allows. Spot instances are used where they may be.
func (s *Server) cheapest(r *record, template doc) (machine, bool) {
	constraints := object(template, "constraints")
	m := machine{spot: constraints["spot"] == true, configuration: text(template, "configurationId")}
	var fit []instance
	for _, kind := range s.instances(r) {
		if allowed(kind, constraints) {
			fit = append(fit, kind)
		}
	}
	if len(fit) == 0 {
		return m, false
	}
	m.kind = slices.MinFunc(fit, func(a, b instance) int { return cmp.Compare(a.price(r).of(m.spot), b.price(r).of(m.spot)) })
	if zones := words(constraints, "azs"); len(zones) > 0 {
		m.zone = zones[0]
	}
	m.labels = merged(texts(template, "customLabels"), doc{templateLabel: text(template, "name")})
	if template["shouldTaint"] == true {
		m.taints = []any{doc{"key": templateLabel, "value": text(template, "name"), "effect": "NoSchedule"}}
		if custom := objects(template, "customTaints"); len(custom) > 0 {
			m.taints = nil
			for _, taint := range custom {
				m.taints = append(m.taints, taint)
			}
		}
	}
	return m, true
}

// allowed tells whether a machine meets the constraints of a node template that the price list knows of. It has none
// with GPUs.
func allowed(kind instance, constraints doc) bool {
	between := func(value, low, high float64) bool { return value >= low && (high == 0 || value <= high) }
	family := kind.name[:max(0, strings.IndexAny(kind.name, ".-"))] // m5.large, e2-standard-4; none on Azure
	families := object(constraints, "instanceFamilies")
	include, exclude := words(families, "include"), words(families, "exclude")
	is := func(name string) bool { return strings.EqualFold(name, family) }
	architectures := words(constraints, "architectures")
	return constraints["isGpuOnly"] != true &&
		between(kind.cores, number(constraints, "minCpu"), number(constraints, "maxCpu")) &&
		between(kind.gib*1024, number(constraints, "minMemory"), number(constraints, "maxMemory")) &&
		(len(architectures) == 0 || slices.Contains(architectures, kind.architecture)) &&
		(len(include) == 0 || slices.ContainsFunc(include, is)) && !slices.ContainsFunc(exclude, is)
}

// words returns the strings of a list.
func words(d doc, name string) (list []string) {
	items, _ := d[name].([]any)
	for _, item := range items {
		if item, ok := item.(string); ok {
			list = append(list, item)
		}
	}
	return list
}

// deep returns an object in objects.
func deep(d doc, path ...string) doc {
	for _, name := range path {
		d = object(d, name)
	}
	return d
}
