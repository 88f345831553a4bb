//! ID tokens: what all providers write in them, and what the fault switches make of it.

use serde_json::{Map, Value, json};

use super::Simulator;
use super::digest::at_hash;
use super::faults::Fault;
use super::grants::Grant;
use super::page::CLIENT_ID;

/// ID tokens live so many seconds.
const LIFE: i64 = 3_600;

/// An ID token for `grant` by `issuer`, with the provider's own `claims`.
pub fn mint(sim: &Simulator, grant: &Grant, issuer: &str, claims: Map<String, Value>, access_token: &str) -> String {
    let provider = grant.provider;
    let on = |fault| sim.faults.on(fault, provider);
    let now = sim.clock.now();
    let mut payload = json!({
        "iss": issuer,
        "aud": CLIENT_ID,
        "sub": grant.person.subject,
        "iat": now,
        "exp": now + LIFE,
        "at_hash": at_hash(access_token),
    });
    if let Some(nonce) = &grant.nonce {
        payload["nonce"] = json!(nonce);
    }
    for (name, value) in claims {
        payload[name] = value;
    }
    let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": sim.keys.current(provider)});
    if on(Fault::WrongNonce) {
        payload["nonce"] = json!("another-nonce");
    }
    if on(Fault::WrongAud) {
        payload["aud"] = json!("another-client");
    }
    if on(Fault::WrongIss) {
        payload["iss"] = json!("https://attacker.example");
    }
    if on(Fault::Expired) {
        payload["iat"] = json!(now - 2 * LIFE);
        payload["exp"] = json!(now - LIFE);
    }
    if on(Fault::WrongAtHash) {
        payload["at_hash"] = json!(at_hash("another access token"));
    }
    if on(Fault::UnknownKid) {
        header["kid"] = json!("never-published");
    }
    if on(Fault::AlgNone) {
        header = json!({"alg": "none", "typ": "JWT"});
    }
    sim.keys.sign(&header, &payload)
}
