// Command bench measures the provider in one run on one machine and prints
// the result as ratios: the start and the memory of the plugin against one
// that serves nothing, and whole operations of the engine against the same
// graph made of the engine's own resources, which need no plugin at all.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/testengine"
	"github.com/castai/pulumi-castai/internal/toolchain"
)

func main() {
	sizes := flag.String("sizes", "100,500", "how many resources, separated by commas")
	latencies := flag.String("latencies", "0s,50ms", "the API's latency, separated by commas")
	repeats := flag.Int("repeats", 3, "how often to preview and refresh; the median counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{ctx: ctx, repeats: *repeats}
	defer b.cleanUp()
	b.run(list(*sizes, strconv.Atoi), list(*latencies, time.ParseDuration))
}

// list parses values separated by commas.
func list[V any](text string, parse func(string) (V, error)) []V {
	var values []V
	for _, item := range strings.Split(text, ",") {
		value, err := parse(strings.TrimSpace(item))
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(2)
		}
		values = append(values, value)
	}
	return values
}

// bench is what the measurements share; it stands in for a test.
type bench struct {
	ctx     context.Context
	repeats int
	dirs    []string
}

func (b *bench) Helper()                  {}
func (b *bench) Context() context.Context { return b.ctx }
func (b *bench) Logf(string, ...any)      {}
func (b *bench) Errorf(format string, args ...any) {
	b.Fatalf(format, args...)
}

func (b *bench) Fatalf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
	b.cleanUp()
	os.Exit(1)
}

func (b *bench) TempDir() string {
	dir, err := os.MkdirTemp("", "castai-bench-")
	if err != nil {
		b.Fatalf("%v", err)
	}
	b.dirs = append(b.dirs, dir)
	return dir
}

func (b *bench) cleanUp() {
	for _, dir := range b.dirs {
		_ = os.RemoveAll(dir)
	}
}

func (b *bench) run(sizes []int, latencies []time.Duration) {
	root, err := toolchain.Root()
	if err != nil {
		b.Fatalf("%v", err)
	}
	table := tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)
	row := func(cells ...any) {
		for _, cell := range cells {
			fmt.Fprintf(table, "%v\t", cell)
		}
		fmt.Fprintln(table)
	}
	row("what", "resources", "latency", "ours", "floor", "ratio", "API calls", "answers")

	progress("plugin start")
	ours, floor := b.start(root)
	row("start until first answer", "", "", ms(ours.took), ms(floor.took), ratio(ours.took, floor.took), "", "")
	row("memory when idle", "", "", mb(ours.memory), mb(floor.memory), fmt.Sprintf("%.2f", float64(ours.memory)/float64(floor.memory)), "", "")

	for _, size := range sizes {
		for _, latency := range latencies {
			progress("%d node templates, API latency %s", size, latency)
			ours, floor := b.operations(size, latency)
			for i, op := range operations {
				m := ours[i]
				row(op.name, size, latency, m.took.Round(10*time.Millisecond), floor[i].took.Round(10*time.Millisecond),
					ratio(m.took, floor[i].took), m.calls, fmt.Sprintf("%.1f MB", float64(m.bytes)/1e6))
			}
		}
	}
	fmt.Fprintln(os.Stderr)
	fmt.Printf("%s, %d cores, %s. Preview and refresh: median of %d.\n\n", runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.repeats)
	_ = table.Flush()
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+" ...\n", args...) }
func ms(d time.Duration) string           { return fmt.Sprintf("%.0f ms", float64(d.Microseconds())/1000) }
func mb(kB int) string                    { return fmt.Sprintf("%.0f MB", float64(kB)/1024) }
func ratio(a, b time.Duration) string     { return fmt.Sprintf("%.2f", float64(a)/float64(b)) }

// measurement is what one operation took and asked of the API.
type measurement struct {
	took         time.Duration
	calls, bytes int
}

// operations are those that are measured.
var operations = []struct {
	name string
	run  func(*testengine.Stack) *testengine.Result
	once bool
}{
	{"up", func(s *testengine.Stack) *testengine.Result { return s.Up() }, true},
	{"preview", func(s *testengine.Stack) *testengine.Result { return s.Preview("--expect-no-changes") }, false},
	{"refresh", func(s *testengine.Stack) *testengine.Result { return s.Refresh("--expect-no-changes") }, false},
}

// operations measures each operation on node templates and on as many resources
// of the engine, in turns, so that what else the machine does weighs on both.
func (b *bench) operations(size int, latency time.Duration) (ours, floor []measurement) {
	api, err := emulator.New(emulator.Options{Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1, Latency: latency}})
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer api.Close()
	web := httptest.NewServer(api)
	defer web.Close()
	e := testengine.New(b)
	e.Castai()
	e.Setenv("CASTAI_API_URL", web.URL)
	e.Setenv("CASTAI_API_TOKEN", "bench")
	stashes, templates := testengine.New(b).YAML(stashProgram(size)), e.YAML(templateProgram(size))
	for _, op := range operations {
		repeats := b.repeats
		if op.once {
			repeats = 1
		}
		var without, with []measurement
		for range repeats {
			without = append(without, measurement{took: op.run(stashes).Duration})
			api.ForgetRequests()
			m := measurement{took: op.run(templates).Duration}
			for _, r := range api.Requests() {
				m.calls++
				m.bytes += r.ResponseBytes
			}
			with = append(with, m)
		}
		ours, floor = append(ours, median(with)), append(floor, median(without))
	}
	return ours, floor
}

func median(all []measurement) measurement {
	slices.SortFunc(all, func(a, b measurement) int { return int(a.took - b.took) })
	return all[len(all)/2]
}

// stashProgram is a graph of resources that the engine keeps itself.
func stashProgram(size int) string {
	var text strings.Builder
	text.WriteString("resources:\n  root:\n    type: pulumi:index:Stash\n    properties:\n      input: root\n")
	for i := range size {
		fmt.Fprintf(&text, "  item-%d:\n    type: pulumi:index:Stash\n    properties:\n      input:\n        parent: ${root.output}\n"+
			"        name: item-%d\n        shouldTaint: true\n        constraints:\n          spot: true\n          minCpu: 2\n", i, i)
	}
	return text.String()
}

// templateProgram is the same graph: a cluster and its node templates.
func templateProgram(size int) string {
	var text strings.Builder
	text.WriteString("resources:\n  root:\n    type: castai:EksClusterId\n    properties:\n" +
		"      clusterName: bench\n      accountId: \"123456789012\"\n      region: eu-central-1\n")
	for i := range size {
		fmt.Fprintf(&text, "  item-%d:\n    type: castai:NodeTemplate\n    properties:\n      clusterId: ${root.id}\n"+
			"      name: item-%d\n      shouldTaint: true\n      constraints:\n        spot: true\n        minCpu: 2\n", i, i)
	}
	return text.String()
}

// plugins builds the two plugins whose start is measured.
func (b *bench) plugins(root string) (castai, bare string) {
	e := testengine.New(b)
	bare = e.Build("./internal/bench/bare")
	castai = filepath.Join(b.TempDir(), toolchain.Executable("pulumi-resource-castai"))
	if err := toolchain.BuildPlugin(root, castai, ""); err != nil {
		b.Fatalf("%v", err)
	}
	return castai, bare
}
