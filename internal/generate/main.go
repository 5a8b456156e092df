// Command generate writes everything that is made from the provider's schema:
// the schema itself, the SDKs and the reference pages. Run it from the root of
// the repository. With --check it writes nothing and names what differs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	check := flag.Bool("check", false, "compare without writing; fail and name the files that differ")
	flag.Parse()
	if err := run(".", *check); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	if _, err := os.Stat(root + "/go.mod"); err != nil {
		return errors.New("run it from the root of the repository")
	}
	outputs, err := generate()
	if err != nil {
		return err
	}
	var changes []change
	for _, out := range outputs {
		found, err := out.compare(root)
		if err != nil {
			return err
		}
		changes = append(changes, found...)
	}
	for _, c := range changes {
		fmt.Println(c)
		if !check {
			if err := c.apply(root); err != nil {
				return err
			}
		}
	}
	if check && len(changes) > 0 {
		return fmt.Errorf("%d generated files are not up to date; run \"make generate\"", len(changes))
	}
	return nil
}

// generate returns all that is generated.
func generate() ([]output, error) {
	s, err := loadSchema()
	if err != nil {
		return nil, err
	}
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	outputs := []output{
		{dir: ".", only: true, files: files{"LICENSE": license}},
		{dir: "cmd/pulumi-resource-castai", only: true, files: files{"schema.json": text}},
	}
	for _, sdk := range []struct {
		language, dir string
		generate      func(*packageSchema) (files, error)
	}{
		{"nodejs", "sdk/nodejs", nodejsSDK},
		{"python", "sdk/python", pythonSDK},
		{"go", "sdk/go/castai", goSDK},
		{"dotnet", "sdk/dotnet", dotnetSDK},
		{"java", "sdk/java", javaSDK},
	} {
		made, err := sdk.generate(s)
		if err == nil {
			err = s.addOwn(made, sdk.language)
			made["LICENSE"] = license
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sdk.language, err)
		}
		outputs = append(outputs, output{dir: sdk.dir, files: made})
	}
	return append(outputs,
		output{dir: "docs/reference", files: referencePages(s)},
		output{dir: "docs", only: true, files: registryPages(s)},
	), nil
}
