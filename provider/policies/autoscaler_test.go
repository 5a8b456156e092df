package policies_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

type props = harness.Props

func policiesPath(id string) string { return "/v1/kubernetes/clusters/" + id + "/policies" }

// at returns the value at a path of keys.
func at(t *testing.T, v any, path string) any {
	t.Helper()
	for _, key := range strings.Split(path, ".") {
		object, ok := v.(props)
		if !ok {
			t.Fatalf("%s: there is no object above %s", path, key)
		}
		v = object[key]
	}
	return v
}

// puts counts the changes that were sent.
func puts(h *harness.Harness) (n int) {
	for _, call := range h.Calls() {
		if strings.HasPrefix(call, "PUT ") && strings.HasSuffix(call, "/policies") {
			n++
		}
	}
	return n
}

func TestAutoscalerSendsWhatTheProgramSets(t *testing.T) {
	tests := []struct {
		name     string
		settings props
		want     map[string]any // by path in the body
	}{
		{"switches", props{"enabled": true, "isScopedMode": true, "nodeTemplatesPartialMatchingEnabled": true}, map[string]any{
			"enabled": true, "isScopedMode": true, "nodeTemplatesPartialMatchingEnabled": true,
		}},
		{"false and zero", props{"enabled": true, "nodeDownscaler": props{"emptyNodes": props{"enabled": false, "delaySeconds": 0}}},
			map[string]any{"nodeDownscaler.emptyNodes.enabled": false, "nodeDownscaler.emptyNodes.delaySeconds": 0.0}},
		{"memory in MiB", props{"unschedulablePods": props{"nodeConstraints": props{"enabled": true, "minRamMib": 4096, "maxRamMib": 8192}}},
			map[string]any{
				"unschedulablePods.nodeConstraints.minRamMib": 4096.0, "unschedulablePods.nodeConstraints.maxRamMib": 8192.0,
				"unschedulablePods.nodeConstraints.minRamMiB": nil, "unschedulablePods.nodeConstraints.maxRamMiB": nil,
				"unschedulablePods.nodeConstraints.maxCpuCores": 32.0, // left as it was
			}},
		{"spot", props{"spotInstances": props{
			"spotDiversityPriceIncreaseLimit": 30,
			"spotInterruptionPredictions":     props{"enabled": true, "spotInterruptionPredictionsType": "CASTAIInterruptionPredictions"},
		}}, map[string]any{
			"spotInstances.spotDiversityPriceIncreaseLimitPercent":   30.0,
			"spotInstances.spotDiversityPriceIncrease":               nil,
			"spotInstances.spotInterruptionPredictions.type":         "CASTAIInterruptionPredictions",
			"spotInstances.spotInterruptionPredictions.enabled":      true,
			"spotInstances.enabled":                                  false,
			"spotInstances.spotBackups.spotBackupRestoreRateSeconds": 0.0,
		}},
		{"an empty block switches nothing", props{"enabled": true, "nodeDownscaler": props{"evictor": props{}}, "clusterLimits": props{"cpu": props{}}},
			map[string]any{"nodeDownscaler.enabled": false, "nodeDownscaler.evictor.enabled": false, "clusterLimits.enabled": false}},
		{"the version as it was read, and no status", props{"enabled": true}, map[string]any{
			"defaultNodeTemplateVersion": "1", "nodeDownscaler.evictor.status": nil, "unschedulablePods.podPinner.status": nil,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			r := h.Resource("Autoscaler", "a")
			up(t, r, props{"clusterId": id, "autoscalerSettings": test.settings})
			body := h.Body("PUT", "/policies")
			for path, want := range test.want {
				if got := at(t, body, path); got != want {
					t.Errorf("%s is %v, want %v", path, got, want)
				}
			}
			if r.ID != id {
				t.Errorf("the ID is %q, want that of the cluster", r.ID)
			}
			for range 2 {
				if got := refresh(t, r); got.Op != "same" {
					t.Errorf("a refresh finds %v", got.Changes)
				}
				h.Forget()
				if got := up(t, r, props{"clusterId": id, "autoscalerSettings": test.settings}); got.Op != "same" || puts(h) > 0 {
					t.Errorf("the next update does %v, with the calls %v", got, h.Calls())
				}
			}
		})
	}
}

func TestAutoscalerManagesOnlyWhatTheProgramSets(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	h.Call("PUT", policiesPath(id), props{"enabled": true, "clusterLimits": props{"enabled": true, "cpu": props{"maxCores": 77}}})
	h.Forget()
	for name, inputs := range map[string]props{
		"nothing":        {"clusterId": id},
		"empty settings": {"clusterId": id, "autoscalerSettings": props{}},
		"empty blocks": {"clusterId": id, "autoscalerSettings": props{
			"unschedulablePods": props{"podPinner": props{}, "headroom": props{}}, "nodeDownscaler": props{"emptyNodes": props{}},
		}},
		"the same": {"clusterId": id, "autoscalerSettings": props{"enabled": true}},
	} {
		r := h.Resource("Autoscaler", "a")
		up(t, r, inputs)
		if puts(h) != 0 {
			t.Errorf("%s: something was sent: %v", name, h.Body("PUT", "/policies"))
		}
		if got := at(t, r.Output("autoscalerSettings"), "clusterLimits.cpu.maxCores"); got != 77.0 {
			t.Errorf("%s: the outputs show the limit %v", name, got)
		}
		if got := refresh(t, r); got.Op != "same" {
			t.Errorf("%s: a refresh finds %v", name, got.Changes)
		}
	}
	// What is taken out of the program stays in the cluster.
	r := h.Resource("Autoscaler", "b")
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"isScopedMode": true, "enabled": true}})
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
	if got := at(t, r.Output("autoscalerSettings"), "isScopedMode"); got != true {
		t.Errorf("isScopedMode is %v after it was taken out of the program", got)
	}
}

func TestAutoscalerShowsDrift(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	program := props{"clusterId": id, "autoscalerSettings": props{
		"enabled": true, "clusterLimits": props{"enabled": true, "cpu": props{"maxCores": 50}},
		"nodeDownscaler": props{"evictor": props{"enabled": false, "cycleInterval": "300s"}},
	}}
	r := h.Resource("Autoscaler", "a")
	up(t, r, program)
	tests := []struct {
		change props
		want   []string
	}{
		{props{"clusterLimits": props{"cpu": props{"maxCores": 60}}}, []string{"autoscalerSettings.clusterLimits.cpu.maxCores"}},
		{props{"enabled": false, "nodeDownscaler": props{"evictor": props{"enabled": true}}},
			[]string{"autoscalerSettings.enabled", "autoscalerSettings.nodeDownscaler.evictor.enabled"}},
		{props{"isScopedMode": true, "nodeDownscaler": props{"evictor": props{"dryRun": true}}}, nil}, // not managed
		{props{"nodeDownscaler": props{"evictor": props{"cycleInterval": "5m"}}}, nil},                // the same
	}
	for _, test := range tests {
		h.Call("PUT", policiesPath(id), test.change)
		got := refresh(t, r)
		if !reflect.DeepEqual(got.Changes, test.want) {
			t.Errorf("after %v a refresh finds %v, want %v", test.change, got, test.want)
		}
		if test.want == nil {
			continue
		}
		if got := up(t, r, program); got.Op != "update" {
			t.Errorf("after %v the update does %v", test.change, got)
		}
		if got := refresh(t, r); got.Op != "same" {
			t.Errorf("after the repair a refresh finds %v", got)
		}
	}
}

// A failure that looks like policies once destroyed all of them.
func TestAutoscalerNeverSendsBackAFailure(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"500 with JSON":   {Status: 500, Body: `{"message":"boom","enabled":true}`},
		"500 with HTML":   {Status: 500, Body: `<html><body>500</body></html>`, ContentType: "text/html"},
		"401":             {Status: 401, Body: `{"message":"who are you"}`},
		"200 with others": {Status: 200, Body: `{"message":"boom"}`},
		"200 with text":   {Status: 200, Body: `"boom"`},
	} {
		t.Run(name, func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			r := h.Resource("Autoscaler", "a")
			up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
			before := r.Outputs
			h.Forget()
			fault.Method, fault.Path, fault.Times = "GET", policiesPath(id), -1
			h.Emulator.Fail(fault)
			if _, err := r.Up(props{"clusterId": id, "autoscalerSettings": props{"enabled": false}}); err == nil {
				t.Error("the update succeeds")
			}
			if puts(h) != 0 {
				t.Errorf("something was sent: %v", h.Body("PUT", "/policies"))
			}
			if _, err := r.Refresh(); err == nil {
				t.Error("the refresh succeeds")
			}
			if r.ID != id || !reflect.DeepEqual(r.Outputs, before) {
				t.Error("the state has changed")
			}
		})
	}
}

func TestAutoscalerVersionConflicts(t *testing.T) {
	refusals := map[string]emulator.Fault{
		"changed": {Status: 400, Body: `{"message":"default node template has changed"}`},
		"refetch": {Status: 400, Body: `{"message":"invalid","fieldViolations":[{"field":"defaultNodeTemplateVersion","description":"Refetch the policies"}]}`},
		"409":     {Status: 409, Body: `{"message":"conflict"}`},
	}
	for name, fault := range refusals {
		t.Run(name, func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			fault.Method, fault.Path, fault.Times = "PUT", policiesPath(id), 3
			h.Emulator.Fail(fault)
			r := h.Resource("Autoscaler", "a")
			up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
			if got := puts(h); got != 4 {
				t.Errorf("it was sent %d times, want 4", got)
			}
			fault.Times = -1
			h.Emulator.Fail(fault)
			h.Forget()
			_, err := r.Up(props{"clusterId": id, "autoscalerSettings": props{"enabled": false}})
			if err == nil || !strings.Contains(err.Error(), fmt.Sprint(fault.Status)) || !strings.Contains(err.Error(), "6 times in a row") ||
				!strings.Contains(err.Error(), id) {
				t.Errorf("the error is %v", err)
			}
			if got := puts(h); got != 6 {
				t.Errorf("it was sent %d times, want 6", got)
			}
			if err := r.Delete(); err == nil {
				t.Error("the deletion succeeds although nothing was changed")
			}
			h.Emulator.ClearFaults()
			if got := up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": false}}); got.Op != "update" {
				t.Errorf("the change that failed is forgotten: %v", got)
			}
		})
	}
}

func TestAutoscalerReportsOtherRefusalsAtOnce(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	h.Emulator.Fail(emulator.Fault{Method: "PUT", Path: policiesPath(id), Times: -1, Status: 400,
		Body: `{"message":"the evictor was installed externally","fieldViolations":[]}`})
	r := h.Resource("Autoscaler", "a")
	_, err := r.Up(props{"clusterId": id, "autoscalerSettings": props{"nodeDownscaler": props{"evictor": props{"enabled": true}}}})
	if err == nil || !strings.Contains(err.Error(), "installed externally") || puts(h) != 1 {
		t.Errorf("after %d calls the error is %v", puts(h), err)
	}
}

// Whoever else writes sees none of its changes lost.
func TestAutoscalersOfOneClusterAtOnce(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	parts := []props{
		{"enabled": true}, {"isScopedMode": true}, {"unschedulablePods": props{"enabled": true}},
		{"clusterLimits": props{"enabled": true}}, {"nodeDownscaler": props{"enabled": true}},
	}
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := h.Resource("Autoscaler", fmt.Sprint(i)).Up(props{"clusterId": id, "autoscalerSettings": part}); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	got := h.Call("GET", policiesPath(id), nil)
	for _, path := range []string{"enabled", "isScopedMode", "unschedulablePods.enabled", "clusterLimits.enabled", "nodeDownscaler.enabled"} {
		if at(t, got, path) != true {
			t.Errorf("%s was lost", path)
		}
	}
}

func TestAutoscalerAndDefaultTemplateDoNotFight(t *testing.T) {
	for _, test := range []struct{ policies, template bool }{{true, true}, {false, false}, {true, false}, {false, true}} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			policies := props{"clusterId": id, "autoscalerSettings": props{
				"enabled": true, "unschedulablePods": props{"enabled": true, "customInstancesEnabled": test.policies},
				"spotInstances": props{"enabled": test.policies},
			}}
			template := props{
				"clusterId": id, "name": "default-by-castai", "customInstancesEnabled": test.template,
				"constraints": props{"spot": test.template},
			}
			a, n := h.Resource("Autoscaler", "a"), h.Resource("NodeTemplate", "n")
			up(t, a, policies)
			up(t, n, template)
			for round := range 3 {
				for _, r := range []*harness.Resource{a, n} {
					if got := refresh(t, r); got.Op != "same" {
						t.Errorf("round %d: a refresh of %s finds %v", round, r.Type, got)
					}
				}
				h.Forget()
				if x, y := up(t, a, policies), up(t, n, template); x.Op != "same" || y.Op != "same" || puts(h) > 0 {
					t.Errorf("round %d: %v, %v", round, x, y)
				}
			}
		})
	}
}

// The default template is read from a list that is shared for a while.
func TestAutoscalerRenewsTheTemplates(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	n := h.Resource("NodeTemplate", "n")
	up(t, n, props{"clusterId": id, "name": "default-by-castai"})
	refresh(t, n)
	up(t, h.Resource("Autoscaler", "a"), props{"clusterId": id, "autoscalerSettings": props{"spotInstances": props{"enabled": true}}})
	refresh(t, n)
	if got := at(t, n.Output("constraints"), "spot"); got != true {
		t.Errorf("the template shows spot = %v after the policies were set", got)
	}
}

func TestAutoscalerJSON(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	text := `{ "enabled": true, "nodeDownscaler": {"evictor": {"cycleInterval": "60s", "enabled": false, "softTainting": null}},
	  "clusterLimits": {"cpu": {"maxCores": 40}}, "defaultNodeTemplateVersion": "0" }`
	program := props{"clusterId": id, "autoscalerPoliciesJson": text}
	r := h.Resource("Autoscaler", "a")
	up(t, r, program)
	body := h.Body("PUT", "/policies")
	for path, want := range map[string]any{
		"enabled": true, "clusterLimits.cpu.maxCores": 40.0, "clusterLimits.cpu.minCores": 1.0, "defaultNodeTemplateVersion": "1",
		"nodeDownscaler.evictor.cycleInterval": "60s",
	} {
		if got := at(t, body, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	// Other spelling in the program, other spelling and other keys in the cluster: no difference.
	respelled := props{"clusterId": id, "autoscalerPoliciesJson": strings.Join(strings.Fields(text), "")}
	if got := up(t, r, respelled); got.Op != "same" {
		t.Errorf("a respelling is %v", got)
	}
	h.Call("PUT", policiesPath(id), props{"isScopedMode": true, "nodeDownscaler": props{"evictor": props{"cycleInterval": "1m", "dryRun": true}}})
	if got := refresh(t, r); got.Op != "same" || r.Input("autoscalerPoliciesJson") != text {
		t.Errorf("a refresh finds %v: %v", got, r.Input("autoscalerPoliciesJson"))
	}
	// A key that the program names.
	h.Call("PUT", policiesPath(id), props{"clusterLimits": props{"cpu": props{"maxCores": 41}}})
	if got := refresh(t, r); !reflect.DeepEqual(got.Changes, []string{"autoscalerPoliciesJson"}) {
		t.Errorf("a refresh finds %v", got)
	}
	up(t, r, program)
	if got := refresh(t, r); got.Op != "same" {
		t.Errorf("after the repair a refresh finds %v", got)
	}
	// Over to settings, in place.
	if got := up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}}); got.Op != "update" {
		t.Errorf("the change of form does %v", got)
	}
	if got := refresh(t, r); got.Op != "same" {
		t.Errorf("after the change of form a refresh finds %v", got)
	}
}

func TestAutoscalerPoliciesOutputIsStable(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	r := h.Resource("Autoscaler", "a")
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
	before := r.Output("autoscalerPolicies").(string)
	for _, volatile := range []string{"status", "spotInstances", "nodeConstraints", "customInstancesEnabled", "defaultNodeTemplateVersion"} {
		if strings.Contains(before, volatile) {
			t.Errorf("it holds %s", volatile)
		}
	}
	if !strings.HasPrefix(before, `{"clusterLimits":`) {
		t.Errorf("it is not sorted: %s", before)
	}
	h.Call("PUT", policiesPath(id), props{"spotInstances": props{"enabled": true}})
	refresh(t, r)
	if after := r.Output("autoscalerPolicies"); after != before {
		t.Errorf("it changed from %s to %s", before, after)
	}
}

func TestAutoscalerRefusesInputs(t *testing.T) {
	const id = "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
	tests := []struct {
		inputs props
		want   string
	}{
		{props{"autoscalerSettings": props{}}, "clusterId"},
		{props{"clusterId": "c"}, "clusterId"},
		{props{"clusterId": id, "autoscalerSettings": props{}, "autoscalerPoliciesJson": "{}"}, "autoscalerPoliciesJson: only one of"},
		{props{"clusterId": id, "autoscalerPoliciesJson": "[1]"}, "autoscalerPoliciesJson"},
		{props{"clusterId": id, "autoscalerPoliciesJson": `{"spotInstances":{"enabled":true}}`}, "autoscalerPoliciesJson: must not hold spotInstances"},
		{props{"clusterId": id, "autoscalerPoliciesJson": `{"unschedulablePods":{"nodeConstraints":{}}}`},
			"autoscalerPoliciesJson: must not hold unschedulablePods.nodeConstraints"},
		{props{"clusterId": id, "autoscalerPoliciesJson": `{"unschedulablePods":{"customInstancesEnabled":null}}`},
			"autoscalerPoliciesJson: must not hold unschedulablePods.customInstancesEnabled"},
		{props{"clusterId": id, "autoscalerSettings": props{"nodeDownscaler": props{"evictor": props{"cycleInterval": "1 minute"}}}},
			"autoscalerSettings.nodeDownscaler.evictor.cycleInterval"},
		{props{"clusterId": id, "autoscalerSettings": props{"unschedulablePods": props{"headroom": props{"cpuPercentage": 101}}}},
			"autoscalerSettings.unschedulablePods.headroom.cpuPercentage"},
		{props{"clusterId": id, "autoscalerSettings": props{"clusterLimits": props{"cpu": props{"maxCores": 1}}}},
			"autoscalerSettings.clusterLimits.cpu.maxCores"},
	}
	h := harness.New(t)
	for _, test := range tests {
		_, failures := h.Resource("Autoscaler", "a").Check(test.inputs)
		if got := harness.CheckError(failures).Error(); !strings.HasPrefix(got, test.want) {
			t.Errorf("%v: %q, want %q", test.inputs, got, test.want)
		}
	}
	if _, failures := h.Resource("Autoscaler", "a").Check(props{
		"clusterId": harness.Unknown, "autoscalerPoliciesJson": harness.Unknown, "autoscalerSettings": props{"enabled": harness.Unknown},
	}); len(failures) > 0 {
		t.Errorf("unknown values: %v", harness.CheckError(failures))
	}
	h.Resource("Autoscaler", "a").Check(props{"clusterId": id, "autoscalerSettings": props{"spotInstances": props{"enabled": true}}})
	if !h.Warned("autoscalerSettings.spotInstances is deprecated") {
		t.Error("no warning of a deprecated property")
	}
}

func TestAutoscalerPreview(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	r := h.Resource("Autoscaler", "a")
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
	h.Forget()
	for _, inputs := range []props{
		{"clusterId": id, "autoscalerSettings": props{"isScopedMode": true}},
		{"clusterId": id, "autoscalerPoliciesJson": `{"isScopedMode":true}`},
	} {
		result, outputs, err := r.Preview(inputs)
		if err != nil || result.Op != "update" {
			t.Fatal(result, err)
		}
		settings := outputs["autoscalerSettings"].ObjectValue()
		if !settings["isScopedMode"].BoolValue() || !settings["enabled"].BoolValue() {
			t.Errorf("the preview shows %v", settings)
		}
		if !outputs["autoscalerPolicies"].ContainsUnknowns() {
			t.Error("the preview promises the policies as they were")
		}
	}
	if _, _, err := r.Preview(props{"clusterId": id, "autoscalerPoliciesJson": harness.Unknown}); err != nil {
		t.Error(err)
	}
	if len(h.Calls()) > 0 {
		t.Errorf("a preview makes the calls %v", h.Calls())
	}
}

func TestAutoscalerImport(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	h.Call("PUT", policiesPath(id), props{
		"enabled": true, "unschedulablePods": props{"enabled": true, "headroom": props{"cpuPercentage": 20}},
		"clusterLimits":  props{"enabled": true, "cpu": props{"minCores": 3, "maxCores": 99}},
		"spotInstances":  props{"enabled": true},
		"nodeDownscaler": props{"enabled": true, "evictor": props{"enabled": true, "cycleInterval": "5m"}},
	})
	r := h.Resource("Autoscaler", "a")
	if err := r.Import(id); err != nil {
		t.Fatal(err)
	}
	want := props{
		"enabled": true, "unschedulablePods": props{"enabled": true}, "clusterLimits": props{"enabled": true, "cpu": props{"maxCores": 99.0}},
		"nodeDownscaler": props{"enabled": true, "evictor": props{"enabled": true, "cycleInterval": "5m"}},
	}
	if got := r.Input("autoscalerSettings"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the inputs are %v, want %v", got, want)
	}
	if r.Input("clusterId") != id || r.Input("autoscalerPoliciesJson") != nil {
		t.Errorf("the inputs are %v", r.Inputs)
	}
	if got := up(t, r, props{"clusterId": id, "autoscalerSettings": want}); got.Op != "same" {
		t.Errorf("after the import the update does %v", got)
	}
	if err := h.Resource("Autoscaler", "b").Import(id + "/x"); err == nil || !strings.Contains(err.Error(), "<clusterId>") {
		t.Errorf("a wrong import ID: %v", err)
	}
	if err := h.Resource("Autoscaler", "b").Import("6f1c2d3e-4a5b-4c6d-8e7f-000000000000"); err == nil {
		t.Error("a cluster that does not exist was imported")
	}
}

func TestAutoscalerDelete(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	r := h.Resource("Autoscaler", "a")
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true, "isScopedMode": true}})
	for range 2 {
		if err := r.Delete(); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.Body("PUT", "/policies"); !reflect.DeepEqual(got, props{"enabled": false}) {
		t.Errorf("the deletion sent %v", got)
	}
	if got := h.Call("GET", policiesPath(id), nil); got["enabled"] != false || got["isScopedMode"] != true {
		t.Errorf("the deletion left %v", got)
	}
	// Its cluster is gone: so is it, and there is nothing to delete.
	archive(t, h, id)
	if err := r.Delete(); err != nil {
		t.Error(err)
	}
	if got := refresh(t, r); got.Op != "delete" {
		t.Errorf("a refresh finds %v", got)
	}
	r = h.Resource("Autoscaler", "gone")
	id = cluster(t, h, "d")
	up(t, r, props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
	h.Emulator.Fail(emulator.Fault{Path: policiesPath(id), Times: -1, Status: http.StatusNotFound})
	if err := r.Delete(); err != nil {
		t.Error(err)
	}
	if got := refresh(t, r); got.Op != "delete" {
		t.Errorf("a refresh finds %v", got)
	}
}

func TestAutoscalerOfAnotherCluster(t *testing.T) {
	h := harness.New(t)
	one, two := cluster(t, h, "one"), cluster(t, h, "two")
	r := h.Resource("Autoscaler", "a")
	up(t, r, props{"clusterId": one, "autoscalerSettings": props{"enabled": true}})
	if got := up(t, r, props{"clusterId": two, "autoscalerSettings": props{"enabled": true}}); got.Op != "replace" {
		t.Errorf("another cluster is %v", got)
	}
	if a, b := h.Call("GET", policiesPath(one), nil)["enabled"], h.Call("GET", policiesPath(two), nil)["enabled"]; a != false || b != true {
		t.Errorf("the old autoscaler is %v and the new one %v", a, b)
	}
}

func TestAutoscalerWaitsForAFreshCluster(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	h.Emulator.Fail(emulator.Fault{Method: "GET", Path: policiesPath(id), Times: 2, Status: http.StatusNotFound})
	up(t, h.Resource("Autoscaler", "a"), props{"clusterId": id, "autoscalerSettings": props{"enabled": true}})
	h.Emulator.Fail(emulator.Fault{Method: "GET", Path: policiesPath(id), Times: -1, Status: http.StatusNotFound})
	_, err := h.Resource("Autoscaler", "b").Up(props{"clusterId": id, "autoscalerSettings": props{"enabled": false}})
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("without policies the error is %v", err)
	}
}
