package usher_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// rules of a shop.
const rules = `{
	"permissions": {"Order:list": "collection", "Order:read": "item", "Order:update": "item"},
	"roles": {
		"viewer": {"Order:list": "*", "Order:read": "own"},
		"editor": {"Order:list": "*", "Order:read": "*", "Order:update": ["own", "same_team"]},
		"suspended": {"Order:list": "deny", "Order:read": "deny", "Order:update": "deny"}
	},
	"conditions": {
		"own": {"eq": ["resource.owner_id", "user.id"]},
		"same_team": {"in": ["resource.team_id", "user.teams"]}
	},
	"routes": [
		{"m": ["GET"], "p": "/health", "public": true},
		{"m": ["GET"], "p": "/me", "auth": true},
		{"m": ["GET"], "p": "/orders", "need": "Order:list"},
		{"m": ["GET"], "p": "/orders/:id", "need": "Order:read"},
		{"m": ["PUT"], "p": "/orders/:id", "need": "Order:update"},
		{"m": ["GET"], "p": "/vault", "auth": true, "acr": "aal2", "max_age": 900},
		{"m": ["GET"], "p": "/fresh", "auth": true, "fresh": true}
	]
}`

type order struct {
	ID    string `json:"id"`
	Owner string `json:"owner_id"`
	Team  string `policy:"team_id"`
}

var orders = map[string]order{"1": {ID: "1", Owner: "user-1", Team: "t1"}, "2": {ID: "2", Owner: "user-2", Team: "t2"}}

func loadOrder(r *http.Request) (any, error) {
	if o, ok := orders[r.PathValue("id")]; ok {
		return o, nil
	}
	return nil, usher.ErrNotFound
}

// shop is an application as they are written.
func shop(u *usher.Usher) http.Handler {
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := usher.FromContext(r.Context()); a != nil {
			w.Header().Set("X-User", a.User.ID)
		}
		_, _ = w.Write([]byte("ok"))
	})
	mux := http.NewServeMux()
	for _, pattern := range []string{"GET /health", "GET /me", "GET /orders", "GET /vault", "GET /fresh", "GET /unlisted"} {
		mux.Handle(pattern, ok)
	}
	mux.Handle("GET /orders/{id}", ok) // forgets to ask about the order
	mux.Handle("PUT /orders/{id}", u.RequirePermission("Order:update", loadOrder)(ok))
	return u.Middleware(mux)
}

// send gives the answer to a request.
func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// code gives the code of a problem.
func code(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Status int
		Code   string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if body.Status != w.Code || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("the problem says %d, the answer %d %s", body.Status, w.Code, w.Header())
	}
	return body.Code
}

func TestTheRouteTableDecidesBeforeAnyHandler(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	app := shop(test.Module)
	viewer := ushertest.Token{Roles: []string{"viewer"}}
	for _, c := range []struct {
		name, method, path string
		token              *ushertest.Token
		status             int
		code, challenge    string
	}{
		{"public", "GET", "/health", nil, 200, "", ""},
		{"nobody", "GET", "/me", nil, 401, "AUTH_REQUIRED", "Bearer"},
		{"somebody", "GET", "/me", &viewer, 200, "", ""},
		{"HEAD is asked as GET", "HEAD", "/me", &viewer, 200, "", ""},
		{"a permission", "GET", "/orders", &viewer, 200, "", ""},
		{"no role", "GET", "/orders", &ushertest.Token{}, 403, "NOT_ALLOWED", ""},
		{"a denial", "GET", "/orders", &ushertest.Token{Roles: []string{"viewer", "suspended"}}, 403, "NOT_ALLOWED", ""},
		{"unlisted", "GET", "/unlisted", &viewer, 403, "NOT_ALLOWED", ""},
		{"two readings", "GET", "/orders//1", &viewer, 400, "REQUEST_INVALID", ""},
		{"too weak", "GET", "/vault", &viewer, 401, "REAUTHENTICATION_REQUIRED",
			`Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="900"`},
		{"too long ago", "GET", "/vault", &ushertest.Token{ACR: "aal2", AuthenticatedFor: 16 * time.Minute}, 401,
			"REAUTHENTICATION_REQUIRED", `Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="900"`},
		{"strong and new", "GET", "/vault", &ushertest.Token{ACR: "aal2"}, 200, "", ""},
		{"expired", "GET", "/me", &ushertest.Token{ExpiresIn: -time.Minute}, 401, "AUTH_INVALID", `Bearer error="invalid_token"`},
		{"another audience", "GET", "/me", &ushertest.Token{Claims: map[string]any{"aud": "https://api.other"}}, 401,
			"AUTH_INVALID", `Bearer error="invalid_token"`},
		{"the handler forgets the order", "GET", "/orders/1", &viewer, 500, "INTERNAL", ""},
		{"the order of somebody else", "PUT", "/orders/2", &ushertest.Token{Roles: []string{"editor"}}, 403, "NOT_ALLOWED", ""},
		{"the own order", "PUT", "/orders/1", &ushertest.Token{Roles: []string{"editor"}}, 200, "", ""},
		{"no order", "PUT", "/orders/3", &ushertest.Token{Roles: []string{"editor"}}, 404, "NOT_FOUND", ""},
		{"no role for orders", "PUT", "/orders/3", &viewer, 403, "NOT_ALLOWED", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.path, nil)
			if c.token != nil {
				r = test.Request(c.method, c.path, *c.token)
			}
			w := send(app, r)
			if w.Code != c.status {
				t.Fatalf("got %d %s, want %d", w.Code, w.Body, c.status)
			}
			if c.code != "" && code(t, w) != c.code {
				t.Errorf("got %s", w.Body)
			}
			if got := w.Header().Get("WWW-Authenticate"); got != c.challenge {
				t.Errorf("challenge %q, want %q", got, c.challenge)
			}
		})
	}
}

func TestAResponseWithoutTheCheckIsReplacedAsAWhole(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "secret=1")
		w.Header().Set("Content-Encoding", "gzip")
		switch r.URL.Query().Get("how") {
		case "nothing":
		case "error":
			http.Error(w, "no such order", http.StatusNotFound)
		case "flush":
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte("secret"))
		case "checked":
			if usher.FromContext(r.Context()).Can("Order:read", orders["1"]) {
				_, _ = w.Write([]byte("secret"))
			}
		default:
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte("secret"))
		}
	}
	app := test.Module.Middleware(http.HandlerFunc(handler))
	for how, want := range map[string]int{"nothing": 500, "created": 500, "flush": 500, "error": 404, "checked": 200} {
		w := httptest.NewRecorder()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		app.ServeHTTP(w, test.Request("GET", "/orders/1?how="+how, ushertest.Token{Roles: []string{"viewer"}}))
		if w.Code != want || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", how, w.Code, w.Header())
		}
		if want == 500 && (strings.Contains(w.Body.String(), "secret") || w.Header().Get("Set-Cookie") != "") {
			t.Errorf("%s: %v %s", how, w.Header(), w.Body)
		}
	}
}

func TestWhatIsRevokedIsRefusedAtOnce(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	app := shop(test.Module)
	for _, c := range []struct{ kind, value string }{
		{"jti", "token-1"}, {"sid", "s2"}, {"gid", "g3"}, {"sub", "u4"}, {"client", "app5"}, {"project", ""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			token := ushertest.Token{}
			switch c.kind {
			case "jti", "gid":
				token.Claims = map[string]any{c.kind: c.value}
			case "sid":
				token.SessionID = c.value
			case "sub":
				token.Subject = c.value
			case "client":
				token.ClientID = c.value
			}
			r := test.Request("GET", "/me", token)
			if w := send(app, r); w.Code != 200 {
				t.Fatalf("before: %d %s", w.Code, w.Body)
			}
			test.Revoke(c.kind, c.value)
			if w := send(app, r); w.Code != 401 || code(t, w) != "AUTH_INVALID" {
				t.Fatalf("after: %d %s", w.Code, w.Body)
			}
			if c.kind == "sub" || c.kind == "client" || c.kind == "project" {
				if w := send(app, test.Request("GET", "/me", token)); w.Code != 200 {
					t.Fatalf("what was issued since: %d %s", w.Code, w.Body)
				}
			}
		})
	}
}

func TestATokenThatComesInTwoWaysIsRefused(t *testing.T) {
	test := ushertest.New(t)
	app := test.Module.RequireAuth(http.NotFoundHandler())
	r := test.Request("GET", "/", ushertest.Token{})
	r.Header.Add("Authorization", r.Header.Get("Authorization"))
	if w := send(app, r); w.Code != 400 || w.Header().Get("WWW-Authenticate") != `Bearer error="invalid_request"` {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	basic := httptest.NewRequest("GET", "/", nil)
	basic.SetBasicAuth("a", "b")
	if w := send(app, basic); w.Code != 401 || code(t, w) != "AUTH_REQUIRED" {
		t.Errorf("Basic: got %d %s", w.Code, w.Body)
	}
}

func TestRequirementsStandWithoutTheMiddleware(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	u := test.Module
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if usher.FromContext(r.Context()) == nil {
			t.Error("nobody is known to the handler")
		}
	})
	one := func(token ushertest.Token, h http.Handler) int {
		return send(h, test.Request("GET", "/anything", token)).Code
	}
	editor := ushertest.Token{Roles: []string{"editor"}, Scope: []string{"orders", "orders:write"}}
	for _, c := range []struct {
		name   string
		got    int
		status int
	}{
		{"auth", one(editor, u.RequireAuth(ok)), 200},
		{"scopes", one(editor, u.RequireScope("orders", "orders:write")(ok)), 200},
		{"a scope is missing", one(editor, u.RequireScope("orders", "admin")(ok)), 403},
		{"one of the roles", one(editor, u.RequireRole("admin", "editor")(ok)), 200},
		{"none of the roles", one(editor, u.RequireRole("admin")(ok)), 403},
		{"a permission", one(editor, u.RequirePermission("Order:list")(ok)), 200},
		{"no permission", one(ushertest.Token{}, u.RequirePermission("Order:list")(ok)), 403},
		{"unchecked", one(editor, u.RequirePermission("Order:update")(ok)), 500},
		{"too weak", one(editor, u.RequireSignIn(usher.SignIn{ACR: "aal2"})(ok)), 401},
		{"strong", one(ushertest.Token{ACR: "aal3"}, u.RequireSignIn(usher.SignIn{ACR: "aal2"})(ok)), 200},
	} {
		if c.got != c.status {
			t.Errorf("%s: got %d, want %d", c.name, c.got, c.status)
		}
	}
}

func TestOneModuleDoesNotTrustWhatAnotherHasVerified(t *testing.T) {
	outer, inner := ushertest.New(t), ushertest.New(t)
	app := outer.Module.Middleware(inner.Module.RequireAuth(nothing{}))
	if w := send(app, outer.Request("GET", "/", ushertest.Token{})); w.Code != 401 {
		t.Errorf("a token of the outer issuer: %d", w.Code)
	}
	if w := send(app, inner.Request("GET", "/", ushertest.Token{})); w.Code != 200 {
		t.Errorf("a token of the inner issuer: %d", w.Code)
	}
}

func TestFreshAsksUsher(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	app := shop(test.Module)
	r := test.Request("GET", "/fresh", ushertest.Token{})
	if w := send(app, r); w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	test.Deactivate(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if w := send(app, r); w.Code != 401 {
		t.Fatalf("a token that fell a moment ago: %d", w.Code)
	}
	test.SetAway(true)
	if w := send(app, r); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Fatalf("Usher is away: %d %s", w.Code, w.Body)
	}
}

func TestAClientOfAnotherProjectIsRefusedWhateverItsAudience(t *testing.T) {
	test := ushertest.New(t)
	app := test.Module.RequireAuth(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := test.Request("GET", "/", ushertest.Token{ClientID: "client_stranger"})
	test.Deactivate(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) // as Usher answers strangers
	if w := send(app, r); w.Code != 401 {
		t.Fatalf("got %d", w.Code)
	}
	if w := send(app, test.Request("GET", "/", ushertest.Token{ClientID: "client_app"})); w.Code != 200 {
		t.Fatalf("got %d", w.Code)
	}
	test.SetAway(true)
	if w := send(app, test.Request("GET", "/", ushertest.Token{ClientID: "client_app"})); w.Code != 200 {
		t.Fatalf("a client that is known, while Usher is away: %d", w.Code)
	}
	if w := send(app, test.Request("GET", "/", ushertest.Token{ClientID: "client_new"})); w.Code != 503 {
		t.Fatalf("a client that nobody can vouch for: %d", w.Code)
	}
}

func TestRulesArePublishedAndAppliedWhileRunning(t *testing.T) {
	var revisions []int64
	events := make(chan usher.Event, 16)
	test := ushertest.New(t, ushertest.WithRules(rules), ushertest.WithConfig(func(c *usher.Config) {
		c.OnEvent = func(e usher.Event) { events <- e }
	}))
	app := shop(test.Module)
	if w := send(app, test.Request("GET", "/unlisted", ushertest.Token{})); w.Code != 403 {
		t.Fatalf("got %d", w.Code)
	}
	test.Publish(`{"permissions": {}, "roles": {}, "conditions": {}, "routes": [{"m": ["GET"], "p": "/*", "auth": true}]}`)
	if w := send(app, test.Request("GET", "/unlisted", ushertest.Token{})); w.Code != 200 {
		t.Fatalf("got %d", w.Code)
	}
	close(events)
	for e := range events {
		if e.Kind == usher.PolicyChanged {
			revisions = append(revisions, e.Revision)
		}
	}
	if len(revisions) != 2 || revisions[1] != 2 {
		t.Errorf("revisions %v", revisions)
	}
}

func TestWithoutPublishedRulesNothingIsAllowed(t *testing.T) {
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Policy = usher.PolicyConfig{AllowMissingRoutes: true} }))
	app := shop(test.Module)
	viewer := ushertest.Token{Roles: []string{"viewer"}}
	for _, path := range []string{"/health", "/me", "/unlisted"} {
		w := send(app, test.Request("GET", path, viewer))
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "Publish them at Usher") {
			t.Errorf("%s: got %d %s, want 503 and what to do", path, w.Code, w.Body)
		}
	}
	test.Publish(rules)
	if w := send(app, test.Request("GET", "/me", viewer)); w.Code != http.StatusOK {
		t.Errorf("published: got %d %s", w.Code, w.Body)
	}
}

func TestAPermissionNeedsPublishedRulesWhereRoutesAreNotEnforced(t *testing.T) {
	test := ushertest.New(t, ushertest.WithConfig(func(c *usher.Config) { c.Policy = usher.PolicyConfig{IgnoreRoutes: true} }))
	app := shop(test.Module)
	if w := send(app, test.Request("GET", "/me", ushertest.Token{})); w.Code != http.StatusOK {
		t.Errorf("a route: got %d", w.Code)
	}
	if w := send(app, test.Request("PUT", "/orders/1", ushertest.Token{})); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a permission: got %d", w.Code)
	}
}
