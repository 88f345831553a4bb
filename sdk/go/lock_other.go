//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package usher

import (
	"fmt"
	"os"
)

// lockFile makes a file that must not be there. A process that was killed leaves it: whoever is sure takes it away.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("another process writes to it, or one that was killed left %s: %w", path, err)
	}
	return file, nil
}

// unlockFile takes the file away.
func unlockFile(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}
