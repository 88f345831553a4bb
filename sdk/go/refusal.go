package usher

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/usher-id/usher/sdk/go/internal/token"
)

// Refusal says why a request is refused. Codes and reasons are the same in every SDK (sdk/vectors/README.md).
type Refusal struct {
	// Status of the response.
	Status int
	// Code for programs, in the response: AUTH_REQUIRED, AUTH_INVALID, REAUTHENTICATION_REQUIRED, NOT_ALLOWED,
	// REQUEST_INVALID, NOT_FOUND, UNAVAILABLE, INTERNAL.
	Code string
	// Reason for the log: "token_expired".
	Reason string
	// Scope that is missing, of scope_insufficient.
	Scope string
	// Permission that is missing, of permission_denied.
	Permission string
	// ACR and MaxAge that a sign-in needs (RFC 9470); a negative MaxAge means any.
	ACR    string
	MaxAge time.Duration
}

func (r *Refusal) Error() string { return "usher: refused: " + r.Reason }

// kinds gives status and code of reasons. Reasons that are not listed are those of tokens: AUTH_INVALID.
var kinds = map[string]struct {
	status int
	code   string
}{
	"token_missing":         {http.StatusUnauthorized, "AUTH_REQUIRED"},
	"acr_insufficient":      {http.StatusUnauthorized, "REAUTHENTICATION_REQUIRED"},
	"auth_too_old":          {http.StatusUnauthorized, "REAUTHENTICATION_REQUIRED"},
	"scope_insufficient":    {http.StatusForbidden, "NOT_ALLOWED"},
	"role_missing":          {http.StatusForbidden, "NOT_ALLOWED"},
	"permission_denied":     {http.StatusForbidden, "NOT_ALLOWED"},
	"route_unlisted":        {http.StatusForbidden, "NOT_ALLOWED"},
	"path_ambiguous":        {http.StatusBadRequest, "REQUEST_INVALID"},
	"credentials_ambiguous": {http.StatusBadRequest, "REQUEST_INVALID"},
	"resource_missing":      {http.StatusNotFound, "NOT_FOUND"},
	"keys_missing":          {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"rules_missing":         {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"rules_unpublished":     {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"list_stale":            {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"store_unavailable":     {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"introspection_failed":  {http.StatusServiceUnavailable, "UNAVAILABLE"},
	"entity_check_missing":  {http.StatusInternalServerError, "INTERNAL"},
	"resource_failed":       {http.StatusInternalServerError, "INTERNAL"},
}

// sentences for people, by the code.
var sentences = map[string]string{
	"AUTH_REQUIRED":             "Authentication is required.",
	"AUTH_INVALID":              "The token is invalid, expired or revoked.",
	"REAUTHENTICATION_REQUIRED": "A stronger or more recent sign-in is required.",
	"NOT_ALLOWED":               "The caller does not have the permission.",
	"REQUEST_INVALID":           "The path is ambiguous.",
	"NOT_FOUND":                 "Not found.",
	"UNAVAILABLE":               "Authorization is temporarily unavailable.",
	"INTERNAL":                  "Internal error.",
}

// sentencesOf are those of reasons that say more than their code.
var sentencesOf = map[string]string{
	"scope_insufficient":    "The token does not have the required scope.",
	"credentials_ambiguous": "The request contains more than one token.",
	"rules_unpublished": "No access rules are published for this application. Publish them at Usher, or turn off the " +
		"enforcement of routes.",
}

func refuse(reason string) *Refusal {
	kind, ok := kinds[reason]
	if !ok {
		kind.status, kind.code = http.StatusUnauthorized, "AUTH_INVALID"
	}
	return &Refusal{Status: kind.status, Code: kind.code, Reason: reason, MaxAge: -1}
}

// Challenge is the value of WWW-Authenticate (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3); "" if there is none.
func (r *Refusal) Challenge() string {
	algorithms := `, algs="` + strings.Join(token.ProofAlgorithms, " ") + `"`
	switch r.Code {
	case "AUTH_REQUIRED":
		return "Bearer"
	case "AUTH_INVALID":
		switch {
		case strings.HasPrefix(r.Reason, "proof_"):
			return `DPoP error="invalid_dpop_proof"` + algorithms
		case r.Reason == "sender_constrained", r.Reason == "token_unbound":
			return `DPoP error="invalid_token"` + algorithms
		}
		return `Bearer error="invalid_token"`
	case "REAUTHENTICATION_REQUIRED":
		challenge := `Bearer error="insufficient_user_authentication"`
		if r.ACR != "" {
			challenge += `, acr_values="` + quoted(r.ACR) + `"`
		}
		if r.MaxAge >= 0 {
			challenge += fmt.Sprintf(`, max_age="%d"`, int64(r.MaxAge/time.Second))
		}
		return challenge
	}
	switch r.Reason {
	case "scope_insufficient":
		return `Bearer error="insufficient_scope", scope="` + quoted(r.Scope) + `"`
	case "credentials_ambiguous":
		return `Bearer error="invalid_request"`
	}
	return ""
}

// quoted removes characters that a quoted string cannot contain (RFC 9110 §5.6.4).
func quoted(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return -1
		}
		return c
	}, s)
}

// problem is the body of a response (RFC 9457).
type problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail"`
	Code    string         `json:"code"`
	Details map[string]any `json:"details"`
	Reason  string         `json:"reason,omitempty"`
}

// details gives what the caller can do something about; nil if there is nothing.
func (r *Refusal) details() map[string]any {
	told := map[string]any{}
	for name, value := range map[string]string{"scope": r.Scope, "permission": r.Permission, "acr_values": r.ACR} {
		if value != "" {
			told[name] = value
		}
	}
	if r.MaxAge >= 0 {
		told["max_age"] = int64(r.MaxAge / time.Second)
	}
	if len(told) == 0 {
		return nil
	}
	return told
}

// ServeHTTP writes the refusal as application/problem+json.
func (r *Refusal) ServeHTTP(w http.ResponseWriter, _ *http.Request) { r.write(w, false) }

func (r *Refusal) write(w http.ResponseWriter, showReason bool) {
	p := problem{
		Type: "about:blank", Title: http.StatusText(r.Status), Status: r.Status, Code: r.Code, Details: r.details(),
		Detail: cmp.Or(sentencesOf[r.Reason], sentences[r.Code]),
	}
	if showReason {
		p.Reason = r.Reason
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	header := w.Header()
	if challenge := r.Challenge(); challenge != "" {
		header.Set("WWW-Authenticate", challenge)
	}
	if r.Status == http.StatusServiceUnavailable {
		header.Set("Retry-After", "5")
	}
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(r.Status)
	_, _ = w.Write(body) // the client may have disconnected
}
