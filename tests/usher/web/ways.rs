//! Every error page has a link to continue; well-known URLs for programs respond.

use reqwest::{Method, StatusCode};

use super::wire::send;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

#[tokio::test]
async fn every_refusal_has_a_way_on() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    for (path, status, way) in [
        ("/nowhere", StatusCode::NOT_FOUND, "/account/profile"),
        ("/console/users", StatusCode::FORBIDDEN, "/login/accounts"),
        ("/login?interaction=x", StatusCode::BAD_REQUEST, "/login"),
        ("/verify?token=x", StatusCode::GONE, "/register"),
        ("/recover/reset?token=x", StatusCode::GONE, "/recover"),
        ("/setup/x", StatusCode::GONE, "/login"),
        ("/oauth2/authorize?client_id=x", StatusCode::BAD_REQUEST, "/account/profile"),
    ] {
        let page = browser.open(&server.at(path)).await;
        assert_eq!(page.status, status, "{path}");
        assert!(!page.link(way).is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_if_the_session_has_ended() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let page = browser.open(&server.at("/account/profile")).await;
    browser.cookies.remove("usher");
    let kept = browser.submit(&page, &[("nickname", "Anita"), ("given_name", "Anabela")]).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((kept.value("nickname"), kept.value("given_name")), ("Anita".into(), "Anabela".into()));
    let login = browser.open(&server.at(&kept.link("/login"))).await;
    browser.sign_in(&login, ANA).await;
    let saved = browser.submit(&kept, &[("nickname", "Anita")]).await;
    assert_eq!(saved.url, server.at("/account/profile?done=1"), "{}", saved.body);
    assert_eq!(saved.value("given_name"), "Anabela");
}

#[tokio::test]
async fn another_site_cannot_have_its_text_kept() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let reply = server.post_as(&browser, "/account/profile", &[("given_name", "Eve")]).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(!reply.body.contains("Eve"));
}

#[tokio::test]
async fn a_slash_too_many_and_short_addresses_lead_to_their_pages() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for (path, to) in [
        ("/account/", "/account"),
        ("/console/", "/console"),
        ("/login/?next=%2Fconsole", "/login?next=%2Fconsole"),
        ("/.well-known/openid-configuration/", "/.well-known/openid-configuration"),
    ] {
        let reply = server.get_as(&browser, path).await;
        assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, to), "{path}");
    }
    for path in ["//evil.test/", "//evil.test//", "/%5Cevil.test/"] {
        let reply = server.get_as(&browser, &server.at(path)).await;
        let to = reply.location();
        assert!(to.is_empty() || to.starts_with('/') && !to.starts_with("//"), "{path}: {to}");
    }
    let token = send(server.ask(Method::POST, "/oauth2/token/", &browser.cookies)).await;
    assert_eq!(token.status, StatusCode::NOT_FOUND, "a request of a client is not sent elsewhere");
}

#[tokio::test]
async fn robots_and_icons_are_answered() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let robots = server.get_as(&browser, "/robots.txt").await;
    assert_eq!((robots.status, robots.body.contains("Disallow: /")), (StatusCode::OK, true));
    let icon = server.get_as(&browser, "/favicon.ico").await;
    assert_eq!((icon.status, icon.header("content-type")), (StatusCode::OK, "image/svg+xml"));
}

/// RFC 9116: a contact and an expiry, if the operator has configured a contact.
#[tokio::test]
async fn security_txt_names_the_configured_contact() {
    let none = TestServer::start().await;
    let reply = none.get_as(&none.browser(), "/.well-known/security.txt").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "nobody is named unless somebody is");
    let contact = ("security_contact", "mailto:security@example.org");
    let server = TestServer::on(crate::harness::database::TestDatabase::sqlite().await, &[contact]).await;
    let reply = server.get_as(&server.browser(), "/.well-known/security.txt").await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "text/plain; charset=utf-8"));
    let lines: Vec<&str> = reply.body.lines().collect();
    assert_eq!(lines[0], "Contact: mailto:security@example.org");
    assert_eq!(lines[1], "Expires: 2027-07-14T08:00:00Z", "half a year from now");
    assert_eq!(lines[2], format!("Canonical: {}", server.at("/.well-known/security.txt")));
}
