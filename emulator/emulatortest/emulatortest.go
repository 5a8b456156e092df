// Package emulatortest starts a local CAST AI API for a test and points the test's environment at it.
//
//	func TestProgram(t *testing.T) {
//		api := emulatortest.Start(t)
//		// run the program; CASTAI_API_URL and CASTAI_API_TOKEN are set
//		if n := len(api.Calls("NodeTemplatesAPICreateNodeTemplate")); n != 1 {
//			t.Errorf("%d node templates were made, want one", n)
//		}
//	}
package emulatortest

import (
	"cmp"
	"net/http/httptest"
	"os"
	"slices"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// API is a running emulator. It ends with the test.
type API struct {
	// Server is the emulator itself, for what is not here.
	*emulator.Server
	// URL is its address.
	URL string
	// Token is an API token that it accepts.
	Token string

	t testing.TB
}

// Option changes how an emulator starts.
type Option func(*settings)

type settings struct {
	options  emulator.Options
	scenario string
	faults   string
	isolated bool
}

// Scenario is a file with what there is in the beginning.
func Scenario(file string) Option { return func(s *settings) { s.scenario = file } }

// Faults is a file with what goes wrong.
func Faults(file string) Option { return func(s *settings) { s.faults = file } }

// State is a file that keeps the state, for a later test or another program.
func State(file string) Option { return func(s *settings) { s.options.State = file } }

// Options changes anything about the emulator.
func Options(change func(*emulator.Options)) Option {
	return func(s *settings) { change(&s.options) }
}

// WithoutEnvironment leaves the environment of the test as it is, which a test that runs in parallel with others has to.
// It gives its programs Environment.
func WithoutEnvironment() Option { return func(s *settings) { s.isolated = true } }

// Start starts an emulator in this process, on a free port of the loopback address, and sets the environment so that
// the provider finds it. Agents of clusters come online at once, clusters are disconnected at once, and fields that the
// API does not know are refused, unless options say otherwise.
func Start(t testing.TB, options ...Option) *API {
	t.Helper()
	s := settings{options: emulator.Options{
		Strict: true, Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1},
	}}
	for _, option := range options {
		option(&s)
	}
	if scenario := read(t, s.scenario, emulator.ParseScenario); scenario != nil {
		s.options.Scenario = scenario
	}
	server, err := emulator.New(s.options)
	if err != nil {
		t.Fatalf("emulator: %v", err)
	}
	if plan := read(t, s.faults, emulator.ParseFaults); plan != nil {
		if err := server.SetFaults(plan); err != nil {
			t.Fatalf("%s: %v", s.faults, err)
		}
		t.Logf("emulator: the seed of its faults is %d", server.Seed())
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.CloseClientConnections() // programs may have kept some, or hang by a fault
		web.Close()
		if err := server.Close(); err != nil {
			t.Errorf("emulator: %v", err)
		}
	})
	a := &API{Server: server, URL: web.URL, Token: cmp.Or(slices.Concat(server.Tokens(), []string{"local"})...), t: t}
	if !s.isolated {
		for name, value := range a.variables() {
			t.Setenv(name, value)
		}
	}
	return a
}

// read reads and parses a file; without a name there is nothing.
func read[T any](t testing.TB, file string, parse func([]byte) (*T, error)) *T {
	t.Helper()
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parse(text)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return parsed
}

func (a *API) variables() map[string]string {
	return map[string]string{"CASTAI_API_URL": a.URL, "CASTAI_API_TOKEN": a.Token, "CASTAI_EMULATOR_URL": a.URL}
}

// Environment is the test's own with what points at the emulator, for programs that it runs.
func (a *API) Environment() []string {
	environment := os.Environ()
	for name, value := range a.variables() {
		environment = append(environment, name+"="+value)
	}
	return environment
}

// Fail makes requests fail; what is wrong with the fault itself fails the test.
func (a *API) Fail(fault emulator.Fault) {
	a.t.Helper()
	if err := a.Server.Fail(fault); err != nil {
		a.t.Fatalf("fault: %v", err)
	}
}

// Calls are the requests of an operation so far, oldest first. Requests are all.
func (a *API) Calls(operation string) []emulator.Request {
	return slices.DeleteFunc(a.Requests(), func(r emulator.Request) bool { return r.Operation != operation })
}
