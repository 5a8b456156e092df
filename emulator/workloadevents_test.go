package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestWorkloadEvents(t *testing.T) {
	b := newBed(t, emulator.Options{})
	base := "/v1/workload-autoscaling/clusters/" + b.eks("c")
	policies, events := base+"/policies", base+"/workload-events"
	b.same("none", b.want(200, "GET", events, nil)["items"], []any{})
	made := b.want(200, "POST", policies, scaling("one", nil, nil))
	b.pass(time.Minute)
	changed := scaling("one", nil, nil)
	changed["applyType"] = "DEFERRED"
	b.want(200, "PUT", policies+"/"+made["id"].(string), changed)
	b.pass(time.Minute)
	b.want(200, "PUT", policies+"/order", doc{"policyIds": []any{made["id"]}})
	b.want(200, "PUT", policies+"/order", doc{"policyIds": []any{made["id"]}}) // which changes nothing
	b.refused(400, "name", "POST", policies, scaling("!", nil, nil))           // nor does this
	b.pass(time.Minute)
	b.want(200, "DELETE", policies+"/"+made["id"].(string), nil)

	types := func(query string) (list []any) {
		for _, item := range b.want(200, "GET", events+query, nil)["items"].([]any) {
			list = append(list, at(item, "type"))
		}
		return list
	}
	const kind = "EVENT_TYPE_SCALING_POLICY_"
	b.same("the latest first", types(""), []any{kind + "DELETED", kind + "ORDER_UPDATED", kind + "UPDATED", kind + "CREATED"})
	b.same("of two kinds", types("?type="+kind+"CREATED&type="+kind+"DELETED"), []any{kind + "DELETED", kind + "CREATED"})
	b.same("of a period", types("?fromDate=2025-03-01T12:01:00Z&toDate=2025-03-01T12:02:00Z"), []any{kind + "UPDATED"})
	b.same("of a workload", types("?workloadName=web"), nil)
	first := b.want(200, "GET", events+"?page.limit=3", nil)
	b.same("the last page", types("?page.limit=3&page.cursor="+first["nextCursor"].(string)), []any{kind + "CREATED"})

	update := at(b.want(200, "GET", events+"?type="+kind+"UPDATED", nil), "items", 0)
	b.same("from", at(update, "event", "scalingPolicyUpdated", "previous", "applyType"), "IMMEDIATE")
	b.same("to", at(update, "event", "scalingPolicyUpdated", "current", "applyType"), "DEFERRED")
	b.same("by", at(update, "initiatedBy", "email"), "you@example.com")
	id, created := at(update, "id").(string), at(update, "createdAt").(string)
	b.same("read", b.want(200, "GET", events+"/"+id+"?createdAt="+created, nil)["event"], update)
	b.refused(404, "event not found", "GET", events+"/"+id+"?createdAt=2025-03-01T00:00:00Z", nil)

	summary := b.want(200, "GET", base+"/workload-events-summary?type="+kind+"CREATED&type="+kind+"DELETED", nil)
	b.same("summary", summary, doc{"totalCount": 2, "items": []any{
		doc{"type": kind + "CREATED", "count": 1, "percent": 50}, doc{"type": kind + "DELETED", "count": 1, "percent": 50}}})
	b.refused(400, "fromDate", "GET", events+"?fromDate=yesterday", nil)
}

func TestWorkloadAutoscalerStatus(t *testing.T) {
	status := func(b *bed, id string) doc {
		one := b.want(200, "GET", "/v1/workload-autoscaling/clusters/"+id+"/components/workload-autoscaler", nil)
		all := b.want(200, "GET", "/v1/workload-autoscaling/organizations/"+org+"/components/workload-autoscaler", nil)
		b.same("of the organization", at(all, "clusterAgentStatuses", 0), one)
		return one
	}
	simulated := newBed(t, emulator.Options{})
	id := simulated.eks("c")
	simulated.fields(status(simulated, id), doc{"status": "AGENT_STATUS_UNKNOWN", "currentVersion": nil})
	simulated.pass(time.Minute)
	simulated.fields(status(simulated, id), doc{"status": "AGENT_STATUS_RUNNING", "currentVersion": "v1.9.3", "workloadAutoscalerReplicaCount": 1})

	real := realBed(t)
	a, _ := real.install()
	real.fields(status(real, a.id), doc{"status": "AGENT_STATUS_UNKNOWN", "castAgentCurrentVersion": "v0.123.1", "currentVersion": nil})
	a.kube.set("Deployment", doc{
		"metadata": doc{"name": "castai-workload-autoscaler", "namespace": "castai-agent", "uid": "u", "creationTimestamp": "2025-03-01T11:00:00Z"},
		"spec":     doc{"template": doc{"spec": doc{"containers": []any{doc{"name": "w", "image": "registry.example:5000/w:v1.2.3"}}}}},
		"status":   doc{"replicas": 2},
	})
	a.report()
	real.fields(status(real, a.id), doc{"status": "AGENT_STATUS_RUNNING", "currentVersion": "v1.2.3", "workloadAutoscalerReplicaCount": 2,
		"installedAt": "2025-03-01T11:00:00Z"})
}
