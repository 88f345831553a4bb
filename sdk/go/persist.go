package usher

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/internal/storelog"
	"github.com/usher-id/usher/sdk/go/internal/token"
)

// compactAt is the size of the log, in bytes, from which it is rewritten.
const compactAt = 4 << 20

// persister writes the state of the module to its Store.
type persister struct {
	key []byte

	mutex  sync.Mutex
	writer *storelog.Writer // nil until a snapshot was saved
	size   int
}

// restore reads the Store. Invalid state is ignored with a warning; a Store that fails is an error.
func (u *Usher) restore(ctx context.Context) error {
	if u.config.Store == nil {
		return nil
	}
	text, err := u.config.Store.LoadSnapshot(ctx)
	if err != nil {
		return fmt.Errorf("usher: the store cannot be read: %w", err)
	}
	// A store that cannot be written is refused now, not at the first revocation.
	if err := u.config.Store.Set(ctx, "probe", []byte("usher"), reportEvery); err != nil {
		return fmt.Errorf("usher: the store cannot be written: %w", err)
	}
	if err := u.config.Store.Delete(ctx, "probe"); err != nil {
		return fmt.Errorf("usher: the store cannot be written: %w", err)
	}
	u.restoreSessions(ctx)
	if len(text) == 0 {
		return nil
	}
	state, err := storelog.Read(text, u.stored.key, u.config.Issuer, u.config.ClientID)
	if err != nil {
		u.config.Logger.Warn("usher: what the store holds is refused", "reason", err)
		return nil
	}
	if err := u.adopt(state); err != nil {
		u.config.Logger.Warn("usher: what the store holds is refused", "reason", err)
	}
	return nil
}

// adopt uses the state of a store.
func (u *Usher) adopt(state *storelog.State) error {
	if state.JWKS == nil {
		return errors.New("it holds no keys")
	}
	keys, err := token.ParseKeys(state.JWKS)
	if err != nil {
		return err
	}
	u.useKeys(keys, state.JWKSETag, state.JWKS)
	if u.config.Sync.Transport != Off {
		if err := u.list.Replace(&state.Snapshot, u.now()); err != nil {
			return err
		}
		u.dropRevokedKeys()
		u.synced.Store(state.At)
	}
	for _, id := range state.Clients {
		u.clients[id] = true
	}
	if state.Policy != "" && !u.config.Policy.Off {
		if err := u.applyRules(state.Policy, state.PolicyETag, state.Snapshot.Cursor.Epoch); err != nil {
			u.config.Logger.Warn("usher: the access rules of the store are refused", "error", err)
		}
		if rules := u.rules.Load(); rules != nil {
			u.wanted.Store(rules.Revision)
		}
	}
	if !u.isStale() {
		u.noteReady()
	}
	return nil
}

// storeContext is for writing to the Store: a request that is cancelled does not cancel what it caused.
func storeContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
}

// save writes the whole state.
func (u *Usher) save(ctx context.Context) {
	if u.config.Store == nil {
		return
	}
	ctx, cancel := storeContext(ctx)
	defer cancel()
	keys := u.keys.Load()
	if keys == nil {
		return
	}
	u.stored.mutex.Lock()
	defer u.stored.mutex.Unlock()
	u.mutex.RLock()
	cursor, known := u.list.Cursor()
	entries := u.list.Entries(u.now())
	clients := slices.AppendSeq([]string{}, maps.Keys(u.clients))
	u.mutex.RUnlock()
	slices.Sort(clients)
	if !known && u.config.Sync.Transport != Off {
		return
	}
	w := storelog.NewWriter(u.stored.key)
	text := w.Line(storelog.Head{
		T: "head", V: storelog.Version, Issuer: u.config.Issuer, Client: u.config.ClientID,
		Epoch: fmt.Sprintf("e%d", cursor.Epoch), Cursor: cursor.Position, At: u.synced.Load(),
	})
	text = append(text, w.Line(storelog.Keys{T: "jwks", ETag: keys.etag, JWKS: compact(keys.raw)})...)
	if rules := u.rules.Load(); rules != nil {
		text = append(text, w.Line(storelog.Policy{T: "policy", ETag: rules.etag, JWS: rules.jws})...)
	}
	text = append(text, w.Line(storelog.Clients{T: "clients", IDs: clients})...)
	for i := range entries {
		text = append(text, w.Line(storelog.EntryOf(&entries[i]))...)
	}
	text = append(text, w.Line(storelog.End{T: "end"})...)
	if err := u.config.Store.SaveSnapshot(ctx, text); err != nil {
		u.config.Logger.Error("usher: the store cannot be written", "error", err)
		u.stored.writer = nil
		return
	}
	u.stored.writer, u.stored.size = w, len(text)
}

// append writes messages of the feed.
func (u *Usher) append(ctx context.Context, messages []revocation.Message) {
	u.write(ctx, func(w *storelog.Writer) (lines []byte) {
		for i := range messages {
			m := &messages[i]
			switch {
			case m.Type == "ev":
				lines = append(lines, w.Line(storelog.EntryOf(&m.Entry))...)
			case m.Type == "policy":
				lines = append(lines, w.Line(storelog.PolicyRevision{T: "policy_rev", C: m.Position, Rev: m.Revision})...)
			case m.Position > 0:
				lines = append(lines, w.Line(storelog.Skip{T: "skip", C: m.Position})...)
			}
		}
		return lines
	})
}

// saveTime writes when the list was last up to date.
func (u *Usher) saveTime(ctx context.Context) {
	cursor, _ := u.cursor()
	u.write(ctx, func(w *storelog.Writer) []byte {
		return w.Line(storelog.At{T: "at", Cursor: cursor.Position, At: u.synced.Load()})
	})
}

// write appends lines, or rewrites the log if it is too large or not valid.
func (u *Usher) write(ctx context.Context, lines func(*storelog.Writer) []byte) {
	if u.config.Store == nil {
		return
	}
	ctx, cancel := storeContext(ctx)
	defer cancel()
	u.stored.mutex.Lock()
	fits := u.stored.writer != nil && u.stored.size < compactAt
	if fits {
		text := lines(u.stored.writer)
		u.stored.size += len(text)
		if err := u.config.Store.AppendRevocations(ctx, text); err != nil {
			u.config.Logger.Error("usher: the store cannot be written", "error", err)
			u.stored.writer = nil
		}
	}
	u.stored.mutex.Unlock()
	if !fits {
		u.save(ctx)
	}
}

// invalidate makes the next write rewrite the log.
func (p *persister) invalidate() {
	p.mutex.Lock()
	p.writer = nil
	p.mutex.Unlock()
}

// compact writes JSON on one line.
func compact(raw json.RawMessage) json.RawMessage {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	text, err := json.Marshal(v)
	if err != nil {
		return raw
	}
	return text
}
