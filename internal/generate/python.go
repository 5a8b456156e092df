package main

import (
	"bytes"
	"errors"

	"github.com/BurntSushi/toml"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// pythonSDK makes the Python package.
func pythonSDK(s *packageSchema) (files, error) {
	pkg, err := s.bind("python", map[string]schema.Language{"python": python.Importer})
	if err != nil {
		return nil, err
	}
	out, err := python.GeneratePackage(tool, pkg, nil, nil)
	if err != nil {
		return nil, err
	}
	if out["pyproject.toml"], err = pyproject(s, out["pyproject.toml"]); err != nil {
		return nil, err
	}
	const utilities = "pulumi_castai/_utilities.py"
	out[utilities], err = pluginVersion(out[utilities], s.version.String())
	return out, err
}

// pluginVersion writes the version of the plugin into the package. The
// generator derives it from the package's own version when a program runs,
// which gives another version than the plugin's for development builds: "-dev"
// becomes ".dev0" on PyPI and that "-dev.0".
func pluginVersion(utilities []byte, version string) ([]byte, error) {
	const derived = "_version = _get_semver_version()\n"
	if !bytes.Contains(utilities, []byte(derived)) {
		return nil, errors.New("_utilities.py does not set the version as expected")
	}
	return bytes.Replace(utilities, []byte(derived),
		[]byte("_version = SemverVersion.parse(\""+version+"\")\n"), 1), nil
}

// pyproject completes the generated pyproject.toml with what PyPI shows.
func pyproject(s *packageSchema, generated []byte) ([]byte, error) {
	var doc python.PyprojectSchema
	if err := toml.Unmarshal(generated, &doc); err != nil {
		return nil, err
	}
	v, err := versionsOf(s.version)
	if err != nil {
		return nil, err
	}
	doc.Project.Version = &v.PEP440
	doc.Project.Keywords = s.keywords()
	doc.Project.Authors = []python.Contact{{Name: s.spec.Publisher}}
	doc.Project.URLs["Issues"] = s.spec.Repository + "/issues"
	doc.Project.Classifiers = []string{
		"Development Status :: 4 - Beta",
		"Intended Audience :: System Administrators",
		"License :: OSI Approved :: Apache Software License",
		"Operating System :: OS Independent",
		"Programming Language :: Python :: 3",
		"Topic :: System :: Systems Administration",
		"Typing :: Typed",
	}
	var b bytes.Buffer
	encoder := toml.NewEncoder(&b)
	encoder.Indent = ""
	err = encoder.Encode(doc)
	return b.Bytes(), err
}
