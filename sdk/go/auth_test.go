package usher_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	usher "github.com/usher-id/usher/sdk/go"
	"github.com/usher-id/usher/sdk/go/policy"
	"github.com/usher-id/usher/sdk/go/ushertest"
)

// caller gives the Auth that a handler sees.
func caller(t *testing.T, test *ushertest.Usher, token ushertest.Token) *usher.Auth {
	t.Helper()
	var auth *usher.Auth
	h := test.Module.RequireAuth(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { auth = usher.FromContext(r.Context()) }))
	if w := send(h, test.Request("GET", "/orders/1?hour=9", token)); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return auth
}

func isFresh(auth *usher.Auth) bool {
	fresh, err := auth.IsFresh(context.Background())
	return fresh && err == nil
}

func TestIsFreshAsksUsher(t *testing.T) {
	test := ushertest.New(t)
	raw := test.Mint(ushertest.Token{})
	verify := func() *usher.Auth {
		auth, err := test.Module.Verify(context.Background(), raw)
		if err != nil {
			t.Fatal(err)
		}
		return auth
	}
	if !isFresh(verify()) {
		t.Error("an active token is not fresh")
	}
	test.SetAway(true)
	if _, err := verify().IsFresh(context.Background()); err == nil {
		t.Error("Usher is away, and the token is fresh")
	}
	test.SetAway(false)
	test.Deactivate(raw)
	if fresh, err := verify().IsFresh(context.Background()); fresh || err != nil {
		t.Errorf("an inactive token: %v %v", fresh, err)
	}
}

func TestPermissionsAreForAFrontEnd(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	auth, err := test.Module.Verify(context.Background(), test.Mint(ushertest.Token{Subject: "u1", Roles: []string{"viewer"}}))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(auth.Permissions())
	want := `{"Order:list":true,"Order:read":{"left":{"field":"owner_id"},"negated":false,"op":"eq","right":{"value":"u1"}},` +
		`"Order:update":false}`
	if err != nil || string(text) != want {
		t.Errorf("got %s %v, want %s", text, err, want)
	}
}

func TestNobodyMayDoNothing(t *testing.T) {
	var nobody *usher.Auth
	if nobody.Can("Order:list", nil) || nobody.HasRole("viewer") || nobody.HasScope() || isFresh(nobody) ||
		!nobody.Filter("Order:list").None() || nobody.Explain("Order:list", nil).Verdict != policy.Deny {
		t.Error("nobody may do something")
	}
	if usher.FromContext(context.Background()) != nil {
		t.Error("somebody is in an empty context")
	}
}

func TestConditionsAskTheApplicationForWhatItKnows(t *testing.T) {
	asked := 0
	test := ushertest.New(t, ushertest.WithRules(`{
		"permissions": {"Order:update": "item"},
		"roles": {"editor": {"Order:update": ["team_by_day", "robot"]}},
		"conditions": {
			"team_by_day": {"all": [{"in": ["resource.team_id", "user.teams"]}, {"lt": ["context.hour", 18]}]},
			"robot": {"contains": ["token.scope", {"lit": "robot"}]}
		}, "routes": []}`), ushertest.WithConfig(func(c *usher.Config) {
		c.UserAttributes = func(_ context.Context, a *usher.Auth) policy.Attributes {
			asked++
			return policy.Attributes{"teams": []string{"t-" + a.User.ID}, "id": "somebody else", "roles": []string{"admin"}}
		}
		c.RequestAttributes = func(r *http.Request) policy.Attributes {
			return policy.Attributes{"hour": json.Number(r.URL.Query().Get("hour"))}
		}
	}))
	auth := caller(t, test, ushertest.Token{Subject: "u1", Roles: []string{"editor"}})
	if !auth.Can("Order:update", order{Team: "t-u1"}) || auth.Can("Order:update", order{Team: "t-u2"}) {
		t.Error("the team is not asked")
	}
	if asked != 1 {
		t.Errorf("the application was asked %d times", asked)
	}
	robot := caller(t, test, ushertest.Token{Subject: "u1", Roles: []string{"editor"}, Scope: []string{"robot"}})
	if !robot.Can("Order:update", nil) {
		t.Error("the scope is not asked")
	}
	viewer := caller(t, test, ushertest.Token{Subject: "u1", Roles: []string{"viewer"}})
	if viewer.Can("Order:update", order{Team: "t-u1"}) {
		t.Error("the application gave a role")
	}
}

func TestDecisionsAreExplainedAndReported(t *testing.T) {
	var events []usher.DecisionEvent
	log := &strings.Builder{}
	test := ushertest.New(t, ushertest.WithRules(rules), ushertest.WithConfig(func(c *usher.Config) {
		c.OnDecision = func(e usher.DecisionEvent) { events = append(events, e) }
		c.Logger = loggerTo(log)
	}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(_ http.ResponseWriter, r *http.Request) {
		auth := usher.FromContext(r.Context())
		decision := auth.Explain("Order:read", orders["1"])
		want := policy.Reason{Role: "viewer", Rule: "when", Condition: "own", Holds: policy.True}
		if decision.Verdict != policy.Allow || decision.Revision != 1 || len(decision.Reasons) != 1 || decision.Reasons[0] != want {
			t.Errorf("explained as %+v", decision)
		}
		auth.Can("Order:read", orders["1"])
		auth.Can("Order:raed", nil)
		auth.Can("Order:raed", nil)
	})
	if w := send(test.Module.Middleware(mux), test.Request("GET", "/orders/1", ushertest.Token{Roles: []string{"viewer"}})); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(events) != 4 || events[0].Verdict != policy.Conditional || events[1].Verdict != policy.Allow ||
		events[1].Subject != "user-1" || events[1].Pattern != "GET /orders/{id}" || events[2].Verdict != policy.Deny {
		t.Errorf("reported: %+v", events)
	}
	if strings.Count(log.String(), "Order:raed") != 1 {
		t.Errorf("a permission that is not there is logged: %s", log)
	}
}

func TestAFilterIsACheckOfTheResource(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	app := test.Module.RequirePermission("Order:read")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		where, args, err := usher.FromContext(r.Context()).Filter("Order:read").Where(policy.SQL{
			Columns: map[string]string{"owner_id": "owner"},
		})
		if where != "(owner = ?)" || len(args) != 1 || args[0] != "user-1" || err != nil {
			t.Errorf("%s %v %v", where, args, err)
		}
	}))
	if w := send(app, test.Request("GET", "/orders", ushertest.Token{Roles: []string{"viewer"}})); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestRefusalsAreAnsweredAsTheApplicationWants(t *testing.T) {
	with := func(change func(*usher.Config)) *httptest.ResponseRecorder {
		test := ushertest.New(t, ushertest.WithConfig(change))
		return send(test.Module.RequireScope("orders", `a"b`)(nothing{}), test.Request("GET", "/", ushertest.Token{}))
	}
	plain := with(func(*usher.Config) {})
	if got := plain.Header().Get("WWW-Authenticate"); got != `Bearer error="insufficient_scope", scope="orders ab"` {
		t.Errorf("the challenge is %s", got)
	}
	if strings.Contains(plain.Body.String(), "scope_insufficient") {
		t.Errorf("the reason is told: %s", plain.Body)
	}
	shown := with(func(c *usher.Config) { c.ShowReasons = true })
	if !strings.Contains(shown.Body.String(), `"reason":"scope_insufficient"`) {
		t.Errorf("the reason is not told: %s", shown.Body)
	}
	own := with(func(c *usher.Config) {
		c.OnRefusal = func(w http.ResponseWriter, r *http.Request, refusal *usher.Refusal) {
			w.Header().Set("X-Own", refusal.Reason)
			refusal.ServeHTTP(w, r)
		}
	})
	if own.Header().Get("X-Own") != "scope_insufficient" || own.Code != 403 {
		t.Errorf("%d %v", own.Code, own.Header())
	}
}

func TestRouteRulesAreOptional(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*usher.PolicyConfig)
		status int
	}{
		"enforced":                  {func(*usher.PolicyConfig) {}, 403},
		"missing routes are open":   {func(p *usher.PolicyConfig) { p.AllowMissingRoutes = true }, 200},
		"ignored":                   {func(p *usher.PolicyConfig) { p.IgnoreRoutes = true }, 200},
		"unchecked answers allowed": {func(p *usher.PolicyConfig) { p.AllowUnchecked = true }, 403},
		"off":                       {func(p *usher.PolicyConfig) { p.Off = true }, 200},
	} {
		test := ushertest.New(t, ushertest.WithRules(rules), ushertest.WithConfig(func(config *usher.Config) { c.change(&config.Policy) }))
		if w := send(test.Module.Middleware(nothing{}), test.Request("GET", "/unlisted", ushertest.Token{})); w.Code != c.status {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestAPreflightPassesWithoutAToken(t *testing.T) {
	test := ushertest.New(t, ushertest.WithRules(rules))
	r := httptest.NewRequest("OPTIONS", "/orders", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "GET")
	if w := send(test.Module.Middleware(nothing{}), r); w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
}
