package emulator_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

var omniClusters = "/omni-provisioner/v1beta/organizations/" + org + "/clusters"

// omni registers a new cluster with the edge service and returns its path there.
func (b *bed) omni(name string) string {
	b.t.Helper()
	path := omniClusters + "/" + b.eks(name)
	b.want(200, "POST", path+":register", doc{})
	return path
}

func TestOmniClusters(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	path := omniClusters + "/" + id
	b.want(404, "GET", path, nil)
	b.want(404, "POST", omniClusters+"/nope:register", doc{})
	b.same("registered", b.want(200, "POST", path+":register", doc{}), doc{})
	b.fields(b.want(200, "GET", path, nil), doc{"id": id, "name": "c", "state": "READY", "providerType": "EKS", "edgeLocations": []any{}, "podCidr": nil})
	status := doc{"omniAgentVersion": "1", "podCidr": "10.0.0.0/8"}
	b.want(200, "POST", path+":register", doc{"status": status})
	b.want(200, "POST", path+":register", doc{})
	b.fields(b.want(200, "GET", path, nil), status)
	b.same("listed", at(b.want(200, "GET", omniClusters, nil), "items", 0, "id"), id)
	b.refused(400, "podCidr", "POST", path+":register", doc{"status": doc{"omniAgentVersion": "1"}})

	b.want(200, "POST", path+"/edge-locations", doc{"name": "l", "custom": doc{}})
	b.same("without locations", at(b.want(200, "GET", path, nil), "edgeLocations"), []any{})
	b.same("with them", at(b.want(200, "GET", path+"?includeEdgeLocations=true", nil), "edgeLocations", 0, "name"), "l")
	b.refused(400, "still has 1 edge locations", "DELETE", path, nil)
	b.want(404, "POST", omniClusters+"/"+b.eks("d")+"/edge-locations", doc{"name": "l", "custom": doc{}})
}

func TestEdgeLocations(t *testing.T) {
	var log bytes.Buffer
	b := newBed(t, emulator.Options{Log: &log, Settings: emulator.Settings{AgentDelay: time.Minute, DisconnectDelay: time.Minute}})
	locations := b.omni("c") + "/edge-locations"
	body := doc{
		"name": "l", "region": "r", "zones": nil, "controlPlaneMode": "DEDICATED",
		"gcp": doc{
			"projectId": "p", "credentials": doc{"clientServiceAccountJsonBase64": "hidden"},
			"networking": doc{"networkName": "n", "subnetName": "s", "tags": []any{"b", "a"}},
		},
	}
	made := b.want(200, "POST", locations, body)
	path := locations + "/" + made["id"].(string)
	b.fields(made, doc{"state": "INITIALIZING", "zones": []any{}, "description": ""})
	b.same("no credentials", made["gcp"], doc{"projectId": "p", "networking": doc{"networkName": "n", "subnetName": "s", "tags": []any{"a", "b"}}})
	spec := doc{
		"addons": []any{doc{"name": "nvidia-gpu-operator"}}, "controlPlane": doc{"ha": true},
		"networking": doc{"tunneledCidrs": []any{}, "cni": doc{"overlay": "OVERLAY_UNSPECIFIED", "overlayEncap": "OVERLAY_ENCAP_UNSPECIFIED"}},
	}
	b.same("what is filled in", made["edgeClusterSpec"], spec)
	if strings.Contains(log.String(), "hidden") {
		t.Error("the log shows credentials")
	}
	b.pass(time.Minute)
	b.same("ready", b.want(200, "GET", path, nil)["state"], "READY")

	b.want(200, "PATCH", path, doc{"edgeClusterSpec": doc{"controlPlane": doc{"ha": false}}})
	b.want(200, "PATCH", path, doc{"edgeClusterSpec": doc{"addons": []any{}}})
	changed := b.want(200, "PATCH", path, doc{"description": "d", "edgeClusterSpec": doc{"networking": doc{"cni": doc{"overlay": "OVERLAY_FULL"}}}})
	spec["controlPlane"], spec["addons"] = doc{"ha": false}, []any{}
	spec["networking"].(doc)["cni"].(doc)["overlay"] = "OVERLAY_FULL"
	b.same("part by part", changed["edgeClusterSpec"], spec)
	b.fields(changed, doc{"name": "l", "region": "r", "description": "d", "state": "READY"})

	plane := doc{"apiServerPort": 6443, "serviceAnnotations": doc{"a": "b"}}
	b.want(200, "PATCH", path, doc{"edgeClusterSpec": doc{"controlPlane": plane}})
	changed = b.want(200, "PATCH", path, doc{"edgeClusterSpec": doc{"controlPlane": doc{"serviceAnnotations": doc{"c": "d"}}}})
	b.same("annotations as a whole", at(changed, "edgeClusterSpec", "controlPlane"),
		doc{"ha": false, "apiServerPort": 6443, "serviceAnnotations": doc{"c": "d"}})

	b.refused(409, "already exists", "POST", locations, body)
	b.refused(400, "name", "POST", locations, doc{"name": " ", "custom": doc{}})
	b.refused(400, "aws, gcp, oci, custom", "POST", locations, doc{"name": "m"})
	b.refused(400, "aws, gcp, oci, custom", "PATCH", path, doc{"custom": doc{}})
	b.refused(400, "region", "POST", locations, doc{"name": "m", "gcp": body["gcp"]})
	b.same("by itself a custom one stays", b.want(200, "POST", locations, doc{"name": "m", "custom": doc{}})["state"], "PENDING_ONBOARDING")

	b.want(200, "DELETE", path, nil)
	b.pass(30 * time.Second)
	b.same("going", b.want(200, "GET", path, nil)["state"], "OFFBOARDING")
	b.want(200, "DELETE", path, nil)
	b.pass(30 * time.Second)
	b.want(404, "GET", path, nil)
	b.want(404, "PATCH", path, doc{"description": "d"})
	b.want(404, "DELETE", path, nil)
	again := b.want(200, "POST", locations, body)["id"].(string) // the name is free
	b.want(200, "DELETE", locations+"/"+again, nil)
	b.pass(time.Hour)
	b.same("listed", len(b.want(200, "GET", locations, nil)["items"].([]any)), 1)
}

func TestEdgeConfigurations(t *testing.T) {
	var log bytes.Buffer
	b := newBed(t, emulator.Options{Log: &log})
	cluster := b.omni("c")
	id := b.want(200, "POST", cluster+"/edge-locations", doc{"name": "l", "custom": doc{}})["id"].(string)
	configurations := cluster + "/edge-locations/" + id + "/configurations"
	made := b.want(200, "POST", configurations, doc{"name": "one", "default": false, "userDataBase64": "hidden", "cri": doc{}, "aws": doc{"imageId": "ami-0"}})
	b.fields(made, doc{"edgeLocationId": id, "edgeLocationName": "l", "version": 1, "default": false, "cri": nil})
	if strings.Contains(log.String(), "hidden") {
		t.Error("the log shows user data")
	}
	path := configurations + "/" + made["id"].(string)
	changed := b.want(200, "PATCH", path, doc{"default": true})
	b.fields(changed, doc{"name": "one", "default": true, "aws": doc{"imageId": "ami-0"}, "userDataBase64": "hidden"})
	changed = b.want(200, "PATCH", path, doc{"name": "new", "custom": doc{"a": "b"}})
	b.fields(changed, doc{"name": "new", "default": true, "aws": nil, "custom": doc{"a": "b"}})
	b.refused(400, "default", "DELETE", path, nil)
	b.refused(400, "can only be set to true", "PATCH", path, doc{"default": false})
	b.refused(400, "only one of", "PATCH", path, doc{"aws": doc{}, "gcp": doc{}})
	b.refused(400, "name", "POST", configurations, doc{"name": "", "aws": doc{}})
	b.fields(b.want(200, "GET", path, nil), doc{"name": "new", "custom": doc{"a": "b"}})

	other := b.want(200, "POST", configurations, doc{"name": "two", "gcp": doc{}})["id"].(string)
	b.want(200, "PATCH", configurations+"/"+other, doc{"default": true})
	b.same("there is one default", b.want(200, "GET", path, nil)["default"], false)
	elsewhere := b.want(200, "POST", cluster+"/edge-locations", doc{"name": "m", "custom": doc{}})["id"].(string)
	b.want(200, "POST", cluster+"/edge-locations/"+elsewhere+"/configurations", doc{"name": "three", "gcp": doc{}})
	b.same("of a location", b.want(200, "GET", cluster+"/edge-configurations?edgeLocationId="+id, nil)["totalCount"], 2)
	b.same("of all", b.want(200, "GET", cluster+"/edge-configurations", nil)["totalCount"], 3)
	b.want(200, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
	b.want(404, "PATCH", path, doc{"name": "x"})
	b.want(404, "POST", cluster+"/edge-locations/nope/configurations", doc{"name": "x", "gcp": doc{}})
}
