package main

import (
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// goSDK makes the Go sources.
func goSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind("go", map[string]schema.Language{"go": gogen.Importer})
	if err != nil {
		return nil, err
	}
	out, err := gogen.GeneratePackage(tool, pkg, nil)
	if err != nil {
		return nil, err
	}
	// The generator wants a folder for the package below that of the module; ours is both.
	flat := files{}
	for path, text := range out {
		flat[strings.TrimPrefix(path, "castai/")] = text
	}
	return flat, nil
}
