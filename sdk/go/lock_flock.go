//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package usher

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks a file for as long as this process lives: the system gives it free, however the process ends.
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

// unlockFile gives the lock free. The file stays: taking it away would let two processes lock two files of one name.
func unlockFile(file *os.File) { _ = file.Close() }
