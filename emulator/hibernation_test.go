package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestHibernateAndResume(t *testing.T) {
	b := lively(t)
	id := b.managed("shop")
	own := b.nodes(id)["ready"]
	b.want(200, "POST", clusters+"/"+id+"/nodes", doc{"instanceType": "m5.large"})
	b.move("1m")
	path := clusters + "/" + id
	status := func(want, agent string) {
		t.Helper()
		b.fields(b.want(200, "GET", path, nil), doc{"status": want, "agentStatus": agent})
	}
	done := func(operation any) any {
		t.Helper()
		return b.want(200, "GET", clusters+"/operations/"+operation.(string), nil)["done"]
	}
	resume := doc{"instanceType": "m5.2xlarge", "spotConfig": doc{"isSpot": true}, "zone": "eu-central-1c"}

	tried := b.want(200, "POST", path+"/hibernate?mode=OPERATION_MODE_DRY_RUN", nil)
	b.fields(tried, doc{"clusterId": id, "mode": "OPERATION_MODE_DRY_RUN"})
	b.same("a try is done", done(tried["operationId"]), true)
	status("ready", "online")
	b.refused(400, "is ready, and not hibernated", "POST", path+"/resume", resume)

	started := b.want(200, "POST", path+"/hibernate?stopControlPlane=true", nil)
	b.fields(started, doc{"clusterId": id, "mode": "OPERATION_MODE_DEFAULT"})
	status("hibernating", "online")
	b.same("once more", b.want(200, "POST", path+"/hibernate", nil), started)
	b.refused(400, "is hibernating", "POST", path+"/resume", resume)
	b.refused(400, "while it is hibernating", "POST", path+"/nodes", resume)
	b.count("drained", b.nodes(id)["draining"], len(own)+1)
	b.same("under way", done(started["operationId"]), false)
	b.move("3m")
	status("hibernated", "non-responding")
	b.same("no nodes", len(b.nodes(id)), 0)
	b.same("done", done(started["operationId"]), true)
	b.move("24h")
	status("hibernated", "non-responding")
	b.refused(400, "is hibernated", "POST", path+"/hibernate", nil)
	b.refused(400, "instanceType", "POST", path+"/resume", doc{"instanceType": ""})

	woken := b.want(200, "POST", path+"/resume", resume)
	status("resuming", "non-responding")
	b.move("1m")
	status("ready", "online")
	b.same("done", done(woken["operationId"]), true)
	nodes := b.nodes(id)["ready"]
	b.count("its own and the one that was asked for", nodes, len(own)+1)
	b.fields(provisioned(nodes)[0], doc{"instanceType": "m5.2xlarge", "zone": "eu-central-1c", "spotConfig": doc{"isSpot": true}})
	b.same("the same ones", named(nodes, own[0]["name"])["createdAt"], "2025-03-02T12:06:00Z")

	b.refused(400, "has no credentials", "POST", clusters+"/"+b.eks("watched")+"/hibernate", nil)
	b.refused(404, "cluster not found", "POST", clusters+"/nope/hibernate", nil)
}

func named(nodes []doc, name any) doc {
	for _, node := range nodes {
		if node["name"] == name {
			return node
		}
	}
	return nil
}

func TestHibernationFails(t *testing.T) {
	b := lively(t)
	id := b.managed("shop")
	path := clusters + "/" + id
	stuck := b.nodes(id)["ready"][0]["name"].(string)
	b.want(204, "PATCH", "/_emulator/clusters/"+id+"/nodes/"+stuck, doc{"hold": true})
	operation := clusters + "/operations/" + b.want(200, "POST", path+"/hibernate", nil)["operationId"].(string)
	b.move("3m")
	b.same("why", at(b.want(200, "GET", operation, nil), "error", "details"), "nodes could not be deleted: "+stuck)
	b.same("it runs", b.want(200, "GET", path, nil)["status"], "ready")

	b.want(204, "PATCH", "/_emulator/clusters/"+id+"/nodes/"+stuck, doc{"hold": false})
	b.want(200, "POST", path+"/hibernate", nil)
	b.move("3m")
	// A cluster that sleeps can be disconnected, and registered again.
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": true})
	b.move("5m")
	b.same("disconnected", b.want(200, "GET", path, nil)["status"], "deleted")
	b.same("again", b.managed("shop"), id)
}

// Without a life of their own, clusters that have no nodes sleep and wake, too.
func TestHibernationWithoutLife(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1}})
	id := b.eks("c")
	b.want(200, "POST", clusters+"/"+id, doc{"eks": doc{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	if err := b.srv.AddNode(id, "node"); err != nil {
		t.Fatal(err)
	}
	b.want(200, "POST", clusters+"/"+id+"/hibernate", nil)
	b.same("asleep", b.want(200, "GET", clusters+"/"+id, nil)["status"], "hibernated")
	b.want(200, "POST", clusters+"/"+id+"/resume", doc{"instanceType": "m5.large"})
	b.same("awake", b.want(200, "GET", clusters+"/"+id, nil)["status"], "ready")
	b.count("the one that was asked for", b.nodes(id)["ready"], 1)
}

func TestHibernationSchedulesRun(t *testing.T) {
	b := lively(t)
	id, watched := b.managed("shop"), b.eks("watched")
	own := len(b.nodes(id)["ready"])
	config := func(cron string) doc { return doc{"enabled": true, "schedule": doc{"cronExpression": cron}} }
	resume := config("CRON_TZ=Europe/Berlin 0 8 * * 1-5")
	resume["jobConfig"] = doc{"nodeConfig": doc{"instanceType": "c5.xlarge", "spotConfig": doc{"spot": true}, "kubernetesLabels": doc{"first": "yes"}}}
	schedule := b.want(200, "POST", hibernations, doc{"name": "workday", "enabled": true, "pauseConfig": config("0 18 * * 1-5"), "resumeConfig": resume,
		"clusterAssignments": doc{"items": []any{doc{"clusterId": id}, doc{"clusterId": watched}}}})["id"].(string)
	status := func(when, want string) {
		t.Helper()
		b.want(200, "PATCH", clockPath, doc{"set": when})
		b.same(when, b.want(200, "GET", clusters+"/"+id, nil)["status"], want)
	}
	status("2025-03-03T17:59:59Z", "ready") // the first Monday
	status("2025-03-03T18:00:00Z", "hibernating")
	status("2025-03-03T18:03:00Z", "hibernated")
	b.same("one without credentials", b.want(200, "GET", clusters+"/"+watched, nil)["status"], "ready")
	status("2025-03-04T06:59:59Z", "hibernated")
	status("2025-03-04T07:00:00Z", "resuming")
	status("2025-03-04T07:01:00Z", "ready")
	b.count("awake", b.nodes(id)["ready"], own+1)
	b.same("the first node", at(provisioned(b.nodes(id)["ready"])[0], "labels", "first"), "yes")
	status("2025-03-08T12:00:00Z", "hibernated") // Saturday
	status("2025-03-10T12:00:00Z", "ready")

	b.want(200, "PATCH", hibernations+"/"+schedule, doc{"enabled": false})
	status("2025-03-11T00:00:00Z", "ready")
	b.want(200, "PATCH", hibernations+"/"+schedule, doc{"enabled": true, "pauseConfig": doc{"enabled": false, "schedule": doc{"cronExpression": "0 18 * * *"}}})
	status("2025-03-12T00:00:00Z", "ready")
}

// Real controllers drain and delete CAST AI's nodes; the cluster's own ones are left alone.
func TestHibernationThroughTheController(t *testing.T) {
	b := realBed(t)
	a, c := b.install("n1")
	b.connect(a.id)
	path := clusters + "/" + a.id
	started := b.want(200, "POST", path+"/hibernate", nil)
	b.same("nodes", b.shown(a.id, ""), []string{"n1 draining", "own ready"})
	c.settle()
	b.same("ran", c.runs, []string{"DrainNode n1", "DeleteNode n1", "CheckNodeDeleted n1"})
	b.states(a.id, "hibernated", "online")
	b.same("done", b.operation(started)["done"], true)
	b.same("nodes", b.shown(a.id, ""), []string{"own ready"})
	b.want(200, "POST", path+"/resume", doc{"instanceType": "m5.large"})
	b.pass(time.Second)
	b.states(a.id, "ready", "online")
	b.same("nodes come by themselves", b.shown(a.id, ""), []string{"own ready"})
}
