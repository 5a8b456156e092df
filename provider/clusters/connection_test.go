package clusters_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func TestCreateConnection(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.required, "create")
		sent(t, h, "POST", clusters, c.registered)
		want := []string{"POST CLUSTERS", "POST ID/token", "GET ID"}
		if c.credentials == nil {
			want = []string{"POST CLUSTERS", "POST ID/token", "POST ID", "GET ID"}
		}
		same(t, "the requests", calls(h, r.ID), want)
		if r.Output("clusterToken") == "" || r.Output("organizationId") != emulator.DefaultOrganization.ID {
			t.Errorf("outputs: %v", r.Outputs)
		}
		if !r.Outputs["clusterToken"].IsSecret() || r.Outputs["status"].IsSecret() {
			t.Error("of the outputs, the token is to be secret and the status not")
		}
		refresh(t, r)
		up(t, r, c.required, "same")
	})
}

func TestCreateConnectionWithEverything(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		inputs := c.all(harness.Props{"deleteNodesOnDisconnect": true, "waitUntilReady": true, "clusterTokenRotation": "1"})
		up(t, r, inputs, "create")
		sent(t, h, "POST", clusters, c.registered)
		sent(t, h, "POST", clusters+"/"+r.ID, c.handed)
		same(t, "the requests", calls(h, r.ID), []string{"POST CLUSTERS", "POST ID/token", "POST ID", "GET ID"})
		same(t, "status", r.Output("status"), "ready")
		same(t, "agentStatus", r.Output("agentStatus"), "online")
		if r.Output("credentialsId") == "" {
			t.Error("no credentialsId")
		}
		refresh(t, r)
		up(t, r, inputs, "same")
	})
}

func TestReadsMakeNothing(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		token := r.Output("clusterToken")
		h.Forget()
		for range 10 {
			refresh(t, r)
		}
		noPosts(t, h)
		same(t, "the token", r.Output("clusterToken"), token)
	})
}

func TestUpdateConnectionInPlace(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		token, credentials := r.Output("clusterToken"), r.Output("credentialsId")

		h.Forget()
		up(t, r, c.all(harness.Props{"deleteNodesOnDisconnect": true}), "update")
		noPosts(t, h)
		same(t, "credentialsId", r.Output("credentialsId"), credentials)

		h.Forget()
		up(t, r, with(c.changed(), harness.Props{"deleteNodesOnDisconnect": false}), "update")
		same(t, "the requests", calls(h, r.ID), []string{"POST ID", "GET ID"})
		if r.Output("credentialsId") == credentials {
			t.Error("the credentials have their old ID")
		}
		same(t, "the token", r.Output("clusterToken"), token)

		h.Forget()
		up(t, r, with(c.changed(), harness.Props{"clusterTokenRotation": "now"}), "update")
		same(t, "the requests", calls(h, r.ID), []string{"POST ID/token", "GET ID"})
		if r.Output("clusterToken") == token {
			t.Error("the token is the old one")
		}
		token = r.Output("clusterToken")
		up(t, r, c.changed(), "update")
		same(t, "the token after the rotation was taken out", r.Output("clusterToken"), token)
		refresh(t, r)
	})
}

func TestPreviewOfUpdate(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		h.Forget()
		_, outputs, err := r.Preview(c.all(harness.Props{"deleteNodesOnDisconnect": true}))
		if err != nil {
			t.Fatal(err)
		}
		if token := outputs["clusterToken"]; !token.IsSecret() || token.SecretValue().Element.IsComputed() {
			t.Error("an update of something else makes the token unknown, or shows it")
		}
		if !outputs["organizationId"].IsString() {
			t.Error("an update makes the organization unknown")
		}
		_, outputs, err = r.Preview(c.all(harness.Props{"clusterTokenRotation": "1"}))
		if err != nil {
			t.Fatal(err)
		}
		if !outputs["clusterToken"].ContainsUnknowns() {
			t.Error("a preview of the rotation promises the old token")
		}
		same(t, "the requests", h.Calls(), nil)
	})
}

func TestChangedIdentityReplaces(t *testing.T) {
	t.Parallel()
	for _, c := range clouds {
		for _, property := range c.identity {
			t.Run(c.token+"/"+property, func(t *testing.T) {
				t.Parallel()
				h := harness.New(t)
				r := h.Resource(c.token, "c")
				up(t, r, c.all(), "create")
				other := map[string]any{"accountId": "210987654321", "region": "eastus", "location": "us-central1"}[property]
				switch {
				case property == "region" && c.token == "EksCluster":
					other = "us-east-1"
				case other == nil:
					other = "other"
				}
				h.Forget()
				got, _, err := r.Preview(c.all(harness.Props{property: other}))
				if err != nil || got.Op != "replace" {
					t.Fatalf("the preview is %v, %v", got, err)
				}
				same(t, "changes", got.Changes, []string{property + "!"})
				if !h.Warned("Replacing this resource disconnects the present cluster") {
					t.Error("no warning")
				}
				same(t, "the requests of the preview", h.Calls(), nil)
			})
		}
	}
}

// Only the letter case differs, so both are one record of the service.
func TestReplacementDoesNotDisconnectItsSuccessor(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[0]
	r := h.Resource(c.token, "c")
	up(t, r, c.all(), "create")
	up(t, r, c.all(harness.Props{"name": "Prod"}), "replace")
	refresh(t, r)
	if r.ID == "" {
		t.Error("the replacement has disconnected the new resource")
	}
}

func TestIdentityIsNotReadBack(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		answer := outside(t, h, "GET", clusters+"/"+r.ID, nil)
		field := strings.ToLower(strings.TrimSuffix(c.token, "Cluster"))
		for _, body := range []string{
			`{"status":"ready","agentStatus":"online","credentialsId":"` + answer["credentialsId"].(string) + `"}`,
			`{"status":"ready","agentStatus":"online","name":"x","credentialsId":"` + answer["credentialsId"].(string) + `","` + field +
				`":{"clusterName":"x","region":"x","location":"x","projectId":"x","accountId":"x","subscriptionId":"x","nodeResourceGroup":"x"}}`,
		} {
			h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: body})
			refresh(t, r)
		}
		up(t, r, c.all(), "same")
	})
}

func TestAnswersThatLackSomething(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		inputs := c.all(harness.Props{"deleteNodesOnDisconnect": true})
		r := h.Resource(c.token, "c")
		up(t, r, inputs, "create")
		token := r.Output("clusterToken")
		answer := outside(t, h, "GET", clusters+"/"+r.ID, nil)
		for member, value := range answer {
			for _, instead := range []any{nil, "left out"} {
				delete(answer, member)
				if instead == nil {
					answer[member] = nil
				}
				body, err := json.Marshal(answer)
				if err != nil {
					t.Fatal(err)
				}
				h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: string(body)})
				refresh(t, r)
			}
			answer[member] = value
		}
		up(t, r, inputs, "same")
		refresh(t, r)
		same(t, "the token", r.Output("clusterToken"), token)
	})
}

func TestCredentialsChangedOutside(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		handOver(t, h, c, r.ID)
		refresh(t, r, c.credential)
		refresh(t, r) // nothing new
		got, _, err := r.Preview(c.all())
		if err != nil || got.Op != "update" {
			t.Fatalf("after two refreshes the preview is %v, %v", got, err)
		}
		same(t, "changes", got.Changes, []string{c.credential})
		h.Forget()
		up(t, r, c.all(), "update")
		sent(t, h, "POST", clusters+"/"+r.ID, c.handed)
		same(t, "the requests", calls(h, r.ID), []string{"POST ID", "GET ID"})
		refresh(t, r)
		up(t, r, c.all(), "same")
	})
}

// A cluster that was connected without credentials belongs to somebody else
// as well: what they hand over is none of this resource's business.
func TestCredentialsOfAnotherResource(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		if c.credentials == nil {
			t.Skip("it always has credentials")
		}
		r := h.Resource(c.token, "c")
		up(t, r, c.required, "create")
		handOver(t, h, c, r.ID)
		refresh(t, r)
		up(t, r, c.required, "same")
		if r.Output("credentialsId") == "" {
			t.Error("the output does not tell the credentials")
		}
	})
}

func TestCredentialsTakenOutOfTheProgram(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		if c.credentials == nil {
			t.Skip("it always has credentials")
		}
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		h.Forget()
		up(t, r, c.required, "update")
		noPosts(t, h)
		if !h.Warned("does not revoke them") {
			t.Error("no warning")
		}
		refresh(t, r)
		up(t, r, c.required, "same")
	})
}

func TestFailedUpdateStaysPending(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		h.Forget()
		h.Emulator.Fail(emulator.Fault{
			Method: "POST", Path: clusters + "/{id}", Status: 400,
			Body: `{"message":"Bad Request","fieldViolations":[{"field":"role","description":"no such role"}]}`,
		})
		_, err := r.Up(c.changed())
		fails(t, err, "400", "role: no such role", clusters+"/"+r.ID)
		same(t, "the requests", calls(h, r.ID), []string{"POST ID"})
		refresh(t, r)
		got, _, err := r.Preview(c.changed())
		if err != nil || got.Op != "update" {
			t.Fatalf("the next preview is %v, %v", got, err)
		}
		up(t, r, c.changed(), "update")
		up(t, r, c.changed(), "same")
	})
}

// The token is new and the credentials are not: both must be remembered.
func TestUpdateThatFailsHalfWay(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		for _, refreshed := range []bool{false, true} {
			r := h.Resource(c.token, "c")
			up(t, r, c.all(), "create")
			token := r.Output("clusterToken")
			h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}", Status: 400})
			inputs := with(c.changed(), harness.Props{"clusterTokenRotation": "1"})
			if _, err := r.Up(inputs); err == nil {
				t.Fatal("no error")
			}
			if r.Output("clusterToken") == token {
				t.Error("the new token is lost")
			}
			token = r.Output("clusterToken")
			if refreshed {
				if got, err := r.Refresh(); err != nil || len(got.Changes) == 0 {
					t.Errorf("a refresh finds %v, %v", got, err)
				}
			}
			h.Forget()
			up(t, r, inputs, "update")
			same(t, "the requests", calls(h, r.ID), []string{"POST ID", "GET ID"})
			same(t, "the token", r.Output("clusterToken"), token)
			refresh(t, r)
			up(t, r, inputs, "same")
			destroy(t, r)
		}
	})
}

func TestCredentialsThatPropagate(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		h.Emulator.Fail(emulator.CredentialsForbidden(3))
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		if n := count(h, r.ID, "POST ID"); n != 4 {
			t.Errorf("the credentials were sent %d times, want 4", n)
		}
		if n := count(h, r.ID, "POST CLUSTERS", "POST ID/token"); n != 2 {
			t.Errorf("the other calls were made %d times, want 2", n)
		}
	})
}

func TestCredentialsThatNeverPropagate(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	h.Emulator.Fail(emulator.CredentialsForbidden(-1))
	r := h.Resource("EksCluster", "c")
	r.Timeout = 2 * time.Second
	_, err := r.Up(clouds[0].all())
	fails(t, err, "cannot set the cluster's credentials", "400", "Forbidden", "the credentials have no access yet")
	if r.ID == "" || r.Output("clusterToken") == "" {
		t.Error("the state does not hold what was made")
	}
}

func TestUnfinishedCreation(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}/token"})
		_, err := r.Up(c.all())
		fails(t, err, "cannot make a token for the cluster", "500")
		if r.ID == "" {
			t.Fatal("the ID is not kept")
		}
		h.Forget()
		for range 2 {
			_, err = r.Refresh()
			fails(t, err, "its creation was not finished", "pulumi up")
		}
		noPosts(t, h)
		h.Forget()
		up(t, r, c.all(), "update")
		same(t, "the requests", calls(h, r.ID), []string{"POST ID/token", "POST ID", "GET ID"})
		if r.Output("clusterToken") == "" || r.Output("credentialsId") == "" {
			t.Error("the second run has not finished the creation")
		}
		refresh(t, r)
		up(t, r, c.all(), "same")
	})
}

func TestCreationThatFailsAtTheCredentials(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		for _, refreshed := range []bool{false, true} {
			r := h.Resource(c.token, "c")
			h.Emulator.Fail(emulator.Fault{Method: "POST", Path: clusters + "/{id}", Status: 403})
			_, err := r.Up(c.all())
			fails(t, err, "cannot set the cluster's credentials", "403")
			if refreshed {
				refresh(t, r, c.credential)
			}
			h.Forget()
			up(t, r, c.all(), "update")
			same(t, "the requests", calls(h, r.ID), []string{"POST ID", "GET ID"})
			refresh(t, r)
			destroy(t, r)
		}
	})
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"register": clusters, "token": clusters + "/{id}/token", "credentials": clusters + "/{id}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			h.Emulator.Fail(emulator.Fault{Method: "POST", Path: path, Action: emulator.Drop})
			r := h.Resource("EksCluster", "c")
			up(t, r, clouds[0].all(), "create")
			list := outside(t, h, "GET", clusters, nil)["items"].([]any)
			if len(list) != 1 || list[0].(map[string]any)["id"] != r.ID {
				t.Errorf("there are the clusters %v", list)
			}
			refresh(t, r)
		})
	}
}

func TestImportConnection(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		first := h.Resource(c.token, "first")
		up(t, first, c.all(), "create")
		h.Forget()
		r := h.Resource(c.token, "c")
		if err := r.Import(first.ID); err != nil {
			t.Fatal(err)
		}
		noPosts(t, h)
		for _, property := range c.identity {
			same(t, property, r.Input(property), c.required[property])
		}
		inputs := with(c.all(), harness.Props{"credentialsJson": nil})
		if c.token != "AksCluster" {
			up(t, r, inputs, "same")
			refresh(t, r)
			noPosts(t, h)
		}
		// Credentials cannot be read back, so they are handed over once.
		if c.token != "EksCluster" {
			up(t, r, c.all(), "update")
			sent(t, h, "POST", clusters+"/"+r.ID, c.handed)
		}
		if n := count(h, r.ID, "POST CLUSTERS", "POST ID/token"); n != 0 {
			t.Error("an imported cluster was registered again, or got a token")
		}
		h.Forget()
		refresh(t, r)
		up(t, r, c.all(), "same")
		noPosts(t, h)
	})
}

func TestImportOfWhatIsNoSuchCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	eks := h.Resource("EksCluster", "c")
	up(t, eks, clouds[0].all(), "create")
	h.Forget()
	for _, token := range []string{"GkeCluster", "AksCluster", "GkeClusterId"} {
		fails(t, h.Resource(token, "x").Import(eks.ID), eks.ID, `"eks"`, "import it as a resource of that type")
	}
	for _, token := range []string{"EksCluster", "GkeCluster", "AksCluster", "EksClusterId", "GkeClusterId", "EksUserArn"} {
		fails(t, h.Resource(token, "x").Import("prod"), `"prod" is not a valid import ID`, "<clusterId>")
		fails(t, h.Resource(token, "x").Import("6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"), "does not exist")
	}
	noPosts(t, h)
}

func TestGoneConnection(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		for _, missing := range []bool{false, true} {
			h.Emulator.Configure(func(s *emulator.Settings) { s.ArchivedNotFound = missing })
			r := h.Resource(c.token, "c")
			up(t, r, c.all(), "create")
			outside(t, h, "POST", clusters+"/"+r.ID+"/disconnect", harness.Props{})
			outside(t, h, "DELETE", clusters+"/"+r.ID, nil)
			id := r.ID
			if _, err := r.Up(c.changed()); err == nil {
				t.Error("an update of a cluster that is gone succeeds")
			}
			if got, err := r.Refresh(); err != nil || got.Op != "delete" {
				t.Fatalf("a refresh gives %v, %v", got, err)
			}
			up(t, r, c.all(), "create")
			if r.ID == id {
				t.Error("the new cluster has the ID of the old one")
			}
			destroy(t, r)
		}
	})
}

func TestUpdateOfAnArchivedCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[0]
	r := h.Resource(c.token, "c")
	up(t, r, c.required, "create")
	outside(t, h, "DELETE", clusters+"/"+r.ID, nil)
	_, err := r.Up(with(c.required, harness.Props{"deleteNodesOnDisconnect": true}))
	fails(t, err, "has been removed from CAST AI meanwhile", "pulumi refresh")
}

func TestReadFailureKeepsTheState(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		for _, fault := range []emulator.Fault{
			{Status: 500, Body: "<html><body>Oops</body></html>", ContentType: "text/html"},
			{Status: 403},
			{Status: 200, Body: `{"status":{"no":"text"}}`},
		} {
			h.Emulator.Fail(fault)
			_, err := r.Refresh()
			fails(t, err, "cannot read cluster "+r.ID)
			if r.ID == "" || r.Output("clusterToken") == "" {
				t.Error("the state is lost")
			}
		}
		refresh(t, r)
	})
}

func TestWrongToken(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	h.Provider(map[string]any{"apiToken": "invalid-token", "apiUrl": h.URL + "/"})
	r := h.Resource("EksCluster", "c")
	_, err := r.Up(clouds[0].all())
	fails(t, err, "401", h.URL, "apiToken", "CASTAI_API_TOKEN")
	same(t, "the requests", h.Calls(), []string{"POST " + clusters})
	if r.ID != "" {
		t.Error("there is a state")
	}
}

func TestMissingToken(t *testing.T) {
	t.Setenv("CASTAI_API_TOKEN", "")
	h := harness.New(t)
	h.Provider(map[string]any{"apiUrl": h.URL})
	for _, c := range clouds {
		r := h.Resource(c.token, "c")
		if _, _, err := r.Preview(c.all()); err != nil {
			t.Error("preview:", err)
		}
		_, err := r.Up(c.all())
		fails(t, err, "apiToken", "CASTAI_API_TOKEN")
	}
	same(t, "the requests", h.Calls(), nil)
}

func TestInvalidInputs(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		_, failures := h.Resource(c.token, "c").Check(c.all(c.invalid))
		found := map[string]bool{}
		for _, f := range failures {
			property, _, _ := strings.Cut(f.Reason, ":")
			if f.Property != "" {
				property = f.Property
			}
			found[property] = true // the engine would show a secret at its own property
		}
		for property := range c.invalid {
			if !found[property] {
				t.Errorf("%s is not refused: %v", property, failures)
			}
		}
		if len(found) != len(c.invalid) {
			t.Errorf("failures: %v", failures)
		}
	})
}

func TestMissingAndMistypedInputs(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	for _, test := range []struct {
		token  string
		inputs harness.Props
		want   []string
	}{
		{"EksCluster", harness.Props{}, []string{"name", "accountId", "region"}},
		{"EksCluster", with(clouds[0].required, harness.Props{"accountId": 123456789012.0}), []string{"accountId"}},
		{"EksCluster", with(clouds[0].required, harness.Props{"subnets": []any{" "}}), []string{"subnets[0]"}},
		{"GkeCluster", harness.Props{}, []string{"name", "projectId", "location"}},
		{"GkeClusterId", harness.Props{"name": "", "projectId": "p", "location": "europe-west4"}, []string{"name"}},
		{"EksClusterId", harness.Props{"clusterName": "c", "region": "r", "accountId": "a"}, []string{"region", "accountId"}},
		{"EksUserArn", harness.Props{"clusterId": "prod"}, []string{"clusterId"}},
		{"AksCluster", with(clouds[2].required, harness.Props{"federationId": "f"}), []string{"federationId"}},
		{"AksCluster", with(clouds[2].required, harness.Props{"clientSecret": nil}), []string{""}},
		{"AksCluster", with(clouds[2].required, harness.Props{"httpProxyConfig": harness.Props{"httpProxy": ""}}), []string{"httpProxyConfig.httpProxy"}},
	} {
		_, failures := h.Resource(test.token, "c").Check(test.inputs)
		found := map[string]bool{}
		for _, f := range failures {
			found[f.Property] = true
		}
		for _, property := range test.want {
			if !found[property] || len(found) != len(test.want) {
				t.Errorf("%s %v: failures %v, want %v", test.token, test.inputs, failures, test.want)
			}
		}
	}
	same(t, "the requests", h.Calls(), nil)
}

func TestUnknownInputs(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		inputs := c.all()
		for property := range inputs {
			inputs[property] = harness.Unknown
		}
		r := h.Resource(c.token, "c")
		_, outputs, err := r.Preview(inputs)
		if err != nil {
			t.Fatal(err)
		}
		for _, property := range []string{"clusterToken", "status", "kubernetesVersion", c.credential, "name"} {
			if !outputs[resource.PropertyKey(property)].ContainsUnknowns() {
				t.Errorf("%s is %v, want unknown", property, outputs[resource.PropertyKey(property)])
			}
		}
		same(t, "the requests", h.Calls(), nil)
		up(t, r, c.all(), "create")
		got, _, err := r.Preview(c.all(harness.Props{c.credential: harness.Unknown}))
		if err != nil || got.Op != "update" {
			t.Errorf("an unknown credential makes %v, %v", got, err)
		}
	})
}

func TestStateOfTheBridgedProvider(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		for _, output := range []string{"status", "agentStatus", "kubernetesVersion"} {
			delete(r.Outputs, resource.PropertyKey(output))
		}
		r.Outputs["__meta"] = r.Outputs["organizationId"]
		h.Forget()
		up(t, r, c.all(), "same")
		refresh(t, r)
		noPosts(t, h)
		same(t, "status", r.Output("status"), "ready")
	})
}
