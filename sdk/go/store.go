package usher

import (
	"context"
	"sync"
	"time"
)

// Store keeps what a module knows over a restart, or shares it. The module always answers from its own memory; it reads
// the store when it starts and writes to it as it learns. Implementations are safe for concurrent use.
//
// The snapshot is a text of lines that only whoever has the secret can write, so a store need not be trusted. It belongs
// to one module at a time: two that write to one snapshot make each other's unreadable, which both survive.
type Store interface {
	// Get gives a value; nil if there is none or its time is over.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set keeps a value for a time.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete forgets a value.
	Delete(ctx context.Context, key string) error
	// LoadSnapshot gives the text last saved with everything appended since; nil if there is none.
	LoadSnapshot(ctx context.Context) ([]byte, error)
	// SaveSnapshot replaces the text, as a whole or not at all.
	SaveSnapshot(ctx context.Context, text []byte) error
	// AppendRevocations adds lines to the text.
	AppendRevocations(ctx context.Context, lines []byte) error
}

// MemoryStore keeps everything in memory: for tests, and for modules that follow one another in one process.
type MemoryStore struct {
	mutex    sync.Mutex
	snapshot []byte
	values   map[string]memoryValue
}

type memoryValue struct {
	data []byte
	ends time.Time
}

// NewMemoryStore gives an empty store.
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
	m.values[key] = memoryValue{data: append([]byte(nil), value...), ends: time.Now().Add(ttl)}
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
