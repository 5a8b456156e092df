package main

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	dotnet "github.com/pulumi/pulumi-dotnet/pulumi-language-dotnet/v3/codegen"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// dotnetSDK makes the C# package.
func dotnetSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind("csharp", map[string]schema.Language{"csharp": dotnet.Importer})
	if err != nil {
		return nil, err
	}
	// The generator downloads a logo. It gets ours, and nothing else.
	defer func(t http.RoundTripper) { http.DefaultTransport = t }(http.DefaultTransport)
	http.DefaultTransport = http.NewFileTransportFS(own)
	pkg.LogoURL = "file:///files/dotnet/logo.png"
	out, err := dotnet.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	const project = "Pulumi.CastAI.csproj"
	out[project], err = csproj(s, out[project])
	return out, err
}

// csproj completes the generated project file with what NuGet shows, and with
// the documentation that editors show, in release builds as well.
func csproj(s *packageSchema, generated []byte) ([]byte, error) {
	const icon, end = "    <PackageIcon>logo.png</PackageIcon>\n", "</Project>\n"
	if !bytes.Contains(generated, []byte(icon)) || !bytes.HasSuffix(generated, []byte(end)) {
		return nil, errors.New("the project file does not look as expected")
	}
	text := strings.Replace(string(generated), icon, icon+
		"    <PackageId>Pulumi.CastAI</PackageId>\n"+
		"    <PackageReadmeFile>README.md</PackageReadmeFile>\n"+
		"    <PackageTags>"+strings.Join(s.keywords(), ";")+"</PackageTags>\n"+
		"    <RepositoryType>git</RepositoryType>\n"+
		"    <GenerateDocumentationFile>true</GenerateDocumentationFile>\n"+
		"    <NoWarn>$(NoWarn);1591</NoWarn>\n", 1)
	text = strings.TrimSuffix(text, end) +
		"  <ItemGroup>\n" +
		"    <None Include=\"README.md\" Pack=\"True\" PackagePath=\"\" />\n" +
		"    <None Include=\"LICENSE\" Pack=\"True\" PackagePath=\"\" />\n" +
		"  </ItemGroup>\n\n" + end
	return []byte(text), nil
}
