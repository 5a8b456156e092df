package workloads_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// least are the inputs that a policy needs.
func (f *fixture) least(name string) props {
	return props{"clusterId": f.cluster, "name": name, "applyType": "IMMEDIATE", "managementOption": "MANAGED",
		"cpu": props{"args": "0.8"}, "memory": props{}}
}

// everything is a policy with all properties.
func (f *fixture) everything(name string) props {
	return props{
		"clusterId": f.cluster, "name": name, "applyType": "deferred", "managementOption": "Read_Only",
		"cpu": props{
			"function": "quantile", "args": "0.9", "overhead": 0.2, "lookBackPeriodSeconds": 86400, "managementOption": "READ_ONLY",
			"applyThresholdStrategy": props{"type": "CUSTOM_ADAPTIVE", "numerator": 0.4, "denominator": "0.50", "exponent": 0.6},
			"constraints":            props{"min": props{"percentageOfOriginal": 50}, "max": props{"constant": 4}},
			"limit":                  props{"type": "multiplier", "multiplier": 1.5, "onlyIfOriginalExist": true, "onlyIfOriginalLower": false},
		},
		"memory": props{
			"function": "MAX", "overhead": 0, "applyThresholdStrategy": props{"type": "DEFAULT_ADAPTIVE"},
			"constraints": props{"max": props{"percentageOfOriginal": 150}}, "limit": props{"type": "NO_LIMIT"},
		},
		"assignmentRules": list(props{"rules": list(
			props{"namespace": props{"names": list("b", "a"), "labelsExpressions": list(
				props{"key": "region", "operator": "notin", "values": list("us", "eu")})}},
			props{"workload": props{"gvks": list("StatefulSet", "Deployment.apps"), "labelsExpressions": list(
				props{"operator": "Regex", "values": list("x.*")}, props{"key": "k", "operator": "Exists"})}},
		)}),
		"excludedContainers": list("z", "a"),
		"hpaConverters":      list(props{"type": "AVERAGE_VALUE_FROM_ORIGINAL_REQUESTS"}),
		"startup": props{"periodSeconds": 240, "twoPhaseRecommendations": props{
			"enabled": true, "requestsOnStartup": props{"cpuCores": 0.5}}},
		"confidence": props{"threshold": 0.5}, "downscaling": props{"applyType": "IMMEDIATE"}, "memoryEvent": props{"applyType": "DEFERRED"},
		"antiAffinity": props{"considerAntiAffinity": false}, "predictiveScaling": props{"cpu": props{"enabled": true}},
		"rolloutBehavior":  props{"type": "NO_DISRUPTION", "preferOneByOne": true, "delaySeconds": 30},
		"jvm":              props{"autoInstrument": true, "memory": props{"optimization": true}},
		"anomalyDetection": props{"cpuPressure": props{"cpuStallThresholdPercentage": 20, "minPressuredPodPercentage": 60}},
	}
}

func TestScalingPolicyBodies(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	r.WantUp("create", f.least("least"))
	percentage := props{"percentageThreshold": props{"percentage": 0.1}}
	same(t, "the least body", f.Body("POST", "/policies"), props{
		"name": "least", "applyType": "IMMEDIATE", "recommendationPolicies": props{
			"applyType": "IMMEDIATE", "managementOption": "MANAGED",
			"cpu": props{"function": "QUANTILE", "args": list("0.8"), "overhead": 0, "applyThreshold": 0,
				"applyThresholdStrategy": percentage, "min": 0.01},
			"memory": props{"function": "MAX", "args": list(), "overhead": 0.1, "applyThreshold": 0,
				"applyThresholdStrategy": percentage, "min": 10},
		}})
	f.settled(r, f.least("least"))

	all := f.Resource("WorkloadScalingPolicy", "all")
	all.WantUp("create", f.everything("all"))
	body := f.Body("POST", "/policies")
	same(t, "the apply type", body["applyType"], "DEFERRED")
	policies := body["recommendationPolicies"]
	same(t, "the CPU body", at(policies, "cpu"), props{
		"function": "QUANTILE", "args": list("0.9"), "overhead": 0.2, "applyThreshold": 0, "lookBackPeriodSeconds": 86400,
		"applyThresholdStrategy": props{"customAdaptiveThreshold": props{"numerator": 0.4, "denominator": 0.5, "exponent": 0.6}},
		"min":                    nil, "max": nil, "managementOption": "READ_ONLY",
		"constraints": props{"min": props{"percentageOfOriginal": props{"value": 50}}, "max": props{"constant": props{"value": 4}}},
		"limit":       props{"type": "MULTIPLIER", "multiplier": 1.5, "onlyIfOriginalExist": true, "onlyIfOriginalLower": false},
	})
	same(t, "the memory threshold", at(policies, "memory", "applyThresholdStrategy"), props{"defaultAdaptiveThreshold": props{}})
	same(t, "the memory overhead", at(policies, "memory", "overhead"), 0)
	same(t, "the rules", body["assignmentRules"], list(
		props{"namespace": props{"names": list("b", "a"), "labelsExpressions": list(
			props{"key": "region", "operator": "KUBERNETES_LABEL_SELECTOR_OP_NOT_IN", "values": list("us", "eu")})}},
		props{"workload": props{"gvk": list("StatefulSet", "Deployment.apps"), "labelsExpressions": list(
			props{"operator": "KUBERNETES_LABEL_SELECTOR_OP_REGEX", "values": list("x.*")},
			props{"key": "k", "operator": "KUBERNETES_LABEL_SELECTOR_OP_EXISTS", "values": list()})}},
	))
	same(t, "false", at(policies, "antiAffinity"), props{"considerAntiAffinity": false})
	f.settled(all, f.everything("all"))
	if all.Output("isDefault") != false {
		t.Error("the policy shows as the default one")
	}
}

// TestScalingPolicyShowsNoDifferenceOfForm: what another form, order, letter
// case or default of the service says is no difference.
func TestScalingPolicyShowsNoDifferenceOfForm(t *testing.T) {
	for name, changes := range map[string]props{
		"memory event without a type":  {"memoryEvent": props{}},
		"memory event at its default":  {"memoryEvent": props{"applyType": "immediate"}},
		"confidence without a value":   {"confidence": props{}},
		"confidence at its default":    {"confidence": props{"threshold": 0.9}},
		"anomalies at their defaults":  {"anomalyDetection": props{"cpuPressure": props{"cpuStallThresholdPercentage": 10, "minPressuredPodPercentage": 50}}},
		"empty sections":               {"startup": props{}, "downscaling": props{}, "antiAffinity": props{}, "anomalyDetection": props{}, "jvm": props{"memory": props{}}, "predictiveScaling": props{}, "rolloutBehavior": props{}},
		"old bounds":                   {"cpu": props{"args": "0.8", "min": 0.5, "max": 2}, "memory": props{"max": 4096}},
		"old bounds of 0":              {"memory": props{"max": 0}},
		"old threshold":                {"cpu": props{"args": "0.8", "applyThreshold": 0.3}},
		"bounds without a least one":   {"memory": props{"constraints": props{"max": props{"percentageOfOriginal": 150}}}},
		"empty bounds":                 {"memory": props{"constraints": props{}}},
		"bounds of 0":                  {"memory": props{"constraints": props{"min": props{"constant": 64}, "max": props{"constant": 0}}}},
		"empty lists":                  {"excludedContainers": list(), "hpaConverters": list(), "assignmentRules": list()},
		"rule that selects all":        {"assignmentRules": list(props{"rules": list(props{})})},
		"function without its default": {"memory": props{"function": "QUANTILE", "args": "0.95"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			inputs := with(f.least("pp"), changes)
			r := f.Resource("WorkloadScalingPolicy", "p")
			r.WantUp("create", inputs)
			f.settled(r, inputs)
			r.WantUp("update", with(inputs, props{"managementOption": "READ_ONLY"}))
			f.settled(r, with(inputs, props{"managementOption": "READ_ONLY"}))
		})
	}
}

func TestScalingPolicyIsCleared(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	r.WantUp("create", f.everything("pp"))
	r.WantUp("update", f.least("pp"))
	body := f.Body("PUT", r.ID)
	policies := at(body, "recommendationPolicies").(props)
	for _, section := range []string{"startup", "downscaling", "antiAffinity", "predictiveScaling", "rolloutBehavior", "jvm"} {
		if policies[section] != nil {
			t.Errorf("%s is sent as %v", section, policies[section])
		}
	}
	if body["assignmentRules"] != nil {
		t.Errorf("the rules are sent as %v", body["assignmentRules"])
	}
	same(t, "the confidence", policies["confidence"], props{"threshold": 0.9})
	same(t, "the CPU body", policies["cpu"], props{"function": "QUANTILE", "args": list("0.8"), "overhead": 0, "applyThreshold": 0,
		"applyThresholdStrategy": props{"percentageThreshold": props{"percentage": 0.1}}, "min": 0.01, "lookBackPeriodSeconds": nil})
	f.settled(r, f.least("pp"))
	found := f.Call(http.MethodGet, f.path("policies", r.ID), nil)
	if found["assignmentRules"] != nil || at(found, "recommendationPolicies", "startup") != nil || at(found, "recommendationPolicies", "cpu", "limit") != nil {
		t.Errorf("the service still has %v", found)
	}
}

func TestScalingPolicyChangesForm(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	forms := []props{
		{"args": "0.8", "min": 0.5, "max": 2, "applyThreshold": 0.3},
		{"args": "0.8", "constraints": props{"min": props{"constant": 0.25}}, "applyThresholdStrategy": props{"type": "DEFAULT_ADAPTIVE"}},
		{"args": "0.8", "max": 3, "applyThreshold": 0.4},
		{"args": "0.8"},
	}
	op := "create"
	for _, cpu := range forms {
		inputs := with(f.least("pp"), props{"cpu": cpu})
		r.WantUp(op, inputs)
		f.settled(r, inputs)
		op = "update"
	}
}

func TestScalingPolicyShowsDrift(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	inputs := with(f.everything("pp"), props{"cpu": props{"args": "0.9", "constraints": props{"max": props{"constant": 4}}}})
	r.WantUp("create", inputs)
	found := f.Call(http.MethodGet, f.path("policies", r.ID), nil)
	policies := at(found, "recommendationPolicies").(props)
	policies["excludedContainers"] = list("a", "z") // another order
	policies["jvm"] = props{"autoInstrument": false}
	at(policies, "cpu", "constraints").(props)["max"] = props{"constant": props{"value": 8}}
	delete(policies, "antiAffinity")
	policies["gpu"] = props{"managementOption": "MANAGED"} // nothing of the program's
	at(policies, "anomalyDetection").(props)["infiniteMemoryScaling"] = props{"enabled": true}
	rules := found["assignmentRules"].([]any)
	found["assignmentRules"] = list(rules[1], rules[0])
	f.Call(http.MethodPut, f.path("policies", r.ID), props{
		"name": "pp", "applyType": found["applyType"], "recommendationPolicies": policies, "assignmentRules": found["assignmentRules"],
	})
	f.Reopen()
	got, err := r.Refresh()
	if err != nil || got.Op != "update" {
		t.Fatalf("a refresh finds %s, %v", got.Op, err)
	}
	for _, path := range []string{"antiAffinity", "cpu.constraints.max.constant", "jvm.autoInstrument", "assignmentRules[0].rules"} {
		if !slices.ContainsFunc(got.Changes, func(change string) bool { return strings.HasPrefix(change, path) }) {
			t.Errorf("%s is not among the differences %v", path, got.Changes)
		}
	}
	if slices.ContainsFunc(got.Changes, func(change string) bool { return strings.HasPrefix(change, "excludedContainers") }) {
		t.Errorf("another order is a difference: %v", got.Changes)
	}
	r.WantUp("update", inputs)
	body := f.Body("PUT", r.ID)
	same(t, "what others have set", at(body, "recommendationPolicies", "gpu"), props{"managementOption": "MANAGED"})
	same(t, "what others have set", at(body, "recommendationPolicies", "anomalyDetection", "infiniteMemoryScaling"), props{"enabled": true})
	f.settled(r, inputs)
}

func TestScalingPolicyIsImported(t *testing.T) {
	f := setup(t)
	made := f.Resource("WorkloadScalingPolicy", "p")
	made.WantUp("create", f.everything("pp"))
	for _, name := range []string{made.ID, "pp"} {
		r := f.Resource("WorkloadScalingPolicy", "imported")
		if err := r.Import(f.cluster + "/" + name); err != nil {
			t.Fatal(err)
		}
		if r.ID != made.ID {
			t.Errorf("by %s the ID is %s", name, r.ID)
		}
		inputs := props{}
		for key := range r.Inputs {
			inputs[string(key)] = r.Input(string(key))
		}
		f.settled(r, inputs)
	}
	least := f.Resource("WorkloadScalingPolicy", "least")
	least.WantUp("create", f.least("least"))
	if err := least.Import(f.cluster + "/least"); err != nil {
		t.Fatal(err)
	}
	for key := range least.Inputs {
		if f.least("")[string(key)] == nil {
			t.Errorf("the import has the default %s: %v", key, least.Input(string(key)))
		}
	}
	r := f.Resource("WorkloadScalingPolicy", "none")
	refused(t, r.Import(f.cluster+"/none"), "does not exist")
	refused(t, r.Import(f.cluster+"/"+missing), "does not exist")
	refused(t, r.Import(f.cluster), "<clusterId>/<policyId>")
}

func TestScalingPolicyOfTheCluster(t *testing.T) {
	f := setup(t)
	adopted := f.Resource("WorkloadScalingPolicy", "default")
	inputs := with(f.least("default"), props{"applyType": "DEFERRED"})
	adopted.WantUp("create", inputs)
	same(t, "the adopted policy", f.Call(http.MethodGet, f.path("policies", adopted.ID), nil)["applyType"], "DEFERRED")
	f.settled(adopted, inputs)

	readonly := f.Resource("WorkloadScalingPolicy", "readonly")
	f.Forget()
	readonly.WantUp("create", with(f.least("readonly"), props{"managementOption": "READ_ONLY"}))
	same(t, "the requests", f.Writes(), list("POST "+f.path("policies"))) // which is refused
	if !f.Warned("belongs to CAST AI") {
		t.Error("no warning that the policy is not changed")
	}
	_, err := readonly.Up(f.least("readonly"))
	refused(t, err, "read-only")

	f.Forget()
	for _, r := range []*harness.Resource{adopted, readonly} {
		for _, flag := range []string{"isDefault", "isReadonly", "isCastware"} {
			delete(r.Outputs, resourceKey(flag)) // as in a state of the bridged provider
		}
		if err := r.Delete(); err != nil {
			t.Error(err)
		}
	}
	same(t, "the requests", len(f.Writes()), 0)
	if !f.Warned("left in place: it is the cluster's default policy") || !f.Warned("left in place: it belongs to CAST AI") {
		t.Errorf("the warnings are %v", f.Logs())
	}
}

func TestScalingPolicyThatExists(t *testing.T) {
	f := setup(t)
	f.Resource("WorkloadScalingPolicy", "one").WantUp("create", f.least("taken"))
	f.Forget()
	other := f.Resource("WorkloadScalingPolicy", "two")
	_, err := other.Up(with(f.least("taken"), props{"applyType": "DEFERRED"}))
	refused(t, err, "already exists", "import", "<clusterId>/<policyId>")
	same(t, "the requests", f.Writes(), list("POST "+f.path("policies")))
}

// TestScalingPolicyWhoseAnswerIsLost: the policy is found again.
func TestScalingPolicyWhoseAnswerIsLost(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: f.path("policies"), Action: emulator.Drop, Times: 1})
	r := f.Resource("WorkloadScalingPolicy", "p")
	r.WantUp("create", f.everything("pp"))
	f.settled(r, f.everything("pp"))
}

func TestScalingPolicyThatIsGone(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	r.WantUp("create", f.least("pp"))
	f.Call(http.MethodDelete, f.path("policies", r.ID), nil)
	if err := r.Delete(); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	r.WantUp("create", f.least("pp"))
	f.Forget()
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	same(t, "the requests", f.Calls(), list("GET "+f.path("policies", r.ID), "DELETE "+f.path("policies", r.ID)))
}

func TestScalingPolicyWithUnknownAnswers(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	inputs := f.least("pp")
	r.WantUp("create", inputs)
	found := f.Call(http.MethodGet, f.path("policies", r.ID), nil)
	policies := at(found, "recommendationPolicies").(props)
	policies["downscaling"] = props{"applyType": "WHENEVER"}
	at(policies, "cpu").(props)["limit"] = props{"type": "HALF"}
	at(policies, "cpu").(props)["applyThresholdStrategy"] = props{"lunarThreshold": props{"phase": 1}}
	f.answer(r, found)
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		t.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	same(t, "the limit", at(r.Output("cpu"), "limit", "type"), "HALF")
	for _, part := range []string{"cpu", "memory"} {
		policies[part] = props{}
	}
	for _, section := range []string{"confidence", "memoryEvent", "anomalyDetection"} {
		policies[section] = nil
	}
	f.answer(r, found)
	if _, err := r.Refresh(); err != nil {
		t.Errorf("a refresh of an answer with little in it: %v", err)
	}
	f.answer(r, props{"id": r.ID})
	if _, err := r.Refresh(); err != nil {
		t.Errorf("a refresh of an answer with nothing in it: %v", err)
	}
}

func TestScalingPolicyChecks(t *testing.T) {
	f := setup(t)
	strategy := func(p props) props { return props{"cpu": props{"args": "0.8", "applyThresholdStrategy": p}} }
	for name, test := range map[string]struct {
		changes props
		want    string
	}{
		"quantile without arguments":   {props{"cpu": props{}}, "cpu.args: "},
		"memory quantile without them": {props{"memory": props{"function": "quantile"}}, "memory.args: "},
		"two forms of bounds":          {props{"memory": props{"max": 1, "constraints": props{}}}, "memory.constraints"},
		"two forms of thresholds":      {props{"memory": props{"applyThreshold": 1, "applyThresholdStrategy": props{"type": "DEFAULT_ADAPTIVE"}}}, "memory.applyThreshold"},
		"two kinds of bound":           {props{"memory": props{"constraints": props{"min": props{"constant": 1, "percentageOfOriginal": 1}}}}, "percentageOfOriginal"},
		"bound of 0":                   {props{"memory": props{"constraints": props{"min": props{"constant": 0}}}}, "memory.constraints.min.constant"},
		"multiplier missing":           {props{"memory": props{"limit": props{"type": "MULTIPLIER"}}}, "memory.limit.multiplier"},
		"percentage missing":           {strategy(props{"type": "percentage"}), "applyThresholdStrategy.percentage"},
		"exponent missing":             {strategy(props{"type": "CUSTOM_ADAPTIVE", "numerator": 1, "denominator": "0"}), "applyThresholdStrategy.exponent"},
		"denominator that is no number": {
			strategy(props{"type": "CUSTOM_ADAPTIVE", "numerator": 1, "denominator": "x", "exponent": 0}), "applyThresholdStrategy.denominator"},
		"strategy that there is not": {strategy(props{"type": "LUNAR"}), "applyThresholdStrategy.type"},
		"two lists of rules":         {props{"assignmentRules": list(props{"rules": list()}, props{"rules": list()})}, "assignmentRules[1]"},
		"long name":                  {props{"name": strings.Repeat("n", 64)}, "name: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, failures := f.Resource("WorkloadScalingPolicy", "p").Check(with(f.least("pp"), test.changes))
			refused(t, harness.CheckError(failures), test.want)
		})
	}
	for name, changes := range map[string]props{
		"arguments that are not known": {"cpu": props{"args": harness.Unknown}},
		"function that is not known":   {"memory": props{"function": harness.Unknown}},
		"CPU that is not known":        {"cpu": harness.Unknown},
		"strategy that is not known":   {"cpu": props{"args": "0.8", "applyThresholdStrategy": props{"type": harness.Unknown}}},
		"values that are not listed":   {"applyType": "SOMETIME", "memory": props{"limit": props{"type": "HALF"}}},
		"greatest values":              {"cpu": props{"args": "1", "overhead": 1, "lookBackPeriodSeconds": 604800, "constraints": props{"max": props{"percentageOfOriginal": 10000}}}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, failures := f.Resource("WorkloadScalingPolicy", "p").Check(with(f.least("pp"), changes)); len(failures) > 0 {
				t.Errorf("refused: %v", failures)
			}
		})
	}
	f.Resource("WorkloadScalingPolicy", "p").Check(with(f.least("pp"), props{"memory": props{"max": 1}}))
	if !f.Warned("memory.max is deprecated. Use constraints.max.constant.") {
		t.Error("no warning of a deprecated property")
	}
}

// TestScalingPolicyNameFits: a name that is made up is no longer than it may be.
func TestScalingPolicyNameFits(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", strings.Repeat("long", 30))
	r.WantUp("create", with(f.least(""), props{"name": nil}))
	name, _ := r.Output("name").(string)
	if len(name) != 63 || !strings.HasPrefix(name, "longlong") {
		t.Errorf("the name is %q", name)
	}
}

// TestScalingPolicyOfTheBridge: a state of the bridged provider, which has
// zeros for what is not set, is no trouble.
func TestScalingPolicyOfTheBridge(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	inputs := with(f.least("pp"), props{"cpu": props{"args": "0.8", "constraints": props{"max": props{"constant": 4}}}})
	r.WantUp("create", inputs)
	r.Outputs[resourceKey("cpu")] = propertyOf(props{
		"function": "QUANTILE", "args": "0.8", "overhead": 0, "applyThreshold": 0, "lookBackPeriodSeconds": 0, "min": 0, "max": 0, "managementOption": "",
		"applyThresholdStrategy": props{"type": "PERCENTAGE", "percentage": 0.1, "numerator": 0, "denominator": "", "exponent": 0},
		"constraints":            props{"min": props{"constant": 0.01, "percentageOfOriginal": 0}, "max": props{"constant": 4, "percentageOfOriginal": 0}},
		"limit":                  props{"type": "KEEP_LIMITS", "multiplier": 0, "onlyIfOriginalExist": false, "onlyIfOriginalLower": false},
	})
	changed := with(inputs, props{"applyType": "DEFERRED"})
	r.WantUp("update", changed)
	f.settled(r, changed)
}

// TestRefreshesShareAList: many objects are read with one call, and only one
// that seems to differ is read by itself.
func TestRefreshesShareAList(t *testing.T) {
	f := setup(t)
	var all []*harness.Resource
	for _, name := range []string{"aa", "bb", "cc"} {
		r := f.Resource("WorkloadScalingPolicy", name)
		r.WantUp("create", f.least(name))
		all = append(all, r)
	}
	f.Reopen()
	f.Forget()
	for _, r := range all {
		if got, err := r.Refresh(); err != nil || got.Op != "same" {
			t.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
		}
	}
	same(t, "the requests", f.Calls(), list("GET "+f.path("policies")))

	gone := all[0].ID
	f.Call(http.MethodDelete, f.path("policies", gone), nil)
	f.Reopen()
	f.Forget()
	for i, want := range []string{"delete", "same", "same"} {
		if got, err := all[i].Refresh(); err != nil || got.Op != want {
			t.Errorf("a refresh finds %s %v, %v, want %s", got.Op, got.Changes, err, want)
		}
	}
	same(t, "the requests", f.Calls(), list("GET "+f.path("policies"), "GET "+f.path("policies", gone)))
}
