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

	keys   atomic.Pointer[keySet]
	rules  atomic.Pointer[ruleSet]
	synced atomic.Int64 // when nothing beyond the list was known, in seconds since the epoch; 0 before the first time
	wanted atomic.Int64 // the published revision of the access rules; 0 if there is none
	stale  atomic.Bool
	// connected says that the last question was answered.
	connected atomic.Bool

	mutex   sync.RWMutex // of list and clients
	list    *revocation.List
	clients map[string]bool // known to be of the project

	keysMutex   sync.Mutex // of fetching keys
	keysFetched time.Time
	asking      chan struct{} // places for introspection

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

// mostAsking is how many questions of introspection are under way at once.
const mostAsking = 32

// New makes a module: it refuses a Config that makes no sense, reads the Store, fetches keys, list and rules, and follows
// the feed until ctx is done or Close is called.
//
// If Usher is away, New gives a module all the same: it answers from the Store, or 503 until Usher is back. It is an
// error if Usher answers and does not fit: another issuer, a redirect, a client that is refused.
func New(ctx context.Context, config Config) (*Usher, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	u := &Usher{
		config: config, options: config.options(), issuer: newIssuerClient(&config), cache: newCache(config.CacheSize),
		list: revocation.NewList(int64(DefaultClockSkew/time.Second), config.MaxRevocations), clients: map[string]bool{},
		asking: make(chan struct{}, mostAsking), ready: make(chan struct{}), done: make(chan struct{}),
		seen: newSessionList(config.StoreSecret),
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

// Close ends the following of the feed, reports the sessions that were seen, and closes the Store.
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

// Status is what a module knows of itself, for health checks and metrics.
type Status struct {
	// Ready says that keys and list are there.
	Ready bool `json:"ready"`
	// Connected says that a long poll is open, or that the last question was answered.
	Connected bool `json:"connected"`
	// Stale says that the list is older than MaxStaleness.
	Stale bool `json:"stale"`
	// SyncedAt is when nothing beyond the list was known; zero before the first time.
	SyncedAt time.Time `json:"synced_at"`
	// Cursor tells how far the list has come: e7.18234.
	Cursor string `json:"cursor"`
	// Revocations is the number of entries.
	Revocations int `json:"revocations"`
	// PolicyRevision that is applied; 0 if there is none.
	PolicyRevision int64 `json:"policy_revision"`
}

// Status tells what the module knows of itself.
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

func (u *Usher) tell(e Event) {
	if u.config.OnEvent != nil {
		u.config.OnEvent(e)
	}
}

// noteReady tells that keys and list are there, the first time and after they were stale.
func (u *Usher) noteReady() {
	if u.keys.Load() == nil {
		return
	}
	first := false
	u.once.Do(func() { first = true; close(u.ready) })
	if wasStale := u.stale.Swap(false); first || wasStale {
		u.tell(Event{Kind: Ready})
	}
}

// noteStale tells once that the list has become stale.
func (u *Usher) noteStale() {
	if u.isStale() && !u.stale.Swap(true) {
		u.config.Logger.Warn("usher: the revocation list is stale", "on_stale", u.config.Sync.OnStale)
		u.tell(Event{Kind: Stale})
	}
}
