package clusters_test

import (
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const warning = "No CAST AI agent is online"

func TestWarningWithoutAgent(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		if !h.Warned(warning) || !h.Warned("castai-agent: none has reported yet") || !h.Warned("Then castai-cluster-controller: ") {
			t.Errorf("no warning: %v", h.Logs())
		}
		same(t, "agentStatus", r.Output("agentStatus"), "waiting-connection")
		refresh(t, r)
		up(t, r, c.all(), "same")
	}, realAgents)
}

// pending answers the next reads of a cluster as long as it is not ready.
func pending(h *harness.Harness, times int, status, agent string) {
	h.Emulator.Fail(emulator.Fault{
		Method: "GET", Path: clusters + "/{id}", Times: times, Status: 200,
		Body: `{"status":"` + status + `","agentStatus":"` + agent + `","credentialsId":"x"}`,
	})
}

func TestNoWarningWithAgent(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		pending(h, 2, "connecting", "waiting-connection")
		up(t, h.Resource(c.token, "c"), c.all(), "create")
		for _, line := range h.Logs() {
			if strings.HasPrefix(line, "warning") || strings.HasPrefix(line, "error") {
				t.Errorf("logged: %s", line)
			}
		}
	})
}

func TestWaitUntilReady(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		pending(h, 1, "connecting", "waiting-connection")
		pending(h, 1, "connecting", "online")
		pending(h, 1, "warning", "online")
		pending(h, 1, "ready", "non-responding")
		r := h.Resource(c.token, "c")
		up(t, r, c.all(harness.Props{"waitUntilReady": true}), "create")
		same(t, "status", r.Output("status"), "ready")
		same(t, "agentStatus", r.Output("agentStatus"), "online")
		if n := count(h, r.ID, "GET ID"); n != 5 {
			t.Errorf("%d polls", n)
		}
	})
}

func TestWaitThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state emulator.Override
		fault emulator.Fault
		want  []string
	}{
		"failed": {
			state: emulator.Override{Status: "failed", ReconcileError: "no right to list subnets"},
			want:  []string{"the cluster has failed", "no right to list subnets"},
		},
		"warning for ever": {
			state: emulator.Override{Status: "warning", ReconcileError: "out of quota"},
			want:  []string{"the cluster is not ready", "the time for it is up", `"warning"`, `"online"`, "out of quota"},
		},
		"no agent": {
			state: emulator.Override{AgentStatus: "waiting-connection"},
			want:  []string{"the cluster is not ready", `"waiting-connection"`, "castai-agent: none", "Then castai-cluster-controller"},
		},
		"unreadable": {
			fault: emulator.Fault{Method: "GET", Path: clusters + "/{id}", Status: 403, Body: `{"message":"no right"}`},
			want:  []string{"cannot read cluster", "403", "no right"},
		},
		"archived": {
			fault: emulator.Fault{Method: "GET", Path: clusters + "/{id}", Status: 200, Body: `{"status":"archived"}`},
			want:  []string{"removed from CAST AI meanwhile"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			c := clouds[1]
			// The cluster is known already, so that it can be put into a state.
			first := h.Resource("GkeClusterId", "id")
			up(t, first, c.required, "create")
			override(t, h, first.ID, test.state)
			h.Emulator.Fail(test.fault)
			if test.fault.Method == "" {
				h.Emulator.ClearFaults()
			}
			r := h.Resource(c.token, "c")
			r.Timeout = 2 * time.Second
			inputs := c.all(harness.Props{"waitUntilReady": true})
			_, err := r.Up(inputs)
			fails(t, err, test.want...)
			if r.ID != first.ID || r.Output("clusterToken") == "" || r.Output("credentialsId") == "" {
				t.Errorf("the state does not hold what was made: %v", r.Outputs)
			}
			override(t, h, first.ID, emulator.Override{})
			h.Forget()
			r.Timeout = 0
			up(t, r, inputs, "update") // waits on
			noPosts(t, h)
			same(t, "status", r.Output("status"), "ready")
			refresh(t, r)
		})
	}
}

func TestWaitForASleepingCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[0]
	r := h.Resource(c.token, "c")
	inputs := c.all(harness.Props{"waitUntilReady": true})
	up(t, r, inputs, "create")
	override(t, h, r.ID, emulator.Override{Status: "hibernated", AgentStatus: "non-responding"})
	r.Timeout = 10 * time.Second // which it must not take
	up(t, r, with(inputs, harness.Props{"deleteNodesOnDisconnect": true}), "update")
	same(t, "status", r.Output("status"), "hibernated")
}

func TestCredentialsOfTheGoogleKeyInBase64(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[1]
	const encoded = "eyJ0eXBlIjoic2VydmljZV9hY2NvdW50IiwicHJpdmF0ZV9rZXlfaWQiOiJvbmUifQ=="
	r := h.Resource(c.token, "c")
	up(t, r, c.all(harness.Props{"credentialsJson": encoded}), "create")
	sent(t, h, "POST", clusters+"/"+r.ID, c.handed)
	refresh(t, r)
	h.Forget()
	for _, spelling := range []string{key, " {\n \"private_key_id\": \"one\",\"type\":\"service_account\"}\n", encoded + "\n"} {
		up(t, r, c.all(harness.Props{"credentialsJson": spelling}), "same")
	}
	up(t, r, c.all(harness.Props{"deleteNodesOnDisconnect": true}), "update")
	noPosts(t, h)
}

func TestProxyOfAnAzureCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[2]
	r := h.Resource(c.token, "c")
	inputs := c.all(harness.Props{"httpProxyConfig": harness.Props{
		"httpProxy": "http://10.0.0.1:3128", "noProxies": []any{"b.example.com", "a.example.com"},
	}})
	up(t, r, inputs, "create")
	same(t, "the proxy", h.Body("POST", clusters+"/"+r.ID)["aks"], parse(t,
		`{"httpProxyConfig":{"httpProxy":"http://10.0.0.1:3128","httpsProxy":"","noProxy":["b.example.com","a.example.com"]}}`))
	refresh(t, r)
	up(t, r, inputs, "same")

	outside(t, h, "POST", clusters+"/"+r.ID, parse(t, `{"aks":{"httpProxyConfig":{"httpProxy":"http://10.0.0.2:3128"}}}`))
	refresh(t, r, "httpProxyConfig.httpProxy", "httpProxyConfig.noProxies")
	up(t, r, inputs, "update")
	refresh(t, r)

	up(t, r, c.all(), "update")
	same(t, "the cleared proxy", h.Body("POST", clusters+"/"+r.ID)["aks"], parse(t,
		`{"httpProxyConfig":{"httpProxy":"","httpsProxy":"","noProxy":[]}}`))
	refresh(t, r)
	up(t, r, c.all(), "same")
}

func TestAzureClusterWithFederation(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[2]
	r := h.Resource(c.token, "c")
	up(t, r, c.all(), "create")
	up(t, r, c.all(harness.Props{"clientSecret": nil, "federationId": "fed-1"}), "update")
	same(t, "the credentials", parse(t, h.Body("POST", clusters+"/"+r.ID)["credentials"].(string)),
		parse(t, `{"clientId":"client-1","federationId":"fed-1","subscriptionId":"sub-1","tenantId":"tenant-1"}`))
	refresh(t, r)
}

// An agent has registered the cluster before, under a name of its own.
func TestAzureClusterThatAnAgentHasRegistered(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[2]
	outside(t, h, "POST", clusters, parse(t,
		`{"name":"mc-prod","aks":{"region":"westeurope","subscriptionId":"SUB-1","nodeResourceGroup":"mc_prod"}}`))
	r := h.Resource(c.token, "c")
	up(t, r, c.all(), "create")
	refresh(t, r)
	up(t, r, c.all(), "same")
}

func TestOneRegionForEveryLocation(t *testing.T) {
	t.Parallel()
	for location, region := range map[string]string{
		"us-central1": "us-central1", "us-central1-a": "us-central1", "northamerica-northeast1-b": "northamerica-northeast1",
	} {
		h := harness.New(t)
		up(t, h.Resource("GkeCluster", "c"), with(clouds[1].required, harness.Props{"location": location}), "create")
		same(t, location, h.Body("POST", clusters)["gke"].(map[string]any)["region"], region)
	}
}
