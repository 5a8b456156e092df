// Package version holds the version that a build is.
package version

// Version is the version of this build, set by the linker:
//
//	-X github.com/castai/pulumi-castai/internal/version.Version=1.2.3
//
// A build without it is a development build.
var Version = "0.1.0-dev"
