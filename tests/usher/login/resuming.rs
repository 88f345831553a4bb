//! Pages that were left open, gone back to, or opened twice: each continues.

use reqwest::StatusCode;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::Landing;
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const AN_HOUR: u64 = 3_600;

async fn bootstrapped(server: &TestServer) -> RegisteredClient {
    server.user(ANA).await;
    server.client(ClientType::Web, |metadata| metadata.first_party = true).await
}

fn asks_password(page: &Landing) -> bool {
    page.body.contains("name=\"password\"")
}

on_both_databases! {
    async fn a_sign_in_page_older_than_its_hour_shows_the_form_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        server.wait(AN_HOUR);
        let again = browser.open(&page.url).await;
        assert_eq!(again.status, StatusCode::OK);
        assert!(again.body.contains("we started over"), "{}", again.body);
        assert_ne!(again.value("interaction"), page.value("interaction"));
        let sent = browser.submit(&page, &[("email", ANA), ("password", PASSWORD)]).await;
        assert!(asks_password(&sent) && sent.body.contains("we started over"), "sent from the old page: {}", sent.body);
        assert_eq!(sent.value("email"), ANA, "the address is kept");
        let landing = browser.submit(&sent, &[("password", PASSWORD)]).await;
        assert_eq!(landing.answer("state"), Some("st4te".into()));
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn after_a_day_the_way_on_is_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let mut page = browser.open(&server.authorize_url(&client, &[])).await;
        for _ in 0..23 {
            server.wait(AN_HOUR);
            page = browser.open(&page.url).await;
            assert_eq!(page.status, StatusCode::OK);
        }
        server.wait(AN_HOUR);
        let over = browser.open(&page.url).await;
        assert_eq!(over.status, StatusCode::BAD_REQUEST, "however often it was begun anew");
        assert_eq!(over.attribute("main a.primary", "href"), "https://rp.test");
        assert!(!over.link("/login").is_empty());
    }

    /// Another browser gets the link to the application, and nothing else of the request.
    async fn a_browser_without_its_cookies_is_sent_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        browser.cookies.clear();
        for over in [browser.submit(&page, &[("email", ANA), ("password", PASSWORD)]).await, browser.open(&page.url).await] {
            assert!(over.status.is_client_error(), "{}", over.status);
            assert_eq!(over.attribute("main a.primary", "href"), "https://rp.test");
            assert!(!over.body.contains("st4te") && !over.body.contains("n0nce"));
        }
    }

    async fn a_request_whose_redirect_uri_was_taken_away_is_not_begun_anew(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let mut metadata = client.client.metadata.clone();
        metadata.redirect_uris = vec!["https://rp.test/other".into()];
        server.usher.clients.update_client(&client.client.id, metadata).await.expect("it can be changed");
        server.wait(AN_HOUR);
        assert_eq!(browser.open(&page.url).await.status, StatusCode::BAD_REQUEST);
    }

    async fn a_second_tab_goes_on_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let mut tabs = Vec::new();
        for (state, path) in [("second", "/login?"), ("third", "/register?"), ("fourth", "/consent?")] {
            let tab = browser.open(&server.authorize_url(&client, &[("state", state)])).await;
            tabs.push((state, tab.url.replace("/login?", path)));
        }
        browser.sign_in(&page, ANA).await.code();
        for (state, url) in tabs {
            let landing = browser.open(&url).await;
            assert_eq!(landing.answer("state").as_deref(), Some(state), "{url}");
            assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
        }
    }

    async fn a_client_that_is_out_of_use_is_named_as_the_cause(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        server.usher.clients.set_client_disabled(&client.client.id, true).await.expect("it can be disabled");
        let over = [
            browser.open(&page.url).await,
            browser.sign_in(&page, ANA).await,
            browser.open(&page.url.replace("/login?", "/consent?")).await,
        ];
        for over in over {
            assert_eq!(over.status, StatusCode::BAD_REQUEST);
            assert!(over.title().starts_with("Nobody can sign in to this application now"), "{}", over.title());
        }
    }

    async fn signing_in_again_is_asked_where_the_request_wants_it_and_the_page_says_so(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.signed_in(ANA).await;
        server.wait(100);
        for asked in [("prompt", "login"), ("max_age", "10")] {
            let page = browser.open(&server.authorize_url(&client, &[asked])).await;
            assert!(page.title().starts_with("Confirm that it is you"), "{}", page.title());
            assert!(page.text(".entry-head p").contains("asks you to sign in again"), "{}", page.body);
            assert_eq!(page.attribute("#email", "autocomplete"), "username");
            assert_eq!(page.value("email"), ANA);
        }
        assert!(!asks_password(&browser.open(&server.authorize_url(&client, &[])).await));
        let page = browser.open(&server.at("/login?next=%2Faccount%2Fdata&again=1")).await;
        assert!(page.text(".entry-head p").contains("something important in your account"), "{}", page.body);
    }

    async fn whoever_is_signed_in_continues_or_uses_another_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.user("bea@example.test").await;
        let mut browser = server.signed_in(ANA).await;
        for path in ["/login", "/register"] {
            let page = browser.open(&server.at(path)).await;
            assert!(page.title().starts_with("You are signed in"), "{}", page.title());
            assert!(page.text("main .lead").contains("You are signed in as ana"), "{}", page.body);
            assert_eq!(page.attribute("main a.primary", "href"), "/account/profile");
        }
        let page = browser.open(&server.at("/login?next=%2Faccount%2Fdata")).await;
        assert_eq!(page.attribute("main a.primary", "href"), "/account/data");
        let landing = browser.sign_in(&page, "bea@example.test").await;
        assert_eq!(landing.url, server.at("/account/data"));
        assert!(landing.body.contains("bea"));
    }

    async fn a_session_that_ends_while_consent_is_asked_leads_to_signing_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let consent = browser.sign_in(&page, ANA).await;
        browser.cookies.remove("usher");
        let page = browser.submit(&consent, &[("decision", "allow")]).await;
        assert!(asks_password(&page), "{}", page.body);
        let page = browser.open(&consent.url).await;
        let consent = browser.sign_in(&page, ANA).await;
        browser.submit(&consent, &[("decision", "allow")]).await.code();
    }
}
