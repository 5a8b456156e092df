package clusters_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// connected makes a connection with credentials and one node that CAST AI
// added, whose deletion deletes nodes or not.
func connected(t *testing.T, h *harness.Harness, deleteNodes bool) *harness.Resource {
	t.Helper()
	r := h.Resource("EksCluster", "c")
	up(t, r, clouds[0].all(harness.Props{"deleteNodesOnDisconnect": deleteNodes}), "create")
	if err := h.Emulator.AddNode(r.ID, "castai-node-1"); err != nil {
		t.Fatal(err)
	}
	h.Forget()
	return r
}

func override(t *testing.T, h *harness.Harness, id string, to emulator.Override) {
	t.Helper()
	if err := h.Emulator.OverrideCluster(id, to); err != nil {
		t.Fatal(err)
	}
}

// isArchived checks that a cluster is gone.
func isArchived(t *testing.T, h *harness.Harness, id string) {
	t.Helper()
	if status := outside(t, h, "GET", clusters+"/"+id, nil)["status"]; status != "archived" {
		t.Errorf("the cluster is %v", status)
	}
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	for name, deleteNodes := range map[string]bool{"and delete nodes": true, "and keep nodes": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			r := connected(t, h, deleteNodes)
			destroy(t, r)
			same(t, "the body", h.Body("POST", "/disconnect"), harness.Props{"deleteProvisionedNodes": deleteNodes, "keepKubernetesResources": true})
			if n := count(h, r.ID, "POST ID/disconnect"); n != 1 {
				t.Errorf("%d disconnects", n)
			}
			isArchived(t, h, r.ID)
			destroy(t, r) // again
			if n := count(h, r.ID, "POST ID/disconnect", "DELETE ID"); n != 0 {
				t.Error("a second deletion does something")
			}
		})
	}
}

func TestDisconnectTakesTime(t *testing.T) {
	t.Parallel()
	h := harness.New(t, settings(func(s *emulator.Settings) { s.DisconnectDelay = 500 * time.Millisecond }))
	r := connected(t, h, true)
	destroy(t, r)
	if n := count(h, r.ID, "POST ID/disconnect"); n != 1 {
		t.Errorf("%d disconnects", n)
	}
	isArchived(t, h, r.ID)
}

func TestDeleteWithoutCredentials(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*emulator.Options){
		"never connected": realAgents, "agent online": func(*emulator.Options) {},
		"gone at once": settings(func(s *emulator.Settings) { s.ArchivedNotFound = true }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t, change)
			for _, c := range clouds[:2] {
				r := h.Resource(c.token, "c")
				up(t, r, with(c.required, harness.Props{"deleteNodesOnDisconnect": true}), "create")
				h.Forget()
				destroy(t, r)
				if n := count(h, r.ID, "POST ID/disconnect"); n != 0 {
					t.Error("there was a disconnect")
				}
				if n := count(h, r.ID, "DELETE ID"); n != 1 {
					t.Errorf("%d deletions", n)
				}
			}
		})
	}
}

func TestFailedClusterThatHasToBeDisconnectedFirst(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	r := connected(t, h, false)
	override(t, h, r.ID, emulator.Override{Status: "failed"})
	h.Emulator.Fail(emulator.Fault{Method: "DELETE", Status: 400, Body: `{"message":"disconnect first"}`})
	destroy(t, r)
	same(t, "the writes", writes(h, r.ID), []string{"DELETE ID", "POST ID/disconnect", "DELETE ID"})
	isArchived(t, h, r.ID)
}

func writes(h *harness.Harness, id string) (out []string) {
	for _, call := range calls(h, id) {
		if call[:3] != "GET" {
			out = append(out, call)
		}
	}
	return out
}

// The service would delete the record of either at once, and leave the nodes.
func TestNodesAreNotSkipped(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]emulator.Override{
		"agent gone": {AgentStatus: "disconnected"}, "failed": {Status: "failed"}, "hibernated": {Status: "hibernated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			r := connected(t, h, true)
			override(t, h, r.ID, state)
			destroy(t, r)
			same(t, "the writes", writes(h, r.ID), []string{"POST ID/disconnect", "DELETE ID"})
			if nodes := outside(t, h, "GET", clusters+"/"+r.ID+"/nodes", nil)["items"].([]any); len(nodes) > 0 {
				t.Errorf("left are %v", nodes)
			}
		})
	}
}

func TestNodesThatAreLeft(t *testing.T) {
	t.Parallel()
	t.Run("access revoked", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t, settings(func(s *emulator.Settings) { s.CredentialsRevoked = true }))
		r := connected(t, h, true)
		for range 2 {
			fails(t, r.Delete(), "castai-node-1", "cost money", "nodes could not be deleted", "pulumi refresh")
		}
		if got, err := r.Refresh(); err != nil || got.Op != "delete" {
			t.Errorf("the refresh that the error names gives %v, %v", got, err)
		}
	})
	t.Run("access revoked, nodes kept", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t, settings(func(s *emulator.Settings) { s.CredentialsRevoked = true }))
		destroy(t, connected(t, h, false))
	})
	t.Run("disconnect not taken up", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := connected(t, h, true)
		override(t, h, r.ID, emulator.Override{AgentStatus: "disconnected"})
		h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}/disconnect", Status: 200, Body: "{}", Times: -1})
		fails(t, r.Delete(), "castai-node-1", "cost money")
		if n := count(h, r.ID, "POST ID/disconnect"); n != 5 {
			t.Errorf("%d disconnects", n)
		}
	})
	t.Run("record gone at once", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t, settings(func(s *emulator.Settings) { s.ArchivedNotFound = true }))
		r := connected(t, h, true)
		override(t, h, r.ID, emulator.Override{AgentStatus: "disconnected"})
		h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}/disconnect", Status: 200, Body: "{}", Times: -1})
		fails(t, r.Delete(), "castai-node-1", "cost money")
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := connected(t, h, true)
		h.Emulator.Fail(emulator.Fault{Method: "GET", Path: clusters + "/{id}/nodes", Status: 403, Times: -1})
		destroy(t, r)
		if !h.Warned("none of the cluster's CAST AI nodes is left") {
			t.Error("no warning")
		}
	})
}

func TestStuckDisconnect(t *testing.T) {
	t.Parallel()
	h := harness.New(t, settings(func(s *emulator.Settings) { s.DisconnectDelay = time.Hour }))
	r := connected(t, h, true)
	override(t, h, r.ID, emulator.Override{ReconcileError: "node castai-node-1 is not drained"})
	r.Timeout = 2 * time.Second
	began := time.Now()
	fails(t, r.Delete(), "not disconnected yet", "the time for it is up", "deleting, agent disconnecting",
		"node castai-node-1 is not drained", "customTimeouts.delete")
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestDisconnectFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
		want  []string
	}{
		{"no answer", emulator.Fault{Method: "GET", Skip: 1, Times: -1, Action: emulator.Refuse},
			[]string{"GET", "last status is ready, agent online", "EOF"}},
		{"web page", emulator.Fault{Method: "GET", Skip: 1, Status: 500, Body: "<html><body>Oops</body></html>", ContentType: "text/html"},
			[]string{"cannot disconnect the cluster", "500", "Oops", "last status is ready, agent online"}},
		{"disconnect refused", emulator.Fault{Method: "POST", Status: 422, Body: `{"message":"policies are on"}`},
			[]string{"cannot disconnect the cluster", "422", "policies are on"}},
		{"deletion refused", emulator.Fault{Method: "DELETE", Status: 403, Body: `{"message":"no right"}`},
			[]string{"cannot disconnect the cluster", "DELETE", "403", "no right"}},
		{"deletion refused for ever", emulator.Fault{Method: "DELETE", Status: 400, Times: -1, Body: `{"message":"not yet"}`},
			[]string{"not disconnected yet", "400", "not yet", "deleted, agent disconnected"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			r := connected(t, h, true)
			r.Timeout = 3 * time.Second
			h.Emulator.Fail(test.fault)
			fails(t, r.Delete(), test.want...)
			h.Emulator.ClearFaults()
			r.Timeout = 0
			destroy(t, r)
		})
	}
}

func TestClusterThatVanishesMeanwhile(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"when it is read":         {Method: "GET", Path: clusters + "/{id}", Skip: 1, Status: 404, Times: -1},
		"when it is disconnected": {Method: "POST", Status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			r := connected(t, h, false)
			h.Emulator.Fail(fault)
			destroy(t, r)
		})
	}
}

func TestCancelWhileDisconnecting(t *testing.T) {
	t.Parallel()
	h := harness.New(t, settings(func(s *emulator.Settings) { s.DisconnectDelay = time.Hour }))
	r := connected(t, h, true)
	done := make(chan error)
	go func() { done <- r.Delete() }()
	for count(h, r.ID, "POST ID/disconnect") == 0 {
		time.Sleep(time.Millisecond)
	}
	canceled := time.Now()
	if _, err := h.Server().Cancel(context.Background(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	fails(t, <-done, "not disconnected yet", "canceled")
	if took := time.Since(canceled); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestGoogleAccountIsDisabledAfterTheDisconnect(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[1]
	id := h.Resource("GkeClusterId", "id")
	up(t, id, with(c.required, harness.Props{"clientServiceAccount": "castai@my-project.iam.gserviceaccount.com"}), "create")
	r := h.Resource(c.token, "c")
	up(t, r, with(c.required, harness.Props{"credentialsJson": "{}"}), "create")
	same(t, "the ID", r.ID, id.ID)
	h.Forget()
	h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}/gke-disable-sa"})
	destroy(t, r) // whatever becomes of the account
	same(t, "the writes", writes(h, r.ID), []string{"POST ID/disconnect", "POST ID/gke-disable-sa", "DELETE ID"})
	if !h.Warned("could not disable its service account") {
		t.Error("no warning")
	}
	h.Forget()
	destroy(t, id)
	same(t, "the requests of the registration", calls(h, r.ID), []string{"GET ID"})
}

func TestNoGoogleAccountToDisable(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	r := h.Resource("GkeCluster", "c")
	up(t, r, clouds[1].all(), "create")
	h.Forget()
	destroy(t, r)
	same(t, "the writes", writes(h, r.ID), []string{"POST ID/disconnect", "DELETE ID"})
}
