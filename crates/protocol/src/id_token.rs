//! The ID token: who signed in, when and how (OpenID Connect Core §2).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

/// The `typ` of ID tokens; it differs from that of access tokens, so that neither is accepted as the other.
pub const ID_TOKEN_TYP: &str = "JWT";

/// The payload of an ID token. Times are whole seconds since the epoch.
#[derive(Debug, Clone, Serialize)]
pub struct IdTokenClaims<'a> {
    /// The issuer identifier.
    pub iss: &'a str,
    /// The user.
    pub sub: &'a str,
    /// The client.
    pub aud: &'a str,
    /// When it expires.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the user last authenticated.
    pub auth_time: i64,
    /// The `nonce` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// The authentication context.
    pub acr: &'a str,
    /// The authentication methods (RFC 8176).
    pub amr: &'a [String],
    /// The session, also named in logout tokens.
    pub sid: &'a str,
    /// The hash of the access token issued with it, see [`at_hash`].
    pub at_hash: &'a str,
    /// Claims of the user: those of the granted scopes, if the client is configured so, and those requested by name.
    #[serde(flatten)]
    pub person: &'a Map<String, Value>,
}

/// `at_hash`: the left half of the hash of an access token (OpenID Connect Core §3.1.3.6).
///
/// The hash function is that of the ID token's signature algorithm: SHA-512 for Ed25519 (RFC 8032 §5.1), SHA-256 for
/// all others.
pub fn at_hash(id_token_alg: &str, access_token: &str) -> String {
    let algorithm = if id_token_alg == "EdDSA" { &digest::SHA512 } else { &digest::SHA256 };
    let hash = digest::digest(algorithm, access_token.as_bytes());
    let hash = hash.as_ref();
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_holds() {
        // OpenID Connect Core, appendix A.3.
        assert_eq!(at_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
