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

// Auth is who sends a request. It is for one request, and safe for concurrent use within it. A nil Auth is nobody, who
// may do nothing.
type Auth struct {
	// User is the person; of a token that is about a client itself, ID is the client's.
	User User
	// Machine says that the token is about the client itself, and no person takes part.
	Machine bool
	// SessionID is the sign-in that the token comes from; "" for machines.
	SessionID string
	// ClientID is the client that the token was issued to.
	ClientID string
	// Scope of the token.
	Scope []string
	// ACR says how well the person authenticated, and AuthTime when; zero where the token does not say.
	ACR      string
	AuthTime time.Time
	// Expires is when the token ends.
	Expires time.Time
	// Token as it came.
	Token string
	// Claims of the token, numbers as json.Number. It must not be changed.
	Claims map[string]any

	usher   *Usher
	ctx     context.Context
	request *http.Request // nil outside of HTTP
	fresh   atomic.Bool   // Usher was asked
	owes    string        // the permission that is to be asked with the resource
	paid    atomic.Bool   // it was asked

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
		User: User{ID: c.Subject, Roles: c.Roles}, Machine: c.Machine(), SessionID: c.SessionID, ClientID: c.ClientID,
		Scope: c.Scope, ACR: c.ACR, Expires: time.Unix(c.Expires, 0), Token: raw, Claims: c.All,
		usher: u, ctx: ctx, request: r, ofUser: v.user,
	}
	if c.AuthTime > 0 {
		a.AuthTime = time.Unix(c.AuthTime, 0)
	}
	return a
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

// IsFresh says whether Usher was asked about the token during this request.
func (a *Auth) IsFresh() bool { return a != nil && a.fresh.Load() }

// Can says whether the access rules allow a permission on a resource: a struct, an Attributes map or a policy.Resource
// (see policy.AttributesOf). Nil stands for no resource: then only what is allowed on any is true.
func (a *Auth) Can(permission string, resource any) bool {
	return a.Decide(permission, resource) == policy.Allow
}

// Decide answers as Can does, and tells a denial from what depends on the resource.
func (a *Auth) Decide(permission string, resource any) policy.Verdict {
	if a == nil {
		return policy.Deny
	}
	rules := a.usher.rules.Load()
	if rules == nil {
		return policy.Deny
	}
	q := a.question(permission, resource)
	verdict := rules.Evaluate(&q)
	if q.Resource != nil && permission == a.owes {
		a.paid.Store(true)
	}
	a.usher.tellDecision(a, permission, verdict, rules.Revision)
	return verdict
}

// Explain answers with every rule that was weighed. It shows the access rules: for those who administer them.
func (a *Auth) Explain(permission string, resource any) policy.Decision {
	if a != nil {
		if rules := a.usher.rules.Load(); rules != nil {
			q := a.question(permission, resource)
			return rules.Explain(&q)
		}
	}
	return policy.Decision{Verdict: policy.Deny, Reasons: []policy.Reason{}}
}

// Filter says which resources a permission holds for: Filter("Order:list").Where(…) is the condition of a query.
func (a *Auth) Filter(permission string) policy.Filter {
	if a == nil {
		return policy.Filter{}
	}
	rules := a.usher.rules.Load()
	if rules == nil {
		return policy.Filter{}
	}
	if permission == a.owes {
		a.paid.Store(true)
	}
	q := a.question(permission, nil)
	return rules.Filter(&q)
}

func (a *Auth) question(permission string, resource any) policy.Question {
	a.gathered.Do(a.gather)
	return policy.Question{
		Roles: a.User.Roles, Permission: permission, User: a.ofUser, Context: a.ofRequest, Token: a.Claims,
		Resource: policy.AttributesOf(resource),
	}
}

// gather asks the application what it knows of person and request.
func (a *Auth) gather() {
	config := &a.usher.config
	if config.UserAttributes != nil {
		known := a.ofUser
		a.ofUser = policy.Attributes{}
		maps.Copy(a.ofUser, config.UserAttributes(a.ctx, a))
		maps.Copy(a.ofUser, known) // id and roles are those of the token
	}
	if config.RequestAttributes != nil && a.request != nil {
		a.ofRequest = config.RequestAttributes(a.request)
	}
}

// userAttributes is what every token says of user.…
func userAttributes(c *token.Claims) policy.Attributes {
	roles := c.Roles
	if roles == nil {
		roles = []string{}
	}
	return policy.Attributes{"id": c.Subject, "roles": roles}
}

func (u *Usher) tellDecision(a *Auth, permission string, verdict policy.Verdict, revision int64) {
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

// authTime gives AuthTime in seconds since the epoch, 0 where the token does not say.
func (a *Auth) authTime() int64 {
	if a.AuthTime.IsZero() {
		return 0
	}
	return a.AuthTime.Unix()
}
