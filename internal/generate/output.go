package main

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// files are the contents of files by their slash-separated path.
type files map[string][]byte

// output is a folder of generated files.
type output struct {
	// dir is the folder, relative to the root of the repository.
	dir string
	// only is set when the folder holds other files as well. Without it, what
	// is in the folder and not generated is left over and removed.
	only  bool
	files files
}

// change is a file that differs from what is generated.
type change struct {
	path string
	// content is nil when the file is to be removed.
	content []byte
}

// String names the file and what is to be done.
func (c change) String() string {
	if c.content == nil {
		return "remove " + c.path
	}
	return "write " + c.path
}

func (c change) apply(root string) error {
	path := filepath.Join(root, filepath.FromSlash(c.path))
	if c.content == nil {
		return os.Remove(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, c.content, 0o644)
}

// compare lists what differs, in the order of the paths.
func (o output) compare(root string) ([]change, error) {
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(o.files)) {
		path := o.dir + "/" + name
		have, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || !bytes.Equal(have, o.files[name]) {
			changes = append(changes, change{path, o.files[name]})
		}
	}
	if o.only {
		return changes, nil
	}
	base := filepath.Join(root, filepath.FromSlash(o.dir))
	err := filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && path == base {
			return nil
		}
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != base && built(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		name, err := filepath.Rel(base, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if _, ok := o.files[name]; !ok {
			changes = append(changes, change{path: o.dir + "/" + name})
		}
		return nil
	})
	return changes, err
}

// built tells whether a folder holds what the build tools of a language leave
// beside the sources. Git ignores these as well.
func built(dir string) bool {
	switch dir {
	case "node_modules", "bin", "obj", "build", "dist", "target", ".gradle", "__pycache__":
		return true
	}
	return strings.HasSuffix(dir, ".egg-info")
}
