// Command dist makes the files of a release, into dist/:
//
//	pulumi-resource-castai-v1.2.3-linux-amd64.tar.gz   the plugin, under the name by which Pulumi downloads it
//	castai-emulator-v1.2.3-linux-amd64.tar.gz          the local CAST AI API
//	castai-pulumi-1.2.3.tgz, pulumi_castai-1.2.3...    the SDKs, packed for the registries of their languages
//	SHA256SUMS                                         the checksums of all of them
//
// The plugin and the emulator are built for six platforms. The Go SDK is not
// packed: Go takes it from the repository, by a tag of its own.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

func main() {
	version := flag.String("version", "", "the version to release, such as 1.2.3")
	platforms := flag.String("platforms", "", "the platforms to build for, such as linux/amd64,darwin/arm64; all six if empty")
	sdks := flag.String("sdks", installed, "the SDKs to pack: none, those whose tools are installed, or all")
	flag.Parse()
	if err := run(*version, *platforms, *sdks); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(version, platformList, sdks string) error {
	v, err := semver.Parse(strings.TrimPrefix(version, "v"))
	if err != nil {
		return fmt.Errorf("the version is %q: name the one to release, as in \"make dist VERSION=1.2.3\"", version)
	}
	platforms, err := parsePlatforms(platformList)
	if err != nil {
		return err
	}
	packers, err := choosePackers(sdks)
	if err != nil {
		return err
	}
	root, err := toolchain.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, "dist")
	// Files of another version must not get into the release.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "castai-dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	for _, p := range platforms {
		for _, program := range programs {
			name, err := program.release(root, scratch, dir, v.String(), p)
			if err != nil {
				return err
			}
			fmt.Println("dist:", name)
		}
	}
	return errors.Join(pack(root, scratch, dir, v.String(), packers), writeSums(dir))
}
