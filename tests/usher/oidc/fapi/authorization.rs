//! Pushed requests and their answers.

use reqwest::StatusCode;
use serde_json::json;

use super::{ANA, FapiClient, PAR, TOKEN};
use crate::harness::relying_party::{CALLBACK, answer, header, payload};
use crate::harness::server::TestServer;

#[tokio::test]
async fn happy_flow() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let state = "aZ09-._~".repeat(16);
    for redirect_uri in [CALLBACK, "https://rp.test/cb?dummy1=lorem&dummy2=ipsum"] {
        let client = FapiClient::at(&server, redirect_uri).await;
        let pushed = client.push(&[("state", &state)]).await;
        assert_eq!((pushed.status.as_u16(), &pushed.json["expires_in"]), (201, &json!(90)), "{pushed:?}");
        let uri = pushed.text("request_uri");
        assert!(uri.len() >= 43 + "urn:ietf:params:oauth:request_uri:".len(), "256 random bits");
        let landing = server.browser().go_through(&client.address(&uri), ANA).await;
        assert!(landing.url.starts_with(redirect_uri), "{}", landing.url);
        assert_eq!(landing.answer("state"), Some(state.clone()));
        assert_eq!(landing.answer("iss"), Some(server.url.clone()));
        let tokens = client.exchange(&landing.code(), &client.proof(TOKEN)).await;
        assert_eq!((tokens.status.as_u16(), tokens.text("token_type").as_str()), (200, "DPoP"), "{tokens:?}");
        let (id_token, access) = (tokens.text("id_token"), tokens.text("access_token"));
        assert_eq!(
            (header(&id_token)["alg"].as_str(), payload(&id_token)["nonce"].as_str()),
            (Some("ES256"), Some("n0nce"))
        );
        assert!(header(&id_token)["kid"].is_string());
        let told = client.userinfo(&access, "DPoP", &json!({})).await;
        assert_eq!((told.status.as_u16(), &told.json["sub"]), (200, &payload(&id_token)["sub"]));
        assert!(told.headers.contains_key("date"));
        let in_url = server.http.get(format!("{}?access_token={access}", server.at("/oauth2/userinfo")));
        assert_eq!(answer(in_url).await.status, 401);
    }
}

#[tokio::test]
async fn user_rejects_authentication() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let (mut browser, uri) = (server.browser(), client.push(&[]).await.text("request_uri"));
    let page = browser.open(&client.address(&uri)).await;
    let consent = browser.sign_in(&page, ANA).await;
    let landing = browser.submit(&consent, &[("decision", "deny")]).await;
    assert_eq!(
        (landing.answer("error").as_deref(), landing.answer("iss")),
        (Some("access_denied"), Some(server.url.clone()))
    );
}

/// `ensure-request-without-state-success`, `-without-nonce-`, `-with-64-char-nonce-`, `ensure-authorization-request-with-long-nonce`,
/// `-with-long-state`, `ensure-other-scope-order-succeeds`
#[tokio::test]
async fn what_a_request_may_leave_out_or_make_long_comes_back_as_it_was() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    let (nonce, long) = ("n".repeat(64), "l".repeat(384));
    for change in [
        ("state", ""),
        ("state", long.as_str()),
        ("nonce", ""),
        ("nonce", nonce.as_str()),
        ("nonce", long.as_str()),
        ("scope", "offline_access email openid"),
    ] {
        let uri = client.push(&[change]).await.text("request_uri");
        let landing = server.browser().go_through(&client.address(&uri), ANA).await;
        let state = if change.0 == "state" { change.1 } else { "st4te" };
        assert_eq!(landing.answer("state").as_deref(), Some(state).filter(|state| !state.is_empty()), "{change:?}");
        let tokens = client.exchange(&landing.code(), &client.proof(TOKEN)).await;
        let nonce = if change.0 == "nonce" { change.1 } else { "n0nce" };
        let got = payload(&tokens.text("id_token"))["nonce"].as_str().map(str::to_owned);
        assert_eq!(got.as_deref(), Some(nonce).filter(|nonce| !nonce.is_empty()), "{change:?}");
    }
}

/// `state-only-outside-request-object-not-used`, `ensure-different-nonce-inside-and-outside-request-object`, `-state-`
#[tokio::test]
async fn parameters_outside_of_the_pushed_request_are_ignored() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = FapiClient::new(&server).await;
    for (inside, expected) in [("st4te", Some("st4te")), ("", None)] {
        let uri = client.push(&[("state", inside)]).await.text("request_uri");
        let url = client.address(&uri) + "&state=outside&nonce=outside&redirect_uri=https%3A%2F%2Fevil.test";
        let landing = server.browser().go_through(&url, ANA).await;
        assert_eq!(landing.answer("state").as_deref(), expected);
        let tokens = client.exchange(&landing.code(), &client.proof(TOKEN)).await;
        assert_eq!(payload(&tokens.text("id_token"))["nonce"], "n0nce");
    }
}

/// `ensure-unsigned-authorization-request-without-using-par-fails`, `ensure-registered-redirect-uri`,
/// `ensure-redirect-uri-in-authorization-request`, `ensure-response-type-code-idtoken-fails`, `-token-fails`,
/// `ensure-pkce-required`, `ensure-pkce-code-challenge-method-plain-fails`, `par-attempt-to-use-request_uri-…`
#[tokio::test]
async fn a_request_that_the_profile_forbids_is_refused_where_it_is_pushed() {
    let server = TestServer::start().await;
    let client = FapiClient::new(&server).await;
    let plain = server.browser().open(&server.authorize_url(&client.client, &[])).await;
    assert_eq!(plain.answer("error").as_deref(), Some("invalid_request"));
    for (changes, code) in [
        (&[("redirect_uri", "https://rp.test/other")][..], "invalid_request"),
        (&[("redirect_uri", "")], "invalid_request"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
    ] {
        let refused = client.push(changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, code), "{changes:?}");
    }
    let put = server.http.put(server.at(PAR)).form(&client.request(&[]));
    assert_eq!(answer(put).await.status, 405);
}

/// `par-attempt-reuse-request_uri`, `par-attempt-to-use-expired-request_uri`, `par-attempt-to-use-request_uri-for-different-client`
#[tokio::test]
async fn a_request_uri_is_used_by_its_client_once_and_in_time() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, other) = (FapiClient::new(&server).await, FapiClient::new(&server).await);
    let uri = client.push(&[]).await.text("request_uri");
    let mut browser = server.browser();
    assert_eq!(server.browser().open(&other.address(&uri)).await.status, StatusCode::BAD_REQUEST);
    browser.open(&client.address(&uri)).await;
    browser.open(&client.address(&uri)).await;
    assert!(browser.go_through(&client.address(&uri), ANA).await.answer("code").is_some());
    assert_eq!(browser.open(&client.address(&uri)).await.status, StatusCode::BAD_REQUEST);
    let uri = client.push(&[]).await.text("request_uri");
    server.wait(90);
    assert_eq!(browser.open(&client.address(&uri)).await.status, StatusCode::BAD_REQUEST);
}
