package dbcache_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// ruleIn makes a configuration, and returns the inputs of a rule in it and the
// path of its rules.
func ruleIn(h *harness.Harness, change props) (inputs props, path string) {
	g := group(h, "g")
	c := made(h, configurations(g), props{"databaseName": "shop"})
	return with(props{"cacheGroupId": g, "cacheConfigurationId": c, "mode": "Auto", "table": "users"}, change), configurations(g) + "/" + c + "/rules"
}

func TestCacheRuleBodies(t *testing.T) {
	h := harness.New(t)
	inputs, path := ruleIn(h, props{"mode": "Manual", "manualTtl": 60})
	r := h.Resource("CacheRule", "x")
	r.WantUp("create", inputs)
	wantJSON(t, "created with", h.Body("POST", path), props{"mode": "Manual", "manualTtl": 60, "table": "users", "templateHash": nil})
	id := r.ID
	r.WantUp("update", with(inputs, props{"mode": "Auto", "manualTtl": nil}))
	wantJSON(t, "updated with", h.Body("PUT", id), props{"mode": "Auto", "manualTtl": nil, "table": "users", "templateHash": nil})
	r.WantDrift()
	r.WantUp("update", with(inputs, props{"mode": "Auto", "manualTtl": 0, "table": "", "templateHash": "4711"}))
	wantJSON(t, "updated with", h.Body("PUT", id), props{"mode": "Auto", "manualTtl": nil, "table": nil, "templateHash": "4711"})
	r.WantDrift()
	if r.ID != id {
		t.Error("another table or query makes another rule")
	}
}

func TestCacheRuleSeesWhatIsClearedElsewhere(t *testing.T) {
	h := harness.New(t)
	inputs, path := ruleIn(h, props{"manualTtl": 60, "table": nil, "templateHash": "4711"})
	r := h.Resource("CacheRule", "x")
	r.WantUp("create", inputs)
	h.Call(http.MethodPut, path+"/"+r.ID, props{"mode": "Auto", "templateHash": "4711", "template": "SELECT ?"})
	r.WantDrift("manualTtl")
	r.WantUp("update", inputs)
	if sent := h.Body("PUT", r.ID)["template"]; sent != "SELECT ?" {
		t.Errorf("the query's text goes back as %v", sent)
	}
}

func TestCacheRuleCheck(t *testing.T) {
	h := harness.New(t)
	inputs := props{"cacheGroupId": absent, "cacheConfigurationId": another, "mode": "Auto", "table": "users"}
	for want, change := range map[string]props{
		"one of `table`, `templateHash` must be given":             {"table": nil},
		"one of `table`, `templateHash` must be given: what":       {"table": "", "templateHash": ""},
		"templateHash: only one of `table`, `templateHash`":        {"templateHash": "4711"},
		`manualTtl: is needed when mode is "Manual"`:               {"mode": "Manual"},
		`manualTtl: is needed when mode is "Manual": give seconds`: {"mode": "Manual", "manualTtl": 0},
		`manualTtl: -1 is too small`:                               {"manualTtl": -1},
		`mode: "" is blank`:                                        {"mode": ""},
		`cacheConfigurationId: "c" is not a UUID`:                  {"cacheConfigurationId": "c"},
	} {
		_, failures := h.Resource("CacheRule", "x").Check(with(inputs, change))
		wantError(t, harness.CheckError(failures), want)
	}
	for name, change := range map[string]props{
		"unknown table":        {"table": harness.Unknown},
		"unknown hash":         {"table": nil, "templateHash": harness.Unknown},
		"either may be it":     {"templateHash": harness.Unknown},
		"unknown TTL":          {"mode": "Manual", "manualTtl": harness.Unknown},
		"unknown mode":         {"mode": harness.Unknown},
		"an empty text beside": {"templateHash": ""},
		"a mode of the future": {"mode": "Clever"},
		"a TTL without effect": {"manualTtl": 60},
	} {
		if _, failures := h.Resource("CacheRule", "x").Check(with(inputs, change)); len(failures) > 0 {
			t.Errorf("%s: %v", name, harness.CheckError(failures))
		}
	}
	if !h.Warned(`manualTtl has no effect when mode is "Auto"`) {
		t.Errorf("no warning among %v", h.Logs())
	}
}

func TestCacheRulesAreFoundAfterALostAnswer(t *testing.T) {
	for name, change := range map[string]props{"a table": nil, "a query": {"table": nil, "templateHash": "4711"}} {
		h := harness.New(t)
		inputs, path := ruleIn(h, change)
		h.Forget()
		h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
		r := h.Resource("CacheRule", "x")
		r.WantUp("create", inputs)
		wantJSON(t, name, h.Writes(), list("POST "+path))
		r.WantDrift()
	}
}
