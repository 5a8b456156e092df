package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// terraform makes the calls that CAST AI's Terraform provider makes, in its order and with its bodies, and is as strict
// about the answers: one status, a body that is called JSON, and the fields without which it stops. The emulator is the
// one that users start: it ignores fields it does not know.
type terraform struct{ *bed }

func newTerraform(t *testing.T) *terraform {
	t.Helper()
	tf := &terraform{openBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1}})}
	tf.header.Set("User-Agent", "castai-terraform-provider/8.6.0")
	tf.header.Set("Content-Type", "application/json")
	// Configure: the token is checked, and must be answered with 200.
	if items, ok := tf.call(200, "GET", "/v1/auth/tokens", nil)["items"].([]any); !ok {
		t.Errorf("no list of tokens: %v", items)
	}
	return tf
}

// call makes a request that must be answered as the provider wants it.
func (tf *terraform) call(status int, method, path string, body any) doc {
	tf.t.Helper()
	r := tf.send(method, path, body)
	if r.status != status {
		tf.t.Fatalf("%s %s: expected status code %d, received: status=%d body=%s", method, path, status, r.status, r.text)
	}
	isJSON := strings.Contains(r.header.Get("Content-Type"), "json")
	switch {
	case status == http.StatusNoContent && r.text != "":
		tf.t.Errorf("%s %s: a body with 204: %s", method, path, r.text)
	case r.text != "" && !isJSON:
		tf.t.Errorf("%s %s: a body of type %q is not read", method, path, r.header.Get("Content-Type"))
	case isJSON && !json.Valid([]byte(r.text)):
		tf.t.Errorf("%s %s: unexpected end of JSON input", method, path)
	}
	return r.body
}

// make creates something and returns its ID, without which the provider stops.
func (tf *terraform) make(status int, path string, body any) string {
	tf.t.Helper()
	id, _ := tf.call(status, "POST", path, body)["id"].(string)
	if id == "" {
		tf.t.Fatalf("POST %s: no id", path)
	}
	return id
}

// gone reads something that must not be there any more.
func (tf *terraform) gone(path string) {
	tf.t.Helper()
	tf.call(404, "GET", path, nil)
}

// item finds an element of a list by a field.
func (tf *terraform) item(list any, field string, value any) doc {
	tf.t.Helper()
	items, ok := list.([]any)
	if !ok {
		tf.t.Fatalf("no list: %v", list)
	}
	for _, item := range items {
		if at(item, field) == value {
			return item.(doc)
		}
	}
	return nil
}

// destroyCluster is the loop with which all resources of clusters are deleted.
func (tf *terraform) destroyCluster(id string, deleteNodes bool) (calls []string) {
	tf.t.Helper()
	path := clusters + "/" + id
	disconnect := func() {
		tf.call(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": deleteNodes, "keepKubernetesResources": true})
		calls = append(calls, "disconnect")
	}
	for range 20 {
		d := tf.call(200, "GET", path, nil)
		status, agent := d["status"], d["agentStatus"]
		switch {
		case status == "archived":
			return calls
		case agent == "disconnected", status == "deleted", d["credentialsId"] == "", d["credentialsId"] == nil, status == "failed":
			switch r := tf.send("DELETE", path, nil); r.status {
			case 204:
				calls = append(calls, "delete")
			case 400:
				disconnect()
			default:
				tf.t.Fatalf("DELETE %s: %d %s", path, r.status, r.text)
			}
		case agent == "disconnecting", status == "deleting":
		default:
			disconnect()
		}
		tf.pass(10 * time.Second)
	}
	tf.t.Fatalf("cluster %s is never archived", id)
	return nil
}

// credentials sends them, as often as the service says that it may help.
func (tf *terraform) credentials(id string, body doc) string {
	tf.t.Helper()
	for range 5 {
		r := tf.send("POST", clusters+"/"+id, body)
		if r.status == 200 {
			credentialsID, _ := r.body["credentialsId"].(string)
			return credentialsID
		}
		if r.status != 400 || r.body["message"] != "Forbidden" || at(r.body, "fieldViolations", 0, "field") != "credentials" {
			tf.t.Fatalf("%d %s", r.status, r.text)
		}
	}
	tf.t.Fatal("the credentials are never accepted")
	return ""
}

func TestTerraformEKS(t *testing.T) {
	tf := newTerraform(t)
	registration := doc{"name": "prod", "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "prod"}}
	// castai_eks_clusterid, castai_eks_user_arn
	id := tf.make(200, clusters, registration)
	path := clusters + "/" + id
	first := tf.call(200, "GET", path, nil)
	tf.fields(first, doc{"organizationId": org, "credentialsId": ""}) // the key has to be there
	tf.fields(first["eks"], doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "prod"})
	if arn, ok := tf.call(200, "GET", path+"/assume-role-principal", nil)["arn"].(string); !ok || arn != "" {
		t.Errorf("the principal of nobody: %q", arn)
	}
	arn := tf.call(200, "POST", path+"/assume-role-principal", nil)["arn"]
	tf.same("principal", tf.call(200, "GET", path+"/assume-role-principal", nil)["arn"], arn)

	// castai_eks_cluster of the same cluster, whose role cannot be assumed yet
	tf.same("the same cluster", tf.make(200, clusters, registration), id)
	if token, _ := tf.call(200, "POST", path+"/token", nil)["token"].(string); token == "" {
		t.Error("no token")
	}
	tf.srv.Fail(emulator.Fault{Method: "POST", Path: path, Times: 2, Status: 400,
		Body: `{"message":"Forbidden","fieldViolations":[{"field":"credentials","description":"not there yet"}]}`})
	credentialsID := tf.credentials(id, doc{"eks": doc{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai-1"}})
	read := tf.call(200, "GET", path, nil)
	tf.fields(read, doc{"credentialsId": credentialsID, "providerType": "eks"})
	tf.same("role", at(read, "eks", "assumeRoleArn"), "arn:aws:iam::123456789012:role/castai-1")
	tf.same("refreshed", tf.call(200, "GET", path, nil)["credentialsId"], credentialsID)
	if other := tf.credentials(id, doc{"eks": doc{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai-2"}}); other == credentialsID {
		t.Error("new credentials have the ID of the old ones")
	}
	before := tf.call(200, "GET", path, nil)["credentialsId"]
	tf.same("a role that is removed changes nothing", tf.credentials(id, doc{"eks": doc{}}), before)

	tf.same("destroyed", tf.destroyCluster(id, true), []string{"disconnect", "delete"})
	tf.same("destroyed by the other resource", tf.destroyCluster(id, false), nil)
	tf.same("principal", tf.call(200, "DELETE", path+"/assume-role-principal", nil), doc{})
	if again := tf.make(200, clusters, registration); tf.call(200, "GET", clusters+"/"+again, nil)["status"] == "archived" {
		t.Error("a cluster that is registered again is still archived")
	}
}

func TestTerraformGKE(t *testing.T) {
	tf := newTerraform(t)
	registration := doc{"name": "prod", "gke": doc{"projectId": "p-1", "location": "europe-central2-a", "region": "europe-central2", "clusterName": "prod"}}
	// castai_gke_cluster_id with impersonation
	id := tf.make(200, clusters, registration)
	path := clusters + "/" + id
	tf.call(200, "POST", path+"/token", nil)
	account := tf.call(200, "POST", path+"/gke-create-sa", doc{"gke": doc{"gkeSaImpersonate": "castai@p-1.iam.gserviceaccount.com", "projectId": "p-1"}})
	if email, _ := account["serviceAccount"].(string); email == "" {
		t.Error("service account not returned")
	}
	tf.fields(at(tf.call(200, "GET", path, nil), "gke"), doc{"clientServiceAccount": "castai@p-1.iam.gserviceaccount.com", "projectId": "p-1",
		"location": "europe-central2-a", "region": "europe-central2", "castServiceAccount": account["serviceAccount"]})
	// castai_gke_cluster
	tf.same("the same cluster", tf.make(200, clusters, registration), id)
	credentialsID := tf.credentials(id, doc{"credentials": `{"type":"service_account","project_id":"p-1"}`})
	tf.same("credentials", tf.call(200, "GET", path, nil)["credentialsId"], credentialsID)
	tf.same("credentials that are removed", tf.credentials(id, doc{}), credentialsID)
	// The provider does not look into them: Google's own base64 gets through, too.
	tf.credentials(id, doc{"credentials": base64.StdEncoding.EncodeToString([]byte(`{"type":"service_account"}`))})
	tf.send("POST", path+"/gke-disable-sa", nil)
	tf.same("destroyed", tf.destroyCluster(id, false), []string{"disconnect", "delete"})

	unconnected := tf.make(200, clusters, doc{"name": "other", "gke": doc{"projectId": "p-1", "location": "l", "region": "l", "clusterName": "other"}})
	tf.same("destroyed without credentials", tf.destroyCluster(unconnected, false), []string{"delete"})
}

func TestTerraformAKS(t *testing.T) {
	tf := newTerraform(t)
	id := tf.make(200, clusters, doc{"name": "aks-prod", "aks": doc{"region": "westeurope", "subscriptionId": "s-1", "nodeResourceGroup": "MC_x", "podCidr": nil}})
	path := clusters + "/" + id
	tf.call(200, "POST", path+"/token", nil)
	secret := `{"clientId":"app","clientSecret":"pw","subscriptionId":"s-1","tenantId":"t"}`
	credentialsID := tf.credentials(id, doc{"credentials": secret, "aks": doc{"httpProxyConfig": doc{"httpProxy": "http://10.0.0.1:3128", "httpsProxy": "", "noProxy": []any{}}}})
	read := tf.call(200, "GET", path, nil)
	tf.fields(read, doc{"credentialsId": credentialsID, "organizationId": org})
	tf.fields(at(read, "aks"), doc{"region": "westeurope", "httpProxyConfig": doc{"httpProxy": "http://10.0.0.1:3128", "httpsProxy": "", "noProxy": []any{}}})
	tf.credentials(id, doc{"credentials": `{"clientId":"app","federationId":"f","subscriptionId":"s-1","tenantId":"t"}`, "aks": doc{}})
	tf.call(200, "GET", path, nil)
	tf.same("destroyed", tf.destroyCluster(id, true), []string{"disconnect", "delete"})

	// data.castai_impersonation_service_account
	account := tf.make(200, clusters+"/impersonation-service-account", doc{"provider": "aks"})
	tf.same("the same every time", tf.make(200, clusters+"/impersonation-service-account", doc{"provider": "aks"}), account)
}

// TestTerraformErrors: what follows in the user agent makes nobody an agent of a cluster.
func TestTerraformErrors(t *testing.T) {
	tf := newTerraform(t)
	tf.header.Set("User-Agent", "castai-terraform-provider/8.6.0 module/1")
	tf.fields(tf.call(404, "GET", clusters+"/00000000-0000-4000-8000-000000000000", nil), doc{"fieldViolations": []any{}})
	tf.call(501, "POST", "/v1/kubernetes/clusters/x/unknown", doc{})
	tf.header.Set("X-Api-Key", "invalid")
	refused := tf.call(401, "GET", "/v1/auth/tokens", nil)
	if fmt.Sprint(refused["message"]) == "" {
		t.Error("no message")
	}
}
