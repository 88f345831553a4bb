//! What a refused JWT of a client states about itself: nothing of it is proven, and none of it is secret.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use usher_domain::oauth::attempt::redacted::shown;

/// The statements of a JWT.
pub(super) struct StatedClaims {
    /// By name, with the parameter in front: `client_assertion.aud`.
    pub claims: BTreeMap<String, String>,
    /// `iat`.
    pub issued_at: Option<i64>,
}

/// The statements of a client assertion (RFC 7523 §3).
pub(super) fn stated_in_assertion(token: &str) -> Option<StatedClaims> {
    stated(token, "client_assertion", &["iss", "sub", "aud", "iat", "exp", "nbf"])
}

/// The statements of a proof of possession (RFC 9449 §4.2).
pub(super) fn stated_in_proof(token: &str) -> Option<StatedClaims> {
    stated(token, "dpop", &["htm", "htu", "iat"])
}

/// The names of the claims of a signed token.
pub(super) fn claim_names(token: &str) -> Vec<String> {
    payload(token).map(|claims| claims.keys().map(|name| shown(name)).collect()).unwrap_or_default()
}

fn stated(token: &str, parameter: &str, names: &[&str]) -> Option<StatedClaims> {
    let payload = payload(token)?;
    let known = names.iter().filter_map(|name| payload.get(*name).map(|value| (*name, value)));
    let claims = known.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (format!("{parameter}.{name}"), shown(&text))
    });
    let issued_at = payload.get("iat").and_then(Value::as_i64);
    Some(StatedClaims { claims: claims.collect(), issued_at })
}

/// The payload of a compact JWS of three parts.
fn payload(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || payload.len() > 16_384 {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn only_the_claims_that_explain_a_refusal_are_kept() {
        let stated = stated_in_assertion(&token(r#"{"aud":"https://a.test","iat":7,"jti":"canary","x":"canary"}"#));
        let stated = stated.unwrap();
        assert_eq!(stated.claims["client_assertion.aud"], "https://a.test");
        assert_eq!(stated.issued_at, Some(7));
        assert!(!format!("{:?}", stated.claims).contains("canary"));
    }

    #[test]
    fn garbage_states_nothing() {
        for garbage in ["", "a.b", "a.b.c.d", "..", "a.!!.c", "e30.e30"] {
            assert!(stated_in_proof(garbage).is_none(), "{garbage}");
            assert!(claim_names(garbage).is_empty());
        }
    }
}
