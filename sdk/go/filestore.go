package usher

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// FileStore keeps the snapshot in an append-only log file, and values in a file beside it, all with mode 0600. A lock file
// makes sure that one process writes at a time. What is written is on the disk within a second.
type FileStore struct {
	path string
	lock *os.File

	mutex   sync.Mutex
	log     *os.File
	dirty   bool // lines were appended that may not be on the disk
	values  map[string]storedValue
	changed bool // values were changed that are not on the disk
	closed  bool
	done    chan struct{}
}

// OpenFileStore opens or creates the log at a path. It returns an error if the folder is not writable or another process
// has the log open.
func OpenFileStore(path string) (*FileStore, error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("usher: the store %s: %w", path, err)
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err == nil {
		err = log.Chmod(0o600)
	}
	if err != nil {
		unlockFile(lock)
		return nil, fmt.Errorf("usher: the store cannot be written: %w", err)
	}
	f := &FileStore{path: path, lock: lock, log: log, done: make(chan struct{})}
	f.loadValues()
	go f.syncEachSecond()
	return f, nil
}

func (f *FileStore) syncEachSecond() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-f.done:
			return
		case <-ticker.C:
			f.mutex.Lock()
			if !f.closed {
				_ = f.flush() // Close reports the error if it stays
			}
			f.mutex.Unlock()
		}
	}
}

// Close syncs the log to disk and releases the lock.
func (f *FileStore) Close() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	close(f.done)
	err := errors.Join(f.flush(), f.log.Close())
	unlockFile(f.lock)
	return err
}

// LoadSnapshot implements Store.
func (f *FileStore) LoadSnapshot(context.Context) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return os.ReadFile(f.path)
}

// SaveSnapshot implements Store: it writes a new file and renames it.
func (f *FileStore) SaveSnapshot(_ context.Context, text []byte) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	if err := replaceFile(f.path, text); err != nil {
		return err
	}
	log, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	old := f.log
	f.log, f.dirty = log, false
	return old.Close()
}

// AppendRevocations implements Store.
func (f *FileStore) AppendRevocations(_ context.Context, lines []byte) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.dirty = true
	_, err := f.log.Write(lines)
	return err
}

// storedValue is a value of the file of values.
type storedValue struct {
	Ends int64  `json:"ends"` // seconds since the epoch
	Data []byte `json:"data"`
}

// Get implements Store.
func (f *FileStore) Get(_ context.Context, key string) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	v, known := f.values[key]
	if !known || time.Now().Unix() >= v.Ends {
		return nil, nil
	}
	return bytes.Clone(v.Data), nil
}

// Set implements Store.
func (f *FileStore) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.values[key] = storedValue{Ends: time.Now().Add(ttl).Unix(), Data: bytes.Clone(value)}
	f.changed = true
	return nil
}

// Delete implements Store.
func (f *FileStore) Delete(_ context.Context, key string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.values, key)
	f.changed = true
	return nil
}

// loadValues reads the values. What cannot be read is none: no decision depends on them.
func (f *FileStore) loadValues() {
	f.values = map[string]storedValue{}
	if text, err := os.ReadFile(f.path + ".values"); err == nil {
		_ = json.Unmarshal(text, &f.values)
	}
}

// flush writes to disk what is not there yet.
func (f *FileStore) flush() error {
	var err error
	if f.dirty {
		f.dirty = false
		err = f.log.Sync()
	}
	if !f.changed {
		return err
	}
	f.changed = false
	now := time.Now().Unix()
	maps.DeleteFunc(f.values, func(_ string, v storedValue) bool { return now >= v.Ends })
	text, marshal := json.Marshal(f.values)
	if marshal != nil {
		return errors.Join(err, marshal)
	}
	return errors.Join(err, replaceFile(f.path+".values", text))
}

// replaceFile replaces a file atomically.
func replaceFile(path string, text []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}
