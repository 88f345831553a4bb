package usher_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/internal/devserver"
)

// line is a network that can be cut.
type line struct {
	mutex sync.Mutex
	isCut bool
	ends  []net.Conn
	only  string // cut only what goes to this path
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.isCut && l.only == "" {
		return nil, errors.New("the line is cut")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		l.ends = append(l.ends, conn)
	}
	return conn, err
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mutex.Lock()
	cut := l.isCut && l.only != "" && strings.HasPrefix(r.URL.Path, l.only)
	l.mutex.Unlock()
	if cut {
		return nil, errors.New("the line is cut")
	}
	return (&http.Transport{DialContext: l.dial, DisableKeepAlives: true}).RoundTrip(r)
}

// cut ends every connection and lets no new one come about; mend lets them.
func (l *line) cut() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.isCut = true
	for _, end := range l.ends {
		_ = end.Close()
	}
	l.ends = nil
}

func (l *line) mend() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.isCut = false
}

func TestWhileUsherIsAway(t *testing.T) {
	t.Parallel()
	s := stage(t)
	t.Run("each OnStale does what it says", func(t *testing.T) { s.t = t; s.cutTheLine() })
	t.Run("introspection goes on while the feed does not", func(t *testing.T) { s.t = t; s.cutTheFeed() })
	t.Run("a client of another project is refused", func(t *testing.T) { s.t = t; s.strangers() })
	t.Run("rules are published while running", func(t *testing.T) { s.t = t; s.newRules() })
	t.Run("sessions are reported", func(t *testing.T) { s.t = t; s.reports() })
	t.Run("a module that does not fit is not made", func(t *testing.T) { s.t = t; s.misfits() })
	t.Run("an application starts from its store", func(t *testing.T) { s.t = t; s.startOffline() })
}

func (s *scene) cutTheLine() {
	t, wire := s.t, &line{}
	on := func(stale usher.OnStale) func(*usher.Config) {
		return func(c *usher.Config) {
			c.Sync.MaxStaleness, c.Sync.OnStale = time.Second, stale
			c.HTTPClient = &http.Client{Transport: wire}
		}
	}
	_, allow := s.start(on(usher.Allow))
	_, introspect := s.start(on(usher.Introspect))
	_, deny := s.start(on(usher.Deny))
	good, doomed := s.tokens(s.person("una")).Access, s.tokens(s.person("duo"))
	for _, app := range []http.Handler{allow, introspect, deny} {
		for _, token := range []string{good, doomed.Access} {
			if got := status(app, "/me", token); got != 200 {
				t.Fatalf("before: %d", got)
			}
		}
	}
	wire.cut()
	if err := s.Form(s.app, "/oauth2/revoke", map[string][]string{"token": {doomed.Access}}, nil); err != nil {
		t.Fatal(err)
	}
	await(t, deny, "/me", good, 503, 5*time.Second)
	await(t, introspect, "/me", good, 503, 5*time.Second)
	if got := status(allow, "/me", doomed.Access); got != 200 {
		t.Errorf("allow, revoked meanwhile: %d", got)
	}
	wire.mend()
	for _, app := range []http.Handler{allow, introspect, deny} {
		await(t, app, "/me", doomed.Access, 401, 10*time.Second)
		await(t, app, "/me", good, 200, 10*time.Second)
	}
}

func (s *scene) cutTheFeed() {
	t, wire := s.t, &line{only: "/api/v1/sync/"}
	u, app := s.start(func(c *usher.Config) {
		c.Sync.MaxStaleness, c.Sync.OnStale = time.Second, usher.Introspect
		c.HTTPClient = &http.Client{Transport: wire}
	})
	good, doomed := s.tokens(s.person("tria")).Access, s.tokens(s.person("quattuor"))
	if got := status(app, "/me", doomed.Access); got != 200 {
		t.Fatalf("before: %d", got)
	}
	wire.cut()
	if err := s.Form(s.app, "/oauth2/revoke", map[string][]string{"token": {doomed.Access}}, nil); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); !u.Status().Stale; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the list does not become stale")
		}
	}
	if got := status(app, "/me", doomed.Access); got != 401 {
		t.Errorf("revoked meanwhile: %d", got)
	}
	if got := status(app, "/me", good); got != 200 {
		t.Errorf("good: %d", got)
	}
}

func (s *scene) strangers() {
	t := s.t
	_, app := s.start()
	s.command(nil, "project", "create", "--name", "Strangers")
	stranger := s.client("Strangers", "machine", "stranger", "--scope", "orders")
	for _, c := range []struct {
		name   string
		client devserver.Client
		status int
	}{{"its own", s.work, 200}, {"a stranger", stranger, 401}} {
		tokens, err := s.Token(c.client, map[string][]string{"grant_type": {"client_credentials"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := status(app, "/me", tokens.Access); got != c.status {
			t.Errorf("%s: %d", c.name, got)
		}
	}
}

func (s *scene) newRules() {
	t := s.t
	u, app := s.start()
	token := s.tokens(s.person("quinque")).Access
	if got := status(app, "/orders", token); got != 403 {
		t.Fatalf("no role: %d", got)
	}
	if got := status(app, "/anything", token); got != 200 {
		t.Fatalf("an open route: %d", got)
	}
	before := u.Status().PolicyRevision
	s.publish(shopRules("/elsewhere"))
	await(t, app, "/anything", token, 403, 2*time.Second)
	if got := u.Status().PolicyRevision; got != before+1 {
		t.Errorf("revision %d after %d", got, before)
	}
	s.publish(shopRules("/*"))
	await(t, app, "/anything", token, 200, 2*time.Second)
}

func (s *scene) reports() {
	t := s.t
	u, app := s.start()
	person := s.person("sex")
	token := s.tokens(person).Access
	for range 3 {
		status(app, "/me", token)
	}
	sessions := u.Sessions()
	if len(sessions) != 1 || sessions[0].Subject != person.Sub || sessions[0].Requests != 3 {
		t.Fatalf("seen: %+v", sessions)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	var history struct {
		Data []struct{ Sub string }
	}
	s.api("GET", "/history?kind=session.seen", nil, nil, &history)
	if len(history.Data) == 0 || history.Data[0].Sub != person.Sub {
		t.Errorf("reported: %+v", history)
	}
}

func (s *scene) misfits() {
	for name, change := range map[string]func(*usher.Config){
		"another secret":  func(c *usher.Config) { c.ClientSecret = "wrong" },
		"another client":  func(c *usher.Config) { c.ClientID = "client_nobody" },
		"another project": func(c *usher.Config) { c.Project = "01980000-0000-7000-8000-000000000000" },
		"another project, without rules": func(c *usher.Config) {
			c.Project, c.Policy.Off = "01980000-0000-7000-8000-000000000000", true
		},
		"another name": func(c *usher.Config) { c.Issuer = strings.Replace(s.Issuer, "localhost", "127.0.0.1", 1) },
	} {
		u, err := usher.New(context.Background(), s.config(change))
		if err == nil {
			s.t.Errorf("%s: a module was made", name)
			_ = u.Close()
			continue
		}
		s.t.Logf("%s: %v", name, err)
	}
}

func (s *scene) startOffline() {
	t := s.t
	path := filepath.Join(t.TempDir(), "usher.log")
	// open makes a module from the store; what it answers while Usher is away is for the caller to see.
	open := func(change ...func(*usher.Config)) (*usher.Usher, http.Handler) {
		store, err := usher.OpenFileStore(path)
		if err != nil {
			t.Fatal(err)
		}
		return s.start(append(change, func(c *usher.Config) { c.Store = store })...)
	}
	u, app := open()
	good, doomed := s.tokens(s.person("septem")).Access, s.tokens(s.person("octo"))
	for _, token := range []string{good, doomed.Access} {
		if got := status(app, "/me", token); got != 200 {
			t.Fatalf("before: %d", got)
		}
	}
	early, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Form(s.app, "/oauth2/revoke", map[string][]string{"token": {doomed.Access}}, nil); err != nil {
		t.Fatal(err)
	}
	await(t, app, "/me", doomed.Access, 401, 2*time.Second)
	if _, err := usher.OpenFileStore(path); err == nil {
		t.Error("two processes may write to one store")
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Halt()
	for _, c := range []struct {
		name         string
		text         []byte
		good, doomed int
		change       func(*usher.Config)
	}{
		{"as it was left", whole, 200, 401, func(*usher.Config) {}},
		{"the power went while it was written", whole[:len(whole)-5], 200, 401, func(*usher.Config) {}},
		{"tampered with", []byte(strings.Replace(string(whole), `"k":"jti"`, `"k":"gid"`, 1)), 503, 503, func(*usher.Config) {}},
		{"by another secret", whole, 503, 503, func(c *usher.Config) { c.StoreSecret = "another secret" }},
		{"an old one, and stale lists are not good enough", early, 503, 503, func(c *usher.Config) {
			c.Sync.MaxStaleness, c.Sync.OnStale = time.Second, usher.Deny
			c.Now = func() time.Time { return time.Now().Add(3 * time.Second) }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.t = t
			if err := os.WriteFile(path, c.text, 0o600); err != nil {
				t.Fatal(err)
			}
			u, app := open(c.change)
			if got := status(app, "/me", good); got != c.good {
				t.Errorf("a good token: %d, want %d", got, c.good)
			}
			if got := status(app, "/me", doomed.Access); got != c.doomed {
				t.Errorf("a revoked token: %d, want %d", got, c.doomed)
			}
			if err := u.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	s.t = t
	// Usher is back, and an old text was put in the place of the new one: what it lacks is fetched.
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, early, 0o600); err != nil {
		t.Fatal(err)
	}
	_, app = open()
	if got := status(app, "/me", doomed.Access); got != 401 {
		t.Errorf("an old text, and Usher is there: %d", got)
	}
	if got := status(app, "/me", good); got != 200 {
		t.Errorf("an old text, and Usher is there: %d", got)
	}
}
