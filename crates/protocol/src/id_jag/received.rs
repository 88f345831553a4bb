//! The checks of an assertion that another server issued.

use serde_json::{Map, Value};

use super::{ID_JAG_TYP, IdJagFault, MAX_RESOURCES};
use crate::confirmation::KeyConfirmation;
use crate::jose::numeric_date::{NotNumeric, is_begun, numeric_date};
use crate::resource::canonical;
use crate::scope::Scope;

/// Longest lifetime of an assertion that is still to come, in seconds: for that long its id is kept.
const MAX_LIFETIME: i64 = 3_600;
/// Longest `jti` and `sub`.
const MAX_TEXT: usize = 255;

/// What the claims of an assertion are compared with.
#[derive(Debug, Clone, Copy)]
pub struct IdJagRules<'a> {
    /// The authenticated client.
    pub client_id: &'a str,
    /// Our issuer identifier.
    pub issuer: &'a str,
    /// Seconds since the epoch.
    pub now: i64,
}

/// An assertion whose claims are in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedIdJag {
    /// The user at the provider.
    pub subject: String,
    pub jti: String,
    /// Seconds since the epoch.
    pub expires_at: i64,
    /// The canonical identifiers of the APIs; empty if the assertion names none.
    pub resources: Vec<String>,
    /// `None` if the assertion does not limit the scope.
    pub scope: Option<Scope>,
    /// The key that the client must prove.
    pub cnf: Option<KeyConfirmation>,
    /// When the user authenticated at the provider; when the assertion was issued if it does not say.
    pub auth_time: i64,
    pub amr: Vec<String>,
    pub acr: Option<String>,
}

/// Checks type and claims of an assertion with a valid signature (§4.4.1, RFC 7523 §3).
///
/// # Errors
/// The first fault. What is not understood and could limit the grant, or change whom it is about, is refused.
pub fn check(
    typ: Option<&str>,
    claims: &Map<String, Value>,
    rules: &IdJagRules<'_>,
) -> Result<ReceivedIdJag, IdJagFault> {
    let typ = typ.map(str::to_ascii_lowercase);
    if typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ)) != Some(ID_JAG_TYP) {
        return Err(IdJagFault::TokenType);
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let bounded = |name: &str| text(name).filter(|text| (1..=MAX_TEXT).contains(&text.len())).map(str::to_owned);
    if text("iss") == Some(rules.issuer) {
        return Err(IdJagFault::OwnIssuer);
    }
    if !is_for(claims.get("aud"), rules.issuer) {
        return Err(IdJagFault::Audience);
    }
    if text("client_id") != Some(rules.client_id) {
        return Err(IdJagFault::OtherClient);
    }
    if ["authorization_details", "act", "tenant", "aud_tenant"].iter().any(|name| claims.contains_key(*name)) {
        return Err(IdJagFault::Unsupported);
    }
    let (issued_at, expires_at) = times(claims, rules.now)?;
    let auth_time = numeric_date(claims, "auth_time").ok().flatten().unwrap_or(issued_at);
    let cnf = claims.get("cnf").map(|cnf| serde_json::from_value(cnf.clone()));
    Ok(ReceivedIdJag {
        subject: bounded("sub").ok_or(IdJagFault::Subject)?,
        jti: bounded("jti").ok_or(IdJagFault::NoId)?,
        expires_at,
        resources: resources(claims.get("resource"))?,
        scope: scope(claims.get("scope"))?,
        cnf: cnf.transpose().map_err(|_| IdJagFault::ProofMissing)?,
        auth_time: auth_time.min(rules.now),
        amr: methods(claims.get("amr")),
        acr: bounded("acr"),
    })
}

/// Whether this is the one audience: a server that is named beside it could present the assertion here.
fn is_for(aud: Option<&Value>, issuer: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == issuer,
        Some(Value::Array(all)) => matches!(all.as_slice(), [Value::String(one)] if one == issuer),
        _ => false,
    }
}

/// When it was issued, and when it expires.
fn times(claims: &Map<String, Value>, now: i64) -> Result<(i64, i64), IdJagFault> {
    let time = |name: &str| numeric_date(claims, name).map_err(|_: NotNumeric| IdJagFault::Expiry);
    let (issued_at, expires_at) = (time("iat")?.ok_or(IdJagFault::Expiry)?, time("exp")?.ok_or(IdJagFault::Expiry)?);
    match expires_at {
        expired if expired <= now => Err(IdJagFault::Expired),
        late if late > now.saturating_add(MAX_LIFETIME) => Err(IdJagFault::Lifetime),
        _ if !is_begun(claims, now) => Err(IdJagFault::NotYetValid),
        _ => Ok((issued_at, expires_at)),
    }
}

/// A single URI, or a list of them.
fn resources(claim: Option<&Value>) -> Result<Vec<String>, IdJagFault> {
    let named = match claim {
        None => return Ok(Vec::new()),
        Some(Value::Array(all)) if (1..=MAX_RESOURCES).contains(&all.len()) => all.iter().collect(),
        Some(one) => vec![one],
    };
    let read = |value: &Value| value.as_str().and_then(|name| canonical(name).ok()).ok_or(IdJagFault::Resource);
    named.into_iter().map(read).collect()
}

fn scope(claim: Option<&Value>) -> Result<Option<Scope>, IdJagFault> {
    let read = |value: &Value| value.as_str().and_then(|text| Scope::parse(text).ok()).ok_or(IdJagFault::Scope);
    claim.map(read).transpose()
}

/// The authentication methods at the provider: at most ten.
fn methods(claim: Option<&Value>) -> Vec<String> {
    let words = claim.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    words.filter(|word| (1..=MAX_TEXT).contains(&word.len())).take(10).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;
    const OWN: &str = "https://id.test";

    fn received(typ: Option<&str>, changes: &Value) -> Result<ReceivedIdJag, IdJagFault> {
        let mut claims = json!({
            "iss": "https://idp.test", "sub": "u1", "aud": OWN, "client_id": "wiki", "jti": "1", "iat": NOW, "exp": NOW + 300,
        });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                _ => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        check(typ, claims.as_object().unwrap(), &IdJagRules { client_id: "wiki", issuer: OWN, now: NOW })
    }

    #[test]
    fn an_assertion_says_who_and_for_what() {
        let plain = received(Some("application/OAuth-ID-JAG+jwt"), &json!({"aud": [OWN]})).unwrap();
        let expected = ReceivedIdJag {
            subject: "u1".into(),
            jti: "1".into(),
            expires_at: NOW + 300,
            resources: Vec::new(),
            scope: None,
            cnf: None,
            auth_time: NOW,
            amr: Vec::new(),
            acr: None,
        };
        assert_eq!(plain, expected);
        let full = json!({
            "scope": "chat.read", "resource": ["https://Api.chat.test"], "cnf": {"jkt": "k"}, "auth_time": NOW - 60,
            "amr": ["pwd", 7, "mfa"], "acr": "aal2", "email": "ana@example.test",
        });
        let full = received(Some(ID_JAG_TYP), &full).unwrap();
        assert_eq!(
            (full.resources.as_slice(), full.scope),
            (&["https://api.chat.test/".to_owned()][..], Some(Scope::of(["chat.read"])))
        );
        assert_eq!((full.cnf, full.auth_time), (Some(KeyConfirmation::Key("k".into())), NOW - 60));
        assert_eq!((full.amr, full.acr.as_deref()), (vec!["pwd".to_owned(), "mfa".to_owned()], Some("aal2")));
        assert_eq!(received(Some(ID_JAG_TYP), &json!({"auth_time": NOW + 60})).unwrap().auth_time, NOW);
    }

    #[test]
    fn every_check_has_its_refusal() {
        for typ in [None, Some("JWT"), Some("at+jwt"), Some("oauth-id-jag"), Some("")] {
            assert_eq!(received(typ, &json!({})), Err(IdJagFault::TokenType), "{typ:?}");
        }
        for (changes, fault) in [
            (json!({"iss": OWN}), IdJagFault::OwnIssuer),
            (json!({"aud": "https://other.test"}), IdJagFault::Audience),
            (json!({"aud": [OWN, "https://other.test"]}), IdJagFault::Audience),
            (json!({"aud": [OWN, OWN]}), IdJagFault::Audience),
            (json!({"aud": format!("{OWN}/oauth2/token")}), IdJagFault::Audience),
            (json!({"aud": null}), IdJagFault::Audience),
            (json!({"client_id": "chat"}), IdJagFault::OtherClient),
            (json!({"client_id": null}), IdJagFault::OtherClient),
            (json!({"client_id": ["wiki"]}), IdJagFault::OtherClient),
            (json!({"sub": null}), IdJagFault::Subject),
            (json!({"sub": ""}), IdJagFault::Subject),
            (json!({"sub": "a".repeat(256)}), IdJagFault::Subject),
            (json!({"jti": null}), IdJagFault::NoId),
            (json!({"jti": 7}), IdJagFault::NoId),
            (json!({"iat": null}), IdJagFault::Expiry),
            (json!({"exp": null}), IdJagFault::Expiry),
            (json!({"exp": "1800000300"}), IdJagFault::Expiry),
            (json!({"exp": NOW}), IdJagFault::Expired),
            (json!({"exp": NOW + 3_601}), IdJagFault::Lifetime),
            (json!({"iat": NOW + 61}), IdJagFault::NotYetValid),
            (json!({"nbf": NOW + 61}), IdJagFault::NotYetValid),
            (json!({"resource": "chat"}), IdJagFault::Resource),
            (json!({"resource": []}), IdJagFault::Resource),
            (json!({"resource": [7]}), IdJagFault::Resource),
            (json!({"resource": vec!["https://a.test"; 11]}), IdJagFault::Resource),
            (json!({"scope": 7}), IdJagFault::Scope),
            (json!({"scope": "a\"b"}), IdJagFault::Scope),
            (json!({"cnf": {"jwk": {}}}), IdJagFault::ProofMissing),
            (json!({"authorization_details": []}), IdJagFault::Unsupported),
            (json!({"act": {"sub": "robot"}}), IdJagFault::Unsupported),
            (json!({"tenant": "t1"}), IdJagFault::Unsupported),
            (json!({"aud_tenant": "t1"}), IdJagFault::Unsupported),
        ] {
            assert_eq!(received(Some(ID_JAG_TYP), &changes), Err(fault), "{changes:.80}");
        }
    }
}
