package usher_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// holder holds the key that tokens are bound to (DPoP, RFC 9449).
type holder struct {
	key  *ecdsa.PrivateKey
	x, y string
	made int
}

func newHolder(t *testing.T) *holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey.ECDH()
	if err != nil {
		t.Fatal(err)
	}
	point := public.Bytes()
	return &holder{key: key, x: encode(string(point[1:33])), y: encode(string(point[33:]))}
}

// bound is a token that is bound to the key.
func (h *holder) bound() ushertest.Token {
	digest := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, h.x, h.y))
	jkt := base64.RawURLEncoding.EncodeToString(digest[:])
	return ushertest.Token{Claims: map[string]any{"cnf": map[string]string{"jkt": jkt}}}
}

func (h *holder) proof(t *testing.T, token string, claims map[string]any) string {
	t.Helper()
	h.made++
	ath := sha256.Sum256([]byte(token))
	all := map[string]any{
		"htm": "GET", "htu": ushertest.Audience + "/me", "jti": fmt.Sprint(h.made), "iat": time.Now().Unix(),
		"ath": base64.RawURLEncoding.EncodeToString(ath[:]),
	}
	maps.Copy(all, claims)
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	header := fmt.Sprintf(`{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":%q,"y":%q}}`, h.x, h.y)
	input := encode(header) + "." + encode(string(payload))
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, h.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// present sends a token with proofs, and gives the challenge of the response; "" if it was accepted.
func present(module *usher.Usher, scheme, token string, proofs ...string) string {
	r := httptest.NewRequest("GET", "http://elsewhere.example/me?x=1", nil)
	r.Header.Set("Authorization", scheme+" "+token)
	for _, proof := range proofs {
		r.Header.Add("DPoP", proof)
	}
	w := httptest.NewRecorder()
	module.RequireAuth(nothing{}).ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		return ""
	}
	return fmt.Sprint(w.Code, " ", w.Header().Get("WWW-Authenticate"))
}

const (
	algorithms = `, algs="ES256 RS256 PS256 EdDSA Ed25519"`
	unproven   = `401 DPoP error="invalid_dpop_proof"` + algorithms
	misplaced  = `401 DPoP error="invalid_token"` + algorithms
)

func TestABoundTokenIsAcceptedWithAProofAndRefusedAsABearerToken(t *testing.T) {
	test, h := ushertest.New(t), newHolder(t)
	token, plain := test.Mint(h.bound()), test.Mint(ushertest.Token{})
	used := h.proof(t, token, nil)
	for _, c := range []struct {
		name, scheme, token string
		proofs              []string
		want                string
	}{
		{"a proof", "DPoP", token, []string{used}, ""},
		{"the scheme in small letters", "dpop", token, []string{h.proof(t, token, nil)}, ""},
		{"the same proof again", "DPoP", token, []string{used}, unproven},
		{"no proof", "DPoP", token, nil, unproven},
		{"two proofs", "DPoP", token, []string{h.proof(t, token, nil), h.proof(t, token, nil)}, unproven},
		{"a proof for another place", "DPoP", token, []string{h.proof(t, token, map[string]any{"htu": "http://elsewhere.example/me"})}, unproven},
		{"as a bearer token", "Bearer", token, nil, misplaced},
		{"as a bearer token with a proof", "Bearer", token, []string{h.proof(t, token, nil)}, misplaced},
		{"a bearer token with a proof", "DPoP", plain, []string{h.proof(t, plain, nil)}, misplaced},
	} {
		if got := present(test.Module, c.scheme, c.token, c.proofs...); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	var refusal *usher.Refusal
	if _, err := test.Module.Verify(context.Background(), token); !errors.As(err, &refusal) || refusal.Reason != "sender_constrained" {
		t.Errorf("without a request: %v", err)
	}
}

// breakableStore is a store that can be unreachable.
type breakableStore struct {
	*usher.MemoryStore
	broken atomic.Bool
}

func (s *breakableStore) Get(ctx context.Context, key string) ([]byte, error) {
	if s.broken.Load() {
		return nil, io.ErrUnexpectedEOF
	}
	return s.MemoryStore.Get(ctx, key)
}

func TestAProofIsAcceptedOnceByAllInstancesWithAStore(t *testing.T) {
	h, store := newHolder(t), &breakableStore{MemoryStore: usher.NewMemoryStore()}
	with := ushertest.WithConfig(func(c *usher.Config) { c.Store = store })
	one, other := ushertest.New(t, with), ushertest.New(t)
	token := one.Mint(h.bound())
	used := h.proof(t, token, nil)
	if got := present(one.Module, "DPoP", token, used); got != "" {
		t.Fatal(got)
	}
	again := ushertest.New(t, with)
	token = again.Mint(h.bound())
	// The other instance has another issuer here, and so another token: the id alone names a proof of a key.
	replayed := h.proof(t, token, map[string]any{"jti": "1"})
	if got := present(again.Module, "DPoP", token, replayed); got != unproven {
		t.Errorf("by another instance with the same store: %q", got)
	}
	token = other.Mint(h.bound())
	if got := present(other.Module, "DPoP", token, h.proof(t, token, map[string]any{"jti": "1"})); got != "" {
		t.Errorf("by an instance without it: %q", got)
	}
	store.broken.Store(true)
	token = one.Mint(h.bound())
	if got := present(one.Module, "DPoP", token, h.proof(t, token, nil)); got != "503 " {
		t.Errorf("without its store: %q", got)
	}
}

func TestAnApplicationWithoutAURLAcceptsNoBoundToken(t *testing.T) {
	h := newHolder(t)
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Audience = "orders" }))
	bound := h.bound()
	bound.Claims["aud"] = "orders"
	token := test.Mint(bound)
	if got := present(test.Module, "DPoP", token, h.proof(t, token, nil)); got != misplaced {
		t.Errorf("got %q", got)
	}
}
