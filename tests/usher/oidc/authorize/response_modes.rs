//! `response_mode`: where the authorization response is put.

use scraper::{Html, Selector};
use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::relying_party::{CALLBACK, answer};
use crate::harness::server::TestServer;
use crate::web::wire::send;

const ANA: &str = "ana@example.test";

async fn signed_in(server: &TestServer) -> (Browser<'_>, RegisteredClient) {
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &client, ANA).await;
    (browser, client)
}

/// A parameter of the fragment.
pub(super) fn in_fragment(landing: &Landing, name: &str) -> Option<String> {
    let url = url::Url::parse(&landing.url).expect("a URL");
    assert_eq!(url.query(), None, "nothing in the query: {url}");
    let fragment = url.fragment().unwrap_or_default().as_bytes();
    url::form_urlencoded::parse(fragment).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// A parameter of the form that the page posts to the client.
pub(super) fn in_form(landing: &Landing, name: &str) -> Option<String> {
    assert_eq!(landing.status, 200, "{landing:?}");
    let selector = |text: &str| Selector::parse(text).expect("a selector");
    let page = Html::parse_document(&landing.body);
    let form = page.select(&selector("form[method=post][data-submit]")).next().expect("a form that sends itself");
    assert_eq!(form.value().attr("action"), Some(CALLBACK));
    assert!(form.select(&selector("button[type=submit]")).next().is_some(), "without a script there is a button");
    let field = form.select(&selector(&format!("input[type=hidden][name={name}]"))).next()?;
    field.value().attr("value").map(str::to_owned)
}

#[tokio::test]
async fn the_metadata_name_the_modes() {
    let server = TestServer::start().await;
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    assert_eq!(
        metadata["response_modes_supported"],
        json!(["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
    );
}

/// RO-05
#[tokio::test]
async fn a_code_comes_back_where_it_was_asked_for_and_is_good() {
    let server = TestServer::start().await;
    let (mut browser, client) = signed_in(&server).await;
    let odd = "a b&c=d+e%20#ü✓\"<script>'";
    let mut ask =
        async |mode| browser.open(&server.authorize_url(&client, &[("response_mode", mode), ("state", odd)])).await;
    let (query, fragment, form) = (ask("query").await, ask("fragment").await, ask("form_post").await);
    assert!(!query.url.contains('#'), "{}", query.url);
    for (code, state, iss) in [
        (query.answer("code"), query.answer("state"), query.answer("iss")),
        (in_fragment(&fragment, "code"), in_fragment(&fragment, "state"), in_fragment(&fragment, "iss")),
        (in_form(&form, "code"), in_form(&form, "state"), in_form(&form, "iss")),
    ] {
        assert_eq!((state.as_deref(), iss.as_deref()), (Some(odd), Some(server.url.as_str())));
        assert_eq!(server.exchange(&client, &code.expect("a code")).await.status, 200);
    }
}

#[tokio::test]
async fn every_error_comes_back_where_the_code_would() {
    let server = TestServer::start().await;
    let (mut browser, client) = signed_in(&server).await;
    let strict = server.client(ClientType::Web, |one| one.require_second_factor = true).await;
    for (which, parameter, code) in [
        (&client, ("response_type", "token"), "unsupported_response_type"),
        (&client, ("scope", "admin"), "invalid_scope"),
        (&client, ("max_age", "x"), "invalid_request"),
        (&client, ("prompt", "none consent"), "invalid_request"),
        (&strict, ("prompt", "none"), "unmet_authentication_requirements"),
    ] {
        let fragment = browser.open(&server.authorize_url(which, &[parameter, ("response_mode", "fragment")])).await;
        assert_eq!(in_fragment(&fragment, "error").as_deref(), Some(code), "{parameter:?}");
        assert_eq!(in_fragment(&fragment, "state").as_deref(), Some("st4te"), "{parameter:?}");
        let form = browser.open(&server.authorize_url(which, &[parameter, ("response_mode", "form_post")])).await;
        assert_eq!(in_form(&form, "error").as_deref(), Some(code), "{parameter:?}");
        assert_eq!(in_form(&form, "state").as_deref(), Some("st4te"), "{parameter:?}");
    }
    let repeated = format!("{}&state=2", server.authorize_url(&client, &[("response_mode", "form_post")]));
    assert_eq!(in_form(&browser.open(&repeated).await, "error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn what_a_person_answers_on_a_page_comes_back_in_the_mode_as_well() {
    let server = TestServer::start().await;
    let (mut browser, client) = signed_in(&server).await;
    let consent = |mode| server.authorize_url(&client, &[("response_mode", mode), ("prompt", "consent")]);
    for (decision, name, value) in [("deny", "error", "access_denied"), ("allow", "iss", server.url.as_str())] {
        let page = browser.open(&consent("form_post")).await;
        let form = browser.submit(&page, &[("decision", decision)]).await;
        assert_eq!(in_form(&form, name).as_deref(), Some(value));
        let page = browser.open(&consent("fragment")).await;
        let fragment = browser.submit(&page, &[("decision", decision)]).await;
        assert_eq!(in_fragment(&fragment, name).as_deref(), Some(value));
    }
    let strict = server.client(ClientType::Web, |one| one.require_second_factor = true).await;
    let enrol = browser.open(&server.authorize_url(&strict, &[("response_mode", "form_post")])).await;
    let left = browser.press(&enrol, "enrol", &[]).await;
    assert_eq!(in_form(&left, "error").as_deref(), Some("unmet_authentication_requirements"));
}

/// RO-05
#[tokio::test]
async fn the_page_of_a_form_forbids_everything_but_its_form_and_may_be_framed_as_a_redirect_may() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let url = server.authorize_url(&client, &[("response_mode", "form_post"), ("prompt", "none")]);
    let reply = send(server.http.get(url)).await;
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'; "), "{policy}");
    assert!(!policy.contains("form-action") && !policy.contains("frame-ancestors"), "{policy}");
    assert_eq!((reply.header("x-frame-options"), reply.header("cache-control")), ("", "no-store"));
}
