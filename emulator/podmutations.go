package emulator

import "strings"

const podMutationsPath = "/patching-engine/v1beta/organizations/{organizationId}/clusters/{clusterId}/pod-mutations"

func (s *Server) podMutationArea() {
	s.collect(collection{
		kind: "pod mutation", path: podMutationsPath,
		// Observed, but for the numbers, which are assumed.
		defaults: doc{
			"source": "API", "spotType": "SPOT_TYPE_UNSPECIFIED", "spotDistributionPercentage": 0.0, "mutatedPodsCount": 0.0, "enabled": false,
		},
		replace: true, // observed: what an update leaves out is gone
		keep:    []string{"source", "mutatedPodsCount"},
		rules:   podMutationRules,
	})
}

func podMutationRules(_ *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	if d["podEviction"] == nil {
		d["podEviction"] = doc{"enabled": false} // observed
	}
	if d["spotType"] == "SPOT_TYPE_UNSPECIFIED" {
		d["spotDistributionPercentage"] = 0.0 // assumed: it means nothing without a type
	}
	// Documented: the shares of the groups add up to 100 at most, and no two have one name.
	total, names := 0.0, map[string]bool{}
	groups, _ := d["distributionGroups"].([]any)
	for _, group := range groups {
		group := group.(doc) // the contract has let only objects through
		if name := text(group, "name"); name == "" || names[name] {
			return invalid("distributionGroups", "the name %q is empty or given twice", name)
		}
		names[text(group, "name")] = true
		total += number(group, "percentage")
		if config := object(group, "config"); config != nil {
			setDefaults(config, doc{"spotType": "SPOT_TYPE_UNSPECIFIED"})
		}
	}
	if total > 100 {
		return invalid("distributionGroups", "the percentages add up to %v, more than 100", total)
	}
	reorderMatchers(object(d, "objectFilterV2"))
	return nil
}

// reorderMatchers sorts the lists of a filter. Observed: their order does not stay.
func reorderMatchers(filter doc) {
	for name, value := range filter {
		switch value := value.(type) {
		case doc:
			reorderMatchers(value)
		case []any:
			filter[name] = sorted(value)
		}
	}
}
