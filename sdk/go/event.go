package usher

import "github.com/usher-id/usher/sdk/go/policy"

// EventKind is the kind of an Event.
type EventKind string

const (
	// Ready: keys and revocation list are there, for the first time or after Stale.
	Ready EventKind = "ready"
	// Stale: the revocation list is older than MaxStaleness.
	Stale EventKind = "stale"
	// Resynced: the cursor was too old, and the list was replaced by a new snapshot.
	Resynced EventKind = "resynced"
	// Revoked: the feed has a new revocation.
	Revoked EventKind = "revoked"
	// PolicyChanged: another revision of the access rules is applied.
	PolicyChanged EventKind = "policyChanged"
)

// Event says what changed.
type Event struct {
	Kind EventKind
	// RevocationKind (jti, sid, gid, kid, sub, client, project), Value and Why are set for Revoked.
	RevocationKind, Value, Why string
	// Revision is set for PolicyChanged.
	Revision int64
}

// DecisionEvent is a decision of the access rules.
type DecisionEvent struct {
	Subject, ClientID, Permission string
	Verdict                       policy.Verdict
	Revision                      int64
	// Pattern is the pattern of http.ServeMux that matched the request; "" if none did yet.
	Pattern string
}
