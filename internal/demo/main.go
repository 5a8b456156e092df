// Command demo runs the main job of the provider end to end, without an
// account: it starts the local CAST AI API, brings up a program that connects
// a GKE and an EKS cluster, shows that nothing differs afterwards, and takes
// everything down again. It leaves nothing behind.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/toolchain"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	began := time.Now()
	root, err := toolchain.Root()
	if err != nil {
		return err
	}
	pulumi, err := toolchain.Pulumi(root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "castai-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	api, err := emulator.New(emulator.Options{Strict: true, Settings: emulator.Settings{AgentDelay: time.Second}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, api.Close()) }()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second}
	defer server.Close()
	go func() { _ = server.Serve(listener) }()
	url := "http://" + listener.Addr().String()

	program := filepath.Join(root, "examples", "getting-started", "yaml")
	work := filepath.Join(dir, "program")
	if err := os.CopyFS(work, os.DirFS(program)); err != nil {
		return err
	}
	d := &demo{pulumi: pulumi, work: work, api: api}
	d.env = append(os.Environ(),
		"CASTAI_API_URL="+url,
		"CASTAI_API_TOKEN=demo",
		"PULUMI_HOME="+filepath.Join(dir, "home"),
		"PULUMI_BACKEND_URL=file://"+filepath.ToSlash(dir),
		"PULUMI_CONFIG_PASSPHRASE=demo",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PATH="+strings.Join([]string{filepath.Join(root, "bin"), filepath.Dir(pulumi), os.Getenv("PATH")}, string(os.PathListSeparator)),
	)

	fmt.Printf("A CAST AI API runs at %s: no account, no cloud, nothing but this machine.\n", url)
	fmt.Printf("The program is examples/getting-started/yaml.\n")
	if err := d.quiet(ctx, "stack", "init", "demo"); err != nil {
		return err
	}
	for _, step := range []struct {
		title string
		args  []string
	}{
		{"Bring it up", []string{"up", "--yes", "--skip-preview", "--suppress-outputs"}},
		{"Look again: a preview finds no change", []string{"preview", "--expect-no-changes", "--suppress-outputs"}},
		{"Compare with the API: a refresh finds no drift", []string{"refresh", "--yes", "--skip-preview", "--expect-no-changes", "--suppress-outputs"}},
	} {
		if err := d.step(ctx, step.title, step.args...); err != nil {
			return errors.Join(err, d.cleanUp())
		}
	}
	if err := d.summary(ctx); err != nil {
		return errors.Join(err, d.cleanUp())
	}
	if err := d.step(ctx, "Take it down, in reverse order", "destroy", "--yes", "--skip-preview", "--suppress-outputs"); err != nil {
		return err
	}
	if err := d.nothingLeft(); err != nil {
		return err
	}
	fmt.Printf("\nDone in %s. Nothing is left running.\n", time.Since(began).Round(100*time.Millisecond))
	fmt.Println("Next: README.md, \"Quick start\"; with a real account set CASTAI_API_TOKEN and leave out CASTAI_API_URL.")
	return nil
}

type demo struct {
	pulumi, work string
	env          []string
	api          *emulator.Server
	calls        int // before the present step
}

// step runs Pulumi, shows what it says, and tells what it cost.
func (d *demo) step(ctx context.Context, title string, args ...string) error {
	fmt.Printf("\n=== %s: pulumi %s\n", title, args[0])
	began := time.Now()
	cmd := d.command(ctx, append(args, "--color=never", "--non-interactive")...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	show(out)
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("pulumi %s failed: %w", args[0], err)
	}
	calls := len(d.api.Requests())
	fmt.Printf("    %s, calls to the API: %d\n", time.Since(began).Round(10*time.Millisecond), calls-d.calls)
	d.calls = calls
	return nil
}

// progress is a line of Pulumi's about one resource: what is done to it, its
// type and name, whether it is done, how long that took, and a message.
var progress = regexp.MustCompile(`^\s*([+~-]*)\s+\S+:(\w+) (\S+) (\w+) \(([^)]*)\)\s*(.*)$`)

// show prints each resource when it is done, and each message once.
func show(out io.Reader) {
	said := map[string]bool{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	section := ""
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), " ")
		match := progress.FindStringSubmatch(line)
		switch {
		case line != "" && line[0] != ' ':
			section = line
		case section == "Resources:" && line != "", section == "Diagnostics:" && strings.Contains(line, "error:"):
			fmt.Println("    " + strings.TrimSpace(line))
		case match != nil && match[2] != "Stack":
			if message := match[6]; message != "" && !said[match[3]+message] {
				said[match[3]+message] = true
				fmt.Printf("      %s: %s\n", match[3], message)
			}
			if strings.HasSuffix(match[4], "ed") && match[1] != "" {
				fmt.Printf("    %s %s %s (%s)\n", match[1], match[2], match[3], match[5])
			}
		}
	}
}

// quiet runs Pulumi and shows what it says only if it fails.
func (d *demo) quiet(ctx context.Context, args ...string) error {
	if out, err := d.command(ctx, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("pulumi %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

func (d *demo) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, d.pulumi, args...)
	cmd.Dir, cmd.Env = d.work, d.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	return cmd
}

// cleanUp takes down what a failed or interrupted demo has made.
func (d *demo) cleanUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return d.quiet(ctx, "destroy", "--yes", "--skip-preview", "--non-interactive")
}

// summary shows the outputs, and what the API now knows.
func (d *demo) summary(ctx context.Context) error {
	out, err := d.command(ctx, "stack", "output", "--color=never").Output()
	if err != nil {
		return err
	}
	fmt.Println("\n=== The outputs of the stack")
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "Current stack outputs") {
			fmt.Println("   ", line)
		}
	}
	counts := map[string]int{}
	var bytes int
	for _, r := range d.api.Requests() {
		counts[r.Method]++
		bytes += r.ResponseBytes
	}
	fmt.Println("\n=== What just happened")
	fmt.Println("    Two clusters were registered, got a token each for their agent and controller, and were")
	fmt.Println("    connected only when those were online. Then came node configurations, the autoscaler,")
	fmt.Println("    a template for spot nodes, and a service account whose key only the stack knows.")
	fmt.Printf("    All of it took %d calls so far (%d reads, %d writes, %d kB of answers).\n",
		len(d.api.Requests()), counts["GET"], counts["POST"]+counts["PUT"]+counts["PATCH"]+counts["DELETE"], bytes/1000)
	return nil
}

// nothingLeft checks that the API has archived both clusters.
func (d *demo) nothingLeft() error {
	deleted := map[string]bool{}
	for _, r := range d.api.Requests() {
		if r.Method == http.MethodDelete && r.Status < 300 {
			deleted[cmp.Or(r.Operation, r.Path)] = true
		}
	}
	if !deleted["ExternalClusterAPIDeleteCluster"] {
		return errors.New("the clusters were not deleted from the API")
	}
	return nil
}
