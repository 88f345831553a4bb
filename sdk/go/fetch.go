package usher

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/token"
	"github.com/usher-id/usher/sdk/go/policy"
)

// keysPause is the minimum time between two fetches of the key set because of tokens with unknown keys.
const keysPause = time.Second

// fetchKeys fetches the published keys.
func (u *Usher) fetchKeys(ctx context.Context) error {
	u.keysMutex.Lock()
	defer u.keysMutex.Unlock()
	return u.loadKeys(ctx)
}

// seekKeys fetches the published keys for an unknown one, at most once per keysPause: the notice of a new key may have been
// lost, and an instance of Usher may send the revocation of a key before it publishes the next one. Who comes meanwhile
// waits for the same response.
func (u *Usher) seekKeys(ctx context.Context) error {
	u.keysMutex.Lock()
	defer u.keysMutex.Unlock()
	now := u.config.Now()
	if now.Sub(u.keysSought).Abs() < keysPause {
		return nil
	}
	u.keysSought = now
	return u.loadKeys(ctx)
}

// loadKeys needs keysMutex.
func (u *Usher) loadKeys(ctx context.Context) error {
	answer, err := u.issuer.keySet(ctx)
	if err != nil {
		return err
	}
	keys, err := token.ParseKeys(answer.body)
	if err != nil {
		return err
	}
	old := u.useKeys(keys, answer.etag, answer.body)
	if old != nil && old.etag != answer.etag {
		u.save(ctx)
	}
	return nil
}

// useKeys uses a key set without the keys that leaked, and gives the one that was used before.
func (u *Usher) useKeys(keys *token.Keys, etag string, raw []byte) *keySet {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.keys.Swap(&keySet{Keys: keys.Without(u.keysRevoked), etag: etag, raw: raw})
}

// dropRevokedKeys removes the keys that the list names.
func (u *Usher) dropRevokedKeys() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	for _, entry := range u.list.Entries(u.now()) {
		if entry.Kind == "kid" {
			u.keysRevoked[entry.Value] = true
		}
	}
	if keys := u.keys.Load(); keys != nil {
		u.keys.Store(&keySet{Keys: keys.Without(u.keysRevoked), etag: keys.etag, raw: keys.raw})
	}
}

// wantRules records the published revision of the access rules.
func (u *Usher) wantRules(revision int64) {
	if u.config.Policy.Off {
		return
	}
	u.wanted.Store(revision)
	if revision != 0 {
		u.unpublished.Store(false)
		return
	}
	if old := u.rules.Swap(nil); old != nil {
		u.emit(Event{Kind: PolicyChanged})
	}
	u.noteUnpublished()
}

// noteUnpublished records that no access rules are published, and says so once.
func (u *Usher) noteUnpublished() {
	if !u.unpublished.Swap(true) && !u.config.Policy.IgnoreRoutes {
		u.config.Logger.Warn("usher: no access rules are published; every request is answered 503 until some are: publish them"+
			" at Usher, or set Policy.IgnoreRoutes", "project", u.config.Project)
	}
}

// fetchRules fetches the access rules if the published revision is not the applied one.
func (u *Usher) fetchRules(ctx context.Context) error {
	if u.config.Policy.Off {
		return nil
	}
	rules, wanted := u.rules.Load(), u.wanted.Load()
	off := u.config.Sync.Transport == Off
	if !off && (wanted == 0 || rules != nil && rules.Revision == wanted) {
		return nil
	}
	etag := ""
	if rules != nil {
		etag = rules.etag
	}
	path := "/api/v1/projects/" + url.PathEscape(u.config.Project) + "/policy"
	answer, err := u.issuer.get(ctx, path, etag, "application/jose", callTimeout, 2*policy.MaxBytes)
	missing := (*statusError)(nil)
	if errors.As(err, &missing) && missing.status == http.StatusNotFound && off {
		u.wantRules(0) // without the feed this says either that nothing is published or that this is not the project
		return nil
	}
	if missing != nil && missing.status == http.StatusNotFound {
		return fmt.Errorf("%w: %w: is Config.Project the id of the client's project?", err, errMisuse)
	}
	if err != nil || answer.status == http.StatusNotModified {
		return err
	}
	cursor, _ := u.cursor()
	err = u.applyRules(string(answer.body), answer.etag, cursor.Epoch)
	if errors.Is(err, token.ErrKeyUnknown) {
		if err := u.seekKeys(ctx); err != nil {
			return err
		}
		err = u.applyRules(string(answer.body), answer.etag, cursor.Epoch)
	}
	if err != nil {
		return err
	}
	u.save(ctx)
	return nil
}

// applyRules verifies signed rules and applies them. A lower revision is refused unless the epoch of the feed is newer, as
// after a backup was restored.
func (u *Usher) applyRules(jws, etag string, epoch uint64) error {
	keys := u.keys.Load()
	if keys == nil {
		return errors.New("usher: no key to verify the access rules with")
	}
	data, err := token.VerifyDocument(jws, keys.Keys, "usher-policy+jws", token.Algorithms, 2*policy.MaxBytes)
	if err != nil {
		return fmt.Errorf("usher: the access rules: %w", err)
	}
	table, err := policy.Parse(data)
	if err != nil {
		return err
	}
	if table.Project != u.config.Project {
		return fmt.Errorf("usher: the access rules are of the project %s, not of %s", table.Project, u.config.Project)
	}
	old := u.rules.Load()
	if old != nil && table.Revision < old.Revision && epoch <= old.epoch {
		return fmt.Errorf("usher: the access rules have revision %d, older than %d", table.Revision, old.Revision)
	}
	u.unpublished.Store(false)
	u.rules.Store(&ruleSet{Table: table, etag: etag, jws: jws, epoch: epoch})
	if old == nil || old.Revision != table.Revision {
		u.config.Logger.Info("usher: access rules applied", "revision", table.Revision)
		u.emit(Event{Kind: PolicyChanged, Revision: table.Revision})
	}
	return nil
}
