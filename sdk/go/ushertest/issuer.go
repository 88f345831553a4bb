package ushertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// issuer implements Usher as far as a module needs it, in memory.
type issuer struct {
	key     atomic.Pointer[signingKey]
	now     func() time.Time
	project string

	mutex    sync.Mutex
	changed  chan struct{} // closed and replaced when something is new
	offline  bool
	epoch    int
	events   []map[string]any // position n has index n-1
	table    map[string]any
	revision int64
	seen     []json.RawMessage
	inactive map[string]bool // tokens for which introspection says inactive
}

// signingKey is the key that tokens and rules are signed with.
type signingKey struct {
	*ecdsa.PrivateKey
	id string
}

var errOffline = errors.New("ushertest: Usher is away")

func newIssuer(project string, now func() time.Time) (*issuer, error) {
	i := &issuer{now: now, project: project, changed: make(chan struct{}), epoch: 1, inactive: map[string]bool{}}
	return i, i.rotate("ushertest")
}

// rotate signs with a new key from now on.
func (i *issuer) rotate(id string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err == nil {
		i.key.Store(&signingKey{PrivateKey: key, id: id})
	}
	return err
}

// RoundTrip implements http.RoundTripper.
func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	if i.isOffline() {
		return nil, errOffline
	}
	recorder := httptest.NewRecorder()
	i.serve(recorder, r)
	switch err := r.Context().Err(); {
	case err != nil:
		return nil, err
	case i.isOffline():
		return nil, errOffline
	}
	return recorder.Result(), nil
}

func (i *issuer) isOffline() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.offline
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(w, map[string]any{
			"issuer": Issuer, "jwks_uri": Issuer + "/oauth2/jwks", "token_endpoint": Issuer + "/oauth2/token",
			"introspection_endpoint": Issuer + "/oauth2/introspect",
		})
	case "/oauth2/jwks":
		w.Header().Set("ETag", `"keys"`)
		answer(w, map[string]any{"keys": []any{i.publicKey()}})
	case "/oauth2/token":
		answer(w, map[string]any{"access_token": "module", "token_type": "Bearer", "expires_in": 600})
	case "/oauth2/introspect":
		token := r.FormValue("token")
		i.mutex.Lock()
		active := !i.inactive[token]
		i.mutex.Unlock()
		answer(w, map[string]any{"active": active, "token_use": "access_token"})
	case "/api/v1/sync/snapshot":
		i.snapshot(w)
	case "/api/v1/sync/events":
		i.serveEvents(w, r)
	case "/api/v1/sync/seen":
		var report struct{ Sessions []json.RawMessage }
		_ = json.NewDecoder(r.Body).Decode(&report)
		i.mutex.Lock()
		i.seen = append(i.seen, report.Sessions...)
		i.mutex.Unlock()
		w.WriteHeader(http.StatusAccepted)
	case "/api/v1/projects/" + i.project + "/policy":
		i.policy(w)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // into memory
}

func (i *issuer) publicKey() map[string]any {
	key := i.key.Load()
	public, err := key.PublicKey.ECDH()
	if err != nil {
		panic(err) // it was generated on the curve
	}
	point := public.Bytes() // 4, X, Y
	return map[string]any{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": key.id,
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}
}

// sign makes a compact JWS with ES256 (RFC 7515 §3.1, RFC 7518 §3.4).
func (i *issuer) sign(typ string, payload []byte) string {
	key := i.key.Load()
	header := fmt.Sprintf(`{"alg":"ES256","kid":%q,"typ":%q}`, key.id, typ)
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	hash := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key.PrivateKey, hash[:])
	if err != nil {
		panic(err) // the system has no randomness
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (i *issuer) snapshot(w http.ResponseWriter) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	revocations := []any{}
	for _, event := range i.events {
		if event["t"] == "ev" {
			revocations = append(revocations, event)
		}
	}
	var rules any
	if i.table != nil {
		rules = map[string]any{"revision": i.revision, "etag": i.etag()}
	}
	answer(w, map[string]any{
		"epoch": fmt.Sprintf("e%d", i.epoch), "cursor": len(i.events), "server_time": i.now().Unix(),
		"revocations": revocations, "policy": rules, "jwks": map[string]any{"etag": `"keys"`},
	})
}

// serveEvents answers with the events after a cursor, and waits for them if asked to.
func (i *issuer) serveEvents(w http.ResponseWriter, r *http.Request) {
	epoch, place, _ := strings.Cut(strings.TrimPrefix(r.FormValue("cursor"), "e"), ".")
	wait, _ := strconv.Atoi(r.FormValue("wait"))
	timer := time.NewTimer(time.Duration(wait) * time.Second)
	defer timer.Stop()
	from, err := strconv.Atoi(place)
	for {
		i.mutex.Lock()
		gone := err != nil || epoch != strconv.Itoa(i.epoch) || from > len(i.events)
		var news []map[string]any
		if !gone {
			news = i.events[from:]
		}
		changed, here := i.changed, len(i.events)
		i.mutex.Unlock()
		if gone || i.isOffline() {
			w.WriteHeader(http.StatusGone)
			return
		}
		if len(news) > 0 {
			answer(w, map[string]any{"epoch": "e" + epoch, "cursor": here, "events": news, "more": false})
			return
		}
		select {
		case <-changed:
			continue
		case <-timer.C:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusNotModified)
		return
	}
}

func (i *issuer) etag() string { return fmt.Sprintf(`"%d-0000000000000000"`, i.revision) }

func (i *issuer) policy(w http.ResponseWriter) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.table == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	table, err := json.Marshal(i.table)
	if err != nil {
		panic(err) // it was read from JSON
	}
	w.Header().Set("ETag", i.etag())
	_, _ = w.Write([]byte(i.sign("usher-policy+jws", table)))
}

// add appends an event at the next position.
func (i *issuer) add(event map[string]any) int {
	event["c"] = len(i.events) + 1
	i.events = append(i.events, event)
	close(i.changed)
	i.changed = make(chan struct{})
	return len(i.events)
}
