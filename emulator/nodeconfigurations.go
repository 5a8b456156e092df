package emulator

import (
	"strings"
)

const nodeConfigurationsPath = "/v1/kubernetes/clusters/{clusterId}/node-configurations"

func configurationsScope(clusterID string) string {
	return fill(nodeConfigurationsPath, map[string]string{"clusterId": clusterID})
}

func (s *Server) nodeConfigurationArea() {
	configurations := s.collect(collection{
		kind: "node configuration", path: nodeConfigurationsPath,
		// Documented: disk size and the settings of the clouds. Observed: empty tags and subnets are shown.
		defaults: doc{
			"diskCpuRatio": 0.0, "minDiskSize": 100.0, "drainTimeoutSec": 0.0, "subnets": []any{}, "tags": doc{}, "default": false,
			"eks": doc{"imdsV1": true, "imdsHopLimit": 2.0, "ipsPerPrefix": 1.0, "securityGroups": []any{}},
			"aks": doc{"maxPodsPerNode": 30.0, "enableEncryptionAtHost": false},
			"gke": doc{"networkTags": []any{}, "zones": []any{}, "useEphemeralStorageLocalSsd": false},
		},
		keep:  []string{"name", "default"},
		rules: nodeConfigurationRules,
		remove: func(c *call, r *record) error {
			if r.Doc["default"] == true { // assumed
				return badRequest("node configuration %q is the default of its cluster and cannot be deleted", r.Doc["name"])
			}
			for _, template := range c.store.list(templatesScope(c.params["clusterId"])) {
				if template.Doc["configurationId"] == r.ID { // assumed
					return badRequest("node configuration %q is used by node template %q", r.Doc["name"], template.ID)
				}
			}
			return nil
		},
	})
	s.handle("NodeConfigurationAPICreateConfiguration", func(c *call) (*answer, error) { return createNodeConfiguration(c, configurations) })
	s.handle("NodeConfigurationAPISetDefault", func(c *call) (*answer, error) { return setDefaultConfiguration(c, configurations) })
}

// createNodeConfiguration makes one. Documented: one of the same name is overwritten. Assumed: it stays the same item.
func createNodeConfiguration(c *call, configurations *collection) (*answer, error) {
	name := strings.TrimSpace(text(c.input(), "name"))
	for _, r := range c.store.list(c.path) {
		if r.Doc["name"] == name {
			c.params[configurations.param] = r.ID
			return configurations.update(c)
		}
	}
	return configurations.create(c)
}

func nodeConfigurationRules(_ *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty")
	}
	if gke := object(d, "gke"); gke != nil && gke["maxPodsPerNode"] == nil && gke["maxPodsPerNodeFormula"] == nil {
		gke["maxPodsPerNode"] = 110.0 // documented
	}
	if number(object(d, "eks"), "ipsPerPrefix") == 0 && object(d, "eks") != nil {
		object(d, "eks")["ipsPerPrefix"] = 1.0 // observed: 0 stands for unset
	}
	upper(d, "containerRuntime") // observed
	upper(object(d, "eks"), "imageFamily")
	upper(object(d, "aks"), "imageFamily")
	// Assumed, from reports of changed orders: what has no order comes back sorted.
	order(d, "subnets")
	order(object(d, "eks"), "securityGroups")
	details := []any{}
	for _, subnet := range d["subnets"].([]any) { // the defaults and the contract make it a list
		details = append(details, doc{"id": subnet, "cidr": "10.0.0.0/24", "tags": doc{}})
	}
	d["subnetDetails"] = details
	return nil
}

// setDefaultConfiguration moves the flag. Assumed: there is at most one default.
func setDefaultConfiguration(c *call, configurations *collection) (*answer, error) {
	chosen, err := configurations.find(c)
	if err != nil {
		return nil, err
	}
	for _, r := range c.store.list(chosen.Scope) {
		if isDefault := r == chosen; r.Doc["default"] != isDefault {
			r.Doc["default"] = isDefault
			c.store.put(r)
		}
	}
	return c.show(chosen, "")
}
