//! The ID token: who signed in, when and how (OpenID Connect Core §2).

use serde::Serialize;
use serde_json::{Map, Value};

/// The payload of an ID token. Times are whole seconds since the epoch.
#[derive(Debug, Clone, Serialize)]
pub struct IdTokenClaims<'a> {
    /// The issuer identifier.
    pub iss: &'a str,
    /// The person, as this client knows it.
    pub sub: &'a str,
    /// The client.
    pub aud: &'a str,
    /// Not good from here on.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the person last authenticated.
    pub auth_time: i64,
    /// As sent in the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// How well the person authenticated.
    pub acr: &'a str,
    /// By which means (RFC 8176).
    pub amr: &'a [String],
    /// The session, named again in logout tokens.
    pub sid: &'a str,
    /// Single claims asked for by name.
    #[serde(flatten)]
    pub by_name: &'a Map<String, Value>,
}
