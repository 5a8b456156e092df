package emulator_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

var (
	org             = emulator.DefaultOrganization.ID
	serviceAccounts = "/v1/organizations/" + org + "/service-accounts"
)

// accepting are accounts with these tokens.
func accepting(secrets ...string) emulator.Accounts {
	var accounts emulator.Accounts
	for _, secret := range secrets {
		accounts.Tokens = append(accounts.Tokens, emulator.Token{Secret: secret})
	}
	return accounts
}

func TestTokens(t *testing.T) {
	tests := []struct {
		name   string
		tokens []string
		header http.Header
		status int
	}{
		{"any", nil, http.Header{"X-Api-Key": {"abc"}}, 200},
		{"bearer", nil, http.Header{"Authorization": {"Bearer abc"}}, 200},
		{"none", nil, http.Header{}, 401},
		{"invalid", nil, http.Header{"X-Api-Key": {"invalid-1"}}, 401},
		{"listed", []string{"one", "two"}, http.Header{"X-Api-Key": {"two"}}, 200},
		{"not listed", []string{"one", "two"}, http.Header{"X-Api-Key": {"three"}}, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{Accounts: accepting(test.tokens...)})
			b.header = test.header
			b.want(test.status, "GET", "/v1/auth/tokens", nil)
		})
	}
}

func TestTokensGivenOutAreAcceptedWhileTheirOwnerLives(t *testing.T) {
	b := newBed(t, emulator.Options{Accounts: accepting("secret-token")})
	admin := b.header
	as := func(token any) { b.header = http.Header{"X-Api-Key": {token.(string)}} }

	cluster := b.eks("c")
	clusterToken := b.want(200, "POST", clusters+"/"+cluster+"/token", nil)["token"]
	account := serviceAccounts + "/" + b.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string)
	key := b.want(201, "POST", account+"/keys", doc{"key": doc{"name": "k"}})
	keyPath := account + "/keys/" + key["id"].(string)

	as(clusterToken)
	b.want(200, "GET", clusters, nil)
	as(key["token"])
	b.want(200, "GET", clusters, nil)
	b.header = admin
	b.want(200, "PATCH", keyPath, doc{"active": false})
	as(key["token"])
	b.want(401, "GET", clusters, nil)
	b.header = admin
	b.want(200, "PATCH", keyPath, doc{"active": true})
	b.want(204, "DELETE", keyPath, nil)
	as(key["token"])
	b.want(401, "GET", clusters, nil)
}

func TestForbidden(t *testing.T) {
	b := newBed(t, emulator.Options{Forbid: func(r *http.Request) string {
		if r.Method != http.MethodGet {
			return "clusters:write is needed"
		}
		return ""
	}})
	b.want(200, "GET", clusters, nil)
	b.refused(403, "clusters:write is needed", "POST", clusters, doc{"name": "c"})
}

func TestRefusals(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := b.eks("c")
	tests := []struct {
		name, method, path string
		body               any
		status             int
		words              string
	}{
		{"not in the contract", "GET", "/v1/nothing", nil, 501, "GET /v1/nothing"},
		{"method not in the contract", "DELETE", "/v1/organizations", nil, 501, "DELETE /v1/organizations"},
		{"unknown field", "POST", clusters, doc{"name": "c", "colour": "red"}, 400, "colour"},
		{"unknown nested field", "POST", clusters, doc{"name": "c", "eks": doc{"zone": "a"}}, 400, "eks.zone"},
		{"wrong type", "POST", clusters, doc{"name": 1}, 400, "name"},
		{"missing field", "POST", clusters, doc{}, 400, "name"},
		{"null is missing", "POST", clusters, doc{"name": nil}, 400, "name"},
		{"not JSON", "POST", clusters, "{", 400, "not JSON"},
		{"no body", "POST", clusters, nil, 400, "body"},
		{"unknown query parameter", "GET", clusters + "?limit=1", nil, 400, "limit"},
		{"query parameter of a wrong type", "GET", "/v1/kubernetes/clusters/" + cluster + "/node-templates?includeDefault=maybe", nil, 400, "includeDefault"},
		{"unknown cluster", "GET", "/v1/kubernetes/clusters/nope/node-templates", nil, 404, "cluster not found: nope"},
		{"unknown organization", "GET", "/v1/organizations/nope/service-accounts", nil, 404, "organization not found: nope"},
		{"unknown parent", "GET", serviceAccounts + "/nope/keys", nil, 404, "service account not found: nope"},
		{"unknown item", "GET", serviceAccounts + "/nope", nil, 404, "service account not found: nope"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			b.refused(test.status, test.words, test.method, test.path, test.body)
		})
	}
}

func TestUnknownFieldsAreIgnoredUnlessStrict(t *testing.T) {
	b := openBed(t, emulator.Options{})
	account := b.want(201, "POST", serviceAccounts+"?colour=red", doc{"name": "ci", "colour": "red"})
	read := b.send("GET", serviceAccounts+"/"+account["id"].(string), nil)
	if strings.Contains(read.text, "colour") {
		t.Errorf("an unknown field was stored: %s", read.text)
	}
	b.refused(400, "name", "POST", serviceAccounts, doc{"name": 1})
}

func TestErrorBodies(t *testing.T) {
	b := newBed(t, emulator.Options{})
	main := b.want(400, "POST", clusters, doc{"name": 1})
	b.same("field", at(main, "fieldViolations", 0, "field"), "name")
	other := b.want(501, "GET", "/omni-provisioner/v1beta/nothing", nil)
	b.same("code", other["code"], 12)
	b.same("details", other["details"], []any{})
	if id := b.send("GET", "/v1/nothing", nil).header.Get("X-Castai-Request-Id"); id == "" || id != b.last().ID {
		t.Errorf("request id %q, logged %q", id, b.last().ID)
	}
}

// last is the request logged last.
func (b *bed) last() emulator.Request {
	b.t.Helper()
	all := b.srv.Requests()
	if len(all) == 0 {
		b.t.Fatal("no request was logged")
	}
	return all[len(all)-1]
}

func TestEscapedNamesInPaths(t *testing.T) {
	b := newBed(t, emulator.Options{})
	templates := "/v1/kubernetes/clusters/" + b.eks("c") + "/node-templates"
	b.want(200, "POST", templates, doc{"name": "a/b c"})
	b.want(404, "DELETE", templates+"/a", nil)
	b.want(200, "DELETE", templates+"/a%2Fb%20c", nil)
}

func TestGzippedBody(t *testing.T) {
	b := newBed(t, emulator.Options{})
	var zipped bytes.Buffer
	writer := gzip.NewWriter(&zipped)
	if _, err := writer.Write([]byte(`{"name":"ci"}`)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	b.header.Set("Content-Encoding", "gzip")
	account := b.want(201, "POST", serviceAccounts, zipped.String())
	b.same("name", account["name"], "ci")
	b.want(400, "POST", serviceAccounts, "not gzip")
}

func TestNewerAgentsAreNotTurnedAway(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.header.Set("User-Agent", "castai-agent/v9")
	b.want(200, "POST", "/v1/kubernetes/clusters/c/something-new", doc{"a": 1})
	b.want(501, "GET", "/v1/kubernetes/clusters/c/something-new", nil)
	b.want(200, "POST", "/v1/kubernetes/clusters/"+b.eks("c")+"/agent-config", doc{"agentVersion": "v9", "somethingNew": 1})
}

func TestStateSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	first := newBed(t, emulator.Options{State: file})
	cluster := first.eks("c")
	first.want(200, "POST", clusters+"/"+cluster, doc{"eks": doc{"assumeRoleArn": "arn"}})
	first.pass(time.Minute)
	first.want(200, "POST", clusters+"/"+cluster+"/disconnect", doc{})
	templates := "/v1/kubernetes/clusters/" + cluster + "/node-templates"
	for _, name := range []string{"b", "a", "gone"} {
		first.want(200, "POST", templates, doc{"name": name})
	}
	first.want(200, "DELETE", templates+"/gone", nil)
	account := serviceAccounts + "/" + first.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string)
	first.want(201, "POST", account+"/keys", doc{"key": doc{"name": "k"}})
	first.want(204, "DELETE", account, nil)
	before := first.send("GET", templates+"?includeDefault=true", nil).text
	first.web.Close()
	if err := first.srv.Close(); err != nil {
		t.Fatal(err)
	}

	second := newBed(t, emulator.Options{State: file})
	if after := second.send("GET", templates+"?includeDefault=true", nil).text; after != before {
		t.Errorf("templates after a restart: %s, want %s", after, before)
	}
	second.same("service accounts", second.want(200, "GET", serviceAccounts, nil)["totalCount"], "0")
	second.want(404, "GET", account+"/keys", nil)
	second.pass(time.Hour)
	second.same("status", second.want(200, "GET", clusters+"/"+cluster, nil)["status"], "deleted")
	if err := second.srv.Reset(); err != nil {
		t.Fatal(err)
	}
	second.want(404, "GET", clusters+"/"+cluster, nil)
}

func TestUnusableStateFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	newBed(t, emulator.Options{State: file})
	if _, err := emulator.New(emulator.Options{State: file}); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("two emulators on one state file: %v", err)
	}
	if _, err := emulator.New(emulator.Options{State: t.TempDir()}); err == nil {
		t.Error("a directory was taken for a state file")
	}
}
