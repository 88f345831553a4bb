//! ID tokens: the common claims of all providers, and the effect of fault switches.

use serde_json::{Map, Value, json};

use super::Simulator;
use super::digest::at_hash;
use super::faults::SimFault;
use super::grants::SimGrant;
use super::keys::sign_by_secret;
use super::page::{CLIENT_ID, CLIENT_SECRET};

/// The lifetime of ID tokens, in seconds.
const LIFE: i64 = 3_600;

/// An ID token for `grant` by `issuer`, with the provider's own `claims`.
pub fn mint(sim: &Simulator, grant: &SimGrant, issuer: &str, claims: Map<String, Value>, access_token: &str) -> String {
    let provider = grant.provider;
    let now = sim.clock.now();
    let mut payload = Map::new();
    let mut put = |name: &str, value: Value| payload.insert(name.to_owned(), value);
    put("iss", json!(issuer));
    put("aud", json!(CLIENT_ID));
    put("sub", json!(grant.person.subject));
    put("iat", json!(now));
    put("exp", json!(now + LIFE));
    put("at_hash", json!(at_hash(access_token)));
    if let Some(nonce) = &grant.nonce {
        put("nonce", json!(nonce));
    }
    payload.extend(claims);
    sim.faults.alter_claims(provider, &mut payload);
    let mut payload = Value::Object(payload);
    falsify(sim, grant, &mut payload);
    let token = signed(sim, grant, &payload);
    let before = sim.grants().last_token(provider, &grant.person.subject, &token);
    match before {
        Some(before) if sim.faults.on(SimFault::OldToken, provider) => before,
        _ => token,
    }
}

/// Applies the fault switches to the claims.
fn falsify(sim: &Simulator, grant: &SimGrant, payload: &mut Value) {
    let on = |fault| sim.faults.on(fault, grant.provider);
    let now = sim.clock.now();
    if on(SimFault::WrongNonce) {
        payload["nonce"] = json!("another-nonce");
    }
    if on(SimFault::NoNonce)
        && let Some(members) = payload.as_object_mut()
    {
        members.remove("nonce");
    }
    if on(SimFault::WrongAud) {
        payload["aud"] = json!("another-client");
    }
    if on(SimFault::ExtraAud) {
        payload["aud"] = json!([CLIENT_ID, "another-client"]);
        if let Some(members) = payload.as_object_mut() {
            members.remove("azp");
        }
    }
    if on(SimFault::WrongIss) {
        payload["iss"] = json!("https://attacker.example");
    }
    if on(SimFault::Expired) {
        payload["iat"] = json!(now - 2 * LIFE);
        payload["exp"] = json!(now - LIFE);
    }
    if on(SimFault::WrongAtHash) {
        payload["at_hash"] = json!(at_hash("another access token"));
    }
}

/// Signs, or applies the fault switches to the signature.
fn signed(sim: &Simulator, grant: &SimGrant, payload: &Value) -> String {
    let on = |fault| sim.faults.on(fault, grant.provider);
    let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": sim.keys.current(grant.provider)});
    if on(SimFault::UnknownKid) {
        header["kid"] = json!("never-published");
    }
    if on(SimFault::AlgNone) {
        header = json!({"alg": "none", "typ": "JWT"});
    }
    if on(SimFault::Hs256) {
        header["alg"] = json!("HS256");
        return sign_by_secret(&header, payload, CLIENT_SECRET);
    }
    let token = sim.keys.sign(&header, payload);
    if on(SimFault::BadSignature) {
        let other = sim.keys.sign(&header, &json!({"sub": "another"}));
        let (message, signature) = (token.rsplit_once('.'), other.rsplit_once('.'));
        return format!("{}.{}", message.unwrap_or_default().0, signature.unwrap_or_default().1);
    }
    token
}
