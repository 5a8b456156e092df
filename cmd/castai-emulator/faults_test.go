package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// file makes a file and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFaultsOfTheCommandLine(t *testing.T) {
	faults := file(t, "seed: 5\nlatency: 1ms..2ms\nrateLimit: 3\nfaults: [{status: 503, chance: 0.5}]")
	f := flags{addr: "127.0.0.1:0", agents: "simulated", faults: faults, latency: "1ms", readOnly: true}
	var log strings.Builder
	api, err := f.start(&log)
	if err != nil {
		t.Fatal(err)
	}
	defer api.stop()
	s := api.emulator.Settings()
	if s.Latencies.String() != "1ms" || s.RateLimit != 3 || !s.ReadOnly || api.emulator.Seed() != 5 || len(api.emulator.Faults()) != 1 {
		t.Errorf("%+v, seed %d, faults %v", s, api.emulator.Seed(), api.emulator.Faults())
	}
	if !strings.Contains(log.String(), "--seed 5") {
		t.Errorf("the seed was not told: %s", &log)
	}

	f = flags{addr: "127.0.0.1:0", agents: "simulated", faults: faults, seed: 6, agentDelay: time.Second}
	other, err := f.start(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer other.stop()
	if seed := other.emulator.Seed(); seed != 6 {
		t.Errorf("seed %d, want that of the flag", seed)
	}
}
