//! Parameters that change the response but not the pages, and those that change nothing.

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::{ClientMetadata, IdTokenContent};

use crate::harness::relying_party::{Answer, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn scene() -> (TestServer, RegisteredClient) {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    (server, client)
}

async fn tokens_for(server: &TestServer, client: &RegisteredClient, changes: &[(&str, &str)]) -> Answer {
    let landing = server.browser().go_through(&server.authorize_url(client, changes), ANA).await;
    let tokens = server.exchange(client, &landing.code()).await;
    assert_eq!(tokens.status, 200, "{changes:?}: {tokens:?}");
    tokens
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let (server, client) = scene().await;
    for changes in [
        &[("extra", "foobar")][..],
        &[("claims_locales", "se")],
        &[("ui_locales", "se zz-ZZ")],
        &[("display", "popup")],
        &[("display", "page")],
        &[("scope", "email openid unheard-of")],
        &[("acr_values", "1 2")],
        &[("nonce", "")],
        &[("nonce", &"n".repeat(384))],
    ] {
        let tokens = tokens_for(&server, &client, changes).await;
        let id_token = payload(&tokens.text("id_token"));
        assert_eq!(id_token["acr"], "aal1", "{changes:?}");
        let nonce = changes.iter().find(|(name, _)| *name == "nonce").map_or("n0nce", |(_, value)| value);
        assert_eq!(id_token["nonce"].as_str().unwrap_or_default(), nonce);
    }
}

#[tokio::test]
async fn the_token_response_names_the_granted_scope() {
    let (server, client) = scene().await;
    let tokens = tokens_for(&server, &client, &[("scope", "openid email admin")]).await;
    let mut scope: Vec<_> = tokens.text("scope").split(' ').map(str::to_owned).collect();
    scope.sort();
    assert_eq!(scope, ["email", "openid"]);
    assert!(tokens.json.get("refresh_token").is_none(), "not without offline_access");
    let plain = tokens_for(&server, &client, &[("scope", "email offline_access")]).await;
    assert!(plain.json.get("id_token").is_none() && plain.json.get("refresh_token").is_none());
}

#[tokio::test]
async fn pages_speak_the_language_that_the_client_asks_for() {
    let (server, client) = scene().await;
    let page = server.browser().open(&server.authorize_url(&client, &[("ui_locales", "uk en")])).await;
    assert!(page.body.contains("<html lang=\"uk\""), "{}", &page.body[..300]);
}

#[tokio::test]
async fn a_claim_asked_for_by_name_is_in_the_place_it_was_asked_for() {
    let (server, client) = scene().await;
    let asked = json!({"userinfo": {"name": {"essential": true}}, "id_token": {"email": null}}).to_string();
    let tokens = tokens_for(&server, &client, &[("scope", "openid"), ("claims", &asked)]).await;
    let id_token = payload(&tokens.text("id_token"));
    assert_eq!((&id_token["email"], id_token.get("name")), (&json!(ANA), None));
    let person = server.userinfo(&tokens.text("access_token")).await.json;
    assert_eq!((&person["name"], person.get("email")), (&json!("ana Souza"), None));
}

#[tokio::test]
async fn an_id_token_says_nothing_that_was_not_asked() {
    let (server, _) = scene().await;
    let minimal = |client: &mut ClientMetadata| client.id_token_claims = IdTokenContent::Minimal;
    let client = server.client(ClientType::Web, minimal).await;
    let tokens = tokens_for(&server, &client, &[]).await;
    let id_token = payload(&tokens.text("id_token"));
    let mut names: Vec<_> = id_token.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]);
}

/// ID-05
#[tokio::test]
async fn an_authentication_that_is_not_offered_is_not_pretended() {
    let (server, client) = scene().await;
    let asked = json!({"id_token": {"acr": {"essential": true, "values": ["aal3"]}}}).to_string();
    let url = server.authorize_url(&client, &[("claims", &asked)]);
    let landing = server.browser().open(&url).await;
    assert_eq!(landing.answer("error").as_deref(), Some("unmet_authentication_requirements"));
    let wished = json!({"id_token": {"acr": {"essential": true, "values": ["aal3", "aal1"]}}}).to_string();
    let tokens = tokens_for(&server, &client, &[("claims", &wished)]).await;
    assert_eq!(payload(&tokens.text("id_token"))["acr"], "aal1");
}

#[tokio::test]
async fn a_person_asked_for_by_name_must_be_the_one_who_signs_in() {
    let (server, client) = scene().await;
    let ben = server.user("ben@example.test").await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &client, ANA).await;
    let asked = json!({"id_token": {"sub": {"value": ben.sub.0}}}).to_string();
    let silent = browser.open(&server.authorize_url(&client, &[("claims", &asked), ("prompt", "none")])).await;
    assert_eq!(silent.answer("error").as_deref(), Some("login_required"));
    let landing = browser.go_through(&server.authorize_url(&client, &[("claims", &asked)]), "ben@example.test").await;
    let tokens = server.exchange(&client, &landing.code()).await;
    assert_eq!(payload(&tokens.text("id_token"))["sub"], ben.sub.0);
}
