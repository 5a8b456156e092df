package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/toolchain"
)

// What the emulator is held to on two cores, which it shares with its clients.
const (
	wantedReads  = 5000 // a second
	wantedWrites = 1000 // a second, each in the state file when it is answered
	wantedGrowth = 1.1  // of the memory, from the first reads and the writes to the last reads
	wantedPage   = 50 * time.Millisecond
)

const (
	connections         = 32
	templatesPerCluster = 20
	clustersPath        = "/v1/kubernetes/external-clusters"
)

var accountsPath = "/v1/organizations/" + emulator.DefaultOrganization.ID + "/service-accounts"

// emulator measures the emulator as people run it: a program of its own with a state file, spoken to over HTTP.
func (b *bench) emulator(requests, clusters int) {
	t := newTable("the emulator", "measured", "wanted", "ratio")
	e := b.startEmulator()
	perSecond := func(what string, n int, send func(i int), wanted float64) {
		rate := float64(n) / e.parallel(n, send).Seconds()
		t.row(what, fmt.Sprintf("%.0f/s", rate), fmt.Sprintf("%.0f/s", wanted), fmt.Sprintf("%.2f", rate/wanted))
	}

	progress("emulator, %d requests", requests)
	few := e.makeClusters("few", 10)
	read := func(i int) {
		cluster := few[i%len(few)]
		e.get([]string{clustersPath + "/" + cluster, templatesPath(cluster), accountsPath + "?page.limit=20"}[i%3], nil)
	}
	part := requests / 10
	perSecond("reads", part, read, wantedReads)
	perSecond("writes, in the state file when answered", part/10, func(i int) {
		if i%2 == 0 {
			e.makeAccount(fmt.Sprintf("write-%d", i))
		} else {
			name := fmt.Sprintf("template-%d", i%templatesPerCluster)
			e.send(http.MethodPut, templatesPath(few[i%len(few)])+"/"+name, template(name))
		}
	}, wantedWrites)
	e.parallel(part, read) // what the writes have added is read for the first time
	memory := []int{e.memory()}
	for range 3 {
		e.parallel(part*8/3, read)
		memory = append(memory, e.memory())
	}
	var samples []string
	for _, kB := range memory {
		samples = append(samples, mb(kB))
	}
	growth := float64(memory[len(memory)-1]) / float64(memory[0])
	t.row(fmt.Sprintf("memory after 20, 47, 73 and 100%% of %d requests", requests), strings.Join(samples, ", "), "", "")
	t.row("  from the first of them to the last", fmt.Sprintf("%.2f", growth), fmt.Sprintf("%.2f", wantedGrowth), fmt.Sprintf("%.2f", growth/wantedGrowth))

	progress("emulator, %d clusters with %d node templates each", clusters, templatesPerCluster)
	began := time.Now()
	e.makeClusters("many", clusters)
	t.row(fmt.Sprintf("making %d clusters with %d node templates each", clusters, templatesPerCluster), time.Since(began).Round(time.Millisecond), "", "")
	var all struct{ Items []struct{ ID string } }
	t.row("  all clusters in one answer: that list has no pages", e.get(clustersPath, &all).Round(time.Millisecond), "", "")
	var pages []time.Duration
	for _, cluster := range all.Items {
		pages = append(pages, e.get(templatesPath(cluster.ID), nil))
	}
	t.pages("  the node templates of each cluster", pages)
	e.parallel(clusters, func(i int) { e.makeAccount(fmt.Sprintf("account-%d", i)) })
	t.pages(fmt.Sprintf("  %d service accounts, 100 a page", clusters), e.accountPages())
	t.row("memory then", mb(e.memory()), "", "")
	t.print()
	fmt.Printf(`
wanted: on two cores, which the %d connections of this measurement share; what is to be at least so (a second) has a ratio above 1,
what is to be at most so (growth, pages) one below. The record of requests is full after 20000, and memory steady after that.
`, connections)
}

// pages adds rows on how long the pages of a list took.
func (t *table) pages(what string, took []time.Duration) {
	var total time.Duration
	for _, d := range took {
		total += d
	}
	slices.Sort(took)
	middle, slowest := took[len(took)/2], took[len(took)-1]
	t.row(fmt.Sprintf("%s: %d pages", what, len(took)), total.Round(time.Millisecond), "", "")
	t.row("    the median of them", middle.Round(10*time.Microsecond), "", "")
	t.row("    the slowest", slowest.Round(10*time.Microsecond), wantedPage, ratio(slowest, wantedPage))
}

func templatesPath(cluster string) string {
	return "/v1/kubernetes/clusters/" + cluster + "/node-templates"
}

// localAPI is a running emulator and a client of it.
type localAPI struct {
	b       *bench
	command *exec.Cmd
	url     string
	client  http.Client
}

func (b *bench) startEmulator() *localAPI {
	dir := b.TempDir()
	program := filepath.Join(dir, toolchain.Executable("castai-emulator"))
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-o", program, "./cmd/castai-emulator").CombinedOutput(); err != nil {
		b.Fatalf("build the emulator: %v\n%s", err, out)
	}
	e := &localAPI{b: b, command: exec.CommandContext(b.ctx, program, "serve", "--addr", "127.0.0.1:0", "--state", filepath.Join(dir, "state.db"))}
	e.client.Transport = &http.Transport{MaxIdleConnsPerHost: connections}
	out, err := e.command.StdoutPipe()
	if err == nil {
		err = e.command.Start()
	}
	if err != nil {
		b.Fatalf("start the emulator: %v", err)
	}
	b.started = e.command
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, url, ok := strings.Cut(lines.Text(), "CASTAI_API_URL="); ok {
			e.url = url
			return e
		}
	}
	b.Fatalf("the emulator ended at once")
	return nil
}

func (e *localAPI) memory() (kB int) { return residentMemory(e.command.Process.Pid) }

// parallel calls send for 0 to n-1, over all connections, and returns how long it took.
func (e *localAPI) parallel(n int, send func(i int)) time.Duration {
	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()
	for range connections {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				send(i)
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

// get reads an answer, into a value unless it is nil, and returns how long that took.
func (e *localAPI) get(path string, into any) time.Duration {
	began := time.Now()
	answer := e.send(http.MethodGet, path, nil)
	took := time.Since(began)
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			e.b.Fatalf("GET %s: %v", path, err)
		}
	}
	return took
}

// send makes a request, which must succeed.
func (e *localAPI) send(method, path string, body any) []byte {
	content, err := json.Marshal(body)
	if err != nil {
		e.b.Fatalf("%v", err)
	}
	request, err := http.NewRequestWithContext(e.b.ctx, method, e.url+path, bytes.NewReader(content))
	if err != nil {
		e.b.Fatalf("%v", err)
	}
	request.Header.Set("X-API-Key", "bench")
	response, err := e.client.Do(request)
	if err != nil {
		e.b.Fatalf("%v", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= http.StatusMultipleChoices {
		e.b.Fatalf("%s %s: %s %v: %s", method, path, response.Status, err, answer)
	}
	return answer
}

type object = map[string]any

// template is the body of a node template, but for its name.
func template(name string) object {
	return object{"name": name, "shouldTaint": true, "constraints": object{"spot": true, "minCpu": 2}}
}

// makeClusters registers clusters and gives each its node templates.
func (e *localAPI) makeClusters(name string, n int) []string {
	ids := make([]string, n)
	e.parallel(n, func(i int) {
		name := fmt.Sprintf("%s-%d", name, i)
		var made struct{ ID string }
		answer := e.send(http.MethodPost, clustersPath, object{"name": name, "eks": object{"accountId": "123456789012", "region": "eu-central-1", "clusterName": name}})
		if err := json.Unmarshal(answer, &made); err != nil {
			e.b.Fatalf("%v", err)
		}
		ids[i] = made.ID
		for t := range templatesPerCluster {
			e.send(http.MethodPost, templatesPath(made.ID), template(fmt.Sprintf("template-%d", t)))
		}
	})
	return ids
}

func (e *localAPI) makeAccount(name string) {
	e.send(http.MethodPost, accountsPath, object{"name": name})
}

// accountPages reads all service accounts and returns how long each page took.
func (e *localAPI) accountPages() []time.Duration {
	var pages []time.Duration
	for cursor := ""; len(pages) == 0 || cursor != ""; {
		var page struct{ NextPage struct{ Cursor string } }
		pages = append(pages, e.get(accountsPath+"?page.limit=100&page.cursor="+cursor, &page))
		cursor = page.NextPage.Cursor
	}
	return pages
}
