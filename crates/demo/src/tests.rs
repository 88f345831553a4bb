//! The demo alone: without a provider, and with one that only has discovery.

use std::{sync::Arc, time::Instant};

use axum::{
    Json, Router,
    body::Body,
    http::{Request, StatusCode, header},
    routing::get,
};
use http_body_util::BodyExt;
use openidconnect::{Nonce, PkceCodeVerifier};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{Accent, DemoProvider, Flows, Sessions, Shop, router, session::PendingDemoSignIn};

/// A URL that no server listens at.
const NOBODY: &str = "http://localhost:1";

fn shop(issuer: &str) -> Arc<Shop> {
    let own_url = "http://localhost:8081".to_owned();
    Arc::new(Shop {
        name: "Greenhouse".to_owned(),
        tagline: "Plants".to_owned(),
        accent: Accent::Leaf,
        cookie: "demo_a".to_owned(),
        provider: DemoProvider::new(issuer, "demo".to_owned(), None, &own_url).unwrap(),
        own_url,
        other_name: "Observatory".to_owned(),
        other_url: "http://localhost:8082".to_owned(),
        sessions: Sessions::default(),
        flows: Flows::default(),
    })
}

/// A provider that has its metadata only.
async fn discovery_alone() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let metadata = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "EdDSA"],
        "authorization_response_iss_parameter_supported": true,
    });
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(move || async { Json(metadata) }))
        .route("/jwks", get(|| async { Json(serde_json::json!({"keys": []})) }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    issuer
}

struct BrowserResponse {
    status: StatusCode,
    location: String,
    cookies: Vec<String>,
    body: String,
}

async fn ask(shop: &Arc<Shop>, request: axum::http::request::Builder) -> BrowserResponse {
    let response = router(shop.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    BrowserResponse {
        status: response.status(),
        location: response.headers().get(header::LOCATION).map(text).unwrap_or_default(),
        cookies: response.headers().get_all(header::SET_COOKIE).iter().map(text).collect(),
        body: String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap(),
    }
}

fn open(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, "localhost:8081")
}

fn under_way(shop: &Shop, silent: bool) {
    let flow = PendingDemoSignIn {
        browser: "mine".to_owned(),
        nonce: Nonce::new_random(),
        verifier: PkceCodeVerifier::new("v".repeat(43)),
        silent,
        since: Instant::now(),
    };
    shop.flows.put("state".to_owned(), flow);
}

#[tokio::test]
async fn without_a_provider_the_home_page_stands_and_signing_in_says_what_is_missing() {
    let shop = shop(NOBODY);
    let home = ask(&shop, open("/")).await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.body.contains("Sign in with Usher"));
    let login = ask(&shop, open("/login")).await;
    assert_eq!(login.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(login.body.contains("does not answer"), "{}", login.body);
}

#[tokio::test]
async fn a_first_visit_looks_once_whether_somebody_is_signed_in_and_then_leaves_it() {
    let issuer = discovery_alone().await;
    let shop = shop(&issuer);
    let first = ask(&shop, open("/")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert!(first.location.starts_with(&format!("{issuer}/authorize?")), "{}", first.location);
    for part in ["prompt=none", "code_challenge_method=S256", "nonce=", "state=", "scope=openid+profile+email"] {
        assert!(first.location.contains(part), "{part} is missing in {}", first.location);
    }
    let quiet = first.cookies.iter().find(|cookie| cookie.starts_with("demo_a_quiet=1;")).unwrap();
    assert!(quiet.contains("Max-Age=10"));
    let second = ask(&shop, open("/").header(header::COOKIE, "demo_a_quiet=1")).await;
    assert_eq!(second.status, StatusCode::OK);
    assert!(second.body.contains("You are not signed in."));
}

#[tokio::test]
async fn a_refused_silent_attempt_leads_home_without_a_word() {
    let issuer = discovery_alone().await;
    let shop = shop(&issuer);
    under_way(&shop, true);
    let path = format!("/callback?state=state&error=login_required&iss={issuer}");
    let back = ask(&shop, open(&path).header(header::COOKIE, "demo_a_flow=mine")).await;
    assert_eq!((back.status, back.location.as_str()), (StatusCode::SEE_OTHER, "/"));
}

#[tokio::test]
async fn the_providers_error_is_shown_and_its_words_cannot_act() {
    let issuer = discovery_alone().await;
    let shop = shop(&issuer);
    under_way(&shop, false);
    let path = format!(
        "/callback?state=state&error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E&iss={issuer}"
    );
    let back = ask(&shop, open(&path).header(header::COOKIE, "demo_a_flow=mine")).await;
    assert_eq!(back.status, StatusCode::BAD_REQUEST);
    assert!(back.body.contains("access_denied"));
    assert!(!back.body.contains("<script>"));
}

#[tokio::test]
async fn an_answer_by_another_issuer_or_by_none_is_refused() {
    let issuer = discovery_alone().await;
    let shop = shop(&issuer);
    for iss in ["", "&iss=https://other.example"] {
        under_way(&shop, true);
        let path = format!("/callback?state=state&error=login_required{iss}");
        let back = ask(&shop, open(&path).header(header::COOKIE, "demo_a_flow=mine")).await;
        assert_eq!(back.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(back.body.contains("issuer"), "{}", back.body);
    }
}

#[tokio::test]
async fn an_answer_that_belongs_to_no_sign_in_of_this_browser_is_refused() {
    let shop = shop(NOBODY);
    for path in ["/callback", "/callback?state=x&code=y", "/callback?state=%FF&code=%00", "/callback?code=a&code=b"] {
        let back = ask(&shop, open(path)).await;
        assert_eq!(back.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert_eq!(ask(&shop, open("/signed-out?state=x")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ask(&shop, open("/login?prompt=everything")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(ask(&shop, open("/nowhere")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn after_a_sign_out_nothing_happens_by_itself_until_the_provider_confirms() {
    let issuer = discovery_alone().await;
    let shop = shop(&issuer);
    let out = ask(&shop, Request::post("/logout").header(header::HOST, "localhost:8081")).await;
    let quiet = out.cookies.iter().find(|cookie| cookie.starts_with("demo_a_quiet=")).unwrap();
    assert!(!quiet.contains("Max-Age"), "it lasts as long as the browser runs");
    let state = quiet.split(['=', ';']).nth(1).unwrap();
    let home = ask(&shop, open("/").header(header::COOKIE, format!("demo_a_quiet={state}"))).await;
    assert_eq!(home.status, StatusCode::OK);
    let path = format!("/signed-out?state={state}");
    let back = ask(&shop, open(&path).header(header::COOKIE, format!("demo_a_quiet={state}"))).await;
    assert_eq!((back.status, back.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert!(back.cookies[0].contains("Max-Age=10"));
}

#[tokio::test]
async fn another_name_for_this_machine_leads_to_the_demos_own_address() {
    let shop = shop(NOBODY);
    for (path, to) in [("/login?prompt=login", "/login?prompt=login"), ("//evil.example/", "/evil.example/")] {
        let moved = ask(&shop, Request::get(path).header(header::HOST, "127.0.0.1:8081")).await;
        assert_eq!(moved.status, StatusCode::FOUND);
        assert_eq!(moved.location, format!("http://localhost:8081{to}"));
    }
    let posted = ask(&shop, Request::post("/logout").header(header::HOST, "127.0.0.1:8081")).await;
    assert_eq!(posted.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_form_on_another_site_cannot_act_here() {
    let shop = shop(NOBODY);
    let request = Request::post("/logout").header(header::HOST, "localhost:8081").header("sec-fetch-site", "same-site");
    assert_eq!(ask(&shop, request).await.status, StatusCode::FORBIDDEN);
}
