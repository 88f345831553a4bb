package usher

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/usher-id/usher/sdk/go/internal/revocation"
	"github.com/usher-id/usher/sdk/go/internal/storelog"
	"github.com/usher-id/usher/sdk/go/internal/token"
)

// refusedFor is how many seconds a token stays refused after introspection said that its client is of another project.
const refusedFor = 30

// Verify verifies an access token that did not come by HTTP, as with gRPC. One that is bound to a key is refused, because
// there is no proof. The error is a *Refusal.
func (u *Usher) Verify(ctx context.Context, accessToken string) (*Auth, error) {
	v, err := u.check(ctx, accessToken, u.now())
	if err == nil && v.claims.Thumbprint != "" {
		err = token.ErrSenderConstrained
	}
	if err != nil {
		return nil, refusalOf(err)
	}
	return u.newAuth(ctx, accessToken, v, nil), nil
}

// refusalOf converts an error into a refusal.
func refusalOf(err error) *Refusal {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	var refused *token.Refusal
	if errors.As(err, &refused) {
		return refuse(refused.Reason)
	}
	return refuse("introspection_failed")
}

// check verifies a token: cache, signature and claims, client, revocation, staleness.
func (u *Usher) check(ctx context.Context, raw string, now int64) (*verified, error) {
	keys := u.keys.Load()
	if keys == nil || u.synced.Load() == 0 && u.config.Sync.Transport != Off {
		return nil, refuse("keys_missing")
	}
	if len(raw) > token.MaxLength {
		return nil, token.ErrMalformed
	}
	key := digestOf(raw)
	v := u.cache.get(key)
	if v != nil && v.refused != nil && now < v.until {
		return nil, v.refused
	}
	if v == nil || v.refused != nil || !keys.Has(v.claims.KeyID) {
		var err error
		if v, err = u.first(ctx, raw, key, now); err != nil {
			return nil, err
		}
	}
	if now >= v.claims.Expires+u.options.ClockSkew {
		u.cache.remove(key)
		return nil, token.ErrExpired
	}
	if u.isRevoked(v, now) {
		return nil, token.ErrRevoked
	}
	if u.isStaleAt(now) {
		return v, u.checkStale(ctx, raw, v, now)
	}
	return v, nil
}

func (u *Usher) isRevoked(v *verified, now int64) bool {
	u.mutex.RLock()
	defer u.mutex.RUnlock()
	return u.list.RevokedBy(&v.asked, now) != ""
}

// checkStale does what OnStale says. An introspection counts for the second in which it was made.
func (u *Usher) checkStale(ctx context.Context, raw string, v *verified, now int64) error {
	switch u.config.Sync.OnStale {
	case Deny:
		return refuse("list_stale")
	case Introspect:
		if v.activeAt.Load() == now {
			return nil
		}
		if err := u.requireActive(ctx, raw); err != nil {
			return err
		}
		v.activeAt.Store(now)
	}
	return nil
}

// first verifies a token that is not in the cache.
func (u *Usher) first(ctx context.Context, raw string, key digest, now int64) (*verified, error) {
	claims, err := token.Verify(raw, u.keys.Load().Keys, u.options, now)
	if errors.Is(err, token.ErrKeyUnknown) && token.KeyOf(raw) != "" {
		if err := u.seekKeys(ctx); err != nil {
			u.config.Logger.Debug("usher: the keys were not fetched for an unknown one", "error", err)
		}
		claims, err = token.Verify(raw, u.keys.Load().Keys, u.options, now)
	}
	if err != nil {
		return nil, err
	}
	v := &verified{key: key, claims: claims, user: userAttributes(claims), asked: revocation.Token{
		ID: claims.ID, SessionID: claims.SessionID, GrantID: claims.GrantID, KeyID: claims.KeyID,
		Subject: claims.Subject, ClientID: claims.ClientID, URV: claims.URV, IssuedAt: claims.IssuedAt,
	}}
	if u.isRevoked(v, now) { // introspection would say nothing about its client
		return nil, token.ErrRevoked
	}
	err = u.proveClient(ctx, raw, claims)
	if errors.Is(err, token.ErrClient) {
		v.refused, v.until = token.ErrClient, now+refusedFor
	}
	if err == nil || v.refused != nil {
		u.cache.put(v)
	}
	return v, err
}

// proveClient makes sure that a client belongs to the project, since any project may copy an audience. Introspection says
// active only for tokens of the asking client's project, so one answer proves it.
func (u *Usher) proveClient(ctx context.Context, raw string, claims *token.Claims) error {
	if claims.ClientProven || claims.ClientID == u.config.ClientID {
		return nil
	}
	u.mutex.RLock()
	known := u.clients[claims.ClientID]
	u.mutex.RUnlock()
	if known {
		return nil
	}
	active, err := u.introspect(ctx, raw)
	if err != nil {
		return err
	}
	if !active {
		return token.ErrClient
	}
	u.mutex.Lock()
	u.clients[claims.ClientID] = true
	ids := make([]string, 0, len(u.clients))
	for id := range u.clients {
		ids = append(ids, id)
	}
	u.mutex.Unlock()
	slices.Sort(ids)
	u.write(ctx, func(w *storelog.Writer) []byte { return w.Line(storelog.Clients{T: "clients", IDs: ids}) })
	return nil
}

// requireActive introspects a token.
func (u *Usher) requireActive(ctx context.Context, raw string) error {
	active, err := u.introspect(ctx, raw)
	if err != nil {
		return err
	}
	if !active {
		return token.ErrRevoked
	}
	return nil
}

func (u *Usher) introspect(ctx context.Context, raw string) (bool, error) {
	select {
	case u.asking <- struct{}{}:
		defer func() { <-u.asking }()
	case <-ctx.Done():
		return false, refuse("introspection_failed")
	}
	active, err := u.issuer.introspect(ctx, raw)
	if err != nil {
		u.config.Logger.Warn("usher: introspection failed", "error", err)
		return false, refuse("introspection_failed")
	}
	return active, nil
}

// credentialsOf gives the token of a request (RFC 6750 §2.1, RFC 9449 §7.1).
func credentialsOf(r *http.Request) (token.Credentials, error) {
	var c token.Credentials
	lines := r.Header["Authorization"]
	switch len(lines) {
	case 0:
		return c, refuse("token_missing")
	case 1:
	default:
		return c, refuse("credentials_ambiguous")
	}
	scheme, raw, _ := strings.Cut(lines[0], " ")
	c.Token, c.DPoP = strings.Trim(raw, " "), strings.EqualFold(scheme, "DPoP")
	if !c.DPoP && !strings.EqualFold(scheme, "Bearer") {
		return c, refuse("token_missing")
	}
	c.Proofs = r.Header["Dpop"]
	return c, nil
}
