package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

var here = platform{runtime.GOOS, runtime.GOARCH}

// The names are those that Pulumi makes from the plugin's download address.
func TestArchiveNames(t *testing.T) {
	plugin := programs[0]
	var got []string
	for _, p := range allPlatforms {
		got = append(got, plugin.archive("1.2.3", p)+" "+plugin.executable(p))
	}
	want := []string{
		"pulumi-resource-castai-v1.2.3-linux-amd64.tar.gz pulumi-resource-castai",
		"pulumi-resource-castai-v1.2.3-linux-arm64.tar.gz pulumi-resource-castai",
		"pulumi-resource-castai-v1.2.3-darwin-amd64.tar.gz pulumi-resource-castai",
		"pulumi-resource-castai-v1.2.3-darwin-arm64.tar.gz pulumi-resource-castai",
		"pulumi-resource-castai-v1.2.3-windows-amd64.tar.gz pulumi-resource-castai.exe",
		"pulumi-resource-castai-v1.2.3-windows-arm64.tar.gz pulumi-resource-castai.exe",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestReleaseOfThisPlatform builds the plugin as a release does and starts what
// is in its archive.
func TestReleaseOfThisPlatform(t *testing.T) {
	if !slices.Contains(allPlatforms, here) {
		t.Skipf("nothing is released for %s", here)
	}
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir, version := t.TempDir(), "7.8.9"
	name, err := programs[0].release(root, t.TempDir(), dir, version, here)
	if err != nil {
		t.Fatal(err)
	}
	unpacked := unpack(t, filepath.Join(dir, name))
	license, err := os.ReadFile(filepath.Join(unpacked, "LICENSE"))
	if err != nil || !strings.Contains(string(license), "Apache License") {
		t.Errorf("the archive holds no license: %v", err)
	}
	plugin := filepath.Join(unpacked, programs[0].executable(here))
	if err := verify(plugin, here); err != nil {
		t.Error(err)
	}
	if got := reported(t, plugin); got != version {
		t.Errorf("the plugin reports the version %q, want %q", got, version)
	}
}

// unpack unpacks an archive into a new folder.
func unpack(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, archive := t.TempDir(), tar.NewReader(zipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(header.Name)), content, header.FileInfo().Mode())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// reported starts a plugin, as the engine does, and asks for its version.
func reported(t *testing.T, plugin string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, plugin)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stop()
		_ = cmd.Wait() // it was ended
	}()
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	info, err := rpc.NewResourceProviderClient(connection).GetPluginInfo(ctx, &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return info.GetVersion()
}

// TestVerifyRefuses hands the test's own program in as that of other platforms.
func TestVerifyRefuses(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range allPlatforms {
		if err := verify(own, p); (err == nil) != (p == here) {
			t.Errorf("the program for %s as one for %s: %v", here, p, err)
		}
	}
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("not a program"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range allPlatforms {
		if err := verify(text, p); err == nil {
			t.Errorf("a text was taken for a program for %s", p)
		}
	}
}

func TestEqualFilesMakeEqualArchives(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"program", "LICENSE"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var made [2]string
	for i := range made {
		path := filepath.Join(t.TempDir(), "archive")
		if err := writeArchive(path, filepath.Join(dir, "program"), filepath.Join(dir, "LICENSE")); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		made[i] = string(content)
	}
	if made[0] != made[1] {
		t.Error("two archives of the same files differ")
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct{ version, platforms, sdks, want string }{
		{"", "", none, `make dist VERSION=1.2.3`},
		{"main", "", none, `the version is "main"`},
		{"1.2.3", "linux/386", none, `the platform "linux/386" is none of`},
		{"1.2.3", "linux", none, `the platform "linux" is none of`},
		{"1.2.3", "", "some", `-sdks is "some"`},
	} {
		err := run(test.version, test.platforms, test.sdks)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// TestAllSDKsMeansAll makes sure that a release does not go on without one.
func TestAllSDKsMeansAll(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if chosen, err := choosePackers(all); err == nil {
		t.Errorf("no error without any tool, and %d SDKs", len(chosen))
	}
	if chosen, err := choosePackers(installed); err != nil || len(chosen) != 0 {
		t.Errorf("%d SDKs, %v, without any tool", len(chosen), err)
	}
}
