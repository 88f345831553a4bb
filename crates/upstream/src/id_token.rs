//! The claims of an ID token (OpenID Connect Core §3.1.3.7), as a table of checks. The signature was verified before.

use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::error::UpstreamError;
use super::jws::SignedToken;
use super::profile;
use usher_domain::time::Timestamp;

/// Permitted clock difference in seconds.
pub(super) const SKEW: i64 = 60;

/// The expected values.
pub(super) struct ExpectedIdToken<'a> {
    pub client_id: &'a str,
    pub nonce: Option<&'a str>,
    pub access_token: &'a str,
    pub now: Timestamp,
}

type IdTokenCheck = fn(&SignedToken, &ExpectedIdToken<'_>) -> Result<(), &'static str>;

const CHECKS: &[IdTokenCheck] =
    &[audience, authorized_party, expiry, issue_time, nonce, access_token, is_no_other_token];

/// Runs every check. The issuer is not among them: each provider has its own rule.
pub(super) fn check(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), UpstreamError> {
    CHECKS.iter().try_for_each(|check| check(signed, expected)).map_err(UpstreamError::misbehaved)
}

/// A time claim, integer or fractional.
pub(super) fn time(claims: &Value, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates, and no such time is accepted")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64)).map(Timestamp)
}

/// The authentication methods at the provider (`amr`, OpenID Connect Core §2): at most ten.
pub(super) fn methods(claims: &Value) -> Vec<String> {
    let methods = claims.get("amr").and_then(Value::as_array);
    methods.into_iter().flatten().filter_map(|word| profile::text(Some(word))).take(10).collect()
}

/// The audiences.
pub(super) fn audiences(claims: &Value) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().map(|each| each.as_str().unwrap_or_default()).collect(),
        _ => Vec::new(),
    }
}

fn audience(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    let audiences = audiences(&signed.claims);
    if !audiences.contains(&expected.client_id) {
        return Err("its ID token is for another client");
    }
    if audiences.len() > 1 && signed.claims.get("azp").is_none() {
        return Err("its ID token is for several clients and does not say which asked");
    }
    Ok(())
}

fn authorized_party(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    match signed.claims.get("azp") {
        Some(party) if party.as_str() != Some(expected.client_id) => {
            Err("its ID token was asked for by another client")
        }
        _ => Ok(()),
    }
}

fn expiry(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    let end = time(&signed.claims, "exp").ok_or("its ID token never expires")?;
    if end.0.saturating_add(SKEW) > expected.now.0 { Ok(()) } else { Err("its ID token has expired") }
}

fn issue_time(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    let issued = time(&signed.claims, "iat").ok_or("its ID token does not say when it was issued")?;
    if issued.0 > expected.now.0.saturating_add(SKEW) { Err("its ID token was issued in the future") } else { Ok(()) }
}

fn nonce(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    let Some(wanted) = expected.nonce else { return Err("no nonce was kept") };
    match signed.claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if bool::from(nonce.as_bytes().ct_eq(wanted.as_bytes())) => Ok(()),
        // Apple, on devices without support for nonces: it says so itself, and only then.
        None if signed.claims.get("nonce_supported") == Some(&Value::Bool(false)) && is_apple(&signed.claims) => Ok(()),
        _ => Err("its ID token belongs to another flow"),
    }
}

fn is_apple(claims: &Value) -> bool {
    claims.get("iss").and_then(Value::as_str) == Some("https://appleid.apple.com")
}

fn access_token(signed: &SignedToken, expected: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    match signed.claims.get("at_hash") {
        Some(hash) if !hash.as_str().is_some_and(|hash| signed.is_about(hash, expected.access_token)) => {
            Err("its ID token came with another access token")
        }
        _ => Ok(()),
    }
}

/// A logout token or a security event has the same keys and is not an ID token.
fn is_no_other_token(signed: &SignedToken, _: &ExpectedIdToken<'_>) -> Result<(), &'static str> {
    let plain = matches!(signed.typ.as_deref(), None | Some("jwt" | "application/jwt" | "id_token+jwt"));
    if plain && signed.claims.get("events").is_none() { Ok(()) } else { Err("its ID token is another kind of token") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::jws::{self, KeySet};
    use super::super::testing::{NOW, TestKey};
    use super::*;

    fn claims() -> Value {
        json!({"iss": "https://op.test", "aud": "us", "sub": "1", "iat": NOW, "exp": NOW + 300, "nonce": "n"})
    }

    fn judged(header: &Value, claims: &Value) -> Result<(), UpstreamError> {
        let key = TestKey::new("k");
        let keys = KeySet::read(&json!({"keys": [key.jwk()]})).unwrap();
        let signed = jws::verify(&key.sign(header, claims), &keys, &["ES256".into()]).unwrap();
        let now = Timestamp(NOW);
        check(&signed, &ExpectedIdToken { client_id: "us", nonce: Some("n"), access_token: "at", now })
    }

    fn with(changes: &Value) -> Result<(), UpstreamError> {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        judged(&json!({"alg": "ES256"}), &claims)
    }

    #[test]
    fn a_token_for_us_from_this_flow_stands() {
        for good in [
            json!({}),
            json!({"azp": "us"}),
            json!({"aud": ["us"]}),
            json!({"aud": ["us", "api"], "azp": "us"}),
            json!({"iat": NOW + 60}),
            json!({"exp": NOW - 59}),
            json!({"exp": 1_800_000_300.5}),
        ] {
            assert_eq!(with(&good), Ok(()), "{good}");
        }
        assert_eq!(judged(&json!({"alg": "ES256", "typ": "JWT"}), &claims()), Ok(()));
    }

    #[test]
    fn every_check_has_its_refusal() {
        for bad in [
            json!({"aud": "them"}),
            json!({"aud": []}),
            json!({"aud": null}),
            json!({"aud": 7}),
            json!({"aud": ["us", "them"]}),
            json!({"aud": ["us", "them"], "azp": "them"}),
            json!({"azp": "them"}),
            json!({"azp": null}),
            json!({"exp": NOW - 60}),
            json!({"exp": null}),
            json!({"exp": "later"}),
            json!({"iat": NOW + 61}),
            json!({"iat": null}),
            json!({"nonce": "other"}),
            json!({"nonce": null}),
            json!({"nonce": null, "nonce_supported": false}),
            json!({"at_hash": "AAAA"}),
            json!({"at_hash": 7}),
            json!({"events": {}}),
        ] {
            assert_eq!(with(&bad).unwrap_err().word(), "misbehaved", "{bad}");
        }
        assert!(judged(&json!({"alg": "ES256", "typ": "logout+jwt"}), &claims()).is_err());
        assert!(judged(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims()).is_err());
    }

    #[test]
    fn only_apple_and_only_when_it_says_so_may_leave_out_the_nonce() {
        let apple = json!({"iss": "https://appleid.apple.com", "nonce": null});
        assert!(with(&apple).is_err());
        let mut old = apple;
        old["nonce_supported"] = json!(false);
        assert_eq!(with(&old), Ok(()));
        old["nonce"] = json!("other");
        assert!(with(&old).is_err());
    }
}
