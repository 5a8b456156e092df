package emulator_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestFaults(t *testing.T) {
	html := emulator.Fault{Status: 502, Body: "<html>bad gateway</html>", ContentType: "text/html"}
	tests := []struct {
		name     string
		fault    emulator.Fault
		statuses []int // of creating four service accounts; 0 for a cut connection
		made     string
	}{
		{"one", emulator.Fault{}, []int{500, 201, 201, 201}, "3"},
		{"two with a status", emulator.Fault{Status: 503, Times: 2}, []int{503, 503, 201, 201}, "2"},
		{"all", emulator.Fault{Status: 429, Times: -1, RetryAfter: "7"}, []int{429, 429, 429, 429}, "0"},
		{"later", emulator.Fault{Skip: 2}, []int{201, 201, 500, 201}, "3"},
		{"HTML", html, []int{502, 201, 201, 201}, "3"},
		{"of another method", emulator.Fault{Method: "GET"}, []int{201, 201, 201, 201}, "4"},
		{"of this path", emulator.Fault{Method: "post", Path: serviceAccounts}, []int{500, 201, 201, 201}, "3"},
		{"of a path of the contract", emulator.Fault{Path: "/v1/organizations/{organizationId}/service-accounts"}, []int{500, 201, 201, 201}, "3"},
		{"of all below", emulator.Fault{Path: "/v1/organizations/**"}, []int{500, 201, 201, 201}, "3"},
		{"of another path", emulator.Fault{Path: "/v1/organizations/{organizationId}"}, []int{201, 201, 201, 201}, "4"},
		{"refused", emulator.Fault{Action: emulator.Refuse, Times: 2}, []int{0, 0, 201, 201}, "2"},
		{"answer lost", emulator.Fault{Action: emulator.Drop, Times: 2}, []int{0, 0, 201, 201}, "4"},
		{"slow", emulator.Fault{Action: emulator.Slow, Delay: time.Millisecond}, []int{201, 201, 201, 201}, "4"},
		{"truncated", emulator.Fault{Action: emulator.Truncate}, []int{201, 201, 201, 201}, "4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{})
			b.web.Config.ErrorLog = nil
			b.srv.Fail(test.fault)
			for i, want := range test.statuses {
				r, err := b.try("POST", serviceAccounts, doc{"name": "ci"})
				if r.status != want || (err != nil) != (want == 0) {
					t.Errorf("call %d: %d %v, want %d", i, r.status, err, want)
				}
				if want != 0 && i < test.fault.Times && r.header.Get("Retry-After") != test.fault.RetryAfter {
					t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
				}
				if i == 0 && test.fault.Body != "" && r.text != test.fault.Body {
					t.Errorf("body %q", r.text)
				}
				if i == 0 && test.fault.Action == emulator.Truncate && r.body != nil {
					t.Errorf("the body is whole: %s", r.text)
				}
			}
			b.srv.ClearFaults()
			b.same("made", b.want(200, "GET", serviceAccounts, nil)["totalCount"], test.made)
		})
	}
}

func TestCredentialsForbidden(t *testing.T) {
	b := newBed(t, emulator.Options{})
	path := clusters + "/" + b.eks("c")
	b.srv.Fail(emulator.CredentialsForbidden(2))
	for range 2 {
		refused := b.want(400, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
		b.fields(refused, doc{"message": "Forbidden"})
		b.same("field", at(refused, "fieldViolations", 0, "field"), "credentials")
	}
	b.want(200, "POST", path, doc{"eks": doc{"assumeRoleArn": "arn"}})
}

func TestHangLastsUntilTheClientGoesAway(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.srv.Fail(emulator.Fault{Action: emulator.Hang})
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "POST", b.web.URL+serviceAccounts, strings.NewReader(`{"name":"ci"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = b.header.Clone()
	done := make(chan error)
	go func() {
		response, err := b.web.Client().Do(request)
		if err == nil {
			response.Body.Close()
		}
		done <- err
	}()
	for len(b.srv.Faults()) > 0 { // until the request has arrived
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	b.same("made", b.want(200, "GET", serviceAccounts, nil)["totalCount"], "0")
}

func TestRateLimit(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{RateLimit: 2}})
	for range 2 {
		b.want(200, "GET", clusters, nil)
	}
	limited := b.send("GET", clusters, nil)
	b.same("status", limited.status, 429)
	b.same("Retry-After", limited.header.Get("Retry-After"), "1")
	b.pass(time.Second)
	b.want(200, "GET", clusters, nil)
}

func TestLatency(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{Latency: 20 * time.Millisecond}})
	began := time.Now()
	b.want(200, "GET", clusters, nil)
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("took %s", took)
	}
}

func TestRequestsAndCounters(t *testing.T) {
	var log bytes.Buffer
	b := newBed(t, emulator.Options{Log: &log})
	path := clusters + "/" + b.want(200, "POST", clusters, doc{"name": "c", "gke": doc{"projectId": "p", "location": "l", "clusterName": "c"}})["id"].(string)
	b.want(200, "POST", path, doc{"credentials": `{"private_key":"top secret"}`})
	b.want(400, "GET", clusters+"?x=1", nil)

	last := b.srv.Requests()[1]
	if last.Operation != "ExternalClusterAPIUpdateCluster" || last.Path != path || last.Status != 200 || last.ResponseBytes == 0 || !strings.Contains(string(last.Body), "top secret") {
		t.Errorf("%+v", last)
	}
	sum := b.srv.Counters()["ExternalClusterAPIListClusters"]
	if sum.Calls != 1 || sum.Errors != 1 {
		t.Errorf("%+v", sum)
	}
	printed := log.String() + b.send("GET", "/_emulator/requests", nil).text
	if strings.Contains(printed, "top secret") || strings.Contains(printed, "secret-token") {
		t.Errorf("a secret was printed: %s", printed)
	}
	if !strings.Contains(log.String(), "POST "+path+" 200") {
		t.Errorf("log: %s", log.String())
	}
	b.srv.ForgetRequests()
	b.same("forgotten", []any{len(b.srv.Requests()), len(b.srv.Counters())}, []any{0, 0})
}

func TestInterfaceOfTheEmulator(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.header = http.Header{} // no token is needed
	b.same("health", b.want(200, "GET", "/_emulator/health", nil), doc{"status": "ok"})

	b.want(204, "POST", "/_emulator/faults", doc{"method": "GET", "path": clusters, "times": 2, "status": 503, "delay": "1ms"})
	b.same("faults", b.want(200, "GET", "/_emulator/faults", nil)["faults"], []any{doc{"action": "answer", "method": "GET", "path": clusters, "times": 2, "status": 503, "delay": "1ms"}})
	b.want(503, "GET", clusters, nil)
	b.want(204, "DELETE", "/_emulator/faults", nil)
	b.want(401, "GET", clusters, nil)
	b.want(400, "POST", "/_emulator/faults", doc{"colour": "red"})
	b.want(400, "POST", "/_emulator/faults", doc{"delay": "soon"})

	b.fields(at(b.want(200, "GET", "/_emulator/counters", nil), "operations", "ExternalClusterAPIListClusters"), doc{"calls": 2, "errors": 2})
	b.want(204, "DELETE", "/_emulator/requests", nil)
	b.same("requests", b.want(200, "GET", "/_emulator/requests", nil)["requests"], []any{})

	b.fields(b.want(200, "PATCH", "/_emulator/settings", doc{"agentDelay": "0s", "agents": "real", "pageSize": 7}),
		doc{"agentDelay": "0s", "disconnectDelay": "1s", "agents": "real", "pageSize": 7})
	b.fields(b.want(200, "GET", "/_emulator/settings", nil), doc{"agentDelay": "0s", "agents": "real"})

	b.header = http.Header{"X-Api-Key": {"x"}}
	id := b.eks("c")
	b.want(204, "PATCH", "/_emulator/clusters/"+id, doc{"status": "failed", "reconcileError": "why"})
	b.states(id, "failed", "waiting-connection")
	b.want(204, "POST", "/_emulator/clusters/"+id+"/nodes", doc{"name": "n"})
	b.same("nodes", at(b.want(200, "GET", clusters+"/"+id+"/nodes", nil), "items", 0, "name"), "n")
	b.want(404, "PATCH", "/_emulator/clusters/nope", doc{})
	b.want(204, "POST", "/_emulator/reset", nil)
	b.want(404, "GET", clusters+"/"+id, nil)
}

func TestManyAtOnce(t *testing.T) {
	b := newBed(t, emulator.Options{})
	templates := "/v1/kubernetes/clusters/" + b.eks("c") + "/node-templates"
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			name := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
			if r, err := b.try("POST", templates, doc{"name": name}); err != nil || r.status != 200 {
				t.Errorf("%d %v", r.status, err)
			}
			if r, err := b.try("GET", templates, nil); err != nil || r.status != 200 {
				t.Errorf("%d %v", r.status, err)
			}
		})
	}
	all.Wait()
	items, _ := b.want(200, "GET", templates, nil)["items"].([]any)
	b.same("templates", len(items), 50)
}
