package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Which SDKs to pack.
const (
	none      = "none"
	installed = "installed"
	all       = "all"
)

// packer packs the SDK of a language.
type packer struct {
	language string
	needs    []string // the programs it takes
	pack     func(sdk, dir string) error
}

var allPackers = []packer{
	{"nodejs", []string{"npm"}, func(sdk, dir string) error {
		if err := command(sdk, "npm", "install", "--no-audit", "--no-fund"); err != nil {
			return err
		}
		return command(sdk, "npm", "pack", "--pack-destination", dir) // compiles before
	}},
	{"python", []string{"python3"}, func(sdk, dir string) error {
		python := filepath.Join(sdk, "venv", "bin", "python")
		if err := command(sdk, "python3", "-m", "venv", "venv"); err != nil {
			return err
		}
		if err := command(sdk, python, "-m", "pip", "install", "--disable-pip-version-check", "build>=1.2,<2"); err != nil {
			return err
		}
		return command(sdk, python, "-m", "build", "--outdir", dir)
	}},
	{"dotnet", []string{"dotnet"}, func(sdk, dir string) error {
		return command(sdk, "dotnet", "pack", "--configuration", "Release", "--output", dir)
	}},
	{"java", []string{"java", "mvn"}, func(sdk, dir string) error {
		if err := command(sdk, "mvn", "--quiet", "--batch-mode", "--no-transfer-progress", "package"); err != nil {
			return err
		}
		jars, err := filepath.Glob(filepath.Join(sdk, "target", "castai-*.jar"))
		if err != nil || len(jars) != 1 {
			return errors.Join(err, fmt.Errorf("mvn has made %d archives, not one", len(jars)))
		}
		jar, err := os.ReadFile(jars[0])
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, filepath.Base(jars[0])), jar, 0o644)
	}},
}

// choosePackers returns those that are asked for. The tools of all have to be
// there if all are, so that no release lacks a language unseen.
func choosePackers(which string) ([]packer, error) {
	switch which {
	case none:
		return nil, nil
	case installed, all:
	default:
		return nil, fmt.Errorf("-sdks is %q: want %s, %s or %s", which, none, installed, all)
	}
	var chosen []packer
	var missing []error
	for _, p := range allPackers {
		if program := p.lacks(); program != "" {
			missing = append(missing, fmt.Errorf("the %s SDK is not packed: %s is not on the PATH", p.language, program))
			continue
		}
		chosen = append(chosen, p)
	}
	if which == all {
		return chosen, errors.Join(missing...)
	}
	for _, reason := range missing {
		fmt.Println("dist:", reason)
	}
	return chosen, nil
}

func (p packer) lacks() string {
	for _, program := range p.needs {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	return ""
}

// pack generates the SDKs with the version of the release, outside the
// checkout, and packs them.
func pack(root, scratch, dir, version string, packers []packer) error {
	if len(packers) == 0 {
		return nil
	}
	generator, tree := filepath.Join(scratch, "generate"), filepath.Join(scratch, "tree")
	if err := os.Mkdir(tree, 0o755); err != nil {
		return err
	}
	// The generator looks for the root of a repository.
	if err := os.WriteFile(filepath.Join(tree, "go.mod"), nil, 0o644); err != nil {
		return err
	}
	set := "-ldflags=-X github.com/castai/pulumi-castai/internal/version.Version=" + version
	if err := command(root, "go", "build", set, "-o", generator, "./internal/generate"); err != nil {
		return err
	}
	if err := command(tree, generator); err != nil {
		return err
	}
	for _, p := range packers {
		fmt.Printf("dist: the %s SDK\n", p.language)
		if err := p.pack(filepath.Join(tree, "sdk", p.language), dir); err != nil {
			return fmt.Errorf("pack the %s SDK: %w", p.language, err)
		}
	}
	return nil
}

// command runs a program and shows what it prints only if it fails.
func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, err), errors.New(string(out)))
	}
	return nil
}
