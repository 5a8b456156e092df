package security_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var list, wantError, wantJSON = harness.List, harness.WantError, harness.WantJSON

type props = harness.Props

const rules = "/v1/security/runtime/rules"

func rule(change props) props {
	out := props{"name": "shells", "severity": "SEVERITY_LOW", "ruleText": "true"}
	for key, value := range change {
		if out[key] = value; value == nil {
			delete(out, key)
		}
	}
	return out
}

func TestRuleBodies(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SecurityRuntimeRule", "x")
	r.WantUp("create", rule(props{"severity": "severity_low"}))
	// One call, and no search among all rules for the one that it made.
	wantJSON(t, "created by", h.Calls(), list("POST "+rules))
	wantJSON(t, "created with", h.Body("POST", rules), props{
		"name": "shells", "category": "event", "severity": "SEVERITY_LOW", "ruleText": "true", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"})
	r.WantDrift()
	r.WantUp("update", rule(props{"enabled": true, "resourceSelector": "s", "labels": props{"a": "b"}}))
	wantJSON(t, "updated with", h.Body("PUT", r.ID), props{
		"severity": "SEVERITY_LOW", "enabled": true, "ruleText": "true", "resourceSelector": "s", "labels": props{"a": "b"}})
	r.WantDrift()
	// The API keeps what an update leaves out.
	r.WantUp("update", rule(nil))
	wantJSON(t, "cleared with", h.Body("PUT", r.ID), props{
		"severity": "SEVERITY_LOW", "enabled": false, "ruleText": "true", "resourceSelector": "", "labels": props{}})
	r.WantDrift()
	r.WantUp("update", rule(props{"enabled": false, "category": "event", "ruleEngineType": "rule_engine_type_cel", "severity": "Severity_Low"}))
	r.WantUp("replace", rule(props{"name": "others"}))
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "deleted with", h.Body("POST", "/delete"), props{"ids": list(r.ID)})
}

// What the program leaves out stays as somebody else has set it.
func TestRuleKeepsWhatTheProgramLeavesOut(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SecurityRuntimeRule", "x")
	r.WantUp("create", rule(nil))
	h.Call(http.MethodPut, rules+"/"+r.ID, props{
		"severity": "SEVERITY_LOW", "enabled": true, "ruleText": "true", "resourceSelector": "s", "labels": props{"a": "b"}})
	r.WantUp("update", rule(props{"severity": "SEVERITY_HIGH"}))
	wantJSON(t, "updated with", h.Body("PUT", r.ID), props{
		"severity": "SEVERITY_HIGH", "enabled": true, "ruleText": "true", "resourceSelector": "s", "labels": props{"a": "b"}})
	r.WantDrift()
}

func TestRuleTextIsComparedWithoutBlanksAtTheEndsOfLines(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SecurityRuntimeRule", "x")
	text := "a == 1 && \t\n\tb == 2  \n"
	r.WantUp("create", rule(props{"ruleText": text}))
	r.WantDrift()
	r.WantUp("same", rule(props{"ruleText": text}))
	r.WantUp("same", rule(props{"ruleText": "a == 1 &&\n\tb == 2"}))
	r.WantUp("update", rule(props{"ruleText": "a == 1 &&\nb == 2"}))
}

func TestRuleWithLists(t *testing.T) {
	h := harness.New(t)
	answer := func(lists string) string {
		return `{"id":"6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14","name":"shells","category":"event","severity":"SEVERITY_LOW","ruleText":"true",
			"ruleEngineType":"RULE_ENGINE_TYPE_CEL","type":"custom","anomaliesCount":5` + lists + `}`
	}
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: answer(`,"usedCustomLists":[{"id":"1","name":"shells"},{"id":"2","name":"hosts"}]`)})
	r := h.Resource("SecurityRuntimeRule", "x")
	r.WantUp("create", rule(nil))
	wantJSON(t, "lists", r.Output("usedCustomLists"), list("shells", "hosts"))
	wantJSON(t, "anomalies", r.Output("anomaliesCount"), 5)
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: answer("")})
	r = h.Resource("SecurityRuntimeRule", "y")
	r.WantUp("create", rule(nil))
	wantJSON(t, "no lists", r.Output("usedCustomLists"), list())
}

func TestRuleThatIsBuiltIn(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("SecurityRuntimeRule", "x")
	const id = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: `{"rule":{"id":"` + id + `","name":"shells","category":"event",
		"severity":"SEVERITY_LOW","ruleText":"true","ruleEngineType":"RULE_ENGINE_TYPE_CEL","enabled":true,"isBuiltIn":true}}`})
	if err := r.Import(id); err != nil {
		t.Fatal(err)
	}
	h.Forget()
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	if calls := h.Calls(); len(calls) > 0 || !h.Warned("it is a rule of CAST AI, which cannot be deleted") {
		t.Errorf("there were the calls %v and the log %v", calls, h.Logs())
	}
}

func TestRuleThatIsGone(t *testing.T) {
	h := harness.New(t)
	for name, fault := range map[string]emulator.Fault{
		"404": {Method: "GET", Status: 404, Times: -1}, "nothing": {Method: "GET", Status: 200, Body: `{}`, Times: -1},
	} {
		r := h.Resource("SecurityRuntimeRule", name)
		r.WantUp("create", rule(props{"name": name}))
		h.Emulator.Fail(fault)
		if got, err := r.Refresh(); err != nil || got.Op != "delete" {
			t.Errorf("%s: a refresh finds %s, %v", name, got.Op, err)
		}
		h.Emulator.ClearFaults()
	}
}

func TestRuleImport(t *testing.T) {
	h := harness.New(t, func(o *emulator.Options) { o.Settings.PageSize = 1 })
	made := map[string]string{}
	for i, name := range []string{"first", "twice", "twice", "shells"} {
		r := h.Resource("SecurityRuntimeRule", string(rune('a'+i)))
		r.WantUp("create", rule(props{"name": name}))
		made[name] = r.ID
	}
	for _, id := range []string{"shells", made["shells"]} {
		r := h.Resource("SecurityRuntimeRule", id)
		if err := r.Import(id); err != nil || r.ID != made["shells"] || r.Input("ruleText") != "true" {
			t.Errorf("imported by %s as %s: %v", id, r.ID, err)
		}
	}
	r := h.Resource("SecurityRuntimeRule", "x")
	wantError(t, r.Import("none"), `there is no security runtime rule named "none"`)
	wantError(t, r.Import("twice"), `2 security runtime rules are named "twice": `, made["twice"])
}

// Rules of one name are told apart: what a lost call has made is looked for
// among them by all that was sent.
func TestRuleIsFoundAfterALostAnswer(t *testing.T) {
	h := harness.New(t)
	other := h.Resource("SecurityRuntimeRule", "other")
	other.WantUp("create", rule(props{"ruleText": "false"}))
	h.Forget()
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
	r := h.Resource("SecurityRuntimeRule", "x")
	r.WantUp("create", rule(nil))
	if r.ID == other.ID || len(h.Calls()) != 2 {
		t.Errorf("%s was made by %v", r.ID, h.Calls())
	}
}

func TestRuleCheck(t *testing.T) {
	h := harness.New(t)
	for want, change := range map[string]props{
		`severity: "" is blank`:    {"severity": ""},
		`ruleText: " \n" is blank`: {"ruleText": " \n"},
		`name: " " is blank`:       {"name": " "},
	} {
		_, failures := h.Resource("SecurityRuntimeRule", "x").Check(rule(change))
		wantError(t, harness.CheckError(failures), want)
	}
	if _, failures := h.Resource("SecurityRuntimeRule", "x").Check(rule(props{"severity": "SEVERITY_DIRE"})); len(failures) > 0 || !h.Warned("SEVERITY_DIRE") {
		t.Errorf("an unknown severity gives %v and the log %v", failures, h.Logs())
	}
}
