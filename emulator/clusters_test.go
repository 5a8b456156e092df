package emulator_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// states checks status and agentStatus of a cluster.
func (b *bed) states(cluster, status, agent string) doc {
	b.t.Helper()
	d := b.want(200, "GET", clusters+"/"+cluster, nil)
	if d["status"] != status || d["agentStatus"] != agent {
		b.t.Fatalf("%v/%v, want %s/%s", d["status"], d["agentStatus"], status, agent)
	}
	return d
}

func TestRegistrationIsIdempotentByCloudIdentity(t *testing.T) {
	const zero = "00000000-0000-0000-0000-000000000000"
	agent := func(name, provider string, params doc) doc {
		body := doc{"id": zero, "name": name, "eks": nil, "gke": nil, "kops": nil, "aks": nil, "openshift": nil, "anywhere": nil, "self_hosted_with_ec2_nodes": nil}
		body[provider] = params
		return body
	}
	tests := []struct {
		name        string
		first, next doc
		same        bool
	}{
		{"EKS", doc{"name": "c", "eks": doc{"accountId": "1", "region": "r", "clusterName": "c"}},
			agent("c", "eks", doc{"accountId": "1", "region": "r", "clusterName": "c"}), true},
		{"EKS, other region", doc{"name": "c", "eks": doc{"accountId": "1", "region": "r", "clusterName": "c"}},
			agent("c", "eks", doc{"accountId": "1", "region": "s", "clusterName": "c"}), false},
		{"GKE", doc{"name": "c", "gke": doc{"projectId": "p", "region": "eu-w1", "location": "eu-w1-b", "clusterName": "c"}},
			agent("c", "gke", doc{"projectId": "p", "region": "eu-w1", "location": "eu-w1-b", "clusterName": "c"}), true},
		{"AKS, the agent sends no name and another case", doc{"name": "c", "aks": doc{"region": "we", "subscriptionId": "S", "nodeResourceGroup": "MC_x", "podCidr": nil}},
			agent("", "aks", doc{"region": "we", "subscriptionId": "s", "nodeResourceGroup": "mc_x"}), true},
		{"anywhere", agent("c", "anywhere", doc{"clusterName": "c", "kubeSystemNamespaceId": "n"}),
			agent("", "anywhere", doc{"clusterName": "", "kubeSystemNamespaceId": "n"}), true},
		{"self-hosted, snake case", doc{"name": "c", "selfHostedWithEc2Nodes": doc{"accountId": "1", "region": "r", "clusterName": "c"}},
			agent("c", "self_hosted_with_ec2_nodes", doc{"accountId": "1", "region": "r", "clusterName": "c"}), true},
		{"kops, by the id sent", doc{"id": "11111111-1111-4111-8111-111111111111", "name": "c", "kops": doc{"clusterName": "c"}},
			doc{"id": "11111111-1111-4111-8111-111111111111", "name": "d", "kops": doc{"clusterName": "d"}}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{})
			first := b.want(200, "POST", clusters, test.first)
			next := b.want(200, "POST", clusters, test.next)
			if same := first["id"] == next["id"]; same != test.same {
				t.Errorf("the same cluster: %t, want %t", same, test.same)
			}
			if next["name"] == "" {
				t.Error("the name got lost")
			}
		})
	}
}

func TestRegistrationOfTheOperator(t *testing.T) {
	b := newBed(t, emulator.Options{})
	d := b.want(200, "POST", clusters, doc{"name": "c", "castware_install_method": 1, "anywhere": doc{"kubeSystemNamespaceId": "n"}})
	b.same("castwareInstallMethod", d["castwareInstallMethod"], "OPERATOR")
}

func TestRegistrationCompletesWhatIsKnown(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.want(200, "POST", clusters, doc{"name": "", "aks": doc{"region": "", "subscriptionId": "s", "nodeResourceGroup": "g"}})
	d := b.want(200, "POST", clusters, doc{"name": "c", "aks": doc{"region": "r", "subscriptionId": "S", "nodeResourceGroup": "g", "networkPlugin": "azure"}})
	b.fields(d, doc{"name": "c", "clusterNameId": "c-" + d["id"].(string)[:8]})
	b.same("region", at(d, "region", "name"), "r")
	b.same("aks", d["aks"], doc{"region": "r", "subscriptionId": "s", "nodeResourceGroup": "g", "networkPlugin": "azure"})
	b.same("found by its id", b.want(200, "POST", clusters, doc{"id": d["id"], "name": "other"})["name"], "c")
}

func TestOrganizationWideCalls(t *testing.T) {
	b := newBed(t, emulator.Options{Organizations: []emulator.Organization{{ID: "11111111-1111-4111-8111-111111111111", Name: "A"}, {ID: "22222222-2222-4222-8222-222222222222", Name: "B"}}})
	b.same("second", at(b.want(200, "GET", "/v1/organizations", nil), "organizations", 1, "name"), "B")
	b.want(200, "GET", "/v1/organizations/22222222-2222-4222-8222-222222222222/service-accounts", nil)
	b.want(200, "GET", "/v1/me", nil)
	account := b.want(200, "POST", clusters+"/impersonation-service-account", doc{"provider": "gke"})
	b.same("email", account["email"], "castai-11111111@castai-local.iam.gserviceaccount.com")
	b.header.Set("User-Agent", "pulumi-castai/1")
	b.same("managedBy", b.want(200, "GET", clusters+"/"+b.eks("c"), nil)["managedBy"], "pulumi")
}

func TestRegistrationRefusals(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.refused(400, "eks.region", "POST", clusters, doc{"name": "c", "eks": doc{"accountId": "1", "clusterName": "c"}})
	b.refused(400, "one of eks", "POST", clusters, doc{"name": "c"})
}

func TestNewCluster(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("prod")
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("id %s is not a UUID as agents want it", id)
	}
	d := b.states(id, "ready", "waiting-connection")
	b.same("credentialsId", d["credentialsId"], "")
	b.same("clusterNameId", d["clusterNameId"], "prod-"+id[:8])
	b.same("region", d["region"], doc{"name": "eu-central-1", "displayName": "eu-central-1"})
	b.same("eks", d["eks"], doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "prod"})
	b.same("organizationId", d["organizationId"], org)
	one := b.want(200, "POST", clusters+"/"+id+"/token", nil)["token"]
	if two := b.want(200, "POST", clusters+"/"+id+"/token", nil)["token"]; one == two || one == "" {
		t.Errorf("tokens %q and %q", one, two)
	}
}

func TestSimulatedLifeCycle(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: 10 * time.Second, DisconnectDelay: 30 * time.Second}})
	id := b.eks("c")
	path := clusters + "/" + id
	b.states(id, "ready", "waiting-connection")
	b.pass(10 * time.Second)
	b.states(id, "ready", "online")

	first := b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
	b.same("status", first["status"], "connecting")
	b.same("role", at(first, "eks", "assumeRoleArn"), "arn:1")
	b.pass(9 * time.Second)
	b.states(id, "connecting", "online")
	b.pass(time.Second)
	ready := b.states(id, "ready", "online")
	b.same("credentialsId", ready["credentialsId"], first["credentialsId"])

	unchanged := b.want(200, "POST", path, doc{"eks": doc{}})
	b.same("credentialsId without credentials", unchanged["credentialsId"], first["credentialsId"])
	again := b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
	if again["credentialsId"] == first["credentialsId"] {
		t.Error("the same credentials sent again keep their id")
	}

	b.refused(400, "disconnect it first", "DELETE", path, nil)
	b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": true, "keepKubernetesResources": true})
	b.states(id, "deleting", "disconnecting")
	b.refused(400, "disconnect it first", "DELETE", path, nil)
	b.pass(30 * time.Second)
	b.states(id, "deleted", "disconnected")
	b.want(204, "DELETE", path, nil)
	b.states(id, "archived", "disconnected")
	b.want(204, "DELETE", path, nil)

	b.same("listed", b.want(200, "GET", clusters, nil)["items"], []any{})
	b.want(404, "GET", "/v1/kubernetes/clusters/"+id+"/node-templates", nil)
	b.want(404, "POST", path+"/token", nil)
	b.want(404, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
	if b.eks("c") == id {
		t.Error("an archived cluster came back under its id")
	}
	b.srv.Configure(func(s *emulator.Settings) { s.ArchivedNotFound = true })
	b.want(404, "GET", path, nil)
}

func TestClusterWithoutCredentials(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	b.pass(time.Minute)
	b.want(200, "POST", clusters+"/"+id+"/disconnect", doc{"deleteProvisionedNodes": false, "keepKubernetesResources": true})
	b.states(id, "ready", "online")
	b.want(204, "DELETE", clusters+"/"+id, nil)
	b.states(id, "archived", "disconnected")
}

func TestSettingsOfNoDelay(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1}})
	b.srv.Configure(func(s *emulator.Settings) { s.PageSize = 5 }) // which keeps the delays
	id := b.eks("c")
	b.states(id, "ready", "online")
	b.want(200, "POST", clusters+"/"+id, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
	b.states(id, "ready", "online")
	b.want(200, "POST", clusters+"/"+id+"/disconnect", doc{})
	b.states(id, "deleted", "disconnected")
}

func TestGKECredentials(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.want(200, "POST", clusters, doc{"name": "c", "gke": doc{"projectId": "p", "location": "l", "region": "l", "clusterName": "c"}})["id"].(string)
	path := clusters + "/" + id
	for _, body := range []doc{{}, {"gke": doc{}}} {
		b.same("credentialsId", b.want(200, "POST", path, body)["credentialsId"], "")
	}
	b.refused(400, "credentials", "POST", path, doc{"credentials": "bm90IGpzb24="})
	if b.want(200, "POST", path, doc{"credentials": `{"type":"service_account"}`})["credentialsId"] == "" {
		t.Error("no credentialsId")
	}

	account := b.want(200, "POST", path+"/gke-create-sa", doc{"gke": doc{"gkeSaImpersonate": "me@p", "projectId": "p"}})["serviceAccount"]
	d := b.want(200, "GET", path, nil)
	b.same("accounts", []any{at(d, "gke", "clientServiceAccount"), at(d, "gke", "castServiceAccount")}, []any{"me@p", account})
	b.same("disabled", b.want(200, "POST", path+"/gke-disable-sa", nil), doc{})
	b.same("client", at(b.want(200, "GET", path, nil), "gke", "clientServiceAccount"), nil)
	b.want(400, "POST", clusters+"/"+b.eks("e")+"/gke-create-sa", doc{"gke": doc{"gkeSaImpersonate": "me@p"}})
}

func TestAKSCredentials(t *testing.T) {
	b := newBed(t, emulator.Options{})
	path := clusters + "/" + b.want(200, "POST", clusters, doc{"name": "c", "aks": doc{"region": "r", "subscriptionId": "s", "nodeResourceGroup": "g", "podCidr": nil}})["id"].(string)
	credentials := `{"clientId":"a","clientSecret":"b","subscriptionId":"s","tenantId":"t"}`
	proxy := doc{"httpProxy": "http://10.0.0.1:3128", "httpsProxy": "", "noProxy": []any{}}
	d := b.want(200, "POST", path, doc{"credentials": credentials, "aks": doc{"httpProxyConfig": proxy}})
	b.same("tenant", at(d, "aks", "tenantId"), "t")
	b.same("proxy", at(d, "aks", "httpProxyConfig"), proxy)
	d = b.want(200, "POST", path, doc{"credentials": credentials, "aks": doc{}})
	b.same("proxy left out", at(d, "aks", "httpProxyConfig"), proxy)
	d = b.want(200, "POST", path, doc{"aks": doc{"httpProxyConfig": doc{}}})
	b.same("proxy cleared", at(d, "aks", "httpProxyConfig"), doc{})
}

func TestAssumeRolePrincipal(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	path := clusters + "/" + id + "/assume-role-principal"
	b.same("at first", b.want(200, "GET", path, nil), doc{"arn": ""})
	arn := b.want(200, "POST", path, nil)["arn"]
	b.same("again", b.want(200, "POST", path, nil)["arn"], arn)
	b.want(204, "DELETE", clusters+"/"+id, nil)
	b.same("of an archived cluster", b.want(200, "GET", path, nil)["arn"], arn)
	b.same("deleted", b.want(200, "DELETE", path, nil), doc{})
	b.same("at last", b.want(200, "GET", path, nil), doc{"arn": ""})
}

func TestOverriddenCluster(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	path := clusters + "/" + id
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
	b.pass(time.Minute)
	if err := b.srv.OverrideCluster(id, emulator.Override{Status: "failed", ReconcileError: "no access"}); err != nil {
		t.Fatal(err)
	}
	b.same("reason", b.states(id, "failed", "online")["reconcileError"], "no access")
	b.want(200, "POST", path+"/reconcile", nil)
	b.states(id, "connecting", "online")
	b.pass(time.Minute)
	b.same("reason", b.states(id, "ready", "online")["reconcileError"], nil)

	if err := b.srv.OverrideCluster(id, emulator.Override{Status: "failed"}); err != nil {
		t.Fatal(err)
	}
	b.want(204, "DELETE", path, nil)
	if err := b.srv.OverrideCluster("nope", emulator.Override{}); err == nil {
		t.Error("an unknown cluster was overridden")
	}
}

func TestNodesThatAreDeletedOrLeft(t *testing.T) {
	for _, test := range []struct {
		name            string
		revoked, delete bool
		status          string
		left            int
	}{
		{"deleted", false, true, "deleted", 0},
		{"kept", false, false, "deleted", 1},
		{"left without access", true, true, "archived", 1},
		{"kept without access", true, false, "deleted", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{Settings: emulator.Settings{CredentialsRevoked: test.revoked}})
			id := b.eks("c")
			path := clusters + "/" + id
			if err := b.srv.AddNode(id, "n1"); err != nil {
				t.Fatal(err)
			}
			b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn:1"}})
			b.pass(time.Minute)
			b.want(200, "POST", path+"/disconnect", doc{"deleteProvisionedNodes": test.delete, "keepKubernetesResources": true})
			b.pass(time.Minute)
			d := b.states(id, test.status, "disconnected")
			if failed := d["reconcileError"] != nil; failed != (test.revoked && test.delete) {
				t.Errorf("reconcileError: %v", d["reconcileError"])
			}
			nodes, _ := b.want(200, "GET", path+"/nodes", nil)["items"].([]any)
			if len(nodes) != test.left {
				t.Errorf("%d nodes left, want %d", len(nodes), test.left)
			}
		})
	}
}
