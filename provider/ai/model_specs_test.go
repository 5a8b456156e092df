package ai_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func llama(more props) props {
	return with(props{"model": "llama", "registryType": "HUGGING_FACE", "huggingface": props{"modelName": "meta/llama"}}, more)
}

func TestModelSpecs(t *testing.T) {
	f := setup(t)
	x := f.Resource("AiOptimizerModelSpecs", "x")
	x.WantUp("create", llama(nil))
	face := props{"modelName": "meta/llama", "termsAndConditions": props{"acceptanceRequired": false}}
	same(t, "the body", f.Body("POST", "/model-specs"), props{"model": "llama", "registryType": "HUGGING_FACE", "huggingFace": face})
	// What the service fills in is no difference; to say it neither.
	x.WantSettled(llama(nil))
	same(t, "the type", x.Output("type"), "chat")
	x.WantUp("same", llama(props{"type": "chat", "routable": true}))
	for _, change := range []props{
		{"model": "m"}, {"description": "d"}, {"type": "embeddings"}, {"routable": false}, {"huggingface": props{"modelName": "other"}},
	} {
		f.replaces(x, llama(with(props{"type": "chat", "routable": true}, change)))
	}
	// False is said, and stays.
	inputs := llama(props{"description": "d", "routable": false})
	x.WantUp("replace", inputs)
	same(t, "the body", f.Body("POST", "/model-specs"), props{
		"model": "llama", "registryType": "HUGGING_FACE", "huggingFace": face, "description": "d", "routable": false,
	})
	x.WantSettled(inputs)
	y := f.Resource("AiOptimizerModelSpecs", "y")
	if err := y.Import(x.ID); err != nil {
		t.Fatal(err)
	}
	y.WantUp("same", with(inputs, props{"type": "chat", "organizationId": org}))
}

func TestPrivateModelSpecs(t *testing.T) {
	f := setup(t)
	registry := f.Resource("AiOptimizerModelRegistry", "r")
	registry.WantUp("create", bucket(nil))
	private := props{"baseModelId": emulator.PredefinedModelSpecs, "registryId": registry.ID}
	inputs := props{"model": "mine", "registryType": "PRIVATE", "privateRegistry": private}
	x := f.Resource("AiOptimizerModelSpecs", "x")
	x.WantUp("create", inputs)
	same(t, "the body", f.Body("POST", "/model-specs"), inputs)
	x.WantSettled(inputs)
	f.replaces(x, with(inputs, props{"privateRegistry": with(private, props{"baseModelId": absent})}))
	f.replaces(x, with(inputs, props{"privateRegistry": with(private, props{"registryId": absent})}))
	failed := `{"items":[{"id":"` + x.ID + `","model":"mine","registryType":"PRIVATE",
		"privateRegistry":{"baseModelId":"b","registryId":"r","status":"ERROR","statusReason":"no weights"}}]}`
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: below + "/model-specs", Status: 200, Body: failed})
	f.Reopen()
	if _, err := x.Refresh(); err != nil || !f.Warned("no weights") {
		t.Errorf("a refresh fails with %v, or does not warn", err)
	}
}

func TestModelSpecsChecks(t *testing.T) {
	f := setup(t)
	const kind = "AiOptimizerModelSpecs"
	private := props{"baseModelId": absent, "registryId": absent}
	f.Refused(kind, llama(nil))
	f.Refused(kind, llama(props{"huggingface": nil}), "huggingface")
	f.Refused(kind, llama(props{"privateRegistry": private}), "privateRegistry")
	f.Refused(kind, llama(props{"registryType": "PRIVATE"}), "huggingface", "privateRegistry")
	f.Refused(kind, llama(props{"registryType": "NEW"}))
	f.Refused(kind, llama(props{"registryType": "NEW", "huggingface": nil}), "")
	f.Refused(kind, llama(props{"registryType": "NEW", "privateRegistry": private}), "privateRegistry")
	f.Refused(kind, llama(props{"model": "", "huggingface": props{"modelName": ""}}), "model", "huggingface.modelName")
	if !f.Warned("NEW") {
		t.Error("there was no warning of an unknown type")
	}
}

// The answer to a creation may be lost: the specs are found by the model.
func TestModelSpecsLostAnswer(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: below + "/model-specs", Action: emulator.Drop})
	x := f.Resource("AiOptimizerModelSpecs", "x")
	x.WantUp("create", llama(nil))
	if got := f.Call(http.MethodGet, below+"/model-specs", nil)["items"].([]any); len(got) != 1 || got[0].(props)["id"] != x.ID {
		t.Errorf("there are %v", got)
	}
}
