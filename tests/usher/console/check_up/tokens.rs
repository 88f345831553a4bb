//! How the relying party of these tests reads tokens: every check has a name, by which it is switched off.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::ES256;
use serde_json::Value;

/// What a token must say.
pub struct Expected {
    pub issuer: String,
    pub client_id: String,
    pub now: i64,
    pub skipped: BTreeSet<&'static str>,
}

impl Expected {
    /// An error if the condition does not hold, unless the check is switched off.
    fn check(&self, name: &'static str, holds: bool) -> Result<(), &'static str> {
        if holds || self.skipped.contains(name) { Ok(()) } else { Err(name) }
    }

    fn has_audience(&self, claims: &Value) -> bool {
        let mine = |aud: &Value| aud == self.client_id.as_str();
        mine(&claims["aud"]) || claims["aud"].as_array().is_some_and(|all| all.iter().any(mine))
    }
}

fn part(token: &str, at: usize) -> Value {
    let bytes = token.split('.').nth(at).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// The key that a token names.
pub fn kid(token: &str) -> Option<String> {
    part(token, 0)["kid"].as_str().map(str::to_owned)
}

fn is_signed(token: &str, keys: &Value) -> bool {
    let all = keys["keys"].as_array().into_iter().flatten();
    let Some(key) = all.into_iter().find(|key| key["kid"].as_str() == kid(token).as_deref()) else { return false };
    let Some((message, signature)) = token.rsplit_once('.') else { return false };
    let jwk = Jwk::from_map(key.as_object().cloned().unwrap_or_default()).expect("a JWK");
    let verifier = ES256.verifier_from_jwk(&jwk).expect("a P-256 key");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    josekit::jws::JwsVerifier::verify(&verifier, message.as_bytes(), &signature).is_ok()
}

/// The claims of an ID token (OpenID Connect Core §3.1.3.7).
pub fn read_id_token(token: &str, keys: &Value, nonce: &str, expected: &Expected) -> Result<Value, &'static str> {
    let claims = part(token, 1);
    let (iat, nbf, exp) = (claims["iat"].as_i64(), claims["nbf"].as_i64(), claims["exp"].as_i64());
    if part(token, 0)["alg"] == "ES256" {
        expected.check("signature", is_signed(token, keys))?;
    } else {
        expected.check("alg", false)?;
    }
    expected.check("iss", claims["iss"] == expected.issuer.as_str())?;
    expected.check("aud", expected.has_audience(&claims))?;
    expected.check("azp", claims["azp"].is_null() || claims["azp"] == expected.client_id.as_str())?;
    expected.check("exp", exp.is_some_and(|exp| exp > expected.now))?;
    expected.check("iat", iat.is_some_and(|iat| iat <= expected.now + 60))?;
    expected.check("nbf", nbf.is_none_or(|nbf| nbf <= expected.now + 60))?;
    expected.check("sub", claims["sub"].is_string())?;
    expected.check("nonce", claims["nonce"] == nonce)?;
    Ok(claims)
}

/// The `sid` of a logout token (OpenID Connect Back-Channel Logout §2.6).
pub fn read_logout_token(token: &str, keys: &Value, expected: &Expected) -> Result<String, &'static str> {
    let claims = part(token, 1);
    let event = &claims["events"]["http://schemas.openid.net/event/backchannel-logout"];
    expected.check("logout-alg", is_signed(token, keys))?;
    expected.check("logout-iss", claims["iss"] == expected.issuer.as_str())?;
    expected.check("logout-aud", expected.has_audience(&claims))?;
    expected.check("logout-exp", claims["exp"].as_i64().is_some_and(|exp| exp > expected.now))?;
    expected.check("logout-nonce", claims["nonce"].is_null())?;
    expected.check("logout-event", event.is_object())?;
    Ok(claims["sid"].as_str().unwrap_or_default().to_owned())
}
