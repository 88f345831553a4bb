//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package usher

import (
	"fmt"
	"os"
)

// lockFile creates a file that must not exist. If the process is killed, the file stays and has to be deleted.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("another process writes to it, or one that was killed left %s: %w", path, err)
	}
	return file, nil
}

// unlockFile deletes the file.
func unlockFile(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}
