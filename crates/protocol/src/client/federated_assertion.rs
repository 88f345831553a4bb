//! Client authentication by the JWT of another issuer (RFC 7523 §3): the issuer vouches for the client, as far as the client is
//! registered with it.

use serde_json::{Map, Value};

use crate::client::assertion::AssertionFault;
use crate::client::metadata::{FederatedCredential, SPIFFE};
use crate::jose::foreign_jws::ForeignJws;
use crate::jose::numeric_date::{NotNumeric, is_begun, numeric_date};

/// Types of these tokens. Those of JWT-SVIDs are `JWT` and `JOSE` (SPIFFE JWT-SVID §3.1).
const TYPES: [&str; 3] = ["jwt", "jose", "client-authentication+jwt"];
/// Longest lifetime of a token that is still to come, in seconds. Until then whoever finds the token can use it.
const MAX_LIFETIME: i64 = 86_400;

/// The credential that a token is for: issuer and subject are compared exactly.
pub fn credential_of<'c>(
    credentials: &'c [FederatedCredential],
    jws: &ForeignJws<'_>,
) -> Result<&'c FederatedCredential, AssertionFault> {
    let text = |name: &str| jws.claims.get(name).and_then(Value::as_str);
    let subject = text("sub").ok_or(AssertionFault::UntrustedIssuer)?;
    let issuer = match jws.claims.get("iss") {
        Some(issuer) => issuer.as_str(),
        None => trust_domain(subject),
    };
    let named =
        |credential: &&FederatedCredential| Some(credential.issuer.as_str()) == issuer && credential.subject == subject;
    credentials.iter().find(named).ok_or(AssertionFault::UntrustedIssuer)
}

/// `spiffe://example.org` of `spiffe://example.org/shop`.
fn trust_domain(subject: &str) -> Option<&str> {
    let path = subject.strip_prefix(SPIFFE)?.find('/')?;
    subject.get(..SPIFFE.len() + path)
}

/// Checks type and claims of a token with a valid signature. `own_issuer` is the audience unless the credential names
/// another. There is no check that it is used once: such tokens are files that a workload reads again until they expire.
pub fn check(
    jws: &ForeignJws<'_>,
    credential: &FederatedCredential,
    own_issuer: &str,
    now: i64,
) -> Result<(), AssertionFault> {
    if !jws.is_typed(&TYPES) {
        return Err(AssertionFault::TokenType);
    }
    if !is_for(&jws.claims, credential.audience.as_deref().unwrap_or(own_issuer)) {
        return Err(AssertionFault::Audience);
    }
    let expires_at = numeric_date(&jws.claims, "exp").map_err(|_: NotNumeric| AssertionFault::Expiry)?;
    match expires_at.ok_or(AssertionFault::Expiry)? {
        expired if expired <= now => Err(AssertionFault::Expired),
        late if late > now.saturating_add(MAX_LIFETIME) => Err(AssertionFault::Lifetime),
        _ if !is_begun(&jws.claims, now) => Err(AssertionFault::NotYetValid),
        _ => Ok(()),
    }
}

/// Whether the token is for this audience alone: another one could present it here.
fn is_for(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::foreign_jws::samples::token;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;
    const OWN: &str = "https://id.test";

    fn credential(issuer: &str, subject: &str) -> FederatedCredential {
        FederatedCredential {
            issuer: issuer.into(),
            subject: subject.into(),
            audience: None,
            jwks_uri: None,
            jwks: None,
        }
    }

    fn found(claims: &Value) -> Option<String> {
        let all = [
            credential("https://k8s.test", "system:serviceaccount:shop:api"),
            credential("spiffe://example.org", "spiffe://example.org/shop"),
        ];
        let token = token(&json!({"alg": "ES256"}), claims);
        credential_of(&all, &ForeignJws::parse(&token).unwrap()).ok().map(|credential| credential.issuer.clone())
    }

    #[test]
    fn issuer_and_subject_are_compared_exactly() {
        let k8s = json!({"iss": "https://k8s.test", "sub": "system:serviceaccount:shop:api"});
        assert_eq!(found(&k8s).as_deref(), Some("https://k8s.test"));
        let svid = json!({"sub": "spiffe://example.org/shop"});
        assert_eq!(found(&svid).as_deref(), Some("spiffe://example.org"));
        for other in [
            json!({"iss": "https://k8s.test/", "sub": "system:serviceaccount:shop:api"}),
            json!({"iss": "https://k8s.test", "sub": "system:serviceaccount:shop:api2"}),
            json!({"iss": "https://k8s.test", "sub": "system:serviceaccount:shop"}),
            json!({"iss": "https://other.test", "sub": "system:serviceaccount:shop:api"}),
            json!({"iss": "https://k8s.test", "sub": "spiffe://example.org/shop"}),
            json!({"iss": ["https://k8s.test"], "sub": "system:serviceaccount:shop:api"}),
            json!({"iss": null, "sub": "spiffe://example.org/shop"}),
            json!({"sub": "system:serviceaccount:shop:api"}),
            json!({"sub": "spiffe://example.org.evil/shop"}),
            json!({"sub": "spiffe://example.org"}),
            json!({"iss": "https://k8s.test"}),
        ] {
            assert_eq!(found(&other), None, "{other}");
        }
    }

    #[test]
    fn every_check_has_its_refusal() {
        let with = |header: Value, changes: Value| {
            let mut claims = json!({"aud": OWN, "exp": NOW + 600, "iat": NOW});
            claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let token = token(&header, &claims);
            check(&ForeignJws::parse(&token).unwrap(), &credential("https://k8s.test", "s"), OWN, NOW)
        };
        let plain = || json!({"alg": "ES256"});
        assert_eq!(with(plain(), json!({"aud": [OWN]})), Ok(()));
        assert_eq!(with(json!({"alg": "ES256", "typ": "JOSE"}), json!({})), Ok(()));
        for (changes, fault) in [
            (json!({"aud": "https://kubernetes.default.svc"}), AssertionFault::Audience),
            (json!({"aud": [OWN, "https://other.test"]}), AssertionFault::Audience),
            (json!({"aud": []}), AssertionFault::Audience),
            (json!({"aud": null}), AssertionFault::Audience),
            (json!({"exp": NOW}), AssertionFault::Expired),
            (json!({"exp": null}), AssertionFault::Expiry),
            (json!({"exp": NOW + 86_401}), AssertionFault::Lifetime),
            (json!({"nbf": NOW + 61}), AssertionFault::NotYetValid),
        ] {
            assert_eq!(with(plain(), changes.clone()), Err(fault), "{changes}");
        }
        for typ in ["at+jwt", "logout+jwt", "dpop+jwt"] {
            assert_eq!(with(json!({"alg": "ES256", "typ": typ}), json!({})), Err(AssertionFault::TokenType), "{typ}");
        }
    }
}
