package usher

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/usher-id/usher/sdk/go/policy"
)

// routeResult is what the route rules say about a request that they allow.
type routeResult struct {
	rule        *policy.Route // nil if no rule matches
	conditional string        // the permission that the handler has to check with the resource
	fresh       bool          // the token has to be introspected
}

// caller is what the route rules need to know about the sender of a request.
type caller struct {
	scope    []string
	acr      string
	authTime int64 // seconds since the epoch; 0 if unknown
	decide   func(permission string) policy.Verdict
}

// checkRoute applies the route rules to a request; who is nil if there is no valid token. The order of the checks is that
// of sdk/vectors/README.md.
func checkRoute(
	table *policy.Table, method, path string, preflight bool, who *caller, allowMissing bool, now int64,
) (routeResult, *Refusal) {
	segments, err := policy.Segments(path)
	if err != nil {
		return routeResult{}, refuse("path_ambiguous")
	}
	if preflight {
		return routeResult{}, nil
	}
	rule := table.FindBySegments(method, segments)
	if rule == nil && !allowMissing {
		return routeResult{}, refuse("route_unlisted")
	}
	// A framework that ignores case would run the handler that another rule protects.
	if other := table.FindIgnoringCase(method, segments); other != nil && other.Pattern != patternOf(rule) && !other.Public {
		return routeResult{}, refuse("path_ambiguous")
	}
	switch {
	case rule == nil:
		return routeResult{}, nil
	case rule.Public:
		return routeResult{rule: rule}, nil
	case who == nil:
		return routeResult{}, refuse("token_missing")
	}
	if refusal := checkScopes(who.scope, rule.Scopes); refusal != nil {
		return routeResult{}, refusal
	}
	maxAge := time.Duration(-1)
	if rule.MaxAge != nil {
		maxAge = time.Duration(*rule.MaxAge) * time.Second
	}
	if refusal := checkSignIn(who.acr, who.authTime, rule.ACR, maxAge, now); refusal != nil {
		return routeResult{}, refusal
	}
	p := routeResult{rule: rule, fresh: rule.Fresh}
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
		return routeResult{}, refusal
	}
	return p, nil
}

func patternOf(rule *policy.Route) string {
	if rule == nil {
		return ""
	}
	return rule.Pattern
}

// checkScopes requires all of the scopes (RFC 6750 §3.1).
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

// checkSignIn requires a strong and recent sign-in (RFC 9470). A negative maxAge means any age.
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

// levels of authentication, weakest first. Any other acr is compared for equality.
var levels = []string{"aal1", "aal2", "aal3"}

func reaches(held, needed string) bool {
	if held == needed {
		return true
	}
	h, n := slices.Index(levels, held), slices.Index(levels, needed)
	return n >= 0 && h > n
}

// isPreflight recognises a CORS preflight, which carries no token (Fetch §4.8).
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" &&
		r.Header.Get("Access-Control-Request-Method") != ""
}
