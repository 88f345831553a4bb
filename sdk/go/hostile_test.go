package usher_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// counting counts the calls to a path.
type counting struct {
	http.RoundTripper
	path  string
	calls atomic.Int64
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == c.path {
		c.calls.Add(1)
	}
	return c.RoundTripper.RoundTrip(r)
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func loggerTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// count makes a module whose calls to a path are counted.
func count(t *testing.T, path string) (*ushertest.Usher, *counting) {
	t.Helper()
	var counted *counting
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) {
		counted = &counting{RoundTripper: c.HTTPClient.Transport, path: path}
		c.HTTPClient = &http.Client{Transport: counted}
	}))
	return test, counted
}

func TestRandomKeysDoNotMakeTheModuleAskAgainAndAgain(t *testing.T) {
	test, keySet := count(t, "/oauth2/jwks")
	good := test.Mint(ushertest.Token{})
	signed := strings.SplitN(test.Mint(ushertest.Token{}), ".", 2)[1]
	before := keySet.calls.Load()
	still := time.Now()
	test.SetClock(func() time.Time { return still })
	for i := range 10_000 {
		header := encode(fmt.Sprintf(`{"alg":"ES256","kid":"%05d","typ":"at+jwt"}`, i))
		if _, err := test.Module.Verify(context.Background(), header+"."+signed); err == nil {
			t.Fatal("a forged token was accepted")
		}
	}
	if asked := keySet.calls.Load() - before; asked != 1 {
		t.Errorf("the key set was fetched %d times", asked)
	}
	if _, err := test.Module.Verify(context.Background(), good); err != nil {
		t.Errorf("a good token meanwhile: %v", err)
	}
}

func TestAForgedTokenNeverReachesUsher(t *testing.T) {
	test, introspection := count(t, "/oauth2/introspect")
	token := test.Mint(ushertest.Token{ClientID: "client_unknown"})
	for _, forged := range []string{token[:len(token)-8] + "AAAAAAAA", token + "x", "x", ""} {
		if _, err := test.Module.Verify(context.Background(), forged); err == nil {
			t.Error("a forged token was accepted")
		}
	}
	if asked := introspection.calls.Load(); asked != 0 {
		t.Errorf("introspected %d times", asked)
	}
}

func TestAStrangersTokenIsIntrospectedOnce(t *testing.T) {
	test, introspection := count(t, "/oauth2/introspect")
	token := test.Mint(ushertest.Token{ClientID: "client_stranger"})
	test.Deactivate(token)
	for range 100 {
		var refusal *usher.Refusal
		if _, err := test.Module.Verify(context.Background(), token); !errors.As(err, &refusal) || refusal.Reason != "client_refused" {
			t.Fatalf("got %v", err)
		}
	}
	if asked := introspection.calls.Load(); asked != 1 {
		t.Errorf("introspected %d times", asked)
	}
}

func TestARevokedTokenSaysNothingAboutItsClient(t *testing.T) {
	test, introspection := count(t, "/oauth2/introspect")
	test.Revoke("sid", "s1")
	for range 2 {
		var refusal *usher.Refusal
		_, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{SessionID: "s1", ClientID: "client_new"}))
		if !errors.As(err, &refusal) || refusal.Reason != "token_revoked" {
			t.Fatalf("got %v", err)
		}
	}
	if asked := introspection.calls.Load(); asked != 0 {
		t.Errorf("introspected %d times", asked)
	}
	if _, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{SessionID: "s2", ClientID: "client_new"})); err != nil {
		t.Errorf("another token of the client: %v", err)
	}
}

func TestAStaleListIsIntrospectedOnceASecond(t *testing.T) {
	var counted *counting
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) {
		c.Sync.OnStale, c.Sync.Transport = usher.Introspect, usher.Poll
		counted = &counting{RoundTripper: c.HTTPClient.Transport, path: "/oauth2/introspect"}
		c.HTTPClient = &http.Client{Transport: counted}
	}))
	stopped := time.Now().Add(6 * time.Minute)
	test.SetClock(func() time.Time { return stopped })
	token := test.Mint(ushertest.Token{ClientID: ushertest.ClientID})
	for range 50 {
		if _, err := test.Module.Verify(context.Background(), token); err != nil {
			t.Fatal(err)
		}
	}
	if asked := counted.calls.Load(); asked != 1 {
		t.Errorf("introspected %d times", asked)
	}
	test.Deactivate(token)
	test.Advance(time.Second)
	if _, err := test.Module.Verify(context.Background(), token); err == nil {
		t.Error("a second later it is still accepted")
	}
}

func TestARevokedTokenStaysRevokedHoweverItIsWritten(t *testing.T) {
	test := ushertest.New(t)
	token := test.Mint(ushertest.Token{Claims: map[string]any{"jti": "doomed"}})
	if _, err := test.Module.Verify(context.Background(), token); err != nil {
		t.Fatal(err)
	}
	test.Revoke("jti", "doomed")
	for _, written := range []string{token, token + "=", token + "==", token[:len(token)-1] + "A", " " + token} {
		if _, err := test.Module.Verify(context.Background(), written); err == nil {
			t.Errorf("%q was accepted", written)
		}
	}
}

func TestNoTokenAndNoSecretIsLogged(t *testing.T) {
	log := &strings.Builder{}
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Logger = loggerTo(log) }))
	app := test.Module.RequireAuth(nothing{})
	r := test.Request("GET", "/?access_token=hidden", ushertest.Token{ExpiresIn: -time.Hour})
	if w := send(app, r); w.Code != 401 {
		t.Fatal(w.Code)
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if said := log.String(); !strings.Contains(said, "token_expired") {
		t.Errorf("the reason is not logged: %s", said)
	} else {
		for _, secret := range []string{token, strings.Split(token, ".")[2], "hidden", `secret`} {
			if strings.Contains(said, secret) {
				t.Errorf("%q is logged: %s", secret, said)
			}
		}
	}
}

func TestALeakedKeyStaysGoneAlthoughACacheServesItAndItsEntryHasExpired(t *testing.T) {
	test := ushertest.New(t)
	if got := status(test.Module.RequireAuth(nothing{}), "/", test.Mint(ushertest.Token{})); got != http.StatusOK {
		t.Fatalf("before: %d", got)
	}
	test.Revoke("kid", "ushertest")
	test.Advance(12 * time.Minute)
	if got := status(test.Module.RequireAuth(nothing{}), "/", test.Mint(ushertest.Token{})); got != http.StatusUnauthorized {
		t.Errorf("a token that the leaked key signed later: %d", got)
	}
}

func TestAKeyWhoseNoticeWasLostIsFetchedAtOnceAndUnknownOnesOnceInASecond(t *testing.T) {
	test, keySet := count(t, "/oauth2/jwks")
	still := time.Now()
	test.SetClock(func() time.Time { return still })
	before := keySet.calls.Load()
	verify := func() error {
		_, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{}))
		return err
	}
	test.Rotate()
	if err := verify(); err != nil {
		t.Fatalf("signed with a new key: %v", err)
	}
	test.Rotate()
	if err := verify(); err == nil {
		t.Error("the keys were fetched again within a second")
	}
	test.Advance(time.Second)
	failures := make(chan error)
	for range 8 {
		go func() { failures <- verify() }()
	}
	for range 8 {
		if err := <-failures; err != nil {
			t.Errorf("who comes meanwhile waits for the same response: %v", err)
		}
	}
	if asked := keySet.calls.Load() - before; asked != 2 {
		t.Errorf("the key set was fetched %d times", asked)
	}
}
