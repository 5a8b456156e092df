package emulator

import "strings"

const (
	cacheGroupsPath         = "/v1/dbo/cache-groups"
	cacheConfigurationsPath = cacheGroupsPath + "/{groupId}/cache-configurations"
	cacheRulesPath          = cacheConfigurationsPath + "/{cacheId}/rules"
)

func (s *Server) databaseCacheArea() {
	s.collect(collection{
		kind: "cache group", path: cacheGroupsPath, keep: []string{"cacheStatus", "statusConditions", "configurations"},
		rules: func(_ *call, r *record, old doc) error {
			// Assumed: null leaves the switch as it is, and takes everything else away.
			if r.Doc["directMode"] == nil && old != nil {
				r.Doc["directMode"] = old["directMode"]
			}
			endpoints, _ := r.Doc["endpoints"].([]any)
			for _, endpoint := range endpoints {
				setDefaults(endpoint.(doc), doc{"suffix": ""})
				if endpoint := endpoint.(doc); endpoint["connectionString"] == nil {
					endpoint["connectionString"] = nil
				}
			}
			for _, name := range []string{"clusterId", "instanceId", "helmChartVersion", "directModeLastChanged"} {
				if r.Doc[name] == nil {
					r.Doc[name] = nil // observed: shown
				}
			}
			setDefaults(r.Doc, doc{
				"name": "", "directMode": false, "cacheStatus": "Pending", "roxy": false, "endpoints": []any{}, "configurations": []any{},
			})
			if r.Doc["statusConditions"] == nil {
				r.Doc["statusConditions"] = doc{
					"chartUpToDate": true, "connectionIssue": false, "descriptions": []any{}, "poolingEnabled": false, "pullTimeout": false,
					"redeploymentNeeded": false, "usingLatestConfiguration": true,
				}
			}
			return nil
		},
	})
	s.collect(collection{
		kind: "cache configuration", path: cacheConfigurationsPath, unique: "databaseName", // assumed
		keep: []string{"cacheId"},
		rules: func(c *call, r *record, _ doc) error {
			if strings.TrimSpace(text(r.Doc, "databaseName")) == "" {
				return invalid("databaseName", "must not be empty")
			}
			setDefaults(r.Doc, doc{"cacheId": c.params["groupId"], "mode": "Auto", "connectionStrings": []any{}})
			return nil
		},
	})
	s.collect(collection{
		kind: "cache rule", path: cacheRulesPath,
		rules: func(c *call, r *record, _ doc) error {
			table, hash := text(r.Doc, "table"), text(r.Doc, "templateHash")
			if (table == "") == (hash == "") {
				return invalid("table", "give either table or templateHash") // assumed
			}
			if text(r.Doc, "mode") == "Manual" && number(r.Doc, "manualTtl") <= 0 {
				return invalid("manualTtl", "must be given in the mode Manual") // assumed
			}
			for _, other := range c.store.list(r.Scope) {
				if other != r && text(other.Doc, "table") == table && text(other.Doc, "templateHash") == hash {
					return conflict("there is a cache rule for %s already", table+hash) // assumed
				}
			}
			for _, name := range []string{"manualTtl", "table", "template", "templateHash"} {
				if r.Doc[name] == nil {
					r.Doc[name] = nil // observed: shown
				}
			}
			return nil
		},
	})
}
