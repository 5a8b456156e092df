package ai_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func (f *fixture) model(more props) props {
	return with(props{"clusterId": f.cluster, "modelSpecsId": emulator.PredefinedModelSpecs, "service": "llama", "port": 8080}, more)
}

var scaling = props{"minReplicas": 1, "maxReplicas": 3, "targetMetric": "GPU_CACHE_USAGE_PERCENTAGE", "targetValue": 0.1}

func TestHostedModelBodies(t *testing.T) {
	f := setup(t)
	x := f.Resource("AiOptimizerHostedModel", "x")
	x.WantUp("create", f.model(nil))
	same(t, "the body", f.Body("POST", "/hosted-models"), f.model(nil))
	if x.Output("status") != "RUNNING" || x.Output("cloudProvider") != "AWS" || x.Output("namespace") != "castai-llms" {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	// What the service adds by itself is no difference, and does not go back.
	x.WantSettled(f.model(nil))
	inputs := f.model(nil)
	for i, step := range []struct{ change, body props }{
		{props{"horizontalAutoscaling": with(scaling, props{"enabled": true})}, props{"horizontalAutoscaling": with(scaling, props{"enabled": true})}},
		{props{"horizontalAutoscaling": with(scaling, props{"maxReplicas": 4})},
			props{"horizontalAutoscaling": with(scaling, props{"enabled": false, "maxReplicas": 4})}},
		{props{"hibernation": props{"enabled": true, "resumeCondition": props{"duration": "10m"}, "hibernateCondition": props{"duration": "1h30m", "requestCount": 0}}},
			props{"hibernation": props{"enabled": true, "resumeCondition": props{"duration": "600s"}, "hibernateCondition": props{"duration": "5400s", "requestCount": 0}}}},
		{props{"fallback": props{"enabled": true, "providerId": "p", "model": "m"}},
			props{"fallback": props{"enabled": true, "providerId": "p", "model": "m"}}},
		{props{"edgeLocationIds": list("e")}, props{"edgeLocations": props{"ids": list("e")}}},
		{props{"nodeTemplateName": "gpu"}, props{"nodeTemplateName": "gpu"}},
		{props{"vllmConfig": props{}}, props{"vllmConfig": props{}}},
		{props{"vllmConfig": props{"secretName": "hf"}}, props{"vllmConfig": props{"secretName": "hf"}}},
		{props{"vllmConfig": props{"huggingFaceToken": harness.Secret("hf_1")}}, props{"vllmConfig": props{"huggingFaceToken": "hf_1"}}},
		// What is dropped is switched off, or emptied.
		{props{"vllmConfig": nil}, props{"vllmConfig": props{}}},
		{props{"edgeLocationIds": nil}, props{"edgeLocations": props{"ids": list()}}},
		{props{"fallback": nil}, props{"fallback": props{"enabled": false, "providerId": "p", "model": "m"}}},
		{props{"hibernation": nil}, props{"hibernation": props{
			"enabled": false, "resumeCondition": props{"duration": "600s"}, "hibernateCondition": props{"duration": "5400s", "requestCount": 0}}}},
		{props{"nodeTemplateName": nil}, nil}, // stays
	} {
		inputs = with(inputs, step.change)
		f.Forget()
		x.WantUp("update", inputs)
		if step.body == nil {
			if slices.ContainsFunc(f.Calls(), func(call string) bool { return strings.HasPrefix(call, "PATCH") }) {
				t.Errorf("update %d: there were the calls %v", i, f.Calls())
			}
		} else {
			same(t, "the body of update "+string(rune('a'+i)), f.Body("PATCH", x.ID), step.body)
		}
		x.WantSettled(inputs)
	}
}

// The token is kept in the state, and survives updates of other settings, of an
// imported model as well.
func TestHostedModelToken(t *testing.T) {
	f := setup(t)
	inputs := f.model(props{"vllmConfig": props{"huggingFaceToken": harness.Secret("hf_1")}})
	x := f.Resource("AiOptimizerHostedModel", "x")
	x.WantUp("create", inputs)
	x.WantSettled(inputs)
	if !x.Outputs["vllmConfig"].ObjectValue()["huggingFaceToken"].IsSecret() {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	x.WantUp("update", with(inputs, props{"nodeTemplateName": "gpu"}))
	same(t, "the body", f.Body("PATCH", x.ID), props{"nodeTemplateName": "gpu"})

	y := f.Resource("AiOptimizerHostedModel", "y")
	if err := y.Import(f.cluster + "/" + x.ID); err != nil { // as the bridged provider has it
		t.Fatal(err)
	}
	inputs = f.model(props{"organizationId": org, "nodeTemplateName": "large"})
	y.WantUp("update", inputs)
	same(t, "the body", f.Body("PATCH", x.ID), props{"nodeTemplateName": "large"})
	y.WantUp("update", with(inputs, props{"vllmConfig": props{"huggingFaceToken": harness.Secret("hf_2")}}))
	same(t, "the body", f.Body("PATCH", x.ID), props{"vllmConfig": props{"huggingFaceToken": "hf_2"}})

	// A secret that the service makes of the token does not go back beside it.
	f.Call(http.MethodPatch, f.models+"/"+x.ID, props{"vllmConfig": props{"secretName": "made"}})
	inputs = with(inputs, props{"vllmConfig": props{"huggingFaceToken": harness.Secret("hf_2")}})
	y.WantSettled(inputs)
	y.WantUp("update", with(inputs, props{"vllmConfig": props{"huggingFaceToken": harness.Secret("hf_3")}}))
	same(t, "the body", f.Body("PATCH", x.ID), props{"vllmConfig": props{"huggingFaceToken": "hf_3"}})
}

func TestHostedModelChecks(t *testing.T) {
	f := setup(t)
	refused := func(change props, properties ...string) {
		t.Helper()
		f.Refused("AiOptimizerHostedModel", f.model(change), properties...)
	}
	refused(nil)
	refused(props{"port": 0}, "port")
	refused(props{"port": 65536}, "port")
	refused(props{"vllmConfig": props{"secretName": "s", "huggingFaceToken": "t"}}, "vllmConfig.huggingFaceToken")
	refused(props{"horizontalAutoscaling": with(scaling, props{"minReplicas": 4})}, "horizontalAutoscaling.maxReplicas")
	refused(props{"horizontalAutoscaling": with(scaling, props{"targetMetric": "LOAD"})})
	if !f.Warned("LOAD") {
		t.Error("there was no warning of an unknown metric")
	}
	refused(props{"hibernation": props{
		"resumeCondition": props{"duration": "soon"}, "hibernateCondition": props{"duration": "1h", "requestCount": -1},
	}}, "hibernation.resumeCondition.duration", "hibernation.hibernateCondition.requestCount")
}

// A creation may wait until the model runs.
func TestHostedModelWaits(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.AgentDelay = 300 * time.Millisecond })
	x := f.Resource("AiOptimizerHostedModel", "x")
	x.WantUp("create", f.model(nil))
	same(t, "the status", x.Output("status"), "DEPLOYING")
	y := f.Resource("AiOptimizerHostedModel", "y")
	inputs := f.model(props{"service": "other", "waitForRunning": true})
	y.WantUp("create", inputs)
	if y.Output("status") != "RUNNING" || y.Output("currentReplicas") != 1.0 {
		t.Errorf("the outputs are %v", y.Outputs)
	}
	y.WantSettled(inputs)

	f.Emulator.Configure(func(s *emulator.Settings) { s.AgentDelay = time.Hour })
	z := f.Resource("AiOptimizerHostedModel", "z")
	z.Timeout = time.Second
	_, err := z.Up(f.model(props{"service": "third", "waitForRunning": true}))
	fails(t, err, "does not run", "DEPLOYING", "customTimeouts")
	if z.ID == "" || !z.Failed {
		t.Error("the state does not keep it")
	}
	failed := `{"items":[{"id":"` + z.ID + `","clusterId":"c","modelSpecsId":"s","service":"third","port":8080,"status":"FAILED","statusReason":"no GPU"}],"totalCount":1}`
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.models, Status: 200, Body: failed, Times: -1})
	z.Timeout = 0
	_, err = z.Up(f.model(props{"service": "third", "waitForRunning": true, "nodeTemplateName": "gpu"}))
	fails(t, err, z.ID, "no GPU")
	if _, err := z.Refresh(); err != nil || !f.Warned("FAILED: no GPU") {
		t.Errorf("a refresh fails with %v, or does not warn", err)
	}
}

// A deletion ends when the model is gone, so that its service is free for
// another one.
func TestHostedModelDeletion(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.DisconnectDelay = 300 * time.Millisecond })
	x := f.Resource("AiOptimizerHostedModel", "x")
	x.WantUp("create", f.model(nil))
	x.WantUp("replace", f.model(props{"port": 9090}))
	calls := f.Calls()
	if deleted := slices.IndexFunc(calls, func(call string) bool { return strings.HasPrefix(call, "DELETE") }); deleted < 0 ||
		!slices.ContainsFunc(calls[deleted:], func(call string) bool { return strings.HasPrefix(call, "POST") }) {
		t.Errorf("the new model was not made after the old one was gone: %v", calls)
	}
	f.Emulator.Configure(func(s *emulator.Settings) { s.DisconnectDelay = time.Hour })
	x.Timeout = time.Second
	fails(t, x.Delete(), x.ID, "is DELETING", "customTimeouts", "destroy again")
	going := `{"items":[{"id":"` + x.ID + `","clusterId":"c","modelSpecsId":"s","service":"llama","port":9090,"status":"`
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.models, Status: 200, Body: going + `DELETING"}],"totalCount":1}`})
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.models, Status: 200, Body: going + `FAILED","statusReason":"in use"}],"totalCount":1}`})
	x.Timeout = 0
	fails(t, x.Delete(), x.ID, "in use")
}

// Models are found on every page of the list.
func TestHostedModelPages(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.PageSize = 1 })
	x, y := f.Resource("AiOptimizerHostedModel", "x"), f.Resource("AiOptimizerHostedModel", "y")
	x.WantUp("create", f.model(nil))
	y.WantUp("create", f.model(props{"service": "second"}))
	y.WantSettled(f.model(props{"service": "second"}))
	if err := x.Delete(); err != nil {
		t.Fatal(err)
	}
	y.WantSettled(f.model(props{"service": "second"}))
	fails(t, x.Import(f.cluster+"/"+x.ID), "does not exist")
}
