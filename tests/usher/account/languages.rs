//! Three languages: from the URL, chosen earlier, the account's own, or the browser's.

use reqwest::Method;
use reqwest::header::ACCEPT_LANGUAGE;
use usher_domain::oauth::client::ClientType;

use crate::harness::server::TestServer;
use crate::web::wire::{Reply, send};

const ANA: &str = "ana@example.test";

fn lang(body: &str) -> &str {
    body.split("<html lang=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("none")
}

async fn ask(server: &TestServer, path: &str, cookie: Option<&str>, accept: &str) -> Reply {
    let request =
        server.http.request(Method::GET, server.at(path)).header("accept", "text/html").header(ACCEPT_LANGUAGE, accept);
    send(match cookie {
        Some(cookie) => request.header("cookie", format!("usher_lang={cookie}")),
        None => request,
    })
    .await
}

#[tokio::test]
async fn the_address_goes_before_the_cookie_and_the_cookie_before_the_browser() {
    let server = TestServer::start().await;
    for path in [
        "/login",
        "/register",
        "/recover",
        "/logout",
        "/dev/mail",
        "/nowhere",
        "/verify?proof=x",
        "/recover/reset?token=x",
        "/setup/x",
    ] {
        let joint = if path.contains('?') { '&' } else { '?' };
        assert_eq!(lang(&ask(&server, path, None, "uk;q=0.9,en;q=0.1").await.body), "uk", "{path}");
        assert_eq!(lang(&ask(&server, path, None, "fr").await.body), "en", "{path}");
        assert_eq!(lang(&ask(&server, path, None, "pt").await.body), "pt-BR", "{path}");
        assert_eq!(lang(&ask(&server, path, Some("pt-BR"), "uk").await.body), "pt-BR", "{path}");
        let chosen = ask(&server, &format!("{path}{joint}ui_locales=uk"), Some("pt-BR"), "en").await;
        assert_eq!(lang(&chosen.body), "uk", "{path}");
    }
}

#[tokio::test]
async fn a_language_that_is_chosen_is_remembered() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    assert_eq!(lang(&browser.open(&server.at("/login?ui_locales=uk")).await.body), "uk");
    assert_eq!(lang(&browser.open(&server.at("/register")).await.body), "uk");
    let garbage = ask(&server, "/login?ui_locales=%22%3E%3Cscript%3E", Some("%%"), "!!;q=x").await;
    assert_eq!(lang(&garbage.body), "en");
    assert!(garbage.set_cookies().iter().all(|cookie| !cookie.starts_with("usher_lang")));
}

#[tokio::test]
async fn the_client_may_ask_for_a_language_and_the_account_has_its_own() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[("ui_locales", "fr-CA pt-BR en")])).await;
    assert_eq!(lang(&page.body), "pt-BR");
    let consent = browser.sign_in(&page, ANA).await;
    assert_eq!(lang(&consent.body), "pt-BR");
    let profile = browser.open(&server.at("/account/profile")).await;
    let saved = browser.submit(&profile, &[("given_name", "Ana"), ("family_name", "S"), ("locale", "uk")]).await;
    assert_eq!(lang(&saved.body), "uk");
    assert_eq!(lang(&browser.open(&server.at("/account/security")).await.body), "uk");
    let recover = server.browser().open(&server.at("/recover")).await;
    assert_eq!(lang(&recover.body), "en", "of a stranger nothing is known");
    let mut stranger = server.browser();
    let recover = stranger.open(&server.at("/recover")).await;
    stranger.submit(&recover, &[("email", ANA)]).await;
    assert_eq!(server.emails().await[0].lang_tag(), "uk", "emails speak the language of the account");
}

/// Every page for users has texts in each language: no key is shown instead.
#[tokio::test]
async fn every_page_is_written_in_all_three_languages() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = crate::console::administrator(&server).await;
    let new_client = browser.open(&server.at("/console/projects")).await;
    let project = new_client
        .body
        .split("/console/projects/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a project")
        .to_owned();
    let id = &client.client.id.0;
    let paths = [
        "/login".to_owned(),
        "/login/accounts".into(),
        "/register".into(),
        "/recover".into(),
        "/logout".into(),
        "/account/profile".into(),
        "/account/security".into(),
        "/account/sessions".into(),
        "/account/apps".into(),
        "/account/activity".into(),
        "/account/data".into(),
        "/account/email".into(),
        "/account/not-me".into(),
        "/console".into(),
        "/console/projects".into(),
        "/console/keys".into(),
        "/console/keys/rotate".into(),
        "/console/audit".into(),
        "/console/health".into(),
        "/console/settings".into(),
        "/nowhere".into(),
        "/dev/mail".into(),
        format!("/console/projects/{project}"),
        format!("/console/projects/{project}/clients/new"),
        format!("/console/clients/{id}"),
        format!("/console/clients/{id}/edit"),
    ];
    for path in &paths {
        let mut titles = std::collections::BTreeSet::new();
        for tag in ["en", "pt-BR", "uk"] {
            let page = browser.open(&server.at(&format!("{path}?ui_locales={tag}"))).await;
            assert_eq!(lang(&page.body), tag, "{path} {}", page.status);
            assert!(page.status != 500, "{path} {tag}");
            titles.insert(page.text("nav[aria-label], h1"));
        }
        assert_eq!(titles.len(), 3, "{path}: {titles:?}");
    }
}
