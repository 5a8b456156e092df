package policies_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func evictorPath(id string) string {
	return "/v1/kubernetes/clusters/" + id + "/evictor-advanced-config"
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEvictorRules(t *testing.T) {
	tests := []struct {
		name string
		rule props
		want string
	}{
		{"a pod", props{"podSelector": props{"kind": "Job", "namespace": "ns", "replicasMin": 2, "matchLabels": props{"a": "b"}}, "aggressive": true},
			`{"podSelector":{"kind":"Job","labelSelector":{"matchLabels":{"a":"b"}},"namespace":"ns","replicasMin":2},"settings":{"aggressive":{"enabled":true}}}`},
		{"the bridged form", props{"podSelectors": []any{props{"kind": "Job", "namespace": "ns", "replicasMin": 2, "matchLabels": props{"a": "b"}}}, "aggressive": true},
			`{"podSelector":{"kind":"Job","labelSelector":{"matchLabels":{"a":"b"}},"namespace":"ns","replicasMin":2},"settings":{"aggressive":{"enabled":true}}}`},
		{"a node", props{"nodeSelector": props{"matchExpressions": []any{props{"key": "k", "operator": "exists"}}}, "disposable": true},
			`{"nodeSelector":{"labelSelector":{"matchExpressions":[{"key":"k","operator":"Exists"}]}},"settings":{"disposable":{"enabled":true}}}`},
		{"a node in the bridged form", props{"nodeSelectors": []any{props{"matchLabels": props{"a": "b"}}}, "removalDisabled": true},
			`{"nodeSelector":{"labelSelector":{"matchLabels":{"a":"b"}}},"settings":{"removalDisabled":{"enabled":true}}}`},
		{"nothing but labels", props{"podSelector": props{"matchLabels": props{"a": "b"}}, "aggressive": true, "disposable": false},
			`{"podSelector":{"labelSelector":{"matchLabels":{"a":"b"}}},"settings":{"aggressive":{"enabled":true}}}`},
		{"empty texts and zero", props{"podSelector": props{"kind": "", "namespace": "", "replicasMin": 0}, "aggressive": true},
			`{"podSelector":{"replicasMin":0},"settings":{"aggressive":{"enabled":true}}}`},
		{"empty selectors", props{"podSelectors": []any{}, "nodeSelector": props{}}, `{"nodeSelector":{"labelSelector":{}},"settings":{}}`},
		{"an operator of tomorrow", props{"podSelector": props{"matchExpressions": []any{props{"key": "k", "operator": "IN", "values": []any{"b", "a"}}}}, "aggressive": true},
			`{"podSelector":{"labelSelector":{"matchExpressions":[{"key":"k","operator":"In","values":["b","a"]}]}},"settings":{"aggressive":{"enabled":true}}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			program := props{"clusterId": id, "evictorAdvancedConfigs": []any{test.rule}}
			r := h.Resource("EvictorAdvancedConfig", "e")
			up(t, r, program)
			if got, want := jsonText(t, h.Body("POST", "/evictor-advanced-config")), `{"evictionConfig":[`+test.want+`]}`; got != want {
				t.Errorf("sent %s, want %s", got, want)
			}
			if r.ID != id {
				t.Errorf("the ID is %q", r.ID)
			}
			for range 2 {
				if got := refresh(t, r); got.Op != "same" {
					t.Errorf("a refresh finds %v", got.Changes)
				}
				if got := up(t, r, program); got.Op != "same" {
					t.Errorf("the next update does %v", got.Changes)
				}
			}
		})
	}
}

func TestEvictorRulesKeepTheirOrder(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	rule := func(kind string) any { return props{"podSelector": props{"kind": kind}, "aggressive": true} }
	r := h.Resource("EvictorAdvancedConfig", "e")
	up(t, r, props{"clusterId": id, "evictorAdvancedConfigs": []any{rule("Job"), rule("Deployment")}})
	if got := up(t, r, props{"clusterId": id, "evictorAdvancedConfigs": []any{rule("Deployment"), rule("Job")}}); got.Op != "update" {
		t.Errorf("another order is %v", got)
	}
	if got := at(t, h.Body("POST", "-config")["evictionConfig"].([]any)[0], "podSelector.kind"); got != "Deployment" {
		t.Errorf("the first rule is for %v", got)
	}
	up(t, r, props{"clusterId": id, "evictorAdvancedConfigs": []any{}})
	if got := jsonText(t, h.Body("POST", "-config")); got != `{"evictionConfig":[]}` {
		t.Errorf("an empty list sends %s", got)
	}
	if got := refresh(t, r); got.Op != "same" {
		t.Errorf("a refresh finds %v", got)
	}
}

func TestEvictorRulesShowDrift(t *testing.T) {
	const list = "evictorAdvancedConfigs"
	pods := func(form string) any {
		selector := any(props{"matchExpressions": []any{props{"key": "k", "operator": "in", "values": []any{"b", "a"}}}})
		if form == "podSelectors" {
			selector = []any{selector}
		}
		return props{form: selector, "aggressive": true}
	}
	found := func(values []any, aggressive bool) props {
		return props{
			"podSelector": props{"kind": "", "replicasMin": nil, "labelSelector": props{
				"matchExpressions": []any{props{"key": "k", "operator": "In", "values": values}},
			}},
			"settings": props{"aggressive": props{"enabled": aggressive}},
		}
	}
	for _, test := range []struct {
		form   string
		change []any
		want   []string
	}{
		{"podSelector", []any{found([]any{"a", "b"}, true)}, nil},
		{"podSelectors", []any{found([]any{"a", "b"}, true)}, nil},
		{"podSelector", []any{found([]any{"a", "b"}, false)}, []string{list + "[0].aggressive"}},
		{"podSelector", []any{found([]any{"a", "c"}, true)}, []string{list + "[0].podSelector.matchExpressions[0].values[0]"}},
		{"podSelectors", []any{found([]any{"a", "c"}, true)}, []string{list + "[0].podSelectors[0].matchExpressions[0].values[0]"}},
		{"podSelectors", []any{found([]any{"a", "b"}, true), found([]any{"z"}, true)}, []string{list + "[1]"}},
	} {
		t.Run(fmt.Sprint(test.form, test.want), func(t *testing.T) {
			h := harness.New(t)
			id := cluster(t, h, "c")
			program := props{"clusterId": id, list: []any{pods(test.form)}}
			r := h.Resource("EvictorAdvancedConfig", "e")
			up(t, r, program)
			h.Call("POST", evictorPath(id), props{"evictionConfig": test.change})
			if got := refresh(t, r); !reflect.DeepEqual(got.Changes, test.want) {
				t.Errorf("a refresh finds %v, want %v", got, test.want)
			}
			up(t, r, program)
			if got := refresh(t, r); got.Op != "same" {
				t.Errorf("after the repair a refresh finds %v", got)
			}
		})
	}
}

func TestEvictorRulesClearedByOthers(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	program := props{"clusterId": id, "evictorAdvancedConfigs": []any{props{"podSelector": props{"kind": "Job"}, "aggressive": true}}}
	r := h.Resource("EvictorAdvancedConfig", "e")
	up(t, r, program)
	h.Call("POST", evictorPath(id), props{})
	if got := refresh(t, r); got.Op != "update" {
		t.Errorf("a refresh finds %v", got)
	}
	if got := up(t, r, program); got.Op != "update" {
		t.Errorf("the update does %v", got)
	}
	if got := jsonText(t, h.Call("GET", evictorPath(id), nil)); !strings.Contains(got, "Job") {
		t.Errorf("the rules are %s", got)
	}
}

func TestEvictorRulesRefuseInputs(t *testing.T) {
	const id = "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
	job := props{"kind": "Job"}
	h := harness.New(t)
	for _, test := range []struct {
		rule props
		want string
	}{
		{props{"podSelectors": []any{job, job}}, "evictorAdvancedConfigs[0].podSelectors[1]: "},
		{props{"nodeSelectors": []any{props{}, props{}}}, "evictorAdvancedConfigs[0].nodeSelectors[1]: "},
		{props{"podSelector": job, "podSelectors": []any{job}}, "evictorAdvancedConfigs[0].podSelectors: "},
		{props{"nodeSelector": props{}, "nodeSelectors": []any{props{}}}, "evictorAdvancedConfigs[0].nodeSelectors: "},
		{props{"podSelector": props{"replicasMin": -1}}, "evictorAdvancedConfigs[0].podSelector.replicasMin: "},
		{props{"nodeSelectors": []any{props{"matchExpressions": []any{props{"key": " ", "operator": "In"}}}}},
			"evictorAdvancedConfigs[0].nodeSelectors[0].matchExpressions[0].key: "},
	} {
		_, failures := h.Resource("EvictorAdvancedConfig", "e").Check(props{"clusterId": id, "evictorAdvancedConfigs": []any{test.rule}})
		if got := harness.CheckError(failures).Error(); !strings.HasPrefix(got, test.want) {
			t.Errorf("%v: %q, want %q", test.rule, got, test.want)
		}
	}
	_, failures := h.Resource("EvictorAdvancedConfig", "e").Check(props{"clusterId": id, "evictorAdvancedConfigs": []any{
		props{"podSelectors": harness.Unknown, "aggressive": harness.Unknown},
		props{"nodeSelector": harness.Unknown, "nodeSelectors": harness.Unknown, "disposable": true}, harness.Unknown,
	}})
	if len(failures) > 0 {
		t.Errorf("unknown values: %v", harness.CheckError(failures))
	}
	h.Resource("EvictorAdvancedConfig", "e").Check(props{"clusterId": id, "evictorAdvancedConfigs": []any{props{"aggressive": true}, props{"podSelector": job}}})
	if !h.Warned("evictorAdvancedConfigs[0] selects nothing in particular") || !h.Warned("evictorAdvancedConfigs[1] has no effect") {
		t.Errorf("the warnings are %v", h.Logs())
	}
	for _, line := range h.Logs() {
		if strings.Contains(line, "[2]") || strings.Contains(line, "[1] selects") {
			t.Errorf("a warning too many: %s", line)
		}
	}
}

func TestEvictorRulesImport(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	h.Call("POST", evictorPath(id), props{"evictionConfig": []any{props{
		"podSelector":  props{"kind": "Job", "namespace": "", "replicasMin": nil},
		"nodeSelector": props{"labelSelector": props{"matchExpressions": []any{props{"key": "k", "operator": "Exists", "values": []any{}}}}},
		"settings":     props{"disposable": props{"enabled": true}, "aggressive": props{"enabled": false}},
	}}})
	r := h.Resource("EvictorAdvancedConfig", "e")
	if err := r.Import(id); err != nil {
		t.Fatal(err)
	}
	want := []any{props{
		"podSelector":  props{"kind": "Job"},
		"nodeSelector": props{"matchExpressions": []any{props{"key": "k", "operator": "Exists"}}}, "disposable": true,
	}}
	if got := r.Input("evictorAdvancedConfigs"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the inputs are %v, want %v", got, want)
	}
	if got := up(t, r, props{"clusterId": id, "evictorAdvancedConfigs": want}); got.Op != "same" {
		t.Errorf("after the import the update does %v", got)
	}
	if err := h.Resource("EvictorAdvancedConfig", "f").Import("c"); err == nil || !strings.Contains(err.Error(), "<clusterId>") {
		t.Errorf("a wrong import ID: %v", err)
	}
}

func TestEvictorRulesFailuresKeepTheState(t *testing.T) {
	h := harness.New(t)
	id := cluster(t, h, "c")
	program := props{"clusterId": id, "evictorAdvancedConfigs": []any{props{"podSelector": props{"kind": "Job"}, "aggressive": true}}}
	r := h.Resource("EvictorAdvancedConfig", "e")
	up(t, r, program)
	before := r.Outputs
	for _, fault := range []emulator.Fault{
		{Status: 500, Body: "<html>", ContentType: "text/html"}, {Status: 403}, {Status: 200, Body: `{"message":"boom"}`},
	} {
		fault.Path, fault.Times = evictorPath(id), -1
		h.Emulator.Fail(fault)
		if _, err := r.Refresh(); err == nil {
			t.Errorf("%d %s: the refresh succeeds", fault.Status, fault.Body)
		}
		if r.ID != id || !reflect.DeepEqual(r.Outputs, before) {
			t.Errorf("%d %s: the state has changed", fault.Status, fault.Body)
		}
		if err := r.Delete(); err == nil && fault.Status != 200 {
			t.Errorf("%d %s: the deletion succeeds", fault.Status, fault.Body)
		}
		h.Emulator.ClearFaults()
	}
}

func TestEvictorRulesDelete(t *testing.T) {
	h := harness.New(t)
	one, two := cluster(t, h, "one"), cluster(t, h, "two")
	rules := []any{props{"podSelector": props{"kind": "Job"}, "aggressive": true}}
	r := h.Resource("EvictorAdvancedConfig", "e")
	up(t, r, props{"clusterId": one, "evictorAdvancedConfigs": rules})
	if got := up(t, r, props{"clusterId": two, "evictorAdvancedConfigs": rules}); got.Op != "replace" {
		t.Errorf("another cluster is %v", got)
	}
	if got := jsonText(t, h.Call("GET", evictorPath(one), nil)); got != `{"evictionConfig":[]}` {
		t.Errorf("the old cluster is left with %s", got)
	}
	for range 2 {
		if err := r.Delete(); err != nil {
			t.Fatal(err)
		}
	}
	if got := jsonText(t, h.Body("POST", "-config")); got != `{}` {
		t.Errorf("the deletion sent %s", got)
	}
	archive(t, h, two)
	if err := r.Delete(); err != nil {
		t.Error(err)
	}
	if got := refresh(t, r); got.Op != "delete" {
		t.Errorf("a refresh finds %v", got)
	}
	three := cluster(t, h, "three")
	up(t, r, props{"clusterId": three, "evictorAdvancedConfigs": rules})
	h.Emulator.Fail(emulator.Fault{Path: evictorPath(three), Times: -1, Status: http.StatusNotFound})
	if err := r.Delete(); err != nil {
		t.Error(err)
	}
	if got := refresh(t, r); got.Op != "delete" {
		t.Errorf("a refresh finds %v", got)
	}
}
