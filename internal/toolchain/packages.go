package toolchain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// Packages returns a folder with the packages of a language, and installs them there
// when they are not yet. The folder is in the checkout's cache, and another one for
// each key, which holds all that decides on the content, such as the list of packages
// and the version of the language.
func Packages(root, language, key string, install func(dir string) error) (string, error) {
	sum := sha256.Sum256([]byte(key))
	dir := filepath.Join(Cache(root), "packages", language+"-"+hex.EncodeToString(sum[:6]))
	done := filepath.Join(dir, ".installed")
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	unlock, err := Lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(done); err == nil {
		return dir, nil
	}
	// An installation that did not come to its end is begun anew.
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	if err := install(dir); err != nil {
		return "", fmt.Errorf("install the packages for %s: %w", language, err)
	}
	return dir, os.WriteFile(done, nil, 0o644)
}
