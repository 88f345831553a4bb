//! The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The `typ` of its header.
pub const TYP: &str = "logout+jwt";
/// The event in every logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds for which a token is valid; every attempt makes a new one.
const LIFETIME: i64 = 120;

/// The payload of a logout token. It never has a `nonce`, so that it cannot be used as an ID token.
#[derive(Debug, Clone, Serialize)]
pub struct LogoutTokenClaims<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The client.
    pub aud: &'a str,
    /// When it was issued.
    pub iat: i64,
    /// When it expires.
    pub exp: i64,
    /// The id of the notification: the same at every attempt.
    pub jti: &'a str,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<&'a str>,
    /// The session, as in the client's ID tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'a str>,
    /// The event that makes it a logout token.
    pub events: Map<String, Value>,
}

impl<'a> LogoutTokenClaims<'a> {
    /// A token without user and session, issued at `now` (seconds since the epoch).
    pub fn new(iss: &'a str, aud: &'a str, jti: &'a str, now: i64) -> Self {
        let events = Map::from_iter([(EVENT.to_owned(), json!({}))]);
        Self { iss, aud, iat: now, exp: now.saturating_add(LIFETIME), jti, sub: None, sid: None, events }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_the_specification_has_it() {
        let claims = LogoutTokenClaims::new("https://id.test", "c", "j", 1_000);
        let claims = LogoutTokenClaims { sub: Some("s"), sid: Some("sid"), ..claims };
        let wanted = json!({
            "iss": "https://id.test", "aud": "c", "iat": 1000, "exp": 1120, "jti": "j", "sub": "s", "sid": "sid",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        assert_eq!(serde_json::to_value(&claims).unwrap(), wanted);
    }
}
