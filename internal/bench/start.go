package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// started is how a plugin starts.
type started struct {
	took   time.Duration // until it has answered its first call
	memory int           // in kB, a moment later; 0 where the system does not tell
}

// start measures the start of our plugin and of one that serves nothing, in
// turn, so that both meet the same machine.
func (b *bench) start(root string) (ours, floor started) {
	castai, bare := b.plugins(root)
	const times = 15
	var all [2][]started
	for range times {
		for i, program := range []string{castai, bare} {
			s, err := b.startOnce(program)
			if err != nil {
				b.Fatalf("start %s: %v", program, err)
			}
			all[i] = append(all[i], s)
		}
	}
	median := func(list []started) started {
		slices.SortFunc(list, func(a, b started) int { return int(a.took - b.took) })
		return list[len(list)/2]
	}
	return median(all[0]), median(all[1])
}

func (b *bench) startOnce(program string) (started, error) {
	began := time.Now()
	// The argument is the engine's address, which nothing here calls.
	cmd := exec.CommandContext(b.ctx, program, "127.0.0.1:1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return started{}, err
	}
	if err := cmd.Start(); err != nil {
		return started{}, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return started{}, err
	}
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return started{}, err
	}
	defer conn.Close()
	if _, err := rpc.NewResourceProviderClient(conn).GetPluginInfo(b.ctx, &emptypb.Empty{}); err != nil {
		return started{}, err
	}
	s := started{took: time.Since(began)}
	time.Sleep(200 * time.Millisecond) // idle is after the start has settled
	s.memory = residentMemory(cmd.Process.Pid)
	return s, nil
}

// residentMemory is what a process occupies, in kB, on Linux.
func residentMemory(pid int) (kB int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscan(rest, &kB)
		}
	}
	return kB
}
