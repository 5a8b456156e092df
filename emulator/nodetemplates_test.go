package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func templatesBed(t *testing.T) (b *bed, cluster, templates string) {
	b = newBed(t, emulator.Options{})
	cluster = "/v1/kubernetes/clusters/" + b.eks("c")
	return b, cluster, cluster + "/node-templates"
}

func TestNodeTemplateDefaults(t *testing.T) {
	b, _, templates := templatesBed(t)
	// What clients send for "only a name".
	created := b.want(200, "POST", templates, doc{
		"name": "t", "isDefault": false, "isEnabled": nil, "configurationId": "", "shouldTaint": false, "clmEnabled": false, "customInstancesEnabled": false,
		"customInstancesWithExtendedMemoryEnabled": nil, "stopEnabled": nil,
		"constraints": doc{"azs": []any{}, "architectures": []any{}, "os": []any{}, "spot": false, "onDemand": false, "maxPricePerCpu": 0,
			"spotInterruptionPredictionsType": "", "minCpu": nil, "maxCpu": nil, "bareMetal": nil},
	})
	b.fields(created, doc{"isEnabled": true, "isDefault": false, "version": "1", "configurationId": nil, "rebalancingConfig": doc{"minNodes": 0}})
	b.fields(at(created, "constraints"), doc{"architectures": []any{"amd64"}, "os": []any{"linux"}, "onDemand": true, "minCpu": 0, "maxCpu": nil, "maxPricePerCpu": nil, "spotInterruptionPredictionsType": nil})
	listed := b.want(200, "GET", templates, nil)
	b.same("listed", at(listed, "items", 0, "template"), created)
	b.same("stats", at(listed, "items", 0, "stats", "countSpot"), 0)
	b.same("the default one is not listed", at(listed, "items", 1), nil)
	b.same("unless asked for", at(b.want(200, "GET", templates+"?includeDefault=true", nil), "items", 0, "template", "name"), "default-by-castai")
}

func TestNodeTemplateUpdateReplaces(t *testing.T) {
	b, _, templates := templatesBed(t)
	b.want(200, "POST", templates, doc{"name": "t", "shouldTaint": true, "customTaints": []any{doc{"key": "k", "value": nil}},
		"customLabels": doc{"a": "b"}, "constraints": doc{"minCpu": 4, "spot": true, "spotInterruptionPredictionsType": "interruption-predictions"}})
	changed := b.want(200, "PUT", templates+"/t", doc{"isDefault": true, "isEnabled": false, "shouldTaint": false,
		"constraints": doc{"spotInterruptionPredictionsType": "aws-rebalance-recommendations"}, "priceAdjustmentConfiguration": doc{}})
	b.fields(changed, doc{"name": "t", "isDefault": false, "isEnabled": false, "version": "2", "customTaints": []any{}, "customLabels": doc{}, "priceAdjustmentConfiguration": nil})
	b.same("minCpu", at(changed, "constraints", "minCpu"), 0)
	b.same("the prediction type of the beginning", at(changed, "constraints", "spotInterruptionPredictionsType"), "interruption-predictions")
	b.refused(404, "node template not found", "PUT", templates+"/nope", doc{})
	b.refused(404, "node template not found", "DELETE", templates+"/nope", nil)
}

func TestNodeTemplateSpelling(t *testing.T) {
	b, _, templates := templatesBed(t)
	created := b.want(200, "POST", templates, doc{"name": "t", "shouldTaint": true, "customTaints": []any{doc{"key": "z"}, doc{"key": "a", "effect": "NoExecute"}},
		"gpu": doc{"enableTimeSharing": true, "defaultSharedClientsPerGpu": 4},
		"constraints": doc{
			"gpu": doc{"includeNames": []any{"T4", "A100"}}, "instanceFamilies": doc{"exclude": []any{"p4d", "c5"}}, "azs": []any{"b", "a"},
			"dedicatedNodeAffinity": []any{doc{"name": "n", "azName": "z", "instanceTypes": []any{"i"}, "affinity": []any{doc{"key": "k", "operator": "In", "values": []any{"v"}}}}},
		}})
	b.same("taints", created["customTaints"], []any{doc{"key": "z", "effect": "NoSchedule"}, doc{"key": "a", "effect": "NoExecute"}})
	b.same("sharing strategy", at(created, "gpu", "sharingStrategy"), "GPU_SHARING_STRATEGY_TIME_SLICING")
	b.same("gpu names", at(created, "constraints", "gpu", "includeNames"), []any{"A100", "T4"})
	b.same("families", at(created, "constraints", "instanceFamilies", "exclude"), []any{"c5", "p4d"})
	b.same("zones", at(created, "constraints", "azs"), []any{"b", "a"})
	b.same("operator", at(created, "constraints", "dedicatedNodeAffinity", 0, "affinity", 0, "operator"), "IN")
}

func TestNodeTemplateRefusals(t *testing.T) {
	b, cluster, templates := templatesBed(t)
	b.want(200, "POST", templates, doc{"name": "t"})
	b.refused(409, `name "t" already exists`, "POST", templates, doc{"name": "t"})
	b.refused(409, "already exists", "POST", templates, doc{"name": "default-by-castai"})
	b.refused(400, "shouldTaint", "POST", templates, doc{"name": "u", "shouldTaint": false, "customTaints": []any{doc{"key": "k"}}})
	b.refused(400, "name", "POST", templates, doc{"name": " "})
	b.refused(400, "configurationId", "POST", templates, doc{"name": "u", "configurationId": "nope"})
	b.refused(400, "default node template", "DELETE", templates+"/default-by-castai", nil)

	configuration := b.want(200, "POST", cluster+"/node-configurations", doc{"name": "n"})["id"].(string)
	u := b.want(200, "POST", templates, doc{"name": "u", "configurationId": configuration})
	b.same("configuration name", u["configurationName"], "n")
	b.refused(400, `used by node template "u"`, "DELETE", cluster+"/node-configurations/"+configuration, nil)
	b.same("deleted", b.want(200, "DELETE", templates+"/u", nil), doc{})
	b.want(200, "DELETE", cluster+"/node-configurations/"+configuration, nil)
}
