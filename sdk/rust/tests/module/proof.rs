//! Tokens that are bound to a key (DPoP, RFC 9449): never as bearer tokens, once for each proof.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;
use usher_sdk::testing::{AUDIENCE, TestToken, TestUsher};
use usher_sdk::{Builder, MemoryStore, Reason, Usher};

use crate::stores::Shared;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn hash(text: &str) -> String {
    encode(digest(&SHA256, text.as_bytes()))
}

/// Who holds the key that tokens are bound to.
struct Holder {
    key: Ed25519KeyPair,
    x: String,
    made: AtomicUsize,
}

impl Holder {
    fn new() -> Self {
        let key = Ed25519KeyPair::generate().unwrap();
        let x = encode(key.public_key().as_ref());
        Self { key, x, made: AtomicUsize::new(0) }
    }

    fn token(&self, test: &TestUsher) -> String {
        let jkt = hash(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x));
        test.token(&TestToken {
            claims: json!({ "cnf": { "jkt": jkt }, "aud": [AUDIENCE, "orders"] }),
            ..TestToken::default()
        })
    }

    fn proof(&self, token: &str, changes: &Json) -> String {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": self.x });
        let header = json!({ "alg": "EdDSA", "typ": "dpop+jwt", "jwk": jwk });
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let jti = self.made.fetch_add(1, Ordering::Relaxed).to_string();
        let mut claims =
            json!({ "htm": "GET", "htu": "https://api.test/me", "jti": jti, "iat": now, "ath": hash(token) });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = encode(self.key.sign(input.as_bytes()));
        format!("{input}.{signature}")
    }
}

/// Sends a token with proofs; the challenge of the response, and nothing if it was accepted.
async fn present(usher: &Usher, scheme: &str, token: &str, proofs: &[String]) -> Option<String> {
    let app = Router::new().route("/me", get("")).layer(usher.require_auth());
    let mut request = Request::get("/me?x=1").header("host", "elsewhere.example");
    request = request.header("authorization", format!("{scheme} {token}"));
    for proof in proofs {
        request = request.header("dpop", proof);
    }
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|text| text.to_str().unwrap());
    (response.status() != 200).then(|| format!("{} {}", response.status().as_u16(), challenge.unwrap_or_default()))
}

async fn started(change: impl FnOnce(Builder) -> Builder) -> TestUsher {
    TestUsher::configured(None, |builder| change(builder.policy(false))).await
}

const UNPROVEN: &str = r#"401 DPoP error="invalid_dpop_proof", algs="ES256 RS256 PS256 EdDSA Ed25519""#;
const MISPLACED: &str = r#"401 DPoP error="invalid_token", algs="ES256 RS256 PS256 EdDSA Ed25519""#;

#[tokio::test]
async fn a_bound_token_is_accepted_with_a_proof_and_refused_as_a_bearer_token() {
    let (test, holder) = (started(|builder| builder).await, Holder::new());
    let (token, plain) = (holder.token(&test), test.token(&TestToken::default()));
    let proof = |token: &str| holder.proof(token, &json!({}));
    let (used, elsewhere) = (proof(&token), holder.proof(&token, &json!({ "htu": "https://elsewhere.example/me" })));
    for (name, scheme, token, proofs, expected) in [
        ("a proof", "DPoP", &token, vec![used.clone()], None),
        ("the scheme in small letters", "dpop", &token, vec![proof(&token)], None),
        ("the same proof again", "DPoP", &token, vec![used], Some(UNPROVEN)),
        ("no proof", "DPoP", &token, vec![], Some(UNPROVEN)),
        ("two proofs", "DPoP", &token, vec![proof(&token), proof(&token)], Some(UNPROVEN)),
        ("a proof for another place", "DPoP", &token, vec![elsewhere], Some(UNPROVEN)),
        ("as a bearer token", "Bearer", &token, vec![], Some(MISPLACED)),
        ("as a bearer token with a proof", "Bearer", &token, vec![proof(&token)], Some(MISPLACED)),
        ("a bearer token with a proof", "DPoP", &plain, vec![proof(&plain)], Some(MISPLACED)),
    ] {
        assert_eq!(present(&test.usher, scheme, token, &proofs).await.as_deref(), expected, "{name}");
    }
    let without = test.usher.verify(&token).await.unwrap_err();
    assert_eq!(without.reason, Reason::SenderConstrained, "without a request there is no proof");
}

#[tokio::test]
async fn a_proof_is_accepted_once_by_all_instances_with_a_store() {
    let (store, holder) = (Arc::new(MemoryStore::new()), Holder::new());
    let test = started(|builder| builder.store(Shared(Arc::clone(&store)))).await;
    let token = holder.token(&test);
    let used = [holder.proof(&token, &json!({}))];
    assert_eq!(present(&test.usher, "DPoP", &token, &used).await, None);
    let other = test.builder().policy(false);
    let other = other.store(Shared(store)).build().await.unwrap();
    assert_eq!(present(&other, "DPoP", &token, &used).await.as_deref(), Some(UNPROVEN));
    assert_eq!(present(&other, "DPoP", &token, &[holder.proof(&token, &json!({}))]).await, None);
}

#[tokio::test]
async fn an_application_without_a_url_accepts_no_bound_token() {
    let (test, holder) = (started(|builder| builder.audience("orders")).await, Holder::new());
    let token = holder.token(&test);
    let proofs = [holder.proof(&token, &json!({}))];
    assert_eq!(present(&test.usher, "DPoP", &token, &proofs).await.as_deref(), Some(MISPLACED));
}
