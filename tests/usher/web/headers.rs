//! The headers of every response (SE-07, CO-08, XS-05).

use reqwest::{Method, StatusCode};
use scraper::{Html, Selector};
use usher_domain::oauth::client::ClientType;

use super::wire::{Reply, send};
use crate::harness::browser::leads_on;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";

fn check_page(path: &str, reply: &Reply) {
    assert!(reply.header("content-type").starts_with("text/html"), "{path}: {}", reply.header("content-type"));
    let policy = reply.header("content-security-policy");
    for wanted in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.contains(wanted), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(reply.header(name), value, "{path}: {name}");
    }
    let may_be_a_popup = ["/login", "/register", "/recover", "/verify", "/consent", "/logout", "/oauth2/authorize"]
        .iter()
        .any(|page| path.starts_with(page) || path.contains("/oauth2/"));
    let opener = if may_be_a_popup { "" } else { "same-origin" };
    assert_eq!(reply.header("cross-origin-opener-policy"), opener, "{path}");
    assert_eq!(reply.header("x-trace-id").len(), 32, "{path}");
    assert_eq!(reply.header("access-control-allow-origin"), "", "{path}");
    check_resources(path, &reply.body);
}

/// Nothing is loaded from other origins, and there is no inline script or style.
fn check_resources(path: &str, body: &str) {
    let page = Html::parse_document(body);
    let all = |selector: &str| page.select(&Selector::parse(selector).expect("a selector")).collect::<Vec<_>>();
    for (selector, attribute) in
        [("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("form", "action")]
    {
        for element in all(selector) {
            let to = element.value().attr(attribute).unwrap_or_default();
            assert!(to.starts_with('/') && !to.starts_with("//"), "{path}: <{selector} {attribute}={to:?}>");
        }
    }
    assert!(all("style, [style], [onclick], [onload], [onerror], base").is_empty(), "{path}");
}

#[tokio::test]
async fn every_page_forbids_what_no_page_needs() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = crate::console::administrator(&server).await;
    let home = browser.open(&server.at("/console/projects")).await;
    let project = home
        .body
        .split("/console/projects/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a project")
        .to_owned();
    let setup = server.usher.setup_links.create_setup_link().await.expect("a link");
    let id = &client.client.id.0;
    let signed_in = [
        "/account/profile".to_owned(),
        "/account/security".into(),
        "/account/sessions".into(),
        "/account/apps".into(),
        "/account/activity".into(),
        "/account/data".into(),
        "/account/not-me".into(),
        "/console".into(),
        "/console/projects".into(),
        "/console/keys".into(),
        "/console/keys/rotate".into(),
        "/console/audit".into(),
        "/console/health".into(),
        "/console/settings".into(),
        "/logout".into(),
        "/login/accounts".into(),
        format!("/console/projects/{project}"),
        format!("/console/projects/{project}/clients/new"),
        format!("/console/clients/{id}"),
        format!("/console/clients/{id}/edit"),
        "/console/clients/x".into(),
        "/oauth2/logout".into(),
    ];
    for path in &signed_in {
        check_page(path, &server.get_as(&browser, path).await);
    }
    let consent = browser.open(&server.authorize_url(&client, &[])).await;
    check_page("/consent", &server.get_as(&browser, &consent.url).await);
    let nobody = server.browser();
    let bad = server.authorize_url(&client, &[("redirect_uri", "https://evil.test")]);
    let anybody = [
        "/login",
        "/register",
        "/recover",
        "/logout",
        "/dev/mail",
        "/nowhere",
        "/verify?proof=x",
        "/verify?token=x",
        "/recover/reset?token=x",
        "/setup/x",
        &setup,
        "/consent?interaction=x",
        "/oauth2/authorize",
        "/oauth2/authorize?client_id=x",
        &bad,
    ];
    for path in anybody {
        check_page(path, &server.get_as(&nobody, path).await);
    }
    for (method, path) in [(Method::DELETE, "/login"), (Method::POST, "/login"), (Method::PUT, "/nowhere")] {
        check_page(path, &send(server.ask(method, path, &nobody.cookies)).await);
    }
}

/// CO-08: every POST is followed by a GET, so that submitted values are not sent on: by 303 within the server, and to
/// a client from a page, because browsers apply the form's `form-action` to a redirect and all that follow.
#[tokio::test]
async fn after_a_form_comes_a_get() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    let page = browser.open(&server.authorize_url(&client, &[])).await;
    let form = [
        ("csrf", page.value("csrf")),
        ("interaction", page.value("interaction")),
        ("email", ANA.into()),
        ("password", PASSWORD.into()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let signed_in = server.post_as(&browser, "/login", &form).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    assert!(signed_in.location().starts_with("/consent?interaction="), "{}", signed_in.location());
    let consent = browser.sign_in(&page, ANA).await;
    let form =
        [("csrf", consent.value("csrf")), ("interaction", consent.value("interaction")), ("decision", "allow".into())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let allowed = server.post_as(&browser, "/consent", &form).await;
    assert_eq!((allowed.status, allowed.location()), (StatusCode::OK, ""));
    let onward = leads_on(&allowed.body).expect("a page that leads on");
    assert!(onward.starts_with("https://rp.test/cb?code="), "{onward}");
    let link = format!("<a class=\"button primary wide\" id=\"onward\" href=\"{}\">", onward.replace('&', "&#38;"));
    assert!(allowed.body.contains(&link), "without a refresh there is a link: {}", allowed.body);
    for reply in [&signed_in, &allowed] {
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
}

/// SE-07: responses for programs have `no-store` as well, unless they may be cached.
#[tokio::test]
async fn nothing_personal_is_kept_by_a_cache() {
    let server = TestServer::start().await;
    for (method, path) in [
        (Method::POST, "/oauth2/token"),
        (Method::GET, "/oauth2/userinfo"),
        (Method::POST, "/oauth2/introspect"),
        (Method::POST, "/oauth2/revoke"),
        (Method::GET, "/"),
        (Method::GET, "/account/profile"),
        (Method::GET, "/health/ready"),
    ] {
        let reply = send(server.http.request(method, server.at(path))).await;
        assert_eq!(reply.header("cache-control"), "no-store", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    for path in ["/oauth2/jwks", "/.well-known/openid-configuration"] {
        assert!(send(server.http.get(server.at(path))).await.header("cache-control").contains("max-age="), "{path}");
    }
}
