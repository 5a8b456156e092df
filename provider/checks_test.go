package provider_test

import (
	"slices"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

// hiddenPlace is the property of a failure at a secret, which is named in its
// text: Pulumi would show the value otherwise.
const hiddenPlace = ""

// TestChecks: what cannot be right is refused before any call, each mistake at
// its property, all of them at once.
func TestChecks(t *testing.T) {
	t.Parallel()
	kinds := map[string]*row{}
	for _, r := range rows {
		kinds[r.token] = r
	}
	covered := map[string]bool{}
	for _, test := range []struct {
		token  string
		inputs props // in place of the least ones
		failed []string
	}{
		{"AiOptimizerHostedModel", props{
			"clusterId": "c", "modelSpecsId": "m", "service": " ", "port": 0, "vllmConfig": props{"secretName": "s", "huggingFaceToken": "t"},
			"horizontalAutoscaling": props{"enabled": true, "minReplicas": 3, "maxReplicas": 2, "targetMetric": "", "targetValue": 1},
			"hibernation":           props{"resumeCondition": props{"duration": "soon"}, "hibernateCondition": props{"duration": "600s", "requestCount": -1}},
		}, []string{
			"clusterId", "hibernation.hibernateCondition.requestCount", "hibernation.resumeCondition.duration", "horizontalAutoscaling.maxReplicas",
			"horizontalAutoscaling.targetMetric", "modelSpecsId", "port", "service", "vllmConfig.huggingFaceToken",
		}},
		{"AiOptimizerModelRegistry", props{"credentials": " ", "providerType": "GCS", "s3": props{"bucket": "b", "region": " "}},
			[]string{hiddenPlace, "gcs", "s3", "s3.region"}},
		{"AiOptimizerModelSpecs", props{"model": "", "registryType": "PRIVATE", "huggingface": props{"modelName": " "}},
			[]string{"huggingface", "huggingface.modelName", "model", "privateRegistry"}},
		{"AksCluster", props{"name": " ", "region": "?", "subscriptionId": "", "nodeResourceGroup": " ", "clientId": "", "clientSecret": "a", "federationId": "b"},
			[]string{"clientId", "federationId", "name", "nodeResourceGroup", "region", "subscriptionId", "tenantId"}},
		{"AllocationGroup", props{"clusterIds": list("c"), "labels": props{"a": "b"}, "labelFilters": list(props{"label": "a", "operator": "Exists", "value": "b"})},
			[]string{"clusterIds[0]", "labelFilters", "labelFilters[0].value"}},
		{"ApiObject", props{"path": "v1/x", "body": props{}, "keyField": "name", "updateMethod": "SEND"}, []string{"keyField", "path", "updateMethod"}},
		{"Autoscaler", props{"clusterId": "c", "autoscalerSettings": props{"enabled": true}, "autoscalerPoliciesJson": "[]"},
			[]string{"autoscalerPoliciesJson", "clusterId"}},
		{"CacheConfiguration", props{"cacheGroupId": "g", "databaseName": " ", "mode": ""}, []string{"cacheGroupId", "databaseName", "mode"}},
		{"CacheGroup", props{"protocolType": " ", "endpoints": list(props{"hostname": " ", "port": 0, "name": ""})},
			[]string{"endpoints[0].hostname", "endpoints[0].port", "protocolType"}},
		{"CacheRule", props{"cacheGroupId": "g", "cacheConfigurationId": "c", "mode": "Manual", "table": "t", "templateHash": "h"},
			[]string{"cacheConfigurationId", "cacheGroupId", "manualTtl", "templateHash"}},
		{"Commitments", props{"azureReservationsCsv": "Name,Quantity\nweb,many,more\nbatch,few", "importMode": "MERGE"},
			[]string{"azureReservationsCsv", "azureReservationsCsv", "azureReservationsCsv", "importMode"}},
		{"EdgeConfiguration", props{"clusterId": "c", "edgeLocationId": "l", "name": " ", "aws": props{}, "gcp": props{}},
			[]string{"clusterId", "edgeLocationId", "gcp", "name"}},
		{"EdgeConfigurationDefault", props{"clusterId": "c", "edgeLocationId": "l", "configurationId": " "},
			[]string{"clusterId", "configurationId", "edgeLocationId"}},
		{"EdgeLocation", props{
			"clusterId": "c", "name": " ", "aws": props{"accountId": "1", "vpcId": "", "securityGroupId": "s", "subnetIds": props{}, "accessKeyIdWo": "a"},
			"controlPlane": props{"apiServerPort": 70000}, "addons": list(props{"name": "a", "values": "[]"}),
		}, []string{
			"addons[0].values", "aws.accountId", "aws.secretAccessKeyWo", "aws.vpcId", "clusterId", "controlPlane.apiServerPort", "name", "region",
		}},
		{"EksCluster", props{"name": " ", "accountId": "1", "region": "x", "assumeRoleArn": "role"}, []string{"accountId", "assumeRoleArn", "name", "region"}},
		{"EksClusterId", props{"clusterName": " ", "accountId": "1", "region": "x"}, []string{"accountId", "clusterName", "region"}},
		{"EksUserArn", props{"clusterId": " "}, []string{"clusterId"}},
		{"EnterpriseGroup", props{
			"enterpriseId": "e", "organizationId": "o", "members": list(props{"members": list(props{"kind": "user", "id": " "})}),
			"roleBindings": list(props{"roleBindings": list(props{"name": " ", "roleId": "r", "scopes": list(props{"scopes": list(
				props{"organization": uuidOne, "cluster": uuidTwo}, props{})})})}),
		}, []string{
			"enterpriseId", "members[0].members[0].id", "organizationId", "roleBindings[0].roleBindings[0].name",
			"roleBindings[0].roleBindings[0].scopes[0].scopes[0].cluster", "roleBindings[0].roleBindings[0].scopes[0].scopes[1]",
		}},
		{"EnterpriseRoleBinding", props{"enterpriseId": "e", "organizationId": "o", "roleId": " ", "scopes": list(), "subjects": list()},
			[]string{"enterpriseId", "organizationId", "roleId", "scopes", "subjects"}},
		{"EnterpriseServiceAccount", props{"enterpriseId": "e", "organizationId": "o", "name": " "}, []string{"enterpriseId", "name", "organizationId"}},
		{"EvictorAdvancedConfig", props{"clusterId": "c", "evictorAdvancedConfigs": list(props{"podSelectors": list(props{}, props{}), "podSelector": props{}})},
			[]string{"clusterId", "evictorAdvancedConfigs[0].podSelectors", "evictorAdvancedConfigs[0].podSelectors[1]"}},
		{"GkeCluster", props{"name": " ", "projectId": "", "location": "x", "credentialsJson": "key"}, []string{hiddenPlace, "location", "name", "projectId"}},
		{"GkeClusterId", props{"name": " ", "projectId": "", "location": "x", "clientServiceAccount": " "},
			[]string{"clientServiceAccount", "location", "name", "projectId"}},
		{"HibernationSchedule", props{
			"organizationId": "o", "name": " ", "enabled": true, "pauseConfig": props{"enabled": true, "schedule": props{"cronExpression": "often"}},
			"resumeConfig": props{"enabled": true, "schedule": props{"cronExpression": "CRON_TZ=Moon/Sea 0 8 * * *"},
				"jobConfig": props{"nodeConfig": props{"instanceType": " "}}},
			"clusterAssignments": props{"assignments": list(props{"clusterId": "c"}, props{"clusterId": uuidOne}, props{"clusterId": uuidOne})},
		}, []string{
			"clusterAssignments.assignments[0].clusterId", "clusterAssignments.assignments[2].clusterId", "name", "organizationId",
			"pauseConfig.schedule.cronExpression", "resumeConfig.jobConfig.nodeConfig.instanceType", "resumeConfig.schedule.cronExpression",
		}},
		{"NodeConfiguration", props{
			"clusterId": "c", "name": " ", "subnets": list(" "), "minDiskSize": 1, "sshPublicKey": "!", "kubeletConfig": "[]",
			"gke": props{"maxPodsPerNode": 20, "maxPodsPerNodeFormula": "NUM_CPU"}, "aks": props{"maxPodsPerNode": 1},
		}, []string{"aks", "aks.maxPodsPerNode", "clusterId", "gke.maxPodsPerNodeFormula", "kubeletConfig", "minDiskSize", "name", "sshPublicKey", "subnets[0]"}},
		{"NodeConfigurationDefault", props{"clusterId": "c", "configurationId": " "}, []string{"clusterId", "configurationId"}},
		{"NodeTemplate", props{
			"clusterId": "c", "shouldTaint": false, "customTaints": list(props{"key": " "}), "rebalancingConfigMinNodes": -1,
			"constraints": props{"minCpu": 8, "maxCpu": 2, "storageOptimized": true, "computeOptimized": false,
				"customPriorities": list(props{"instanceFamilies": list(" ")})},
		}, []string{
			"clusterId", "constraints.computeOptimized", "constraints.customPriorities[0].instanceFamilies[0]", "constraints.minCpu",
			"constraints.storageOptimized", "customTaints[0].key", "rebalancingConfigMinNodes", "shouldTaint",
		}},
		{"OmniCluster", props{"organizationId": "o", "clusterId": "c", "status": props{"omniAgentVersion": " ", "podCidr": "10.0.0.0/8,x"}},
			[]string{"clusterId", "organizationId", "status.omniAgentVersion", "status.podCidr"}},
		{"OrganizationGroup", props{"organizationId": "o", "name": " ", "labelSelector": props{"condition": " ", "requirements": list(props{"key": "", "operator": "IN"})}},
			[]string{"labelSelector.condition", "labelSelector.requirements[0].key", "name", "organizationId"}},
		{"OrganizationMembers", props{"organizationId": "o", "owners": list(" ")}, []string{"organizationId", "owners[0]"}},
		{"PodMutation", props{
			"clusterId": "c", "name": " ", "enabled": true, "filterV2": props{}, "patch": `{"op":"add"}`,
			"spotConfig": props{"distributionPercentage": 101}, "distributionGroups": list(
				props{"name": "a", "percentage": 60, "configuration": props{"patch": `[{"op":"add"}]`}}, props{"name": "a", "percentage": 50, "configuration": props{}}),
		}, []string{
			"clusterId", "distributionGroups", "distributionGroups[0].configuration.patch", "distributionGroups[1].name", "filterV2", "name", "patch",
			"spotConfig.distributionPercentage",
		}},
		{"RebalancingJob", props{"clusterId": "c", "rebalancingScheduleId": "s"}, []string{"clusterId", "rebalancingScheduleId"}},
		{"RebalancingSchedule", props{
			"name": " ", "schedule": props{"cron": "often"}, "triggerConditions": props{"savingsPercentage": -1},
			"launchConfiguration": props{"selector": "[]", "numTargetedNodes": -1, "executionConditions": props{"enabled": true, "achievedSavingsPercentage": 101}},
		}, []string{
			"launchConfiguration.executionConditions.achievedSavingsPercentage", "launchConfiguration.numTargetedNodes", "launchConfiguration.selector", "name",
			"schedule.cron", "triggerConditions.savingsPercentage",
		}},
		{"Reservations", props{"organizationId": "o", "reservationsCsv": "name,provider,count,start_date\na,,1.5,yesterday"},
			[]string{"organizationId", "reservationsCsv", "reservationsCsv", "reservationsCsv"}},
		{"RoleBindings", props{
			"organizationId": "o", "roleId": " ", "scopes": list(), "subjects": list(props{"subjects": list(
				props{"kind": "user", "groupId": uuidOne}, props{"kind": "robot"})}),
		}, []string{
			"organizationId", "roleId", "scopes", "subjects[0].subjects[0].groupId", "subjects[0].subjects[0].userId", "subjects[0].subjects[1].kind",
		}},
		{"SSOConnection", props{"name": " ", "emailDomain": "", "aad": props{"adDomain": " ", "clientId": "c"}, "okta": props{"oktaDomain": "d", "clientId": ""}},
			[]string{"aad.adDomain", "emailDomain", "name", "okta", "okta.clientId"}},
		{"SecurityRuntimeRule", props{"name": " ", "severity": " ", "ruleText": ""}, []string{"name", "ruleText", "severity"}},
		{"ServiceAccount", props{"organizationId": "o", "name": " "}, []string{"name", "organizationId"}},
		{"ServiceAccountKey", props{"organizationId": "o", "serviceAccountId": "s", "name": " ", "expiresAt": "tomorrow"},
			[]string{"expiresAt", "name", "organizationId", "serviceAccountId"}},
		{"WorkloadCustomMetricsDataSource", props{"clusterId": "c", "name": " ", "prometheus": props{"url": "prom", "metrics": list(props{"name": "", "query": " "})}},
			[]string{"clusterId", "name", "prometheus.metrics[0].name", "prometheus.metrics[0].query", "prometheus.url"}},
		{"WorkloadScalingPolicy", props{
			"clusterId": "c", "name": "x", "applyType": "", "managementOption": " ", "cpu": props{}, "confidence": props{"threshold": 2},
			"memory": props{"min": 20, "constraints": props{"max": props{"constant": 1, "percentageOfOriginal": 1}}, "limit": props{"type": "MULTIPLIER"},
				"applyThreshold": 0.3, "applyThresholdStrategy": props{"type": "CUSTOM_ADAPTIVE", "denominator": "x"}},
			"assignmentRules": list(props{"rules": list()}, props{"rules": list()}),
		}, []string{
			"applyType", "assignmentRules[1]", "clusterId", "confidence.threshold", "cpu.args", "managementOption", "memory.applyThresholdStrategy",
			"memory.applyThresholdStrategy.denominator", "memory.applyThresholdStrategy.exponent", "memory.applyThresholdStrategy.numerator",
			"memory.constraints", "memory.constraints.max.percentageOfOriginal", "memory.limit.multiplier", "name",
		}},
		{"WorkloadScalingPolicyOrder", props{"clusterId": "c", "policyIds": list(uuidOne, "p", uuidOne)}, []string{"clusterId", "policyIds[1]", "policyIds[2]"}},
	} {
		covered[test.token] = true
		t.Run(test.token, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			_, failures := h.Resource(test.token, "x").Check(test.inputs)
			failed := []string{}
			for _, failure := range failures {
				failed = append(failed, failure.Property)
			}
			slices.Sort(failed)
			if !slices.Equal(failed, test.failed) {
				t.Errorf("refused at\n%q, want\n%q:\n%v", failed, test.failed, harness.CheckError(failures))
			}
			if calls := h.Calls(); len(calls) > 0 {
				t.Errorf("there were the calls %v", calls)
			}
		})
	}
	for token := range kinds {
		if !covered[token] {
			t.Errorf("no mistakes of %s are tried", token)
		}
	}
}
