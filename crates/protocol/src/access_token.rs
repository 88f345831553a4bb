//! The access token as a JWT (RFC 9068).

use serde::{Deserialize, Serialize};

/// The `typ` of the header (RFC 9068 §2.1).
pub const TYP: &str = "at+jwt";

/// The payload of an access token. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer identifier.
    pub iss: String,
    /// Whom it is for: the issuer itself, for userinfo, and whatever the client was registered for.
    pub aud: Vec<String>,
    /// The person, or the client itself where no person takes part.
    pub sub: String,
    /// The client it was issued to (RFC 9068 §2.2).
    pub client_id: String,
    /// Not good from here on.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// This token's own name: what a revocation names.
    pub jti: String,
    /// What it reaches.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// When the person last authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How well the person authenticated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The session it was issued in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// How far the live feed of the client's project had come when it was issued: a mark at a later position kills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urv: Option<i64>,
    /// The grant it hangs from; absent where no person takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// The generation of the refresh token that it was issued with; absent where there was none.
    #[serde(rename = "gen", default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// The person's roles in the client's project that hold everywhere, sorted; absent where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}
