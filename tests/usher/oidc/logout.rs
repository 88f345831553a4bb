//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).

use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const OUT: &str = "https://rp.test/out";

fn logout_url(server: &TestServer, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{}?{query}", server.at("/oauth2/logout"))
}

async fn is_signed_in(server: &TestServer, browser: &mut Browser<'_>, client: &RegisteredClient) -> bool {
    let silent = browser.open(&server.authorize_url(client, &[("prompt", "none")])).await;
    silent.answer("code").is_some()
}

fn asks(page: &Landing) -> bool {
    page.status == 200 && page.body.contains("name=\"logout\"")
}

async fn client(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, |client| client.first_party = true).await
}

on_both_databases! {
    async fn a_client_that_proves_itself_signs_the_person_out_and_has_them_back(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let odd = "~!@#$%^&*()_+-={}|[]\\:\";'<>?,./ 0aZ";
        for state in [odd, "x", ""] {
            let mut browser = server.browser();
            let tokens = server.tokens(&mut browser, &client, ANA).await;
            let hint = tokens.text("id_token");
            let mut parameters = vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT)];
            if !state.is_empty() {
                parameters.push(("state", state));
            }
            let landing = browser.open(&logout_url(&server, &parameters)).await;
            assert_eq!(landing.status, 303, "{landing:?}");
            assert!(landing.url.starts_with(OUT), "{}", landing.url);
            let url = url::Url::parse(&landing.url).expect("a URL");
            let pairs: Vec<_> = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            let wanted: Vec<_> =
                parameters[2..].iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(pairs, wanted);
            assert!(!is_signed_in(&server, &mut browser, &client).await);
            assert_eq!(server.userinfo(&tokens.text("access_token")).await.status, 401);
        }
    }
}

/// LO-02
#[tokio::test]
async fn an_address_that_is_not_registered_leads_nowhere() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let (client, other) = (client(&server).await, client(&server).await);
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &client, ANA).await.text("id_token");
    for bad in [
        "https://rp.test/out?foo=bar",
        "https://rp.test/out/",
        "https://rp.test/outside",
        "https://evil.test/",
        "//evil.test",
        "javascript:alert(1)",
        "https://rp.test/out#x",
        "https://RP.test/out",
    ] {
        for named in [("id_token_hint", hint.as_str()), ("client_id", other.client.id.0.as_str())] {
            let page = browser.open(&logout_url(&server, &[named, ("post_logout_redirect_uri", bad)])).await;
            assert!(asks(&page), "{bad}: {page:?}");
            assert!(!page.body.contains("javascript:") && !page.body.contains(&format!("href=\"{bad}\"")), "{bad}");
        }
    }
    let both = [("id_token_hint", hint.as_str()), ("client_id", &other.client.id.0), ("post_logout_redirect_uri", OUT)];
    assert!(asks(&browser.open(&logout_url(&server, &both)).await), "one client's token, another's name");
    assert!(is_signed_in(&server, &mut browser, &client).await, "nobody was signed out by asking");
    let page = browser.open(&logout_url(&server, &[("post_logout_redirect_uri", OUT)])).await;
    let done = browser.submit(&page, &[("logout", "yes")]).await;
    assert_eq!(done.status, 200, "no client, no way back: {done:?}");
    assert!(!is_signed_in(&server, &mut browser, &client).await);
}

/// LO-03
#[tokio::test]
async fn a_hint_that_is_not_ours_counts_for_nothing_and_an_old_one_still_does() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = client(&server).await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &client, ANA).await;
    let hint = tokens.text("id_token");
    let payload = hint.split('.').nth(1).expect("a payload");
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    let modified = hint.replace(payload, &format!("{payload}AA"));
    let access = tokens.text("access_token");
    for bad in [unsigned.as_str(), &modified, &access, "garbage"] {
        let page =
            browser.open(&logout_url(&server, &[("id_token_hint", bad), ("post_logout_redirect_uri", OUT)])).await;
        assert!(asks(&page), "{bad}: {page:?}");
        assert!(is_signed_in(&server, &mut browser, &client).await, "{bad}");
    }
    server.wait(7_200);
    let landing =
        browser.open(&logout_url(&server, &[("id_token_hint", &hint), ("post_logout_redirect_uri", OUT)])).await;
    assert_eq!((landing.status.as_u16(), landing.url.as_str()), (303, OUT));
}

#[tokio::test]
async fn without_proof_the_person_is_asked_first_and_may_say_no() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = client(&server).await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &client, ANA).await;
    let named = [("client_id", client.client.id.0.as_str()), ("post_logout_redirect_uri", OUT), ("state", "s")];
    for parameters in [&[][..], &[("state", "only")], &named, &[("ui_locales", "uk")]] {
        let page = browser.open(&logout_url(&server, parameters)).await;
        assert!(asks(&page), "{parameters:?}: {page:?}");
        assert!(is_signed_in(&server, &mut browser, &client).await);
    }
    let page = browser.open(&logout_url(&server, &named)).await;
    browser.submit(&page, &[("logout", "no")]).await;
    assert!(is_signed_in(&server, &mut browser, &client).await, "no is no");
    let landing = browser.submit(&page, &[("logout", "yes")]).await;
    assert_eq!(landing.url, format!("{OUT}?state=s"));
    assert!(!is_signed_in(&server, &mut browser, &client).await);
    let again = browser.open(&logout_url(&server, &[])).await;
    assert_eq!(again.status, 200);
    assert!(!asks(&again), "nobody to sign out");
}

#[tokio::test]
async fn a_request_by_post_is_the_same_request() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = client(&server).await;
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &client, ANA).await.text("id_token");
    let form = [("id_token_hint".to_owned(), hint), ("post_logout_redirect_uri".to_owned(), OUT.to_owned())];
    let landing = browser.post(&server.at("/oauth2/logout"), &form).await;
    assert_eq!(landing.url, OUT);
    assert!(!is_signed_in(&server, &mut browser, &client).await);
}

/// RP-Initiated Logout §2
#[tokio::test]
async fn a_hint_that_is_not_of_the_session_here_asks_first() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let ben = "ben@example.test";
    server.user(ben).await;
    let client = client(&server).await;
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &client, ANA).await.text("id_token");
    let logout = logout_url(&server, &[("id_token_hint", &hint), ("post_logout_redirect_uri", OUT)]);
    assert_eq!(browser.open(&logout).await.url, OUT);
    assert_eq!(browser.open(&logout).await.url, OUT, "nobody is signed in: there is nothing to ask");
    for now_here in [ben, ANA] {
        server.tokens(&mut browser, &client, now_here).await;
        let page = browser.open(&logout).await;
        assert!(asks(&page) && page.body.contains(now_here), "{page:?}");
        assert!(is_signed_in(&server, &mut browser, &client).await);
        assert_eq!(browser.submit(&page, &[("logout", "yes")]).await.url, OUT);
        assert!(!is_signed_in(&server, &mut browser, &client).await);
    }
    let mut elsewhere = server.browser();
    server.tokens(&mut elsewhere, &client, ANA).await;
    assert!(asks(&elsewhere.open(&logout).await), "a session of another browser");
}

#[tokio::test]
async fn beside_a_named_client_an_unreadable_hint_asks_and_then_leads_back() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = client(&server).await;
    let mut browser = server.browser();
    let id = client.client.id.0.as_str();
    for hint in ["garbage", "eyJhbGciOiJub25lIn0.e30."] {
        server.tokens(&mut browser, &client, ANA).await;
        let asked = [("id_token_hint", hint), ("client_id", id), ("post_logout_redirect_uri", OUT), ("state", "s")];
        let page = browser.open(&logout_url(&server, &asked)).await;
        assert!(asks(&page), "{page:?}");
        assert!(is_signed_in(&server, &mut browser, &client).await);
        let done = browser.submit(&page, &[("logout", "yes")]).await;
        assert_eq!(done.url, format!("{OUT}?state=s"));
        assert_eq!(browser.open(&logout_url(&server, &asked)).await.url, format!("{OUT}?state=s"), "nobody to ask");
        let unregistered =
            [("id_token_hint", hint), ("client_id", id), ("post_logout_redirect_uri", "https://evil.test/")];
        assert!(browser.open(&logout_url(&server, &unregistered)).await.url.starts_with(&server.url));
    }
}

on_both_databases! {
    async fn a_hint_is_known_for_as_long_as_its_session_may_live(db: TestDatabase) {
        let server = TestServer::on(db, &[("session.idle", "90d"), ("keys.rotate_after", "30d")]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        let hint = tokens.text("id_token");
        let signed_with = crate::harness::relying_party::kid(&hint);
        for _ in 0..(89 * 2) {
            server.wait(12 * 3_600);
            server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        }
        let jwks = server.http.get(server.at("/oauth2/jwks")).send().await.expect("keys").text().await.expect("a body");
        assert!(!jwks.contains(&signed_with), "it is published no more");
        let kept = server.usher.signing_keys.list_keys().await.expect("keys");
        let kept = kept.iter().find(|key| key.kid == signed_with).expect("it is still known");
        assert!(kept.sealed_private.is_empty(), "and can never sign again");
        assert!(is_signed_in(&server, &mut browser, &client).await, "the session lives");
        let known = browser.open(&server.authorize_url(&client, &[("prompt", "none"), ("id_token_hint", &hint)])).await;
        assert!(known.answer("code").is_some(), "{}", known.url);
        let logout = logout_url(&server, &[("id_token_hint", &hint), ("post_logout_redirect_uri", OUT)]);
        assert_eq!(browser.open(&logout).await.url, OUT, "it speaks of this very session: no question");
        assert!(!is_signed_in(&server, &mut browser, &client).await);
        for _ in 0..60 {
            server.wait(24 * 3_600);
            server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        }
        assert!(server.usher.signing_keys.list_keys().await.expect("keys").iter().all(|key| key.kid != signed_with), "forgotten");
    }

    async fn a_pruned_key_verifies_hints_and_nothing_else(db: TestDatabase) {
        let server = TestServer::on(db, &[("tokens.access_ttl", "24h"), ("tokens.id_ttl", "1s")]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let tokens = server.tokens(&mut browser, &client, ANA).await;
        let ring = || {
            let keyring = server.usher.signing_keys.keyring();
            let expect = |typ| usher_keys::verify::ExpectedToken { typ };
            let access = keyring.verify(&tokens.text("access_token"), expect("at+jwt")).is_ok();
            let id = keyring.verify(&tokens.text("id_token"), expect("JWT")).is_ok();
            (access, id, keyring.verify_hint(&tokens.text("id_token"), expect("JWT")).is_ok())
        };
        assert_eq!(ring(), (true, true, true));
        server.wait(90 * 24 * 3_600);
        server.usher.signing_keys.rotate_keys(true).await.expect("keys can be made");
        assert_eq!(ring(), (true, true, true), "retired");
        server.wait(24 * 3_600 + 601);
        server.usher.signing_keys.tend_keys().await.expect("keys can be made");
        assert_eq!(ring(), (false, false, true), "pruned");
        server.usher.signing_keys.reload_keys().await.expect("the keys can be read");
        assert_eq!(ring(), (false, false, true), "and read again");
    }
}
