package clusters_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// newCluster registers a cluster as an agent would and returns its ID.
func newCluster(t *testing.T, h *harness.Harness, name, cloud string, params harness.Props) string {
	t.Helper()
	return h.Request("POST", "/v1/kubernetes/external-clusters", harness.Props{"name": name, cloud: params})["id"].(string)
}

func eks(region, account, name string) harness.Props {
	return harness.Props{"region": region, "accountId": account, "clusterName": name}
}

func TestGetCluster(t *testing.T) {
	h := harness.New(t)
	one := newCluster(t, h, "shop", "eks", eks("eu-central-1", "111111111111", "shop"))
	two := newCluster(t, h, "shop", "eks", eks("us-east-1", "111111111111", "shop"))
	three := newCluster(t, h, "shop", "gke", harness.Props{"projectId": "p", "location": "us-central1", "region": "us-central1", "clusterName": "shop"})
	gone := newCluster(t, h, "old", "eks", eks("us-east-1", "222222222222", "old"))
	h.Request("DELETE", "/v1/kubernetes/external-clusters/"+gone, nil)
	const absent = "6f1c2d3e-4a5b-4c6d-8e7f-000000000000"

	for _, test := range []struct {
		inputs harness.Props
		want   string
	}{
		{harness.Props{"clusterId": two}, two},
		{harness.Props{"clusterId": two, "region": "us-east-1"}, two},
		{harness.Props{"name": "shop", "region": "EU-central-1"}, one},
		{harness.Props{"name": "shop", "providerType": "GKE"}, three},
		{harness.Props{"name": "shop", "accountId": "111111111111", "region": "us-east-1"}, two},
		{harness.Props{"clusterId": gone, "includeArchived": true}, gone},
	} {
		got, err := h.Invoke("getCluster", test.inputs)
		if err != nil || got["id"] != test.want {
			t.Errorf("%v: got %v, %v", test.inputs, got["id"], err)
		}
	}
	for _, test := range []struct {
		inputs harness.Props
		want   []string
	}{
		{harness.Props{}, []string{"`clusterId`", "`name`"}},
		{harness.Props{"clusterId": one, "name": "shop"}, []string{"only one of"}},
		{harness.Props{"clusterId": "shop"}, []string{"clusterId: "}},
		{harness.Props{"name": "shop"}, []string{`3 clusters are named "shop"`, one, two, three, "Narrow the search"}},
		{harness.Props{"name": "shop", "region": "us-west-1"}, []string{`named "shop" and in the region "us-west-1"`, one, two, three}},
		{harness.Props{"name": "Shop"}, []string{`no cluster is named "Shop"`, `"shop" (` + one}},
		{harness.Props{"clusterId": one, "providerType": "aks"}, []string{one, `is not of the type "aks"`}},
		{harness.Props{"clusterId": gone}, []string{gone, "was deleted", "includeArchived"}},
		{harness.Props{"name": "old"}, []string{`no cluster is named "old"`}},
		{harness.Props{"clusterId": absent}, []string{absent, "404"}},
	} {
		_, err := h.Invoke("getCluster", test.inputs)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: the error is %v, want %q", test.inputs, err, want)
			}
		}
	}
}

func TestGetClusterShowsTheCluster(t *testing.T) {
	h := harness.New(t)
	id := newCluster(t, h, "shop", "eks", eks("eu-central-1", "111111111111", "shop"))
	h.Request("POST", "/v1/kubernetes/external-clusters/"+id, harness.Props{"eks": harness.Props{"assumeRoleArn": "arn:aws:iam::111111111111:role/r"}})
	got, err := h.Invoke("getCluster", harness.Props{"clusterId": id})
	if err != nil {
		t.Fatal(err)
	}
	for property, want := range map[string]any{
		"id": id, "name": "shop", "organizationId": emulator.DefaultOrganization.ID, "providerType": "eks", "region": "eu-central-1",
		"providerNamespaceId": "111111111111", "clusterNameId": "shop-" + id[:8], "gke": nil, "aks": nil, "reconcileError": nil,
		"eks": harness.Props{"clusterName": "shop", "accountId": "111111111111", "region": "eu-central-1", "assumeRoleArn": "arn:aws:iam::111111111111:role/r"},
	} {
		if !reflect.DeepEqual(got[property], want) {
			t.Errorf("%s is %v, want %v", property, got[property], want)
		}
	}
	for _, property := range []string{"status", "agentStatus", "credentialsId", "createdAt"} {
		if got[property] == nil || got[property] == "" {
			t.Errorf("there is no %s", property)
		}
	}
}

func TestGetClusters(t *testing.T) {
	h := harness.New(t)
	b := newCluster(t, h, "b", "eks", eks("eu-central-1", "111111111111", "b"))
	a := newCluster(t, h, "a", "aks", harness.Props{"region": "westeurope", "subscriptionId": "s", "nodeResourceGroup": "g"})
	gone := newCluster(t, h, "c", "eks", eks("eu-central-1", "111111111111", "c"))
	h.Request("DELETE", "/v1/kubernetes/external-clusters/"+gone, nil)
	for _, test := range []struct {
		inputs harness.Props
		want   []any
	}{
		{harness.Props{}, []any{a, b}},
		{harness.Props{"providerType": "eks"}, []any{b}},
		{harness.Props{"name": "a"}, []any{a}},
		{harness.Props{"region": "WestEurope", "accountId": "s"}, []any{a}},
		{harness.Props{"status": "ready", "organizationId": emulator.DefaultOrganization.ID}, []any{a, b}},
		{harness.Props{"agentStatus": "disconnected"}, nil},
		{harness.Props{"name": "nobody"}, nil},
	} {
		got, err := h.Invoke("getClusters", test.inputs)
		if err != nil || fmt.Sprint(got["ids"]) != fmt.Sprint(test.want) {
			t.Errorf("%v: got %v, %v, want %v", test.inputs, got["ids"], err, test.want)
		}
		if clusters := got["clusters"].([]any); len(clusters) != len(test.want) {
			t.Errorf("%v: %d clusters", test.inputs, len(clusters))
		}
	}
	h.Reopen() // forgets the list
	h.Emulator.Fail(emulator.Fault{Status: 403, Path: "/v1/kubernetes/external-clusters"})
	if _, err := h.Invoke("getClusters", harness.Props{}); err == nil || !strings.Contains(err.Error(), "cannot list clusters") {
		t.Errorf("without the right the error is %v", err)
	}
}
