//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package usher

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks a file. The system releases the lock when the process ends, however it ends.
func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another process writes to it"), err, file.Close())
	}
	return file, nil
}

// unlockFile releases the lock. The file is not deleted: otherwise two processes could lock two files of the same name.
func unlockFile(file *os.File) { _ = file.Close() }
