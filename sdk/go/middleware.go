package usher

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/usher-id/usher/sdk/go/policy"
)

type contextKey struct{}

// state is what is known of a request.
type state struct {
	auth    *Auth
	refusal error // why there is no auth
	now     int64 // when the request was met, in seconds since the epoch
}

// FromContext tells who sends the request; nil if nobody does, or if the token will not do.
func FromContext(ctx context.Context) *Auth {
	if s, ok := ctx.Value(contextKey{}).(*state); ok {
		return s.auth
	}
	return nil
}

// Middleware finds out who sends each request and applies the project's route table: what no rule allows does not reach
// next. It stands around the whole application.
func (u *Usher) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, r := u.identify(r)
		p, refusal := u.enter(r, s.auth, s.now)
		if refusal != nil {
			if refusal.Reason == "token_missing" && s.refusal != nil {
				refusal = refusalOf(s.refusal)
			}
			u.answer(w, r, refusal)
			return
		}
		if p.fresh {
			if refusal := u.refresh(r.Context(), s.auth); refusal != nil {
				u.answer(w, r, refusal)
				return
			}
		}
		u.serve(next, w, r, s.auth, p.conditional)
	})
}

// identify checks the token of a request, once.
func (u *Usher) identify(r *http.Request) (*state, *http.Request) {
	if s, ok := r.Context().Value(contextKey{}).(*state); ok {
		return s, r
	}
	s := &state{now: u.now()}
	raw, err := bearerOf(r)
	if err == nil {
		var v *verified
		if v, err = u.check(r.Context(), raw, s.now); err == nil {
			s.auth = u.newAuth(r.Context(), raw, v, r)
			u.seen.note(v.claims, r, s.now)
		}
	}
	s.refusal = err
	r = r.WithContext(context.WithValue(r.Context(), contextKey{}, s))
	if s.auth != nil {
		s.auth.ctx, s.auth.request = r.Context(), r
	}
	return s, r
}

// enter asks the route table.
func (u *Usher) enter(r *http.Request, a *Auth, now int64) (passage, *Refusal) {
	if u.config.Policy.Off || u.config.Policy.IgnoreRoutes {
		return passage{}, nil
	}
	rules := u.rules.Load()
	if rules == nil {
		if u.wanted.Load() == 0 && u.synced.Load() != 0 {
			// Nothing is published: no route is listed.
			if u.config.Policy.AllowMissingRoutes {
				return passage{}, nil
			}
			return passage{}, refuse("route_unlisted")
		}
		return passage{}, refuse("rules_missing")
	}
	return pass(rules.Table, r.Method, requestPath(r), isPreflight(r), callerOf(a), u.config.Policy.AllowMissingRoutes, now)
}

// callerOf is who the door sees; nil for nobody.
func callerOf(a *Auth) *caller {
	if a == nil {
		return nil
	}
	return &caller{
		scope: a.Scope, acr: a.ACR, authTime: a.authTime(),
		decide: func(permission string) policy.Verdict { return a.Decide(permission, nil) },
	}
}

// requestPath gives the path as it was sent. A target in absolute form (RFC 9112 §3.2.2) is taken as it was parsed.
func requestPath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.EscapedPath()
}

// refresh asks Usher whether the token still stands, once a request.
func (u *Usher) refresh(ctx context.Context, a *Auth) *Refusal {
	if a == nil || a.fresh.Load() {
		return nil
	}
	if err := u.standing(ctx, a.Token); err != nil {
		return refusalOf(err)
	}
	a.fresh.Store(true)
	return nil
}

// serve runs a handler that may owe a check of the resource.
func (u *Usher) serve(next http.Handler, w http.ResponseWriter, r *http.Request, a *Auth, owes string) {
	if owes == "" || a == nil || u.config.Policy.AllowUnchecked {
		next.ServeHTTP(w, r)
		return
	}
	a.owes = owes
	guarded := &guardedWriter{ResponseWriter: w, auth: a, refuse: func() { u.answer(w, r, refuse("entity_check_missing")) }}
	next.ServeHTTP(guarded, r)
	guarded.finish()
}

// answer refuses a request.
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

// guardedWriter holds back the answer of a handler that owes a check of the resource and did not make it.
type guardedWriter struct {
	http.ResponseWriter
	auth    *Auth
	refuse  func()
	begun   bool
	refused bool
}

// WriteHeader lets errors pass: a handler need not check what it does not find.
func (g *guardedWriter) WriteHeader(status int) {
	switch {
	case g.refused:
	case g.begun || status < 200:
		g.ResponseWriter.WriteHeader(status)
	case status < 400 && !g.auth.paid.Load():
		g.begun, g.refused = true, true
		clear(g.Header())
		g.refuse()
	default:
		g.begun = true
		g.ResponseWriter.WriteHeader(status)
	}
}

// Write drops the body of an answer that was held back.
func (g *guardedWriter) Write(data []byte) (int, error) {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if g.refused {
		return len(data), nil
	}
	return g.ResponseWriter.Write(data)
}

// Flush sends what there is, as http.Flusher.
func (g *guardedWriter) Flush() {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if !g.refused {
		_ = http.NewResponseController(g.ResponseWriter).Flush()
	}
}

// finish is for handlers that write nothing, which answers 200.
func (g *guardedWriter) finish() {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
}
