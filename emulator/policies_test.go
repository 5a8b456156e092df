package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func TestPolicies(t *testing.T) {
	b := newBed(t, emulator.Options{})
	path := "/v1/kubernetes/clusters/" + b.eks("c") + "/policies"
	first := b.want(200, "GET", path, nil)
	b.same("read again", b.want(200, "PUT", path, first), first)

	changed := b.want(200, "PUT", path, doc{"enabled": true, "clusterLimits": doc{"cpu": doc{"maxCores": 50}},
		"nodeDownscaler": doc{"evictor": doc{"enabled": true, "status": "Compatible"}}, "unschedulablePods": doc{"podPinner": doc{"enabled": nil}}})
	b.same("enabled", changed["enabled"], true)
	b.same("limits", changed["clusterLimits"], doc{"enabled": false, "cpu": doc{"minCores": 1, "maxCores": 50}})
	b.same("the server's status", at(changed, "nodeDownscaler", "evictor", "status"), "Unknown")
	b.same("null", at(changed, "unschedulablePods", "podPinner", "enabled"), false)
	b.same("version", changed["defaultNodeTemplateVersion"], first["defaultNodeTemplateVersion"])
	b.same("stored", b.want(200, "GET", path, nil), changed)

	off := b.want(200, "PUT", path, doc{"enabled": false})
	b.same("left out stays", off["clusterLimits"], changed["clusterLimits"])
	b.refused(400, "minRamMiB", "PUT", path, doc{"unschedulablePods": doc{"nodeConstraints": doc{"minRamMiB": 1}}})
}

func TestPoliciesAndDefaultTemplateMirrorEachOther(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := "/v1/kubernetes/clusters/" + b.eks("c")
	template := func() any {
		return at(b.want(200, "GET", cluster+"/node-templates?includeDefault=true", nil), "items", 0, "template")
	}
	version := func() any { return b.want(200, "GET", cluster+"/policies", nil)["defaultNodeTemplateVersion"] }
	b.same("first version", version(), "1")

	b.want(200, "PUT", cluster+"/policies", doc{
		"defaultNodeTemplateVersion": "1",
		"spotInstances": doc{"enabled": true, "spotDiversityEnabled": true, "spotDiversityPriceIncreaseLimitPercent": 30,
			"spotBackups": doc{"enabled": true, "spotBackupRestoreRateSeconds": 600}, "spotInterruptionPredictions": doc{"enabled": true, "type": "AWSRebalanceRecommendations"}},
		"unschedulablePods": doc{"customInstancesEnabled": false, "nodeConstraints": doc{"enabled": true, "minCpuCores": 2, "maxCpuCores": 16, "minRamMib": 1024, "maxRamMib": 4096}},
	})
	got := template()
	b.same("version", []any{version(), at(got, "version")}, []any{"2", "2"})
	b.same("custom instances", at(got, "customInstancesEnabled"), false)
	b.fields(at(got, "constraints"), doc{
		"spot": true, "enableSpotDiversity": true, "spotDiversityPriceIncreaseLimitPercent": 30, "useSpotFallbacks": true,
		"fallbackRestoreRateSeconds": 600, "spotInterruptionPredictionsEnabled": true, "spotInterruptionPredictionsType": "aws-rebalance-recommendations",
		"minCpu": 2, "maxCpu": 16, "minMemory": 1024, "maxMemory": 4096,
	})

	b.want(200, "PUT", cluster+"/node-templates/default-by-castai", doc{"isDefault": true, "isEnabled": true, "customInstancesEnabled": true, "constraints": doc{"maxCpu": 8, "spot": false}})
	policies := b.want(200, "GET", cluster+"/policies", nil)
	b.same("version", policies["defaultNodeTemplateVersion"], "3")
	b.same("custom instances", at(policies, "unschedulablePods", "customInstancesEnabled"), true)
	b.same("spot", at(policies, "spotInstances", "enabled"), false)
	b.same("constraints", at(policies, "unschedulablePods", "nodeConstraints"), doc{"enabled": true, "minCpuCores": 0, "maxCpuCores": 8, "minRamMib": 0, "maxRamMib": 0})

	b.refused(400, "refetch the policies", "PUT", cluster+"/policies", doc{"enabled": true, "defaultNodeTemplateVersion": "2"})
	b.same("refused means unchanged", b.want(200, "GET", cluster+"/policies", nil), policies)
	b.want(200, "PUT", cluster+"/policies", policies)
	b.same("the same again makes no version", version(), "3")
}

func TestEvictorRules(t *testing.T) {
	b := newBed(t, emulator.Options{})
	path := "/v1/kubernetes/clusters/" + b.eks("c") + "/evictor-advanced-config"
	none := doc{"evictionConfig": []any{}}
	b.same("at first", b.want(200, "GET", path, nil), none)
	rules := []any{
		doc{"podSelector": doc{"kind": "Job", "namespace": "ns", "replicasMin": 2, "labelSelector": doc{"matchLabels": doc{"a": "b"}}}, "settings": doc{"aggressive": doc{"enabled": true}}},
		doc{"nodeSelector": doc{"labelSelector": doc{"matchExpressions": []any{doc{"key": "k", "operator": "Exists", "values": []any{}}}}}, "settings": doc{}},
	}
	b.same("set", b.want(200, "POST", path, doc{"evictionConfig": rules})["evictionConfig"], rules)
	b.same("read", b.want(200, "GET", path, nil)["evictionConfig"], rules)
	b.refused(400, "operator", "POST", path, doc{"evictionConfig": []any{doc{"nodeSelector": doc{"labelSelector": doc{"matchExpressions": []any{doc{"key": "k", "operator": "Bogus"}}}}, "settings": doc{}}}})
	b.same("emptied", b.want(200, "POST", path, doc{}), none)
	b.same("read", b.want(200, "GET", path, nil), none)
}
