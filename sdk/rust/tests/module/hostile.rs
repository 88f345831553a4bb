//! An issuer that is not what the options say, and somebody who answers in its place.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use http::Request;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Reason, SetupError, Transport, Usher};

/// Serves what the function makes of the URL; gives the URL.
pub(crate) async fn serve(router: impl FnOnce(String) -> Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = router(url.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

pub(crate) fn metadata(url: &str) -> Json {
    json!({
        "issuer": url, "jwks_uri": format!("{url}/keys"), "token_endpoint": format!("{url}/token"),
        "introspection_endpoint": format!("{url}/introspect"),
    })
}

/// A server with these metadata, where keys are fetched.
pub(crate) fn issuer(metadata: Json) -> Router {
    let keys = axum::Json(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "o_AAJFueeudiZ003yD7BIaDHm0GYKfaoRl-VPSII-B8" },
    ] }));
    Router::new()
        .route("/.well-known/openid-configuration", get(async move || axum::Json(metadata)))
        .route("/keys", get(async move || keys))
}

async fn fault(url: &str) -> String {
    let builder = Usher::builder().issuer(url).client_id("shop").client_secret("secret").audience("api").project("p");
    match builder.build().await {
        Err(SetupError::Misfit(fault)) => fault,
        Err(other) => panic!("{other}"),
        Ok(usher) => panic!("{:?}", usher.status()),
    }
}

#[tokio::test]
async fn an_issuer_of_another_name_is_refused() {
    let url = serve(|_| issuer(metadata("https://evil.example"))).await;
    assert!(fault(&url).await.contains("calls itself `https://evil.example`"));
}

#[tokio::test]
async fn keys_and_endpoints_of_another_origin_are_refused() {
    for name in ["jwks_uri", "token_endpoint", "introspection_endpoint"] {
        let url = serve(|url| {
            let mut metadata = metadata(&url);
            metadata[name] = "https://evil.example/x".into();
            issuer(metadata)
        });
        assert!(fault(&url.await).await.contains("of another origin"), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_by_the_issuer_is_refused() {
    let elsewhere = async || Redirect::temporary("https://evil.example/");
    let url = serve(|_| Router::new().fallback(elsewhere)).await;
    assert!(fault(&url).await.contains("redirected to `https://evil.example/`"));
    let url = serve(|url| issuer(metadata(&url)).route("/token", post(elsewhere))).await;
    assert!(fault(&url).await.contains("the token endpoint is redirected"));
}

#[tokio::test]
async fn no_issuer_and_a_client_that_is_not_accepted_are_errors_at_the_start() {
    let url = serve(|_| Router::new()).await;
    assert!(fault(&url).await.contains("no issuer is at"));
    let refused = Arc::new(json!({ "error": "invalid_client" }));
    let answer = async move || (StatusCode::UNAUTHORIZED, axum::Json((*refused).clone())).into_response();
    let url = serve(|url| issuer(metadata(&url)).route("/token", post(answer))).await;
    let fault = fault(&url).await;
    assert!(fault.contains("invalid_client") && fault.contains("usher:sync"), "{fault}");
}

#[tokio::test]
async fn misuse_is_refused_before_anything_is_called() {
    let builder = || Usher::builder().issuer("https://id.example.com").client_id("shop").client_secret("secret");
    let error = builder().project("p").build().await.err().unwrap();
    assert_eq!(error.to_string(), "usher: audience is needed");
    let error = builder().audience("api").build().await.err().unwrap();
    assert!(error.to_string().contains("project"));
    let error = Usher::builder().build().await.err().unwrap();
    assert!(error.to_string().contains("loopback"));
}

#[tokio::test]
async fn unknown_keys_make_the_module_ask_once_in_a_second() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fetched);
    let test = TestUsher::start().await;
    let token = test.token(&TestToken::default());
    let url = serve(|url| {
        let snapshot = json!({ "epoch": "e1", "cursor": 0, "revocations": [], "policy": null });
        issuer(metadata(&url))
            .route("/token", post(async || axum::Json(json!({ "access_token": "t", "expires_in": 600 }))))
            .route("/api/v1/sync/snapshot", get(async move || axum::Json(snapshot)))
            .layer(axum::middleware::map_request(move |request: Request<Body>| {
                count.fetch_add(usize::from(request.uri().path() == "/keys"), Ordering::Relaxed);
                std::future::ready(request)
            }))
    });
    let now = Arc::new(AtomicI64::new(1_795_000_000));
    let clock = Arc::clone(&now);
    let builder =
        Usher::builder().issuer(url.await).client_id("shop").client_secret("secret").audience("api").policy(false);
    let usher = builder.transport(Transport::Poll).clock(move || clock.load(Ordering::Relaxed)).build().await.unwrap();
    for (later, fetches) in [(0, 2), (0, 2), (1, 3), (0, 3), (60, 4)] {
        now.fetch_add(later, Ordering::Relaxed);
        assert_eq!(usher.verify(&token).await.unwrap_err().reason, Reason::KeyUnknown);
        assert_eq!(fetched.load(Ordering::Relaxed), fetches, "{later}");
    }
}

#[tokio::test]
async fn a_client_of_another_project_is_an_error_at_the_start() {
    let url = serve(|url| {
        let snapshot =
            json!({ "project_id": "another", "epoch": "e1", "cursor": 0, "revocations": [], "policy": null });
        issuer(metadata(&url))
            .route("/token", post(async || axum::Json(json!({ "access_token": "t", "expires_in": 600 }))))
            .route("/api/v1/sync/snapshot", get(async move || axum::Json(snapshot)))
    });
    assert!(fault(&url.await).await.contains("the client belongs to the project `another`"));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_refusal_is_logged_with_its_reason_and_without_the_token() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let (test, app) = crate::test_with_rules().await;
    let token = test.token(&crate::viewer());
    assert_eq!(crate::ask(&app, "/me", Some(&token)).await.0, 200);
    test.revoke("sid", "session-1").await;
    assert_eq!(crate::ask(&app, "/me", Some(&token)).await.0, 401);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("token_revoked"), "{text}");
    let signature = token.rsplit('.').next().unwrap();
    assert!(!text.contains(signature) && !text.contains("secret") && !text.contains("Bearer"), "{text}");
}
