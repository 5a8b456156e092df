package main

import (
	"github.com/pulumi/pulumi-java/pkg/codegen/java"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// javaSDK makes the Java package. Its build files are our own: the generated
// ones name mirrors to download from.
func javaSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind("java", map[string]schema.Language{"java": java.Importer})
	if err != nil {
		return nil, err
	}
	for _, c := range pkg.Config {
		c.Secret = false // the getters of Config cannot be secret; the generator warns of it
	}
	out, err := java.GeneratePackage(tool, pkg, nil, nil, false, false)
	if err != nil {
		return nil, err
	}
	about, err := (&plugin.PulumiPluginJSON{
		Resource: true,
		Name:     s.spec.Name,
		Version:  s.version.String(),
		Server:   s.spec.PluginDownloadURL,
	}).JSON()
	if err != nil {
		return nil, err
	}
	const resources = "src/main/resources/com/castai/castai/"
	out[resources+"version.txt"] = []byte(s.version.String() + "\n")
	out[resources+"plugin.json"] = about
	out["src/main/resources/META-INF/LICENSE"] = license // for the jar
	return out, nil
}
