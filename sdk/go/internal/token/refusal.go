// Package token reads and verifies access tokens (RFC 9068) of Usher. It is pure: keys and the time are passed in.
package token

// Refusal says why a token is refused. Reasons are the same in every SDK: sdk/vectors/tokens.json.
type Refusal struct {
	// Reason for logs and tests, such as "token_expired".
	Reason string
}

func (r *Refusal) Error() string { return "usher: the token is refused: " + r.Reason }

// Reasons for which tokens are refused.
var (
	ErrMalformed         = &Refusal{"token_malformed"}
	ErrAlgorithm         = &Refusal{"alg_refused"}
	ErrHeader            = &Refusal{"header_refused"}
	ErrType              = &Refusal{"typ_refused"}
	ErrKeyUnknown        = &Refusal{"key_unknown"}
	ErrSignature         = &Refusal{"signature_invalid"}
	ErrClaimMissing      = &Refusal{"claim_missing"}
	ErrClaimInvalid      = &Refusal{"claim_invalid"}
	ErrIssuer            = &Refusal{"issuer_wrong"}
	ErrAudience          = &Refusal{"audience_wrong"}
	ErrExpired           = &Refusal{"token_expired"}
	ErrNotYetValid       = &Refusal{"token_not_yet_valid"}
	ErrClient            = &Refusal{"client_refused"}
	ErrProject           = &Refusal{"project_wrong"}
	ErrSenderConstrained = &Refusal{"sender_constrained"}
	ErrRevoked           = &Refusal{"token_revoked"}
	ErrUnbound           = &Refusal{"token_unbound"}
	ErrProofMissing      = &Refusal{"proof_missing"}
	ErrProofMalformed    = &Refusal{"proof_malformed"}
	ErrProofKey          = &Refusal{"proof_key_wrong"}
	ErrProofSignature    = &Refusal{"proof_signature_invalid"}
	ErrProofRequest      = &Refusal{"proof_request_wrong"}
	ErrProofToken        = &Refusal{"proof_token_wrong"}
	ErrProofUntimely     = &Refusal{"proof_untimely"}
)
