package usher

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/usher-id/usher/sdk/go/policy"
)

// routeCase is one request of sdk/vectors/routes.json.
type routeCase struct {
	Name, Method, Path string
	Auth               *struct {
		Claims map[string]any
		Roles  []string
	}
	Preflight bool
	Table     json.RawMessage // null: nothing is published
	Options   struct{ OnMissingRoute string }
	Expect    struct {
		Status                         int
		Code, Reason                   string
		Rule                           *string
		Conditional, Permission, Scope string
		Fresh                          bool
		ACRValues                      string `json:"acr_values"`
		MaxAge                         *int64 `json:"max_age"`
	}
}

func (c *routeCase) caller(table *policy.Table) *caller {
	if c.Auth == nil {
		return nil
	}
	who := &caller{decide: func(permission string) policy.Verdict {
		return table.Evaluate(&policy.Question{
			Roles: c.Auth.Roles, Permission: permission, Token: c.Auth.Claims,
			User: policy.Attributes{"id": c.Auth.Claims["sub"], "roles": c.Auth.Roles},
		})
	}}
	scope, _ := c.Auth.Claims["scope"].(string)
	who.scope = strings.Fields(scope)
	who.acr, _ = c.Auth.Claims["acr"].(string)
	at, _ := c.Auth.Claims["auth_time"].(float64)
	who.authTime = int64(at)
	return who
}

// decide gives what the route rules decide.
func (c *routeCase) decide(table *policy.Table, now int64) (routeResult, *Refusal) {
	if string(c.Table) == "null" {
		u := &Usher{config: Config{Policy: PolicyConfig{AllowMissingRoutes: c.Options.OnMissingRoute == "allow"}}}
		u.unpublished.Store(true)
		return u.checkRoutes(httptest.NewRequest(c.Method, c.Path, nil), nil, now)
	}
	return checkRoute(table, c.Method, c.Path, c.Preflight, c.caller(table), c.Options.OnMissingRoute == "allow", now)
}

func (c *routeCase) check(t *testing.T, table *policy.Table, now int64) {
	p, refusal := c.decide(table, now)
	want := c.Expect
	if want.Status != 200 {
		if refusal == nil || refusal.Status != want.Status || refusal.Code != want.Code || refusal.Reason != want.Reason {
			t.Fatalf("got %+v, want %+v", refusal, want)
		}
		maxAge := time.Duration(-1)
		if want.MaxAge != nil {
			maxAge = time.Duration(*want.MaxAge) * time.Second
		}
		if refusal.Permission != want.Permission || refusal.Scope != want.Scope || refusal.ACR != want.ACRValues ||
			refusal.MaxAge != maxAge {
			t.Fatalf("got %+v, want %+v", refusal, want)
		}
		return
	}
	if refusal != nil {
		t.Fatalf("refused: %+v", refusal)
	}
	pattern := ""
	if p.rule != nil {
		pattern = p.rule.Pattern
	}
	expected := ""
	if want.Rule != nil {
		expected = *want.Rule
	}
	if pattern != expected || p.conditional != want.Conditional || p.fresh != want.Fresh {
		t.Fatalf("got %q %+v, want %+v", pattern, p, want)
	}
}

func TestRouteRulesAnswerAsInEverySDK(t *testing.T) {
	data, err := os.ReadFile("../vectors/routes.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Now   int64
		Table json.RawMessage
		Cases []routeCase
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	table, err := policy.Parse(file.Table)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { c.check(t, table, file.Now) })
	}
}
