package emulator_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// lively is an emulator whose clusters have a life of their own. All begins on a Saturday at noon.
func lively(t *testing.T, change ...func(*emulator.Settings)) *bed {
	t.Helper()
	settings := emulator.Settings{Life: true, AgentDelay: time.Minute, DisconnectDelay: time.Minute}
	for _, fn := range change {
		fn(&settings)
	}
	return newBed(t, emulator.Options{Settings: settings})
}

// move puts the clock of an emulator forward.
func (b *bed) move(by string) {
	b.t.Helper()
	b.want(200, "PATCH", clockPath, doc{"advance": by})
}

// managed is a cluster that CAST AI may change, and that is ready.
func (b *bed) managed(name string) string {
	b.t.Helper()
	id := b.eks(name)
	b.want(200, "POST", clusters+"/"+id, doc{"eks": doc{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	b.move("2m")
	b.same("the status", b.want(200, "GET", clusters+"/"+id, nil)["status"], "ready")
	return id
}

// nodes are those of a cluster, by phase.
func (b *bed) nodes(cluster string) map[string][]doc {
	b.t.Helper()
	byPhase := map[string][]doc{}
	list, _ := b.want(200, "GET", clusters+"/"+cluster+"/nodes", nil)["items"].([]any)
	for _, item := range list {
		node := item.(doc)
		phase := at(node, "state", "phase").(string)
		byPhase[phase] = append(byPhase[phase], node)
	}
	return byPhase
}

// provisioned are the nodes that CAST AI has made.
func provisioned(nodes []doc) []doc {
	return slices.DeleteFunc(slices.Clone(nodes), func(node doc) bool { return at(node, "labels", "provisioner.cast.ai/managed-by") != "cast.ai" })
}

func (b *bed) count(what string, nodes []doc, want int) {
	b.t.Helper()
	if len(nodes) != want {
		b.t.Fatalf("%s: %d nodes, want %d: %v", what, len(nodes), want, nodes)
	}
}

func TestOwnNodes(t *testing.T) {
	b := lively(t)
	for kind, cluster := range map[string]doc{
		"eks": {"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"},
		"gke": {"projectId": "p", "location": "europe-west3-a", "region": "europe-west3", "clusterName": "c"},
		"aks": {"subscriptionId": "s", "nodeResourceGroup": "g", "region": "westeurope"},
	} {
		id := b.want(200, "POST", clusters, doc{"name": "c", kind: cluster})["id"].(string)
		b.same("before the agent", len(b.nodes(id)), 0)
		b.move("1m")
		nodes := b.nodes(id)["ready"]
		if len(nodes) < 3 || len(nodes) > 5 || len(provisioned(nodes)) > 0 {
			t.Fatalf("%s: own nodes: %v", kind, nodes)
		}
		if zone := fmt.Sprint(nodes[0]["zone"]); !strings.HasPrefix(zone, fmt.Sprint(cluster["region"])) {
			t.Errorf("%s: zone %s", kind, zone)
		}
		b.same("one", b.want(200, "GET", clusters+"/"+id+"/nodes/"+nodes[0]["id"].(string), nil), nodes[0])
		b.move("24h")
		b.same("they stay", b.nodes(id)["ready"], nodes)
	}
	// The same cluster has the same nodes; nothing appears unless it is wanted.
	names := func() (list []any) {
		b := newBed(t, emulator.Options{NewID: func() string { return "c-1" }, Settings: emulator.Settings{Life: true, AgentDelay: -1}})
		for _, node := range b.nodes(b.eks("c"))["ready"] {
			list = append(list, node["name"])
		}
		return list
	}
	b.same("again", names(), names())
	quiet := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1}})
	quiet.same("without life", len(quiet.nodes(quiet.eks("c"))), 0)
}

func TestAddedNodes(t *testing.T) {
	b := lively(t)
	id := b.managed("Shop")
	own := len(b.nodes(id)["ready"])
	nodes := clusters + "/" + id + "/nodes"
	configuration := b.want(200, "POST", "/v1/kubernetes/clusters/"+id+"/node-configurations", doc{"name": "default", "subnets": []any{}})["id"].(string)
	added := b.want(200, "POST", nodes, doc{"instanceType": "m5.large", "zone": "eu-central-1c", "spotConfig": doc{"isSpot": true}, "configurationName": "default",
		"kubernetesLabels": doc{"team": "web"}, "kubernetesTaints": []any{doc{"key": "k", "value": "v", "effect": "NoSchedule"}}})
	operation := "/v1/kubernetes/external-clusters/operations/" + added["operationId"].(string)
	b.same("under way", b.want(200, "GET", operation, nil)["done"], false)
	node := b.nodes(id)["creating"][0]
	b.fields(node, doc{"id": added["nodeId"], "instanceType": "m5.large", "zone": "eu-central-1c", "spotConfig": doc{"isSpot": true}, "instancePrice": "0.04",
		"nodeConfigurationId": configuration, "taints": []any{doc{"key": "k", "value": "v", "effect": "NoSchedule"}}})
	b.same("its name", strings.HasPrefix(node["name"].(string), "shop-cast-"), true)
	b.same("its label", at(node, "labels", "team"), "web")
	b.same("made by CAST AI", len(provisioned([]doc{node})), 1)
	b.move("1m")
	b.same("done", b.want(200, "GET", operation, nil)["finishedAt"], "2025-03-01T12:03:00Z")
	b.count("up", b.nodes(id)["ready"], own+1)

	b.refused(400, "instanceType", "POST", nodes, doc{"instanceType": " "})
	b.refused(400, "without credentials", "POST", clusters+"/"+b.eks("watched")+"/nodes", doc{"instanceType": "m5.large"})

	// One that never gets ready is given up.
	b.want(200, "PATCH", "/_emulator/settings", doc{"nodesFail": true})
	failed := b.want(200, "POST", nodes, doc{"instanceType": "m5.large"})["operationId"].(string)
	b.move("1m")
	b.count("not ready", b.nodes(id)["not_ready"], 1)
	b.same("failed", at(b.want(200, "GET", "/v1/kubernetes/external-clusters/operations/"+failed, nil), "error", "details"), "the node has not become ready")
	b.move("9m")
	b.count("not yet", b.nodes(id)["not_ready"], 1)
	b.move("1m")
	b.count("given up", b.nodes(id)["not_ready"], 0)
}

// enable turns the autoscaler of a cluster on, with what else is given.
func (b *bed) enable(cluster string, more doc) {
	b.t.Helper()
	body := doc{"enabled": true, "unschedulablePods": doc{"enabled": true}}
	for name, value := range more {
		body[name] = value
	}
	b.want(200, "PUT", "/v1/kubernetes/clusters/"+cluster+"/policies", body)
}

func TestAutoscaler(t *testing.T) {
	b := lively(t)
	id := b.managed("shop")
	templates := "/v1/kubernetes/clusters/" + id + "/node-templates"
	template := func(name string, constraints doc, more doc) {
		body := doc{"name": name, "isEnabled": true, "constraints": constraints}
		for name, value := range more {
			body[name] = value
		}
		b.want(200, "POST", templates, body)
	}
	template("spot", doc{"spot": true, "minCpu": 4, "minMemory": 16384}, doc{"customLabels": doc{"team": "web"}, "shouldTaint": true})
	template("arm", doc{"architectures": []any{"arm64"}}, nil)
	template("family", doc{"instanceFamilies": doc{"include": []any{"r5"}}, "azs": []any{"eu-central-1b"}}, nil)
	template("none", doc{"isGpuOnly": true}, nil)
	template("off", doc{}, doc{"isEnabled": false})
	own := len(b.nodes(id)["ready"])
	b.count("while it is off", b.nodes(id)["creating"], 0)

	b.enable(id, doc{"nodeDownscaler": doc{"enabled": true, "emptyNodes": doc{"enabled": true, "delaySeconds": 300}}})
	made := map[any]doc{}
	for _, node := range b.nodes(id)["creating"] {
		made[at(node, "labels", "scheduling.cast.ai/node-template")] = node
	}
	b.same("how many", len(made), 4)
	b.fields(made["spot"], doc{"instanceType": "m5.xlarge", "spotConfig": doc{"isSpot": true}, "instancePrice": "0.08",
		"taints": []any{doc{"key": "scheduling.cast.ai/node-template", "value": "spot", "effect": "NoSchedule"}}})
	b.same("its labels", at(made["spot"], "labels", "team"), "web")
	b.fields(made["arm"], doc{"instanceType": "m6g.large"})
	b.fields(made["family"], doc{"instanceType": "r5.large", "zone": "eu-central-1b"})
	b.fields(made["default-by-castai"], doc{"instanceType": "c5.large"})
	b.move("1m")
	b.count("up", b.nodes(id)["ready"], own+4)
	list := b.want(200, "GET", templates+"?includeDefault=false", nil)["items"]
	b.same("counted", at(list, 0, "stats"), doc{"countFallback": 0, "countOnDemand": 0, "countSoleTenant": 0, "countSpot": 1})
	b.same("counted", at(list, 1, "stats"), doc{"countFallback": 0, "countOnDemand": 1, "countSoleTenant": 0, "countSpot": 0})

	// Nodes go some time after their template, and one that is missing is replaced.
	b.want(200, "DELETE", templates+"/arm", nil)
	b.move("4m")
	b.count("not yet", b.nodes(id)["ready"], own+4)
	b.move("1m")
	b.count("on its way", b.nodes(id)["draining"], 1)
	b.move("3m")
	b.count("gone", b.nodes(id)["ready"], own+3)
	b.want(200, "DELETE", clusters+"/"+id+"/nodes/"+made["family"]["id"].(string), nil)
	b.count("replaced", b.nodes(id)["creating"], 1)
	b.move("3m")
	b.count("as before", b.nodes(id)["ready"], own+3)

	// Nothing is added beyond the limits of the cluster.
	b.enable(id, doc{"clusterLimits": doc{"enabled": true, "cpu": doc{"minCores": 1, "maxCores": 5}}})
	template("more", doc{}, nil)
	b.count("beyond the limit", b.nodes(id)["creating"], 0)
}

// A disconnect drains and deletes CAST AI's nodes, step by step; one that does not go is named.
func TestDisconnectOfALivelyCluster(t *testing.T) {
	b := lively(t)
	id := b.managed("shop")
	own := len(b.nodes(id)["ready"])
	for range 2 {
		b.want(200, "POST", clusters+"/"+id+"/nodes", doc{"instanceType": "m5.large"})
	}
	b.move("1m")
	stuck := provisioned(b.nodes(id)["ready"])[1]["name"].(string)
	b.want(404, "PATCH", "/_emulator/clusters/"+id+"/nodes/nope", doc{"hold": true})
	b.want(204, "PATCH", "/_emulator/clusters/"+id+"/nodes/"+stuck, doc{"hold": true})
	b.want(200, "POST", clusters+"/"+id+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": true})
	for _, step := range []struct {
		phase, status string
		count         int
	}{{"draining", "deleting", 2}, {"deleting", "deleting", 2}, {"deleting", "deleting", 2}, {"ready", "deleted", own + 1}} {
		b.count(step.phase, b.nodes(id)[step.phase], step.count)
		b.same(step.phase, b.want(200, "GET", clusters+"/"+id, nil)["status"], step.status)
		b.move("1m")
	}
	b.same("what is left", b.want(200, "GET", clusters+"/"+id, nil)["reconcileError"], "nodes could not be deleted: "+stuck)
	b.count("own ones stay", provisioned(b.nodes(id)["ready"]), 1)
}

// Costs follow the nodes and their lifetimes: what is made while nobody looks is dated when it was made.
func TestCostsOfALivelyCluster(t *testing.T) {
	b := lively(t)
	id := b.managed("shop")
	b.want(200, "POST", groups, doc{"name": "all"})
	cost := func(from, to string) any {
		summary := at(b.want(200, "GET", "/v1/cost-reports/allocation-group-summaries?startTime="+from+"&endTime="+to+
			"&useListingPrices=true&includeIdleResourceCosts=true", nil), "items", 0, "summary")
		return at(summary, "totalCostSpot")
	}
	b.want(200, "POST", clusters+"/"+id+"/nodes", doc{"instanceType": "m5.xlarge", "spotConfig": doc{"isSpot": true}})
	b.move("10h")
	id2 := at(provisioned(b.nodes(id)["ready"])[0], "id").(string)
	b.want(200, "DELETE", clusters+"/"+id+"/nodes/"+id2, nil)
	b.move("48h")
	b.same("ten hours and three minutes", cost("2025-03-01T00:00:00Z", "2025-03-03T00:00:00Z"), "0.804")
	b.same("a part of them", cost("2025-03-01T13:00:00Z", "2025-03-01T14:00:00Z"), "0.08")
	b.same("later", cost("2025-03-02T00:00:00Z", "2025-03-03T00:00:00Z"), "0")
}

// What becomes due while the emulator is off happens when it is started again, in order and dated when it was due.
func TestLifeGoesOnAfterARestart(t *testing.T) {
	options := emulator.Options{State: filepath.Join(t.TempDir(), "state.db"),
		Settings: emulator.Settings{Life: true, AgentDelay: time.Minute, DisconnectDelay: time.Minute}}
	first := newBed(t, options)
	id := first.managed("shop")
	own := first.nodes(id)["ready"]
	config := func(cron string) doc { return doc{"enabled": true, "schedule": doc{"cronExpression": cron}} }
	resume := config("0 8 * * *")
	resume["jobConfig"] = doc{"nodeConfig": doc{"instanceType": "m5.large"}}
	first.want(200, "POST", hibernations, doc{"name": "nights", "enabled": true, "pauseConfig": config("0 18 * * *"), "resumeConfig": resume,
		"clusterAssignments": doc{"items": []any{doc{"clusterId": id}}}})
	first.web.Close()
	if err := first.srv.Close(); err != nil {
		t.Fatal(err)
	}
	second := newBed(t, options)
	second.pass(48 * time.Hour)
	nodes := second.nodes(id)["ready"]
	second.count("its own and the one of the last morning", nodes, len(own)+1)
	second.same("its date", provisioned(nodes)[0]["createdAt"], "2025-03-03T08:00:00Z")
}

// A scenario is played as it always is; what it makes lives from then on.
func TestScenarioComesAlive(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{Life: true}, Clock: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Scenario: scenario(t, `
clusters:
  - name: shop
    id: 00000000-0000-4000-8000-00000000c001
    eks: { accountId: "123456789012", region: eu-central-1 }
    connected: true
    policies: { enabled: true, unschedulablePods: { enabled: true } }
`)})
	b.move("24h")
	b.want(204, "POST", "/_emulator/reset", nil) // to the beginning, of the clock, too
	nodes := b.nodes("00000000-0000-4000-8000-00000000c001")
	b.count("made for the default template", nodes["creating"], 1)
	b.same("its date", nodes["creating"][0]["createdAt"], "2020-01-01T00:00:00Z")
	if len(nodes["ready"]) < 3 {
		t.Errorf("own nodes: %v", nodes["ready"])
	}
}
