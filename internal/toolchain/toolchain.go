// Package toolchain says where the programs are that building and testing need
// besides Go: the Pulumi command line, its language hosts and the linter.
//
// A Pulumi on the PATH is used when it is new enough; otherwise everything is built
// from the Go modules pinned in tools/, into .pulumi/bin at the root of the checkout.
package toolchain

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// MinimumPulumi is the oldest Pulumi command line that the tests run with.
const MinimumPulumi = "3.220.0"

// Root is the root folder of the checkout: the nearest folder, from the working
// directory upwards, that holds the tools module.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "tools", "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("this is not a checkout of pulumi-castai: no folder above the working directory has tools/go.mod")
		}
		dir = parent
	}
}

// Cache is the folder for everything that is built or downloaded for development:
// ignored by git, removed by "make clean".
func Cache(root string) string { return filepath.Join(root, ".pulumi") }

// Bin is the folder of the programs built from the tools module.
func Bin(root string) string { return filepath.Join(Cache(root), "bin") }

// Executable is the file name of a program on this platform.
func Executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// Pulumi returns the Pulumi command line to use: the one on the PATH when it is new
// enough, else the one that "make tools" has built.
func Pulumi(root string) (string, error) {
	path, reason := Installed(root)
	if path != "" {
		return path, nil
	}
	built := filepath.Join(Bin(root), Executable("pulumi"))
	if _, err := os.Stat(built); err != nil {
		return "", fmt.Errorf("no Pulumi to run: %s, and %s is not built; run \"make tools\"", reason, built)
	}
	return built, nil
}

// Installed returns the Pulumi command line on the PATH, or the reason why there is
// none that can be used. The one built in this checkout does not count.
func Installed(root string) (path, reason string) {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return "", "no pulumi on the PATH"
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err.Error()
	}
	if filepath.Dir(path) == Bin(root) {
		return "", "the pulumi on the PATH is the one built here"
	}
	cmd := exec.Command(path, "version")
	cmd.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=true")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Sprintf("%s does not run: %v", path, err)
	}
	version := strings.TrimSpace(string(out))
	if older(version, MinimumPulumi) {
		return "", fmt.Sprintf("%s is %s, older than %s", path, version, MinimumPulumi)
	}
	return path, ""
}

// older tells whether version a comes before version b. What is not a number counts
// as zero, so an unknown version is an old one.
func older(a, b string) bool {
	x, y := numbers(a), numbers(b)
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

// numbers reads major, minor and patch out of "v3.259.0-dev.1+abc".
func numbers(version string) (n [3]int) {
	version, _, _ = strings.Cut(strings.TrimPrefix(version, "v"), "+")
	version, _, _ = strings.Cut(version, "-")
	for i, part := range strings.SplitN(version, ".", 3) {
		n[i], _ = strconv.Atoi(part)
	}
	return n
}
