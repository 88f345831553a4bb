use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

const KEY_ID: &str = "test";

/// Signs with a key of its own.
pub struct Signer(EcdsaKeyPair);

impl Default for Signer {
    fn default() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("the system has randomness"))
    }
}

impl Signer {
    /// The key set (RFC 7517 §5).
    pub fn key_set(&self) -> Json {
        let point = self.0.public_key().as_ref(); // 4, x, y
        let [x, y] = [&point[1..33], &point[33..]].map(|number| BASE64_URL_SAFE_NO_PAD.encode(number));
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID, "x": x, "y": y }] })
    }

    /// A compact JWS with ES256 (RFC 7515 §3.1).
    pub fn sign(&self, typ: &str, payload: &Json) -> String {
        let header = json!({ "alg": "ES256", "kid": KEY_ID, "typ": typ });
        let encode = |part: &Json| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let input = format!("{}.{}", encode(&header), encode(payload));
        #[expect(clippy::disallowed_methods, reason = "signatures of tests need not be repeatable")]
        let random = SystemRandom::new();
        let signature = self.0.sign(&random, input.as_bytes()).expect("the system has randomness");
        format!("{input}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
