package provider_test

import (
	"net/http"
	"strings"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/ai"
)

func init() {
	rows = append(rows, modelRegistryRow, modelSpecsRow, hostedModelRow)
}

// optimizer is a path of the AI optimizer.
func optimizer(organization string, more ...string) string {
	return strings.Join(append([]string{"/ai-optimizer/v1beta/organizations", organization}, more...), "/")
}

// vanishOptimized makes an object of the AI optimizer go.
func vanishOptimized(collection string) func(w *world, r *harness.Resource, inputs props) props {
	return func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, optimizer(w.organization, collection, r.ID), nil)
		return inputs
	}
}

const bucketKey = `{"access_key_id": "a", "secret_access_key": "b"}`

var modelRegistryRow = &row{
	token: "AiOptimizerModelRegistry", inputs: ai.AiOptimizerModelRegistryArgs{}, state: ai.AiOptimizerModelRegistryState{},
	least: func(w *world) props {
		return props{"organizationId": w.organization, "s3": props{"bucket": "b", "region": "us-east-1"}, "credentials": bucketKey}
	},
	full: func(w *world) []props {
		return []props{
			{
				"organizationId": w.organization, "providerType": "S3", "credentials": bucketKey,
				"s3": props{"bucket": "b", "region": "us-east-1", "prefix": "models"},
			},
			{
				"organizationId": w.organization, "providerType": "GCS", "credentials": googleKey,
				"gcs": props{"bucket": "b", "prefix": "models"},
			},
		}
	},
	waived: map[string]string{"s3.userName": isOutput, "gcs.serviceAccount": isOutput},
	changes: func(*world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg},
			"providerType":   {"providerType": "GCS", "s3": nil, "gcs": props{"bucket": "b"}},
			"credentials":    {"credentials": `{"access_key_id":"a","secret_access_key":"c"}`},
		}
	},
	drops: map[string]props{
		"s3":  {"providerType": "GCS", "gcs": props{"bucket": "b"}},
		"gcs": {"providerType": nil, "s3": props{"bucket": "b", "region": "us-east-1"}},
	},
	stays:       map[string]string{"providerType": "it is the default"},
	importID:    inOrganization,
	notImported: map[string]string{"credentials": neverReturned},
	afterImport: []string{"credentials"},
	vanish:      vanishOptimized("model-registries"),
	secrets:     props{"credentials": `{"access_key_id":"a","secret_access_key":"PLANTED-key"}`},
}

const isOutput = "the service chooses it, and the bridged provider has it among the inputs"

const ofItsType = "the registry type says which of the two is given"

var modelSpecsRow = &row{
	token: "AiOptimizerModelSpecs", inputs: ai.AiOptimizerModelSpecsArgs{}, state: ai.AiOptimizerModelSpecsState{},
	world: func(w *world) {
		for _, name := range []string{"one", "two"} {
			w.made[name] = w.Request(http.MethodPost, optimizer(w.organization, "model-registries"), props{
				"provider": props{"type": "S3", "s3": props{"bucket": name, "region": "us-east-1"}}, "credentials": bucketKey,
			})["id"].(string)
		}
		w.made["base"] = w.Request(http.MethodPost, optimizer(w.organization, "model-specs"), props{
			"model": "base", "registryType": "HUGGING_FACE",
			"huggingFace": props{"modelName": "base", "termsAndConditions": props{"acceptanceRequired": false}},
		})["id"].(string)
	},
	least: func(w *world) props {
		return props{
			"organizationId": w.organization, "model": "llama", "registryType": "HUGGING_FACE", "huggingface": props{"modelName": "meta/llama"},
		}
	},
	full: func(w *world) []props {
		common := props{"organizationId": w.organization, "model": "m", "description": "d", "type": "embeddings", "routable": false}
		return []props{
			with(common, props{"registryType": "HUGGING_FACE", "huggingface": props{"modelName": "meta/llama"}}),
			with(common, props{
				"registryType": "PRIVATE", "privateRegistry": props{"baseModelId": emulator.PredefinedModelSpecs, "registryId": w.made["one"]},
			}),
		}
	},
	changes: func(w *world) map[string]props {
		private := props{"baseModelId": emulator.PredefinedModelSpecs, "registryId": w.made["one"]}
		return map[string]props{
			"organizationId":              {"organizationId": secondOrg},
			"registryType":                {"registryType": "PRIVATE", "huggingface": nil, "privateRegistry": private},
			"privateRegistry.baseModelId": {"privateRegistry.baseModelId": w.made["base"]},
			"privateRegistry.registryId":  {"privateRegistry.registryId": w.made["two"]},
		}
	},
	needed:   map[string]string{"huggingface": ofItsType, "privateRegistry": ofItsType},
	importID: inOrganization,
	vanish:   vanishOptimized("model-specs"),
}

var hostedModelRow = &row{
	token: "AiOptimizerHostedModel", inputs: ai.AiOptimizerHostedModelArgs{}, state: ai.AiOptimizerHostedModelState{},
	world: func(w *world) {
		w.made["specs"] = w.Request(http.MethodPost, optimizer(w.organization, "model-specs"), props{
			"model": "m", "registryType": "HUGGING_FACE",
			"huggingFace": props{"modelName": "m", "termsAndConditions": props{"acceptanceRequired": false}},
		})["id"].(string)
	},
	least: func(w *world) props {
		return props{
			"organizationId": w.organization, "clusterId": w.cluster, "modelSpecsId": emulator.PredefinedModelSpecs, "service": "llama", "port": 8080,
		}
	},
	full: func(w *world) []props {
		all := props{
			"organizationId": w.organization, "clusterId": w.cluster, "modelSpecsId": emulator.PredefinedModelSpecs, "service": "llama", "port": 8080,
			"nodeTemplateName": "gpu", "edgeLocationIds": list(uuidTwo, uuidOne), "waitForRunning": true,
			"vllmConfig": props{"huggingFaceToken": "hf_hush"},
			"horizontalAutoscaling": props{
				"enabled": true, "minReplicas": 1, "maxReplicas": 3, "targetMetric": "GPU_CACHE_USAGE_PERCENTAGE", "targetValue": 50.123456789,
			},
			"hibernation": props{
				"enabled": true, "resumeCondition": props{"duration": "10m", "requestCount": 1},
				"hibernateCondition": props{"duration": "1800s", "requestCount": 2},
			},
			"fallback": props{"enabled": true, "providerId": "p", "model": "m"},
		}
		return []props{all, with(all, props{"vllmConfig": props{"secretName": "hf"}})}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"organizationId": {"organizationId": secondOrg}, "clusterId": {"clusterId": w.other}, "modelSpecsId": {"modelSpecsId": w.made["specs"]},
			"hibernation.resumeCondition.duration":    {"hibernation.resumeCondition.duration": "5m"},
			"hibernation.hibernateCondition.duration": {"hibernation.hibernateCondition.duration": "1h"},
		}
	},
	stays: map[string]string{
		"nodeTemplateName": "the API takes it away from no model", "fallback.providerId": "the same", "fallback.model": "the same",
	},
	importID:    func(w *world, r *harness.Resource) string { return w.organization + "/" + w.cluster + "/" + r.ID },
	notImported: map[string]string{"vllmConfig": neverReturned, "waitForRunning": localSwitch},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, optimizer(w.organization, "clusters", w.cluster, "hosted-models", r.ID), nil)
		return inputs
	},
	secrets: props{"vllmConfig.huggingFaceToken": "PLANTED-token"},
}
