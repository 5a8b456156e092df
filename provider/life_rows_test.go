package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/access"
	"github.com/castai/pulumi-castai/provider/clusters"
	"github.com/castai/pulumi-castai/provider/nodes"
	"github.com/castai/pulumi-castai/provider/policies"
)

// row is one resource in the suite of life_test.go. The paths in it go through
// objects, and through the elements of lists without an index: "gpu.name".
type row struct {
	token string
	// inputs and state are zero values of its inputs and outputs.
	inputs, state any
	// settings changes the API's settings; nil leaves them.
	settings func(*emulator.Settings)
	// world makes what must be there before it.
	world func(w *world)
	// least are the inputs that suffice.
	least func(w *world) props
	// full are inputs with everything; several where properties exclude each
	// other.
	full func(w *world) []props
	// waived are the inputs that no full ones hold, and why.
	waived map[string]string
	// changes are changes for inputs of which [other] makes no valid value, by
	// the path of the input; each holds that path and what changes with it.
	changes func(w *world) map[string]props
	// unchanged are the inputs that are not changed, and why.
	unchanged map[string]string
	// drops is what changes with an input that is left out.
	drops map[string]props
	// needed are inputs that the schema calls optional and that must be given,
	// and why.
	needed map[string]string
	// stays are inputs whose value the service keeps when the program leaves
	// them out, and why; "" for all.
	stays map[string]string
	// importID is the ID to import it by.
	importID func(w *world, r *harness.Resource) string
	// notImported are inputs that an import does not find, and why.
	notImported map[string]string
	// afterImport are the inputs, where they are given, that a program has to
	// add to those of an import, which the next update then sets or takes note of.
	afterImport []string
	// vanish makes it go without the provider, and returns the inputs to go on
	// with.
	vanish func(w *world, r *harness.Resource, inputs props) props
	// secrets are values for secret inputs.
	secrets props
	// borne are the statuses of refusals that may pass, or that mean something
	// else for it, and why.
	borne map[int]string
	// idleDelete says that deleting it makes no call, and why.
	idleDelete string
}

// options changes the options of the API.
func (r *row) options(o *emulator.Options) {
	if r.settings != nil {
		r.settings(&o.Settings)
	}
}

// unconnected has no agent come online by itself, since a registration is not
// removed from a cluster that has one.
func unconnected(s *emulator.Settings) { s.Agents = emulator.Real }

const (
	uuidOne   = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	uuidTwo   = "7a2d4b63-8e2f-4d2c-8b64-1e3f6c8f9d25"
	secondOrg = "22222222-2222-4222-8222-222222222222"
	googleKey = `{"type":"service_account","private_key_id":"one"}`
)

func list(items ...any) []any { return items }

// gone archives the cluster of a resource and goes on with the other one.
func gone(w *world, _ *harness.Resource, inputs props) props {
	w.archive(w.cluster)
	return with(inputs, props{"clusterId": w.other})
}

// archived archives the cluster that the resource is.
func archived(w *world, r *harness.Resource, inputs props) props {
	w.archive(r.ID)
	return inputs
}

func byID(_ *world, r *harness.Resource) string { return r.ID }

func byClusterAndID(w *world, r *harness.Resource) string { return w.cluster + "/" + r.ID }

func byCluster(w *world, _ *harness.Resource) string { return w.cluster }

const (
	localSwitch        = "says what the provider is to do, and is no property of the cluster"
	keptAccess         = "CAST AI keeps its access to a cluster until it is disconnected, and a warning says so"
	inAnother          = "it is a part of the default node configuration, which an import does not take over"
	neverReturned      = "the API does not return credentials"
	connectedElsewhere = "something else has connected the cluster, which is left to it"
	isIdentity         = "the resource is nothing but this"
)

var rows = []*row{
	{
		token: "ServiceAccount", inputs: access.ServiceAccountArgs{}, state: access.ServiceAccountState{},
		least: func(w *world) props { return props{"organizationId": w.organization} },
		full: func(w *world) []props {
			return []props{{"organizationId": w.organization, "name": "ci", "description": "builds"}}
		},
		changes: func(*world) map[string]props {
			return map[string]props{"organizationId": {"organizationId": secondOrg}}
		},
		importID: func(w *world, r *harness.Resource) string { return w.organization + "/" + r.ID },
		vanish: func(w *world, r *harness.Resource, inputs props) props {
			w.Request(http.MethodDelete, "/v1/organizations/"+w.organization+"/service-accounts/"+r.ID, nil)
			return inputs
		},
	},
	{
		token: "ServiceAccountKey", inputs: access.ServiceAccountKeyArgs{}, state: access.ServiceAccountKeyState{},
		world: func(w *world) {
			for name, organization := range map[string]string{"account": w.organization, "other": w.organization, "abroad": secondOrg} {
				answer := w.Request(http.MethodPost, "/v1/organizations/"+organization+"/service-accounts", props{"name": name})
				w.made[name] = answer["id"].(string)
			}
		},
		least: func(w *world) props {
			return props{"organizationId": w.organization, "serviceAccountId": w.made["account"]}
		},
		full: func(w *world) []props {
			return []props{{
				"organizationId": w.organization, "serviceAccountId": w.made["account"], "name": "ci",
				"expiresAt": "2040-01-01T02:00:00+02:00", "active": false,
			}}
		},
		changes: func(w *world) map[string]props {
			return map[string]props{
				"organizationId":   {"organizationId": secondOrg, "serviceAccountId": w.made["abroad"]},
				"serviceAccountId": {"serviceAccountId": w.made["other"]},
				"expiresAt":        {"expiresAt": "2041-01-01T00:00:00Z"},
			}
		},
		importID: func(w *world, r *harness.Resource) string {
			return w.organization + "/" + w.made["account"] + "/" + r.ID
		},
		vanish: func(w *world, r *harness.Resource, inputs props) props {
			w.Request(http.MethodDelete, "/v1/organizations/"+w.organization+"/service-accounts/"+w.made["account"]+"/keys/"+r.ID, nil)
			return inputs
		},
	},
	{
		token: "EksCluster", inputs: clusters.EksClusterArgs{}, state: clusters.EksClusterState{},
		least: func(*world) props {
			return props{"name": "prod", "accountId": "123456789012", "region": "eu-central-1"}
		},
		full: func(*world) []props {
			return []props{{
				"name": "prod", "accountId": "123456789012", "region": "eu-central-1",
				"assumeRoleArn": "arn:aws:iam::123456789012:role/castai", "subnets": list("subnet-2", "subnet-1"),
				"overrideSecurityGroups": list("sg-2", "sg-1"), "instanceProfileArn": "arn:aws:iam::123456789012:instance-profile/castai",
				"deleteNodesOnDisconnect": true, "waitUntilReady": true, "clusterTokenRotation": "first",
			}}
		},
		changes: func(*world) map[string]props {
			return map[string]props{"accountId": {"accountId": "210987654321"}, "region": {"region": "us-east-1"}}
		},
		stays: map[string]string{
			"assumeRoleArn": keptAccess, "subnets": inAnother, "overrideSecurityGroups": inAnother, "instanceProfileArn": inAnother,
		},
		importID: byID,
		notImported: map[string]string{
			"subnets": inAnother, "overrideSecurityGroups": inAnother, "instanceProfileArn": inAnother,
			"deleteNodesOnDisconnect": localSwitch, "waitUntilReady": localSwitch, "clusterTokenRotation": localSwitch,
		},
		vanish: archived,
	},
	{
		token: "GkeCluster", inputs: clusters.GkeClusterArgs{}, state: clusters.GkeClusterState{},
		least: func(*world) props {
			return props{"name": "prod", "projectId": "my-project", "location": "europe-west4"}
		},
		full: func(*world) []props {
			return []props{{
				"name": "prod", "projectId": "my-project", "location": "europe-west4-a", "credentialsJson": googleKey,
				"deleteNodesOnDisconnect": true, "waitUntilReady": true, "clusterTokenRotation": "first",
			}}
		},
		changes: func(*world) map[string]props {
			return map[string]props{
				"location":        {"location": "europe-west4-b"},
				"credentialsJson": {"credentialsJson": `{"type":"service_account","private_key_id":"two"}`},
			}
		},
		importID: byID,
		notImported: map[string]string{
			"credentialsJson":         neverReturned,
			"deleteNodesOnDisconnect": localSwitch, "waitUntilReady": localSwitch, "clusterTokenRotation": localSwitch,
		},
		vanish:  archived,
		secrets: props{"credentialsJson": `{"type":"service_account","private_key":"PLANTED-key"}`},
	},
	{
		token: "AksCluster", inputs: clusters.AksClusterArgs{}, state: clusters.AksClusterState{},
		least: func(*world) props {
			return props{
				"name": "prod", "region": "westeurope", "subscriptionId": "sub-1", "nodeResourceGroup": "MC_prod",
				"tenantId": "tenant-1", "clientId": "client-1", "clientSecret": "hush-hush",
			}
		},
		full: func(*world) []props {
			one := props{
				"name": "prod", "region": "westeurope", "subscriptionId": "sub-1", "nodeResourceGroup": "MC_prod",
				"tenantId": "tenant-1", "clientId": "client-1", "clientSecret": "hush-hush",
				"httpProxyConfig": props{
					"httpProxy": "http://10.0.0.1:3128", "httpsProxy": "http://10.0.0.1:3128", "noProxies": list("b.local", "a.local"),
				},
				"deleteNodesOnDisconnect": true, "waitUntilReady": true, "clusterTokenRotation": "first",
			}
			return []props{one, with(one, props{"clientSecret": nil, "federationId": "federation-1"})}
		},
		changes: func(*world) map[string]props {
			return map[string]props{"region": {"region": "northeurope"}}
		},
		drops: map[string]props{
			"clientSecret": {"federationId": "federation-1"}, "federationId": {"clientSecret": "hush-hush"},
		},
		importID: byID,
		notImported: map[string]string{
			"clientId": neverReturned, "clientSecret": neverReturned, "federationId": neverReturned,
			"deleteNodesOnDisconnect": localSwitch, "waitUntilReady": localSwitch, "clusterTokenRotation": localSwitch,
		},
		afterImport: []string{"clientId", "clientSecret", "federationId"},
		vanish:      archived,
		secrets:     props{"clientSecret": "PLANTED-secret"},
	},
	{
		token: "EksClusterId", inputs: clusters.EksClusterIDArgs{}, state: clusters.EksClusterIDState{},
		borne:    map[int]string{400: connectedElsewhere, 422: connectedElsewhere},
		settings: unconnected,
		least: func(*world) props {
			return props{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "prod"}
		},
		full: func(*world) []props {
			return []props{{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "prod"}}
		},
		changes: func(*world) map[string]props {
			return map[string]props{"accountId": {"accountId": "210987654321"}, "region": {"region": "us-east-1"}}
		},
		importID: byID,
		vanish:   archived,
	},
	{
		token: "GkeClusterId", inputs: clusters.GkeClusterIDArgs{}, state: clusters.GkeClusterIDState{},
		borne:    map[int]string{400: connectedElsewhere, 422: connectedElsewhere},
		settings: unconnected,
		least: func(*world) props {
			return props{"name": "prod", "projectId": "my-project", "location": "europe-west4"}
		},
		full: func(*world) []props {
			return []props{{
				"name": "prod", "projectId": "my-project", "location": "europe-west4-a",
				"clientServiceAccount": "castai@my-project.iam.gserviceaccount.com", "castServiceAccount": "theirs@castai.iam.gserviceaccount.com",
			}}
		},
		changes: func(*world) map[string]props {
			return map[string]props{"location": {"location": "europe-west4-b"}}
		},
		stays:       map[string]string{"clientServiceAccount": keptAccess},
		importID:    byID,
		notImported: map[string]string{"castServiceAccount": "the service decides it, and the outputs show it"},
		vanish:      archived,
	},
	{
		token: "EksUserArn", inputs: clusters.EksUserArnArgs{}, state: clusters.EksUserArnState{},
		least: func(w *world) props { return props{"clusterId": w.cluster} },
		full:  func(w *world) []props { return []props{{"clusterId": w.cluster}} },
		changes: func(w *world) map[string]props {
			return map[string]props{"clusterId": {"clusterId": w.other}}
		},
		importID: byCluster,
		vanish: func(w *world, _ *harness.Resource, inputs props) props {
			w.Request(http.MethodDelete, clustersPath+"/"+w.cluster+"/assume-role-principal", nil)
			return inputs
		},
	},
	{
		token: "NodeConfiguration", inputs: nodes.NodeConfigurationArgs{}, state: nodes.NodeConfigurationState{},
		least: func(w *world) props { return props{"clusterId": w.cluster, "subnets": list("subnet-1")} },
		full:  fullNodeConfigurations,
		waived: map[string]string{
			"aks.loadbalancers.name": "deprecated in favour of id",
		},
		changes: func(w *world) map[string]props {
			base64, formula := "d29ybGQ=", "NUM_CPU * 4"
			return map[string]props{
				"clusterId":                 {"clusterId": w.other},
				"sshPublicKey":              {"sshPublicKey": base64},
				"initScript":                {"initScript": base64},
				"dockerConfig":              {"dockerConfig": `{"log-opts":{"max-size":"20m"}}`},
				"kubeletConfig":             {"kubeletConfig": `{"registryBurst":30}`},
				"eks.dnsClusterIp":          {"eks.dnsClusterIp": "10.100.0.11"},
				"eks.volumeKmsKeyArn":       {"eks.volumeKmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/3"},
				"gke.maxPodsPerNode":        {"gke.maxPodsPerNode": 32},
				"aks.ephemeralOsDisk":       {"aks.ephemeralOsDisk": props{"placement": "resourceDisk"}},
				"aks.acceleratedNetworking": {"aks.acceleratedNetworking": nil},
				"eks.maxPodsPerNodeFormula": {"eks.maxPodsPerNodeFormula": formula},
				"gke.maxPodsPerNodeFormula": {"gke.maxPodsPerNodeFormula": formula},
			}
		},
		needed: map[string]string{
			"selfHostedWithEc2Nodes.instanceProfileArn": "the API demands it",
		},
		importID: byClusterAndID,
		notImported: map[string]string{
			"aks.ephemeralOsDisk.cache": "CAST AI no longer uses it",
		},
		vanish: func(w *world, r *harness.Resource, inputs props) props {
			w.Request(http.MethodDelete, w.under("node-configurations", r.ID), nil)
			return inputs
		},
	},
	{
		token: "NodeConfigurationDefault", inputs: nodes.NodeConfigurationDefaultArgs{}, state: nodes.NodeConfigurationDefaultState{},
		world: func(w *world) {
			for name, cluster := range map[string]string{"one": w.cluster, "two": w.cluster, "abroad": w.other} {
				answer := w.Request(http.MethodPost, "/v1/kubernetes/clusters/"+cluster+"/node-configurations",
					props{"name": name, "subnets": list("subnet-1")})
				w.made[name] = answer["id"].(string)
			}
		},
		least: func(w *world) props { return props{"clusterId": w.cluster, "configurationId": w.made["one"]} },
		full: func(w *world) []props {
			return []props{{"clusterId": w.cluster, "configurationId": w.made["one"]}}
		},
		changes: func(w *world) map[string]props {
			return map[string]props{
				"clusterId":       {"clusterId": w.other, "configurationId": w.made["abroad"]},
				"configurationId": {"configurationId": w.made["two"]},
			}
		},
		importID: byClusterAndID,
		vanish: func(w *world, _ *harness.Resource, inputs props) props {
			w.Request(http.MethodPost, w.under("node-configurations", w.made["two"], "default"), nil)
			return inputs
		},
		idleDelete: "a cluster always has a default configuration",
	},
	{
		token: "NodeTemplate", inputs: nodes.NodeTemplateArgs{}, state: nodes.NodeTemplateState{},
		world: func(w *world) {
			for _, name := range []string{"one", "two"} {
				answer := w.Request(http.MethodPost, w.under("node-configurations"), props{"name": name, "subnets": list("subnet-1")})
				w.made[name] = answer["id"].(string)
			}
		},
		least: func(w *world) props { return props{"clusterId": w.cluster} },
		full:  fullNodeTemplates,
		waived: map[string]string{
			"constraints.storageOptimized": "refused: storageOptimizedState has taken its place",
			"constraints.computeOptimized": "refused: computeOptimizedState has taken its place",
		},
		changes: func(w *world) map[string]props {
			return map[string]props{
				"clusterId":       {"clusterId": w.other, "configurationId": nil},
				"configurationId": {"configurationId": w.made["two"]},
				"edgeLocationIds": {"edgeLocationIds": list(uuidTwo)},
				"shouldTaint":     {"shouldTaint": false, "customTaints": nil},
				"priceAdjustmentConfiguration.instanceTypeAdjustments": {
					"priceAdjustmentConfiguration.instanceTypeAdjustments": props{"m5.xlarge": "0.9"}},
				"constraints.architectures": {"constraints.architectures": list("arm64")},
				"constraints.os":            {"constraints.os": list("linux", "windows")},
				"constraints.architecturePriorities": {
					"constraints.architecturePriorities": list("amd64", "arm64")},
				"constraints.cpuManufacturers":  {"constraints.cpuManufacturers": list("AMPERE", "AMD")},
				"constraints.gpu.manufacturers": {"constraints.gpu.manufacturers": list("AMD")},
				"constraints.aws.capacityReservations": {
					"constraints.aws.capacityReservations": list(props{"id": "cr-2"})},
			}
		},
		unchanged: map[string]string{"isDefault": "the service decides it by the name"},
		drops:     map[string]props{"shouldTaint": {"customTaints": nil}},
		stays: map[string]string{
			"constraints.spotInterruptionPredictionsType": "the service keeps the first type",
		},
		importID: byClusterAndID,
		notImported: map[string]string{
			"gpu.enableTimeSharing": "the API shows it as sharingStrategy",
		},
		vanish: func(w *world, r *harness.Resource, inputs props) props {
			w.Request(http.MethodDelete, w.under("node-templates", r.ID), nil)
			return inputs
		},
	},
	{
		token: "Autoscaler", inputs: policies.AutoscalerArgs{}, state: policies.AutoscalerState{},
		borne: map[int]string{404: "a new cluster has no policies for a moment", 409: "another has written meanwhile"},
		least: func(w *world) props { return props{"clusterId": w.cluster} },
		full:  fullAutoscalers,
		changes: func(w *world) map[string]props {
			return map[string]props{
				"clusterId":              {"clusterId": w.other},
				"autoscalerPoliciesJson": {"autoscalerPoliciesJson": `{"enabled":false,"clusterLimits":{"enabled":true}}`},
				"autoscalerSettings.nodeDownscaler.evictor.cycleInterval": {
					"autoscalerSettings.nodeDownscaler.evictor.cycleInterval": "3m"},
				"autoscalerSettings.nodeDownscaler.evictor.podEvictionFailureBackOffInterval": {
					"autoscalerSettings.nodeDownscaler.evictor.podEvictionFailureBackOffInterval": "9s"},
			}
		},
		stays:    map[string]string{"": "the resource manages what the program sets and nothing else"},
		importID: byCluster,
		notImported: map[string]string{
			"autoscalerPoliciesJson":                                      "an import gives autoscalerSettings",
			"autoscalerSettings.spotInstances":                            "deprecated: it belongs to the default node template",
			"autoscalerSettings.unschedulablePods.headroom":               "deprecated",
			"autoscalerSettings.unschedulablePods.headroomSpot":           "deprecated",
			"autoscalerSettings.unschedulablePods.nodeConstraints":        "deprecated",
			"autoscalerSettings.unschedulablePods.customInstancesEnabled": "deprecated",
			"autoscalerSettings.clusterLimits.cpu.minCores":               "deprecated",
		},
		vanish: gone,
	},
	{
		token: "EvictorAdvancedConfig", inputs: policies.EvictorAdvancedConfigArgs{}, state: policies.EvictorAdvancedConfigState{},
		least: func(w *world) props { return props{"clusterId": w.cluster, "evictorAdvancedConfigs": list()} },
		full: func(w *world) []props {
			expressions := func() []any {
				return list(props{"key": "app", "operator": "In", "values": list("b", "a")}, props{"key": "team", "operator": "Exists"})
			}
			pods := func() props {
				return props{"kind": "Job", "namespace": "batch", "replicasMin": 2, "matchLabels": props{"a": "b"}, "matchExpressions": expressions()}
			}
			nodes := func() props { return props{"matchLabels": props{"a": "b"}, "matchExpressions": expressions()} }
			return []props{
				{"clusterId": w.cluster, "evictorAdvancedConfigs": list(
					props{"podSelector": pods(), "aggressive": true},
					props{"nodeSelector": nodes(), "disposable": true, "removalDisabled": false},
				)},
				{"clusterId": w.cluster, "evictorAdvancedConfigs": list(
					props{"podSelectors": list(pods()), "aggressive": true},
					props{"nodeSelectors": list(nodes()), "removalDisabled": true},
				)},
			}
		},
		changes: func(w *world) map[string]props {
			return map[string]props{
				"clusterId": {"clusterId": w.other},
				"evictorAdvancedConfigs": {"evictorAdvancedConfigs": list(
					props{"podSelector": props{"kind": "Job"}, "disposable": true},
				)},
			}
		},
		importID: byCluster,
		vanish:   gone,
	},
}

func fullNodeConfigurations(w *world) []props {
	common := func(cloud string, settings props) props {
		return props{
			"clusterId": w.cluster, "name": "pool", "subnets": list("subnet-2", "subnet-1"), "diskCpuRatio": 5, "drainTimeoutSec": 600,
			"minDiskSize": 200, "sshPublicKey": "aGVsbG8=", "image": "image-1", "tags": props{"a": "b"}, "initScript": "aGVsbG8=",
			"containerRuntime": "ContainerD", "dockerConfig": ` {"log-opts": {"max-size": "10m"}}`,
			"kubeletConfig": `{"registryBurst": 20, "a": [1, true]}`, cloud: settings,
		}
	}
	gke := props{
		"maxPodsPerNode": 64, "networkTags": list("b", "a"), "diskType": "pd-ssd", "zones": list("z", "y"), "useEphemeralStorageLocalSsd": true,
		"secondaryIpRange": props{"rangeName": "pods"}, "onHostMaintenance": "Migrate", "minCpuPlatform": "Intel Ice Lake",
		"fallbackConfiguration": props{"fallbackInstanceType": "e2-standard-4"},
		"loadbalancers": list(
			props{"targetBackendPools": list(props{"name": "p"}, props{"name": "o"})},
			props{"unmanagedInstanceGroups": list(props{"name": "g", "zone": "z"})},
		),
	}
	return []props{
		common("eks", props{
			"securityGroups": list("sg-2", "sg-1"), "instanceProfileArn": "arn:aws:iam::123456789012:instance-profile/castai",
			"nodeGroupArn": "arn:aws:eks:eu-central-1:123456789012:nodegroup/1", "dnsClusterIp": "10.100.0.10", "keyPairId": "key-1",
			"volumeType": "IO1", "volumeIops": 3100, "volumeThroughput": 131,
			"volumeKmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/2", "imdsV1": false, "imdsHopLimit": 1,
			"maxPodsPerNodeFormula": "NUM_CPU * 8", "ipsPerPrefix": 4, "threadsPerCpu": 1, "enaQueueCountPerInterface": 8,
			"eksImageFamily": "AL2023", "targetGroups": list(props{"arn": "arn:tg2", "port": 80}, props{"arn": "arn:tg1"}),
		}),
		common("gke", gke),
		common("gke", with(gke, props{"maxPodsPerNode": nil, "maxPodsPerNodeFormula": "NUM_CPU * 8"})),
		common("aks", props{
			"maxPodsPerNode": 40, "osDiskType": "premium-ssd", "aksImageFamily": "Azure-Linux",
			"ephemeralOsDisk":      props{"placement": "NVMeDisk", "cache": "ReadOnly"},
			"networkSecurityGroup": "/nsg", "applicationSecurityGroups": list("/b", "/a"), "podSubnetId": "/pods",
			"enableEncryptionAtHost": true, "acceleratedNetworking": "disabled",
			"publicIp": props{"publicIpPrefix": "/prefix", "idleTimeoutInMinutes": 5, "tags": props{"NetworkDomain": "x"}},
			"loadbalancers": list(
				props{"id": "/lb2", "ipBasedBackendPools": list(props{"name": "i"}, props{"name": "j"})},
				props{"id": "/lb1", "nicBasedBackendPools": list(props{"name": "n"})},
			),
		}),
		common("kops", props{"keyPairId": "key-1"}),
		common("selfHostedWithEc2Nodes", props{
			"instanceProfileArn": "arn:aws:iam::123456789012:instance-profile/castai", "securityGroups": list("sg-2", "sg-1"),
			"imageFamily": "custom", "amiIds": list("ami-2", "ami-1"), "keyPairId": "key-1", "imdsV1": false, "imdsHopLimit": 1,
			"volumes": list(
				props{"deviceName": "/dev/xvdb", "size": 50, "type": "GP3", "iops": 3000, "throughput": 125, "encrypted": true,
					"kmsKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/2"},
				props{"deviceName": "/dev/xvda"},
			),
		}),
	}
}

func fullNodeTemplates(w *world) []props {
	all := props{
		"clusterId": w.cluster, "name": "pool", "configurationId": w.made["one"], "isEnabled": false, "isDefault": false, "shouldTaint": true,
		"customLabels":           props{"a": "b"},
		"customTaints":           list(props{"key": "k", "value": "v", "effect": "NoExecute"}, props{"key": "j"}),
		"customInstancesEnabled": true, "customInstancesWithExtendedMemoryEnabled": true, "rebalancingConfigMinNodes": 1,
		"clmEnabled": true, "edgeLocationIds": list(uuidTwo, uuidOne), "stopEnabled": true,
		"priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5.xlarge": "1.10"}},
		"gpu": props{
			"sharingStrategy": "MPS", "defaultSharedClientsPerGpu": 4, "userManagedGpuDrivers": true,
			"sharingConfigurations": list(
				props{"gpuName": "T4", "sharedClientsPerGpu": 3}, props{"gpuName": "A100", "sharedClientsPerGpu": 2}),
		},
		"constraints": props{
			"azs": list("b", "a"), "spot": true, "onDemand": true, "useSpotFallbacks": true, "fallbackRestoreRateSeconds": 60,
			"enableSpotDiversity": true, "spotDiversityPriceIncreaseLimitPercent": 10, "spotReliabilityEnabled": true,
			"spotReliabilityPriceIncreaseLimitPercent": 20, "spotInterruptionPredictionsEnabled": true,
			"spotInterruptionPredictionsType": "interruption-predictions", "minCpu": 2, "maxCpu": 8, "minMemory": 1024, "maxMemory": 4096,
			"maxPricePerCpu": 0.05, "storageOptimizedState": "enabled", "computeOptimizedState": "Disabled", "isGpuOnly": true,
			"instanceFamilies": props{"includes": list("m5", "c5"), "excludes": list("p4d", "a1")},
			"gpu": props{
				"manufacturers": list("NVIDIA"), "includeNames": list("T4", "A100"), "excludeNames": list("V100", "K80"),
				"minCount": 1, "maxCount": 4, "fractionalGpus": "Enabled",
			},
			"architectures": list("arm64", "amd64"), "os": list("windows"), "architecturePriorities": list("arm64", "amd64"),
			"bareMetal": "false",
			"customPriorities": list(
				props{"instanceFamilies": list("z", "y"), "spot": true}, props{"instanceFamilies": list("x"), "onDemand": true}),
			"dedicatedNodeAffinities": list(
				props{
					"name": "n", "azName": "z", "instanceTypes": list("j", "i"), "maxCpu": 8, "cpusPerGpu": 2, "minGpusPerNode": 1,
					"affinities": list(
						props{"key": "k", "operator": "in", "values": list("v", "u")}, props{"key": "l", "operator": "Exists", "values": list()}),
				},
				props{"name": "m", "azName": "z", "instanceTypes": list("i")},
			),
			"burstableInstances": "disabled", "customerSpecific": "enabled", "cpuManufacturers": list("INTEL", "AMD"),
			"resourceLimits": props{"cpuLimitEnabled": true, "cpuLimitMaxCores": 20}, "lifecycleTaintsDisabled": true,
			"aws": props{"capacityReservations": list(
				props{"id": "cr-1", "type": "CAPACITY_BLOCK"},
				props{"capacityResourceGroupArn": "arn:aws:resource-groups:eu-central-1:123456789012:group/g"},
			)},
			"gcp": props{"capacityReservationIds": list("2", "1")},
		},
	}
	return []props{all, {"clusterId": w.cluster, "name": "pool", "gpu": props{"enableTimeSharing": true}}}
}

func fullAutoscalers(w *world) []props {
	headroom := func() props { return props{"enabled": true, "cpuPercentage": 20, "memoryPercentage": 30} }
	return []props{
		{"clusterId": w.cluster, "autoscalerSettings": props{
			"enabled": true, "isScopedMode": true, "nodeTemplatesPartialMatchingEnabled": true,
			"unschedulablePods": props{
				"enabled": true, "podPinner": props{"enabled": true}, "headroom": headroom(), "headroomSpot": headroom(),
				"nodeConstraints":        props{"enabled": true, "minCpuCores": 2, "maxCpuCores": 16, "minRamMib": 4096, "maxRamMib": 8192},
				"customInstancesEnabled": true,
			},
			"clusterLimits": props{"enabled": true, "cpu": props{"minCores": 2, "maxCores": 50}},
			"spotInstances": props{
				"enabled": true, "maxReclaimRate": 1, "spotBackups": props{"enabled": true, "spotBackupRestoreRateSeconds": 120},
				"spotDiversityEnabled": true, "spotDiversityPriceIncreaseLimit": 30,
				"spotInterruptionPredictions": props{
					"enabled": true, "spotInterruptionPredictionsType": "CASTAIInterruptionPredictions"},
			},
			"nodeDownscaler": props{
				"enabled": true, "emptyNodes": props{"enabled": true, "delaySeconds": 90},
				"evictor": props{
					"enabled": true, "dryRun": true, "aggressiveMode": true, "scopedMode": true, "cycleInterval": "90s",
					"nodeGracePeriodMinutes": 7, "podEvictionFailureBackOffInterval": "10s", "ignorePodDisruptionBudgets": true,
					"softTainting": true, "cleanupKarpenterNodes": true,
				},
			},
		}},
		{"clusterId": w.cluster, "autoscalerPoliciesJson": `{"enabled": true, "clusterLimits": {"enabled": true}}`},
	}
}
