package usher

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/token"
	"github.com/usher-id/usher/sdk/go/policy"
)

// Auth is the caller of a request. It belongs to one request and is safe for concurrent use. A nil *Auth has no
// permissions.
type Auth struct {
	// User is the person; for a token that a client got for itself, ID is the client's id.
	User User
	// Machine says that a client got the token for itself (RFC 6749 §4.4).
	Machine bool
	// SessionID is the session at Usher (sid); "" for machines.
	SessionID string
	// ClientID is the client that the token was issued to.
	ClientID string
	// Scope of the token.
	Scope []string
	// ACR says how the person authenticated, and AuthTime when; zero if the token does not say.
	ACR      string
	AuthTime time.Time
	// Expires is when the token expires.
	Expires time.Time
	// Token as it was sent.
	Token string
	// Claims of the token, numbers as json.Number. It must not be changed.
	Claims map[string]any

	usher   *Usher
	ctx     context.Context
	request *http.Request // nil outside of HTTP
	fresh   atomic.Bool   // the token was introspected

	mustCheck string      // the permission that the handler has to check with the resource
	checked   atomic.Bool // it was checked

	gathered  sync.Once
	ofUser    policy.Attributes
	ofRequest policy.Attributes
}

// User is a person.
type User struct {
	// ID is the sub: the same in every application of the issuer.
	ID string `json:"id"`
	// Roles in the project.
	Roles []string `json:"roles"`
}

func (u *Usher) newAuth(ctx context.Context, raw string, v *verified, r *http.Request) *Auth {
	c := v.claims
	a := &Auth{
		User: User{ID: c.Subject, Roles: rolesOf(c)}, Machine: c.Machine(), SessionID: c.SessionID, ClientID: c.ClientID,
		Scope: c.Scope, ACR: c.ACR, Expires: time.Unix(c.Expires, 0), Token: raw, Claims: c.All,
		usher: u, ctx: ctx, request: r, ofUser: v.user,
	}
	if c.AuthTime > 0 {
		a.AuthTime = time.Unix(c.AuthTime, 0)
	}
	return a
}

// rolesOf gives the roles of a token, empty if there are none: as JSON it is never null.
func rolesOf(c *token.Claims) []string {
	if c.Roles == nil {
		return []string{}
	}
	return c.Roles
}

// HasScope says whether the token has all of these scopes.
func (a *Auth) HasScope(scopes ...string) bool {
	if a == nil {
		return false
	}
	for _, scope := range scopes {
		if !slices.Contains(a.Scope, scope) {
			return false
		}
	}
	return true
}

// HasRole says whether the person has one of these roles in the project.
func (a *Auth) HasRole(roles ...string) bool {
	if a == nil {
		return false
	}
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(a.User.Roles, role) })
}

// IsFresh asks Usher whether the token is active (RFC 7662), once per request. The error is a *Refusal: Usher cannot be asked.
func (a *Auth) IsFresh(ctx context.Context) (bool, error) {
	if a == nil {
		return false, nil
	}
	refusal := a.usher.refresh(ctx, a)
	switch {
	case refusal == nil:
		return true, nil
	case refusal.Reason == token.ErrRevoked.Reason:
		return false, nil
	default:
		return false, refusal
	}
}

// Can says whether the access rules allow a permission on a resource: a struct, an Attributes map or a policy.Resource
// (see policy.AttributesOf). Without a resource (nil) it is true only if every resource is allowed.
func (a *Auth) Can(permission string, resource any) bool {
	return a.Decide(permission, resource) == policy.Allow
}

// Decide is Can with three answers: it distinguishes Deny from Conditional, which depends on the resource.
func (a *Auth) Decide(permission string, resource any) policy.Verdict {
	if a == nil {
		return policy.Deny
	}
	rules := a.usher.rules.Load()
	if rules == nil {
		return policy.Deny
	}
	a.usher.warnUnknown(rules, permission)
	q := a.question(permission, resource)
	verdict := rules.Evaluate(&q)
	if q.Resource != nil && permission == a.mustCheck {
		a.checked.Store(true)
	}
	a.usher.emitDecision(a, permission, verdict, rules.Revision)
	return verdict
}

// Explain gives the decision with every rule that was evaluated. It discloses access rules: show it to administrators.
func (a *Auth) Explain(permission string, resource any) policy.Decision {
	if a != nil {
		if rules := a.usher.rules.Load(); rules != nil {
			q := a.question(permission, resource)
			return rules.Explain(&q)
		}
	}
	return policy.Decision{Verdict: policy.Deny, Reasons: []policy.Reason{}}
}

// Filter gives the resources for which a permission holds: Filter("Order:list").Where(…) is the condition of a query.
func (a *Auth) Filter(permission string) policy.Filter {
	if a == nil {
		return policy.Filter{}
	}
	rules := a.usher.rules.Load()
	if rules == nil {
		return policy.Filter{}
	}
	if permission == a.mustCheck {
		a.checked.Store(true)
	}
	a.usher.warnUnknown(rules, permission)
	q := a.question(permission, nil)
	return rules.Filter(&q)
}

// Permissions gives the filter of every permission, for a front end: it shows what is not denied. As JSON, matches of
// @usher-id/sdk reads it.
func (a *Auth) Permissions() map[string]policy.Filter {
	all := map[string]policy.Filter{}
	if a == nil {
		return all
	}
	if rules := a.usher.rules.Load(); rules != nil {
		q := a.question("", nil)
		for _, q.Permission = range rules.Permissions() {
			all[q.Permission] = rules.Filter(&q)
		}
	}
	return all
}

func (a *Auth) question(permission string, resource any) policy.Question {
	a.gathered.Do(a.gather)
	return policy.Question{
		Roles: a.User.Roles, Permission: permission, User: a.ofUser, Context: a.ofRequest, Token: a.Claims,
		Resource: policy.AttributesOf(resource),
	}
}

// gather asks the application for attributes of the user and the request.
func (a *Auth) gather() {
	config := &a.usher.config
	if config.UserAttributes != nil {
		known := a.ofUser
		a.ofUser = policy.Attributes{}
		maps.Copy(a.ofUser, config.UserAttributes(a.ctx, a))
		maps.Copy(a.ofUser, known) // id and roles always come from the token
	}
	if config.RequestAttributes != nil && a.request != nil {
		a.ofRequest = config.RequestAttributes(a.request)
	}
}

// userAttributes gives the attributes user.id and user.roles.
func userAttributes(c *token.Claims) policy.Attributes {
	return policy.Attributes{"id": c.Subject, "roles": rolesOf(c)}
}

// warnUnknown logs, once each, permissions that the access rules do not know: they are always denied.
func (u *Usher) warnUnknown(rules *ruleSet, permission string) {
	if rules.HasPermission(permission) {
		return
	}
	if _, warned := u.warned.LoadOrStore(permission, true); !warned {
		u.config.Logger.Warn("usher: the access rules have no such permission", "permission", permission)
	}
}

func (u *Usher) emitDecision(a *Auth, permission string, verdict policy.Verdict, revision int64) {
	if u.config.OnDecision == nil {
		return
	}
	e := DecisionEvent{
		Subject: a.User.ID, ClientID: a.ClientID, Permission: permission, Verdict: verdict, Revision: revision,
	}
	if a.request != nil {
		e.Pattern = a.request.Pattern
	}
	u.config.OnDecision(e)
}

// authTime gives AuthTime in seconds since the epoch, 0 if the token does not say.
func (a *Auth) authTime() int64 {
	if a.AuthTime.IsZero() {
		return 0
	}
	return a.AuthTime.Unix()
}
