//! Signed request objects (RFC 9101, OpenID Connect Core §6): the parameters of an authorization request as a JWT.
//!
//! Only what is in the object counts (RFC 9101 §6.3): a parameter beside it is read by nobody.

use serde_json::{Map, Value};

use crate::jose::foreign_jws::ForeignJws;
use crate::jose::numeric_date::{NotNumeric, is_begun, numeric_date};
use crate::params::{MAX_VALUE, Params};

/// The prefix of every pushed request's `request_uri` (RFC 9126 §2.2).
pub const PUSHED_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// Types of a request object. Another one is another kind of token (RFC 9101 §10.8).
pub(crate) const TYPES: [&str; 2] = ["jwt", "oauth-authz-req+jwt"];
/// Claims about the object, which are no parameters.
const OWN_CLAIMS: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "client_id"];
/// Most parameters.
const MOST: usize = 100;
/// The longest life of an object of FAPI 2.0 Message Signing, in seconds.
const LONGEST: i64 = 3_600;

/// Why a request object is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestObjectFault {
    Unreadable,
    Algorithm,
    KeysUnavailable,
    UnknownKey,
    Signature,
    TokenType,
    Unfetched,
    OtherClient,
    Issuer,
    Audience,
    Subject,
    Times,
    Lifetime,
    Nested,
    Parameter,
    Differs,
    Missing,
    Unexpected,
    Incomplete,
    TooLong,
    Beside,
    Replayed,
}

impl RequestObjectFault {
    /// The fault in one sentence. It contains nothing of the request.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "the request object is no compact signed JWT",
            Self::Algorithm => {
                "the request object is unsigned, or signed with an algorithm that the client may not use"
            }
            Self::KeysUnavailable => "the keys at the client's jwks_uri cannot be fetched or read",
            Self::UnknownKey => "the client has no key with the kid and the algorithm of the request object",
            Self::Signature => "the signature of the request object is wrong",
            Self::TokenType => "the typ of the request object is that of another kind of token",
            Self::Unfetched => "the request object at request_uri cannot be fetched",
            Self::OtherClient => "the client_id of the request object is missing or that of another client",
            Self::Issuer => "the iss of the request object must be the client_id",
            Self::Audience => "the aud of the request object must be the issuer identifier",
            Self::Subject => "a request object must have no sub",
            Self::Times => "the request object has expired or is not valid yet",
            Self::Lifetime => {
                "the profile of the client demands aud, exp and nbf: nbf at most an hour ago, exp at most an hour after it"
            }
            Self::Nested => "a request object must not hold request or request_uri",
            Self::Parameter => "a parameter of the request object is too long or of the wrong type",
            Self::Differs => "response_type or client_id differ from those of the request object",
            Self::Missing => "this client must sign its CIBA requests",
            Self::Unexpected => "the client has registered no backchannel_authentication_request_signing_alg",
            Self::Incomplete => "a signed CIBA request must have iss, aud, exp, iat, nbf and jti",
            Self::TooLong => "a signed CIBA request may be valid for an hour at most, from nbf to exp",
            Self::Beside => "a parameter stands beside the signed CIBA request",
            Self::Replayed => "the jti of the signed CIBA request was used before",
        }
    }
}

/// What the claims are compared with.
#[derive(Debug, Clone, Copy)]
pub struct RequestObjectRules<'a> {
    pub client_id: &'a str,
    pub issuer: &'a str,
    /// Seconds since the epoch.
    pub now: i64,
    /// Whether the client is held to FAPI 2.0 Message Signing.
    pub fapi: bool,
}

/// The parameters of an object with a valid signature. `beside` are those outside of it.
pub fn parameters(
    jws: &ForeignJws<'_>,
    beside: &Params,
    rules: &RequestObjectRules<'_>,
) -> Result<Params, RequestObjectFault> {
    let claims = &jws.claims;
    if !jws.is_typed(&TYPES) {
        return Err(RequestObjectFault::TokenType);
    }
    if claims.get("client_id").and_then(Value::as_str) != Some(rules.client_id) {
        return Err(RequestObjectFault::OtherClient);
    }
    check_claims(claims, rules)?;
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(RequestObjectFault::Nested);
    }
    // OpenID Connect Core §6.1: what OAuth requires outside must be the same inside.
    let outside = beside.get("response_type").map_err(|_| RequestObjectFault::Differs)?;
    if outside.is_some_and(|sent| claims.get("response_type").and_then(Value::as_str) != Some(sent)) {
        return Err(RequestObjectFault::Differs);
    }
    claims_as_parameters(claims, rules.client_id)
}

/// The claims that are parameters, with `client_id`.
pub(crate) fn claims_as_parameters(claims: &Map<String, Value>, client_id: &str) -> Result<Params, RequestObjectFault> {
    let inside = claims.iter().filter(|(name, _)| !OWN_CLAIMS.contains(&name.as_str()));
    let mut pairs = vec![("client_id".to_owned(), client_id.to_owned())];
    for (name, value) in inside {
        // Several resources are a list (RFC 8707 §2.1).
        let values = if name == "resource" { value.as_array() } else { None };
        for value in values.map_or(std::slice::from_ref(value), Vec::as_slice) {
            let value = as_parameter(value).filter(|value| value.len() <= MAX_VALUE && !value.contains('\0'));
            pairs.push((name.clone(), value.ok_or(RequestObjectFault::Parameter)?));
        }
    }
    if pairs.len() > MOST { Err(RequestObjectFault::Parameter) } else { Ok(Params::from_pairs(pairs)) }
}

/// `iss`, `aud`, `exp` and `nbf` are optional (RFC 9101 §4), and checked where they are present. FAPI 2.0 requires the last
/// three.
fn check_claims(claims: &Map<String, Value>, rules: &RequestObjectRules<'_>) -> Result<(), RequestObjectFault> {
    if claims.get("iss").is_some_and(|iss| iss.as_str() != Some(rules.client_id)) {
        return Err(RequestObjectFault::Issuer);
    }
    let is_us = |aud: &Value| aud.as_str() == Some(rules.issuer);
    let for_us = match claims.get("aud") {
        None => true,
        Some(Value::Array(all)) => all.iter().any(is_us),
        Some(one) => is_us(one),
    };
    if !for_us {
        return Err(RequestObjectFault::Audience);
    }
    // With a sub it could be meant to authenticate the client (RFC 9101 §10.8).
    if claims.contains_key("sub") {
        return Err(RequestObjectFault::Subject);
    }
    let exp = numeric_date(claims, "exp").map_err(|_: NotNumeric| RequestObjectFault::Times)?;
    if exp.is_some_and(|exp| exp <= rules.now) || !is_begun(claims, rules.now) {
        return Err(RequestObjectFault::Times);
    }
    if rules.fapi && !(claims.contains_key("aud") && is_short_lived(claims, exp, rules.now)) {
        return Err(RequestObjectFault::Lifetime);
    }
    Ok(())
}

/// Whether the object became valid at most an hour ago, for at most an hour (FAPI 2.0 Message Signing §5.3.1).
fn is_short_lived(claims: &Map<String, Value>, exp: Option<i64>, now: i64) -> bool {
    match (numeric_date(claims, "nbf"), exp) {
        (Ok(Some(nbf)), Some(exp)) => nbf >= now - LONGEST && exp - nbf <= LONGEST,
        _ => false,
    }
}

/// A claim as it would stand in a query: texts as they are, everything else as JSON. `null` is no value.
fn as_parameter(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::foreign_jws::samples::token;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    const PLAIN: RequestObjectRules<'_> =
        RequestObjectRules { client_id: "web", issuer: "https://id.test", now: NOW, fapi: false };

    fn read(typ: &str, claims: &Value, beside: &[(&str, &str)]) -> Result<Params, RequestObjectFault> {
        let token = token(&json!({"alg": "ES256", "typ": typ}), claims);
        parameters(&ForeignJws::parse(&token).unwrap(), &Params::from_pairs(beside.iter().copied()), &PLAIN)
    }

    fn claims(changes: &Value) -> Value {
        let mut claims = json!({"client_id": "web", "response_type": "code", "scope": "openid", "max_age": 5});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    }

    #[test]
    fn the_parameters_are_those_of_the_object_alone() {
        let inside = claims(&json!({
            "iss": "web", "aud": ["https://id.test", "https://other.test"], "exp": NOW + 60, "nbf": NOW, "iat": NOW, "jti": "1",
            "claims": {"id_token": {"email": null}},
        }));
        let beside = [("state", "outside"), ("scope", "email"), ("response_type", "code"), ("client_id", "web")];
        let read = read("oauth-authz-req+jwt", &inside, &beside).unwrap();
        let mut all: Vec<_> = read.iter().collect();
        all.sort_unstable();
        let claims = r#"{"id_token":{"email":null}}"#;
        assert_eq!(
            all,
            [
                ("claims", claims),
                ("client_id", "web"),
                ("max_age", "5"),
                ("response_type", "code"),
                ("scope", "openid")
            ]
        );
    }

    #[test]
    fn several_resources_are_a_list() {
        for (claim, resources) in [
            (json!("https://a.test"), &["https://a.test"][..]),
            (json!(["https://a.test", "https://b.test"]), &["https://a.test", "https://b.test"]),
            (json!([]), &[]),
        ] {
            let read = read("JWT", &claims(&json!({"resource": claim})), &[]).unwrap();
            assert_eq!(read.all("resource").collect::<Vec<_>>(), resources);
        }
    }

    #[test]
    fn a_client_of_fapi_signs_when_its_object_begins_and_ends() {
        let fapi = RequestObjectRules { fapi: true, ..PLAIN };
        let read = |changes: &Value| {
            let usual = claims(&json!({"aud": "https://id.test", "nbf": NOW, "exp": NOW + 60}));
            let mut all = usual.as_object().unwrap().clone();
            all.extend(changes.as_object().unwrap().clone());
            all.retain(|_, value| !value.is_null());
            let token = token(&json!({"alg": "ES256"}), &Value::Object(all));
            parameters(&ForeignJws::parse(&token).unwrap(), &Params::default(), &fapi).err()
        };
        for good in [
            json!({}),
            json!({"aud": ["https://id.test", "https://other.test"]}),
            json!({"nbf": NOW + 8}),
            json!({"nbf": NOW - 3_590, "exp": NOW + 10}),
            json!({"exp": NOW + 3_600}),
        ] {
            assert_eq!(read(&good), None, "{good}");
        }
        for bad in [
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"nbf": null}),
            json!({"nbf": NOW - 3_601, "exp": NOW + 1}),
            json!({"nbf": NOW - 1, "exp": NOW + 3_600}),
            json!({"exp": i64::MAX}),
            json!({"nbf": i64::MIN}),
        ] {
            assert_eq!(read(&bad), Some(RequestObjectFault::Lifetime), "{bad}");
        }
    }

    /// RO-01, RO-02
    #[test]
    fn every_check_has_its_refusal() {
        for (changes, fault) in [
            (json!({"client_id": "other"}), RequestObjectFault::OtherClient),
            (json!({"client_id": null}), RequestObjectFault::OtherClient),
            (json!({"iss": "other"}), RequestObjectFault::Issuer),
            (json!({"iss": null}), RequestObjectFault::Issuer),
            (json!({"aud": "https://other.test"}), RequestObjectFault::Audience),
            (json!({"aud": []}), RequestObjectFault::Audience),
            (json!({"sub": "web"}), RequestObjectFault::Subject),
            (json!({"exp": NOW}), RequestObjectFault::Times),
            (json!({"exp": "soon"}), RequestObjectFault::Times),
            (json!({"nbf": NOW + 61}), RequestObjectFault::Times),
            (json!({"request": "x"}), RequestObjectFault::Nested),
            (json!({"request_uri": "x"}), RequestObjectFault::Nested),
            (json!({"state": "a".repeat(20_000)}), RequestObjectFault::Unreadable),
            (json!({"state": null}), RequestObjectFault::Parameter),
        ] {
            if fault == RequestObjectFault::Unreadable {
                assert!(ForeignJws::parse(&token(&json!({"alg": "ES256"}), &claims(&changes))).is_err());
                continue;
            }
            assert_eq!(read("JWT", &claims(&changes), &[]).unwrap_err(), fault, "{changes}");
        }
        for typ in ["client-authentication+jwt", "dpop+jwt", "at+jwt", ""] {
            assert_eq!(read(typ, &claims(&json!({})), &[]).unwrap_err(), RequestObjectFault::TokenType, "{typ}");
        }
        for beside in [&[("response_type", "token")][..], &[("response_type", "code"), ("response_type", "code")]] {
            assert_eq!(read("JWT", &claims(&json!({})), beside).unwrap_err(), RequestObjectFault::Differs);
        }
    }
}
