//! Consent: asked once for new scopes, and remembered.

use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope;

use crate::harness::browser::Landing;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

fn asks_for_consent(page: &Landing) -> bool {
    page.status == 200 && page.body.contains("name=\"decision\"")
}

on_both_databases! {
    async fn consent_is_remembered_for_what_it_covers(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        browser.go_through(&server.authorize_url(&client, &[("scope", "openid email")]), ANA).await;
        for covered in ["openid", "email openid"] {
            let landing = browser.open(&server.authorize_url(&client, &[("scope", covered)])).await;
            assert!(landing.answer("code").is_some(), "{covered}: {landing:?}");
        }
        let page = browser.open(&server.authorize_url(&client, &[("scope", "openid profile")])).await;
        assert!(asks_for_consent(&page));
        browser.submit(&page, &[("decision", "allow")]).await;
        let both = browser.open(&server.authorize_url(&client, &[("scope", "openid email profile")])).await;
        assert!(both.answer("code").is_some(), "what was allowed before still is");
    }
}

#[tokio::test]
async fn a_claim_by_name_needs_the_consent_to_its_scope() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    browser.go_through(&server.authorize_url(&client, &[("scope", "openid")]), ANA).await.code();
    for claims in [r#"{"id_token":{"email":null}}"#, r#"{"userinfo":{"email":null}}"#] {
        let asked = [("scope", "openid"), ("claims", claims)];
        let silent = browser.open(&server.authorize_url(&client, &[&asked[..], &[("prompt", "none")]].concat())).await;
        assert_eq!(silent.answer("error").as_deref(), Some("consent_required"), "{claims}");
        let page = browser.open(&server.authorize_url(&client, &asked)).await;
        assert!(asks_for_consent(&page) && page.body.contains("Your email address"), "{}", page.body);
    }
    let asked = [("scope", "openid"), ("claims", r#"{"id_token":{"email":null}}"#)];
    let page = browser.open(&server.authorize_url(&client, &asked)).await;
    browser.submit(&page, &[("decision", "allow")]).await.code();
    browser.open(&server.authorize_url(&client, &[&asked[..], &[("prompt", "none")]].concat())).await.code();
}

#[tokio::test]
async fn a_client_gets_no_claim_by_name_whose_scope_it_is_not_registered_for() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let only = Scope::of(["openid", "email"]);
    let client = server.client(ClientType::Web, |client| client.scope = only.clone()).await;
    let asked = r#"{"id_token":{"email":null,"name":null},"userinfo":{"name":null,"phone_number":null}}"#;
    let url = server.authorize_url(&client, &[("scope", "openid"), ("claims", asked)]);
    let landing = server.browser().go_through(&url, ANA).await;
    let tokens = server.exchange(&client, &landing.code()).await;
    let told = payload(&tokens.text("id_token"));
    assert_eq!((told["email"].as_str(), told.get("name")), (Some(ANA), None));
    let known = server.userinfo(&tokens.text("access_token")).await.json;
    assert_eq!((known.get("name"), known.get("phone_number")), (None, None));
}

#[tokio::test]
async fn a_no_goes_back_to_the_client_and_is_not_remembered() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[])).await;
    let page = browser.sign_in(&page, ANA).await;
    assert!(asks_for_consent(&page));
    let landing = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(landing.answer("error").as_deref(), Some("access_denied"));
    assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
    assert_eq!(landing.answer("code"), None);
    assert!(asks_for_consent(&browser.open(&server.authorize_url(&client, &[])).await));
}

#[tokio::test]
async fn a_first_party_client_asks_for_no_consent() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[])).await;
    assert!(browser.sign_in(&page, ANA).await.answer("code").is_some());
}

#[tokio::test]
async fn an_application_that_anybody_could_pose_as_asks_every_time() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let uri = "http://127.0.0.1/cb";
    let native = server.client(ClientType::Native, |client| client.redirect_uris = vec![uri.into()]).await;
    let page = server.client(ClientType::Spa, |_| {}).await;
    let mut browser = server.browser();
    let port = [("redirect_uri", "http://127.0.0.1:51004/cb")];
    for _ in 0..2 {
        let mut shown = browser.open(&server.authorize_url(&native, &port)).await;
        if shown.body.contains("name=\"password\"") {
            shown = browser.sign_in(&shown, ANA).await;
        }
        assert!(asks_for_consent(&shown), "{shown:?}");
        let landing = browser.submit(&shown, &[("decision", "allow")]).await;
        assert!(landing.url.starts_with("http://127.0.0.1:51004/cb?code="), "{}", landing.url);
    }
    let silent = browser.open(&server.authorize_url(&native, &[port[0], ("prompt", "none")])).await;
    assert_eq!(silent.answer("error").as_deref(), Some("consent_required"));
    browser.go_through(&server.authorize_url(&page, &[]), ANA).await;
    assert!(browser.open(&server.authorize_url(&page, &[])).await.answer("code").is_some(), "https proves a page");
}
