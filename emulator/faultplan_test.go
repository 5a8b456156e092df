package emulator_test

import (
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func plan(t *testing.T, text string) *emulator.FaultPlan {
	t.Helper()
	plan, err := emulator.ParseFaults([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// chances is a fault with a chance, and what a hundred calls of two operations meet.
func (b *bed) statuses(order ...string) map[string][]int {
	b.t.Helper()
	all := map[string][]int{}
	for range 50 {
		for _, path := range order {
			all[path] = append(all[path], b.send("GET", path, nil).status)
		}
	}
	return all
}

func TestSameSeedSameFaults(t *testing.T) {
	const text = `
faults:
  - {operation: ExternalClusterAPIListClusters, status: 503, chance: 0.3}
  - {method: GET, status: 429, chance: 0.2}
`
	run := func(seed uint64, order ...string) map[string][]int {
		b := newBed(t, emulator.Options{Seed: seed})
		if err := b.srv.SetFaults(plan(t, text)); err != nil {
			t.Fatal(err)
		}
		first := b.statuses(order...)
		if err := b.srv.SetFaults(plan(t, text)); err != nil {
			t.Fatal(err)
		}
		b.same("once more, after the faults were set anew", b.statuses(order...), first)
		return first
	}
	first := run(7, clusters, serviceAccounts)
	if other := run(7, serviceAccounts, clusters); !reflect.DeepEqual(first, other) {
		t.Errorf("in another order: %v, want %v", other, first)
	}
	if other := run(8, clusters, serviceAccounts); reflect.DeepEqual(first, other) {
		t.Errorf("two seeds, the same faults: %v", other)
	}
	count := map[int]int{}
	for _, status := range first[clusters] {
		count[status]++
	}
	if count[503] < 5 || count[503] > 25 || count[429] == 0 || count[200] == 0 {
		t.Errorf("of 50 calls: %v", count)
	}
}

func TestSeedOfAPlan(t *testing.T) {
	b := newBed(t, emulator.Options{})
	if b.srv.Seed() == 0 {
		t.Error("there is no seed")
	}
	b.want(204, "PUT", "/_emulator/faults", `{"seed": 42, "rateLimit": 9, "readOnly": true, "latency": "0s..1ms", "faults": [{"status": 418, "path": "`+clusters+`"}]}`)
	b.fields(b.want(200, "GET", "/_emulator/faults", nil), doc{"seed": 42, "faults": []any{doc{"action": "answer", "path": clusters, "status": 418, "times": 1}}})
	b.fields(b.want(200, "GET", "/_emulator/settings", nil), doc{"rateLimit": 9, "readOnly": true, "latency": "0s..1ms"})
	b.want(418, "GET", clusters, nil)
	b.want(200, "GET", clusters, nil)
	b.refused(403, "read-only", "POST", serviceAccounts, doc{"name": "ci"})
}

func TestMistakesInFaults(t *testing.T) {
	for text, want := range map[string]string{
		"faults: [":   "line 1",
		"- a":         "line 1: not a mapping",
		"colour: red": `line 1: unknown field "colour"`,
		"seed: 1\nfaults:\n- status: 500\n  colour: red": `line 4: unknown field "colour"`,
		"faults:\n- status: many":                        "line 2: status cannot be a string",
		"faults:\n- action: explode":                     `line 2: there is no action "explode"`,
		"faults:\n- operation: GetClustre":               `line 2: the contract has no operation "GetClustre"`,
		"faults:\n- path: v1":                            `does not start with /`,
		"faults:\n- chance: 2":                           "between 0 and 1",
		"faults:\n- status: 20":                          "no status",
		"faults:\n- {action: limit}":                     "needs a rate",
		"faults:\n- {action: stale}":                     "needs writes or an age",
		"faults:\n- skip: -1":                            "negative",
		"latency: 2s..1s":                                "line 1: \"2s..1s\" is no latency: 2s is more than 1s",
		"faults:\n- status: 500\n  delay: p50=1s,p40=2s": "line 3: ",
	} {
		if _, err := emulator.ParseFaults([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
	b := newBed(t, emulator.Options{})
	b.want(400, "PUT", "/_emulator/faults", "faults: [{}, {chance: 2}]")
	b.want(400, "POST", "/_emulator/faults", doc{"chance": 2})
	b.same("faults", len(b.srv.Faults()), 0)
}

func TestDistributions(t *testing.T) {
	for text, within := range map[string][3]time.Duration{ // least, most, and half of them at most
		"200ms":                      {200 * time.Millisecond, 200 * time.Millisecond, 200 * time.Millisecond},
		"100ms..300ms":               {100 * time.Millisecond, 300 * time.Millisecond, 220 * time.Millisecond},
		"200ms ± 50ms":               {0, time.Second, 220 * time.Millisecond},
		"1ms+-1s":                    {0, time.Minute, 200 * time.Millisecond},
		"p50=80ms, p90=1s, p99.9=2s": {0, 2 * time.Second, 100 * time.Millisecond},
	} {
		d, err := emulator.ParseDistribution(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		b := newBed(t, emulator.Options{Seed: 3, Settings: emulator.Settings{Latencies: d}})
		b.same("text", b.want(200, "GET", "/_emulator/settings", nil)["latency"], d.String())
		half := 0
		random := rand.New(rand.NewPCG(1, 2))
		for range 1000 {
			drawn := d.Draw(random)
			if drawn < within[0] || drawn > within[1] {
				t.Fatalf("%s: drew %s", text, drawn)
			}
			if drawn <= within[2] {
				half++
			}
		}
		if half < 450 {
			t.Errorf("%s: only %d of 1000 were at most %s", text, half, within[2])
		}
	}
	for _, text := range []string{"", "fast", "-1s", "1s..", "2s..1s", "1s+-x", "p50", "p101=1s", "p50=2s,p90=1s", "p90=1s,p50=2s"} {
		if d, err := emulator.ParseDistribution(text); err == nil {
			t.Errorf("%q was taken for %v", text, d)
		}
	}
}

func TestStaleAnswers(t *testing.T) {
	b := newBed(t, emulator.Options{})
	id := b.eks("c")
	template := func(name string) {
		b.want(200, "POST", "/v1/kubernetes/clusters/"+id+"/node-templates", doc{"name": name})
	}
	names := func() string {
		var names []string
		items, _ := b.want(200, "GET", "/v1/kubernetes/clusters/"+id+"/node-templates", nil)["items"].([]any)
		for _, item := range items {
			names = append(names, at(item, "template", "name").(string))
		}
		return strings.Join(names, " ")
	}
	template("a")
	if err := b.srv.Fail(emulator.Fault{Action: emulator.Stale, Writes: 2, Times: 2}); err != nil {
		t.Fatal(err)
	}
	template("b")
	b.pass(time.Minute) // reads move clusters along, and are no writes
	b.srv.Fail(emulator.Fault{Method: "GET", Path: clusters, Status: 500})
	template("c")
	b.same("two writes ago", names(), "a")
	b.want(200, "DELETE", "/v1/kubernetes/clusters/"+id+"/node-templates/a", nil)
	b.same("two writes ago", names(), "a b")
	b.same("now", names(), "b c")

	if err := b.srv.Fail(emulator.Fault{Action: emulator.Stale, Age: time.Hour, Times: -1}); err != nil {
		t.Fatal(err)
	}
	b.pass(30 * time.Minute)
	template("d")
	b.pass(40 * time.Minute)
	b.same("before the fault there is no past", names(), "b c")
	b.pass(40 * time.Minute)
	b.same("by then", names(), "b c d")
	b.srv.ClearFaults()
	b.same("now", names(), "b c d")
}

// What was just made is not there yet, and what was just removed still is: what clients of slow caches meet.
func TestStaleItems(t *testing.T) {
	b := newBed(t, emulator.Options{})
	if err := b.srv.Fail(emulator.Fault{Action: emulator.Stale, Writes: 1, Times: 2}); err != nil {
		t.Fatal(err)
	}
	account := serviceAccounts + "/" + b.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string)
	b.want(404, "GET", account, nil)
	b.want(204, "DELETE", account, nil)
	b.want(200, "GET", account, nil)
	b.want(404, "GET", account, nil)
}

func TestReorderedLists(t *testing.T) {
	b := newBed(t, emulator.Options{Seed: 5})
	path := "/v1/kubernetes/clusters/" + b.eks("c") + "/node-configurations"
	for _, name := range strings.Split("abcdefgh", "") {
		b.want(200, "POST", path, doc{"name": name, "subnets": []any{"s1", "s2", "s3", "s4", "s5", "s6"}, "diskCpuRatio": 25})
	}
	before := b.want(200, "GET", path, nil)
	b.srv.Fail(emulator.Fault{Action: emulator.Reorder, Lists: []string{"subnets"}})
	after := b.want(200, "GET", path, nil)
	if at(before, "items", 0, "name") == at(after, "items", 0, "name") && at(before, "items", 1, "name") == at(after, "items", 1, "name") {
		t.Error("the items are in their order")
	}
	seen := map[any]bool{}
	for i := range 8 {
		seen[at(after, "items", i, "name")] = true
		seen[at(after, "items", i, "subnets", 0)] = true
	}
	if len(seen) < 8+2 {
		t.Errorf("not all items, or all lists in them as they were: %v", seen)
	}
	b.same("later", b.want(200, "GET", path, nil), before)
}

func TestCutAnswers(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.web.Config.ErrorLog = nil
	for name, test := range map[string]struct {
		fault emulator.Fault
		want  error
	}{
		"reset before":  {emulator.Fault{Action: emulator.Refuse, Reset: true}, syscall.ECONNRESET},
		"reset after":   {emulator.Fault{Action: emulator.Drop, Reset: true}, syscall.ECONNRESET},
		"closed":        {emulator.Fault{Action: emulator.Drop}, io.EOF},
		"in the middle": {emulator.Fault{Action: emulator.Cut}, io.ErrUnexpectedEOF},
	} {
		if err := b.srv.Fail(test.fault); err != nil {
			t.Fatal(err)
		}
		b.web.Client().CloseIdleConnections() // those that were used are tried again by themselves
		if _, err := b.try("POST", serviceAccounts, doc{"name": "ci"}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	b.same("made", b.want(200, "GET", serviceAccounts, nil)["totalCount"], "3")
}

func TestFaultsAddUp(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.srv.Fail(emulator.Fault{Action: emulator.Slow, Delay: time.Millisecond, Times: -1})
	b.srv.Fail(emulator.Fault{Status: 503, Path: clusters})
	b.want(503, "GET", clusters, nil)
	b.same("met", b.last().Faults, []emulator.Action{emulator.Slow, emulator.Answer})
	b.want(200, "GET", clusters, nil)
}

func TestLimitOfAnOperation(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.srv.Fail(emulator.Fault{Action: emulator.Limit, Operation: "ExternalClusterAPIListClusters", Rate: 2, RetryAfter: "3"})
	for range 2 {
		b.want(200, "GET", clusters, nil)
	}
	limited := b.send("GET", clusters, nil)
	b.same("limited", []any{limited.status, limited.header.Get("Retry-After")}, []any{http.StatusTooManyRequests, "3"})
	b.want(200, "GET", serviceAccounts, nil)
	b.pass(time.Second)
	b.want(200, "GET", clusters, nil)
}

func TestContentOfFaults(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.want(204, "PUT", "/_emulator/faults", `
faults:
  - {status: 429, retryAfter: 7, body: {message: slow down, at: 2025-01-01}}
  - {status: 502, body: "<html>", contentType: text/html}
`)
	first := b.send("GET", clusters, nil)
	b.same("first", []any{first.status, first.header.Get("Retry-After"), first.body}, []any{429, "7", doc{"message": "slow down", "at": "2025-01-01"}})
	b.same("second", b.send("GET", clusters, nil).text, "<html>")
}

// HTTP/2 has many requests on a connection: what is cut is one of them.
func TestCutAnswersOfHTTP2(t *testing.T) {
	b := newBed(t, emulator.Options{})
	web := httptest.NewUnstartedServer(b.srv)
	web.EnableHTTP2 = true
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	defer web.Close()
	own := b.web
	b.web = web
	defer func() { b.web = own }()
	for _, f := range []emulator.Fault{{Action: emulator.Drop, Reset: true}, {Action: emulator.Cut}} {
		if err := b.srv.Fail(f); err != nil {
			t.Fatal(err)
		}
		if _, err := b.try("POST", serviceAccounts, doc{"name": "ci"}); err == nil {
			t.Errorf("%s: there was an answer", f.Action)
		}
	}
	b.same("made", b.want(200, "GET", serviceAccounts, nil)["totalCount"], "2")
}
