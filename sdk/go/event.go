package usher

import "github.com/usher-id/usher/sdk/go/policy"

// EventKind is what an Event tells.
type EventKind string

const (
	// Ready: keys and list are there, for the first time or after Stale.
	Ready EventKind = "ready"
	// Stale: the list is older than MaxStaleness.
	Stale EventKind = "stale"
	// Resynced: what was missed could not be told, and a new snapshot was taken.
	Resynced EventKind = "resynced"
	// Revoked: something is revoked.
	Revoked EventKind = "revoked"
	// PolicyChanged: the access rules have another revision.
	PolicyChanged EventKind = "policyChanged"
)

// Event tells what changed.
type Event struct {
	Kind EventKind
	// Revocation of Revoked: its kind (jti, sid, gid, kid, sub, client, project), what it names, and why.
	RevocationKind, Value, Why string
	// Revision of PolicyChanged.
	Revision int64
}

// DecisionEvent tells what the access rules answered.
type DecisionEvent struct {
	Subject, ClientID, Permission string
	Verdict                       policy.Verdict
	Revision                      int64
	// Pattern of the mux that matched the request; "" where none did.
	Pattern string
}
