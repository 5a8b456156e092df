package clusters_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const unknownCluster = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

func TestPrincipal(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	cluster := h.Resource("EksClusterId", "id")
	up(t, cluster, registrations[0].inputs, "create")
	inputs := harness.Props{"clusterId": cluster.ID}
	principal := clusters + "/" + cluster.ID + "/assume-role-principal"

	h.Forget()
	r := h.Resource("EksUserArn", "r")
	up(t, r, inputs, "create")
	same(t, "the requests", h.Calls(), []string{"GET " + principal, "POST " + principal})
	arn := outside(t, h, "GET", principal, nil)["arn"]
	same(t, "the ID", r.ID, arn)
	same(t, "arn", r.Output("arn"), arn)
	refresh(t, r)
	up(t, r, inputs, "same")

	again := h.Resource("EksUserArn", "again")
	h.Forget()
	up(t, again, inputs, "create")
	noPosts(t, h) // the one that exists
	same(t, "the ID", again.ID, r.ID)

	imported := h.Resource("EksUserArn", "imported")
	if err := imported.Import(cluster.ID); err != nil {
		t.Fatal(err)
	}
	same(t, "the ID", imported.ID, r.ID)
	up(t, imported, inputs, "same")
	fails(t, h.Resource("EksUserArn", "x").Import(r.ID), "is not a valid import ID", "<clusterId>")

	destroy(t, r)
	same(t, "arn", outside(t, h, "GET", principal, nil)["arn"], "")
	destroy(t, r)
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh gives %v, %v", got, err)
	}
}

func TestPrincipalOfAClusterThatIsGone(t *testing.T) {
	t.Parallel()
	for name, missing := range map[string]bool{"archived": false, "not found": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t, settings(func(s *emulator.Settings) { s.ArchivedNotFound = missing }))
			cluster := h.Resource("EksCluster", "c")
			up(t, cluster, clouds[0].required, "create")
			r := h.Resource("EksUserArn", "r")
			up(t, r, harness.Props{"clusterId": cluster.ID}, "create")
			read := *r
			destroy(t, cluster)
			if got, err := read.Refresh(); err != nil || got.Op != "delete" {
				t.Errorf("a refresh gives %v, %v", got, err)
			}
			destroy(t, r)
		})
	}
}

func TestPrincipalFailures(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	_, err := h.Resource("EksUserArn", "x").Up(harness.Props{"clusterId": unknownCluster})
	fails(t, err, "cannot get the principal of cluster "+unknownCluster, "404")

	cluster := h.Resource("EksClusterId", "id")
	up(t, cluster, registrations[0].inputs, "create")
	r := h.Resource("EksUserArn", "r")
	inputs := harness.Props{"clusterId": cluster.ID}
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{}`})
	_, err = r.Up(inputs)
	fails(t, err, "cannot get the principal", `no "arn"`)
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
	up(t, r, inputs, "create")
	for _, skip := range []int{0, 1} {
		h.Emulator.Fail(emulator.Fault{Method: "GET", Skip: skip, Status: 500, Body: "<html>Oops</html>", ContentType: "text/html"})
		_, err = r.Refresh()
		fails(t, err, "cannot read the principal of cluster "+cluster.ID, "500")
	}
	h.Emulator.Fail(emulator.Fault{Method: "DELETE", Status: 403, Body: `{"message":"no right"}`})
	fails(t, r.Delete(), "cannot delete the principal of cluster "+cluster.ID, "no right")
	destroy(t, r)
}

func TestPrincipalOfAnotherCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	cluster := h.Resource("EksClusterId", "id")
	up(t, cluster, registrations[0].inputs, "create")
	r := h.Resource("EksUserArn", "r")
	up(t, r, harness.Props{"clusterId": cluster.ID}, "create")
	got, _, err := r.Preview(harness.Props{"clusterId": unknownCluster})
	if err != nil || got.Op != "replace" {
		t.Errorf("another cluster makes %v, %v", got, err)
	}
}
