// Package lifecycle_test takes resources through their life with the real engine, the
// provider as a plugin, and the emulator in the place of CAST AI.
package lifecycle_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/castai/pulumi-castai/tests/internal/world"
)

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
	s := world.New(t).YAML(serviceAccount)
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
	s := world.New(t, hang).YAML(serviceAccount)

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
