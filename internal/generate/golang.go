package main

import (
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// goSDK makes the Go sources.
func goSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind(map[string]schema.Language{"go": gogen.Importer})
	if err != nil {
		return nil, err
	}
	return gogen.GeneratePackage(tool, pkg, nil)
}
