//! Which pages an authorization shows: `prompt`, `max_age` and hints (OpenID Connect Core §3.1.2.1).

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// A server with Ana and a first-party client, which needs no consent.
async fn scene() -> (TestServer, RegisteredClient) {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    (server, client)
}

async fn id_token(server: &TestServer, client: &RegisteredClient, landing: &Landing) -> serde_json::Value {
    payload(&server.exchange(client, &landing.code()).await.text("id_token"))
}

fn asks_for_password(page: &Landing) -> bool {
    page.status == 200 && page.body.contains("name=\"password\"")
}

/// ID-02
#[tokio::test]
async fn none_is_answered_without_a_page() {
    let (server, first_party) = scene().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let silent = server.authorize_url(&client, &[("prompt", "none")]);
    let mut browser = server.browser();
    assert_eq!(browser.open(&silent).await.answer("error").as_deref(), Some("login_required"));
    browser.go_through(&server.authorize_url(&first_party, &[]), ANA).await;
    assert_eq!(browser.open(&silent).await.answer("error").as_deref(), Some("consent_required"));
    let first = browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
    let first = id_token(&server, &client, &first).await;
    server.wait(5);
    let second = id_token(&server, &client, &browser.open(&silent).await).await;
    assert_eq!((&first["sub"], &first["auth_time"]), (&second["sub"], &second["auth_time"]));
}

/// ID-03
#[tokio::test]
async fn login_asks_for_the_password_again_and_nothing_else_will_do() {
    let (server, client) = scene().await;
    let mut browser = server.browser();
    let landing = browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
    let before = id_token(&server, &client, &landing).await;
    server.wait(2);
    let page = browser.open(&server.authorize_url(&client, &[("prompt", "login")])).await;
    assert!(asks_for_password(&page), "{page:?}");
    // Reloading, or another tab, asks all the same.
    assert!(asks_for_password(&browser.open(&page.url).await));
    let other_tab = browser.open(&server.authorize_url(&client, &[])).await;
    assert!(other_tab.answer("code").is_some(), "an ordinary request needs no password");
    assert!(asks_for_password(&browser.open(&page.url).await));
    let wrong = browser.submit(&page, &[("email", ANA), ("password", "not the right one")]).await;
    assert!(wrong.answer("code").is_none());
    let after = id_token(&server, &client, &browser.sign_in(&page, ANA).await).await;
    assert_eq!(after["auth_time"].as_i64(), before["auth_time"].as_i64().map(|then| then + 2));
}

#[tokio::test]
async fn consent_asks_again_although_it_was_given() {
    let (server, _) = scene().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    browser.go_through(&server.authorize_url(&client, &[]), ANA).await;
    let page = browser.open(&server.authorize_url(&client, &[("prompt", "consent")])).await;
    assert!(page.body.contains("name=\"decision\""), "{page:?}");
    assert!(browser.submit(&page, &[("decision", "allow")]).await.answer("code").is_some());
}

#[tokio::test]
async fn select_account_shows_the_accounts_and_the_choice_counts() {
    let (server, client) = scene().await;
    let ben = server.user("ben@example.test").await;
    let mut browser = server.browser();
    browser.go_through(&server.authorize_url(&client, &[]), "ben@example.test").await;
    browser.go_through(&server.authorize_url(&client, &[("prompt", "login")]), "ben@example.test").await;
    let page = browser.open(&server.authorize_url(&client, &[("prompt", "select_account")])).await;
    assert!(page.url.contains("/login/accounts?"), "{}", page.url);
    let handle = scraper::Html::parse_document(&page.body)
        .select(&scraper::Selector::parse("[name=account]").expect("a selector"))
        .next()
        .and_then(|button| button.value().attr("value").map(str::to_owned))
        .expect("an account to choose");
    let landing = browser.submit(&page, &[("account", &handle)]).await;
    assert_eq!(id_token(&server, &client, &landing).await["sub"], ben.sub.0);
    let silent = [("prompt", "none"), ("max_age", "0")];
    let silent = browser.open(&server.authorize_url(&client, &silent)).await;
    assert_eq!(silent.answer("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn create_offers_a_new_account_first() {
    let (server, client) = scene().await;
    let page = server.browser().open(&server.authorize_url(&client, &[("prompt", "create")])).await;
    assert!(page.url.contains("/register?"), "{}", page.url);
    assert_eq!(page.status, 200);
}

/// ID-04
#[tokio::test]
async fn max_age_asks_again_once_the_sign_in_is_older() {
    let (server, client) = scene().await;
    let mut browser = server.browser();
    let first = browser.go_through(&server.authorize_url(&client, &[("max_age", "15000")]), ANA).await;
    let first = id_token(&server, &client, &first).await;
    server.wait(2);
    let second = browser.open(&server.authorize_url(&client, &[("max_age", "10000")])).await;
    assert_eq!(id_token(&server, &client, &second).await["auth_time"], first["auth_time"]);
    for limit in ["1", "0"] {
        let page = browser.open(&server.authorize_url(&client, &[("max_age", limit)])).await;
        assert!(asks_for_password(&page), "max_age={limit}: {page:?}");
        let again = id_token(&server, &client, &browser.sign_in(&page, ANA).await).await;
        assert_eq!(again["auth_time"], server.now().0, "max_age={limit}");
        server.wait(2);
    }
    let strict = server.client(ClientType::Web, |client| {
        client.first_party = true;
        client.default_max_age = Some(1);
    });
    let strict = strict.await;
    assert!(asks_for_password(&browser.open(&server.authorize_url(&strict, &[])).await));
}

#[tokio::test]
async fn a_login_hint_fills_in_the_address_and_decides_between_accounts() {
    let (server, client) = scene().await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[("login_hint", ANA)])).await;
    assert!(page.body.contains(&format!("value=\"{ANA}\"")), "{}", page.body);
    let odd = browser.open(&server.authorize_url(&client, &[("login_hint", "\"><script>alert(1)</script>@x")])).await;
    assert!(asks_for_password(&odd) && !odd.body.contains("<script>alert"));
}

async fn silent_with_hint(
    server: &TestServer,
    browser: &mut Browser<'_>,
    client: &RegisteredClient,
    hint: &str,
) -> String {
    let url = server.authorize_url(client, &[("prompt", "none"), ("id_token_hint", hint)]);
    let landing = browser.open(&url).await;
    landing.answer("error").unwrap_or_else(|| landing.code().replace(|_| true, ""))
}

/// JW-08
#[tokio::test]
async fn an_id_token_hint_names_whom_the_client_expects() {
    let (server, client) = scene().await;
    server.user("ben@example.test").await;
    let (mut anas, mut bens) = (server.browser(), server.browser());
    let tokens = server.tokens(&mut anas, &client, ANA).await;
    server.tokens(&mut bens, &client, "ben@example.test").await;
    let (hint, access) = (tokens.text("id_token"), tokens.text("access_token"));
    assert_eq!(silent_with_hint(&server, &mut anas, &client, &hint).await, "");
    assert_eq!(silent_with_hint(&server, &mut bens, &client, &hint).await, "login_required");
    assert!(asks_for_password(&bens.open(&server.authorize_url(&client, &[("id_token_hint", &hint)])).await));
    server.wait(7_200);
    assert_eq!(silent_with_hint(&server, &mut anas, &client, &hint).await, "", "an old one still names her");
    let stranger = TestServer::start().await;
    stranger.user(ANA).await;
    let theirs = stranger.client(ClientType::Web, |client| client.first_party = true).await;
    let foreign = stranger.tokens(&mut stranger.browser(), &theirs, ANA).await.text("id_token");
    let mut forged = hint.clone();
    forged.replace_range(
        hint.len() - 10..hint.len() - 9,
        if &hint[hint.len() - 10..=hint.len() - 10] == "A" { "B" } else { "A" },
    );
    for (bad, why) in [(foreign, "foreign"), (forged, "forged"), (access, "an access token")] {
        assert_eq!(silent_with_hint(&server, &mut anas, &client, &bad).await, "login_required", "{why}");
    }
}
