package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/castai/pulumi-castai/emulator"
)

// flags are those of the commands that start an emulator.
type flags struct {
	addr       string
	state      string
	agents     string
	agentDelay time.Duration
	life       bool
	clock      time.Time
	strict     bool
	latency    string
	rateLimit  float64
	readOnly   bool
	faults     string
	seed       uint64
	tls        bool
	tlsNames   []string
	caDir      string
	log        string // a file, or - for standard error; none when empty
	logFormat  string
	scenario   string
}

func (f *flags) register(set *pflag.FlagSet, addr string) {
	set.StringVar(&f.addr, "addr", addr, "address to listen on; port 0 picks a free one")
	set.StringVar(&f.state, "state", "", "file that keeps the state over restarts (default: in memory)")
	set.StringVar(&f.agents, "agents", string(emulator.Simulated), "what brings clusters online: simulated or real agents")
	set.DurationVar(&f.agentDelay, "agent-delay", time.Second, "how long a simulated agent takes to connect")
	set.BoolVar(&f.life, "life", true, "let simulated clusters have nodes, and the autoscaler and schedules act")
	set.TimeVar(&f.clock, "clock", time.Time{}, []string{time.RFC3339Nano}, "time to begin at, such as 2030-01-31T08:00:00Z (default: now, or that of the state)")
	set.BoolVar(&f.strict, "strict", false, "refuse request fields the API does not know, instead of ignoring them")
	set.StringVar(&f.latency, "latency", "", "delay added to every call: 200ms, 100ms..2s, 200ms+-50ms or p50=80ms,p99=2s")
	set.Float64Var(&f.rateLimit, "rate-limit", 0, "calls per second before 429 (default: no limit)")
	set.BoolVar(&f.readOnly, "read-only", false, "refuse all calls but GET")
	set.StringVar(&f.faults, "faults", "", "file that says what goes wrong (YAML)")
	set.Uint64Var(&f.seed, "seed", 0, "what chance goes by, to meet the same faults again (default: that of --faults, or a random one)")
	set.BoolVar(&f.tls, "tls", false, "point clients at HTTPS, which is served beside HTTP")
	set.StringSliceVar(&f.tlsNames, "tls-name", nil, "other name or address in the certificate, such as one that a cluster reaches it by; may be repeated")
	registerCADir(set, &f.caDir)
	set.StringVar(&f.log, "log", "", "log every request, without secrets, to standard error or, with --log=FILE, at the end of a file")
	set.Lookup("log").NoOptDefVal = "-"
	set.StringVar(&f.logFormat, "log-format", string(emulator.Text), "how: text or json, an object in each line")
	set.StringVar(&f.scenario, "scenario", "", "file that says what there is in the beginning (YAML), unless --state has something already")
}

// registerCADir adds the flag that says where the certificate authority is.
func registerCADir(set *pflag.FlagSet, dir *string) {
	set.StringVar(dir, "ca-dir", defaultCADir(), "directory of the certificate authority, which is made once and kept")
}

// plan is what goes wrong by the file, with the seed of the flag if that is given.
func (f *flags) plan() (*emulator.FaultPlan, error) {
	plan, err := readFile(f.faults, emulator.ParseFaults)
	if err != nil {
		return nil, err
	}
	plan = cmp.Or(plan, &emulator.FaultPlan{})
	if f.seed != 0 {
		plan.Seed = f.seed
	}
	return plan, nil
}

// readFile reads and parses a file; without a name there is nothing.
func readFile[T any](name string, parse func([]byte) (*T, error)) (*T, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	parsed, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return parsed, nil
}

// openLog returns where requests are logged to; nil for nowhere. A file stays open as long as the program runs.
func (f *flags) openLog(standard io.Writer) (io.Writer, emulator.LogFormat, error) {
	format := cmp.Or(emulator.LogFormat(f.logFormat), emulator.Text)
	if format != emulator.Text && format != emulator.JSON {
		return nil, "", fmt.Errorf("--log-format is %q: want text or json", f.logFormat)
	}
	switch f.log {
	case "":
		return nil, format, nil
	case "-":
		return standard, format, nil
	}
	file, err := os.OpenFile(f.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return file, format, err
}

// new makes the emulator, which does not listen yet.
func (f *flags) new(log io.Writer) (*emulator.Server, error) {
	options := emulator.Options{
		State:  f.state,
		Strict: f.strict,
		Settings: emulator.Settings{
			Agents: emulator.Agents(f.agents), AgentDelay: f.agentDelay, Life: f.life,
		},
		Clock: f.clock,
	}
	if options.Settings.Agents != emulator.Simulated && options.Settings.Agents != emulator.Real {
		return nil, fmt.Errorf("--agents is %q: want simulated or real", f.agents)
	}
	if f.agentDelay == 0 {
		options.Settings.AgentDelay = -1 // none
	}
	var latency *emulator.Distribution
	var err error
	if f.latency != "" {
		if latency, err = emulator.ParseDistribution(f.latency); err != nil {
			return nil, fmt.Errorf("--latency: %w", err)
		}
	}
	if options.Scenario, err = readFile(f.scenario, emulator.ParseScenario); err != nil {
		return nil, err
	}
	if options.Scenario != nil {
		options.Scenario.Name = f.scenario
	}
	plan, err := f.plan()
	if err != nil {
		return nil, err
	}
	options.Log, options.LogFormat, err = f.openLog(log)
	if err != nil {
		return nil, err
	}
	server, err := emulator.New(options)
	if err != nil {
		return nil, err
	}
	if err := server.SetFaults(plan); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	server.Configure(func(s *emulator.Settings) { // flags come before the file
		s.Latencies = cmp.Or(latency, s.Latencies)
		s.RateLimit = cmp.Or(f.rateLimit, s.RateLimit)
		s.ReadOnly = f.readOnly || s.ReadOnly
	})
	return server, nil
}

// chance says that chance is in play, so that the user needs to know the seed.
func (f *flags) chance() bool { return f.faults != "" || f.latency != "" }
