package usher

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/internal/storelog"
	"github.com/usher-id/usher/sdk/go/internal/token"
	"github.com/usher-id/usher/sdk/go/policy"
)

// Version of this module.
const Version = "0.1.0"

// ErrClosed says that the module was closed.
var ErrClosed = errors.New("usher: the module is closed")

// Usher is a local module. All its methods are safe for concurrent use.
type Usher struct {
	config  Config
	options *token.Options
	issuer  *issuerClient
	cache   *cache
	seen    *sessionList
	host    string // and process of this module, for the list of modules; empty if it is unknown

	keys   atomic.Pointer[keySet]
	rules  atomic.Pointer[ruleSet]
	synced atomic.Int64 // when the list was last up to date, in seconds since the epoch; 0 if never
	wanted atomic.Int64 // the published revision of the access rules; 0 if there is none
	stale  atomic.Bool
	// unpublished says that Usher has no access rules of the project.
	unpublished atomic.Bool
	// connected says that the last call of the feed succeeded.
	connected atomic.Bool

	mutex   sync.RWMutex // of list and clients
	list    *revocation.List
	clients map[string]bool // known to be of the project

	keysMutex  sync.Mutex // of fetching keys
	keysSought time.Time  // when they were last fetched for an unknown key; guarded by keysMutex
	// keysRevoked are the ids of keys that leaked; a cache may still serve them when their entry has expired. Guarded by mutex.
	keysRevoked map[string]bool
	asking      chan struct{} // limits concurrent introspection
	warned      sync.Map      // unknown permissions
	spent       spentProofs

	stored persister
	ready  chan struct{}
	once   sync.Once
	cancel context.CancelFunc
	done   chan struct{}
}

// keySet is the published keys, as they were fetched.
type keySet struct {
	*token.Keys
	etag string
	raw  json.RawMessage
}

// ruleSet is the access rules, as they were fetched.
type ruleSet struct {
	*policy.Table
	etag, jws string
	epoch     uint64 // of the feed when they were fetched
}

// mostAsking is the largest number of concurrent introspections.
const mostAsking = 32

// New makes a module. It validates the Config, reads the Store, fetches keys, revocations and rules, and follows the feed
// until ctx is done or Close is called.
//
// If Usher is unreachable, New returns a module that uses the state of the Store, or answers 503 until Usher is back. It
// returns an error if the Config is invalid, if the Store fails, or if Usher answers and the Config does not match it:
// another issuer, a redirect, a client that is not accepted.
func New(ctx context.Context, config Config) (*Usher, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	u := &Usher{
		config: config, options: config.options(), issuer: newIssuerClient(&config), cache: newCache(config.CacheSize),
		list: revocation.NewList(int64(DefaultClockSkew/time.Second), config.Sync.MaxRevocations), clients: map[string]bool{}, keysRevoked: map[string]bool{},
		asking: make(chan struct{}, mostAsking), ready: make(chan struct{}), done: make(chan struct{}),
		seen: newSessionList(config.StoreSecret), host: hostName(),
	}
	u.stored = persister{key: storelog.Key(config.StoreSecret)}
	if err := u.restore(ctx); err != nil {
		return nil, err
	}
	ctx, u.cancel = context.WithCancel(ctx)
	first, cancel := context.WithTimeout(ctx, callTimeout)
	err := u.begin(first)
	cancel()
	u.connected.Store(err == nil)
	if errors.Is(err, errMisuse) {
		u.cancel()
		return nil, errors.Join(err, u.closeStore())
	}
	if err != nil {
		u.config.Logger.Warn("usher: Usher does not answer", "error", err)
	}
	go u.run(ctx, err)
	return u, nil
}

// WaitReady waits until keys and list are there.
func (u *Usher) WaitReady(ctx context.Context) error {
	select {
	case <-u.ready:
		return nil
	case <-u.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close stops following the feed, reports the sessions that were used, and closes the Store.
func (u *Usher) Close() error {
	u.cancel()
	<-u.done
	return u.closeStore()
}

func (u *Usher) closeStore() error {
	if closer, ok := u.config.Store.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// Status is the state of a module, for health checks and metrics.
type Status struct {
	// Ready says that keys and list are there.
	Ready bool `json:"ready"`
	// Connected says that the last call of the feed succeeded.
	Connected bool `json:"connected"`
	// Stale says that the list is older than MaxStaleness.
	Stale bool `json:"stale"`
	// SyncedAt is when the list was last up to date; zero if never.
	SyncedAt time.Time `json:"synced_at"`
	// Cursor is the position in the feed: e7.18234.
	Cursor string `json:"cursor"`
	// Revocations is the number of entries.
	Revocations int `json:"revocations"`
	// PolicyRevision is the applied revision of the access rules; 0 if there are none.
	PolicyRevision int64 `json:"policy_revision"`
}

// Status gives the state of the module.
func (u *Usher) Status() Status {
	u.mutex.RLock()
	cursor, known := u.list.Cursor()
	s := Status{Revocations: u.list.Len()}
	u.mutex.RUnlock()
	if known {
		s.Cursor = cursor.String()
	}
	if synced := u.synced.Load(); synced > 0 {
		s.SyncedAt = time.Unix(synced, 0)
	}
	if rules := u.rules.Load(); rules != nil {
		s.PolicyRevision = rules.Revision
	}
	s.Ready = u.keys.Load() != nil && (known || u.config.Sync.Transport == Off)
	s.Connected = u.connected.Load()
	s.Stale = u.isStale()
	return s
}

// now gives the time in seconds since the epoch.
func (u *Usher) now() int64 { return u.config.Now().Unix() }

// isStale says whether the list is older than it may be.
func (u *Usher) isStale() bool { return u.isStaleAt(u.now()) }

func (u *Usher) isStaleAt(now int64) bool {
	if u.config.Sync.Transport == Off {
		return false
	}
	synced := u.synced.Load()
	ahead := int64(DefaultClockSkew / time.Second)
	return now-synced > int64(u.config.Sync.MaxStaleness/time.Second) || synced > now+ahead
}

func (u *Usher) emit(e Event) {
	if u.config.OnEvent != nil {
		u.config.OnEvent(e)
	}
}

// noteReady emits Ready: the first time that keys and list are there, and when they are no longer stale.
func (u *Usher) noteReady() {
	if u.keys.Load() == nil {
		return
	}
	first := false
	u.once.Do(func() { first = true; close(u.ready) })
	if wasStale := u.stale.Swap(false); first || wasStale {
		u.emit(Event{Kind: Ready})
	}
}

// noteStale emits Stale when the list becomes stale.
func (u *Usher) noteStale() {
	if u.isStale() && !u.stale.Swap(true) {
		u.config.Logger.Warn("usher: the revocation list is stale", "on_stale", u.config.Sync.OnStale)
		u.emit(Event{Kind: Stale})
	}
}
