package token

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Claims is what an access token says. Times are seconds since the epoch.
type Claims struct {
	Issuer, Subject, ClientID, ID string
	Audience                      []string
	Expires, IssuedAt, NotBefore  int64
	Scope, Roles                  []string
	SessionID, GrantID, ACR       string
	AuthTime                      int64 // 0 if absent
	Project                       string
	URV                           int64 // position of the feed at issue; -1 if absent
	KeyID                         string
	Thumbprint                    string         // of the key that the token is bound to (RFC 9449 §6.1)
	All                           map[string]any // every claim, scope as a list
	ClientProven                  bool           // the client is in Options.Clients
}

// Machine says whether the token is about the client itself (RFC 9068 §2.2).
func (c *Claims) Machine() bool { return c.Subject == c.ClientID }

// Options say which tokens are accepted.
type Options struct {
	Issuer     string
	Audience   string
	Project    string   // "" if unknown
	Clients    []string // nil if unknown
	Algorithms []string // canonical names
	ClockSkew  int64    // seconds
}

// Verify reads and verifies an access token at a time in seconds since the epoch. The error is a *Refusal.
func Verify(s string, keys *Keys, o *Options, now int64) (*Claims, error) {
	parsed, err := parseJWS(s, MaxLength)
	if err != nil {
		return nil, err
	}
	members, ok := object(parsed.payload)
	if !ok {
		return nil, ErrMalformed
	}
	kid, err := parsed.verify(keys, o.Algorithms, []string{"at+jwt"})
	if err != nil {
		return nil, err
	}
	claims, err := readClaims(members)
	if err != nil {
		return nil, err
	}
	claims.KeyID = kid
	return claims, claims.check(o, now)
}

// VerifyDocument verifies a signed document of the issuer that is not a token, and gives its payload.
func VerifyDocument(s string, keys *Keys, typ string, algorithms []string, maxLength int) ([]byte, error) {
	parsed, err := parseJWS(s, maxLength)
	if err != nil {
		return nil, err
	}
	if _, err := parsed.verify(keys, algorithms, []string{typ}); err != nil {
		return nil, err
	}
	return parsed.payload, nil
}

// KeyOf gives the kid header of a token, unverified; "" if it has none.
func KeyOf(s string) string {
	parsed, err := parseJWS(s, MaxLength)
	if err != nil {
		return ""
	}
	kid, _ := parsed.header["kid"].(string)
	return kid
}

// has says whether the token has a claim, whatever its value.
func (c *Claims) has(name string) bool {
	_, ok := c.All[name]
	return ok
}

// check checks the values of the claims.
func (c *Claims) check(o *Options, now int64) error {
	switch {
	case c.Issuer != o.Issuer:
		return ErrIssuer
	case !slices.Contains(c.Audience, o.Audience):
		return ErrAudience
	case now >= c.Expires+o.ClockSkew:
		return ErrExpired
	case c.NotBefore > now+o.ClockSkew, c.IssuedAt > now+o.ClockSkew:
		return ErrNotYetValid
	}
	if c.has("cnf") {
		var err error
		if c.Thumbprint, err = confirmation(c.All["cnf"]); err != nil {
			return err
		}
	}
	switch {
	case c.has("project_id") && o.Project != "" && c.Project != o.Project:
		return ErrProject
	case o.Clients != nil && !slices.Contains(o.Clients, c.ClientID):
		return ErrClient
	}
	// A token that names the project was compared with it; those of former versions of Usher do not name it.
	c.ClientProven = o.Clients != nil || o.Project != "" && c.Project == o.Project
	return nil
}

// scopeList splits a scope at spaces (RFC 6749 §3.3).
func scopeList(scope string) []string {
	return strings.FieldsFunc(scope, func(c rune) bool { return c == ' ' })
}

func readClaims(members map[string]any) (*Claims, error) {
	r := claimReader{members: members}
	c := &Claims{
		Issuer: r.need("iss"), Subject: r.need("sub"), ClientID: r.need("client_id"), ID: r.need("jti"),
		Audience: r.audience(),
		Expires:  r.time("exp", true), IssuedAt: r.time("iat", true), NotBefore: r.time("nbf", false),
		Scope: scopeList(r.text("scope")), Roles: r.texts("roles"),
		SessionID: r.text("sid"), GrantID: r.text("gid"), ACR: r.text("acr"),
		AuthTime: r.time("auth_time", false), Project: r.text("project_id"), URV: r.position(),
	}
	if r.err != nil {
		return nil, r.err
	}
	members["scope"] = c.Scope
	if c.Roles != nil {
		members["roles"] = c.Roles
	}
	c.All = members
	return c, nil
}

// claimReader reads claims and keeps the first error.
type claimReader struct {
	members map[string]any
	err     error
}

func (r *claimReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// get gives a claim. Null is present and of the wrong type.
func (r *claimReader) get(name string, needed bool) (any, bool) {
	v, ok := r.members[name]
	if !ok && needed {
		r.fail(ErrClaimMissing)
	}
	return v, ok
}

func (r *claimReader) need(name string) string {
	v, ok := r.get(name, true)
	s, isText := v.(string)
	if ok && (!isText || s == "") {
		r.fail(ErrClaimInvalid)
	}
	return s
}

func (r *claimReader) text(name string) string {
	v, ok := r.get(name, false)
	s, isText := v.(string)
	if ok && !isText {
		r.fail(ErrClaimInvalid)
	}
	return s
}

func (r *claimReader) texts(name string) []string {
	v, ok := r.get(name, false)
	if !ok {
		return nil
	}
	items, isList := v.([]any)
	list := make([]string, len(items))
	for i, item := range items {
		s, isText := item.(string)
		isList = isList && isText
		list[i] = s
	}
	if !isList {
		r.fail(ErrClaimInvalid)
	}
	return list
}

// audience is one text or a list (RFC 7519 §4.1.3).
func (r *claimReader) audience() []string {
	v, ok := r.get("aud", true)
	if s, isText := v.(string); ok && isText {
		return []string{s}
	}
	return r.texts("aud")
}

// time reads seconds since the epoch (RFC 7519 §2), without their fraction.
func (r *claimReader) time(name string, needed bool) int64 {
	v, ok := r.get(name, needed)
	if !ok {
		return 0
	}
	n, ok := whole(v)
	if !ok {
		r.fail(ErrClaimInvalid)
	}
	return n
}

// position reads urv; -1 if absent.
func (r *claimReader) position() int64 {
	v, ok := r.get("urv", false)
	if !ok {
		return -1
	}
	n, ok := whole(v)
	if !ok || n < 0 {
		r.fail(ErrClaimInvalid)
	}
	return n
}

func whole(v any) (int64, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil && n >= -1<<53 && n <= 1<<53 {
		return n, true
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}
