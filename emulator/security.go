package emulator

import (
	"regexp"
	"slices"
	"strings"
)

const runtimeRulesPath = "/v1/security/runtime/rules"

func (s *Server) securityArea() {
	rules := s.collect(collection{
		kind: "security runtime rule", path: runtimeRulesPath, wrapper: "rule",
		keep: []string{"name", "category", "ruleEngineType", "type", "anomaliesCount", "isBuiltIn", "usedCustomLists"},
		rules: func(_ *call, r *record, old doc) error {
			// Assumed: what an update leaves out stays.
			for _, name := range []string{"enabled", "resourceSelector", "labels", "ruleText"} {
				if r.Doc[name] == nil && old[name] != nil {
					r.Doc[name] = old[name]
				}
			}
			for _, name := range []string{"name", "ruleText"} {
				if strings.TrimSpace(text(r.Doc, name)) == "" {
					return invalid(name, "must not be empty") // assumed
				}
			}
			// Observed at a client. Assumed: the service does it, too.
			r.Doc["ruleText"] = lineEnds.ReplaceAllString(text(r.Doc, "ruleText"), "$1")
			setDefaults(r.Doc, doc{
				"enabled": false, "resourceSelector": "", "labels": doc{}, "type": "custom", "anomaliesCount": 0.0, "isBuiltIn": false,
				"usedCustomLists": []any{},
			})
			return nil
		},
	})
	s.handle("RuntimeSecurityAPIGetRules", func(c *call) (*answer, error) {
		search := strings.ToLower(c.query.Get("search"))
		return c.page(slices.DeleteFunc(slices.Clone(c.store.list(runtimeRulesPath)), func(r *record) bool {
			return !strings.Contains(strings.ToLower(text(r.Doc, "name")), search)
		}))
	})
	// Assumed: all rules that a call names must exist, or nothing is done.
	each := func(operation string, one func(c *call, r *record) error) {
		s.handle(operation, func(c *call) (*answer, error) {
			ids, _ := c.input()["ids"].([]any)
			named := make([]*record, len(ids))
			for i, id := range ids {
				id, _ := id.(string)
				if named[i] = c.store.get(runtimeRulesPath, id); named[i] == nil {
					return nil, notFound("%s not found: %s", rules.kind, id)
				}
			}
			for _, r := range named {
				if err := one(c, r); err != nil {
					return nil, err
				}
			}
			return c.reply(doc{})
		})
	}
	each("RuntimeSecurityAPIDeleteRules", func(c *call, r *record) error {
		c.store.remove(r)
		return nil
	})
	each("RuntimeSecurityAPIToggleRules", func(c *call, r *record) error {
		r.Doc["enabled"] = c.input()["enabled"]
		c.store.put(r)
		return nil
	})
}

var lineEnds = regexp.MustCompile(`[ \t]+(\n|$)`)
