package emulator

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	workloadsPath       = "/v1/workload-autoscaling/clusters/{clusterId}"
	scalingPoliciesPath = workloadsPath + "/policies"
)

// hiddenPosition is the place of a scaling policy in the order of evaluation.
const hiddenPosition = "position"

func scalingPoliciesScope(clusterID string) string {
	return fill(scalingPoliciesPath, map[string]string{"clusterId": clusterID})
}

func (s *Server) workloadArea() {
	const api = "WorkloadOptimizationAPI"
	s.adapters[api+"CreateWorkloadScalingPolicy"] = adaptScalingPolicy
	s.adapters[api+"UpdateWorkloadScalingPolicy"] = adaptScalingPolicy
	s.collect(collection{
		kind: "scaling policy", path: scalingPoliciesPath, unique: "name",
		keep:  []string{"isDefault", "isReadonly", "isCastware", "hasWorkloadsConfiguredByAnnotations"},
		rules: scalingPolicyRules,
		remove: func(_ *call, r *record) error {
			if r.Doc["isDefault"] == true || fixed(r.Doc) {
				return badRequest("the scaling policy %q cannot be deleted", r.Doc["name"])
			}
			return nil
		},
	})
	s.handle(api+"ListWorkloadScalingPolicies", func(c *call) (*answer, error) { return c.page(scalingPolicies(c)) })
	s.handle(api+"SetScalingPoliciesOrder", orderScalingPolicies)
	s.handle(api+"ListWorkloads", listWorkloads)
	s.metricSources(api)
}

// fixed tells the policies that nobody can change. Documented.
func fixed(d doc) bool { return d["isReadonly"] == true || d["isCastware"] == true }

// adaptScalingPolicy accepts what clients send: an empty type where the contract wants one, and null for no arguments.
// Observed.
func adaptScalingPolicy(in doc) {
	policies := object(in, "recommendationPolicies")
	if policies["applyType"] == "" {
		policies["applyType"] = in["applyType"]
	}
	for _, name := range []string{"cpu", "memory"} {
		if resource := object(policies, name); resource != nil && resource["args"] == nil {
			resource["args"] = []any{}
		}
	}
}

// scalingPolicies lists the policies of a cluster in their order. Documented: the list shows it.
func scalingPolicies(c *call) []*record {
	list := slices.Clone(c.store.list(scalingPoliciesScope(c.params["clusterId"])))
	slices.SortStableFunc(list, func(a, b *record) int {
		return cmp.Compare(hidden[float64](a, hiddenPosition), hidden[float64](b, hiddenPosition))
	})
	return list
}

// orderScalingPolicies sets the order. Assumed: it must name policies there are, each once, and those it leaves out
// follow as they did.
func orderScalingPolicies(c *call) (*answer, error) {
	list := scalingPolicies(c)
	var first []*record
	ids, _ := c.input()["policyIds"].([]any)
	for _, id := range ids {
		i := slices.IndexFunc(list, func(r *record) bool { return r.ID == id })
		if i < 0 {
			return nil, invalid("policyIds", "no scaling policy %v in this cluster, or named twice", id)
		}
		first = append(first, list[i])
		list = slices.Delete(list, i, i+1)
	}
	for i, r := range append(first, list...) {
		r.hide(hiddenPosition, float64(i+1))
		c.store.put(r)
	}
	return c.reply(doc{})
}

// newScalingPolicies gives a new cluster the policies that each has. Documented: there are a default one and a read-only
// one of the vendor; their values are assumed.
func (c *call) newScalingPolicies(clusterID string) {
	for i, builtin := range []doc{
		{"name": "default", "isDefault": true, "isReadonly": false, "isCastware": false},
		{"name": "readonly", "isDefault": false, "isReadonly": true, "isCastware": true},
	} {
		option := "MANAGED"
		if fixed(builtin) {
			option = "READ_ONLY"
		}
		d := merged(builtin, doc{
			"id": c.newID(), "clusterId": clusterID, "organizationId": c.organization(), "applyType": "IMMEDIATE",
			"createdAt": instant(c.now), "updatedAt": instant(c.now), "isOpsPilot": false, "hasWorkloadsConfiguredByAnnotations": false,
			"recommendationPolicies": doc{
				"applyType": "IMMEDIATE", "managementOption": option,
				"cpu":    doc{"function": "QUANTILE", "args": []any{"0.8"}, "overhead": 0.0},
				"memory": doc{"function": "MAX", "args": []any{}, "overhead": 0.1},
			},
		})
		completeScalingPolicy(object(d, "recommendationPolicies"))
		r := &record{Scope: scalingPoliciesScope(clusterID), ID: text(d, "id"), Doc: d}
		r.hide(hiddenPosition, float64(i+1))
		c.store.put(r)
	}
}

// policyName is documented.
var policyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]$`)

func scalingPolicyRules(c *call, r *record, old doc) error {
	d := r.Doc
	if fixed(old) {
		return badRequest("the scaling policy %q is read-only", old["name"])
	}
	if !policyName.MatchString(text(d, "name")) {
		return invalid("name", "must have 2 to 63 letters, digits, '.', '_' or '-', and begin and end with a letter or digit")
	}
	policies := object(d, "recommendationPolicies")
	for name, least := range leastRequests {
		if err := checkScaling(object(policies, name), "recommendationPolicies."+name, least); err != nil {
			return err
		}
	}
	if err := checkHpa(object(object(d, "hpaSettings"), "nativeHpaSpec")); err != nil {
		return err
	}
	setDefaults(d, doc{
		"organizationId": c.organization(), "isDefault": false, "isReadonly": false, "isCastware": false, "isOpsPilot": false,
		"hasWorkloadsConfiguredByAnnotations": false,
	})
	if rules, _ := d["assignmentRules"].([]any); len(rules) == 0 {
		delete(d, "assignmentRules") // documented: left out, the rules go
	}
	completeScalingPolicy(policies)
	if old == nil { // assumed: after all others
		last := 0.0
		for _, other := range c.store.list(r.Scope) {
			last = max(last, hidden[float64](other, hiddenPosition))
		}
		r.hide(hiddenPosition, last+1)
	}
	return nil
}

// leastRequests are the smallest requests there can be, in cores and MiB. Documented.
var leastRequests = map[string]float64{"cpu": 0.01, "memory": 10}

// checkScaling refuses what clients are told is not allowed. Documented.
func checkScaling(d doc, path string, least float64) error {
	arguments, _ := d["args"].([]any)
	bounds := object(d, "constraints")
	limit := object(d, "limit")
	_, multiplied := limit["multiplier"]
	switch {
	case d["function"] == "QUANTILE" && len(arguments) != 1:
		return invalid(path+".args", "QUANTILE needs one argument")
	case outside(d, "overhead", 0, 1):
		return invalid(path+".overhead", "must be 0 to 1")
	case outside(d, "lookBackPeriodSeconds", 10800, 604800):
		return invalid(path+".lookBackPeriodSeconds", "must be 10800 to 604800")
	case outside(object(object(d, "applyThresholdStrategy"), "percentageThreshold"), "percentage", 0.01, 2.5):
		return invalid(path+".applyThresholdStrategy", "the percentage must be 0.01 to 2.5")
	case d["min"] != nil && number(d, "min") < least,
		object(object(bounds, "min"), "constant") != nil && number(object(object(bounds, "min"), "constant"), "value") < least:
		return invalid(path+".min", "must be at least %v", least)
	case (limit["type"] == "MULTIPLIER") != multiplied:
		return invalid(path+".limit.multiplier", "belongs to the type MULTIPLIER")
	}
	return nil
}

// hpaSources are the members that hold a metric, by its type. Documented.
var hpaSources = map[any]string{
	"RESOURCE": "resource", "CONTAINER_RESOURCE": "containerResource", "PODS": "pods", "OBJECT": "object", "EXTERNAL": "external",
}

// checkHpa refuses an autoscaler that Kubernetes would refuse. Assumed: the service does so, too.
func checkHpa(spec doc) error {
	const path = "hpaSettings.nativeHpaSpec"
	if spec == nil {
		return nil
	}
	if least := number(spec, "minReplicas"); least < 0 || number(spec, "maxReplicas") < max(least, 1) {
		return invalid(path+".maxReplicas", "must be at least 1, and at least minReplicas")
	}
	metrics, _ := spec["metrics"].([]any)
	for _, metric := range metrics {
		metric := metric.(doc) // the contract has let only objects through
		for kind, member := range hpaSources {
			if (metric["type"] == kind) != (metric[member] != nil) {
				return invalid(path+".metrics", "the member %s belongs to the type %v", member, kind)
			}
		}
	}
	return nil
}

// outside tells whether a number is given and out of bounds.
func outside(d doc, name string, low, high float64) bool {
	value, given := d[name].(float64)
	return given && (value < low || value > high)
}

// completeScalingPolicy fills in what the service does, and nothing else. Observed.
func completeScalingPolicy(d doc) {
	for name, value := range map[string]doc{
		"confidence": {"threshold": 0.9}, "memoryEvent": {"applyType": "IMMEDIATE"},
		"anomalyDetection": {"cpuPressure": doc{"cpuStallThresholdPercentage": 10.0, "minPressuredPodPercentage": 50.0}},
	} {
		d[name] = merged(value, object(d, name))
	}
	for name, least := range leastRequests {
		completeScaling(object(d, name), least)
	}
}

// completeScaling shows thresholds and bounds in the old and the new form, whichever was sent. Observed.
func completeScaling(d doc, least float64) {
	strategy := object(d, "applyThresholdStrategy")
	if len(strategy) == 0 {
		strategy = doc{"percentageThreshold": doc{"percentage": 0.1}}
		d["applyThresholdStrategy"] = strategy
	}
	d["applyThreshold"] = number(object(strategy, "percentageThreshold"), "percentage")
	bounds := object(d, "constraints")
	if bounds == nil {
		bounds = doc{}
		for _, name := range []string{"min", "max"} {
			if value, given := d[name].(float64); given {
				bounds[name] = doc{"constant": doc{"value": value}}
			}
		}
		d["constraints"] = bounds
	}
	// Assumed, from what clients take for no difference: nothing is filled in beside a greatest request in percent.
	if len(object(bounds, "min")) == 0 && object(object(bounds, "max"), "percentageOfOriginal") == nil {
		bounds["min"] = doc{"constant": doc{"value": least}}
	}
	for _, name := range []string{"min", "max"} {
		delete(d, name)
		if constant := object(object(bounds, name), "constant"); constant != nil {
			d[name] = constant["value"]
		}
	}
}

// metricSources serves the sources of custom metrics. There is no call for a single one.
func (s *Server) metricSources(api string) {
	s.adapters[api+"UpdateCustomMetricsDataSource"] = adaptMask
	s.collect(collection{
		kind: "custom metrics data source", path: workloadsPath + "/custom-metrics/configs/data-sources", wrapper: "dataSource",
		keep: []string{"kubeResourceName"}, // observed: a new name does not change it
		rules: func(c *call, r *record, _ doc) error {
			d := r.Doc
			if name := strings.TrimSpace(text(d, "name")); name == "" || len(name) > 63 {
				return invalid("name", "must have 1 to 63 characters")
			}
			prometheus := object(object(d, "data"), "prometheus")
			if prometheus == nil {
				return invalid("data", "must be a Prometheus source")
			}
			setDefaults(d, doc{
				"organizationId": c.organization(), "status": "CONNECTING", "kubeResourceName": strings.ToLower(text(d, "name")),
				"managedByCast": true, "installedByCast": false, "syncedAt": nil,
			})
			setDefaults(object(prometheus, "dataSource"), doc{"timeout": "30s"}) // assumed
			resolveMetrics(prometheus)
			return nil
		},
	})
}

// adaptMask drops what the mask of an update does not name.
func adaptMask(in doc) {
	mask := strings.Split(text(in, "updateMask"), ",")
	maps.DeleteFunc(object(in, "dataSource"), func(name string, _ any) bool { return !slices.Contains(mask, name) })
}

// presetMetrics stand for those that presets bring. Assumed.
var presetMetrics = map[any]string{"jvm": "jvm_threads_current"}

// resolveMetrics shows presets and metrics as the service does: by name, each with its queries and where they are from.
func resolveMetrics(prometheus doc) {
	metrics := object(prometheus, "metrics")
	if metrics == nil || metrics["resolved"] != nil {
		return // none, or resolved before
	}
	queries := map[string][]any{}
	add := func(name, query, origin string) {
		queries[name] = append(queries[name], doc{"value": query, "origin": origin})
	}
	presets, _ := metrics["presets"].([]any)
	for _, preset := range presets {
		if name := presetMetrics[preset]; name != "" {
			add(name, name, "PRESET")
		}
	}
	manual, _ := metrics["manual"].([]any)
	for _, metric := range manual {
		add(text(metric.(doc), "name"), text(metric.(doc), "query"), "MANUAL") // the contract has let only objects through
	}
	delete(metrics, "manual")
	resolved := []any{}
	for _, name := range slices.Sorted(maps.Keys(queries)) {
		resolved = append(resolved, doc{"name": name, "queries": queries[name]})
	}
	metrics["resolved"] = resolved
}
