package lifecycle_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/tests/internal/world"
)

// account is a service account as part of a program.
func account(name, options string) string {
	return fmt.Sprintf(`
  %s:
    type: castai:ServiceAccount
    properties: {organizationId: %s, name: %s}
    options: {%s}
`, name, emulator.DefaultOrganization.ID, name, options)
}

// When CAST AI goes away in the middle of an update, the error says so, what is there is
// in the state, and the next update makes the rest, and nothing twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	var over atomic.Bool
	w := world.New(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				posts.Add(1)
			}
			if posts.Load() > 2 && !over.Load() {
				panic(http.ErrAbortHandler) // cuts the connection
			}
			next.ServeHTTP(rw, r)
		})
	})
	s := w.YAML("resources:" + account("first", "") + account("second", `dependsOn: ["${first}"]`) +
		account("third", `dependsOn: ["${second}"]`) + account("fourth", `dependsOn: ["${third}"]`))

	s.UpFails().
		WantChanges(map[string]string{"first": "create", "second": "create"}).
		WantDiagnostic("error", "cannot create service account", "POST /v1/organizations/", w.URL)
	over.Store(true)
	s.Up().WantChanges(map[string]string{"third": "create", "fourth": "create"})
	s.WantNoChanges()

	if calls := w.Calls("POST", "/service-accounts"); len(calls) != 4 {
		t.Errorf("%d service accounts were made, want four", len(calls))
	}
}

// Ctrl-C while the provider waits for a cluster ends the update soon, with the cluster in
// the state, and the next update goes on with it.
func TestInterruptWhileWaiting(t *testing.T) {
	t.Parallel()
	waiting := make(chan struct{})
	var once sync.Once
	w := world.New(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(rw, r)
			if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/kubernetes/external-clusters/") {
				once.Do(func() { close(waiting) })
			}
		})
	})
	w.API.Configure(func(to *emulator.Settings) { to.AgentDelay = time.Hour })
	s := w.YAML(`
resources:
  cluster:
    type: castai:GkeCluster
    properties:
      name: production
      projectId: my-project
      location: europe-west3
      credentialsJson: {fn::secret: "{}"}
      waitUntilReady: true
`)
	up := s.Start("up")
	select {
	case <-waiting:
	case <-t.Context().Done():
		t.Fatal("the update did not wait for the cluster")
	}
	interrupted := time.Now()
	up.Interrupt()
	if r := up.Wait(); r.Err == nil {
		t.Error("an interrupted update reports success")
	}
	// Far less than the update would have waited, and enough for a busy machine.
	if took := time.Since(interrupted); took > 30*time.Second {
		t.Errorf("the update ended %s after it was interrupted", took)
	}
	id := s.Export().Resource("cluster").ID
	if id == "" {
		t.Fatal("the cluster is in the state without its ID")
	}

	w.API.Configure(func(to *emulator.Settings) { to.AgentDelay = -1 })
	s.Up()
	s.WantNoChanges()
	if now := s.Export().Resource("cluster").ID; now != id {
		t.Errorf("the cluster is %s, and was %s before", now, id)
	}
	if calls := w.Calls("POST", "/v1/kubernetes/external-clusters"); len(calls) != 1 {
		t.Errorf("the cluster was registered %d times", len(calls))
	}
	s.Destroy()
}

// A token that is wrong or missing is an error of the update that says what to do; a
// preview needs none.
func TestToken(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token string
		want  []string
	}{
		"wrong":   {"invalid-token", []string{"401", "CASTAI_API_TOKEN"}},
		"missing": {"", []string{"CASTAI_API_TOKEN", "castai:apiToken"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world.New(t)
			w.Setenv("CASTAI_API_TOKEN", tt.token)
			s := w.YAML("resources:" + account("account", ""))
			s.Preview().WantChanges(map[string]string{"account": "create"}).WantNoWarnings()
			s.UpFails().WantDiagnostic("error", tt.want...)
		})
	}
}

// A new token, or one that moves between the program and the environment, touches no
// resource. One from the environment is not in the state.
func TestTokenChanges(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := w.YAML(`
config:
  token: {type: string, default: ""}
resources:
  castai:
    type: pulumi:providers:castai
    properties: {apiToken: "${token}"}
` + account("explicit", `provider: "${castai}"`) + account("byDefault", ""))
	s.Up()
	if state := s.Export("--show-secrets"); strings.Contains(string(state.JSON), world.Token) {
		t.Error("the token from the environment is in the state")
	}
	made := len(writing(w))

	s.SetSecret("token", "token-of-the-program")
	s.SetSecret("castai:apiToken", "token-of-the-configuration")
	s.Up().WantChanges(map[string]string{"castai": "update"})
	s.SetSecret("token", "another-token-of-the-program")
	s.SetSecret("castai:apiToken", "another-token-of-the-configuration")
	s.Up().WantChanges(map[string]string{"castai": "update"})
	state := s.Export()
	for _, token := range []string{"token-of-the-program", "token-of-the-configuration"} {
		if strings.Contains(string(state.JSON), token) {
			t.Errorf("%s is in the state in the clear", token)
		}
	}
	if now := writing(w); len(now) != made {
		t.Errorf("new tokens changed something: %v", now[made:])
	}
	s.WantNoChanges()
}

// What a program must not say is refused before anything is done.
func TestRefusedInPreview(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		properties     string
		severity, want string
	}{
		// The language host for YAML knows the schema, and speaks with a voice of its own.
		"unknown property": {`accountId: "012345678901", colour: red`, "info#err", "colour"},
		// YAML makes a number of it, without the zero in front.
		"account ID without quotes": {"accountId: 012345678901", "error", "must be text and is a number: put it in quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world.New(t)
			s := w.YAML(`
resources:
  cluster:
    type: castai:EksClusterId
    properties: {clusterName: production, region: eu-central-1, ` + tt.properties + "}\n")
			s.PreviewFails().WantDiagnostic(tt.severity, tt.want)
			if calls := w.Calls("", ""); len(calls) > 0 {
				t.Errorf("the preview made requests: %v", calls)
			}
		})
	}
}

// A resource that is to be retained goes without a word to CAST AI.
func TestRetainOnDelete(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := w.YAML("resources:" + account("account", "retainOnDelete: true"))
	s.Up()
	before := len(w.Calls("", ""))
	s.Destroy()
	if calls := w.Calls("", "")[before:]; len(calls) > 0 {
		t.Errorf("destroying made requests: %v", calls)
	}
	if s.Export().Has("account") {
		t.Error("the account is still in the state")
	}
}
