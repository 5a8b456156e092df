package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary stand in for the program, so that signals and exit codes are real.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// program returns the program as a process.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = append(os.Environ(), "RUN_AS_PROGRAM=1", "XDG_CONFIG_HOME="+t.TempDir(), "HOME="+t.TempDir(), "CASTAI_API_URL=https://api.cast.ai", "CASTAI_API_TOKEN=")
	return command
}

func TestExecExitCodes(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
	}{
		{"success", []string{"sh", "-c", "exit 0"}, 0},
		{"the command's own", []string{"sh", "-c", "exit 42"}, 42},
		{"killed", []string{"sh", "-c", "kill -KILL $$"}, 137},
		{"not found", []string{"no-such-command"}, 127},
		{"not executable", []string{"/"}, 126},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			command := program(t, append([]string{"exec", "--"}, test.args...)...)
			output, _ := command.CombinedOutput() // the code says it
			if code := command.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, output)
			}
		})
	}
}

func TestExecEnvironment(t *testing.T) {
	show := []string{"exec", "--", "sh", "-c", `printf '%s %s' "$CASTAI_API_URL" "$CASTAI_API_TOKEN"`}
	output, err := program(t, show...).Output()
	if err != nil || !strings.HasPrefix(string(output), "http://127.0.0.1:") || !strings.HasSuffix(string(output), " local") {
		t.Errorf("%q %v: want the emulator's address, never another that was set", output, err)
	}
	command := program(t, show...)
	command.Env = append(command.Env, "CASTAI_API_TOKEN=mine")
	if output, err := command.Output(); err != nil || !strings.HasSuffix(string(output), " mine") {
		t.Errorf("%q %v: want the token that was set", output, err)
	}
}

// The command inside runs this very program, so that no other HTTP client is needed.
func TestExecServesTheCommand(t *testing.T) {
	for _, args := range [][]string{nil, {"--tls"}} {
		command := program(t, append(append([]string{"exec"}, args...), "--", "sh", "-c", os.Args[0]+` health --url "$CASTAI_API_URL"`)...)
		if output, err := command.CombinedOutput(); err != nil || string(output) != "ok\n" {
			t.Errorf("%v: %q %v", args, output, err)
		}
	}
}

func TestExecForwardsSignals(t *testing.T) {
	command := program(t, "exec", "--", "sh", "-c", `trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done`)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q %v", line, err)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	command.Wait() // the code says it
	if code := command.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d, want the command's 7", code)
	}
}

func TestServe(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.db")
	command := program(t, "serve", "--addr", "127.0.0.1:0", "--state", state, "--agents", "real", "--strict", "--log", "--tls")
	var log bytes.Buffer
	command.Stderr = &log
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	lines := bufio.NewScanner(output)
	for len(settings) < 5 && lines.Scan() {
		if name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "), "="); ok {
			settings[name] = value
		}
	}

	for _, file := range []string{settings["SSL_CERT_FILE"], settings["NODE_EXTRA_CA_CERTS"]} {
		certificates, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(certificates)
		client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
		request, err := http.NewRequestWithContext(t.Context(), "GET", settings["CASTAI_API_URL"]+"/v1/kubernetes/external-clusters?colour=red", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-API-Key", settings["CASTAI_API_TOKEN"])
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest { // --strict
			t.Errorf("%s", response.Status)
		}
		client.CloseIdleConnections()
	}

	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%v: %s", err, &log)
	}
	if !strings.Contains(log.String(), "GET /v1/kubernetes/external-clusters 400") {
		t.Errorf("log: %s", &log)
	}
	if _, err := os.Stat(state); err != nil {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	for want, args := range map[string][]string{
		"want simulated or real":  {"serve", "--agents", "none"},
		"unknown command":         {"server"},
		"unknown flag":            {"serve", "--colour"},
		"requires at least 1 arg": {"exec"},
		"address nowhere":         {"serve", "--addr", "nowhere"},
		"state file":              {"serve", "--addr", "127.0.0.1:0", "--state", t.TempDir()},
		"is no latency":           {"serve", "--addr", "127.0.0.1:0", "--latency", "some"},
		"no such file":            {"serve", "--addr", "127.0.0.1:0", "--faults", "nowhere.yaml"},
		"file.yaml: line 1":       {"serve", "--addr", "127.0.0.1:0", "--faults", file(t, "colour: red")},
		"connection refused":      {"health", "--url", "http://127.0.0.1:1"},
	} {
		var out, errOut bytes.Buffer
		if code := run(args, os.Stdin, &out, &errOut); code != 1 || !strings.Contains(errOut.String(), want) {
			t.Errorf("%v: exit code %d, %q, want %q in it", args, code, errOut.String(), want)
		}
	}
}

func TestVersion(t *testing.T) {
	var out bytes.Buffer
	if code := run([]string{"version"}, os.Stdin, &out, io.Discard); code != 0 || strings.TrimSpace(out.String()) == "" {
		t.Errorf("%d %q", code, &out)
	}
}

func TestHealthOfSomethingElse(t *testing.T) {
	api, err := (&flags{addr: "127.0.0.1:0", agents: "simulated"}).start(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer api.stop()
	if err := health(context.Background(), api.url()+"/elsewhere"); err == nil {
		t.Error("anything that answers was taken for an emulator")
	}
}
