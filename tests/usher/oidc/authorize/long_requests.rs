//! The largest accepted request, through every page: no response has a head that common proxies reject.
//!
//! The test browser checks every head and every request line: 4 kB and 8 kB are the default buffers of nginx.

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_domain::random::{Random, SeededRandom};

use crate::factors::confirm;
use crate::harness::browser::{Browser, Landing};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Text that does not compress: all printable ASCII characters, as `state` may contain (RFC 6749 appendix A.5).
fn noise(length: usize, seed: u64) -> String {
    let random: &dyn Random = &SeededRandom::new(seed);
    std::iter::repeat_with(|| char::from(0x20 + random.bytes::<1>()[0] % 95)).take(length).collect()
}

/// A browser with the maximum number of accounts, and so with the longest cookies.
async fn crowded(server: &TestServer) -> Browser<'_> {
    let mut browser = server.browser();
    let mut secrets = Vec::new();
    for n in 0..8 {
        let email = format!("somebody-{n}@example.test");
        server.user(&email).await;
        secrets.push(server.signed_in(&email).await.cookies["usher"].clone());
    }
    browser.cookies.insert("usher".into(), secrets.join("."));
    browser
}

fn largest(server: &TestServer, client: &RegisteredClient, state: &str, more: &[(&str, &str)]) -> String {
    let (nonce, hint) = (noise(1_024, 2), "z".repeat(300));
    let claims = r#"{"userinfo":{"name":null,"email":null},"id_token":{"given_name":{"essential":true}}}"#;
    let usual = [("state", state), ("nonce", &nonce), ("login_hint", &hint), ("claims", claims)];
    server.authorize_url(client, &usual.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())
}

fn assert_answered(landing: &Landing, state: &str) {
    assert_eq!(landing.answer("state").as_deref(), Some(state), "{landing:?}");
    let code = landing.code();
    assert!(code.len() <= 2_560, "the code is {} characters long", code.len());
}

#[tokio::test]
async fn the_largest_request_passes_every_page_with_short_heads() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let mut browser = crowded(&server).await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let state = noise(4_096, 1);
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    let hint = tokens.text("id_token");
    let asked = [("prompt", "select_account consent"), ("id_token_hint", hint.as_str())];
    let chooser = browser.open(&largest(&server, &client, &state, &asked)).await;
    assert!(chooser.url.contains("/login/accounts"), "{}", chooser.url);
    let sign_in = browser.submit(&chooser, &[("account", "new")]).await;
    let wrong = browser.submit(&sign_in, &[("email", ANA), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    let consent = browser.sign_in(&wrong, ANA).await;
    assert!(consent.url.contains("/consent"), "{}", consent.url);
    let denied = browser.submit(&consent, &[("decision", "deny")]).await;
    assert_eq!(denied.answer("state").as_deref(), Some(state.as_str()));
    let landing = browser.submit(&consent, &[("decision", "allow")]).await;
    assert_answered(&landing, &state);
    assert_eq!(server.exchange(&client, &landing.code()).await.status, 200);
    let silent =
        browser.open(&largest(&server, &client, &state, &[("prompt", "none"), ("id_token_hint", &hint)])).await;
    assert_answered(&silent, &state);
    let form = browser.open(&largest(&server, &client, &state, &[("response_mode", "form_post")])).await;
    assert!(form.status == 200 && form.value("code").len() <= 2_560, "{form:?}");
}

#[tokio::test]
async fn a_second_factor_is_set_up_and_asked_for_in_the_middle_of_the_largest_request() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let strict =
        server.client(ClientType::Web, |one| (one.first_party, one.require_second_factor) = (true, true)).await;
    let state = noise(4_096, 3);
    let mut browser = server.browser();
    let page = browser.open(&largest(&server, &strict, &state, &[])).await;
    let enrol = browser.sign_in(&page, ANA).await;
    assert!(enrol.url.contains("/login/enrol"), "{}", enrol.url);
    let interaction = enrol.answer("interaction").expect("an interaction");
    let setup = browser.open(&server.at(&format!("/account/security/totp?interaction={interaction}"))).await;
    let (app, _) = confirm(&server, &mut browser, &setup).await;
    server.wait(60);
    let mut other = server.browser();
    let page = other.open(&largest(&server, &strict, &state, &[])).await;
    let second = other.sign_in(&page, ANA).await;
    assert!(second.url.contains("/login/second"), "{}", second.url);
    let landing = other.submit(&second, &[("remember", "1"), ("code", &app.code(server.now()))]).await;
    assert_answered(&landing, &state);
}

#[tokio::test]
async fn the_largest_request_may_be_posted() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let state = noise(4_096, 4).replace(|c: char| !c.is_ascii_alphanumeric(), "x");
    let url = url::Url::parse(&server.authorize_url(&client, &[("state", &state)])).expect("a URL");
    let form: Vec<_> = url.query_pairs().into_owned().collect();
    let mut browser = server.browser();
    let page = browser.post(&server.at("/oauth2/authorize"), &form).await;
    let landing = browser.sign_in(&page, ANA).await;
    assert_answered(&landing, &state);
}

#[tokio::test]
async fn a_request_that_holds_too_much_is_refused_at_the_client() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Web, |_| {}).await;
    let (state, hint) = ("s".repeat(4_096), "h".repeat(1_900));
    let landing =
        server.browser().open(&server.authorize_url(&client, &[("state", &state), ("login_hint", &hint)])).await;
    assert_eq!(landing.answer("error").as_deref(), Some("invalid_request"));
    assert_eq!(landing.answer("state").as_deref(), Some(state.as_str()));
}
