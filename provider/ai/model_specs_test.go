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
	f.up(x, llama(nil), "create")
	face := props{"modelName": "meta/llama", "termsAndConditions": props{"acceptanceRequired": false}}
	same(t, "the body", f.Body("POST", "/model-specs"), props{"model": "llama", "registryType": "HUGGING_FACE", "huggingFace": face})
	// What the service fills in is no difference; to say it neither.
	f.settled(x, llama(nil))
	same(t, "the type", x.Output("type"), "chat")
	f.up(x, llama(props{"type": "chat", "routable": true}), "same")
	for _, change := range []props{
		{"model": "m"}, {"description": "d"}, {"type": "embeddings"}, {"routable": false}, {"huggingface": props{"modelName": "other"}},
	} {
		f.replaces(x, llama(with(props{"type": "chat", "routable": true}, change)))
	}
	// False is said, and stays.
	inputs := llama(props{"description": "d", "routable": false})
	f.up(x, inputs, "replace")
	same(t, "the body", f.Body("POST", "/model-specs"), props{
		"model": "llama", "registryType": "HUGGING_FACE", "huggingFace": face, "description": "d", "routable": false,
	})
	f.settled(x, inputs)
	y := f.Resource("AiOptimizerModelSpecs", "y")
	if err := y.Import(x.ID); err != nil {
		t.Fatal(err)
	}
	f.up(y, with(inputs, props{"type": "chat", "organizationId": org}), "same")
}

func TestPrivateModelSpecs(t *testing.T) {
	f := setup(t)
	registry := f.Resource("AiOptimizerModelRegistry", "r")
	f.up(registry, bucket(nil), "create")
	private := props{"baseModelId": emulator.PredefinedModelSpecs, "registryId": registry.ID}
	inputs := props{"model": "mine", "registryType": "PRIVATE", "privateRegistry": private}
	x := f.Resource("AiOptimizerModelSpecs", "x")
	f.up(x, inputs, "create")
	same(t, "the body", f.Body("POST", "/model-specs"), inputs)
	f.settled(x, inputs)
	f.replaces(x, with(inputs, props{"privateRegistry": with(private, props{"baseModelId": absent})}))
	f.replaces(x, with(inputs, props{"privateRegistry": with(private, props{"registryId": absent})}))
	failed := `{"items":[{"id":"` + x.ID + `","model":"mine","registryType":"PRIVATE",
		"privateRegistry":{"baseModelId":"b","registryId":"r","status":"ERROR","statusReason":"no weights"}}]}`
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: below + "/model-specs", Status: 200, Body: failed})
	f.fresh()
	if _, err := x.Refresh(); err != nil || !f.Warned("no weights") {
		t.Errorf("a refresh fails with %v, or does not warn", err)
	}
}

func TestModelSpecsChecks(t *testing.T) {
	f := setup(t)
	const kind = "AiOptimizerModelSpecs"
	private := props{"baseModelId": absent, "registryId": absent}
	f.refused(kind, llama(nil))
	f.refused(kind, llama(props{"huggingface": nil}), "huggingface")
	f.refused(kind, llama(props{"privateRegistry": private}), "privateRegistry")
	f.refused(kind, llama(props{"registryType": "PRIVATE"}), "huggingface", "privateRegistry")
	f.refused(kind, llama(props{"registryType": "NEW"}))
	f.refused(kind, llama(props{"registryType": "NEW", "huggingface": nil}), "")
	f.refused(kind, llama(props{"registryType": "NEW", "privateRegistry": private}), "privateRegistry")
	f.refused(kind, llama(props{"model": "", "huggingface": props{"modelName": ""}}), "model", "huggingface.modelName")
	if !f.Warned("NEW") {
		t.Error("there was no warning of an unknown type")
	}
}

// The answer to a creation may be lost: the specs are found by the model.
func TestModelSpecsLostAnswer(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: below + "/model-specs", Action: emulator.Drop})
	x := f.Resource("AiOptimizerModelSpecs", "x")
	f.up(x, llama(nil), "create")
	if got := f.call(http.MethodGet, below+"/model-specs", nil)["items"].([]any); len(got) != 1 || got[0].(props)["id"] != x.ID {
		t.Errorf("there are %v", got)
	}
}
