package usher

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/usher-id/usher/sdk/go/policy"
)

// passage is what the route rules say of a request that may pass.
type passage struct {
	rule        *policy.Route // nil where none speaks of it
	conditional string        // the permission that the handler has to ask again, with the resource
	fresh       bool          // ask Usher whether the token stands
}

// caller is whoever sends a request, as far as the door asks.
type caller struct {
	scope    []string
	acr      string
	authTime int64 // seconds since the epoch; 0 where nobody knows
	decide   func(permission string) policy.Verdict
}

// pass decides by the route rules whether a request may pass; who is nil for nobody. The order of the checks is that of
// sdk/vectors/README.md.
func pass(
	table *policy.Table, method, path string, preflight bool, who *caller, allowMissing bool, now int64,
) (passage, *Refusal) {
	rule, err := table.Find(method, path)
	switch {
	case err != nil:
		return passage{}, refuse("path_ambiguous")
	case preflight:
		return passage{}, nil
	case rule == nil && allowMissing:
		return passage{}, nil
	case rule == nil:
		return passage{}, refuse("route_unlisted")
	case rule.Public:
		return passage{rule: rule}, nil
	case who == nil:
		return passage{}, refuse("token_missing")
	}
	if refusal := checkScopes(who.scope, rule.Scopes); refusal != nil {
		return passage{}, refusal
	}
	maxAge := time.Duration(-1)
	if rule.MaxAge != nil {
		maxAge = time.Duration(*rule.MaxAge) * time.Second
	}
	if refusal := checkSignIn(who.acr, who.authTime, rule.ACR, maxAge, now); refusal != nil {
		return passage{}, refusal
	}
	p := passage{rule: rule, fresh: rule.Fresh}
	if rule.Need == "" {
		return p, nil
	}
	switch who.decide(rule.Need) {
	case policy.Allow:
	case policy.Conditional:
		p.conditional = rule.Need
	default:
		refusal := refuse("permission_denied")
		refusal.Permission = rule.Need
		return passage{}, refusal
	}
	return p, nil
}

// checkScopes asks for all of the scopes (RFC 6750 §3.1).
func checkScopes(held, needed []string) *Refusal {
	for _, scope := range needed {
		if !slices.Contains(held, scope) {
			refusal := refuse("scope_insufficient")
			refusal.Scope = strings.Join(needed, " ")
			return refusal
		}
	}
	return nil
}

// checkSignIn asks for a stronger or newer sign-in (RFC 9470). A negative maxAge does not matter.
func checkSignIn(acr string, authTime int64, needed string, maxAge time.Duration, now int64) *Refusal {
	reason := ""
	switch {
	case needed != "" && !reaches(acr, needed):
		reason = "acr_insufficient"
	case maxAge >= 0 && (authTime == 0 || now-authTime > int64(maxAge/time.Second)):
		reason = "auth_too_old"
	default:
		return nil
	}
	refusal := refuse(reason)
	refusal.ACR, refusal.MaxAge = needed, maxAge
	return refusal
}

// levels of authentication are ordered; any other acr is compared as it is.
var levels = []string{"aal1", "aal2", "aal3"}

func reaches(held, needed string) bool {
	if held == needed {
		return true
	}
	h, n := slices.Index(levels, held), slices.Index(levels, needed)
	return n >= 0 && h > n
}

// isPreflight recognises a preflight of CORS, which carries no token (Fetch §4.8).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}
