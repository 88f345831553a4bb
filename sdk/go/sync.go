package usher

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
)

// Delays between attempts after a failure: the first is doubled up to the last, with full jitter but at least the least.
const (
	firstBackoff = time.Second
	lastBackoff  = 30 * time.Second
	leastBackoff = 100 * time.Millisecond
)

// longestWait is how long a long poll waits.
const longestWait = 25 * time.Second

// begin fetches keys, list and rules.
func (u *Usher) begin(ctx context.Context) error {
	if err := u.fetchKeys(ctx); err != nil {
		return err
	}
	if u.config.Sync.Transport == Off {
		u.noteReady()
		return u.fetchRules(ctx)
	}
	if _, known := u.cursor(); known {
		// The list of the store is brought up to date, by a snapshot if its cursor is too old.
		if err := u.ask(ctx, 0); err != nil {
			return err
		}
	} else if err := u.takeSnapshot(ctx); err != nil {
		return err
	}
	return u.fetchRules(ctx)
}

// run follows the feed until the context is done.
func (u *Usher) run(ctx context.Context, err error) {
	defer close(u.done)
	reports := time.NewTicker(reportEvery)
	defer reports.Stop()
	backoff, before, began, waited := firstBackoff, revocation.Cursor{}, time.Time{}, false
	for {
		var pause time.Duration
		switch {
		case ctx.Err() != nil:
		case err != nil:
			pause, backoff = u.pauseAfter(err, backoff)
		case u.config.Sync.Transport == LongPoll:
			backoff = firstBackoff
			if at, _ := u.cursor(); waited && at == before && time.Since(began) < time.Second {
				pause = time.Second // an intermediary answers without waiting
			}
		default:
			backoff, pause = firstBackoff, u.config.Sync.PollInterval
		}
		if !u.rest(ctx, pause, reports.C) {
			u.report(context.WithoutCancel(ctx))
			return
		}
		before, _ = u.cursor()
		began, waited = time.Now(), u.connected.Load()
		err = u.step(ctx)
		u.connected.Store(err == nil)
		u.noteStale()
	}
}

// pauseAfter says when to try again after a failure.
func (u *Usher) pauseAfter(err error, backoff time.Duration) (pause, next time.Duration) {
	u.config.Logger.Warn("usher: following the feed failed", "error", err)
	var busy *statusError
	if errors.As(err, &busy) && busy.after > 0 {
		return min(busy.after, u.config.Sync.PollInterval), backoff
	}
	return max(rand.N(backoff), leastBackoff), min(2*backoff, lastBackoff)
}

// rest waits and reports sessions meanwhile. It returns false when the context is done.
func (u *Usher) rest(ctx context.Context, pause time.Duration, reports <-chan time.Time) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	staleness := time.NewTicker(time.Second)
	defer staleness.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-reports:
			u.report(ctx)
		case <-staleness.C:
			u.noteStale()
		case <-timer.C:
			select {
			case <-reports:
				u.report(ctx)
			default:
			}
			return true
		}
	}
}

// step fetches what is missing, or what is new.
func (u *Usher) step(ctx context.Context) error {
	if u.keys.Load() == nil {
		return u.begin(ctx)
	}
	if u.config.Sync.Transport == Off {
		return u.fetchRules(ctx)
	}
	if _, known := u.cursor(); !known {
		return u.begin(ctx)
	}
	wait := time.Duration(0)
	if u.config.Sync.Transport == LongPoll && u.connected.Load() { // after a failure, catch up first
		wait = max(min(longestWait, u.config.Sync.MaxStaleness/3), time.Second)
	}
	err := u.ask(ctx, wait)
	var busy *statusError
	if errors.As(err, &busy) && busy.status == http.StatusServiceUnavailable && wait > 0 {
		// Usher has no capacity for another long poll. A call that does not wait is always answered.
		if asked := u.ask(ctx, 0); asked != nil {
			return asked
		}
		return err
	}
	if err != nil {
		return err
	}
	if err := u.fetchRules(ctx); err != nil {
		// The feed goes on: revocations do not wait for rules. They are fetched again after the next call.
		u.config.Logger.Warn("usher: the access rules could not be fetched", "error", err)
	}
	return nil
}

func (u *Usher) cursor() (revocation.Cursor, bool) {
	u.mutex.RLock()
	defer u.mutex.RUnlock()
	return u.list.Cursor()
}

// takeSnapshot replaces the list.
func (u *Usher) takeSnapshot(ctx context.Context) error {
	asked := u.now()
	answer, err := u.issuer.get(ctx, "/api/v1/sync/snapshot", "", "application/json", time.Minute, maxSnapshot)
	if err != nil {
		return err
	}
	snapshot, err := revocation.ParseSnapshot(answer.body)
	if err != nil {
		return err
	}
	if project := u.config.Project; project != "" && snapshot.Project != "" && project != snapshot.Project {
		return fmt.Errorf("%w: Config.Project is %s, and the client belongs to the project %s", errMisuse, project, snapshot.Project)
	}
	u.mutex.Lock()
	_, again := u.list.Cursor()
	err = u.list.Replace(snapshot, u.now())
	u.mutex.Unlock()
	if err != nil {
		return err
	}
	u.dropRevokedKeys()
	u.wantRules(snapshot.Policy)
	if keys := u.keys.Load(); keys != nil && snapshot.KeysETag != "" && keys.etag != snapshot.KeysETag {
		if err := u.fetchKeys(ctx); err != nil {
			return err
		}
	}
	u.synced.Store(asked)
	u.save(ctx)
	if again {
		u.emit(Event{Kind: Resynced})
	}
	u.noteReady()
	return nil
}

// ask fetches what is new, waiting for it up to the given time. The cursor acknowledges everything before it, and rev the
// access rules that are applied.
func (u *Usher) ask(ctx context.Context, wait time.Duration) error {
	for {
		cursor, _ := u.cursor()
		query := url.Values{"cursor": {cursor.String()}}
		if wait > 0 {
			query.Set("wait", fmt.Sprint(int(wait.Seconds())))
		}
		if rules := u.rules.Load(); rules != nil {
			query.Set("rev", fmt.Sprint(rules.Revision))
		}
		if u.host != "" {
			query.Set("host", u.host)
		}
		etag := `"` + cursor.String() + `"`
		path := "/api/v1/sync/events?" + query.Encode()
		answer, err := u.issuer.get(ctx, path, etag, "application/json", wait+callTimeout, maxSnapshot)
		if gone := (*statusError)(nil); errors.As(err, &gone) && gone.status == http.StatusGone {
			return u.takeSnapshot(ctx)
		}
		if err != nil {
			return err
		}
		synced := u.now()
		more := false
		if answer.status != http.StatusNotModified {
			events, err := revocation.ParseEvents(answer.body)
			if err != nil {
				return err
			}
			if events.Cursor.Epoch != cursor.Epoch || !u.apply(ctx, events) {
				return u.takeSnapshot(ctx)
			}
			more = events.More
		}
		if !more {
			u.synced.Store(synced)
			u.saveTime(ctx)
			u.noteReady()
			return nil
		}
	}
}

// apply applies messages to the list. It returns false if a snapshot is needed.
func (u *Usher) apply(ctx context.Context, events *revocation.Events) bool {
	keys := false
	for i := range events.Messages {
		m := &events.Messages[i]
		u.mutex.Lock()
		outcome := u.list.Apply(m, u.now())
		u.mutex.Unlock()
		switch outcome {
		case revocation.Gap, revocation.Resync:
			u.stored.invalidate() // it lacks the messages before
			return false
		case revocation.Policy:
			u.wantRules(m.Revision)
		case revocation.Keys:
			keys = true
		case revocation.Applied, revocation.Folded:
			u.seen.revoke(&m.Entry)
			u.emit(Event{Kind: Revoked, RevocationKind: m.Entry.Kind, Value: m.Entry.Value, Why: m.Entry.Why})
			if m.Entry.Kind == "kid" {
				u.dropRevokedKeys()
				keys = true
			}
		}
	}
	u.append(ctx, events.Messages)
	if keys {
		if err := u.fetchKeys(ctx); err != nil {
			u.config.Logger.Warn("usher: the keys could not be fetched", "error", err)
		}
	}
	return true
}
