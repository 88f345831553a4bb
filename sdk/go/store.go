package usher

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Store keeps the state of a module over a restart. Requests are always answered from memory: the module reads the store
// when it starts and writes to it when something changes. Implementations must be safe for concurrent use.
//
// The snapshot is a log whose lines are authenticated with Config.StoreSecret, so the store need not be trusted. Only one
// module may write to a snapshot: if two do, the log is refused at the next start, as if there were none.
type Store interface {
	// Get returns a value; nil if there is none or it has expired.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set stores a value that expires after ttl.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete deletes a value, if there is one.
	Delete(ctx context.Context, key string) error
	// LoadSnapshot returns the saved text with everything that was appended since; nil if there is none.
	LoadSnapshot(ctx context.Context) ([]byte, error)
	// SaveSnapshot replaces the text atomically.
	SaveSnapshot(ctx context.Context, text []byte) error
	// AppendRevocations appends lines to the text.
	AppendRevocations(ctx context.Context, lines []byte) error
}

// MemoryStore keeps everything in memory, for tests.
type MemoryStore struct {
	mutex    sync.Mutex
	snapshot []byte
	values   map[string]memoryValue
	swept    time.Time
}

type memoryValue struct {
	data []byte
	ends time.Time
}

// NewMemoryStore makes an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{values: map[string]memoryValue{}} }

// Get implements Store.
func (m *MemoryStore) Get(_ context.Context, key string) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	v, ok := m.values[key]
	if !ok || time.Now().After(v.ends) {
		delete(m.values, key)
		return nil, nil
	}
	return append([]byte(nil), v.data...), nil
}

// Set implements Store.
func (m *MemoryStore) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	if now.Sub(m.swept) > time.Minute {
		m.swept = now
		maps.DeleteFunc(m.values, func(_ string, v memoryValue) bool { return now.After(v.ends) })
	}
	m.values[key] = memoryValue{data: append([]byte(nil), value...), ends: now.Add(ttl)}
	return nil
}

// Delete implements Store.
func (m *MemoryStore) Delete(_ context.Context, key string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.values, key)
	return nil
}

// LoadSnapshot implements Store.
func (m *MemoryStore) LoadSnapshot(context.Context) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return append([]byte(nil), m.snapshot...), nil
}

// SaveSnapshot implements Store.
func (m *MemoryStore) SaveSnapshot(_ context.Context, text []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.snapshot = append([]byte(nil), text...)
	return nil
}

// AppendRevocations implements Store.
func (m *MemoryStore) AppendRevocations(_ context.Context, lines []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.snapshot = append(m.snapshot, lines...)
	return nil
}
