//! How the sign-in pages of a project look.

use reqwest::Method;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::{DRAWING, greenhouse, png};
use crate::api::{By, call};
use crate::console::administrator;
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// The address of the style sheet that a page adds.
fn sheet(body: &str) -> Option<String> {
    let at = body.find("href=\"/brand/")?;
    body[at + 6..].split_once('"').map(|(url, _)| url.replace("&#38;", "&"))
}

on_both_databases! {
    async fn the_pages_of_a_clients_request_look_as_its_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let plain = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(plain.body.contains(" · Usher</title>") && sheet(&plain.body).is_none(), "{}", plain.body);
        server.brand(&greenhouse()).await;
        let logo = server.upload("image/png", png(8, 8)).await.text("logo");
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let register = browser.open(&server.at(&login.url.replace(&server.url, "").replace("/login", "/register"))).await;
        let recover = browser.open(&login.url.replace("/login", "/recover")).await;
        let wrong = browser.submit(&login, &[("email", "no@example.test"), ("password", "not-the-one")]).await;
        for page in [&login, &register, &recover, &wrong] {
            for part in [
                " · Greenhouse</title>", &logo, "https://example.com/terms", "https://example.com/privacy",
                "mailto:help@example.com",
            ] {
                assert!(page.body.contains(part), "{part}: {}\n{}", page.url, page.body);
            }
            assert!(sheet(&page.body).is_some(), "{}", page.body);
        }
        let css = server.file(&sheet(&login.body).unwrap()).await;
        assert_eq!((css.status.as_u16(), css.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(css.header("cache-control").contains("immutable"));
        let text = String::from_utf8(css.bytes).unwrap();
        assert!(text.contains("--primary: light-dark(#1d6a43, #") && text.contains("--on-primary: light-dark(#ffffff, #"));
        let other = server.file(&format!("/brand/{}.css?v=old", server.project)).await;
        assert_eq!(other.header("cache-control"), "no-cache", "an old address is not kept");
        let outside = browser.open(&server.at("/login")).await;
        assert!(outside.body.contains(" · Usher</title>"), "a page without a client is that of the installation");
    }

    async fn a_client_keeps_its_own_logo_and_links(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.brand(&greenhouse()).await;
        let logo = server.upload("image/svg+xml", DRAWING).await.text("logo");
        let client = server.client(ClientType::Web, |metadata| {
            metadata.logo_uri = Some("https://rp.test/logo.png".into());
            metadata.policy_uri = Some("https://rp.test/privacy".into());
        }).await;
        let login = server.browser().open(&server.authorize_url(&client, &[])).await;
        assert!(login.body.contains("https://rp.test/logo.png") && !login.body.contains(&logo), "{}", login.body);
        assert!(login.body.contains("https://rp.test/privacy") && !login.body.contains("example.com/privacy"));
    }

    async fn a_project_shows_what_the_installation_chose_where_it_chose_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let mut boss = administrator(&server).await;
        let whole = json!({"name": "Acme", "accent": "#5b2bd9", "support_email": "it@acme.test"});
        assert_eq!(call(&server, By::Browser(&boss), Method::PUT, "/admin/branding", &whole).await.status, 200);
        server.brand(&json!({"name": "Greenhouse"})).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let login = server.browser().open(&server.authorize_url(&client, &[])).await;
        assert!(login.body.contains(" · Greenhouse</title>") && login.body.contains("mailto:it@acme.test"));
        assert!(sheet(&login.body).unwrap().starts_with("/brand/installation.css"), "{}", login.body);
        let account = boss.open(&server.at("/account")).await;
        assert!(account.body.contains(" · Acme</title>"), "{}", account.body);
        assert!(sheet(&account.body).is_none(), "the workspace keeps its own colours");
        let gone = server.browser().open(&server.at("/nowhere")).await;
        assert!(gone.body.contains(" · Acme</title>"), "errors too: {}", gone.body);
    }

    async fn a_name_is_text_wherever_it_stands(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let name = "\"'&;}*{x:url(//evil.test)} ${1}";
        assert_eq!(server.brand(&json!({"name": name, "accent": "#1d6a43"})).await.status, 200);
        let client = server.client(ClientType::Web, |_| {}).await;
        let login = server.browser().open(&server.authorize_url(&client, &[])).await;
        assert!(login.body.contains("&#34;&#39;&#38;;}*{x:url(//evil.test)} ${1}</title>"), "{}", login.body);
        let css = server.file(&sheet(&login.body).unwrap()).await;
        assert!(!String::from_utf8(css.bytes).unwrap().contains("evil"));
    }
}
