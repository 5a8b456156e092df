// Package lifecycle_test takes resources through their life with the real engine, the
// provider as a plugin, and the emulator in the place of CAST AI.
package lifecycle_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/testengine"
)

// newEngine makes an engine whose CAST AI is an emulator of its own, behind the given
// handlers: each gets the next one, and may answer in its place.
func newEngine(t *testing.T, before ...func(http.Handler) http.Handler) *testengine.Engine {
	t.Helper()
	server, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = server
	for _, wrap := range before {
		handler = wrap(handler)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(func() {
		web.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	e := testengine.New(t)
	e.Castai()
	e.Setenv("CASTAI_API_URL", web.URL)
	e.Setenv("CASTAI_API_TOKEN", "token-from-the-environment")
	return e
}

const serviceAccount = `
config:
  description: {type: string, default: first}
variables:
  organization:
    fn::invoke: {function: "castai:getOrganization", arguments: {name: Local}, return: id}
resources:
  account:
    type: castai:ServiceAccount
    properties:
      organizationId: ${organization}
      name: builds
      description: ${description}
`

func TestServiceAccount(t *testing.T) {
	t.Parallel()
	s := newEngine(t).YAML(serviceAccount)
	s.Preview().WantChanges(map[string]string{"account": "create"})
	s.Up().WantChanges(map[string]string{"account": "create"}).WantNoWarnings()
	s.WantNoChanges()
	s.SetConfig("description", "second")
	s.Up().WantChanges(map[string]string{"account": "update"}).WantDiff("account", "description")
	s.WantNoChanges()
	s.Destroy().WantChanges(map[string]string{"account": "delete"})
}

// Ctrl-C while CAST AI takes its time ends the update at once, and leaves a stack that
// the next update completes.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	var hung atomic.Bool
	hang := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || !hung.CompareAndSwap(false, true) {
				next.ServeHTTP(w, r)
				return
			}
			// The server sees the client go only once it has read the body.
			io.Copy(io.Discard, r.Body)
			close(reached)
			<-r.Context().Done()
		})
	}
	s := newEngine(t, hang).YAML(serviceAccount)

	up := s.Start("up")
	select {
	case <-reached:
	case <-t.Context().Done():
		t.Fatal("the update made no POST")
	}
	up.Interrupt()
	if r := up.Wait(); r.Err == nil {
		t.Error("an interrupted update reports success")
	}

	s.Up()
	s.WantNoChanges()
	s.Destroy()
}
