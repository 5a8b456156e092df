package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestNodeConfigurations(t *testing.T) {
	b := newBed(t, emulator.Options{})
	configurations := "/v1/kubernetes/clusters/" + b.eks("c") + "/node-configurations"
	created := b.want(200, "POST", configurations, doc{"name": "n", "diskCpuRatio": 0, "drainTimeoutSec": 0, "subnets": []any{"subnet-2", "subnet-1"},
		"image": nil, "initScript": nil, "containerRuntime": "dockerd", "kubeletConfig": doc{"z": doc{"y": []any{1.0}}},
		"eks": doc{"instanceProfileArn": "arn", "securityGroups": []any{"sg-b", "sg-a"}, "imageFamily": "family_al2", "volumeType": nil, "ipsPerPrefix": nil}})
	b.fields(created, doc{
		"minDiskSize": 100, "tags": doc{}, "version": 1, "default": false, "containerRuntime": "DOCKERD", "kubeletConfig": doc{"z": doc{"y": []any{1}}},
		"subnets": []any{"subnet-1", "subnet-2"}, "createdAt": "2025-03-01T12:00:00Z", "updatedAt": "2025-03-01T12:00:00Z",
		"eks": doc{"instanceProfileArn": "arn", "securityGroups": []any{"sg-a", "sg-b"}, "imageFamily": "FAMILY_AL2", "imdsV1": true, "imdsHopLimit": 2, "ipsPerPrefix": 1},
	})
	path := configurations + "/" + created["id"].(string)
	b.same("read", b.want(200, "GET", path, nil), created)

	b.pass(time.Minute)
	updated := b.want(200, "POST", path, doc{"subnets": []any{"s"}, "minDiskSize": 50, "eks": doc{"instanceProfileArn": "arn", "imdsV1": false, "ipsPerPrefix": 0}})
	b.fields(updated, doc{
		"id": created["id"], "name": "n", "version": 2, "minDiskSize": 50, "containerRuntime": nil, "kubeletConfig": nil,
		"createdAt": "2025-03-01T12:00:00Z", "updatedAt": "2025-03-01T12:01:00Z",
		"eks": doc{"instanceProfileArn": "arn", "securityGroups": []any{}, "imdsV1": false, "imdsHopLimit": 2, "ipsPerPrefix": 1},
	})
	b.refused(400, "name", "POST", path, doc{"name": "m"})

	overwritten := b.want(200, "POST", configurations, doc{"name": "n", "gke": doc{}})
	b.same("the same item", []any{overwritten["id"], overwritten["version"]}, []any{created["id"], 3})
	b.same("pods", at(overwritten, "gke", "maxPodsPerNode"), 110)
	formula := b.want(200, "POST", path, doc{"gke": doc{"maxPodsPerNodeFormula": "NUM_CPU", "onHostMaintenance": "migrate"}})
	b.same("pods with a formula", at(formula, "gke", "maxPodsPerNode"), nil)
	b.same("maintenance", at(formula, "gke", "onHostMaintenance"), "migrate")
	b.same("one item", at(b.want(200, "GET", configurations, nil), "items", 1), nil)

	b.same("deleted", b.want(200, "DELETE", path, nil), doc{})
	b.want(404, "GET", path, nil)
	b.want(404, "DELETE", path, nil)
	b.refused(400, "name", "POST", configurations, doc{"name": ""})
	b.refused(400, "instanceProfileArn", "POST", configurations, doc{"name": "n", "eks": doc{}})
}

func TestDefaultNodeConfiguration(t *testing.T) {
	b := newBed(t, emulator.Options{})
	configurations := "/v1/kubernetes/clusters/" + b.eks("c") + "/node-configurations"
	one := configurations + "/" + b.want(200, "POST", configurations, doc{"name": "1"})["id"].(string)
	two := configurations + "/" + b.want(200, "POST", configurations, doc{"name": "2"})["id"].(string)
	b.same("one", b.want(200, "POST", one+"/default", nil)["default"], true)
	b.same("two", b.want(200, "POST", two+"/default", nil)["default"], true)
	b.same("one", b.want(200, "GET", one, nil)["default"], false)
	b.want(200, "POST", two, doc{})
	b.same("after an update", b.want(200, "GET", two, nil)["default"], true)
	b.refused(400, "default", "DELETE", two, nil)
	b.want(200, "DELETE", one, nil)
	b.want(404, "POST", configurations+"/nope/default", nil)
}
