//! Identity Assertion JWT Authorization Grants (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant): an identity
//! provider asserts to the authorization server of an API that a client may act for a user, who signs in to both by that
//! provider.

mod claims;
mod fault;
mod received;
mod request;

pub use claims::IdJagClaims;
pub use fault::IdJagFault;
pub use received::{IdJagRules, ReceivedIdJag, check};
pub use request::{IdJagRequest, is_requested};

/// The grant type by which an assertion becomes an access token (RFC 7523 §2.1).
pub const JWT_BEARER_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The type of an assertion in a token exchange (§4.3).
pub const ID_JAG_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id-jag";
/// The type of the token that it is exchanged for.
pub const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";
/// The name of the profile in the metadata of an authorization server that accepts assertions (§7.2).
pub const ID_JAG_PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";
/// The `typ` of an assertion (§3.1).
pub const ID_JAG_TYP: &str = "oauth-id-jag+jwt";
/// `token_type` of a response with an assertion (RFC 8693 §2.2.1): it is no access token.
pub const NOT_APPLICABLE: &str = "N_A";
/// How long an assertion of ours is valid, in seconds.
pub const LIFETIME: u64 = 300;

/// Most resources of one assertion.
const MAX_RESOURCES: usize = 10;
