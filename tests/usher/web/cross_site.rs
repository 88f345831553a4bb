//! Cross-site forms are rejected (SE-06).

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use usher_domain::oauth::client::ClientType;

use super::wire::send;
use crate::console::administrator;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
/// Every form and action.
async fn forms(server: &TestServer) -> Vec<String> {
    let client = server.client(ClientType::Web, |_| ()).await.client.id.0;
    let listed = server.listed_pages(&client).into_iter().filter(|page| page.route.has_post);
    let forms: Vec<_> = listed.map(|page| page.path).collect();
    assert!(forms.len() > 60, "{forms:?}");
    forms
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_whatever_it_carries() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.browser();
    let csrf = browser.open(&server.at("/login")).await.value("csrf");
    let form = [("csrf", csrf.as_str()), ("email", ANA), ("password", PASSWORD)];
    for path in &forms(&server).await {
        for (name, value) in [
            ("origin", "https://evil.test"),
            ("origin", "null"),
            ("origin", "http://localhost:1"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let reply = send(server.ask(Method::POST, path, &browser.cookies).header(name, value).form(&form)).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path} {name}: {value}");
            assert!(reply.set_cookies().is_empty(), "{path}: nobody is signed in by it");
        }
    }
    let ours = server
        .ask(Method::POST, "/login", &browser.cookies)
        .header("origin", &server.url)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(send(ours.form(&form)).await.status, StatusCode::SEE_OTHER, "our own page's form passes");
}

#[tokio::test]
async fn without_the_token_of_this_very_browser_a_form_is_refused() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (mut browser, mut other) = (administrator(&server).await, server.browser());
    let own = browser.open(&server.at("/login")).await.value("csrf");
    let foreign = other.open(&server.at("/login")).await.value("csrf");
    assert_ne!(own, foreign);
    let forms = forms(&server).await;
    let before = server.database.count("select count(*) from event").await;
    for path in &forms {
        for token in ["", "x", &foreign, &own[..own.len() - 1], &format!("{own}{own}")] {
            let form =
                [("csrf", token), ("email", ANA), ("password", PASSWORD), ("everywhere", "true"), ("logout", "yes")];
            let reply = server.post_as(&browser, path, &form).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (StatusCode::FORBIDDEN, 0), "{path} {token:?}");
        }
        let form = [("email", ANA), ("password", PASSWORD)];
        assert_eq!(server.post_as(&browser, path, &form).await.status, StatusCode::FORBIDDEN, "{path} without");
        let form = [("csrf", own.as_str()), ("csrf", own.as_str()), ("email", ANA), ("password", PASSWORD)];
        assert_eq!(server.post_as(&browser, path, &form).await.status, StatusCode::FORBIDDEN, "{path} twice");
    }
    assert_eq!(server.database.count("select count(*) from event").await, before, "nothing happened");
}

#[tokio::test]
async fn a_browser_without_cookies_gets_an_explanation() {
    let server = TestServer::start().await;
    let mut browser = server.browser();
    let csrf = browser.open(&server.at("/login")).await.value("csrf");
    let form = [("csrf", csrf.as_str()), ("email", ANA), ("password", PASSWORD)];
    let reply = send(server.ask(Method::POST, "/login", &BTreeMap::new()).form(&form)).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(reply.body.to_lowercase().contains("cookie"), "{}", reply.body);
}

/// A GET changes nothing.
#[tokio::test]
async fn opening_an_address_changes_nothing() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let before = server.database.count("select count(*) from event").await;
    let csrf = browser.open(&server.at("/account/security")).await.value("csrf");
    let session = browser.open(&server.at("/account/sessions")).await.value("session");
    for path in [
        format!("/logout?logout=yes&csrf={csrf}"),
        format!("/account/sessions?everywhere=true&csrf={csrf}"),
        format!("/account/sessions?session={session}&csrf={csrf}"),
        format!("/account/profile?given_name=Eve&csrf={csrf}"),
        format!("/login/accounts?remove={session}&csrf={csrf}"),
        format!("/account/sessions?others=true&csrf={csrf}"),
        format!("/account/data?confirmation={ANA}&csrf={csrf}"),
        format!("/account/not-me?csrf={csrf}"),
        format!("/account/email?email=eve@example.test&csrf={csrf}"),
        "/oauth2/logout?logout=yes".into(),
    ] {
        let url = server.at(&path);
        browser.open(&url).await;
    }
    assert_eq!(server.database.count("select count(*) from event").await, before);
    assert_eq!(browser.open(&server.at("/account/profile")).await.url, server.at("/account/profile"));
}
