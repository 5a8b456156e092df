package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

const (
	orgA = "11111111-1111-4111-8111-111111111111"
	orgB = "22222222-2222-4222-8222-222222222222"
)

// company has two organizations, one person in both and one in each.
func company() emulator.Options {
	return emulator.Options{
		Organizations: []emulator.Organization{{ID: orgA, Name: "A"}, {ID: orgB, Name: "B"}},
		Accounts: emulator.Accounts{
			Users: []emulator.User{
				{Email: "boss@example.com", Name: "Boss"},
				{Email: "dev@example.com", Role: emulator.Member, Organizations: []string{orgB}},
				{Email: "auditor@example.com", Role: emulator.Viewer, Organizations: []string{orgA}},
			},
			Tokens: []emulator.Token{
				{Secret: "boss"},
				{Secret: "dev", User: "dev@example.com"},
				{Secret: "audit", User: "auditor@example.com"},
				{Secret: "reader", ReadOnly: true},
				{Secret: "old", ExpiresAt: time.Date(2025, 3, 1, 12, 30, 0, 0, time.UTC)},
				{Secret: "off", Inactive: true},
			},
		},
	}
}

// as makes the requests from now on with another token.
func (b *bed) as(token any) { b.header.Set("X-Api-Key", token.(string)) }

// TestWhoMayDoWhat: reading and writing with each kind of token, before and after half an hour.
func TestWhoMayDoWhat(t *testing.T) {
	b := newBed(t, company())
	cluster := doc{"name": "c", "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"}}
	check := func(token string, read, write int) {
		t.Helper()
		b.as(token)
		b.want(read, "GET", clusters, nil)
		b.want(write, "POST", clusters, cluster)
	}
	check("boss", 200, 200)
	check("dev", 200, 200)
	check("audit", 200, 403)
	check("reader", 200, 403)
	check("old", 200, 200)
	check("off", 401, 401)
	check("unknown", 401, 401)
	b.pass(30 * time.Minute)
	check("old", 401, 401)
	check("boss", 200, 200)
}

func TestRefusalsHaveTheShapeOfTheirAPI(t *testing.T) {
	b := newBed(t, company())
	for path, main := range map[string]bool{
		clusters: true, "/savings/v1beta/organizations/" + orgA + "/commitments/x:getUsageHistory": true,
		"/organization-management/v1/enterprises/" + orgA + "/groups":                  false,
		"/omni-provisioner/v1beta/organizations/" + orgA + "/clusters/x":               false,
		"/cluster-autoscaler/v1beta/organizations/" + orgA + "/hibernation-schedules":  false,
		"/patching-engine/v1beta/organizations/" + orgA + "/clusters/x/pod-mutations":  false,
		"/ai-optimizer/v1beta/organizations/" + orgA + "/model-specs":                  false,
		"/cluster-management/v1/clusters/x/components:validateUpgrade":                 false,
		"/v1/kubernetes/clusters/x/node-templates":                                     true,
		"/v1/organizations/" + orgA + "/service-accounts":                              true,
		"/v1/workload-autoscaling/clusters/x/custom-metrics/configs/data-sources":      true,
		"/v1/kubernetes/clusters/x/something-that-no-contract-has":                     true,
		"/cluster-management/v1/clusters/x/lifecycle-actions/y:ack":                    false,
		"/ai-optimizer/v1beta/organizations/" + orgA + "/clusters/x/hosted-models":     false,
		"/patching-engine/v1beta/organizations/" + orgA + "/something-that-is-nowhere": false,
	} {
		for token, status := range map[string]int{"nobody": 401, "reader": 403} {
			b.as(token)
			body := b.want(status, "POST", path, doc{})
			if main {
				b.fields(body, doc{"fieldViolations": []any{}, "code": nil})
			} else {
				b.fields(body, doc{"code": map[int]int{401: 16, 403: 7}[status], "details": []any{}, "fieldViolations": nil})
			}
			if message, _ := body["message"].(string); message == "" {
				t.Errorf("%s: no message", path)
			}
		}
	}
}

func TestOrganizationsAreApart(t *testing.T) {
	b := newBed(t, company())
	b.as("boss")
	b.same("organizations", len(b.want(200, "GET", "/v1/organizations", nil)["organizations"].([]any)), 2)
	inA := b.eks("a")
	schedule := b.want(200, "POST", "/v1/rebalancing-schedules", nightly())["id"].(string)
	account := b.want(201, "POST", "/v1/organizations/"+orgA+"/service-accounts", doc{"name": "ci"})["id"].(string)

	b.as("dev")
	organizations := b.want(200, "GET", "/v1/organizations", nil)
	b.same("organizations", len(organizations["organizations"].([]any)), 1)
	b.fields(at(organizations, "organizations", 0), doc{"id": orgB, "name": "B", "role": "member"})
	b.fields(b.want(200, "GET", "/v1/me", nil), doc{"email": "dev@example.com", "name": "dev@example.com"})
	b.want(404, "GET", clusters+"/"+inA, nil)
	b.want(404, "GET", "/v1/kubernetes/clusters/"+inA+"/policies", nil)
	b.want(404, "GET", "/v1/organizations/"+orgA+"/service-accounts/"+account, nil)
	b.want(404, "GET", "/v1/rebalancing-schedules/"+schedule, nil)
	b.same("schedules", b.want(200, "GET", "/v1/rebalancing-schedules", nil)["schedules"], []any{})
	b.want(200, "POST", "/v1/rebalancing-schedules", nightly()) // the name is free here
	inB := b.eks("a")
	if inA == inB {
		t.Error("the same cluster in two organizations")
	}
	b.same("clusters", len(b.want(200, "GET", clusters, nil)["items"].([]any)), 1)
	b.same("its organization", b.want(200, "GET", clusters+"/"+inB, nil)["organizationId"], orgB)

	b.as("boss") // who is in both
	b.want(200, "GET", clusters+"/"+inB, nil)
	users := b.want(200, "GET", "/v1/organizations/"+orgB+"/users", nil)
	b.same("users of B", len(users["users"].([]any)), 2)
	b.want(200, "POST", "/v1/invitations", doc{"members": []any{doc{"userEmail": "new@example.com", "roleBindings": []any{}}}})
	b.as("dev")
	b.same("invitations of B", b.want(200, "GET", "/v1/invitations", nil)["invitations"], []any{})
	b.want(200, "POST", "/v1/invitations", doc{"members": []any{doc{"userEmail": "other@example.com", "roleBindings": []any{}}}})
	if err := b.srv.AcceptInvitation("other@example.com"); err != nil {
		t.Fatal(err)
	}
	b.same("users of B", len(b.want(200, "GET", "/v1/organizations/"+orgB+"/users", nil)["users"].([]any)), 3)
}

func TestClusterTokenSeesItsClusterOnly(t *testing.T) {
	b := newBed(t, emulator.Options{})
	mine, other := b.eks("mine"), b.eks("other")
	b.as(b.want(200, "POST", clusters+"/"+mine+"/token", nil)["token"])
	b.want(200, "GET", clusters+"/"+mine, nil)
	b.want(200, "GET", "/v1/me", nil) // as the operator does
	b.want(200, "POST", "/v1/kubernetes/clusters/"+mine+"/agent-config", doc{"agentVersion": "v1", "gitCommit": ""})
	b.same("clusters", len(b.want(200, "GET", clusters, nil)["items"].([]any)), 1)
	b.same("registered again", b.eks("mine"), mine)

	b.refused(404, "cluster not found", "GET", clusters+"/"+other, nil)
	b.refused(404, "cluster not found", "POST", "/v1/kubernetes/clusters/"+other+"/agent-config", doc{"agentVersion": "v1", "gitCommit": ""})
	b.refused(404, "cluster not found", "GET", "/v1/kubernetes/clusters/"+other+"/actions", nil)
	b.refused(403, mine, "GET", "/v1/organizations", nil)
	b.refused(403, mine, "GET", serviceAccounts, nil)
	b.refused(403, mine, "POST", clusters, doc{"name": "third", "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "third"}})
	b.refused(403, mine, "POST", clusters, doc{"name": "other", "eks": doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "other"}})
}

func TestClusterTokenThatNobodyUsesExpires(t *testing.T) {
	b := realBed(t)
	mine := b.header.Get("X-Api-Key")
	path := clusters + "/" + b.eks("c")
	used, unused := b.want(200, "POST", path+"/token", nil)["token"], b.want(200, "POST", path+"/token", nil)["token"]
	b.pass(5 * time.Hour)
	b.as(used)
	b.want(200, "GET", path, nil)
	b.pass(time.Hour)
	b.want(200, "GET", path, nil)
	b.as(unused)
	b.want(401, "GET", path, nil)
	b.as(mine)
	b.want(200, "POST", path+"/token", nil)
}

func TestKeysOfServiceAccounts(t *testing.T) {
	b := newBed(t, emulator.Options{})
	mine := b.header.Get("X-Api-Key")
	account := b.want(201, "POST", serviceAccounts, doc{"name": "ci"})
	keys := serviceAccounts + "/" + account["id"].(string) + "/keys"
	key := b.want(201, "POST", keys, doc{"key": doc{"name": "k", "expiresAt": "2025-03-01T13:00:00Z"}})

	b.as(key["token"])
	b.fields(b.want(200, "GET", "/v1/me", nil), doc{"id": account["id"], "name": "ci"})
	made := b.want(201, "POST", serviceAccounts, doc{"name": "made by ci"})
	b.fields(made["author"], doc{"id": account["id"], "kind": nil}) // the answer to this call names no kind
	read := b.want(200, "GET", serviceAccounts+"/"+made["id"].(string), nil)
	b.same("kind", at(read, "serviceAccount", "author", "kind"), "service_account")
	b.same("last used", at(b.want(200, "GET", keys+"/"+key["id"].(string), nil), "key", "lastUsedAt"), "2025-03-01T12:00:00Z")

	b.as(mine)
	binding := func(role string) string {
		answer := b.send("POST", "/v1/organizations/"+org+"/role-bindings", []any{doc{"name": "r", "definition": doc{
			"roleId": role, "scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"serviceAccount": doc{"id": account["id"]}}},
		}}})
		if answer.status != http.StatusOK {
			t.Fatal(answer.text)
		}
		_, id, _ := strings.Cut(answer.text, `"id":"`)
		return id[:36]
	}
	binding("6fc95bd7-6049-4735-80b0-ce5ccde71cb1") // viewer
	b.as(key["token"])
	b.want(200, "GET", clusters, nil)
	b.want(403, "POST", serviceAccounts, doc{"name": "x"})
	b.as(mine)
	binding("8c60bd8e-21de-402a-969f-add07fd22c1b") // member
	b.as(key["token"])
	b.want(201, "POST", serviceAccounts, doc{"name": "x"})

	b.pass(time.Hour)
	b.want(401, "GET", clusters, nil)
}

func TestTokensOfUsersExpire(t *testing.T) {
	b := newBed(t, emulator.Options{})
	created := b.want(200, "POST", "/v1/auth/tokens", doc{"name": "t", "readonly": false, "expiresAt": "2025-03-01T12:01:00Z"})
	b.as(created["token"])
	b.want(200, "GET", "/v1/auth/tokens", nil)
	b.pass(time.Minute)
	b.refused(401, "Unauthorized", "GET", "/v1/auth/tokens", nil)
}

func TestAccountsThatMakeNoSense(t *testing.T) {
	for name, test := range map[string]struct {
		accounts emulator.Accounts
		want     string
	}{
		"no email":             {emulator.Accounts{Users: []emulator.User{{Name: "x"}}}, "needs an email"},
		"unknown role":         {emulator.Accounts{Users: []emulator.User{{Email: "x@example.com", Role: "king"}}}, "needs an email, and a role"},
		"unknown organization": {emulator.Accounts{Users: []emulator.User{{Email: "x@example.com", Organizations: []string{orgB}}}}, "no organization"},
		"token of nobody":      {emulator.Accounts{Tokens: []emulator.Token{{Secret: "a", User: "x@example.com"}}}, `no user "x@example.com"`},
		"token without secret": {emulator.Accounts{Tokens: []emulator.Token{{}}}, "secret of its own"},
		"two of one secret":    {accepting("a", "a"), "secret of its own"},
		"token elsewhere":      {emulator.Accounts{Tokens: []emulator.Token{{Secret: "a", Organizations: []string{orgB}}}}, "no organization"},
	} {
		if _, err := emulator.New(emulator.Options{Accounts: test.accounts}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", name, err, test.want)
		}
	}
}
