package usher

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"strings"

	"github.com/usher-id/usher/sdk/go/policy"
)

type contextKey struct{}

// state is what is known of a request.
type state struct {
	usher   *Usher // several modules may handle one request
	auth    *Auth
	refusal error // why there is no auth
	now     int64 // when the request arrived, in seconds since the epoch
}

// FromContext gives the caller of a request; nil if there is no token, or none that is valid.
func FromContext(ctx context.Context) *Auth {
	if s, ok := ctx.Value(contextKey{}).(*state); ok {
		return s.auth
	}
	return nil
}

// Middleware identifies the caller of each request and enforces the route rules of the project: a request that they do not
// allow never reaches next. Make it the outermost handler of the application.
func (u *Usher) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, r := u.identify(r)
		result, refusal := u.checkRoutes(r, s.auth, s.now)
		if refusal != nil {
			if refusal.Reason == "token_missing" && s.refusal != nil {
				refusal = refusalOf(s.refusal)
			}
			u.answer(w, r, refusal)
			return
		}
		if result.fresh {
			if refusal := u.refresh(r.Context(), s.auth); refusal != nil {
				u.answer(w, r, refusal)
				return
			}
		}
		u.serve(next, w, r, s.auth, result.conditional)
	})
}

// identify verifies the token of a request, once.
func (u *Usher) identify(r *http.Request) (*state, *http.Request) {
	if s, ok := r.Context().Value(contextKey{}).(*state); ok && s.usher == u {
		return s, r
	}
	s := &state{usher: u, now: u.now()}
	s.refusal = u.admit(s, r)
	r = r.WithContext(context.WithValue(r.Context(), contextKey{}, s))
	if s.auth != nil {
		s.auth.ctx, s.auth.request = r.Context(), r
	}
	return s, r
}

// admit verifies the token of a request, and the proof of its key where it is bound to one.
func (u *Usher) admit(s *state, r *http.Request) error {
	credentials, err := credentialsOf(r)
	if err != nil {
		return err
	}
	v, err := u.check(r.Context(), credentials.Token, s.now)
	if err != nil {
		return err
	}
	if err := u.checkBinding(r, credentials, v.claims.Thumbprint, s.now); err != nil {
		return err
	}
	s.auth = u.newAuth(r.Context(), credentials.Token, v, r)
	u.seen.note(v.claims, r, s.now)
	return nil
}

// checkRoutes applies the route rules.
func (u *Usher) checkRoutes(r *http.Request, a *Auth, now int64) (routeResult, *Refusal) {
	if u.config.Policy.Off || u.config.Policy.IgnoreRoutes {
		return routeResult{}, nil
	}
	table, refusal := u.table()
	if refusal != nil {
		return routeResult{}, refusal
	}
	return checkRoute(table, r.Method, requestPath(r), isPreflight(r), callerOf(a), u.config.Policy.AllowMissingRoutes, now)
}

// table gives the access rules, or why there are none: without rules nothing is allowed.
func (u *Usher) table() (*policy.Table, *Refusal) {
	rules := u.rules.Load()
	switch {
	case rules != nil:
		return rules.Table, nil
	case u.unpublished.Load():
		return nil, refuse("rules_unpublished")
	default:
		return nil, refuse("rules_missing")
	}
}

// callerOf gives the caller as route rules see it; nil if there is none.
func callerOf(a *Auth) *caller {
	if a == nil {
		return nil
	}
	return &caller{
		scope: a.Scope, acr: a.ACR, authTime: a.authTime(),
		decide: func(permission string) policy.Verdict { return a.Decide(permission, nil) },
	}
}

// requestPath gives the path as it was sent. For a target in absolute form (RFC 9112 §3.2.2) it is the parsed path.
func requestPath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.EscapedPath()
}

// refresh introspects the token, once per request.
func (u *Usher) refresh(ctx context.Context, a *Auth) *Refusal {
	if a == nil || a.fresh.Load() {
		return nil
	}
	if err := u.requireActive(ctx, a.Token); err != nil {
		return refusalOf(err)
	}
	a.fresh.Store(true)
	return nil
}

// serve runs a handler that has to check a permission with the resource, if it has to check one.
func (u *Usher) serve(next http.Handler, w http.ResponseWriter, r *http.Request, a *Auth, mustCheck string) {
	if mustCheck == "" || a == nil || u.config.Policy.AllowUnchecked {
		next.ServeHTTP(w, r)
		return
	}
	a.mustCheck = mustCheck
	before := w.Header().Clone()
	guarded := &guardedWriter{ResponseWriter: w, auth: a, refuse: func() {
		clear(w.Header())
		maps.Copy(w.Header(), before)
		u.answer(w, r, refuse("entity_check_missing"))
	}}
	next.ServeHTTP(guarded, r)
	guarded.finish()
}

// answer logs a refusal and sends it.
func (u *Usher) answer(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	level := slog.LevelInfo
	switch {
	case refusal.Status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case refusal.Status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	u.config.Logger.Log(r.Context(), level, "usher: refused", "reason", refusal.Reason, "status", refusal.Status, "method", r.Method,
		"permission", refusal.Permission, "scope", refusal.Scope)
	if u.config.OnRefusal != nil {
		u.config.OnRefusal(w, r, refusal)
		return
	}
	refusal.write(w, u.config.ShowReasons)
}

// guardedWriter replaces the response of a handler that did not check the permission that it has to check.
type guardedWriter struct {
	http.ResponseWriter
	auth    *Auth
	refuse  func()
	begun   bool
	refused bool
}

// WriteHeader passes errors on: a handler need not check a resource that does not exist.
func (g *guardedWriter) WriteHeader(status int) {
	switch {
	case g.refused:
	case g.begun || status < 200:
		g.ResponseWriter.WriteHeader(status)
	case status < 400 && !g.auth.checked.Load():
		g.begun, g.refused = true, true
		g.refuse()
	default:
		g.begun = true
		g.ResponseWriter.WriteHeader(status)
	}
}

// Write drops the body of a response that was replaced.
func (g *guardedWriter) Write(data []byte) (int, error) {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if g.refused {
		return len(data), nil
	}
	return g.ResponseWriter.Write(data)
}

// Flush implements http.Flusher.
func (g *guardedWriter) Flush() {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if !g.refused {
		_ = http.NewResponseController(g.ResponseWriter).Flush()
	}
}

// finish handles handlers that write nothing, whose status is 200.
func (g *guardedWriter) finish() {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
}
