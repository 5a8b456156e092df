package clusters_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const account = "castai@my-project.iam.gserviceaccount.com"

// registration is one kind of registration and the connection beside it.
type registration struct {
	cloud
	token  string
	inputs harness.Props
}

var registrations = []registration{
	{clouds[0], "EksClusterId", harness.Props{"clusterName": "prod", "accountId": "123456789012", "region": "eu-central-1"}},
	{clouds[1], "GkeClusterId", clouds[1].required},
}

func forEachRegistration(t *testing.T, test func(t *testing.T, c registration, h *harness.Harness), change ...func(*emulator.Options)) {
	t.Parallel()
	for _, c := range registrations {
		t.Run(c.token, func(t *testing.T) {
			t.Parallel()
			test(t, c, harness.New(t, change...))
		})
	}
}

func TestRegistration(t *testing.T) {
	forEachRegistration(t, func(t *testing.T, c registration, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.inputs, "create")
		sent(t, h, "POST", clusters, c.registered)
		same(t, "organizationId", r.Output("organizationId"), emulator.DefaultOrganization.ID)
		h.Forget()
		refresh(t, r)
		up(t, r, c.inputs, "same")

		imported := h.Resource(c.token, "imported")
		if err := imported.Import(r.ID); err != nil {
			t.Fatal(err)
		}
		up(t, imported, c.inputs, "same")
		refresh(t, imported)
		noPosts(t, h)

		destroy(t, r)
		same(t, "the writes", writes(h, r.ID), []string{"DELETE ID"})
		isArchived(t, h, r.ID)
		if got, err := r.Refresh(); err != nil || got.Op != "delete" {
			t.Errorf("a refresh gives %v, %v", got, err)
		}
	}, realAgents)
}

func TestRegistrationBesideAConnection(t *testing.T) {
	forEachRegistration(t, func(t *testing.T, c registration, h *harness.Harness) {
		id, r := h.Resource(c.token, "id"), h.Resource(c.cloud.token, "c")
		up(t, id, c.inputs, "create")
		up(t, r, c.all(), "create")
		same(t, "the ID", r.ID, id.ID)
		refresh(t, id)
		refresh(t, r)

		h.Forget()
		destroy(t, id)
		if len(writes(h, r.ID)) > 0 {
			t.Errorf("the registration goes with %v", writes(h, r.ID))
		}
		if !h.Warned("stays connected to CAST AI") {
			t.Error("no warning")
		}
		refresh(t, r)
		up(t, r, c.all(), "same")

		up(t, h.Resource(c.token, "again"), c.inputs, "create")
		destroy(t, r)
		h.Forget()
		destroy(t, id)
		same(t, "the requests", calls(h, r.ID), []string{"GET ID"})
	})
}

func TestRegistrationThatIsConnectedMeanwhile(t *testing.T) {
	forEachRegistration(t, func(t *testing.T, c registration, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.inputs, "create")
		h.Emulator.Fail(emulator.Fault{Method: "DELETE", Status: 400, Body: `{"message":"disconnect it first"}`})
		h.Forget()
		destroy(t, r)
		same(t, "the writes", writes(h, r.ID), []string{"DELETE ID"})
		if !h.Warned("stays connected to CAST AI") {
			t.Error("no warning")
		}
	}, realAgents)
}

func TestRegistrationFailures(t *testing.T) {
	forEachRegistration(t, func(t *testing.T, c registration, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		h.Emulator.Fail(emulator.Fault{Status: 403, Body: `{"message":"no right"}`})
		_, err := r.Up(c.inputs)
		fails(t, err, `cannot register the cluster "prod"`, "403", "no right")
		up(t, r, c.inputs, "create")
		h.Emulator.Fail(emulator.Fault{Status: 500})
		_, err = r.Refresh()
		fails(t, err, "cannot read cluster "+r.ID, "500")
		h.Emulator.Fail(emulator.Fault{Status: 500})
		fails(t, r.Delete(), "cannot read cluster "+r.ID, "500")
		h.Emulator.Fail(emulator.Fault{Method: "DELETE", Status: 500})
		fails(t, r.Delete(), "cannot remove the registration", "500")
		destroy(t, r)
	}, realAgents)
}

func TestReplacedRegistrationIsNotRemoved(t *testing.T) {
	forEachRegistration(t, func(t *testing.T, c registration, h *harness.Harness) {
		name := "name"
		if c.token == "EksClusterId" {
			name = "clusterName"
		}
		r := h.Resource(c.token, "c")
		up(t, r, c.inputs, "create")
		up(t, r, with(c.inputs, harness.Props{name: "Prod"}), "replace")
		refresh(t, r)
		if r.ID == "" {
			t.Error("the replacement has removed its successor")
		}
	}, realAgents)
}

func TestGoogleRegistrationWithImpersonation(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	r := h.Resource("GkeClusterId", "c")
	inputs := with(clouds[1].required, harness.Props{"clientServiceAccount": account})
	_, outputs, err := r.Preview(inputs)
	if err != nil {
		t.Fatal(err)
	}
	for _, output := range []resource.PropertyKey{"castServiceAccount", "clusterToken", "organizationId"} {
		if !outputs[output].ContainsUnknowns() {
			t.Errorf("in a preview, %s is %v", output, outputs[output])
		}
	}
	up(t, r, inputs, "create")
	same(t, "the requests", calls(h, r.ID), []string{"POST CLUSTERS", "POST ID/token", "POST ID/gke-create-sa", "GET ID"})
	sent(t, h, "POST", "/gke-create-sa", `{"gke":{"gkeSaImpersonate":"`+account+`","projectId":"my-project"}}`)
	made, token := r.Output("castServiceAccount"), r.Output("clusterToken")
	if made == nil || made == "" || token == "" {
		t.Errorf("outputs: %v", r.Outputs)
	}
	refresh(t, r)
	up(t, r, inputs, "same")
	same(t, "castServiceAccount", r.Output("castServiceAccount"), made)

	h.Forget()
	up(t, r, with(inputs, harness.Props{"clientServiceAccount": "other@x"}), "update")
	same(t, "the requests", calls(h, r.ID), []string{"POST ID/gke-create-sa", "GET ID"})
	same(t, "the token", r.Output("clusterToken"), token)
	refresh(t, r)

	outside(t, h, "POST", clusters+"/"+r.ID+"/gke-disable-sa", nil)
	refresh(t, r, "clientServiceAccount")
	up(t, r, inputs, "update")
	refresh(t, r)

	h.Forget()
	up(t, r, clouds[1].required, "update")
	noPosts(t, h)
	if !h.Warned("keeps its access to " + account) {
		t.Error("no warning")
	}
	refresh(t, r)
	up(t, r, clouds[1].required, "same")
}

func TestUnfinishedGoogleRegistration(t *testing.T) {
	t.Parallel()
	inputs := with(clouds[1].required, harness.Props{"clientServiceAccount": account})
	for path, want := range map[string][]string{
		"/token":         {"POST ID/token", "POST ID/gke-create-sa", "GET ID"},
		"/gke-create-sa": {"POST ID/gke-create-sa", "GET ID"},
	} {
		h := harness.New(t)
		r := h.Resource("GkeClusterId", "c")
		h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}" + path})
		_, err := r.Up(inputs)
		fails(t, err, "500")
		if path == "/token" {
			for range 2 {
				_, err = r.Refresh()
				fails(t, err, "not finished")
			}
		} else {
			refresh(t, r, "clientServiceAccount")
		}
		h.Forget()
		up(t, r, inputs, "update")
		same(t, "the requests", calls(h, r.ID), want)
		refresh(t, r)
		up(t, r, inputs, "same")
	}
}

func TestImpersonationFailures(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	r := h.Resource("GkeClusterId", "c")
	up(t, r, clouds[1].required, "create")
	inputs := with(clouds[1].required, harness.Props{"clientServiceAccount": account})
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: "{}"})
	_, err := r.Up(inputs)
	fails(t, err, "impersonation of "+account, "names none")
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 400, Body: `{"message":"no such account"}`})
	_, err = r.Up(inputs)
	fails(t, err, "impersonation of "+account, "no such account")
	up(t, r, inputs, "update")
}

func TestGoogleRegistrationOfTheBridgedProvider(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	r := h.Resource("GkeClusterId", "c")
	up(t, r, clouds[1].required, "create")
	r.Outputs["organizationId"] = resource.NewProperty("") // until the first refresh
	h.Forget()
	refresh(t, r)
	noPosts(t, h)
	same(t, "organizationId", r.Output("organizationId"), emulator.DefaultOrganization.ID)
}
