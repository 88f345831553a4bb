//! Pushed authorization requests (RFC 9126).

use reqwest::StatusCode;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Landing;
use crate::harness::client_key::{TestKey, changed};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, CALLBACK, CHALLENGE, answer};
use crate::harness::server::TestServer;
use serde_json::json;

const ANA: &str = "ana@example.test";
const BEGINNING: &str = "urn:ietf:params:oauth:request_uri:";

/// A request with PKCE, with the test's changes: an empty value removes a parameter.
fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid email"),
        ("state", "pushed"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes).filter(|(_, value)| !value.is_empty()).copied().collect()
}

async fn push(server: &TestServer, client: &RegisteredClient, changes: &[(&str, &str)]) -> Answer {
    server.call(client, "/oauth2/par", &request(changes)).await
}

/// The address of the authorization endpoint for a pushed request.
fn address(server: &TestServer, client: &RegisteredClient, request_uri: &str) -> String {
    let query = [("client_id", client.client.id.0.as_str()), ("request_uri", request_uri)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{}?{query}", server.at("/oauth2/authorize"))
}

/// The browser stayed on an error page of the server.
fn is_error_page(landing: &Landing) -> bool {
    landing.status == StatusCode::BAD_REQUEST && landing.body.contains("invalid_request_uri")
}

on_both_databases! {
    async fn a_request_pushed_to_one_instance_is_answered_by_another(db: TestDatabase) {
        let (server, key) = (TestServer::on(db, &[]).await, TestKey::new("k1"));
        server.user(ANA).await;
        let client = server.client_with_key(ClientType::Web, &key, |_| {}).await;
        let second = server.second_instance().await;
        let assertion = key.token(&server.assertion_claims(&client));
        let pushed = second.assert("/oauth2/par", &assertion, &request(&[])).await;
        assert_eq!((pushed.status.as_u16(), &pushed.json["expires_in"]), (201, &json!(90)), "{pushed:?}");
        assert_eq!(pushed.headers["cache-control"], "no-store");
        let uri = pushed.text("request_uri");
        assert!(uri.strip_prefix(BEGINNING).is_some_and(|handle| handle.len() == 43), "{uri}");
        let landing = server.browser().go_through(&address(&server, &client, &uri), ANA).await;
        assert_eq!(landing.answer("state").as_deref(), Some("pushed"));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &landing.code()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", crate::harness::relying_party::VERIFIER),
        ];
        let assertion = key.token(&server.assertion_claims(&client));
        assert_eq!(server.assert("/oauth2/token", &assertion, &form).await.status, 200);
    }

    /// FAPI 2.0 §5.3.2.2: reuse before the sign-in completes works, reuse after it does not.
    async fn a_request_uri_gives_one_code(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let second = server.second_instance().await;
        let uri = push(&server, &client, &[]).await.text("request_uri");
        let here = address(&server, &client, &uri);
        let (mut one, mut two) = (server.browser(), server.browser());
        assert!(one.open(&here).await.body.contains("name=\"password\""));
        let late = two.open(&here).await;
        assert!(one.go_through(&here, ANA).await.answer("code").is_some());
        let signed_in = two.sign_in(&late, ANA).await;
        let refused = if signed_in.status == StatusCode::SEE_OTHER { signed_in } else { two.submit(&signed_in, &[("decision", "allow")]).await };
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_request_uri"), "{refused:?}");
        assert!(is_error_page(&one.open(&here).await));
        assert!(is_error_page(&second.browser().open(&address(&second, &client, &uri)).await));
    }

    async fn a_request_uri_lives_for_ninety_seconds_and_belongs_to_its_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let other = server.client(ClientType::Web, |_| {}).await;
        let uri = push(&server, &client, &[]).await.text("request_uri");
        assert!(is_error_page(&server.browser().open(&address(&server, &other, &uri)).await));
        let mut flipped = uri.clone();
        flipped.replace_range(uri.len() - 1.., if uri.ends_with('A') { "B" } else { "A" });
        for wrong in [BEGINNING, &flipped, &format!("{uri}x"), &format!("{BEGINNING}{}", "'; --")] {
            assert!(is_error_page(&server.browser().open(&address(&server, &client, wrong)).await), "{wrong}");
        }
        server.wait(89);
        assert!(server.browser().open(&address(&server, &client, &uri)).await.body.contains("name=\"password\""));
        server.wait(1);
        assert!(is_error_page(&server.browser().open(&address(&server, &client, &uri)).await));
    }
}

/// RO-02
#[tokio::test]
async fn parameters_beside_a_request_uri_count_for_nothing() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let uri = push(&server, &client, &[]).await.text("request_uri");
    let evil = "&redirect_uri=https%3A%2F%2Fevil.test&state=other&scope=admin&response_type=token&nonce=n";
    let url = address(&server, &client, &uri) + evil;
    let landing = server.browser().go_through(&url, ANA).await;
    assert!(landing.url.starts_with(CALLBACK), "{landing:?}");
    assert_eq!(landing.answer("state").as_deref(), Some("pushed"));
    assert!(landing.answer("code").is_some());
}

#[tokio::test]
async fn a_request_that_the_authorization_endpoint_would_refuse_is_not_stored() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    let client = server.client(ClientType::Web, |_| {}).await;
    let spa = server.client(ClientType::Spa, |_| {}).await;
    for (changes, code) in [
        (&[("redirect_uri", "https://evil.test/cb")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("scope", "admin")], "invalid_scope"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (&[("request", "e30.e30.")], "invalid_request_object"),
        (&[("dpop_jkt", "x")], "invalid_request"),
        (&[("scope", "openid"), ("scope", "email")], "invalid_request"),
    ] {
        let refused = push(&server, &client, changes).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (400, code), "{changes:?}");
    }
    let without = push(&server, &spa, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(without.error(), "invalid_request", "public clients must use PKCE");
    assert_eq!(push(&server, &spa, &[]).await.status, 201);
    let anonymous = answer(server.http.post(server.at("/oauth2/par")).form(&request(&[]))).await;
    assert_eq!((anonymous.status.as_u16(), anonymous.error()), (401, "invalid_client"));
    let confidential = server.client_with_key(ClientType::Web, &key, |_| {}).await;
    let stale = key.token(&changed(server.assertion_claims(&confidential), &json!({"exp": server.now().0})));
    assert_eq!(server.assert("/oauth2/par", &stale, &request(&[])).await.error(), "invalid_client");
    assert_eq!(answer(server.http.get(server.at("/oauth2/par"))).await.status, 405);
    assert_eq!(answer(server.http.put(server.at("/oauth2/par"))).await.status, 405);
}

#[tokio::test]
async fn a_client_may_be_held_to_pushing_its_requests() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.require_pushed_authorization_requests = true).await;
    let plain = server.browser().open(&server.authorize_url(&client, &[])).await;
    assert_eq!(plain.answer("error").as_deref(), Some("invalid_request"));
    assert_eq!(plain.answer("state").as_deref(), Some("st4te"));
    let uri = push(&server, &client, &[]).await.text("request_uri");
    assert!(server.browser().go_through(&address(&server, &client, &uri), ANA).await.answer("code").is_some());
}

#[tokio::test]
async fn public_clients_push_so_many_requests_a_minute() {
    let server = TestServer::start().await;
    let (spa, web) = (server.client(ClientType::Spa, |_| {}).await, server.client(ClientType::Web, |_| {}).await);
    for _ in 0..120 {
        assert_eq!(push(&server, &spa, &[]).await.status, 201);
    }
    let refused = push(&server, &spa, &[]).await;
    assert_eq!((refused.status.as_u16(), refused.headers.contains_key("retry-after")), (429, true));
    assert_eq!(push(&server, &web, &[]).await.status, 201);
}
