// Package ushertest tests applications that use package usher, without a network: it implements the issuer in memory, mints
// access tokens, publishes access rules and revokes.
//
//	func TestOrders(t *testing.T) {
//		test := ushertest.New(t, ushertest.WithRules(rules))
//		app := newApp(test.Module)
//		request := test.Request("GET", "/orders", ushertest.Token{Subject: "u1", Roles: []string{"viewer"}})
//		response := httptest.NewRecorder()
//		app.ServeHTTP(response, request)
//		…
//	}
package ushertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
)

// Settings of a test's module.
const (
	Issuer   = "https://usher.test"
	Audience = "https://api.test"
	Project  = "01980000-0000-7000-8000-000000000000"
	ClientID = "client_test"
)

// Usher is a module with an issuer in memory.
type Usher struct {
	// Module for the application.
	Module *usher.Usher

	t        testing.TB
	issuer   *issuer
	clock    atomic.Pointer[func() time.Time]
	minted   atomic.Int64
	longPoll bool
}

// Option changes the module of a test.
type Option func(*options)

type options struct {
	rules     string
	configure []func(*usher.Config)
}

// WithRules publishes access rules before the module starts: a compiled table, as GET /api/v1/projects/{id}/policy with
// Accept: application/json gives it. The members v, project, revision, iat and default may be left out.
func WithRules(table string) Option { return func(o *options) { o.rules = table } }

// WithConfig changes the module's Config before it is made.
func WithConfig(change func(*usher.Config)) Option {
	return func(o *options) { o.configure = append(o.configure, change) }
}

// New makes a module for a test; it is closed when the test ends. Without WithRules the module uses no access rules.
func New(t testing.TB, with ...Option) *Usher {
	t.Helper()
	var o options
	for _, option := range with {
		option(&o)
	}
	u := &Usher{t: t}
	u.SetClock(time.Now)
	var err error
	if u.issuer, err = newIssuer(Project, u.now); err != nil {
		t.Fatal(err)
	}
	if o.rules != "" {
		u.publish(o.rules)
	}
	config := usher.Config{
		Issuer: Issuer, ClientID: ClientID, ClientSecret: "secret", Audience: Audience, Project: Project,
		Policy: usher.PolicyConfig{Off: o.rules == ""}, HTTPClient: &http.Client{Transport: u.issuer}, Now: u.now,
		Logger: slog.New(slog.DiscardHandler),
	}
	for _, change := range o.configure {
		change(&config)
	}
	u.longPoll = config.Sync.Transport == "" || config.Sync.Transport == usher.LongPoll
	if u.Module, err = usher.New(context.Background(), config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := u.Module.Close(); err != nil {
			t.Error(err)
		}
	})
	return u
}

func (u *Usher) now() time.Time { return (*u.clock.Load())() }

// SetClock replaces the clock of module and issuer.
func (u *Usher) SetClock(now func() time.Time) { u.clock.Store(&now) }

// Advance moves the clock.
func (u *Usher) Advance(by time.Duration) {
	before := *u.clock.Load()
	u.SetClock(func() time.Time { return before().Add(by) })
}

// Token describes an access token. Fields with their zero value get the values of an ordinary token.
type Token struct {
	// Subject is the sub of the person: "user-1" if empty.
	Subject string
	// Machine makes a token that a client got for itself.
	Machine bool
	// Roles in the project.
	Roles []string
	// Scope: "openid" if empty.
	Scope []string
	// ClientID: "client_app" if empty.
	ClientID string
	// SessionID: "session-1" if empty.
	SessionID string
	// ACR: "aal1" if empty.
	ACR string
	// AuthenticatedFor is how long ago the person authenticated.
	AuthenticatedFor time.Duration
	// ExpiresIn: ten minutes if zero; negative for an expired token.
	ExpiresIn time.Duration
	// Claims are added, and replace those above.
	Claims map[string]any
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Mint signs an access token.
func (u *Usher) Mint(token Token) string {
	u.t.Helper()
	now := u.now()
	if token.ExpiresIn == 0 {
		token.ExpiresIn = 10 * time.Minute
	}
	if token.Scope == nil {
		token.Scope = []string{"openid"}
	}
	u.issuer.mutex.Lock()
	urv := len(u.issuer.events)
	u.issuer.mutex.Unlock()
	clientID := or(token.ClientID, "client_app")
	claims := map[string]any{
		"iss": Issuer, "aud": []string{Issuer, Audience}, "client_id": clientID, "sub": clientID,
		"exp": now.Add(token.ExpiresIn).Unix(), "iat": now.Unix(), "urv": urv,
		"jti": fmt.Sprintf("token-%d", u.minted.Add(1)), "scope": strings.Join(token.Scope, " "),
	}
	if !token.Machine {
		claims["sub"] = or(token.Subject, "user-1")
		claims["sid"], claims["gid"] = or(token.SessionID, "session-1"), "grant-1"
		claims["acr"], claims["auth_time"] = or(token.ACR, "aal1"), now.Add(-token.AuthenticatedFor).Unix()
		if token.Roles != nil {
			claims["roles"] = token.Roles
		}
	}
	for name, value := range token.Claims {
		claims[name] = value
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		u.t.Fatal(err)
	}
	return u.issuer.sign("at+jwt", payload)
}

// Request makes a request with a token.
func (u *Usher) Request(method, target string, token Token) *http.Request {
	u.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.Header.Set("Authorization", "Bearer "+u.Mint(token))
	return r
}

// Revoke adds an entry to the feed and waits until the module has applied it. The kinds jti, sid, gid and kid revoke by
// name; sub, client and project revoke every token issued before.
func (u *Usher) Revoke(kind, value string) {
	u.t.Helper()
	u.await(u.enter(kind, value))
}

// enter adds an entry to the feed and gives the new cursor.
func (u *Usher) enter(kind, value string) string {
	u.issuer.mutex.Lock()
	defer u.issuer.mutex.Unlock()
	now := u.now().Unix()
	event := map[string]any{"t": "ev", "k": kind, "v": value, "exp": now + 600, "why": "test", "at": now}
	if kind == "sub" || kind == "client" || kind == "project" {
		event["before"] = len(u.issuer.events) + 1
	}
	return fmt.Sprintf("e%d.%d", u.issuer.epoch, u.issuer.add(event))
}

func (u *Usher) await(cursor string) {
	u.t.Helper()
	u.eventually(func() bool { return u.Module.Status().Cursor == cursor }, "the module does not hear of "+cursor)
}

func (u *Usher) eventually(done func() bool, otherwise string) {
	u.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			u.t.Fatal("ushertest: " + otherwise)
		}
	}
}

// Publish publishes access rules and waits until the module applies them (see WithRules).
func (u *Usher) Publish(table string) {
	u.t.Helper()
	revision := u.publish(table)
	u.eventually(func() bool { return u.Module.Status().PolicyRevision == revision }, "the module does not apply the rules")
}

func (u *Usher) publish(table string) int64 {
	u.t.Helper()
	members := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader([]byte(table)))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		u.t.Fatalf("ushertest: the access rules: %v", err)
	}
	u.issuer.mutex.Lock()
	defer u.issuer.mutex.Unlock()
	u.issuer.revision++
	members["v"], members["project"], members["default"] = 1, Project, "deny"
	members["revision"], members["iat"] = u.issuer.revision, u.now().Unix()
	u.issuer.table = members
	u.issuer.add(map[string]any{"t": "policy", "rev": u.issuer.revision})
	return u.issuer.revision
}

// Rotate signs tokens with a new key from now on, without a notice to the module.
func (u *Usher) Rotate() {
	u.t.Helper()
	if err := u.issuer.rotate(fmt.Sprintf("ushertest-%d", u.minted.Add(1))); err != nil {
		u.t.Fatal(err)
	}
}

// Break begins a new epoch of the feed, as after a backup was restored, and waits until the module has taken a snapshot.
func (u *Usher) Break() {
	u.t.Helper()
	u.issuer.mutex.Lock()
	u.issuer.epoch++
	cursor := fmt.Sprintf("e%d.%d", u.issuer.epoch, len(u.issuer.events))
	close(u.issuer.changed) // ends long polls
	u.issuer.changed = make(chan struct{})
	u.issuer.mutex.Unlock()
	u.await(cursor)
}

// SetAway makes Usher unreachable, and waits until a module that follows by long poll has noticed; or it makes Usher
// reachable again. The module then comes back within a second if it was away for less than that, later otherwise.
func (u *Usher) SetAway(away bool) {
	u.t.Helper()
	u.issuer.mutex.Lock()
	u.issuer.offline = away
	close(u.issuer.changed) // ends long polls
	u.issuer.changed = make(chan struct{})
	u.issuer.mutex.Unlock()
	if away && u.longPoll {
		u.eventually(func() bool { return !u.Module.Status().Connected }, "the module does not notice that Usher is away")
	}
}

// Deactivate makes introspection say that a token is inactive.
func (u *Usher) Deactivate(token string) {
	u.issuer.mutex.Lock()
	defer u.issuer.mutex.Unlock()
	u.issuer.inactive[token] = true
}
