// Command bench measures the provider and the emulator in one run on one
// machine. The provider's figures are ratios: the start and the memory of the
// plugin against one that serves nothing, and whole operations of the engine
// against the same graph made of the engine's own resources, which need no
// plugin at all. The emulator's stand beside what it is held to.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
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
	mixed := flag.Int("mixed", 1000, "how many resources of many kinds; 0 for none")
	repeats := flag.Int("repeats", 3, "how often to preview and refresh; the median counts")
	requests := flag.Int("requests", 1_000_000, "how many requests the emulator's memory is watched over")
	clusters := flag.Int("clusters", 10_000, "how many clusters with node templates the emulator holds")
	only := flag.String("only", "", "measure nothing but the \"provider\" or the \"emulator\"")
	flag.Parse()
	if !slices.Contains([]string{"", "provider", "emulator"}, *only) {
		fmt.Fprintf(os.Stderr, "bench: -only %s: want provider or emulator\n", *only)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := &bench{ctx: ctx, repeats: *repeats}
	defer b.cleanUp()
	fmt.Printf("%s, %d cores, %s\n", runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	if *only != "emulator" {
		b.provider(list(*sizes, strconv.Atoi), list(*latencies, time.ParseDuration), *mixed)
	}
	if *only != "provider" {
		b.emulator(*requests, *clusters)
	}
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
	started *exec.Cmd // the emulator, while it runs
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
	if b.started != nil {
		_ = b.started.Process.Kill()
		_ = b.started.Wait()
	}
	for _, dir := range b.dirs {
		_ = os.RemoveAll(dir)
	}
}

// table is what one part of the measurements prints at its end.
type table struct{ *tabwriter.Writer }

func newTable(of string, heads ...any) *table {
	t := &table{tabwriter.NewWriter(os.Stdout, 2, 0, 2, ' ', tabwriter.AlignRight)}
	t.row(of, heads...)
	return t
}

// row adds one; its first cell says what it is about, and the others are numbers.
func (t *table) row(what string, cells ...any) {
	fmt.Fprintf(t, "%-56s\t", what)
	for _, cell := range cells {
		fmt.Fprintf(t, "%v\t", cell)
	}
	fmt.Fprintln(t)
}

func (t *table) print() {
	fmt.Println()
	_ = t.Flush()
}

func (b *bench) provider(sizes []int, latencies []time.Duration, mixed int) {
	root, err := toolchain.Root()
	if err != nil {
		b.Fatalf("%v", err)
	}
	t := newTable("the provider", "resources", "latency", "ours", "floor", "ratio", "API calls", "answers")

	progress("plugin start")
	ours, floor := b.start(root)
	t.row("start until first answer", "", "", ms(ours.took), ms(floor.took), ratio(ours.took, floor.took), "", "")
	t.row("memory when idle", "", "", mb(ours.memory), mb(floor.memory), fmt.Sprintf("%.2f", float64(ours.memory)/float64(floor.memory)), "", "")

	operate := func(g graph, latency time.Duration) {
		progress("%d %s, API latency %s", g.size, g.of, latency)
		for _, m := range b.operations(g, latency) {
			t.row(m.op+", "+g.of, g.size, latency, m.ours.Round(10*time.Millisecond), m.floor.Round(10*time.Millisecond),
				ratio(m.ours, m.floor), m.calls, fmt.Sprintf("%.1f MB", float64(m.bytes)/1e6))
		}
	}
	for _, size := range sizes {
		for _, latency := range latencies {
			operate(graph{of: "node templates", size: size, program: templateProgram(size), up: true}, latency)
		}
	}
	if mixed > 0 {
		operate(graph{of: "of many kinds", size: mixed, program: mixedProgram(mixed)}, 50*time.Millisecond)
	}
	t.print()
	fmt.Printf(`
floor: a plugin that serves nothing, and the same graph of the engine's own resources, which need no plugin: what the engine
takes by itself. The nearer a ratio is to 1, the less is ours. Preview and refresh: the median of %d.
API calls of a preview are none, and those of a refresh grow with the lists that there are, not with the resources in them.
`, b.repeats)
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+" ...\n", args...) }
func ms(d time.Duration) string           { return fmt.Sprintf("%.0f ms", float64(d.Microseconds())/1000) }
func mb(kB int) string                    { return fmt.Sprintf("%.0f MB", float64(kB)/1024) }
func ratio(a, b time.Duration) string     { return fmt.Sprintf("%.2f", float64(a)/float64(b)) }

// graph is a program whose operations are measured.
type graph struct {
	of      string // what it is made of
	size    int
	program string
	// up says that its first deployment is measured, too. The engine writes its
	// whole state after each step of one, which takes minutes for large graphs.
	up bool
}

// measurement is what one operation took, with our resources and with as many
// of the engine's own, and what ours asked of the API.
type measurement struct {
	op           string
	ours, floor  time.Duration
	calls, bytes int
}

// operations measures each operation on a graph and on the floor in turns, so
// that what else the machine does weighs on both.
func (b *bench) operations(g graph, latency time.Duration) []measurement {
	api, err := emulator.New(emulator.Options{Strict: true, Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1, Latency: latency}})
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer api.Close()
	web := httptest.NewServer(api)
	defer web.Close()
	engine, bare := testengine.New(b), testengine.New(b)
	engine.Castai()
	engine.Setenv("CASTAI_API_URL", web.URL)
	engine.Setenv("CASTAI_API_TOKEN", "bench")
	if !g.up {
		for _, e := range []*testengine.Engine{engine, bare} {
			e.Setenv("PULUMI_EXPERIMENTAL", "true")
			e.Setenv("PULUMI_SKIP_CHECKPOINTS", "true")
		}
	}
	ours, floor := engine.YAML(g.program), bare.YAML(stashProgram(g.size))

	once := func(op string, run func(*testengine.Stack) *testengine.Result) measurement {
		m := measurement{op: op, floor: run(floor).Duration}
		api.ForgetRequests()
		m.ours = run(ours).Duration
		for _, r := range api.Requests() {
			m.calls++
			m.bytes += r.ResponseBytes
		}
		return m
	}
	often := func(op string, run func(*testengine.Stack) *testengine.Result) measurement {
		all := make([]measurement, b.repeats)
		for i := range all {
			all[i] = once(op, run)
		}
		middle := all[0]
		middle.ours = median(all, func(m measurement) time.Duration { return m.ours })
		middle.floor = median(all, func(m measurement) time.Duration { return m.floor })
		return middle
	}
	var measured []measurement
	if up := once("up", func(s *testengine.Stack) *testengine.Result { return s.Up() }); g.up {
		measured = append(measured, up)
	}
	return append(measured,
		often("preview", func(s *testengine.Stack) *testengine.Result { return s.Preview("--expect-no-changes") }),
		often("refresh", func(s *testengine.Stack) *testengine.Result { return s.Refresh("--expect-no-changes") }))
}

func median(all []measurement, of func(measurement) time.Duration) time.Duration {
	var values []time.Duration
	for _, m := range all {
		values = append(values, of(m))
	}
	slices.Sort(values)
	return values[len(values)/2]
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
