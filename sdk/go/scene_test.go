package usher_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/internal/devserver"
)

const audience = "https://api.shop.example"

// scene is a real Usher with a project of its own.
type scene struct {
	*devserver.Server
	t                 *testing.T
	project, token    string // the project's id and token
	app, module, work devserver.Client
	admin             *devserver.Person
}

// stage starts a server, or skips.
func stage(t *testing.T) *scene {
	t.Helper()
	program := devserver.Program()
	if program == "" {
		t.Skip("USHER_BIN names no program: the tests against the real server are skipped")
	}
	server, err := devserver.Start(program, "USHER_TOKENS__REFRESH_RETRY_WINDOW=0s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	s := &scene{Server: server, t: t}
	var project struct{ ID, Token string }
	s.command(&project, "project", "create", "--name", "Shop")
	s.project, s.token = project.ID, project.Token
	s.command(new(any), "api", "create", "--project", project.ID, "--identifier", audience, "--name", "Orders", "--scope", "orders")
	s.app = s.client("Shop", "web", "app", "--first-party", "--scope", "openid offline_access orders")
	s.work = s.client("Shop", "machine", "worker", "--scope", "orders")
	s.command(&s.module, "client", "create", "--project", "Shop", "--type", "machine", "--name", "module", "--scope", "usher:sync")
	s.publish(shopRules("/*"))
	return s
}

// shopRules is a document of access rules with one open route.
func shopRules(open string) map[string]any {
	return map[string]any{
		"entities": map[string]any{"Order": map[string]any{
			"attributes": map[string]any{"owner_id": "string"},
			"actions":    map[string]any{"list": "collection", "update": "item"},
		}},
		"user": map[string]any{}, "context": map[string]any{}, "token": map[string]any{},
		"conditions": map[string]any{"own": map[string]any{"eq": []any{"resource.owner_id", "user.id"}}},
		"roles": map[string]any{"seller": map[string]any{
			"title": "Seller", "grants": map[string]any{"Order:list": "allow", "Order:update": "own"},
		}},
		"routes": []any{
			map[string]any{"methods": []any{"GET"}, "path": open, "auth": true},
			map[string]any{"methods": []any{"GET"}, "path": "/orders", "need": "Order:list"},
		},
	}
}

func (s *scene) command(into any, arguments ...string) {
	s.t.Helper()
	if err := s.Command(into, arguments...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) client(project, kind, name string, more ...string) (client devserver.Client) {
	s.t.Helper()
	arguments := []string{"client", "create", "--project", project, "--type", kind, "--name", name}
	if project == "Shop" { // no other project can name its API
		arguments = append(arguments, "--audience", audience)
	}
	if kind == "web" {
		arguments = append(arguments, "--redirect-uri", devserver.Callback)
	}
	s.command(&client, append(arguments, more...)...)
	return client
}

// api calls the API with the project's token.
func (s *scene) api(method, path string, header http.Header, send, into any) http.Header {
	s.t.Helper()
	got, err := s.API(http.DefaultClient, s.token, method, "/api/v1/projects/"+s.project+path, header, send, into)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func (s *scene) publish(document map[string]any) {
	s.t.Helper()
	etag := s.api("GET", "/policy/draft", nil, nil, nil).Get("ETag")
	etag = s.api("PUT", "/policy/draft", http.Header{"If-Match": {etag}}, document, nil).Get("ETag")
	s.api("POST", "/policy/publish", http.Header{"If-Match": {etag}}, map[string]any{}, nil)
}

// asAdmin has an administrator do something.
func (s *scene) asAdmin(path string) error {
	if s.admin == nil {
		s.admin = s.person("admin", "--admin")
	}
	_, err := s.API(s.admin.Browser, "", "POST", "/api/v1/admin"+path, nil, map[string]any{}, nil)
	return err
}

// person makes a user and signs them in.
func (s *scene) person(name string, more ...string) *devserver.Person {
	s.t.Helper()
	email := name + "@example.test"
	claims := filepath.Join(s.t.TempDir(), "claims.json")
	if err := os.WriteFile(claims, []byte(`{"given_name":"Test","family_name":"Person"}`), 0o600); err != nil {
		s.t.Fatal(err)
	}
	create := []string{"user", "create", "--email", email, "--password-stdin", "--claims-json", claims}
	if err := s.CommandIn("a quiet green door\n", append(create, more...)...); err != nil {
		s.t.Fatal(err)
	}
	p, err := s.SignIn(email, "a quiet green door")
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) tokens(p *devserver.Person) *devserver.Tokens {
	s.t.Helper()
	tokens, err := p.Authorize(s.app, "openid offline_access orders")
	if err != nil {
		s.t.Fatal(err)
	}
	return tokens
}

func (s *scene) config(change ...func(*usher.Config)) usher.Config {
	config := usher.Config{
		Issuer: s.Issuer, ClientID: s.module.ID, ClientSecret: s.module.Secret, Audience: audience, Project: s.project,
		Logger: slog.New(slog.NewTextHandler(testWriter{s.t}, nil)),
	}
	for _, c := range change {
		c(&config)
	}
	return config
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}

// start makes a module and an application behind it.
func (s *scene) start(change ...func(*usher.Config)) (*usher.Usher, http.Handler) {
	s.t.Helper()
	u, err := usher.New(context.Background(), s.config(change...))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = u.Close() })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, usher.FromContext(r.Context()).User.ID)
	})
	return u, u.Middleware(mux)
}

// status is what the application answers to a token.
func status(app http.Handler, path, token string) int {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return send(app, r).Code
}

// await waits until the application answers so, and gives how long it took.
func await(t *testing.T, app http.Handler, path, token string, want int, patience time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		got := status(app, path, token)
		if got == want {
			return time.Since(began)
		}
		if time.Since(began) > patience {
			t.Fatalf("still %d after %s, want %d", got, patience, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
