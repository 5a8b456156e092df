package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestRecordedRequests(t *testing.T) {
	b := newBed(t, emulator.Options{})
	account := serviceAccounts + "/" + b.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string)
	key := b.want(201, "POST", account+"/keys", doc{"key": doc{"name": "k"}})
	b.srv.Fail(emulator.Fault{Action: emulator.Drop, Method: "GET"})
	b.try("GET", clusters, nil) // net/http may try again by itself
	b.want(400, "POST", serviceAccounts, "{")

	var list struct{ Requests []emulator.RequestRecord }
	answer := b.send("GET", "/_emulator/requests", nil).text
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(answer, key["token"].(string)) {
		t.Error("a token that the API gave out is shown")
	}
	first, second, third, last := list.Requests[0], list.Requests[1], list.Requests[2], list.Requests[len(list.Requests)-1]
	b.same("body", first.Body, doc{"name": "ci"})
	b.same("operations", []string{first.Operation, third.Operation}, []string{"ServiceAccountsAPICreateServiceAccount", "ExternalClusterAPIListClusters"})
	b.fields(unmarshal(t, second.Response), doc{"token": "[secret]", "name": "k"})
	b.same("lost answer", []any{third.Status, third.Lost, third.Faults, third.ResponseBytes}, []any{200, true, []string{"drop"}, 0})
	b.same("body that is no JSON", last.Body, "(1 bytes)")
	b.same("sequence", []int64{first.Sequence, second.Sequence}, []int64{1, 2})
	if first.DurationMS <= 0 {
		t.Errorf("took %v ms", first.DurationMS)
	}
	b.same("after", at(b.want(200, "GET", "/_emulator/requests?after=1", nil), "requests", 0, "sequence"), 2)
	b.want(400, "GET", "/_emulator/requests?after=x", nil)
}

func unmarshal(t *testing.T, text json.RawMessage) doc {
	t.Helper()
	var d doc
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d
}

func TestFollowedRequests(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.want(200, "GET", clusters, nil)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	request, err := http.NewRequestWithContext(ctx, "GET", b.web.URL+"/_emulator/requests?follow=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := b.web.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	next := func() (r emulator.RequestRecord) {
		t.Helper()
		if !lines.Scan() {
			t.Fatal("no more requests:", lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	b.same("first", next().Path, clusters)
	b.want(200, "GET", serviceAccounts, nil)
	b.same("as it comes", next().Path, serviceAccounts)
	b.srv.ForgetRequests()
	b.want(200, "GET", "/v1/me", nil)
	b.same("after others were forgotten", next().Path, "/v1/me")
}

func TestLogFormats(t *testing.T) {
	for format, words := range map[emulator.LogFormat]string{
		emulator.Text: "2025-03-01T12:00:00Z POST /v1/organizations/" + org + "/service-accounts 503 ",
		emulator.JSON: `"method":"POST","path":"/v1/organizations/` + org + `/service-accounts"`,
	} {
		var log bytes.Buffer
		b := newBed(t, emulator.Options{Log: &log, LogFormat: format})
		b.srv.Fail(emulator.Fault{Status: 503})
		b.want(503, "POST", serviceAccounts, doc{"name": "ci", "password": "top secret"})
		if line := log.String(); !strings.Contains(line, words) || !strings.Contains(line, `"password":"[secret]"`) || !strings.Contains(line, "answer") || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: %s", format, line)
		}
	}
}

// Long answers are dropped first; the requests stay.
func TestRequestsAreKeptWithoutTheirAnswers(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.srv.Fail(emulator.Fault{Status: 200, Times: -1, Body: `"` + strings.Repeat("x", 1<<20) + `"`})
	for range 40 {
		b.want(200, "GET", clusters, nil)
	}
	all := b.srv.Requests()
	b.same("requests", len(all), 40)
	b.same("answers", []int{len(all[0].Response), len(all[39].Response)}, []int{0, 1<<20 + 2})
}

func TestMetrics(t *testing.T) {
	b := newBed(t, emulator.Options{State: filepath.Join(t.TempDir(), "state.db")})
	b.srv.Fail(emulator.Fault{Action: emulator.Slow, Delay: time.Millisecond, Path: clusters})
	b.eks("c")
	b.want(501, "GET", "/v1/nothing/1", nil)
	b.want(501, "GET", "/v1/nothing/2", nil)
	response, err := b.web.Client().Get(b.web.URL + "/_emulator/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`castai_emulator_requests_total{operation="ExternalClusterAPIRegisterCluster",status="200"} 1`,
		`castai_emulator_requests_total{operation="other",status="501"} 2`,
		`castai_emulator_request_duration_seconds_count{operation="ExternalClusterAPIRegisterCluster"} 1`,
		`castai_emulator_request_duration_seconds_bucket{operation="ExternalClusterAPIRegisterCluster",le="0.0005"} 0`,
		`castai_emulator_faults_total{action="slow"} 1`,
	} {
		if !strings.Contains(text.String(), line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	for _, zero := range []string{"castai_emulator_documents 0\n", "castai_emulator_state_bytes 0\n"} {
		if name, _, _ := strings.Cut(zero, " "); strings.Contains(text.String(), zero) || !strings.Contains(text.String(), name+" ") {
			t.Errorf("%s is 0 or missing", name)
		}
	}
}

// Only the emulator is to carry the library of Prometheus.
func TestThePluginHasNoMetrics(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "github.com/castai/pulumi-castai/cmd/pulumi-resource-castai").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if name := strings.TrimSpace(line); strings.HasPrefix(name, "github.com/prometheus/") || strings.HasSuffix(name, "pulumi-castai/emulator") {
			t.Errorf("the plugin depends on %s", name)
		}
	}
}
