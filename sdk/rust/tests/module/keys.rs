//! Keys that are revoked, and those that sign after them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Builder, Reason, Transport, Usher};

use crate::hostile::{metadata, serve};

/// The time of module and tokens, which stands still: what may be done a second later is never done.
const NOW: i64 = 1_795_000_000;
const PATIENCE: Duration = Duration::from_secs(10);

/// The old key, named `k`.
fn old_keys() -> Json {
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "o_AAJFueeudiZ003yD7BIaDHm0GYKfaoRl-VPSII-B8" }] })
}

/// The next key, and a token that it signed for the module of another issuer.
async fn next_key(issuer: &str) -> (Json, String) {
    let test = TestUsher::start().await;
    let times = json!({ "iss": issuer, "aud": ["api"], "iat": NOW, "auth_time": NOW, "exp": NOW + 600 });
    let token = test.token(&TestToken { client_id: "shop", claims: times, ..TestToken::default() });
    // Its issuer is named by its tokens.
    let plain = test.token(&TestToken::default());
    let claims = BASE64_URL_SAFE_NO_PAD.decode(plain.split('.').nth(1).unwrap()).unwrap();
    let claims: Json = serde_json::from_slice(&claims).unwrap();
    let keys = reqwest::get(format!("{}/oauth2/jwks", claims["iss"].as_str().unwrap())).await.unwrap();
    (serde_json::from_slice(&keys.bytes().await.unwrap()).unwrap(), token)
}

/// An issuer without its keys and its feed.
fn router(url: &str) -> Router {
    let (metadata, snapshot) =
        (metadata(url), json!({ "epoch": "e1", "cursor": 0, "revocations": [], "policy": null }));
    Router::new()
        .route("/.well-known/openid-configuration", get(async move || axum::Json(metadata)))
        .route("/token", post(async || axum::Json(json!({ "access_token": "t", "expires_in": 600 }))))
        .route("/api/v1/sync/snapshot", get(async move || axum::Json(snapshot)))
}

fn builder(url: &str) -> Builder {
    let builder = Usher::builder().issuer(url).client_id("shop").client_secret("secret").audience("api").policy(false);
    builder.clock(|| NOW)
}

async fn reason(usher: &Usher, token: &str) -> Option<Reason> {
    usher.verify(token).await.err().map(|refusal| refusal.reason)
}

async fn accepts(usher: &Usher, token: &str) {
    let accepted = async {
        while reason(usher, token).await.is_some() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, accepted).await;
    assert!(waited.is_ok(), "{:?}", reason(usher, token).await);
}

#[tokio::test]
async fn the_next_key_is_fetched_although_the_revoked_one_was_still_published() {
    let (published, fetched) = (Arc::new(Mutex::new(old_keys())), Arc::new(AtomicUsize::new(0)));
    let (next, count) = (Arc::clone(&published), Arc::clone(&fetched));
    let revocation = json!({ "t": "ev", "c": 1, "k": "kid", "v": "k", "exp": NOW + 600, "at": NOW });
    let events = json!({ "epoch": "e1", "cursor": 1, "events": [revocation], "more": false });
    let url = serve(|url| {
        let keys = async move || {
            // At the start, and when the revocation has arrived.
            let is_late = count.fetch_add(1, Ordering::Relaxed) < 2;
            axum::Json(if is_late { old_keys() } else { next.lock().unwrap().clone() })
        };
        router(&url).route("/keys", get(keys)).route("/api/v1/sync/events", get(async move || axum::Json(events)))
    });
    let url = url.await;
    let (keys, token) = next_key(&url).await;
    *published.lock().unwrap() = keys;
    let usher = builder(&url).transport(Transport::Poll).build().await.unwrap();
    accepts(&usher, &token).await;
    assert_eq!(fetched.load(Ordering::Relaxed), 3, "it is not fetched again then");
}

#[tokio::test]
async fn a_key_whose_notice_was_lost_is_fetched_at_once() {
    let published = Arc::new(Mutex::new(old_keys()));
    let keys = Arc::clone(&published);
    let url = serve(|url| {
        let events = get(async || axum::http::StatusCode::NOT_MODIFIED);
        let keys = get(async move || axum::Json(keys.lock().unwrap().clone()));
        router(&url).route("/keys", keys).route("/api/v1/sync/events", events)
    });
    let url = url.await;
    let (keys, token) = next_key(&url).await;
    let usher = builder(&url).transport(Transport::Poll).build().await.unwrap();
    *published.lock().unwrap() = keys;
    let (one, other) = tokio::join!(reason(&usher, &token), reason(&usher, &token));
    assert_eq!((one, other), (None, None), "who comes meanwhile waits for the same response");
}
