// Package seed_test runs, with the real engine and the SDKs of this checkout, the
// programs that must work unchanged: agent first, then the connection of the cluster.
// Google Cloud and Kubernetes are stand-ins, CAST AI is the emulator.
package seed_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/internal/standin"
	"github.com/castai/pulumi-castai/internal/testengine"
	"github.com/castai/pulumi-castai/tests/internal/languages"
	"github.com/castai/pulumi-castai/tests/internal/world"
)

// program is the program in one language.
type program struct {
	// needs are the programs without which it cannot be run.
	needs []string
	// prepare makes it ready to run, and returns the folder for its stack.
	prepare func(*testing.T, *world.World) string
	// connection is the resource that connects the cluster.
	connection string
	// others are the resources besides the connection and the charts.
	others []string
	// givesToken says that the program gives the API token to the charts in the clear,
	// where CAST AI's provider has no say.
	givesToken bool
}

var gke = []string{
	"castai-service-account", "castai-service-account-key", "castai-role-0", "castai-role-1", "castai-role-2",
	"castai-provider", "gke-k8s",
}

var programs = map[string]program{
	"TypeScript": {[]string{"node", "npm"}, typescript, "gke-cluster-connection", gke, true},
	"Python":     {[]string{"python3"}, python, "gke-cluster-connection", gke, true},
	"Go":         {[]string{"go"}, golang, "gke-cluster-connection", gke, true},
	"C#":         {[]string{"dotnet"}, csharp, "eks-cluster-connection", []string{"castai-provider", "eks-k8s"}, true},
	"Java":       {[]string{"java", "mvn"}, java, "gke-cluster-connection", gke, false},
	"YAML":       {nil, yaml, "gke-cluster-connection", gke, false},
}

func TestSeed(t *testing.T) {
	for language, p := range programs {
		t.Run(language, func(t *testing.T) {
			languages.Need(t, language, p.needs...)
			t.Parallel()
			p.run(t)
		})
	}
}

func (p program) run(t *testing.T) {
	w := world.New(t)
	record := w.StandIn("gcp", "kubernetes")
	// Long enough for a resource that does not wait for another to be caught.
	w.Setenv("STANDIN_DELAY", "50ms")
	s := w.Stack(p.prepare(t, w))
	if !p.givesToken {
		s.SetSecret("apiToken", world.Token)
	}

	created, deleted := map[string]string{}, map[string]string{}
	for _, name := range append([]string{"castai-namespace", "castai-agent", "cluster-controller", p.connection}, p.others...) {
		created[name], deleted[name] = "create", "delete"
	}
	up := s.Up().WantChanges(created).WantNoWarnings()
	s.WantNoChanges()
	h := history{t, w, record}
	h.wantOrder("create", "castai-namespace", "castai-agent", "cluster-controller")
	registered := h.only("POST", "/v1/kubernetes/external-clusters")
	if ready := h.at(standin.End, "create", "cluster-controller"); !ready.Before(registered) {
		t.Errorf("the cluster was registered at %s, before the controller was there at %s", registered, ready)
	}
	p.wantNoSecrets(t, s, up)

	id := s.Export().Resource(p.connection).ID.String()
	s.Destroy().WantChanges(deleted)
	h.wantOrder("delete", "cluster-controller", "castai-agent", "castai-namespace")
	disconnected := h.only("POST", "/"+id+"/disconnect")
	removed := h.only("DELETE", "/"+id)
	if going := h.at(standin.Begin, "delete", "cluster-controller"); !disconnected.Before(removed) || !removed.Before(going) {
		t.Errorf("disconnected at %s, removed at %s, controller deleted from %s on: want this order", disconnected, removed, going)
	}
}

// history is what the stand-ins and the emulator were asked to do.
type history struct {
	t      *testing.T
	w      *world.World
	record string
}

// at is the time of the only begin or end of a change of a resource.
func (h history) at(phase, op, name string) time.Time {
	h.t.Helper()
	entries, err := standin.Read(h.record)
	if err != nil {
		h.t.Fatal(err)
	}
	var times []time.Time
	for _, e := range entries {
		if e.Phase == phase && e.Op == op && e.Name == name {
			times = append(times, e.Time)
		}
	}
	if len(times) != 1 {
		h.t.Fatalf("%d times %s %s %s, want one: %v", len(times), phase, op, name, entries)
	}
	return times[0]
}

// only is the time of the only request like this.
func (h history) only(method, path string) time.Time {
	h.t.Helper()
	calls := h.w.Calls(method, path)
	if len(calls) != 1 {
		h.t.Fatalf("%d requests %s %s, want one", len(calls), method, path)
	}
	return calls[0].Time
}

// wantOrder fails the test unless each of the changes began when the one before it had ended.
func (h history) wantOrder(op string, names ...string) {
	h.t.Helper()
	for i := range names[1:] {
		first, second := names[i], names[i+1]
		if end, begin := h.at(standin.End, op, first), h.at(standin.Begin, op, second); begin.Before(end) {
			h.t.Errorf("%s %s began before %s had ended", op, second, first)
		}
	}
}

// wantNoSecrets fails the test when the API token or the key of the service account is in
// the exported state or in what was printed.
func (p program) wantNoSecrets(t *testing.T, s *testengine.Stack, up *testengine.Result) {
	t.Helper()
	open := s.Export("--show-secrets")
	secrets := []string{world.Token}
	if open.Has("castai-service-account-key") {
		secrets = append(secrets, privateKey(t, open))
	}
	for _, secret := range secrets {
		if !strings.Contains(asJSON(t, open.DeploymentV3), secret) {
			t.Errorf("%q is not even in the state that shows secrets", secret)
		}
	}
	state := s.Export()
	if p.givesToken {
		for _, r := range state.Resources {
			if r.Type == "kubernetes:helm.sh/v3:Release" {
				delete(r.Inputs, "values")
				delete(r.Outputs, "values")
			}
		}
	}
	closed := asJSON(t, state.DeploymentV3)
	// The provider decodes the key: neither form may get out.
	for _, secret := range append(secrets, "BEGIN PRIVATE KEY") {
		if strings.Contains(closed, secret) {
			t.Errorf("the secret %q is in the exported state", secret)
		}
		if strings.Contains(up.Stdout+up.Stderr, secret) {
			t.Errorf("the secret %q was printed", secret)
		}
	}
}

// privateKey is the key of the service account as the gcp provider gives it.
func privateKey(t *testing.T, open *testengine.State) string {
	t.Helper()
	secret, _ := open.Resource("castai-service-account-key").Outputs["privateKey"].(map[string]any)
	text, _ := secret["plaintext"].(string)
	var key string
	if err := json.Unmarshal([]byte(text), &key); err != nil || key == "" {
		t.Fatalf("the state holds no key: %v, %v", secret, err)
	}
	return key
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
