//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6).

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::refusal::Reason;
use crate::token::{Keys, MAX_LENGTH, verify_document};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Seconds for which a logout token is accepted.
const AGE: i64 = 120;

/// The session that is over, and the name of the token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogoutNotice {
    pub(super) sid: String,
    pub(super) jti: String,
}

/// What a logout token must match.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    /// In seconds.
    pub(super) skew: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Json,
    iat: f64,
    exp: f64,
    jti: String,
    sid: String,
    events: Map<String, Json>,
    nonce: Option<Json>,
}

/// Verifies a logout token.
pub(super) fn read(text: &str, keys: &Keys, expected: &Expected<'_>, now: i64) -> Result<LogoutNotice, Reason> {
    let payload = verify_document(text, keys, "logout+jwt", MAX_LENGTH)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Reason::LogoutTokenInvalid)?;
    #[expect(clippy::cast_precision_loss, reason = "seconds since the epoch are exact up to 2⁵³")]
    let (skew, now) = (expected.skew as f64, now as f64);
    #[expect(clippy::cast_precision_loss, reason = "two minutes")]
    let is_timely = claims.iat <= now + skew && now - claims.iat <= AGE as f64 + skew && now < claims.exp + skew;
    let is_ours = claims.aud == expected.client_id
        || claims.aud.as_array().is_some_and(|audience| audience.iter().any(|one| one == expected.client_id));
    let is_notice = claims.events.get(EVENT).is_some_and(Json::is_object) && claims.nonce.is_none();
    if claims.iss != expected.issuer || !is_timely || !is_ours || !is_notice {
        return Err(Reason::LogoutTokenInvalid);
    }
    Ok(LogoutNotice { sid: claims.sid, jti: claims.jti })
}
