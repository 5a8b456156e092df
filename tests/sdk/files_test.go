package sdk

import (
	"io/fs"
	"slices"
	"strings"
)

// clean is a folder of sources without what building has left in it.
type clean struct{ fs.FS }

// ReadDir lists a folder.
func (c clean) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(c.FS, name)
	return slices.DeleteFunc(entries, func(entry fs.DirEntry) bool {
		switch entry.Name() {
		case "node_modules", "bin", "obj", "build", "target", "venv", "__pycache__":
			return true
		}
		return strings.HasSuffix(entry.Name(), ".egg-info")
	}), err
}

// sameLines compares two texts without regard to the order of their lines:
// resources register at their own pace.
func sameLines(a, b string) bool {
	x, y := strings.Split(strings.TrimSpace(a), "\n"), strings.Split(strings.TrimSpace(b), "\n")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
