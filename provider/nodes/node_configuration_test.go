package nodes_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const profile = "arn:aws:iam::123456789012:instance-profile/nodes"

// configurationCall is where a step of a configuration goes.
func configurationCall(r *harness.Resource) func(op string) (string, string) {
	return func(op string) (string, string) {
		if op == "create" {
			return http.MethodPost, "/node-configurations"
		}
		return http.MethodPost, "/" + r.ID
	}
}

// TestNodeConfigurationBodies: what is sent on create, on change and when a
// property is dropped, for each cloud.
func TestNodeConfigurationBodies(t *testing.T) {
	eks := func(more props) props {
		out := props{"securityGroups": list("sg-2", "sg-1"), "instanceProfileArn": profile}
		for key, value := range more {
			out[key] = value
		}
		return out
	}
	// What the service fills in, and gets back as it is.
	echo := func(cloud string, sent props) props {
		return props{"minDiskSize": 100, "subnets": list("s-1"), cloud: sent}
	}
	for name, steps := range map[string][]step{
		"least": {
			{"create", props{"name": "n", "subnets": list("s-1"), "eks": eks(nil)}, "create",
				props{"name": "n", "subnets": list("s-1"), "eks": eks(nil)}},
			{"nothing", props{"name": "n", "subnets": list("s-1"), "eks": eks(nil)}, "same", nil},
		},
		"zeros": {
			{"create", props{"name": "n", "subnets": list("s-1"), "diskCpuRatio": 0, "drainTimeoutSec": 0,
				"eks": eks(props{"ipsPerPrefix": 0, "threadsPerCpu": 0, "imdsV1": false})}, "create",
				props{"name": "n", "subnets": list("s-1"), "diskCpuRatio": 0, "drainTimeoutSec": 0,
					"eks": eks(props{"ipsPerPrefix": nil, "threadsPerCpu": nil, "imdsV1": false})}},
		},
		"eks": {
			{"create",
				props{"name": "n", "subnets": list("s-2", "s-1"), "diskCpuRatio": 5, "drainTimeoutSec": 10800, "minDiskSize": 65536,
					"sshPublicKey": "aGVsbG8=", "image": "ami-1", "tags": props{"a": "b"}, "initScript": "aGVsbG8=", "containerRuntime": "DockerD",
					"dockerConfig": ` {"log-opts": {"max-size": "10m"}}`, "kubeletConfig": `{"registryBurst": 20, "a": [1, true]}`,
					"eks": eks(props{"nodeGroupArn": "arn:x", "dnsClusterIp": "10.100.0.10,fd00::a", "keyPairId": "key-1", "volumeType": "IO1",
						"volumeIops": 3100, "volumeThroughput": 131, "volumeKmsKeyArn": "arn:aws-us-gov:kms:us-gov-west-1:1:key/2",
						"imdsV1": false, "imdsHopLimit": 1, "maxPodsPerNodeFormula": "NUM_CPU", "ipsPerPrefix": 4, "threadsPerCpu": 1,
						"enaQueueCountPerInterface": 8, "eksImageFamily": "AL2023",
						"targetGroups": []any{props{"arn": "arn:tg2", "port": 80}, props{"arn": "arn:tg1"}}})},
				"create",
				props{"name": "n", "subnets": list("s-2", "s-1"), "diskCpuRatio": 5, "drainTimeoutSec": 10800, "minDiskSize": 65536,
					"sshPublicKey": "aGVsbG8=", "image": "ami-1", "tags": props{"a": "b"}, "initScript": "aGVsbG8=", "containerRuntime": "DOCKERD",
					"dockerConfig": props{"log-opts": props{"max-size": "10m"}}, "kubeletConfig": props{"registryBurst": 20, "a": []any{1, true}},
					"eks": eks(props{"nodeGroupArn": "arn:x", "dnsClusterIp": "10.100.0.10,fd00::a", "keyPairId": "key-1", "volumeType": "IO1",
						"volumeIops": 3100, "volumeThroughput": 131, "volumeKmsKeyArn": "arn:aws-us-gov:kms:us-gov-west-1:1:key/2",
						"imdsV1": false, "imdsHopLimit": 1, "maxPodsPerNodeFormula": "NUM_CPU", "ipsPerPrefix": 4, "threadsPerCpu": 1,
						"enaQueueCountPerInterface": 8, "imageFamily": "FAMILY_AL2023",
						"targetGroups": []any{props{"arn": "arn:tg2", "port": 80}, props{"arn": "arn:tg1"}}})}},
			{"drop all that is optional", props{"name": "n", "subnets": list("s-1", "s-2"), "eks": eks(nil)}, "update",
				props{"subnets": list("s-2", "s-1"), "diskCpuRatio": 0, "drainTimeoutSec": 0, "minDiskSize": nil,
					"sshPublicKey": nil, "image": nil, "initScript": nil,
					"eks": eks(props{"nodeGroupArn": nil, "dnsClusterIp": nil, "keyPairId": nil, "volumeType": nil,
						"volumeIops": nil, "volumeThroughput": nil, "volumeKmsKeyArn": nil,
						"imdsV1": nil, "imdsHopLimit": nil, "maxPodsPerNodeFormula": nil, "ipsPerPrefix": nil, "threadsPerCpu": nil,
						"enaQueueCountPerInterface": nil})}},
			{"respell", props{"name": "n", "subnets": list("s-2", "s-1"), "eks": props{
				"securityGroups": list("sg-1", "sg-2"), "instanceProfileArn": profile}}, "same", nil},
		},
		"eks, what the service computes": {
			{"create", props{"name": "n", "subnets": list("s-1"), "eks": eks(props{"volumeType": "gp3"})}, "create", nil},
			{"change another", props{"name": "n", "subnets": list("s-1"), "image": "ami-2", "eks": eks(props{"volumeType": "gp3"})}, "update",
				// ipsPerPrefix is not sent back: it would stay when prefix delegation is switched.
				func() props {
					body := echo("eks", eks(props{"volumeType": "gp3", "imdsV1": true, "imdsHopLimit": 2}))
					body["image"] = "ami-2"
					return body
				}()},
		},
		"gke": {
			{"create", props{"name": "n", "subnets": list("s-1"), "gke": props{}}, "create",
				props{"name": "n", "subnets": list("s-1"), "gke": props{"maxPodsPerNode": 110}}},
			{"formula", props{"name": "n", "subnets": list("s-1"), "gke": props{"maxPodsPerNodeFormula": "NUM_CPU * 8",
				"networkTags": list("b", "a"), "diskType": "pd-ssd", "zones": list("z"), "useEphemeralStorageLocalSsd": true,
				"secondaryIpRange": props{"rangeName": "pods"}, "onHostMaintenance": "Migrate", "minCpuPlatform": "Intel Ice Lake",
				"fallbackConfiguration": props{"fallbackInstanceType": "e2-standard-4"},
				"loadbalancers": []any{props{"targetBackendPools": []any{props{"name": "p"}}},
					props{"unmanagedInstanceGroups": []any{props{"name": "g", "zone": "z"}}}}}}, "update",
				echo("gke", props{"maxPodsPerNodeFormula": "NUM_CPU * 8",
					"networkTags": list("b", "a"), "diskType": "pd-ssd", "zones": list("z"), "useEphemeralStorageLocalSsd": true,
					"secondaryIpRange": props{"rangeName": "pods"}, "onHostMaintenance": "migrate", "minCpuPlatform": "Intel Ice Lake",
					"fallbackConfiguration": props{"fallbackInstanceType": "e2-standard-4"},
					"loadBalancers": []any{props{"targetBackendPools": []any{props{"name": "p"}}},
						props{"unmanagedInstanceGroups": []any{props{"name": "g", "zone": "z"}}}}})},
			{"static", props{"name": "n", "subnets": list("s-1"), "gke": props{"maxPodsPerNode": 64}}, "update",
				echo("gke", props{"maxPodsPerNode": 64, "networkTags": list(), "zones": list(), "diskType": nil,
					"useEphemeralStorageLocalSsd": false, "minCpuPlatform": nil})},
			{"drop the block", props{"name": "n", "subnets": list("s-1")}, "update",
				props{"minDiskSize": 100, "subnets": list("s-1")}},
		},
		"aks": {
			{"create", props{"name": "n", "subnets": list("s-1"), "aks": props{}}, "create",
				props{"name": "n", "subnets": list("s-1"), "aks": props{}}},
			{"all", props{"name": "n", "subnets": list("s-1"), "aks": props{"maxPodsPerNode": 40, "osDiskType": "premium-ssd",
				"aksImageFamily": "Azure-Linux", "ephemeralOsDisk": props{"placement": "NVMeDisk", "cache": "ReadOnly"},
				"networkSecurityGroup": "/nsg", "applicationSecurityGroups": list("/b", "/a"), "podSubnetId": "/pods",
				"enableEncryptionAtHost": true, "acceleratedNetworking": "disabled",
				"publicIp": props{"publicIpPrefix": "/prefix", "idleTimeoutInMinutes": 0,
					"tags": props{"RoutingPreference": "Internet", "NetworkDomain": "x"}},
				"loadbalancers": []any{props{"id": "/lb", "ipBasedBackendPools": []any{props{"name": "i"}},
					"nicBasedBackendPools": []any{props{"name": "n"}}}}}}, "update",
				echo("aks", props{"maxPodsPerNode": 40, "osDiskType": "OS_DISK_TYPE_PREMIUM_SSD",
					"imageFamily": "FAMILY_AZURE_LINUX", "osDiskEphemeral": props{"placement": "PLACEMENT_NVME_DISK"},
					"networkSecurityGroupId": "/nsg", "applicationSecurityGroupIds": list("/b", "/a"), "podSubnetId": "/pods",
					"enableEncryptionAtHost": true, "acceleratedNetworking": "ACCELERATED_NETWORKING_MODE_DISABLED",
					"publicIp": props{"ipPrefix": "/prefix", "idleTimeoutInMinutes": nil,
						"tags": []any{props{"ipTagType": "NetworkDomain", "tagValue": "x"}, props{"ipTagType": "RoutingPreference", "tagValue": "Internet"}}},
					"loadBalancers": []any{props{"id": "/lb", "ipBasedBackendPools": []any{props{"name": "i"}},
						"nicBasedBackendPools": []any{props{"name": "n"}}}}})},
			{"drop all that is optional", props{"name": "n", "subnets": list("s-1"), "aks": props{"publicIp": props{}, "ephemeralOsDisk": props{}}}, "update",
				echo("aks", props{"osDiskEphemeral": props{}, "networkSecurityGroupId": nil, "podSubnetId": nil,
					"enableEncryptionAtHost": false, "publicIp": props{"ipPrefix": nil, "idleTimeoutInMinutes": nil}})},
		},
		"kops": {
			{"create", props{"name": "n", "subnets": list("s-1"), "kops": props{"keyPairId": "key-1"}}, "create",
				props{"name": "n", "subnets": list("s-1"), "kops": props{"keyPairId": "key-1"}}},
			{"empty", props{"name": "n", "subnets": list("s-1"), "kops": props{}}, "update", echo("kops", props{"keyPairId": nil})},
		},
		"other clusters on EC2": {
			{"create", props{"name": "n", "subnets": list("s-1"), "selfHostedWithEc2Nodes": props{"instanceProfileArn": profile,
				"securityGroups": list("sg-1"), "imageFamily": "custom", "amiIds": list("ami-2", "ami-1"), "keyPairId": "key-1", "imdsV1": false,
				"imdsHopLimit": 1, "volumes": []any{props{"deviceName": "/dev/xvda", "size": 50, "type": "gp3", "iops": 3000,
					"throughput": 125, "encrypted": true, "kmsKeyArn": "arn:aws-cn:kms:cn-north-1:1:key/2"}}}}, "create",
				props{"name": "n", "subnets": list("s-1"), "selfHostedWithEc2Nodes": props{"instanceProfileArn": profile,
					"securityGroups": list("sg-1"), "imageFamily": "FAMILY_CUSTOM",
					"amiSelector": []any{props{"amiId": "ami-2"}, props{"amiId": "ami-1"}}, "keyPairId": "key-1", "imdsV1": false,
					"imdsHopLimit": 1, "volumes": []any{props{"deviceName": "/dev/xvda", "size": 50, "type": "gp3", "iops": 3000,
						"throughput": 125, "encrypted": true, "kmsKeyArn": "arn:aws-cn:kms:cn-north-1:1:key/2"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			r := f.Resource("NodeConfiguration", "r")
			f.run(r, configurationCall(r), steps)
		})
	}
}

// eksConfiguration are the least inputs of a configuration.
func eksConfiguration(name string) props {
	return props{"name": name, "subnets": list("s-1"),
		"eks": props{"securityGroups": list("sg-1"), "instanceProfileArn": profile}}
}

// TestNodeConfigurationRespelling: another spelling, by the program or by the
// service, is no difference; and what is sent is what the API knows.
func TestNodeConfigurationRespelling(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	inputs := func(eks props, more props) props {
		out := f.with(eksConfiguration("n"))
		for key, value := range more {
			out[key] = value
		}
		for key, value := range eks {
			out["eks"].(props)[key] = value
		}
		return out
	}
	f.up(r, inputs(props{"eksImageFamily": "al2", "volumeType": "gp2", "securityGroups": list("b", "a")},
		props{"kubeletConfig": `{"a":1,"b":{"c":2}}`, "containerRuntime": "containerd", "subnets": list("y", "x")}))
	f.Forget()
	same := inputs(props{"eksImageFamily": "AL2", "volumeType": "GP2", "securityGroups": list("a", "b")},
		props{"kubeletConfig": "{\n \"b\": {\"c\": 2},\n \"a\": 1.0\n}", "containerRuntime": "ContainerD", "subnets": list("x", "y")})
	if got := f.up(r, same); got.Op != "same" {
		t.Errorf("another spelling is %v %v", got.Op, got.Changes)
	}
	r.WantSettled(same)
	if n := f.writes(); n > 0 {
		t.Errorf("%d writes: %v", n, f.Calls())
	}
	one := inputs(props{"eksImageFamily": "al2", "volumeType": "gp2", "securityGroups": list("c", "b")},
		props{"kubeletConfig": `{"a":1,"b":{"c":2}}`, "containerRuntime": "containerd", "subnets": list("y", "x")})
	if got := f.up(r, one); len(got.Changes) != 1 || !strings.HasPrefix(got.Changes[0], "eks.securityGroups[") {
		t.Errorf("one changed security group is the difference %v", got.Changes)
	}
}

// TestNodeConfigurationDrift: what somebody else changed shows and is put right.
func TestNodeConfigurationDrift(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	inputs := f.with(eksConfiguration("n"))
	inputs["kubeletConfig"] = `{"a": 1}`
	f.up(r, inputs)
	f.Call(http.MethodPost, f.path("node-configurations", r.ID), props{
		"subnets": list("s-1", "s-9"), "kubeletConfig": props{"a": 2}, "image": "ami-9",
		"eks": props{"securityGroups": list("sg-1"), "instanceProfileArn": profile, "imdsHopLimit": 3},
	})
	got, err := r.Refresh()
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "the drift", got.Changes, []string{"kubeletConfig", "subnets[1]"})
	f.Forget()
	f.up(r, inputs)
	body := f.Body(http.MethodPost, "/"+r.ID)
	sameJSON(t, "the corrected kubelet configuration", body["kubeletConfig"], props{"a": 1})
	// What the program leaves to the service goes back as somebody set it.
	if body["image"] != "ami-9" || body["eks"].(props)["imdsHopLimit"] != 3.0 {
		t.Errorf("the update resets what the program leaves open: %v", body)
	}
	r.WantSettled(inputs)
}

// TestNodeConfigurationLegacyTargetGroup: configurations from when there was
// one target group keep it through an update.
func TestNodeConfigurationLegacyTargetGroup(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	inputs := f.with(eksConfiguration("n"))
	f.up(r, inputs)
	f.Call(http.MethodPost, f.path("node-configurations", r.ID), props{"subnets": list("s-1"), "eks": props{
		"securityGroups": list("sg-1"), "instanceProfileArn": profile, "targetGroup": props{"arn": "arn:tg", "port": 80},
	}})
	r.WantSettled(inputs)
	inputs["image"] = "ami-1"
	f.up(r, inputs)
	sameJSON(t, "the target groups", f.Body(http.MethodPost, "/"+r.ID)["eks"].(props)["targetGroups"], []any{props{"arn": "arn:tg", "port": 80}})
}

// TestNodeConfigurationPreview: a preview makes no call, and promises what an
// update cannot change.
func TestNodeConfigurationPreview(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	if got, _, err := r.Preview(f.with(eksConfiguration("n"))); err != nil || got.Op != "create" {
		t.Fatal(got, err)
	}
	f.up(r, f.with(eksConfiguration("n")))
	f.Forget()
	changed := f.with(eksConfiguration("n"))
	changed["minDiskSize"] = 200
	_, outputs, err := r.Preview(changed)
	if err != nil {
		t.Fatal(err)
	}
	for name, known := range map[string]bool{"isDefault": true, "createdAt": true, "minDiskSize": true, "version": false} {
		if got := !outputs[keyOf(name)].ContainsUnknowns(); got != known {
			t.Errorf("output %s is known: %v", name, got)
		}
	}
	if len(f.Calls()) > 0 {
		t.Errorf("previews call %v", f.Calls())
	}
	moved := f.with(eksConfiguration("n"))
	moved["clusterId"] = f.Register("other")
	if got, _, err := r.Preview(moved); err != nil || got.Op != "replace" {
		t.Errorf("another cluster is %v, %v", got, err)
	}
}

// TestNodeConfigurationTakenName: a name that is taken is never overwritten,
// except that of the cluster's default configuration.
func TestNodeConfigurationTakenName(t *testing.T) {
	existing := props{"name": "n", "subnets": list("s-old"), "tags": props{"team": "a"}, "minDiskSize": 200,
		"eks": props{"securityGroups": list("sg-old"), "instanceProfileArn": "arn:old", "imdsHopLimit": 3}}

	t.Run("refused", func(t *testing.T) {
		f := setup(t)
		id := f.Call(http.MethodPost, f.path("node-configurations"), existing)["id"].(string)
		f.Forget()
		r := f.Resource("NodeConfiguration", "r")
		_, err := r.Up(f.with(eksConfiguration("n")))
		if err == nil || !strings.Contains(err.Error(), f.cluster+"/"+id) {
			t.Errorf("the refusal does not say how to import it: %v", err)
		}
		if f.writes() > 0 || r.ID != "" {
			t.Errorf("something was written: %v", f.Calls())
		}
	})
	t.Run("the default one is adopted", func(t *testing.T) {
		f := setup(t)
		id := f.Call(http.MethodPost, f.path("node-configurations"), existing)["id"].(string)
		f.Call(http.MethodPost, f.path("node-configurations", id, "default"), nil)
		f.Forget()
		r := f.Resource("NodeConfiguration", "r")
		inputs := f.with(eksConfiguration("n"))
		f.up(r, inputs)
		if r.ID != id || r.Output("isDefault") != true {
			t.Errorf("the ID is %s, want %s; outputs %v", r.ID, id, r.Outputs)
		}
		// What the program leaves open stays.
		sameJSON(t, "the update", f.Body(http.MethodPost, "/"+id), props{"subnets": list("s-1"), "tags": props{"team": "a"}, "minDiskSize": 200,
			"diskCpuRatio": 0, "drainTimeoutSec": 0,
			"eks": props{"securityGroups": list("sg-1"), "instanceProfileArn": profile, "imdsHopLimit": 3, "imdsV1": true}})
		r.WantSettled(inputs)
		if !f.Warned("adopted") {
			t.Errorf("no warning: %v", f.Logs())
		}
	})
	t.Run("two at once", func(t *testing.T) {
		f := setup(t)
		errs := make(chan error)
		for _, name := range []string{"a", "b"} {
			r := f.Resource("NodeConfiguration", name)
			go func() {
				_, err := r.Up(f.with(eksConfiguration("n")))
				errs <- err
			}()
		}
		first, second := <-errs, <-errs
		if (first == nil) == (second == nil) {
			t.Errorf("want one success and one refusal, got %v and %v", first, second)
		}
	})
}

// TestNodeConfigurationLostAnswer: a create call whose answer was lost has made
// one configuration, which is found.
func TestNodeConfigurationLostAnswer(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: f.path("node-configurations"), Action: emulator.Drop})
	inputs := f.with(eksConfiguration("n"))
	inputs["kubeletConfig"] = `{"a": 1}`
	inputs["containerRuntime"] = "containerd"
	f.up(r, inputs)
	if n := f.count("POST " + f.path("node-configurations")); n != 1 {
		t.Errorf("%d create calls", n)
	}
	r.WantSettled(inputs)
}

// TestNodeConfigurationReads: the configurations of a cluster are read in one call.
func TestNodeConfigurationReads(t *testing.T) {
	f := setup(t)
	var all []*harness.Resource
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		r := f.Resource("NodeConfiguration", name)
		f.up(r, f.with(eksConfiguration(name)))
		all = append(all, r)
	}
	f.Forget()
	for _, r := range all {
		if got, err := r.Refresh(); err != nil || got.Op != "same" {
			t.Errorf("%s: %v, %v", r.URN, got, err)
		}
	}
	if len(f.Calls()) != 1 {
		t.Errorf("reading %d configurations takes the calls %v", len(all), f.Calls())
	}
}

// TestNodeConfigurationGone: what was deleted elsewhere, alone or with its
// cluster, is gone; a failure to read is not.
func TestNodeConfigurationGone(t *testing.T) {
	for name, remove := range map[string]func(f *fixture, id string){
		"deleted": func(f *fixture, id string) { f.Call(http.MethodDelete, f.path("node-configurations", id), nil) },
		"cluster archived": func(f *fixture, _ string) {
			f.Call(http.MethodDelete, "/v1/kubernetes/external-clusters/"+f.cluster, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			refreshed, deleted := f.Resource("NodeConfiguration", "r"), f.Resource("NodeConfiguration", "r")
			f.up(refreshed, f.with(eksConfiguration("n")))
			*deleted = *refreshed
			f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Status: http.StatusForbidden})
			if _, err := refreshed.Refresh(); err == nil || refreshed.ID == "" {
				t.Errorf("a read that fails gives %v", err)
			}
			remove(f, refreshed.ID)
			f.Reopen()
			if got, err := refreshed.Refresh(); err != nil || got.Op != "delete" {
				t.Errorf("a refresh says %v, %v", got, err)
			}
			if err := deleted.Delete(); err != nil {
				t.Errorf("deleting it again: %v", err)
			}
		})
	}
}

// TestNodeConfigurationDelete: the default one stays, whatever the state says.
func TestNodeConfigurationDelete(t *testing.T) {
	f := setup(t)
	r, def := f.Resource("NodeConfiguration", "r"), f.Resource("NodeConfigurationDefault", "d")
	f.up(r, f.with(eksConfiguration("n")))
	f.up(def, f.with(props{"configurationId": r.ID}))
	f.Forget()
	if err := def.Delete(); err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	if f.writes() > 0 || !f.Warned("left in place") {
		t.Errorf("calls %v, logs %v", f.Calls(), f.Logs())
	}
	// Another up takes it again.
	again := f.Resource("NodeConfiguration", "r")
	f.up(again, f.with(eksConfiguration("n")))
	if again.ID != r.ID {
		t.Errorf("it became %s, was %s", again.ID, r.ID)
	}

	other := f.Resource("NodeConfiguration", "other")
	f.up(other, f.with(eksConfiguration("other")))
	f.Forget()
	if err := other.Delete(); err != nil || f.count("DELETE "+f.path("node-configurations", other.ID)) != 1 {
		t.Errorf("%v; calls %v", err, f.Calls())
	}

	used := f.Resource("NodeConfiguration", "used")
	f.up(used, f.with(eksConfiguration("used")))
	f.up(f.Resource("NodeTemplate", "t"), f.with(props{"name": "t", "configurationId": used.ID}))
	if err := used.Delete(); err == nil || !strings.Contains(err.Error(), `is used by node template "t"`) {
		t.Errorf("one that is in use: %v", err)
	}
}

// TestNodeConfigurationImport: by ID and by name, with what a user would have
// written and no difference afterwards.
func TestNodeConfigurationImport(t *testing.T) {
	f := setup(t)
	made := f.Resource("NodeConfiguration", "made")
	inputs := f.with(eksConfiguration("n/1"))
	inputs["tags"], inputs["kubeletConfig"] = props{"a": "b"}, `{"a":1}`
	inputs["eks"].(props)["eksImageFamily"] = "bottlerocket"
	f.up(made, inputs)
	for _, id := range []string{made.ID, "n/1"} {
		r := f.Resource("NodeConfiguration", "imported")
		if err := r.Import(f.cluster + "/" + id); err != nil {
			t.Fatal(err)
		}
		got := props{}
		for key := range r.Inputs {
			got[string(key)] = r.Input(string(key))
		}
		sameJSON(t, "what is imported", got, inputs)
		if r.ID != made.ID {
			t.Errorf("the ID is %s, want %s", r.ID, made.ID)
		}
		r.WantSettled(inputs)
	}
	for id, want := range map[string]string{
		f.cluster:             "<clusterId>/<id>",
		f.cluster + "/nobody": `no node configuration with the ID or name "nobody"`,
	} {
		if err := f.Resource("NodeConfiguration", "x").Import(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("importing %s: %v", id, err)
		}
	}
}

// TestNodeConfigurationChecks: all that is wrong, at its path; and nothing that
// the API takes.
func TestNodeConfigurationChecks(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeConfiguration", "r")
	for name, c := range map[string]struct {
		inputs props
		want   []string
	}{
		"all at once": {
			props{"clusterId": "c", "name": " ", "subnets": list(""), "diskCpuRatio": -1, "drainTimeoutSec": 10801, "minDiskSize": 29,
				"sshPublicKey": "!", "image": "", "initScript": "!", "dockerConfig": "[]", "kubeletConfig": "{",
				"eks": props{"securityGroups": list(), "instanceProfileArn": "", "keyPairId": "k", "dnsClusterIp": "x", "volumeIops": 99,
					"volumeThroughput": 124, "volumeKmsKeyArn": "arn:aws:iam::1:role/x", "imdsHopLimit": 0, "ipsPerPrefix": 257, "threadsPerCpu": -1,
					"enaQueueCountPerInterface": 0, "targetGroups": []any{props{"arn": "", "port": 65536}}}},
			[]string{"clusterId", "diskCpuRatio", "dockerConfig", "drainTimeoutSec", "eks.dnsClusterIp", "eks.enaQueueCountPerInterface",
				"eks.imdsHopLimit", "eks.instanceProfileArn", "eks.ipsPerPrefix", "eks.keyPairId", "eks.securityGroups",
				"eks.targetGroups[0].arn", "eks.targetGroups[0].port", "eks.threadsPerCpu", "eks.volumeIops", "eks.volumeKmsKeyArn",
				"eks.volumeThroughput", "image", "initScript", "kubeletConfig", "minDiskSize", "name", "sshPublicKey", "subnets[0]"},
		},
		"one cloud":                   {f.with(props{"subnets": list("s"), "gke": props{}, "kops": props{}}), []string{"kops"}},
		"clouds that may be left out": {f.with(props{"subnets": list("s"), "gke": harness.Unknown, "kops": props{}}), []string{}},
		"pods": {f.with(props{"subnets": list("s"), "gke": props{"maxPodsPerNode": 30, "maxPodsPerNodeFormula": "NUM_CPU"}}),
			[]string{"gke.maxPodsPerNodeFormula"}},
		"gke": {f.with(props{"subnets": list("s"), "gke": props{"maxPodsPerNode": 257, "secondaryIpRange": props{"rangeName": strings.Repeat("x", 64)}}}),
			[]string{"gke.maxPodsPerNode", "gke.secondaryIpRange.rangeName"}},
		"aks": {f.with(props{"subnets": list("s"), "aks": props{"maxPodsPerNode": 9, "publicIp": props{"tags": props{"New": "x"}}, "ephemeralOsDisk": props{"cache": "ReadOnly"}}}),
			[]string{"aks.maxPodsPerNode"}},
		"not known yet": {props{"clusterId": harness.Unknown, "subnets": harness.Unknown, "kubeletConfig": harness.Unknown,
			"eks": props{"securityGroups": []any{harness.Unknown}, "instanceProfileArn": harness.Unknown}}, []string{}},
		"no subnets, new values": {f.with(props{"subnets": list(), "containerRuntime": "crio",
			"eks": props{"securityGroups": list("s"), "instanceProfileArn": "x", "eksImageFamily": "al3", "volumeType": "gp4"}}), []string{}},
	} {
		t.Run(name, func(t *testing.T) { sameJSON(t, "what is refused", failures(r, c.inputs), c.want) })
	}
	for _, warning := range []string{"containerRuntime", "eks.eksImageFamily", "eks.volumeType", "aks.publicIp.tags", "aks.ephemeralOsDisk.cache"} {
		if !f.Warned(warning) {
			t.Errorf("no warning of %s in %v", warning, f.Logs())
		}
	}
	if len(f.Calls()) > 0 {
		t.Errorf("checks call %v", f.Calls())
	}
}
