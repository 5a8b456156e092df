package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// Ten hours of the three nodes of a new cluster, of the first type of their cloud, at the prices of their part of the world.
func TestPricesOfRegions(t *testing.T) {
	for cost, cluster := range map[string]doc{
		"5.4": {"eks": doc{"accountId": "123456789012", "region": "us-east-1", "clusterName": "c"}},
		"6":   {"eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"}},
		"7.2": {"eks": doc{"accountId": "123456789012", "region": "ap-southeast-2", "clusterName": "c"}},
		"3.9": {"gke": doc{"projectId": "p", "location": "us-east4", "region": "us-east4", "clusterName": "c"}},
		"4.2": {"gke": doc{"projectId": "p", "location": "europe-west3-a", "region": "europe-west3", "clusterName": "c"}},
		"5.7": {"aks": doc{"subscriptionId": "s", "nodeResourceGroup": "g", "region": "westus2"}},
		"7.5": {"aks": doc{"subscriptionId": "s", "nodeResourceGroup": "g", "region": "australiaeast"}},
	} {
		b := newBed(t, emulator.Options{})
		cluster["name"] = "c"
		b.want(200, "POST", clusters, cluster)
		b.want(200, "POST", groups, doc{"name": "all"})
		b.same("the cost", at(b.want(200, "GET", "/v1/cost-reports/allocation-group-summaries?startTime=2025-02-01T00:00:00Z&endTime=2025-02-01T10:00:00Z"+
			"&useListingPrices=true&includeIdleResourceCosts=true", nil), "items", 0, "summary", "totalCostOnDemand"), cost)
	}
}

// A node that is gone costs what it did while it was there, and one of a type that is not listed what its cores cost.
func TestCostsOfNodesThatAreGone(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1}})
	cluster := b.eks("c")
	b.want(200, "POST", groups, doc{"name": "all"})
	send := func(items ...any) {
		b.want(204, "POST", "/v1/kubernetes/clusters/"+cluster+"/agent-deltas", doc{"clusterId": cluster, "fullSnapshot": true, "items": items})
	}
	send(doc{"event": "add", "kind": "Node", "data": doc{
		"metadata": doc{"name": "n", "uid": "u", "labels": doc{"node.kubernetes.io/instance-type": "x9.huge"}},
		"status":   doc{"capacity": doc{"cpu": "40", "memory": "80Gi"}}}})
	b.pass(5 * time.Hour)
	send()
	b.pass(5 * time.Hour)
	summary := at(b.want(200, "GET", "/v1/cost-reports/allocation-group-summaries?startTime=2025-03-01T12:00:00Z&endTime=2025-03-01T22:00:00Z"+
		"&useListingPrices=true&includeIdleResourceCosts=true", nil), "items", 0, "summary")
	b.fields(summary, doc{"totalCostOnDemand": "10", "cpuCount": "20", "ramGib": "40"})
}
