//! The published key set, rendered once.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::jwk::public_jwk;
use usher_domain::key::{KeyState, SigningKeyRecord};

/// A rendered JWK Set (RFC 7517 §5): next, active and retired keys, only public members.
#[derive(Debug, Clone)]
pub struct Jwks {
    /// The JSON document.
    pub body: Bytes,
    /// A strong entity tag with quotes (RFC 9110 §8.8.3); it changes with the set of keys.
    pub etag: String,
}

impl Jwks {
    pub(super) fn empty() -> Self {
        Self::render(Vec::new())
    }

    /// Renders the keys: active ones first, for verifiers that ignore `kid` and use the first suitable key.
    pub(super) fn render(mut keys: Vec<&SigningKeyRecord>) -> Self {
        keys.sort_by_key(|key| (key.state() != KeyState::Active, key.alg, key.created_at, &key.kid));
        // A database may return members in another order: rendering them again makes the bytes equal on every instance.
        let public = |key: &SigningKeyRecord| public_jwk(key.alg, key.public_jwk.as_object()?);
        let keys: Vec<Value> = keys.into_iter().filter_map(public).collect();
        let body = json!({ "keys": keys }).to_string();
        let hash = digest(&SHA256, body.as_bytes());
        Self { etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])), body: Bytes::from(body) }
    }
}
