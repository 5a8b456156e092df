package main

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// own are the files of the SDKs that are written by hand, in a folder for each
// language. Those that end in ".tmpl" are templates with [ownData] as data;
// the ending is dropped. A file that is generated as well is replaced.
//
//go:embed all:files
var own embed.FS

// license is the license of the repository and of every SDK: one text, so that
// a package from a registry carries the same one.
//
//go:embed files/LICENSE
var license []byte

// ownData is what the templates can use.
type ownData struct {
	schema.PackageSpec
	// Versions is the version as the registries spell it.
	Versions versions
}

// addOwn adds the hand-written files of an SDK.
func (s *packageSchema) addOwn(to files, language string) error {
	v, err := versionsOf(s.version)
	if err != nil {
		return err
	}
	dir, err := fs.Sub(own, "files/"+language)
	if err != nil {
		return err
	}
	return fs.WalkDir(dir, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(dir, path)
		if err != nil {
			return err
		}
		name, isTemplate := strings.CutSuffix(path, ".tmpl")
		if isTemplate {
			t, err := template.New(path).Option("missingkey=error").Parse(string(text))
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := t.Execute(&b, ownData{s.spec, v}); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			text = b.Bytes()
		}
		to[name] = text
		return nil
	})
}
