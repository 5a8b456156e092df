package emulatortest_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/emulator/emulatortest"
)

// status makes a request as a program would that goes by its environment.
func status(t *testing.T, method, path, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, os.Getenv("CASTAI_API_URL")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-API-Key", os.Getenv("CASTAI_API_TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	me       = "/v1/me"
	accounts = "/v1/organizations/6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f/service-accounts"
)

func TestStart(t *testing.T) {
	t.Setenv("CASTAI_API_URL", "https://api.cast.ai")
	api := emulatortest.Start(t)
	if got := status(t, "GET", me, ""); got != 200 {
		t.Errorf("status %d", got)
	}
	if got := status(t, "POST", accounts, `{"name": "ci", "colour": "red"}`); got != 400 {
		t.Errorf("an unknown field: status %d", got)
	}
	api.Fail(emulator.Fault{Operation: "UsersAPICurrentUserProfile", Status: 503})
	if got := status(t, "GET", me, ""); got != 503 {
		t.Errorf("status %d, want that of the fault", got)
	}
	if calls := api.Calls("UsersAPICurrentUserProfile"); len(calls) != 2 || len(api.Requests()) != 3 {
		t.Errorf("%v", calls)
	}
}

func TestOptions(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.db")
	api := emulatortest.Start(t,
		emulatortest.Scenario(file(t, "tokens: [of-ada]")),
		emulatortest.Faults(file(t, "seed: 7\nfaults: [{status: 418, path: "+me+"}]")),
		emulatortest.State(state),
		emulatortest.Options(func(o *emulator.Options) { o.Strict = false }))
	if api.Token != "of-ada" || api.Seed() != 7 {
		t.Errorf("token %q, seed %d", api.Token, api.Seed())
	}
	if got := status(t, "GET", me, ""); got != 418 {
		t.Errorf("status %d", got)
	}
	if got := status(t, "POST", accounts, `{"name": "ci", "colour": "red"}`); got != 201 {
		t.Errorf("an unknown field: status %d", got)
	}
	if _, err := os.Stat(state); err != nil {
		t.Error(err)
	}
}

func TestWithoutEnvironment(t *testing.T) {
	t.Parallel() // which Start does not allow otherwise
	api := emulatortest.Start(t, emulatortest.WithoutEnvironment())
	if os.Getenv("CASTAI_EMULATOR_URL") == api.URL {
		t.Error("the environment was changed")
	}
	if !slices.Contains(api.Environment(), "CASTAI_API_URL="+api.URL) {
		t.Error("the address is not in the environment for programs")
	}
}

// failing is a test that records how it fails.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestMistakes(t *testing.T) {
	for want, option := range map[string]emulatortest.Option{
		"file.yaml: line 1: there is no \"colour\"": emulatortest.Scenario(file(t, "colour: red")),
		"file.yaml: line 1: unknown field":          emulatortest.Faults(file(t, "colour: red")),
		"state file":                                emulatortest.State(t.TempDir()),
	} {
		f := &failing{TB: t}
		done := make(chan bool)
		go func() {
			defer close(done)
			emulatortest.Start(f, option)
		}()
		<-done
		if !strings.Contains(f.said, want) {
			t.Errorf("%q, want %q in it", f.said, want)
		}
	}
	f := &failing{TB: t}
	done := make(chan bool)
	api := emulatortest.Start(f)
	go func() {
		defer close(done)
		api.Fail(emulator.Fault{Chance: 2})
	}()
	<-done
	if !strings.Contains(f.said, "between 0 and 1") {
		t.Error(f.said)
	}
}
