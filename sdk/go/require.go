package usher

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/usher-id/usher/sdk/go/policy"
)

// ErrNotFound is what a Load returns if there is no such resource. The response is 404.
var ErrNotFound = errors.New("usher: there is no such resource")

// RequireAuth accepts requests with a valid access token.
func (u *Usher) RequireAuth(next http.Handler) http.Handler {
	return u.RequireSignIn(SignIn{})(next)
}

// SignIn says which sign-ins are accepted.
type SignIn struct {
	// ACR is the minimum authentication context: aal1 < aal2 < aal3. Any other value is compared for equality.
	ACR string
	// MaxAge is the maximum time since the person authenticated; any if zero.
	MaxAge time.Duration
	// Fresh introspects the token at each request.
	Fresh bool
}

// RequireSignIn accepts requests with a valid access token of such a sign-in. Otherwise the response tells the client which
// sign-in to ask for (RFC 9470).
func (u *Usher) RequireSignIn(needed SignIn) func(http.Handler) http.Handler {
	maxAge := needed.MaxAge
	if maxAge == 0 {
		maxAge = -1
	}
	return u.guard(func(r *http.Request, a *Auth) *Refusal {
		if refusal := checkSignIn(a.ACR, a.authTime(), needed.ACR, maxAge, u.now()); refusal != nil {
			return refusal
		}
		if needed.Fresh {
			return u.refresh(r.Context(), a)
		}
		return nil
	})
}

// RequireScope accepts requests with a token that has all of these scopes.
func (u *Usher) RequireScope(scopes ...string) func(http.Handler) http.Handler {
	return u.guard(func(_ *http.Request, a *Auth) *Refusal { return checkScopes(a.Scope, scopes) })
}

// RequireRole accepts requests of users who have one of these roles in the project.
func (u *Usher) RequireRole(roles ...string) func(http.Handler) http.Handler {
	return u.guard(func(_ *http.Request, a *Auth) *Refusal {
		if a.HasRole(roles...) {
			return nil
		}
		return refuse("role_missing")
	})
}

// guard accepts requests with a valid token that pass a check.
func (u *Usher) guard(check func(*http.Request, *Auth) *Refusal) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, r := u.identify(r)
			if s.auth == nil {
				u.answer(w, r, refusalOf(s.refusal))
				return
			}
			if refusal := check(r, s.auth); refusal != nil {
				u.answer(w, r, refusal)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Load finds the resource of a request, for example by r.PathValue("id"). For ErrNotFound and for nil the response is 404.
type Load func(r *http.Request) (any, error)

// RequirePermission accepts requests of callers whom the access rules allow a permission.
//
// With load, the resource is loaded, the permission is decided with it, and the handler gets it from Resource. Without
// load, if the permission depends on the resource, the handler has to call Auth.Can or Auth.Filter; if it does not, its
// response is replaced by 500.
func (u *Usher) RequirePermission(permission string, load ...Load) func(http.Handler) http.Handler {
	if u.config.Policy.Off {
		panic("usher: RequirePermission needs access rules, and Config.Policy.Off says that there are none")
	}
	if len(load) > 1 {
		panic("usher: RequirePermission takes one Load at most")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, r := u.identify(r)
			if s.auth == nil {
				u.answer(w, r, refusalOf(s.refusal))
				return
			}
			if _, refusal := u.table(); refusal != nil {
				u.answer(w, r, refusal)
				return
			}
			switch verdict := s.auth.Decide(permission, nil); {
			case verdict == policy.Deny:
				u.answer(w, r, deniedPermission(permission))
			case len(load) == 1:
				u.serveLoaded(next, w, r, s.auth, permission, load[0])
			case verdict == policy.Conditional:
				u.serve(next, w, r, s.auth, permission)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

func deniedPermission(permission string) *Refusal {
	refusal := refuse("permission_denied")
	refusal.Permission = permission
	return refusal
}

func (u *Usher) serveLoaded(
	next http.Handler, w http.ResponseWriter, r *http.Request, a *Auth, permission string, load Load,
) {
	resource, err := load(r)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && policy.AttributesOf(resource) == nil:
		u.answer(w, r, refuse("resource_missing"))
	case err != nil:
		u.config.Logger.Error("usher: a resource could not be loaded", "permission", permission, "error", err)
		u.answer(w, r, refuse("resource_failed"))
	case a.Decide(permission, resource) != policy.Allow:
		u.answer(w, r, deniedPermission(permission))
	default:
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), resourceKey{}, resource)))
	}
}

type resourceKey struct{}

// Resource gives the resource that RequirePermission loaded.
func Resource(ctx context.Context) any { return ctx.Value(resourceKey{}) }
