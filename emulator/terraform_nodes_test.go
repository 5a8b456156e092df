package emulator_test

import (
	"fmt"
	"maps"
	"testing"
)

func (tf *terraform) cluster(name string) string {
	tf.t.Helper()
	return tf.make(200, clusters, doc{"name": name, "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": name}})
}

func TestTerraformNodeConfiguration(t *testing.T) {
	tf := newTerraform(t)
	base := "/v1/kubernetes/clusters/" + tf.cluster("c") + "/node-configurations"
	eks := doc{"instanceProfileArn": "arn:aws:iam::1:instance-profile/p", "securityGroups": []any{"sg-1"}, "imdsV1": true, "imdsHopLimit": 2,
		"dnsClusterIp": "10.100.0.10", "enaQueueCountPerInterface": nil, "ipsPerPrefix": 4, "keyPairId": nil, "maxPodsPerNodeFormula": nil,
		"nodeGroupArn": nil, "threadsPerCpu": nil, "volumeIops": nil, "volumeKmsKeyArn": nil, "volumeThroughput": nil, "volumeType": nil,
		"imageFamily": "FAMILY_AL2023", "targetGroups": []any{doc{"arn": "arn:tg", "port": 80}, doc{"arn": "arn:tg2", "port": nil}}}
	id := tf.make(200, base, doc{"name": "n", "diskCpuRatio": 35, "drainTimeoutSec": 0, "minDiskSize": 122, "subnets": []any{"subnet-1"},
		"image": nil, "initScript": "IyEvYmluL2Jhc2g=", "sshPublicKey": nil, "containerRuntime": "dockerd", "tags": doc{"env": "dev"},
		"dockerConfig": doc{"live-restore": true}, "kubeletConfig": doc{"registryBurst": 20, "evictionHard": nil}, "eks": eks})
	read := tf.call(200, "GET", base+"/"+id, nil)
	tf.fields(read, doc{"id": id, "name": "n", "default": false, "version": 1, "diskCpuRatio": 35, "minDiskSize": 122, "subnets": []any{"subnet-1"},
		"tags": doc{"env": "dev"}, "containerRuntime": "DOCKERD", "dockerConfig": doc{"live-restore": true}})
	tf.same("kubelet", read["kubeletConfig"], doc{"registryBurst": 20, "evictionHard": nil}) // as text, null is there
	tf.fields(read["eks"], doc{"ipsPerPrefix": 4, "imageFamily": "FAMILY_AL2023", "volumeType": nil, "volumeIops": nil, "dnsClusterIp": "10.100.0.10"})

	next := maps.Clone(eks)
	maps.Copy(next, doc{"dnsClusterIp": nil, "ipsPerPrefix": 3, "imageFamily": "family_al2"})
	delete(next, "targetGroups")
	tf.call(200, "POST", base+"/"+id, doc{"diskCpuRatio": 0, "drainTimeoutSec": 120, "minDiskSize": 121, "subnets": []any{"subnet-1"}, "image": "ami-1",
		"initScript": nil, "sshPublicKey": nil, "containerRuntime": "containerd", "eks": next})
	read = tf.call(200, "GET", base+"/"+id, nil)
	tf.fields(read, doc{"name": "n", "tags": doc{}, "dockerConfig": nil, "kubeletConfig": nil, "initScript": nil, "image": "ami-1", "containerRuntime": "CONTAINERD",
		"drainTimeoutSec": 120})
	tf.fields(read["eks"], doc{"dnsClusterIp": nil, "ipsPerPrefix": 3, "imageFamily": "FAMILY_AL2", "targetGroups": nil})
	tf.same("import by name", tf.item(tf.call(200, "GET", base, nil)["items"], "name", "n")["id"], id)

	gke := tf.make(200, base, doc{"name": "gke", "diskCpuRatio": 0, "drainTimeoutSec": 0, "minDiskSize": 100, "image": nil, "initScript": nil, "sshPublicKey": nil,
		"gke": doc{"diskType": "pd-ssd", "maxPodsPerNode": 110, "minCpuPlatform": nil, "networkTags": []any{}, "useEphemeralStorageLocalSsd": false, "zones": []any{},
			"onHostMaintenance": "terminate"}})
	tf.fields(at(tf.call(200, "GET", base+"/"+gke, nil), "gke"), doc{"diskType": "pd-ssd", "maxPodsPerNode": 110, "onHostMaintenance": "terminate"})
	aks := tf.make(200, base, doc{"name": "aks", "diskCpuRatio": 0, "drainTimeoutSec": 0, "minDiskSize": 100, "image": nil, "initScript": nil, "sshPublicKey": nil,
		"aks": doc{"acceleratedNetworking": "ACCELERATED_NETWORKING_MODE_DISABLED", "applicationSecurityGroupIds": []any{"asg"}, "enableEncryptionAtHost": true,
			"imageFamily": "FAMILY_AZURE_LINUX", "loadBalancers": []any{doc{"id": "lb", "nicBasedBackendPools": []any{doc{"name": "q"}}}}, "maxPodsPerNode": 30,
			"networkSecurityGroupId": "nsg", "osDiskEphemeral": doc{"placement": "PLACEMENT_UNSPECIFIED"}, "osDiskType": "OS_DISK_TYPE_PREMIUM_SSD",
			"podSubnetId": "ps", "publicIp": doc{"idleTimeoutInMinutes": nil, "ipPrefix": "p", "tags": []any{doc{"ipTagType": "RoutingPreference", "tagValue": "x"}}}}})
	tf.fields(at(tf.call(200, "GET", base+"/"+aks, nil), "aks"), doc{"osDiskType": "OS_DISK_TYPE_PREMIUM_SSD", "imageFamily": "FAMILY_AZURE_LINUX", "podSubnetId": "ps"})

	// castai_node_configuration_default
	tf.same("default", tf.call(200, "POST", base+"/"+aks+"/default", nil)["default"], true)
	tf.same("default", tf.call(200, "GET", base+"/"+aks, nil)["default"], true)
	tf.same("another", tf.call(200, "POST", base+"/"+gke+"/default", nil)["default"], true)
	tf.same("default no more", tf.call(200, "GET", base+"/"+aks, nil)["default"], false)
	tf.gone(base + "/") // what is read next, since the ID of one that is no more the default is dropped
	for _, one := range []string{id, aks} {
		tf.same("not the default", tf.call(200, "GET", base+"/"+one, nil)["default"], false)
		tf.same("deleted", tf.call(200, "DELETE", base+"/"+one, nil), doc{})
		tf.gone(base + "/" + one)
	}
}

func TestTerraformNodeTemplate(t *testing.T) {
	tf := newTerraform(t)
	cluster := tf.cluster("c")
	base := "/v1/kubernetes/clusters/" + cluster + "/node-templates"
	configuration := tf.make(200, "/v1/kubernetes/clusters/"+cluster+"/node-configurations", doc{"name": "n", "diskCpuRatio": 0, "drainTimeoutSec": 0, "minDiskSize": 100})
	read := func(name string) doc {
		t.Helper()
		for _, item := range tf.call(200, "GET", base+"?includeDefault=true", nil)["items"].([]any) {
			if at(item, "template", "name") == name {
				return at(item, "template").(doc)
			}
		}
		return nil
	}
	constraints := doc{"azs": []any{"eu-central-1b", "eu-central-1a"}, "architectures": []any{}, "os": []any{}, "architecturePriority": []any{}, "cpuManufacturers": []any{},
		"spot": true, "onDemand": false, "useSpotFallbacks": true, "fallbackRestoreRateSeconds": 1800, "enableSpotDiversity": true,
		"spotDiversityPriceIncreaseLimitPercent": 21, "enableSpotReliability": false, "spotReliabilityPriceIncreaseLimitPercent": 0,
		"spotInterruptionPredictionsEnabled": true, "spotInterruptionPredictionsType": "interruption-predictions", "isGpuOnly": false, "maxPricePerCpu": 0,
		"minCpu": 4, "maxCpu": 100, "minMemory": nil, "maxMemory": nil, "bareMetal": nil, "computeOptimized": false, "storageOptimized": false,
		"lifecycleTaintsDisabled": nil, "burstable": "ENABLED", "customerSpecific": "DISABLED",
		"instanceFamilies":      doc{"include": []any{}, "exclude": []any{"m5"}},
		"gpu":                   doc{"manufacturers": []any{"NVIDIA"}, "includeNames": []any{}, "excludeNames": []any{}, "minCount": 0, "maxCount": nil, "fractionalGpus": "ENABLED"},
		"customPriority":        []any{doc{"families": []any{"c5"}, "spot": true, "onDemand": false}},
		"resourceLimits":        doc{"cpuLimitEnabled": true, "cpuLimitMaxCores": 20},
		"dedicatedNodeAffinity": []any{doc{"name": "n", "azName": "z", "instanceTypes": []any{"i"}, "affinity": []any{doc{"key": "k", "operator": "In", "values": []any{"v"}}}, "cpusPerGpu": nil, "maxCpu": nil, "minGpusPerNode": nil}}}
	created := tf.call(200, "POST", base, doc{"name": "t", "isDefault": false, "isEnabled": nil, "configurationId": configuration, "shouldTaint": true, "clmEnabled": false,
		"customInstancesEnabled": false, "customInstancesWithExtendedMemoryEnabled": nil, "stopEnabled": nil, "customLabels": doc{"a": "b"},
		"customTaints": []any{doc{"key": "k", "value": nil, "effect": "NoSchedule"}}, "constraints": constraints})
	tf.same("name", created["name"], "t")
	shown := read("t")
	tf.fields(shown, doc{"isEnabled": true, "isDefault": false, "configurationId": configuration, "version": "1", "rebalancingConfig": doc{"minNodes": 0},
		"customLabels": doc{"a": "b"}, "shouldTaint": true, "edgeLocationIds": nil, "gpu": nil, "priceAdjustmentConfiguration": nil})
	tf.fields(shown["constraints"], doc{"azs": []any{"eu-central-1b", "eu-central-1a"}, "architectures": []any{"amd64"}, "os": []any{"linux"}, "spot": true, "onDemand": false,
		"minCpu": 4, "maxCpu": 100, "burstable": "ENABLED", "computeOptimized": false, "storageOptimized": false, "maxPricePerCpu": nil})
	if message := tf.call(409, "POST", base, doc{"name": "t", "isDefault": false})["message"]; message == "" {
		t.Error("no message")
	}

	// The second step of the acceptance tests takes things away.
	bare := doc{"azs": []any{}, "architectures": []any{"amd64"}, "os": []any{"linux"}, "architecturePriority": []any{}, "cpuManufacturers": []any{}, "spot": false, "onDemand": false,
		"useSpotFallbacks": false, "fallbackRestoreRateSeconds": 0, "enableSpotDiversity": false, "spotDiversityPriceIncreaseLimitPercent": 0, "enableSpotReliability": false,
		"spotReliabilityPriceIncreaseLimitPercent": 0, "spotInterruptionPredictionsEnabled": false, "spotInterruptionPredictionsType": "interruption-predictions",
		"isGpuOnly": false, "maxPricePerCpu": 0, "minCpu": nil, "maxCpu": nil, "minMemory": nil, "maxMemory": nil, "bareMetal": nil, "computeOptimized": nil,
		"storageOptimized": nil, "lifecycleTaintsDisabled": nil}
	tf.call(200, "PUT", base+"/t", doc{"isDefault": false, "isEnabled": true, "configurationId": configuration, "shouldTaint": true, "clmEnabled": false,
		"customInstancesEnabled": false, "customInstancesWithExtendedMemoryEnabled": false, "stopEnabled": nil, "rebalancingConfig": doc{"minNodes": 0},
		"customTaints": []any{doc{"key": "k", "value": nil, "effect": "NoSchedule"}},
		"gpu": doc{"defaultSharedClientsPerGpu": 4, "enableTimeSharing": false, "sharingStrategy": "GPU_SHARING_STRATEGY_MPS",
			"sharingConfiguration": doc{"A100": doc{"sharedClientsPerGpu": 2}}, "userManagedGpuDrivers": nil},
		"priceAdjustmentConfiguration": doc{"instanceTypeAdjustments": doc{"m5.xlarge": "1.0"}}, "constraints": bare})
	shown = read("t")
	tf.fields(shown, doc{"version": "2", "customLabels": doc{}, "priceAdjustmentConfiguration": doc{"instanceTypeAdjustments": doc{"m5.xlarge": "1.0"}}})
	tf.fields(shown["constraints"], doc{"instanceFamilies": nil, "minCpu": 0, "maxCpu": nil, "onDemand": true, "gpu": nil, "customPriority": nil, "resourceLimits": nil, "burstable": nil})
	tf.call(200, "PUT", base+"/t", doc{"isDefault": false, "isEnabled": true, "shouldTaint": false, "clmEnabled": false, "customInstancesEnabled": false,
		"customInstancesWithExtendedMemoryEnabled": false, "stopEnabled": nil, "rebalancingConfig": doc{"minNodes": 0}, "priceAdjustmentConfiguration": doc{}})
	tf.fields(read("t"), doc{"gpu": nil, "priceAdjustmentConfiguration": nil, "customTaints": []any{}, "configurationId": nil})
	tf.same("deleted", tf.call(200, "DELETE", base+"/t", nil), doc{})
	tf.same("gone", read("t"), nil)
	tf.call(404, "DELETE", base+"/t", nil)

	// The default template is there, is changed with PUT, and is never deleted.
	tf.call(200, "PUT", base+"/default-by-castai", doc{"isDefault": true, "isEnabled": true, "shouldTaint": false, "clmEnabled": false, "customInstancesEnabled": false,
		"customInstancesWithExtendedMemoryEnabled": false, "stopEnabled": nil, "rebalancingConfig": doc{"minNodes": 0}, "constraints": bare})
	tf.fields(read("default-by-castai"), doc{"isDefault": true, "customInstancesEnabled": false})
}

func TestTerraformAutoscaler(t *testing.T) {
	tf := newTerraform(t)
	path := "/v1/kubernetes/clusters/" + tf.cluster("c") + "/policies"
	current := tf.call(200, "GET", path, nil)
	planned := doc{}
	maps.Copy(planned, current)
	maps.Copy(planned, doc{"enabled": true, "isScopedMode": false})
	planned["clusterLimits"] = doc{"enabled": true, "cpu": doc{"minCores": 1, "maxCores": 30}}
	planned["nodeDownscaler"] = doc{"enabled": true, "emptyNodes": doc{"enabled": true, "delaySeconds": 0}, "evictor": doc{"enabled": false, "dryRun": false,
		"aggressiveMode": false, "scopedMode": false, "cycleInterval": "1m", "nodeGracePeriodMinutes": 5, "podEvictionFailureBackOffInterval": "5s",
		"ignorePodDisruptionBudgets": false, "status": "Unknown"}}
	planned["unschedulablePods"].(doc)["minRamMiB"] = 5 // a key that the provider misspells
	tf.call(200, "PUT", path, planned)
	read := tf.call(200, "GET", path, nil)
	for _, part := range []string{"enabled", "isScopedMode", "clusterLimits", "nodeDownscaler", "nodeTemplatesPartialMatchingEnabled"} {
		tf.same(part, read[part], planned[part])
	}
	// Two writers: the one whose version is old reads again.
	constraints := doc{"unschedulablePods": doc{"nodeConstraints": doc{"enabled": true, "minCpuCores": 2, "maxCpuCores": 32, "minRamMib": 4096, "maxRamMib": 262144}}}
	tf.call(200, "PUT", path, constraints)
	if r := tf.send("PUT", path, read); r.status != 400 || r.body["message"] == "" {
		t.Errorf("an old version: %d %s", r.status, r.text)
	} else {
		tf.refused(400, "refetch the policies", "PUT", path, read)
	}
	tf.call(200, "PUT", path, doc{"enabled": false})
	off := tf.call(200, "GET", path, nil)
	tf.fields(off, doc{"enabled": false, "clusterLimits": planned["clusterLimits"]})

	// castai_evictor_advanced_config
	evictor := path[:len(path)-len("policies")] + "evictor-advanced-config"
	rules := []any{
		doc{"podSelector": doc{"kind": "Job", "namespace": "ns", "replicasMin": 2, "labelSelector": doc{"matchLabels": doc{"a": "b"}}}, "settings": doc{"aggressive": doc{"enabled": true}}},
		doc{"nodeSelector": doc{"labelSelector": doc{"matchExpressions": []any{doc{"key": "k", "operator": "Exists", "values": []any{}}}}}, "settings": doc{"disposable": doc{"enabled": true}}},
	}
	tf.same("rules", tf.call(200, "POST", evictor, doc{"evictionConfig": rules})["evictionConfig"], rules)
	tf.same("rules", tf.call(200, "GET", evictor, nil)["evictionConfig"], rules)
	tf.same("no rules", tf.call(200, "POST", evictor, doc{}), doc{"evictionConfig": []any{}})
}

func TestTerraformSchedules(t *testing.T) {
	tf := newTerraform(t)
	cluster := tf.cluster("c")
	options := doc{"minNodes": 2, "keepDrainTimeoutNodes": false, "aggressiveMode": false, "evictGracefully": nil, "maxSimultaneousDrains": nil,
		"executionConditions": doc{"enabled": true, "achievedSavingsPercentage": 15}}
	body := doc{"name": "nightly", "schedule": doc{"cron": "5 4 * * *"}, "lastTriggerAt": nil, "triggerConditions": doc{"savingsPercentage": 15.25, "ignoreSavings": false},
		"launchConfiguration": doc{"nodeTtlSeconds": 350, "numTargetedNodes": 20, "targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmNormalizedPrice",
			"rebalancingOptions": options, "selector": doc{"nodeSelectorTerms": []any{doc{"matchExpressions": []any{doc{"key": "a", "operator": "In", "values": []any{"x"}}}}}}}}
	id := tf.make(200, "/v1/rebalancing-schedules", body)
	read := tf.call(200, "GET", "/v1/rebalancing-schedules/"+id, nil)
	tf.same("percentage", at(read, "triggerConditions", "savingsPercentage"), 15.25)
	tf.fields(at(read, "launchConfiguration", "rebalancingOptions"), doc{"minNodes": 2, "executionConditions": doc{"enabled": true, "achievedSavingsPercentage": 15},
		"aggressiveModeConfig": nil, "drainFailureConfig": nil})
	delete(body, "lastTriggerAt")
	body["launchConfiguration"] = doc{"nodeTtlSeconds": 0, "numTargetedNodes": 0, "targetNodeSelectionAlgorithm": "TargetNodeSelectionAlgorithmUtilizedPrice", "rebalancingOptions": options}
	tf.call(200, "PUT", "/v1/rebalancing-schedules?id="+id, body)
	tf.same("selector", at(tf.call(200, "GET", "/v1/rebalancing-schedules/"+id, nil), "launchConfiguration", "selector", "nodeSelectorTerms"), []any{})
	tf.same("by name", tf.item(tf.call(200, "GET", "/v1/rebalancing-schedules", nil)["schedules"], "name", "nightly")["id"], id)

	jobs := "/v1/kubernetes/clusters/" + cluster + "/rebalancing-jobs"
	tf.same("none to adopt", tf.call(200, "GET", jobs+"?rebalancingScheduleId="+id, nil)["jobs"], []any{})
	job := tf.make(200, jobs, doc{"id": "", "clusterId": cluster, "rebalancingScheduleId": id, "enabled": true, "lastTriggerAt": nil, "nextTriggerAt": nil})
	tf.fields(tf.call(200, "GET", jobs+"/"+job, nil), doc{"clusterId": cluster, "rebalancingScheduleId": id, "enabled": true})
	tf.call(200, "PUT", jobs+"/"+job, doc{"enabled": false, "rebalancingScheduleId": "", "lastTriggerAt": nil, "nextTriggerAt": nil})
	tf.fields(tf.call(200, "GET", jobs+"/"+job, nil), doc{"enabled": false, "rebalancingScheduleId": id})
	tf.same("found again", at(tf.call(200, "GET", jobs+"?rebalancingScheduleId="+id, nil), "jobs", 0, "id"), job)
	tf.same("deleted", tf.call(200, "DELETE", jobs+"/"+job, nil), doc{})
	tf.gone(jobs + "/" + job)
	tf.same("deleted", tf.call(200, "DELETE", "/v1/rebalancing-schedules/"+id, nil), doc{})
	tf.gone("/v1/rebalancing-schedules/" + id)

	tf.same("organization", at(tf.call(200, "GET", "/v1/organizations", nil), "organizations", 0, "id"), org)
	hibernation := doc{"id": "", "name": "workday", "enabled": false, "pauseConfig": doc{"enabled": true, "schedule": doc{"cronExpression": "0 17 * * 1-5"}},
		"resumeConfig": doc{"enabled": true, "schedule": doc{"cronExpression": "0 9 * * 1-5"}, "jobConfig": doc{"nodeConfig": doc{"instanceType": "e2-standard-4",
			"kubernetesTaints": []any{doc{"key": "k", "value": "", "effect": "NoSchedule"}}}}}, "clusterAssignments": doc{"items": []any{doc{"clusterId": cluster}}}}
	for i := range 100 { // more than a page has that nobody asks for
		other := maps.Clone(hibernation)
		other["name"] = fmt.Sprint("other-", i)
		tf.make(200, hibernations, other)
	}
	id = tf.make(200, hibernations, hibernation)
	tf.fields(tf.call(200, "GET", hibernations+"/"+id, nil), doc{"id": id, "organizationId": org, "name": "workday", "enabled": false, "clusterAssignments": hibernation["clusterAssignments"]})
	delete(hibernation, "id")
	maps.Copy(hibernation, doc{"enabled": true, "clusterAssignments": doc{"items": []any{}}})
	tf.call(200, "PATCH", hibernations+"/"+id, hibernation)
	tf.fields(tf.call(200, "GET", hibernations+"/"+id, nil), doc{"enabled": true, "clusterAssignments": doc{"items": []any{}}})
	tf.same("by name", tf.item(tf.call(200, "GET", hibernations+"?page.limit=500", nil)["items"], "name", "workday")["id"], id)
	tf.call(200, "DELETE", hibernations+"/"+id, nil)
	tf.fields(tf.call(404, "GET", hibernations+"/"+id, nil), doc{"code": 5, "details": []any{}})
}
