package main

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

// platform is what a program is built for, by Go's names, which Pulumi uses too.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "/" + p.arch }

// allPlatforms are those of a release.
var allPlatforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// parsePlatforms reads a list such as linux/amd64,darwin/arm64.
func parsePlatforms(list string) ([]platform, error) {
	if list == "" {
		return allPlatforms, nil
	}
	var chosen []platform
	for item := range strings.SplitSeq(list, ",") {
		goos, arch, _ := strings.Cut(item, "/")
		p := platform{goos, arch}
		if !slices.Contains(allPlatforms, p) {
			return nil, fmt.Errorf("the platform %q is none of %v", item, allPlatforms)
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// program is one that is released.
type program struct {
	name  string
	build func(root, output, version string, env []string) error
}

var programs = []program{
	{"pulumi-resource-castai", func(root, output, version string, env []string) error {
		return toolchain.BuildPlugin(root, output, version, env...)
	}},
	{"castai-emulator", func(root, output, version string, env []string) error {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w -X main.version="+version, "-o", output, "./cmd/castai-emulator")
		cmd.Dir, cmd.Env = root, append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return errors.Join(fmt.Errorf("build the emulator: %w", err), errors.New(string(out)))
		}
		return nil
	}},
}

// archive is the name of the program's archive. Pulumi downloads the plugin by it.
func (x program) archive(version string, p platform) string {
	return fmt.Sprintf("%s-v%s-%s-%s.tar.gz", x.name, version, p.os, p.arch)
}

// executable is the name of the program in its archive.
func (x program) executable(p platform) string {
	if p.os == "windows" {
		return x.name + ".exe"
	}
	return x.name
}

// release builds the program for a platform and archives it with its license.
func (x program) release(root, scratch, dir, version string, p platform) (name string, err error) {
	built := filepath.Join(scratch, p.os+"-"+p.arch, x.executable(p))
	// Without C, so that one machine builds for all.
	if err := x.build(root, built, version, []string{"GOOS=" + p.os, "GOARCH=" + p.arch, "CGO_ENABLED=0"}); err != nil {
		return "", err
	}
	if err := verify(built, p); err != nil {
		return "", err
	}
	name = x.archive(version, p)
	return name, writeArchive(filepath.Join(dir, name), built, filepath.Join(root, "LICENSE"))
}

// verify makes sure that a file is an executable of a platform.
func verify(file string, p platform) error {
	found, err := inspect(file, p.os)
	if err != nil {
		return fmt.Errorf("%s is not an executable for %s: %w", filepath.Base(file), p, err)
	}
	if found != p.arch {
		return fmt.Errorf("%s is an executable for %s/%s, not for %s", filepath.Base(file), p.os, found, p)
	}
	return nil
}

// inspect returns the architecture of an executable of an operating system.
func inspect(file, goos string) (arch string, err error) {
	switch goos {
	case "linux":
		f, err := elf.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}[f.Machine], nil
	case "darwin":
		f, err := macho.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[f.Cpu], nil
	case "windows":
		f, err := pe.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		return map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64"}[f.Machine], nil
	default:
		return "", fmt.Errorf("the operating system %s is not known", goos)
	}
}
