//! The access token as a JWT (RFC 9068).

use serde::{Deserialize, Serialize};

use crate::confirmation::KeyConfirmation;
use crate::token_exchange::Actor;

/// The `typ` of the header (RFC 9068 §2.1).
pub const TYP: &str = "at+jwt";

/// The payload of an access token. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer identifier.
    pub iss: String,
    /// The APIs that it is for (RFC 8707); the issuer if it is for Usher itself.
    pub aud: Vec<String>,
    /// The user, or the client itself if no user takes part.
    pub sub: String,
    /// The client it was issued to (RFC 9068 §2.2).
    pub client_id: String,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// The id of this token, which a revocation names.
    pub jti: String,
    /// The project that owns the APIs; that of the client if it is for Usher itself. Absent in tokens of former
    /// versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Its scope.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// When the user last authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The authentication context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The session it was issued in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The position of the project's live feed when it was issued: a mark at a later position revokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urv: Option<i64>,
    /// The grant; absent if no user takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// The generation of the refresh token that it was issued with; absent without one.
    #[serde(rename = "gen", default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// What it is bound to; absent for a token that whoever has it may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<KeyConfirmation>,
    /// The party that acts for the user (RFC 8693 §4.1); absent unless the token was exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// The user's roles in the project that apply everywhere and that the APIs ask for, sorted; absent if there are
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The permissions that the APIs ask for and that these roles allow without a condition, sorted; absent if there
    /// are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
}
