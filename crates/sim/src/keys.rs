//! The keys that sign ID tokens: two are published at a time, and a rotation adds a new one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::digest::hmac_sha256;
use super::faults::{FaultSwitches, SimFault};
use super::page::CLIENT_SECRET;
use super::provider::SimProvider;

/// More keys than any provider has.
const MANY: usize = 10_000;

/// RSA keys are expensive to make: all simulators of a process share them.
static PAIRS: OnceLock<Option<[KeyPair; 2]>> = OnceLock::new();

fn pairs() -> Option<&'static [KeyPair; 2]> {
    let pair = || KeyPair::generate(KeySize::Rsa2048).ok();
    PAIRS.get_or_init(|| Some([pair()?, pair()?])).as_ref()
}

#[expect(clippy::disallowed_methods, reason = "PKCS #1 signatures are deterministic: the argument is not used")]
fn sign(pair: &KeyPair, message: &str) -> Option<Vec<u8>> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).ok()?;
    Some(signature)
}

/// The active keys.
#[derive(Debug, Default)]
pub struct SimKeys {
    rotations: AtomicUsize,
}

impl SimKeys {
    /// Makes the keys if necessary, which takes some tenths of a second.
    ///
    /// # Errors
    /// If the cryptographic library fails.
    pub fn prepare() -> std::io::Result<()> {
        pairs().map(|_| ()).ok_or_else(|| std::io::Error::other("no RSA key could be made"))
    }

    /// Signs with a new key from now on; the previous one stays published.
    pub fn rotate(&self) {
        self.rotations.fetch_add(1, Ordering::Relaxed);
    }

    fn kid(provider: SimProvider, turn: usize) -> String {
        format!("{}-{turn}", provider.segment())
    }

    /// The `kid` of the active key.
    pub fn current(&self, provider: SimProvider) -> String {
        Self::kid(provider, self.rotations.load(Ordering::Relaxed) + 1)
    }

    /// The JWK set of a provider: the active key, and the previous one.
    pub fn jwks(&self, provider: SimProvider) -> Value {
        let turn = self.rotations.load(Ordering::Relaxed);
        let keys: Vec<Value> = [turn + 1, turn]
            .into_iter()
            .filter_map(|turn| {
                let key = pairs()?[turn % 2].public_key();
                let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
                let modulus = number(key.modulus().big_endian_without_leading_zero());
                let exponent = number(key.exponent().big_endian_without_leading_zero());
                let kid = Self::kid(provider, turn);
                Some(json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": exponent}))
            })
            .collect();
        json!({ "keys": keys })
    }

    /// The JWK set with the fault switches applied.
    pub fn published(&self, provider: SimProvider, faults: &FaultSwitches) -> Value {
        let mut set = self.jwks(provider);
        if faults.on(SimFault::OctKeys, provider) {
            let secret = URL_SAFE_NO_PAD.encode(CLIENT_SECRET);
            let kid = self.current(provider);
            return json!({"keys": [{"kty": "oct", "use": "sig", "alg": "HS256", "kid": kid, "k": secret}]});
        }
        if faults.on(SimFault::TwinKeys, provider) {
            let kid = self.current(provider);
            set["keys"].as_array_mut().into_iter().flatten().for_each(|key| key["kid"] = json!(kid));
        }
        if faults.on(SimFault::ManyKeys, provider) {
            let one = set["keys"][0].clone();
            let numbered = |number: usize| {
                let mut key = one.clone();
                key["kid"] = json!(format!("{}-of-many-{number}", provider.segment()));
                // Short, so that ten thousand stay below the size limit of clients.
                key["n"] = json!("AQAB");
                key
            };
            let many = (0..MANY).map(numbered);
            set["keys"].as_array_mut().into_iter().for_each(|keys| keys.extend(many.clone()));
        }
        set
    }

    /// A compact JWS, signed by the active key whatever the header says; `alg: none` is left unsigned.
    pub fn sign(&self, header: &Value, payload: &Value) -> String {
        let turn = self.rotations.load(Ordering::Relaxed) + 1;
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(payload));
        if header["alg"] == "none" {
            return message + ".";
        }
        let signature = pairs().and_then(|pairs| sign(&pairs[turn % 2], &message));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap_or_default()))
    }
}

/// A compact JWS with a MAC under the client secret.
pub fn sign_by_secret(header: &Value, payload: &Value, secret: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(payload));
    let mac = URL_SAFE_NO_PAD.encode(hmac_sha256(secret, &message));
    format!("{message}.{mac}")
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    use super::*;
    use crate::{google, oidc};

    #[test]
    fn a_rotation_brings_a_new_key_and_keeps_the_last_one() {
        let keys = SimKeys::default();
        let before = keys.current(google::PROVIDER);
        keys.rotate();
        let after = keys.current(google::PROVIDER);
        let published = keys.jwks(google::PROVIDER);
        let kids: Vec<&str> =
            published["keys"].as_array().unwrap().iter().filter_map(|key| key["kid"].as_str()).collect();
        assert_eq!(kids, [after.as_str(), before.as_str()]);
    }

    #[test]
    fn what_is_signed_verifies_with_the_published_key() {
        let keys = SimKeys::default();
        let kid = keys.current(oidc::PROVIDER);
        let token = keys.sign(&json!({"alg": "RS256", "kid": kid}), &json!({"sub": "1"}));
        let published = keys.jwks(oidc::PROVIDER)["keys"][0].clone();
        assert_eq!(published["kid"], kid.as_str());
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let [n, e] = ["n", "e"].map(|name| bytes(published[name].as_str().unwrap()));
        let (message, signature) = token.rsplit_once('.').unwrap();
        let key = RsaPublicKeyComponents { n, e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &bytes(signature)).unwrap();
        assert!(keys.sign(&json!({"alg": "none"}), &json!({})).ends_with('.'));
    }
}
