//! An authorization request on its way through the pages: bound to its browser, sealed, and never skipped in part.

use reqwest::StatusCode;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Landing;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

async fn bootstrapped(server: &TestServer) -> RegisteredClient {
    server.user("ana@example.test").await;
    server.client(ClientType::Web, |_| {}).await
}

fn sealed(page: &Landing) -> String {
    page.answer("interaction").unwrap_or_else(|| panic!("no interaction in {}", page.url))
}

on_both_databases! {
    /// SE-03: an interaction continues only in the browser that began it.
    async fn an_interaction_goes_on_in_the_browser_that_began_it_alone(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut attacker = server.browser();
        let begun = sealed(&attacker.open(&server.authorize_url(&client, &[])).await);
        let mut victim = server.signed_in("ana@example.test").await;
        let csrf = victim.open(&server.at("/account/security")).await.value("csrf");
        for path in ["/login", "/register", "/consent", "/login/accounts"] {
            let page = victim.open(&server.at(&format!("{path}?interaction={begun}"))).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "GET {path}");
            let form = [("csrf", csrf.as_str()), ("interaction", &begun), ("decision", "allow"), ("account", "x")];
            let reply = server.post_as(&victim, path, &form).await;
            assert_eq!((reply.status, reply.location()), (StatusCode::BAD_REQUEST, ""), "POST {path}");
        }
        assert!(!attacker.cookies.contains_key("usher"), "and nothing completes in the browser that began it");
    }

    async fn an_interaction_is_good_for_an_hour(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        server.wait(3_599);
        let consent = browser.sign_in(&page, "ana@example.test").await;
        assert_eq!(consent.status, StatusCode::OK);
        server.wait(1);
        let late = browser.submit(&consent, &[("decision", "allow")]).await;
        assert!(late.body.contains("name=\"decision\"") && late.answer("code").is_none(), "it is asked once more");
        assert!(late.text("main .notice").contains("so we ask again"), "and the page says why: {}", late.body);
        browser.submit(&late, &[("decision", "allow")]).await.code();
    }

    async fn what_is_not_an_interaction_is_refused(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let good = sealed(&page);
        // A value that the same server sealed, even for this browser, but for another purpose.
        let other = server.authorize_url(&client, &[("state", "other")]);
        let code = browser.go_through(&other, "ana@example.test").await.code();
        let middle = good.len() / 2;
        let flipped = if good.as_bytes()[middle] == b'A' { 'B' } else { 'A' };
        let tampered = format!("{}{flipped}{}", &good[..middle], &good[middle + 1..]);
        for bad in [tampered.as_str(), &good[..good.len() - 1], &format!("{good}A"), &code, "x", "%00", "é"] {
            for path in ["/login", "/consent", "/register", "/login/accounts"] {
                let reply = server.get_as(&browser, &format!("{path}?interaction={bad}")).await;
                assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path} {bad}");
            }
        }
        let on = server.get_as(&browser, &format!("/login?interaction={good}")).await;
        assert!(on.location().starts_with("https://rp.test/cb?code="), "{}", on.location());
        let redeemed = server.exchange(&client, &good).await;
        assert_eq!(redeemed.error(), "invalid_grant", "nor is an interaction a code");
    }

    /// ID-03: neither going back, nor a second tab, nor an omitted parameter bypasses `prompt=login`.
    async fn prompt_login_is_met_by_signing_in_and_by_nothing_else(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        browser.go_through(&server.authorize_url(&client, &[]), "ana@example.test").await.code();
        server.wait(100);
        let asked_at = server.now().0;
        let page = browser.open(&server.authorize_url(&client, &[("prompt", "login")])).await;
        assert!(page.body.contains("name=\"password\""), "{}", page.body);
        let begun = sealed(&page);
        for path in ["/consent", "/login/accounts"] {
            let other = browser.open(&server.at(&format!("{path}?interaction={begun}"))).await;
            let handle = other.values("account").first().cloned().unwrap_or_default();
            let form = [("decision", "allow"), ("account", handle.as_str())];
            let csrf = page.value("csrf");
            let form: Vec<(&str, &str)> =
                form.into_iter().chain([("csrf", csrf.as_str()), ("interaction", begun.as_str())]).collect();
            let reply = server.post_as(&browser, path, &form).await;
            assert!(!reply.location().contains("code="), "{path}: {}", reply.location());
        }
        // A second tab signs in for itself: this one still asks.
        let mut tab = server.browser();
        tab.cookies.clone_from(&browser.cookies);
        let plain = tab.open(&server.at("/login")).await;
        tab.sign_in(&plain, "ana@example.test").await;
        browser.cookies.clone_from(&tab.cookies);
        let csrf = page.value("csrf");
        let form = [("csrf", csrf.as_str()), ("interaction", &begun), ("decision", "allow")];
        assert!(!server.post_as(&browser, "/consent", &form).await.location().contains("code="));
        let landing = browser.sign_in(&page, "ana@example.test").await;
        let tokens = server.exchange(&client, &landing.code()).await;
        let auth_time = payload(&tokens.text("id_token"))["auth_time"].as_i64().expect("it is said");
        assert!(auth_time >= asked_at);
    }

    async fn two_tabs_finish_each_for_its_own_client(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let one = bootstrapped(&server).await;
        let other = server.client(ClientType::Web, |metadata| metadata.client_name = "Other".into()).await;
        let mut browser = server.browser();
        let first = browser.open(&server.authorize_url(&one, &[("state", "first")])).await;
        let second = browser.open(&server.authorize_url(&other, &[("state", "second")])).await;
        let second = browser.sign_in(&second, "ana@example.test").await;
        let first = browser.sign_in(&first, "ana@example.test").await;
        let first = browser.submit(&first, &[("decision", "allow")]).await;
        let second = browser.submit(&second, &[("decision", "allow")]).await;
        assert_eq!((first.answer("state"), second.answer("state")), (Some("first".into()), Some("second".into())));
        assert_eq!(server.exchange(&one, &first.code()).await.status, StatusCode::OK);
        assert_eq!(server.exchange(&other, &second.code()).await.status, StatusCode::OK);
    }

    /// Going back shows the page again, and submitting it again works as the first time.
    async fn going_back_and_sending_a_form_again_does_no_harm(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let consent = browser.sign_in(&page, "ana@example.test").await;
        let again = browser.sign_in(&page, "ana@example.test").await;
        assert_eq!(again.title(), consent.title());
        let landing = browser.submit(&again, &[("decision", "allow")]).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn a_client_that_was_disabled_meanwhile_gets_no_code(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let consent = browser.sign_in(&page, "ana@example.test").await;
        server.usher.clients.set_client_disabled(&client.client.id, true).await.expect("it can be disabled");
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert_eq!((landing.status, landing.answer("code")), (StatusCode::BAD_REQUEST, None));
    }
}

/// XS-02: text from a URL is escaped on pages.
#[tokio::test]
async fn nothing_in_an_address_becomes_markup() {
    let server = TestServer::start().await;
    let client = bootstrapped(&server).await;
    let evil = "\"><script>alert(1)</script>";
    let mut browser = server.browser();
    for name in [
        "state",
        "login_hint",
        "ui_locales",
        "client_id",
        "error",
        "error_description",
        "error_uri",
        "scope",
        "redirect_uri",
        "display",
    ] {
        let page = browser.open(&server.authorize_url(&client, &[(name, evil)])).await;
        assert!(!page.body.contains("<script>alert"), "{name}");
    }
    let hint =
        browser.open(&server.authorize_url(&client, &[("login_hint", "\"><script>alert(1)</script>@e.test")])).await;
    assert!(
        hint.body.contains("&#60;script&#62;alert") || hint.body.contains("&lt;script&gt;alert"),
        "escaped: {}",
        hint.body
    );
    for path in
        ["/verify?proof=", "/verify?token=", "/recover/reset?token=", "/setup/", "/login?error=", "/logout?state="]
    {
        let encoded: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let page = browser.open(&server.at(&format!("{path}{encoded}"))).await;
        assert!(!page.body.contains("<script>alert"), "{path}");
    }
}
