//! The payload of an assertion that this server issues.

use serde::Serialize;

use crate::confirmation::KeyConfirmation;
use crate::scope::Scope;

/// The payload of an assertion (§3.1).
#[derive(Debug, Clone, Serialize)]
pub struct IdJagClaims<'a> {
    pub iss: &'a str,
    /// The user, by the identifier that the other server knows.
    pub sub: &'a str,
    /// The issuer identifier of the other server.
    pub aud: &'a str,
    /// The client, by its id there.
    pub client_id: &'a str,
    pub jti: &'a str,
    pub exp: i64,
    pub iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a Scope>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub resource: &'a [String],
    pub auth_time: i64,
    pub acr: &'a str,
    pub amr: &'a [String],
    /// The key whose proof the other server requires (RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<&'a KeyConfirmation>,
}
