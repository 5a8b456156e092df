package emulator_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestAgentRegisters(t *testing.T) {
	tests := []struct {
		provider, kind string
		params         doc
	}{
		{"eks", "eks", doc{"clusterName": "c", "region": "r", "accountId": "1"}},
		{"gke", "gke", doc{"clusterName": "c", "region": "r", "projectId": "p", "location": "r-a"}},
		{"aks", "aks", doc{"region": "r", "nodeResourceGroup": "g", "subscriptionId": "s"}},
		{"kops", "kops", doc{"clusterName": "c", "cloud": "aws", "region": "r", "stateStore": "s3://s"}},
		{"openshift", "openshift", doc{"clusterName": "c", "cloud": "aws", "region": "r", "internalId": "i"}},
		{"anywhere", "anywhere", doc{"clusterName": "", "kubeSystemNamespaceId": "u"}},
		{"self_hosted_with_ec2_nodes", "self-hosted-with-ec2-nodes", doc{"clusterName": "c", "region": "r", "accountId": "1"}},
	}
	for _, test := range tests {
		t.Run(test.provider, func(t *testing.T) {
			b := realBed(t)
			// Every replica registers at its start, all at once.
			replicas := make([]*agent, 5)
			var all sync.WaitGroup
			for i := range replicas {
				replicas[i] = b.agent(newKube())
				all.Go(func() {
					if err := replicas[i].register(test.provider, maps.Clone(test.params)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			id := replicas[0].id
			for _, other := range replicas {
				if other.id != id {
					t.Errorf("one cluster got the ids %s and %s", id, other.id)
				}
			}
			if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
				t.Errorf("id %s: components take lower-case UUIDs only", id)
			}
			b.fields(b.states(id, "ready", "waiting-connection"), doc{"providerType": test.kind, "organizationId": org})
			b.same("clusters", len(b.want(200, "GET", clusters, nil)["items"].([]any)), 1)
		})
	}
}

func TestAgentThatIsNotLetInExits(t *testing.T) {
	b := realBed(t)
	a := b.agent(newKube())
	a.key = "invalid"
	err := a.register("anywhere", doc{"kubeSystemNamespaceId": "u"})
	if err == nil || !strings.Contains(err.Error(), "401") || !strings.Contains(err.Error(), `{"fieldViolations":[],"message":"Unauthorized"}`) {
		t.Errorf("%v", err)
	}
	a.key = "secret-token"
	if err := a.register("anywhere", doc{"kubeSystemNamespaceId": ""}); err == nil || !strings.Contains(err.Error(), "400") {
		t.Errorf("without an identity: %v", err)
	}
}

func TestAgentBringsAClusterOnline(t *testing.T) {
	b := realBed(t)
	a := b.agent(newKube())
	if err := a.register("eks", doc{"accountId": "1", "region": "r", "clusterName": "c"}); err != nil {
		t.Fatal(err)
	}
	b.pass(time.Hour)
	b.states(a.id, "ready", "waiting-connection")
	if a.configure() {
		t.Error("a new agent is told to send all again")
	}
	b.states(a.id, "ready", "waiting-connection") // only snapshots count
	a.report()
	b.fields(b.states(a.id, "ready", "online"), doc{"kubernetesVersion": "1.31.4", "agentSnapshotReceivedAt": "2025-03-01T13:00:00Z"})

	b.want(200, "POST", clusters+"/"+a.id, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.states(a.id, "connecting", "online")
	c := a.controller()
	c.poll()
	d := b.states(a.id, "ready", "online")
	b.same("reconcile", at(d, "reconcileInfo", "status"), "ok")

	// New credentials while no controller has polled for long.
	b.pass(2 * time.Minute)
	a.report()
	b.want(200, "POST", clusters+"/"+a.id, doc{"eks": doc{"assumeRoleArn": "other"}})
	b.states(a.id, "connecting", "online")
	c.poll()
	b.states(a.id, "ready", "online")
}

func TestAgentThatStops(t *testing.T) {
	for silent, status := range map[time.Duration]string{
		15 * time.Second: "online", 59 * time.Second: "online", time.Minute: "non-responding", 5*time.Minute - time.Second: "non-responding",
		5 * time.Minute: "disconnected", 24 * time.Hour: "disconnected",
	} {
		t.Run(silent.String(), func(t *testing.T) {
			b := realBed(t)
			a, _ := b.install()
			for range 10 { // an agent with nothing to tell still tells it
				b.pass(45 * time.Second)
				a.report()
			}
			b.states(a.id, "ready", "online")
			b.pass(silent)
			b.states(a.id, "ready", status)
			a.report() // and back again
			b.states(a.id, "ready", "online")
		})
	}
}

func TestSnapshotsShowNodes(t *testing.T) {
	b := realBed(t)
	a, _ := b.install("n1")
	b.same("nodes", len(b.shown(a.id, "")), 2)
	a.kube.remove("Node", "own")
	a.kube.set("Node", machine("n2", ""))
	cordoned := machine("n1", "id-n1")
	cordoned["spec"] = doc{"providerID": "aws:///n1", "unschedulable": true}
	a.kube.set("Node", cordoned)
	a.report()
	b.same("nodes", b.shown(a.id, ""), []string{"n1 cordoned", "n2 ready"})

	// One that was deleted and made again between two ticks is an update with another uid.
	again := machine("n2", "")
	again["metadata"].(doc)["uid"] = "another"
	a.kube.set("Node", again)
	a.report()
	b.same("its id", at(b.want(200, "GET", clusters+"/"+a.id+"/nodes?nodeName=n2", nil), "items", 0, "id"), "another")

	delete(a.kube.objects, "Node/n1") // unnoticed
	a.full = true
	a.report()
	b.same("nodes of a full snapshot", b.shown(a.id, ""), []string{"n2 ready"})
}

func TestNodeOfASnapshot(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	a.kube.set("Node", doc{
		"metadata": doc{
			"name": "n", "uid": "u", "creationTimestamp": "2025-02-01T08:00:00Z", "annotations": doc{"a": "b"},
			"labels": doc{
				"provisioner.cast.ai/node-id": "id", "node.kubernetes.io/instance-type": "m5.large", "topology.kubernetes.io/zone": "eu-central-1a",
				"scheduling.cast.ai/fake-spot": "true", "node-role.kubernetes.io/control-plane": "",
			},
		},
		"spec": doc{"providerID": "aws:///i", "taints": []any{doc{"key": "k", "effect": "NoSchedule", "timeAdded": "x"}}},
		"status": doc{
			"capacity": doc{"cpu": "2", "memory": "8Gi", "pods": "29"}, "allocatable": doc{"cpu": "1930m", "memory": "7291Mi"},
			"conditions": []any{doc{"type": "MemoryPressure", "status": "False"}, doc{"type": "Ready", "status": "Unknown"}},
			"addresses":  []any{doc{"type": "InternalIP", "address": "10.0.0.1"}, doc{"type": "ExternalIP", "address": "1.2.3.4"}, doc{"type": "Hostname", "address": "n"}},
			"nodeInfo":   doc{"kubeletVersion": "v1.31.4", "architecture": "amd64", "bootID": "x"},
		},
	})
	a.report()
	node := b.want(200, "GET", clusters+"/"+a.id+"/nodes/id", nil)
	b.fields(node, doc{
		"id": "id", "name": "n", "cloud": "eks", "createdAt": "2025-02-01T08:00:00Z", "instanceType": "m5.large", "zone": "eu-central-1a",
		"providerId": "aws:///i", "role": "master", "unschedulable": false, "spotConfig": doc{"isSpot": true}, "state": doc{"phase": "not_ready"},
		"annotations": doc{"a": "b"}, "taints": []any{doc{"key": "k", "value": "", "effect": "NoSchedule"}},
		"network":   doc{"privateIp": "10.0.0.1", "publicIp": "1.2.3.4"},
		"resources": doc{"cpuCapacityMilli": 2000, "cpuAllocatableMilli": 1930, "memCapacityMib": 8192, "memAllocatableMib": 7291},
	})
	b.same("kubelet", at(node, "nodeInfo", "kubeletVersion"), "v1.31.4")
	b.refused(404, "node not found: nope", "GET", clusters+"/"+a.id+"/nodes/nope", nil)
	for query, want := range map[string][]string{
		"?lifecycleType=spot": {"n not_ready"}, "?lifecycleType=on_demand": {"own ready"}, "?nodeStatus=ready": {"own ready"},
		"?nodeId=id": {"n not_ready"}, "?zone=eu-central-1b": nil, "?unschedulable=true": nil, "?nodeName=own": {"own ready"},
		"?removalDisabled=true": nil, "?nodeTemplateName=spot": nil,
	} {
		b.same(query, b.shown(a.id, query), want)
	}
}

func TestSnapshotsShowWorkloads(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	pod := doc{"spec": doc{"containers": []any{doc{"name": "main", "image": "app:1", "resources": doc{"requests": doc{"cpu": "250m", "memory": "512Mi"}, "limits": doc{"memory": "1Gi"}}}}}}
	meta := func(name string) doc {
		return doc{"name": name, "namespace": "shop", "uid": "uid-" + name, "labels": doc{"app": name}}
	}
	a.kube.set("Deployment", doc{"metadata": meta("web"), "spec": doc{"replicas": 3, "template": pod}, "status": doc{"replicas": 2}})
	a.kube.set("DaemonSet", doc{"metadata": meta("logs"), "spec": doc{"template": pod}, "status": doc{"desiredNumberScheduled": 4, "currentNumberScheduled": 4}})
	a.kube.set("CronJob", doc{"metadata": meta("report"), "spec": doc{"jobTemplate": doc{"spec": doc{"template": pod}}}})
	a.kube.set("StatefulSet", doc{"metadata": meta("db"), "spec": doc{"template": pod}})
	a.kube.set("ConfigMap", doc{"metadata": meta("settings")})
	a.report()
	path := "/v1/workload-autoscaling/clusters/" + a.id + "/workloads"
	list := func(query string) (names []string) {
		items, _ := b.want(200, "GET", path+query, nil)["workloads"].([]any)
		for _, item := range items {
			names = append(names, fmt.Sprint(at(item, "kind"), " ", at(item, "name")))
		}
		return names
	}
	b.same("workloads", len(list("")), 4)
	web := at(b.want(200, "GET", path+"?kinds=Deployment", nil), "workloads", 0)
	b.fields(web, doc{
		"namespace": "shop", "group": "apps", "version": "v1", "replicas": 3, "podCount": 2, "scalingPolicyName": "default", "isJobLike": false,
		"labels": []any{doc{"key": "app", "value": "web"}}, "clusterId": a.id,
	})
	b.same("resources", at(web, "containers", 0, "resources"), doc{"requests": doc{"cpuCores": 0.25, "memoryGib": 0.5}, "limits": doc{"memoryGib": 1}})
	for query, want := range map[string][]string{
		"?workloadNames=db": {"StatefulSet db"}, "?kinds=DaemonSet&namespaces=shop": {"DaemonSet logs"}, "?namespaces=other": nil,
		"?searchQuery=repo": {"CronJob report"}, "?managementOptions=READ_ONLY": nil, "?scalingPolicyNames=none": nil,
	} {
		b.same(query, list(query), want)
	}
	a.kube.set("Deployment", doc{"metadata": meta("web"), "spec": doc{"replicas": 5, "template": pod}})
	a.kube.remove("CronJob", "report")
	a.report()
	changed := at(b.want(200, "GET", path+"?kinds=Deployment", nil), "workloads", 0)
	b.fields(changed, doc{"id": at(web, "id"), "replicas": 5, "podCount": 0})
	b.same("without the removed", list("?kinds=CronJob"), nil)
	b.want(404, "GET", "/v1/workload-autoscaling/clusters/nope/workloads", nil)
}

func TestRefusedDeltasAreSentAgain(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			b := realBed(t)
			a, _ := b.install()
			a.kube.set("Node", machine("late", ""))
			b.srv.Fail(emulator.Fault{Path: "/v1/kubernetes/clusters/{clusterId}/agent-deltas", Status: status, Times: 2})
			for range 2 {
				if _, err := a.tick(); err == nil || a.full {
					t.Errorf("%v, and a full snapshot next: %t", err, a.full)
				}
			}
			a.report()
			b.same("nodes", len(b.shown(a.id, "")), 2)
		})
	}
}

func TestLostAnswerLeadsToAFullSnapshot(t *testing.T) {
	b := realBed(t)
	b.web.Config.ErrorLog = nil
	a, _ := b.install()
	b.srv.Fail(emulator.Fault{Path: "/v1/kubernetes/clusters/{clusterId}/agent-deltas", Action: emulator.Drop})
	if _, err := a.tick(); err == nil {
		t.Error("the answer was to be lost")
	}
	r, err := a.tick()
	if err == nil || r.status != 400 || !a.full {
		t.Errorf("%d %v: the token that the agent has is no longer the last", r.status, err)
	}
	a.report()
	a.report()
	b.states(a.id, "ready", "online")
}

func TestContinuityToken(t *testing.T) {
	tests := []struct {
		name, token string
		full        bool
		status      int
	}{
		{"the last one", "last", false, 204},
		{"a wrong one", "wrong", false, 400},
		{"none", "", false, 400},
		{"all, with the last one", "last", true, 204},
		{"all, with a wrong one", "wrong", true, 204},
		{"all, with none", "", true, 204},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := realBed(t)
			a, _ := b.install()
			if test.token != "last" {
				a.token = test.token
			}
			a.full = test.full
			r, _ := a.tick() // the status says it
			b.same("status", r.status, test.status)
			if test.status == 400 {
				b.same("body", r.text, `{"fieldViolations":[],"message":"invalid continuity token"}`)
			}
		})
	}
	t.Run("before any snapshot", func(t *testing.T) {
		b := realBed(t)
		a := b.agent(newKube())
		a.id, a.full = b.eks("c"), false
		if r, err := a.tick(); err == nil || r.status != 400 || !a.full {
			t.Errorf("%d %v", r.status, err)
		}
		a.report()
	})
}

func TestResync(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	delete(a.kube.objects, "Node/own") // unnoticed
	a.report()
	b.same("nodes", len(b.shown(a.id, "")), 1)
	b.want(204, "POST", "/_emulator/clusters/"+a.id+"/resync", nil)
	if !a.configure() || a.configure() {
		t.Error("an agent is to be told once, or it never ends")
	}
	a.report()
	b.same("nodes", len(b.shown(a.id, "")), 0)
	b.want(404, "POST", "/_emulator/clusters/nope/resync", nil)
}

func TestAgentOfAClusterThatIsNotThere(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	b.want(204, "DELETE", clusters+"/"+a.id, nil)
	for _, id := range []string{a.id, "3e1050c7-6593-4298-94bb-154637911d78", "nonsense", "%2e%2e"} {
		a.id, a.full = id, true
		for _, operation := range []string{"agent-config", "agent-logs", "component-logs"} {
			if r, err := a.post(a.path(operation), doc{}, nil); err == nil || r.status != 404 {
				t.Errorf("%s of %s: %d %v", operation, id, r.status, err)
			}
		}
		if r, err := a.tick(); err == nil || r.status != 404 || !strings.Contains(r.text, "cluster not found") {
			t.Errorf("delta of %s: %d %v", id, r.status, err)
		}
	}
	before := a.id
	if err := a.register("eks", doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"}); err != nil || a.id == before {
		t.Errorf("after a restart: %v", err) // a new cluster
	}
	a.report()
	b.states(a.id, "ready", "online")
}

func TestDisconnectedClusterIsRevivedByARegistration(t *testing.T) {
	b := realBed(t)
	a, c := b.install()
	b.connect(a.id)
	b.want(200, "POST", clusters+"/"+a.id+"/disconnect", doc{"keepKubernetesResources": true})
	b.pass(time.Minute)
	b.states(a.id, "deleted", "disconnected")
	if _, err := a.tick(); err == nil {
		t.Error("a disconnected cluster takes snapshots")
	}
	before := a.id
	if err := a.register("eks", doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"}); err != nil || a.id != before {
		t.Fatalf("%v, cluster %s and then %s", err, before, a.id)
	}
	b.fields(b.states(a.id, "ready", "waiting-connection"), doc{"credentialsId": "", "isPhase2": false})
	a.full = true
	a.report()
	c.poll()
	b.connect(a.id)
}

func TestLogsAndTelemetry(t *testing.T) {
	b := realBed(t)
	a, c := b.install()
	entry := doc{"level": "info", "time": "2025-03-01T12:00:00Z", "message": "m", "fields": doc{"a": "b"}}
	var all sync.WaitGroup
	for range 15 { // as at the start, when the id gets known
		all.Go(func() {
			if _, err := a.post(a.path("agent-logs"), doc{"logEvent": entry}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	tests := []struct {
		path   string
		body   doc
		status int
	}{
		{a.path("actions/logs"), entry, 200},
		{a.path("actions/logs"), doc{"level": "info", "message": "m", "fields": nil}, 200},
		{a.path("actions/logs"), doc{"level": "info", "message": "m", "fields": doc{"a": 1}}, 400},
		{a.path("component-logs"), doc{"anything": true}, 200},
		{a.path("something-new"), doc{"anything": true}, 200},
		{"/v1/clusters/" + a.id + "/components/castai-evictor/logs", doc{"version": "v1", "entries": []any{doc{"level": "LOG_LEVEL_INFO", "message": "m", "time": "t", "fields": doc{}}}}, 200},
		{"/v1/clusters/" + a.id + "/components/cluster-controller/metrics", doc{"timeseries": []any{doc{"labels": []any{doc{"name": "pod_name", "value": "p"}}, "samples": []any{doc{"timestamp": 1, "value": 2}}}}}, 200},
		{"/v1/clusters/nope/components/cluster-controller/metrics", doc{}, 404},
		{clusters + "/" + a.id + "/events", doc{"event_type": "rebalanceRecommendation", "node_id": "x", "provider_id": "y"}, 200},
	}
	for _, test := range tests {
		r, _ := c.post(test.path, test.body, nil) // the status says it
		b.same(test.path, r.status, test.status)
	}
}

func TestSpotInterruption(t *testing.T) {
	b := realBed(t)
	a, _ := b.install("n1", "n2")
	for _, body := range []doc{{"event_type": "interrupted", "node_id": "id-n1"}, {"event_type": "interrupted", "provider_id": "aws:///n2"}} {
		if _, err := a.post(clusters+"/"+a.id+"/events", body, nil); err != nil {
			t.Error(err)
		}
	}
	b.same("nodes", len(b.shown(a.id, "?nodeStatus=interrupted")), 2)
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write([]byte(`{"fullSnapshot":true,"items":[]}`)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		body, encoding string
		status         int
	}{
		"zipped": {zipped.String(), "gzip", 204}, "in capitals": {zipped.String(), "GZIP", 204}, "cut": {zipped.String()[:20], "gzip", 400},
		"not zipped": {"{}", "gzip", 400}, "zipped, but not called so": {zipped.String(), "", 400}, "empty": {"", "gzip", 400},
		"no object": {"[]", "", 400}, "items are no list": {`{"items":{}}`, "", 400}, "items of no objects": {`{"items":[1]}`, "", 400},
		"null items": {`{"fullSnapshot":true,"items":null}`, "", 204}, "data is null": {`{"fullSnapshot":true,"items":[{"kind":"Node","data":null}]}`, "", 204},
	} {
		r, _ := a.send("POST", a.path("agent-deltas"), strings.NewReader(test.body), http.Header{"Content-Encoding": {test.encoding}, "Continuity-Token": {a.token}})
		b.same(name, r.status, test.status)
	}
}

func TestLargeSnapshot(t *testing.T) {
	b := realBed(t)
	a, _ := b.install()
	for i := range 300 {
		node := machine(fmt.Sprint("n", i), fmt.Sprint("id", i))
		node["metadata"].(doc)["annotations"] = doc{"padding": strings.Repeat("x", 10000)}
		a.kube.set("Node", node)
	}
	a.report()
	b.same("nodes of the first page", len(b.shown(a.id, "")), 100)
	b.same("a node", at(b.want(200, "GET", clusters+"/"+a.id+"/nodes/id299", nil), "name"), "n299")
}
