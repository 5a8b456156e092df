package edge_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestOmniClusterRegistration(t *testing.T) {
	f := setup(t)
	x := f.Resource("OmniCluster", "x")
	x.WantUp("create", props{"clusterId": f.cluster})
	same(t, "the body", f.Body("POST", ":register"), props{})
	if x.ID != f.cluster || x.Output("organizationId") != org || x.Output("providerType") != "GKE" || x.Output("name") != "c" {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	oidc := x.Output("castaiOidcConfig").(props)
	if email := oidc["gcpServiceAccountEmail"].(string); !strings.HasSuffix(email, ".iam.gserviceaccount.com") || oidc["gcpServiceAccountUniqueId"] == "" {
		t.Errorf("the identity is %v", oidc)
	}
	// A change of what is known of the cluster never replaces it.
	inputs := props{"clusterId": f.cluster, "status": props{"omniAgentVersion": "0.0.0", "podCidr": "10.244.0.0/16,fd00::/48"}}
	x.WantUp("update", inputs)
	same(t, "the body", f.Body("POST", ":register"), props{"status": inputs["status"]})
	same(t, "the version", x.Output("omniAgentVersion"), "0.0.0")
	x.WantSettled(inputs)
	inputs = props{"clusterId": f.cluster, "status": props{"omniAgentVersion": "0.0.0", "podCidr": "10.0.0.0/8"}}
	x.WantUp("update", inputs)
	// The program's spelling of the same ranges is no change.
	x.WantUp("same", with(inputs, props{"status": props{"omniAgentVersion": "0.0.0", "podCidr": " 10.0.0.0/8"}}))
	// What the agent reports later is shown, and no difference.
	f.Call(http.MethodPost, f.path+":register", props{"status": props{"omniAgentVersion": "1.2.0", "podCidr": "10.1.0.0/16"}})
	x.WantSettled(inputs)
	same(t, "the reported version", x.Output("omniAgentVersion"), "1.2.0")
	x.WantUp("update", props{"clusterId": f.cluster})
	x.WantSettled(props{"clusterId": f.cluster})

	imported := f.Resource("OmniCluster", "imported")
	for _, id := range []string{org + "/" + f.cluster, f.cluster} {
		if err := imported.Import(id); err != nil || imported.ID != f.cluster {
			t.Fatalf("the import of %s gives %s, %v", id, imported.ID, err)
		}
	}
	same(t, "the imported status", imported.Input("status"), props{"omniAgentVersion": "1.2.0", "podCidr": "10.1.0.0/16"})
	fails(t, f.Resource("OmniCluster", "y").Import("c"), "<clusterId>")
}

func TestOmniClusterChecks(t *testing.T) {
	f := setup(t)
	status := func(version, cidr any) props {
		return props{"clusterId": f.cluster, "status": props{"omniAgentVersion": version, "podCidr": cidr}}
	}
	f.Refused("OmniCluster", status("1", "10.0.0.0/8, fd00::/48"))
	f.Refused("OmniCluster", status("", "10.0.0.0/8,10.0.0.0"), "status.omniAgentVersion", "status.podCidr")
	f.Refused("OmniCluster", props{"clusterId": "c"}, "clusterId")
}

// A cluster that the service has deleted in its own way is gone.
func TestOmniClusterDeletedState(t *testing.T) {
	f := setup(t)
	x := f.Resource("OmniCluster", "x")
	x.WantUp("create", props{"clusterId": f.cluster})
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.path, Status: 200, Body: `{"id":"` + f.cluster + `","state":"DELETED"}`})
	if got, err := x.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
}

// A cluster is deleted once its edge locations are gone.
func TestOmniClusterDeletionWaits(t *testing.T) {
	f := setup(t, lingering(300*time.Millisecond))
	x := f.Resource("OmniCluster", "x")
	x.WantUp("create", props{"clusterId": f.cluster})
	id := f.location("going")
	f.Call(http.MethodDelete, f.path+"/edge-locations/"+id, nil)
	f.Forget()
	if err := x.Delete(); err != nil {
		t.Fatal(err)
	}
	deletions := 0
	for _, call := range f.Calls() {
		if call == "DELETE "+f.path {
			deletions++
		}
	}
	if deletions < 2 {
		t.Errorf("there were %d calls to delete it", deletions)
	}
	if err := x.Delete(); err != nil {
		t.Error("deleting it once more:", err)
	}
}

// A location that stays is named, beside what the API says.
func TestOmniClusterDeletionRefused(t *testing.T) {
	f := setup(t)
	x := f.Resource("OmniCluster", "x")
	x.WantUp("create", props{"clusterId": f.cluster})
	f.location("staying")
	x.Timeout = time.Second
	fails(t, x.Delete(), f.cluster, "staying (PENDING_ONBOARDING)", "customTimeouts", "still has 1 edge locations")
}

func TestGetOmniCluster(t *testing.T) {
	f := setup(t)
	f.Call(http.MethodPost, f.path+":register", props{"status": props{"omniAgentVersion": "1.2.0", "podCidr": "10.1.0.0/16"}})
	got, err := f.Invoke("getOmniCluster", props{"clusterId": f.cluster})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"id": f.cluster, "clusterId": f.cluster, "organizationId": org, "name": "c", "state": "READY", "providerType": "GKE",
		"omniAgentVersion": "1.2.0", "podCidr": "10.1.0.0/16",
	} {
		same(t, name, got[name], want)
	}
	if oidc, _ := got["castaiOidcConfig"].(props); oidc["gcpServiceAccountEmail"] == nil || got["serviceAccountId"] == nil {
		t.Errorf("the cluster is %v", got)
	}
	_, err = f.Invoke("getOmniCluster", props{"clusterId": absent})
	fails(t, err, absent, "registered first", "404")
	// What the service leaves out is left out.
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.path, Status: 200, Body: `{}`})
	got, err = f.Invoke("getOmniCluster", props{"clusterId": f.cluster})
	if err != nil || got["castaiOidcConfig"] != nil || got["id"] != f.cluster {
		t.Errorf("an empty answer gives %v, %v", got, err)
	}
}
