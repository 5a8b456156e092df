package main

import (
	"bytes"
	"encoding/json"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// nodejsSDK makes the TypeScript package.
func nodejsSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind("typescript", map[string]schema.Language{"nodejs": nodejs.Importer})
	if err != nil {
		return nil, err
	}
	out, err := nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	if err != nil {
		return nil, err
	}
	out["package.json"], err = packageJSON(s, out["package.json"])
	return out, err
}

// packageJSON completes the generated package.json with what publishing needs:
// the generator leaves the entry point, the files and the engine to others.
func packageJSON(s *packageSchema, generated []byte) ([]byte, error) {
	type repository struct {
		Type      string `json:"type"`
		URL       string `json:"url"`
		Directory string `json:"directory"`
	}
	var doc struct {
		Name            string            `json:"name"`
		Version         string            `json:"version"`
		Description     string            `json:"description"`
		Keywords        []string          `json:"keywords"`
		Homepage        string            `json:"homepage"`
		Bugs            string            `json:"bugs"`
		Repository      any               `json:"repository"`
		License         string            `json:"license"`
		Author          string            `json:"author"`
		Main            string            `json:"main"`
		Types           string            `json:"types"`
		Files           []string          `json:"files"`
		Engines         map[string]string `json:"engines"`
		PublishConfig   map[string]string `json:"publishConfig"`
		Scripts         map[string]string `json:"scripts"`
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
		Pulumi          json.RawMessage   `json:"pulumi"`
	}
	decoder := json.NewDecoder(bytes.NewReader(generated))
	decoder.DisallowUnknownFields() // nothing generated gets lost
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	doc.Description = s.spec.Description
	doc.Keywords = s.keywords()
	doc.Bugs = s.spec.Repository + "/issues"
	doc.Repository = repository{"git", "git+" + s.spec.Repository + ".git", "sdk/nodejs"}
	doc.Author = s.spec.Publisher
	doc.Main = "bin/index.js"
	doc.Types = "bin/index.d.ts"
	doc.Files = []string{"bin"}
	doc.Engines = map[string]string{"node": ">=20"}
	doc.PublishConfig = map[string]string{"access": "public"}
	doc.Scripts = map[string]string{
		// The compiled code reads its version from a package.json beside it.
		"build":   `tsc && node -e "fs.copyFileSync('package.json', 'bin/package.json')"`,
		"prepack": "npm run build",
	}
	return encodeJSON(doc)
}

// encodeJSON writes JSON for people to read.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return b.Bytes(), err
}
