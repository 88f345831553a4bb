package usher

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/token"
)

// spentProofs are the proofs that were used: each is accepted once (RFC 9449 §11.1).
type spentProofs struct {
	mutex sync.Mutex
	until map[string]int64 // when each may be forgotten, in seconds since the epoch
	swept int64
}

// add says whether a proof is new.
func (s *spentProofs) add(key string, until, now int64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if now != s.swept {
		s.swept = now
		for known, end := range s.until {
			if end < now {
				delete(s.until, known)
			}
		}
	}
	if _, known := s.until[key]; known {
		return false
	}
	if s.until == nil {
		s.until = map[string]int64{}
	}
	s.until[key] = until
	return true
}

// checkBinding checks the proof of a token that is bound to a key, and spends it. The store keeps it over a restart, and
// for other instances where they share values.
func (u *Usher) checkBinding(r *http.Request, c token.Credentials, jkt string, now int64) error {
	request := token.ProvenRequest{Method: r.Method, Target: requestPath(r), URL: u.config.BaseURL}
	proof, err := token.CheckBinding(c, jkt, request, u.options.ClockSkew, now)
	if err != nil || proof == nil {
		return err
	}
	digest := sha256.Sum256([]byte(jkt + " " + proof.ID))
	key := "proof:" + base64.RawURLEncoding.EncodeToString(digest[:])
	if !u.spent.add(key, proof.Until, now) {
		return refuse("proof_replayed")
	}
	if u.config.Store == nil {
		return nil
	}
	return u.keepProof(r.Context(), key, time.Duration(proof.Until-now+1)*time.Second)
}

func (u *Usher) keepProof(ctx context.Context, key string, life time.Duration) error {
	known, err := u.config.Store.Get(ctx, key)
	if err == nil && known == nil {
		err = u.config.Store.Set(ctx, key, []byte("1"), life)
	}
	switch {
	case err != nil:
		u.config.Logger.Warn("usher: the store does not say whether a proof was used", "error", err)
		return refuse("store_unavailable")
	case known != nil:
		return refuse("proof_replayed")
	}
	return nil
}
