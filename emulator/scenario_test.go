package emulator_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func scenario(t *testing.T, text string) *emulator.Scenario {
	t.Helper()
	scenario, err := emulator.ParseScenario([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return scenario
}

func exampleScenario(t *testing.T) *emulator.Scenario {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "examples", "offline-test", "scenario.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return scenario(t, string(text))
}

func TestScenario(t *testing.T) {
	const shop, cluster = "/v1/organizations/11111111-1111-4111-8111-111111111111", "33333333-3333-4333-8333-333333333333"
	b := newBed(t, emulator.Options{Scenario: exampleScenario(t)})
	as := func(token string) { b.header = http.Header{"X-Api-Key": {token}} }
	as("token-of-ada")
	b.fields(b.want(200, "GET", clusters+"/"+cluster, nil), doc{
		"name": "shop", "status": "ready", "agentStatus": "online", "organizationId": "11111111-1111-4111-8111-111111111111",
		"createdAt": "2025-03-01T11:00:00Z", "managedBy": "api",
	})
	b.same("nodes", len(b.want(200, "GET", clusters+"/"+cluster+"/nodes", nil)["items"].([]any)), 2)
	configurations := b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/node-configurations", nil)["items"].([]any)
	templates := b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/node-templates", nil)["items"].([]any)
	b.same("template's configuration", at(templates[len(templates)-1], "template", "configurationId"), at(configurations[len(configurations)-1], "id"))
	b.same("default that the API fills in", at(configurations[len(configurations)-1], "diskCpuRatio"), 0)
	b.same("policies", b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/policies", nil)["enabled"], true)
	b.same("jobs", len(b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/rebalancing-jobs", nil)["jobs"].([]any)), 1)
	b.same("users", len(b.want(200, "GET", shop+"/users", nil)["users"].([]any)), 3)
	b.same("invitations", len(b.want(200, "GET", "/v1/invitations", nil)["invitations"].([]any)), 1)
	b.same("account of the key", at(b.want(200, "GET", shop+"/service-accounts", nil), "serviceAccounts", 0, "name"), "ci")
	bindings := b.want(200, "GET", shop+"/role-bindings?subjectType=SUBJECT_SERVICE_ACCOUNT", nil)
	b.same("binding", at(bindings, "roleBindings", 0, "definition", "subjects", 0, "serviceAccount", "name"), "ci")

	as("token-of-ci")
	b.same("seen with the key", len(b.want(200, "GET", clusters, nil)["items"].([]any)), 2)
	as("token-of-ben")
	b.want(403, "POST", clusters, doc{"name": "x"})
	as("token-of-the-labs")
	b.fields(at(b.want(200, "GET", clusters, nil), "items", 0), doc{"name": "lab", "status": "failed", "reconcileError": "no access to the subscription"})
	as("another")
	b.want(401, "GET", clusters, nil)

	as("token-of-ada")
	b.same("first request, none being those of the scenario", b.srv.Requests()[0].Path, clusters+"/"+cluster)
	b.want(200, "DELETE", "/v1/kubernetes/clusters/"+cluster+"/node-templates/spot", nil)
	b.want(204, "POST", "/_emulator/reset", nil)
	b.same("templates after a reset", len(b.want(200, "GET", "/v1/kubernetes/clusters/"+cluster+"/node-templates", nil)["items"].([]any)), len(templates))
}

// With a state file the scenario is the beginning, and not every beginning.
func TestScenarioAndStateFile(t *testing.T) {
	options := emulator.Options{State: filepath.Join(t.TempDir(), "state.db"), Scenario: scenario(t, "tokens: [secret-token]\ngroups: [{name: g, definition: {members: []}}]")}
	first := newBed(t, options)
	first.same("groups", len(first.groups()), 1)
	first.want(200, "DELETE", groupsPath+"/"+first.groups()[0], nil)
	first.eks("c")
	if err := first.srv.Close(); err != nil {
		t.Fatal(err)
	}
	second := newBed(t, options)
	second.same("groups", len(second.groups()), 0)
	second.same("clusters", len(second.want(200, "GET", clusters, nil)["items"].([]any)), 1)
	second.header.Set("X-Api-Key", "another")
	second.want(401, "GET", clusters, nil)
}

// groups are the IDs of the groups, which the contract cannot list.
func (b *bed) groups() []string {
	b.t.Helper()
	snapshot := b.want(200, "GET", "/_emulator/snapshot", nil)
	var ids []string
	for _, document := range snapshot["documents"].([]any) {
		if at(document, "scope") == groupsPath {
			ids = append(ids, at(document, "id").(string))
		}
	}
	return ids
}

func TestMistakesInScenarios(t *testing.T) {
	for text, want := range map[string]string{
		"clusters: [":          "line 1",
		"colour: red":          `line 1: there is no "colour"; there are organizations, users,`,
		"\nclusters: 7":        "line 2: not a list",
		"clusters:\n- 7":       "line 2: not a mapping",
		"clusters:\n- eks: {}": "line 2: a cluster needs a name",
		"clusters:\n- name: c\n  connected: maybe":             "line 3: connected cannot be a string",
		"organizations: [{name: x}]":                           "line 1: an organization needs an id and a name",
		"users:\n- email: a@b.c\n- {email: d@e.f, role: king}": "line 3: user \"d@e.f\": needs",
		"tokens:\n- a\n- a":                                    "line 3: token 2: needs a secret of its own",
		"tokens:\n- {secret: a, user: nobody}":                 "line 2: token 1: there is no user",
		"requests:\n- {method: GET}":                           "line 2: a request needs a path",
		"requests:\n- {path: /v1/x, colour: red}":              "line 2: unknown field \"colour\"",
	} {
		if _, err := emulator.ParseScenario([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

func TestScenariosLoadWholeOrNotAtAll(t *testing.T) {
	const good = "clusters:\n- name: good\n  eks: {accountId: '1', region: r}\n"
	for text, want := range map[string]string{
		good + "- {name: bad, eks: {region: r}}":                                      "line 4: POST " + clusters + ": 400: eks.accountId: must not be empty",
		good + "- {name: bad, colour: red}":                                           "line 4: POST " + clusters + ": 400: ",
		good + "- {name: bad}":                                                        "line 4: POST",
		good + "- {name: bad, anywhere: {kubeSystemNamespaceId: x}, connected: true}": "line 4: clusters of the kind anywhere",
		good + "  nodeTemplates:\n  - name: t\n    colour: red":                       "line 5: POST /v1/kubernetes/clusters/",
		good + "hibernationSchedules: [{name: '${clusters.bad}'}]":                    "line 4: nothing made before is called ${clusters.bad}",
		good + "requests: [{path: '/v1/${nothing}'}]":                                 "line 4: nothing made before is called ${nothing}",
		good + "requests: [{path: /v1/nothing}]":                                      "line 4: POST /v1/nothing: 501: the wire contract has no operation",
		good + "requests: [{method: GET, path: /v1/me, id: x}]":                       "line 4: GET /v1/me makes nothing whose id can be given",
		good + "groups: [{organization: nowhere, name: g}]":                           "line 4: there is no organization \"nowhere\"",
		good + "invitations:\n- {email: nobody}":                                      "line 5: POST /v1/invitations: 400: ",
	} {
		b := newBed(t, emulator.Options{})
		before := b.send("GET", "/_emulator/snapshot", nil).text
		b.refused(400, want, "POST", "/_emulator/scenario", text)
		b.same(text, b.send("GET", "/_emulator/snapshot", nil).text, before)
		if _, err := emulator.New(emulator.Options{Scenario: scenario(t, text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestScenarioAddsToTheState(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.eks("old")
	b.want(204, "POST", "/_emulator/scenario", "clusters: [{name: new, eks: {accountId: '1', region: r}}]")
	b.same("clusters", len(b.want(200, "GET", clusters, nil)["items"].([]any)), 2)
}

func TestSnapshots(t *testing.T) {
	b := newBed(t, emulator.Options{Scenario: exampleScenario(t)})
	b.header = http.Header{"X-Api-Key": {"token-of-ada"}}
	list := func(b *bed) string { return b.send("GET", clusters, nil).text }
	before := list(b)
	snapshot := b.send("GET", "/_emulator/snapshot", nil).text
	b.pass(time.Minute)
	b.eks("more")
	b.same("secrets", strings.Contains(snapshot, "token-of-ci"), false)

	file := filepath.Join(t.TempDir(), "state.db")
	other := newBed(t, emulator.Options{State: file})
	other.eks("other")
	for _, bad := range []string{"", "{}", "[]", `{"kind": "castai-emulator snapshot", "version": 99}`,
		`{"kind": "castai-emulator snapshot", "version": 1, "documents": [{"scope": "/x"}]}`} {
		other.want(400, "PUT", "/_emulator/snapshot", bad)
	}
	other.same("clusters", len(other.want(200, "GET", clusters, nil)["items"].([]any)), 1)
	for _, to := range []*bed{b, other} {
		to.want(204, "PUT", "/_emulator/snapshot", snapshot)
		to.same("snapshot", to.send("GET", "/_emulator/snapshot", nil).text, snapshot)
	}
	if after := list(b); after != before {
		t.Errorf("%s, want %s", after, before)
	}
	if err := other.srv.Close(); err != nil {
		t.Fatal(err)
	}
	reopened := newBed(t, emulator.Options{State: file})
	reopened.same("snapshot after a restart", reopened.send("GET", "/_emulator/snapshot", nil).text, snapshot)
}
