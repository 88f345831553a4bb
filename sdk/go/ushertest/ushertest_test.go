package ushertest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

func status(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

var ok = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestATokenSaysWhatItIsAskedToSay(t *testing.T) {
	test := ushertest.New(t)
	a, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{
		Subject: "u1", Roles: []string{"editor"}, Scope: []string{"a", "b"}, ClientID: "shop", SessionID: "s1", ACR: "aal2",
		AuthenticatedFor: time.Minute, Claims: map[string]any{"tenant": "t1"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if a.User.ID != "u1" || !a.HasRole("editor") || !a.HasScope("a", "b") || a.ClientID != "shop" || a.SessionID != "s1" ||
		a.ACR != "aal2" || a.Claims["tenant"] != "t1" || a.Machine || time.Since(a.AuthTime) < 50*time.Second {
		t.Errorf("%+v", a)
	}
	machine, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{Machine: true, ClientID: "worker"}))
	if err != nil || !machine.Machine || machine.User.ID != "worker" || machine.SessionID != "" {
		t.Errorf("%+v %v", machine, err)
	}
}

func TestTheClockMovesForModuleAndTokensAlike(t *testing.T) {
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Sync.Transport = usher.Off }))
	app := test.Module.RequireAuth(ok)
	r := test.Request("GET", "/", ushertest.Token{})
	if got := status(app, r); got != 200 {
		t.Fatal(got)
	}
	test.Advance(11 * time.Minute)
	if got := status(app, r); got != 401 {
		t.Errorf("an expired token: %d", got)
	}
	if got := status(app, test.Request("GET", "/", ushertest.Token{})); got != 200 {
		t.Errorf("a new token: %d", got)
	}
}

func TestUsherGoesAwayAndComesBack(t *testing.T) {
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Sync.OnStale = usher.Deny }))
	app := test.Module.RequireAuth(ok)
	test.SetAway(true)
	r := test.Request("GET", "/", ushertest.Token{ClientID: ushertest.ClientID})
	if got := status(app, r); got != 200 {
		t.Errorf("at first: %d", got)
	}
	test.Advance(6 * time.Minute)
	if got := status(app, r); got != 503 {
		t.Errorf("stale: %d", got)
	}
	test.SetAway(false)
	for deadline := time.Now().Add(10 * time.Second); status(app, r) != 200; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not recover")
		}
	}
}
