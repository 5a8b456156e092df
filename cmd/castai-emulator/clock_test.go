package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	f := &flags{addr: "127.0.0.1:0", agents: "simulated", state: filepath.Join(t.TempDir(), "state.db"), clock: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), tls: true, caDir: t.TempDir()}
	api, err := f.start(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args string
		code int
		want string
	}{
		{"--freeze --set 2030-01-02T08:00:00Z", 0, "2030-01-02T08:00:00Z, standing still"},
		{"--advance 24h", 0, "2030-01-03T08:00:00Z, standing still"},
		{"", 0, "2030-01-03T08:00:00Z, standing still"},
		{"--rate 60", 0, "2030-01-03T08:0"}, // it goes on
		{"", 0, ", 60 times as fast"},
		{"--advance -1h", 1, "only forward"},
		{"--freeze --rate 1", 1, "none of the others can be"},
		{"--set noon", 1, "invalid"},
	} {
		var out, errOut bytes.Buffer
		code := run(append([]string{"clock", "--url", api.url()}, strings.Fields(step.args)...), os.Stdin, &out, &errOut)
		if said := out.String() + errOut.String(); code != step.code || !strings.Contains(said, step.want) {
			t.Errorf("clock %s: exit code %d, %q, want %q in it", step.args, code, said, step.want)
		}
	}
	var errOut bytes.Buffer
	if code := run([]string{"clock", "--url", api.url() + "/elsewhere"}, os.Stdin, io.Discard, &errOut); code != 1 || !strings.Contains(errOut.String(), "not an emulator") {
		t.Errorf("%d %s", code, &errOut)
	}
	register, err := http.NewRequest(http.MethodPost, api.url()+"/v1/kubernetes/external-clusters", strings.NewReader(`{"name": "c", "anywhere": {"kubeSystemNamespaceId": "n"}}`))
	if err != nil {
		t.Fatal(err)
	}
	register.Header.Set("X-API-Key", "local")
	if response, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: (&remote{api.url()}).trust()}}).Do(register); err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	if err := api.stop(); err != nil {
		t.Fatal(err)
	}
	// The state has a clock of its own, which is later by now.
	if _, err := f.start(io.Discard); err == nil || !strings.Contains(err.Error(), "cannot begin at 2030-01-01") || !strings.Contains(err.Error(), "only forward") {
		t.Errorf("going back: %v", err)
	}
	f.clock = time.Time{}
	if api, err = f.start(io.Discard); err != nil {
		t.Fatal(err)
	}
	defer api.stop()
	if now := api.emulator.Clock().Now; now.Year() != 2030 {
		t.Errorf("the clock of the state shows %v", now)
	}
}
