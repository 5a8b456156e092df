package edge_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func aws(more props) props {
	return with(props{"accountId": "012345678901", "vpcId": "v", "securityGroupId": "sg", "subnetIds": props{"a": "s"}}, more)
}

func (f *fixture) inAWS(more props) props {
	return props{"clusterId": f.cluster, "name": "el", "region": "us-east-1", "aws": aws(more)}
}

var keys = props{"accessKeyIdWo": harness.Secret("AK"), "secretAccessKeyWo": harness.Secret("SK")}

func TestEdgeLocationBodies(t *testing.T) {
	f := setup(t)
	gpu := props{"addons": list(props{"name": "nvidia-gpu-operator"})}
	oci := props{
		"tenancyId": "t", "compartmentId": "c", "userIdWo": "u", "fingerprintWo": "f", "privateKeyBase64Wo": "YQ==", "vcnId": "v", "subnetId": "s",
	}
	gcp := props{
		"projectId": "p", "networkName": "n", "subnetName": "s", "networkTags": list(), "clientServiceAccountJsonBase64Wo": encoded("{}"),
	}
	for name, test := range map[string]struct{ inputs, body props }{
		"custom": {
			props{"name": "el", "custom": props{}},
			props{"name": "el", "custom": props{}, "edgeClusterSpec": gpu},
		},
		"aws": {
			props{"name": "el", "region": "us-east-1", "zones": list(props{"id": "a", "name": "a"}), "aws": aws(keys)},
			props{
				"name": "el", "region": "us-east-1", "zones": list(props{"id": "a", "name": "a"}), "edgeClusterSpec": gpu,
				"aws": props{
					"accountId": "012345678901", "credentials": props{"accessKeyId": "AK", "secretAccessKey": "SK"},
					"networking": props{"vpcId": "v", "securityGroupId": "sg", "subnetIds": props{"a": "s"}},
				},
			},
		},
		"gcp, nothing added": {
			props{"name": "el", "region": "r", "gcp": gcp, "addons": list()},
			props{
				"name": "el", "region": "r", "edgeClusterSpec": props{"addons": list()},
				"gcp": props{
					"projectId": "p", "credentials": props{"clientServiceAccountJsonBase64": encoded("{}")},
					"networking": props{"networkName": "n", "subnetName": "s", "tags": list()},
				},
			},
		},
		"oci, a control plane without a word": {
			props{"name": "el", "region": "r", "oci": oci, "controlPlaneMode": "SHARED", "controlPlane": props{}},
			props{
				"name": "el", "region": "r", "controlPlaneMode": "SHARED", "edgeClusterSpec": gpu,
				"oci": props{
					"tenancyId": "t", "compartmentId": "c", "credentials": props{"userId": "u", "fingerprint": "f", "privateKeyBase64": "YQ=="},
					"networking": props{"vcnId": "v", "subnetId": "s"},
				},
			},
		},
		"a port of the control plane alone": {
			props{"name": "el", "custom": props{}, "controlPlaneMode": "SHARED", "controlPlane": props{"konnectivityPort": 8132},
				"liqo": props{"gatewayServer": props{}}},
			props{"name": "el", "custom": props{}, "controlPlaneMode": "SHARED",
				"edgeClusterSpec": with(gpu, props{"controlPlane": props{"ha": true, "konnectivityPort": 8132}})},
		},
		"not peered, not highly available": {
			props{
				"name": "el", "region": "r", "aws": aws(props{"vpcPeered": false}), "controlPlaneMode": "SHARED", "controlPlane": props{"ha": false},
				"networking": props{"tunneledCidrs": list()}, "addons": list(props{"name": "oci-csi", "values": `{"b":1}`}),
			},
			props{
				"name": "el", "region": "r", "controlPlaneMode": "SHARED",
				"edgeClusterSpec": props{
					"controlPlane": props{"ha": false}, "networking": props{"tunneledCidrs": list()},
					"addons": list(props{"name": "oci-csi", "values": props{"b": 1}}),
				},
				"aws": props{
					"accountId":  "012345678901",
					"networking": props{"vpcId": "v", "securityGroupId": "sg", "subnetIds": props{"a": "s"}, "vpcPeered": false},
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := f.Resource("EdgeLocation", "x")
			inputs := with(test.inputs, props{"clusterId": f.cluster})
			x.WantUp("create", inputs)
			same(t, "the body", f.Body("POST", "/edge-locations"), test.body)
			x.WantSettled(inputs)
			if err := x.Delete(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// An update sends what has changed, and a default for what was dropped.
func TestEdgeLocationUpdates(t *testing.T) {
	f := setup(t)
	x := f.Resource("EdgeLocation", "x")
	zones := list(props{"id": "1", "name": "a"})
	overlay := props{"overlay": "OVERLAY_FULL", "overlayEncap": "OVERLAY_ENCAP_FOU"}
	inputs := f.inAWS(keys)
	x.WantUp("create", inputs)
	spec := func(part string, value any) props { return props{"edgeClusterSpec": props{part: value}} }
	for i, step := range []struct{ change, body props }{
		{props{"description": "d"}, props{"description": "d"}},
		{props{"zones": zones}, props{"zones": zones}},
		{props{"networking": props{"tunneledCidrs": list("10.0.0.0/8"), "cni": overlay}},
			spec("networking", props{"tunneledCidrs": list("10.0.0.0/8"), "cni": overlay})},
		{props{"controlPlane": props{"ha": false}}, spec("controlPlane", props{"ha": false})},
		{props{"addons": list()}, spec("addons", list())},
		{props{"liqo": props{"gatewayServer": props{"externalAddress": "a", "externalPort": 5871, "serviceLabels": props{"a": "b"}}}},
			spec("liqo", props{"gatewayServer": props{"externalAddress": "a", "externalPort": 5871, "serviceLabels": props{"a": "b"}}})},
		{props{"liqo": nil}, spec("liqo", props{"gatewayServer": props{"externalAddress": "", "externalPort": 0, "serviceLabels": props{}}})},
		{props{"liqo": props{"gatewayServer": props{"externalPort": 1, "serviceLabels": props{"a": "b"}}}},
			spec("liqo", props{"gatewayServer": props{"externalPort": 1, "serviceLabels": props{"a": "b"}}})},
		{props{"liqo": props{"gatewayServer": props{"externalPort": 0, "serviceLabels": props{}}}},
			spec("liqo", props{"gatewayServer": props{"externalPort": 0, "serviceLabels": props{}}})},
		{props{"controlPlane": props{"ha": false, "apiServerPort": 6443, "serviceAnnotations": props{"a": "b"}}},
			spec("controlPlane", props{"ha": false, "apiServerPort": 6443, "serviceAnnotations": props{"a": "b"}})},
		{props{"controlPlane": props{"ha": false, "apiServerPort": 6444}},
			spec("controlPlane", props{"ha": false, "apiServerPort": 6444, "serviceAnnotations": props{}})},
		// All that was given is dropped again.
		{props{"description": nil}, props{"description": ""}},
		{props{"zones": nil}, props{"zones": list()}},
		{props{"networking": nil}, spec("networking", props{
			"tunneledCidrs": list(), "cni": props{"overlay": "OVERLAY_UNSPECIFIED", "overlayEncap": "OVERLAY_ENCAP_UNSPECIFIED"},
		})},
		{props{"controlPlane": nil}, spec("controlPlane", props{"ha": true, "apiServerPort": 0})},
		{props{"addons": nil}, spec("addons", list(props{"name": "nvidia-gpu-operator"}))},
		// A cloud is sent as a whole, with its keys.
		{props{"aws": aws(with(keys, props{"nameTag": "n"}))}, props{"aws": props{
			"accountId": "012345678901", "credentials": props{"accessKeyId": "AK", "secretAccessKey": "SK"},
			"networking": props{"vpcId": "v", "securityGroupId": "sg", "subnetIds": props{"a": "s"}, "nameTag": "n"},
		}}},
	} {
		inputs = with(inputs, step.change)
		f.Forget()
		x.WantUp("update", inputs)
		same(t, "the body of update "+string(rune('a'+i)), f.Body("PATCH", x.ID), step.body)
		x.WantSettled(inputs)
	}
	// What is so already is not sent.
	f.Forget()
	x.WantUp("update", with(inputs, props{"addons": list(props{"name": "nvidia-gpu-operator"})}))
	if calls := f.Calls(); len(calls) > 0 {
		t.Errorf("there were the calls %v", calls)
	}
	// Nor does saying the default replace anything.
	x.WantUp("update", with(inputs, props{"controlPlaneMode": "DEDICATED"}))
}

// Keys can be added, changed and taken away at any time, by an update in place;
// also those of a location that was imported, which another update must not take
// away.
func TestEdgeLocationKeys(t *testing.T) {
	f := setup(t)
	x := f.Resource("EdgeLocation", "x")
	x.WantUp("create", f.inAWS(nil))
	id := x.ID
	x.WantUp("update", f.inAWS(keys))
	same(t, "the keys", f.Body("PATCH", id)["aws"].(props)["credentials"], props{"accessKeyId": "AK", "secretAccessKey": "SK"})
	x.WantSettled(f.inAWS(keys))
	if !x.Outputs["aws"].ObjectValue()["secretAccessKeyWo"].IsSecret() {
		t.Error("the key is not secret in the state")
	}
	x.WantUp("update", f.inAWS(with(keys, props{"secretAccessKeyWo": "SK2"})))
	same(t, "the keys", f.Body("PATCH", id)["aws"].(props)["credentials"], props{"accessKeyId": "AK", "secretAccessKey": "SK2"})
	x.WantUp("update", f.inAWS(nil))
	same(t, "the keys", f.Body("PATCH", id)["aws"].(props)["credentials"], nil)

	y := f.Resource("EdgeLocation", "y")
	if err := y.Import(f.cluster + "/" + id); err != nil { // without the organization
		t.Fatal(err)
	}
	inputs := with(f.inAWS(nil), props{"organizationId": org})
	y.WantSettled(inputs)
	f.Forget()
	y.WantUp("update", with(inputs, props{"description": "d"}))
	same(t, "the body", f.Body("PATCH", id), props{"description": "d"})
	y.WantUp("update", with(inputs, props{"aws": aws(keys)}))
	same(t, "the keys", f.Body("PATCH", id)["aws"].(props)["credentials"], props{"accessKeyId": "AK", "secretAccessKey": "SK"})
	if y.ID != id {
		t.Error("the location was replaced")
	}
}

// A location never turns from one kind into another: it is replaced, the old
// one first, since names are unique.
func TestEdgeLocationReplacement(t *testing.T) {
	f := setup(t)
	x := f.Resource("EdgeLocation", "x")
	x.WantUp("create", f.inAWS(nil))
	id, gcp := x.ID, props{"projectId": "p", "networkName": "n", "subnetName": "s", "networkTags": list("b", "a")}
	for _, change := range []props{
		{"aws": nil, "gcp": gcp}, {"gcp": nil, "custom": props{}, "region": nil}, {"custom": nil, "aws": aws(nil), "region": "us-east-1"},
		{"region": "us-east-2"}, {"controlPlaneMode": "SHARED"}, {"name": "other"},
	} {
		inputs := props{}
		for name := range x.Inputs {
			inputs[string(name)] = x.Input(string(name))
		}
		inputs = with(inputs, change)
		f.Forget()
		x.WantUp("replace", inputs)
		if x.ID == id {
			t.Errorf("%v: the location is the same", change)
		}
		id = x.ID
		calls := f.Calls()
		if slices.IndexFunc(calls, isMethod("DELETE")) > slices.IndexFunc(calls, isMethod("POST")) {
			t.Errorf("%v: the new location was made before the old one was gone: %v", change, calls)
		}
		x.WantSettled(inputs)
	}
	if !f.Warned("takes down all edges") {
		t.Error("there was no warning")
	}
	// A change inside of a cloud does not replace.
	x.WantUp("update", with(f.inAWS(props{"accountId": "112345678901"}), props{"name": "other", "region": "us-east-2", "controlPlaneMode": "SHARED"}))
}

func isMethod(method string) func(string) bool {
	return func(call string) bool { return strings.HasPrefix(call, method+" ") }
}

func TestEdgeLocationChecks(t *testing.T) {
	f := setup(t)
	all := props{"clusterId": f.cluster, "custom": props{}}
	refused := func(change props, properties ...string) {
		t.Helper()
		f.Refused("EdgeLocation", with(all, change), properties...)
	}
	refused(nil)
	refused(props{"custom": nil}, "")
	refused(props{"aws": aws(nil), "region": "r"}, "custom")
	refused(props{"custom": nil, "aws": aws(nil)}, "region")
	refused(props{"custom": nil, "aws": aws(nil), "region": harness.Unknown})
	refused(props{"custom": nil, "region": "r", "aws": aws(props{"accessKeyIdWo": "a"})}, "aws.secretAccessKeyWo")
	refused(props{"custom": nil, "region": "r", "aws": aws(props{"secretAccessKeyWo": "a"})}, "aws.accessKeyIdWo")
	refused(props{"custom": nil, "region": "r", "aws": aws(props{"vpcCidr": "x", "accountId": "1"})}, "aws.vpcCidr", "aws.accountId")
	refused(props{"addons": list(props{"name": "oci-csi", "values": `[1]`})}, "addons[0].values")
	refused(props{"addons": list(props{"name": "oci-csi", "values": `{`})}, "addons[0].values")
	refused(props{"custom": nil, "region": "r", "gcp": props{
		"projectId": "p", "networkName": "n", "subnetName": "s", "networkTags": list(), "clientServiceAccountJsonBase64Wo": "{}",
	}}, "gcp.clientServiceAccountJsonBase64Wo")
	for name, inputs := range map[string]props{
		"is meant for": {"controlPlane": props{"ha": true}},
		"OVERLAY_NEW":  {"networking": props{"cni": props{"overlay": "OVERLAY_NEW"}}},
		"new-addon":    {"addons": list(props{"name": "new-addon"})},
		"BORROWED":     {"controlPlaneMode": "BORROWED"},
	} {
		if refused(inputs); !f.Warned(name) {
			t.Errorf("%v: there was no warning of %s", inputs, name)
		}
	}
}

// A deletion ends when the location is gone, or has failed to go.
func TestEdgeLocationDeletion(t *testing.T) {
	f := setup(t, lingering(300*time.Millisecond))
	x := f.Resource("EdgeLocation", "x")
	x.WantUp("create", props{"clusterId": f.cluster, "custom": props{}})
	path := f.path + "/edge-locations/" + x.ID
	f.Emulator.Fail(emulator.Fault{ // it had failed before, and takes a moment to go
		Method: "GET", Path: path, Status: 200, Body: `{"id":"` + x.ID + `","name":"x","state":"FAILED","error":"no agent"}`,
	})
	f.Forget()
	if err := x.Delete(); err != nil {
		t.Fatal(err)
	}
	if reads := len(f.Calls()) - 1; reads < 2 {
		t.Errorf("it was looked at %d times", reads)
	}
	if got := f.Call(http.MethodGet, f.path+"/edge-locations", nil); len(got["items"].([]any)) > 0 {
		t.Errorf("there is still %v", got)
	}

	x = f.Resource("EdgeLocation", "x")
	x.WantUp("create", props{"clusterId": f.cluster, "custom": props{}})
	path = f.path + "/edge-locations/" + x.ID
	f.Emulator.Fail(emulator.Fault{
		Method: "GET", Path: path, Skip: 1, Status: 200, Body: `{"id":"` + x.ID + `","name":"x","state":"FAILED","error":"the VPC is in use"}`,
	})
	fails(t, x.Delete(), x.ID, "the VPC is in use", "destroy again")

	f.Emulator.Configure(func(s *emulator.Settings) { s.DisconnectDelay = time.Hour })
	y := f.Resource("EdgeLocation", "y")
	y.WantUp("create", props{"clusterId": f.cluster, "custom": props{}})
	y.Timeout = time.Second
	fails(t, y.Delete(), "is OFFBOARDING", "customTimeouts")
}

// What the service says of zones, or does not, and of a failure.
func TestEdgeLocationReads(t *testing.T) {
	f := setup(t)
	x := f.Resource("EdgeLocation", "x")
	inputs := with(f.inAWS(nil), props{"zones": list(props{"id": "1", "name": "a"})})
	x.WantUp("create", inputs)
	answer := func(body string) {
		f.Emulator.ClearFaults()
		f.answer(f.path+"/edge-locations", f.path+"/edge-locations/"+x.ID, `{"id":"`+x.ID+`",`+body)
		f.Reopen()
	}
	const start = `"name":"el","region":"us-east-1","controlPlaneMode":"DEDICATED","description":"",
		"aws":{"accountId":"012345678901","networking":{"vpcId":"v","vpcCidr":"","securityGroupId":"sg","subnetIds":{"a":"s"}}}`
	answer(start + `,"state":"FAILED","error":"no such VPC"}`)
	if got, err := x.Refresh(); err != nil || got.Op != "same" {
		t.Errorf("without zones a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	if !f.Warned("no such VPC") {
		t.Error("there was no warning of the failure")
	}
	answer(start + `,"zones":[]}`)
	if got, err := x.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("with no zones a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	answer(`"state":"DELETED"}`)
	if got, err := x.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("of a deleted location a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
}

// The answer to a creation may be lost: the location is found by its name,
// although nothing shows its keys.
func TestEdgeLocationLostAnswer(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: f.path + "/edge-locations", Action: emulator.Drop})
	x := f.Resource("EdgeLocation", "x")
	x.WantUp("create", f.inAWS(keys))
	x.WantSettled(f.inAWS(keys))
	if got := f.Call(http.MethodGet, f.path+"/edge-locations", nil); len(got["items"].([]any)) != 1 {
		t.Errorf("there are %v", got)
	}
	_, err := f.Resource("EdgeLocation", "y").Up(f.inAWS(keys))
	fails(t, err, "exists already", "<organizationId>/<clusterId>/<edgeLocationId>")
}
