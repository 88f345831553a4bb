package usher_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

func good() usher.Config {
	return usher.Config{
		Issuer: "https://id.example.com", ClientID: "client", ClientSecret: "secret", Audience: "https://api.example.com",
		Project: "01980000-0000-7000-8000-000000000000",
	}
}

func TestMisuseIsRefusedWhenTheModuleIsMade(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*usher.Config)
		word   string
	}{
		"no issuer":               {func(c *usher.Config) { c.Issuer = "" }, "Issuer"},
		"http off loopback":       {func(c *usher.Config) { c.Issuer = "http://id.example.com" }, "https"},
		"an issuer with a query":  {func(c *usher.Config) { c.Issuer += "?x" }, "query"},
		"an issuer with a secret": {func(c *usher.Config) { c.Issuer = "https://a:b@id.example.com" }, "credentials"},
		"no client":               {func(c *usher.Config) { c.ClientID = "" }, "ClientID"},
		"no secret":               {func(c *usher.Config) { c.ClientSecret = "" }, "ClientSecret"},
		"no audience":             {func(c *usher.Config) { c.Audience = " " }, "Audience"},
		"no project":              {func(c *usher.Config) { c.Project = "" }, "Project"},
		"no client will do":       {func(c *usher.Config) { c.Clients = []string{} }, "Clients"},
		"too much skew":           {func(c *usher.Config) { c.ClockSkew = 61 * time.Second }, "minute"},
		"a symmetric algorithm":   {func(c *usher.Config) { c.Algorithms = []string{"HS256"} }, "HS256"},
		"no algorithm":            {func(c *usher.Config) { c.Algorithms = []string{"none"} }, "none"},
		"a negative cache":        {func(c *usher.Config) { c.CacheSize = -1 }, "CacheSize"},
		"an unknown transport":    {func(c *usher.Config) { c.Sync.Transport = "ws" }, "longpoll"},
		"an unknown OnStale":      {func(c *usher.Config) { c.Sync.OnStale = "ignore" }, "introspect"},
		"polling too often":       {func(c *usher.Config) { c.Sync.PollInterval = 4 * time.Second }, "5 s"},
		"stale between two polls": {func(c *usher.Config) { c.Sync.Transport, c.Sync.MaxStaleness = usher.Poll, time.Minute }, "PollInterval"},
	} {
		config := good()
		c.change(&config)
		u, err := usher.New(context.Background(), config)
		if err == nil || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", name, err)
		}
		if u != nil {
			t.Errorf("%s: a module was made", name)
		}
	}
}

// answers is an issuer that says the same whatever it is asked.
type answers func(*http.Request) (status int, header http.Header, body string)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := a(r)
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func TestAnIssuerThatDoesNotFitIsRefused(t *testing.T) {
	document := func(change map[string]string) string {
		members := map[string]string{
			"issuer": "https://id.example.com", "jwks_uri": "https://id.example.com/jwks",
			"token_endpoint": "https://id.example.com/token", "introspection_endpoint": "https://id.example.com/introspect",
		}
		for name, value := range change {
			members[name] = value
		}
		text, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, issuer := range map[string]answers{
		"another issuer": func(*http.Request) (int, http.Header, string) {
			return 200, nil, document(map[string]string{"issuer": "https://id.example.org"})
		},
		"keys of another issuer": func(*http.Request) (int, http.Header, string) {
			return 200, nil, document(map[string]string{"jwks_uri": "https://id.example.org/jwks"})
		},
		"a token endpoint elsewhere": func(*http.Request) (int, http.Header, string) {
			return 200, nil, document(map[string]string{"token_endpoint": "http://id.example.com/token"})
		},
		"a redirect": func(*http.Request) (int, http.Header, string) {
			return 302, http.Header{"Location": {"https://id.example.org/"}}, ""
		},
		"a redirect of the key set": func(r *http.Request) (int, http.Header, string) {
			if r.URL.Path == "/jwks" {
				return 307, http.Header{"Location": {"https://id.example.org/jwks"}}, ""
			}
			return 200, nil, document(nil)
		},
		"nobody there": func(*http.Request) (int, http.Header, string) { return 404, nil, "" },
	} {
		config := good()
		config.HTTPClient = &http.Client{Transport: issuer}
		if u, err := usher.New(context.Background(), config); err == nil || u != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAModuleWithoutKeysLetsNobodyThrough(t *testing.T) {
	config := good()
	config.Policy.Off = true
	config.HTTPClient = &http.Client{Transport: answers(func(*http.Request) (int, http.Header, string) { return 502, nil, "" })}
	u, err := usher.New(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	test := ushertest.New(t)
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody came through") })
	if w := send(u.RequireAuth(ok), test.Request("GET", "/", ushertest.Token{})); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("got %d", w.Code)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := u.WaitReady(ctx); err == nil {
		t.Error("it is ready")
	}
}

func TestAStoreThatCannotBeWrittenIsRefused(t *testing.T) {
	if _, err := usher.OpenFileStore(filepath.Join(t.TempDir(), "no", "folder", "usher.log")); err == nil {
		t.Error("a folder that is not there was taken")
	}
	store, err := usher.OpenFileStore(filepath.Join(t.TempDir(), "usher.log"))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	config := good()
	config.Store = brokenStore{store}
	if _, err := usher.New(context.Background(), config); err == nil || !strings.Contains(err.Error(), "written") {
		t.Errorf("got %v", err)
	}
}

// brokenStore can be read and not written.
type brokenStore struct{ *usher.FileStore }

func (brokenStore) Set(context.Context, string, []byte, time.Duration) error { return io.ErrShortWrite }
