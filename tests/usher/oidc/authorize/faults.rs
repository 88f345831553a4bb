//! Invalid authorization requests: the client gets the error once it is validated, and the user until then.

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Landing;
use crate::harness::relying_party::{CALLBACK, CHALLENGE};
use crate::harness::server::TestServer;

async fn ask(server: &TestServer, client: &RegisteredClient, changes: &[(&str, &str)]) -> Landing {
    server.browser().open(&server.authorize_url(client, changes)).await
}

/// Asserts that the client got this error and nothing else.
fn assert_error(server: &TestServer, landing: &Landing, code: &str, why: &str) {
    assert_eq!(landing.status, 303, "{why}: {landing:?}");
    assert!(landing.url.starts_with(&format!("{CALLBACK}?")), "{why}: {}", landing.url);
    assert_eq!(landing.answer("error").as_deref(), Some(code), "{why}: {}", landing.url);
    assert_eq!(landing.answer("iss").as_deref(), Some(server.url.as_str()), "{why}");
    let url = url::Url::parse(&landing.url).expect("a URL");
    assert!(url.fragment().is_none(), "{why}");
    for (name, value) in url.query_pairs() {
        assert!(["error", "error_description", "state", "iss"].contains(&name.as_ref()), "{why}: {name}");
        if name == "error_description" {
            let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
            assert!(value.bytes().all(plain), "{why}: {value}");
        }
    }
}

/// Asserts that a page with this error was shown, without a redirect.
fn assert_page(landing: &Landing, code: &str, why: &str) {
    assert_eq!(landing.status, 400, "{why}: {landing:?}");
    assert!(landing.body.contains(&format!("<code>{code}</code>")), "{why}: {}", landing.body);
}

/// RO-01, RO-04, ID-02, ID-04, PK-06
#[tokio::test]
async fn each_fault_travels_back_with_its_code_and_the_state() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let long = "x".repeat(5_000);
    for (name, value, code) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "id_token", "unsupported_response_type"),
        ("response_type", "code token", "unsupported_response_type"),
        ("response_type", "none", "unsupported_response_type"),
        ("response_mode", "web_message", "invalid_request"),
        ("response_mode", "web_message.jwt", "invalid_request"),
        ("response_mode", "JWT", "invalid_request"),
        ("request", "eyJhbGciOiJub25lIn0.e30.", "invalid_request_object"),
        ("request_uri", "https://rp.test/r", "invalid_request_uri"),
        ("registration", "{}", "registration_not_supported"),
        ("resource", "https://api.test", "invalid_target"),
        ("scope", "", "invalid_scope"),
        ("scope", "admin", "invalid_scope"),
        ("scope", "open\"id", "invalid_scope"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "later", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("max_age", "abc", "invalid_request"),
        ("max_age", "9223372036854775808", "invalid_request"),
        ("display", "hologram", "invalid_request"),
        ("claims", "[", "invalid_request"),
        ("claims", "{\"userinfo\":7}", "invalid_request"),
        ("nonce", &long, "invalid_request"),
        ("login_hint", &long, "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", &CHALLENGE[1..], "invalid_request"),
        ("code_challenge", &"a".repeat(129), "invalid_request"),
        ("code_challenge", &format!("{}=", &CHALLENGE[1..]), "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
    ] {
        let landing = ask(&server, &client, &[(name, value)]).await;
        assert_error(&server, &landing, code, &format!("{name}={value}"));
        assert_eq!(landing.answer("state").as_deref(), Some("st4te"), "{name}={value}");
    }
}

/// RU-06
#[tokio::test]
async fn a_repeated_parameter_is_refused_whatever_its_values() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    for name in ["response_type", "scope", "nonce", "code_challenge", "code_challenge_method", "state"] {
        let url = format!("{}&{name}=code", server.authorize_url(&client, &[]));
        let landing = server.browser().open(&url).await;
        assert_error(&server, &landing, "invalid_request", name);
        let state = landing.answer("state");
        assert_eq!(state.as_deref(), (name != "state").then_some("st4te"), "{name}");
    }
    for name in ["prompt", "max_age", "claims", "display", "login_hint", "ui_locales", "acr_values"] {
        let url = format!("{}&{name}=login&{name}=login", server.authorize_url(&client, &[]));
        assert_error(&server, &server.browser().open(&url).await, "invalid_request", name);
    }
    for name in ["client_id", "redirect_uri"] {
        let url = format!("{}&{name}=https%3A%2F%2Fevil.test", server.authorize_url(&client, &[]));
        assert_page(&server.browser().open(&url).await, "invalid_request", name);
    }
}

/// RU-12, CA-09
#[tokio::test]
async fn who_cannot_be_sent_back_is_shown_a_page() {
    let server = TestServer::start().await;
    let one = server.client(ClientType::Web, |_| {}).await;
    let two = server.client(ClientType::Web, |client| client.redirect_uris.push("https://rp.test/cb2".into())).await;
    let off = server.client(ClientType::Web, |_| {}).await;
    server.usher.clients.set_client_disabled(&off.client.id, true).await.expect("a client can be disabled");
    assert_page(&ask(&server, &one, &[("client_id", "nobody")]).await, "invalid_client", "an unknown client");
    assert_page(&ask(&server, &one, &[("client_id", "")]).await, "invalid_request", "no client");
    assert_page(&ask(&server, &off, &[]).await, "unauthorized_client", "a disabled client");
    assert_page(&ask(&server, &two, &[("redirect_uri", "")]).await, "invalid_request", "two to choose from");
    let alone = ask(&server, &one, &[("redirect_uri", ""), ("prompt", "none")]).await;
    assert_error(&server, &alone, "login_required", "the only one registered needs no naming");
}

/// RU-13
#[tokio::test]
async fn the_redirect_uri_is_judged_before_everything_else() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let elsewhere = ("redirect_uri", "https://evil.test/cb");
    for other in
        [("response_type", "token"), ("scope", "admin"), ("prompt", "none"), ("request", "x"), ("client_id", "nobody")]
    {
        let landing = ask(&server, &client, &[elsewhere, other]).await;
        assert_eq!(landing.status, 400, "{other:?}");
        assert!(landing.url.starts_with(&server.url), "{other:?}");
    }
}

#[tokio::test]
async fn in_development_a_mismatch_shows_both_sides_with_the_difference_marked() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let landing = ask(&server, &client, &[("redirect_uri", "https://rp.test/back")]).await;
    assert_page(&landing, "invalid_request", "a mismatch");
    assert!(landing.body.contains("https://rp.test/<mark>back</mark>"), "{}", landing.body);
    assert!(landing.body.contains("https://rp.test/<mark>cb</mark>"), "{}", landing.body);
    let logged = server.database.count("select count(*) from event where kind = 'client.redirect_rejected'").await;
    assert_eq!(logged, 1, "the owner can read of it");
}

/// RO-06
#[tokio::test]
async fn the_state_comes_back_byte_for_byte_with_a_code_and_with_an_error() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let mut browser = server.browser();
    browser.go_through(&server.authorize_url(&client, &[]), "ana@example.test").await;
    let long = "-._~".repeat(512);
    for state in [long.as_str(), "a b&c=d+e%20#ü✓\"<script>", "\u{1F600}"] {
        let landing = browser.open(&server.authorize_url(&client, &[("state", state)])).await;
        assert_eq!(landing.answer("state").as_deref(), Some(state));
        assert_eq!(landing.answer("iss").as_deref(), Some(server.url.as_str()));
        assert!(landing.answer("code").is_some());
        let failed = browser.open(&server.authorize_url(&client, &[("state", state), ("scope", "admin")])).await;
        assert_eq!(failed.answer("state").as_deref(), Some(state));
    }
    let without = browser.open(&server.authorize_url(&client, &[("state", "")])).await;
    assert_eq!((without.answer("state"), without.answer("code").is_some()), (None, true));
}

#[tokio::test]
async fn a_request_by_post_survives_the_sign_in() {
    let server = TestServer::start().await;
    server.user("ana@example.test").await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let url = url::Url::parse(&server.authorize_url(&client, &[("state", "from post")])).expect("a URL");
    let form: Vec<_> = url.query_pairs().into_owned().collect();
    let mut browser = server.browser();
    let page = browser.post(&server.at("/oauth2/authorize"), &form).await;
    assert!(page.body.contains("name=\"password\""), "{page:?}");
    let landing = browser.sign_in(&page, "ana@example.test").await;
    assert_eq!(landing.answer("state").as_deref(), Some("from post"));
    assert_eq!(server.exchange(&client, &landing.code()).await.status, 200);
}

/// RU-06
#[tokio::test]
async fn a_parameter_in_both_address_and_body_counts_twice() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let form = [("redirect_uri".to_owned(), "https://evil.test/cb".to_owned())];
    let landing = server.browser().post(&server.authorize_url(&client, &[]), &form).await;
    assert_page(&landing, "invalid_request", "good in the address, evil in the body");
}

#[tokio::test]
async fn a_machine_signs_nobody_in() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Machine, |client| client.redirect_uris = vec![CALLBACK.into()]).await;
    let landing = ask(&server, &client, &[]).await;
    assert_error(&server, &landing, "unauthorized_client", "a machine");
}
