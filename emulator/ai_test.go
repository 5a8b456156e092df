package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

var optimizer = "/ai-optimizer/v1beta/organizations/" + org

func TestModelRegistries(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: time.Minute}})
	registries := optimizer + "/model-registries"
	s3 := doc{"type": "S3", "s3": doc{"bucket": "b", "region": "r"}}
	made := b.want(200, "POST", registries, doc{"credentials": "{}", "provider": s3})
	b.fields(made, doc{"status": "ONBOARDING", "statusReason": "", "credentials": nil})
	if name, _ := at(made, "provider", "s3", "userName").(string); len(name) != len("castai-")+12 {
		t.Errorf("user name %q", name)
	}
	path := registries + "/" + made["id"].(string)
	b.pass(time.Minute)
	b.same("later", b.want(200, "GET", path, nil)["status"], "ACTIVE")
	b.same("listed", b.want(200, "GET", registries, nil)["totalCount"], 1)
	gcs := b.want(200, "POST", registries, doc{"credentials": "x", "provider": doc{"type": "GCS", "gcs": doc{"bucket": "b"}}})
	b.fields(gcs, doc{"status": "ERROR", "statusReason": "the credentials cannot be read"})
	for field, body := range map[string]doc{
		"credentials":              {"provider": s3},
		"s3 goes with the type S3": {"credentials": "{}", "provider": doc{"type": "GCS", "s3": doc{"bucket": "b", "region": "r"}}},
		"gcs with GCS":             {"credentials": "{}", "provider": doc{"type": "S3"}},
		"the bucket":               {"credentials": "{}", "provider": doc{"type": "S3", "s3": doc{"bucket": "", "region": "r"}}},
	} {
		b.refused(400, field, "POST", registries, body)
	}
	b.want(200, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
}

func TestModelSpecs(t *testing.T) {
	b := newBed(t, emulator.Options{})
	specs := optimizer + "/model-specs"
	face := doc{"modelName": "m", "termsAndConditions": doc{"acceptanceRequired": false}}
	made := b.want(200, "POST", specs, doc{"model": "m", "registryType": "HUGGING_FACE", "huggingFace": face})
	b.fields(made, doc{"type": "chat", "routable": true})
	id := made["id"].(string)
	b.fields(b.want(200, "GET", specs+"/"+id, nil), doc{"model": "m"})
	registry := b.want(200, "POST", optimizer+"/model-registries", doc{
		"credentials": "{}", "provider": doc{"type": "S3", "s3": doc{"bucket": "b", "region": "r"}}})["id"]
	for _, base := range []string{id, emulator.PredefinedModelSpecs} {
		private := b.want(200, "POST", specs, doc{"model": "p", "registryType": "PRIVATE", "privateRegistry": doc{"baseModelId": base, "registryId": registry}})
		b.same("status", at(private, "privateRegistry", "status"), "ACTIVE")
	}
	for field, body := range map[string]doc{
		"model":        {"model": "", "registryType": "HUGGING_FACE", "huggingFace": face},
		"registryType": {"model": "m", "registryType": "PRIVATE", "huggingFace": face},
		"registryId":   {"model": "m", "registryType": "PRIVATE", "privateRegistry": doc{"baseModelId": id, "registryId": "nope"}},
		"baseModelId":  {"model": "m", "registryType": "PRIVATE", "privateRegistry": doc{"baseModelId": "nope", "registryId": registry}},
	} {
		b.refused(400, field, "POST", specs, body)
	}
	b.same("listed", len(b.want(200, "GET", specs, nil)["items"].([]any)), 3)
	b.want(200, "DELETE", specs+"/"+id, nil)
	b.want(404, "GET", specs+"/"+id, nil)
}

func TestHostedModels(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: time.Minute, DisconnectDelay: time.Minute}})
	cluster := b.eks("c")
	models := optimizer + "/clusters/" + cluster + "/hosted-models"
	body := doc{"clusterId": cluster, "modelSpecsId": emulator.PredefinedModelSpecs, "service": "llama", "port": 8080, "vllmConfig": doc{"huggingFaceToken": "hf"}}
	made := b.want(200, "POST", models, body)
	b.fields(made, doc{"status": "DEPLOYING", "cloudProvider": "AWS", "nodeTemplateName": "llms-by-castai", "vllmConfig": doc{}})
	path := models + "/" + made["id"].(string)
	b.pass(time.Minute)
	b.fields(at(b.want(200, "GET", models, nil), "items", 0), doc{"status": "RUNNING", "currentReplicas": 1})

	scaling := doc{"enabled": true, "minReplicas": 1, "maxReplicas": 3, "targetMetric": "NUMBER_OF_REQUESTS_WAITING", "targetValue": 0.1}
	changed := b.want(200, "PATCH", path, doc{"horizontalAutoscaling": scaling})
	b.same("a number of 32 bits", at(changed, "horizontalAutoscaling", "targetValue"), 0.10000000149011612)
	b.fields(changed, doc{"status": "RUNNING", "service": "llama", "nodeTemplateName": "llms-by-castai"})
	b.same("nothing", b.want(200, "PATCH", path, doc{})["horizontalAutoscaling"], changed["horizontalAutoscaling"])

	scaling["maxReplicas"] = 0
	b.refused(400, "maxReplicas", "PATCH", path, doc{"horizontalAutoscaling": scaling})
	b.refused(400, "exclude", "PATCH", path, doc{"vllmConfig": doc{"huggingFaceToken": "t", "secretName": "s"}})
	b.refused(409, "already exists", "POST", models, body)
	for field, change := range map[string]any{"modelSpecsId": "nope", "service": " ", "port": 0} {
		other := doc{"clusterId": cluster, "modelSpecsId": emulator.PredefinedModelSpecs, "service": "other", "port": 1}
		other[field] = change
		b.refused(400, field, "POST", models, other)
	}
	b.want(404, "POST", optimizer+"/clusters/nope/hosted-models", body)

	b.want(200, "DELETE", path, nil)
	b.same("going", at(b.want(200, "GET", models, nil), "items", 0, "status"), "DELETING")
	b.refused(409, "already exists", "POST", models, body)
	b.want(200, "DELETE", path, nil)
	b.pass(time.Minute)
	b.same("gone", b.want(200, "GET", models, nil)["items"], []any{})
	b.want(404, "DELETE", path, nil)
	b.want(404, "PATCH", path, doc{})
}
