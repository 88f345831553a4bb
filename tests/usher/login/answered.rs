//! Going back to a page after its request was answered: no second response is sent to the client unasked.

use reqwest::StatusCode;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";

async fn bootstrapped(server: &TestServer) -> RegisteredClient {
    server.user(ANA).await;
    let change = |metadata: &mut usher_protocol::client::metadata::ClientMetadata| {
        metadata.first_party = true;
        metadata.client_uri = Some("https://rp.test/home".into());
    };
    server.client(ClientType::Web, change).await
}

/// Asserts that the page says that the user is signed in at the client.
async fn says_so(browser: &mut Browser<'_>, url: &str) -> Landing {
    let page = browser.open(url).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.url);
    assert!(page.title().starts_with("You are signed in"), "{} {}", page.url, page.title());
    page
}

on_both_databases! {
    async fn going_back_leads_to_the_application_without_a_second_answer(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let landing = browser.sign_in(&page, ANA).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
        for path in ["/login?", "/register?", "/consent?", "/login/second?"] {
            let back = says_so(&mut browser, &page.url.replace("/login?", path)).await;
            assert_eq!(back.attribute("main a.primary", "href"), "https://rp.test/home");
        }
        server.wait(3_600);
        says_so(&mut browser, &page.url).await;
    }

    async fn an_application_that_got_no_answer_is_sent_one_when_the_person_says_so(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        browser.sign_in(&page, ANA).await.code();
        let back = says_so(&mut browser, &page.url).await;
        let landing = browser.open(&server.at(&back.attribute("main .below a", "href"))).await;
        assert_eq!(landing.answer("state").as_deref(), Some("st4te"));
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn a_form_that_is_sent_again_answers_again(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        browser.sign_in(&page, ANA).await.code();
        let landing = browser.sign_in(&page, ANA).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn a_request_that_asks_for_a_new_sign_in_is_not_asked_twice(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.signed_in(ANA).await;
        for asked in [("prompt", "login"), ("max_age", "0")] {
            let page = browser.open(&server.authorize_url(&client, &[asked])).await;
            browser.submit(&page, &[("password", PASSWORD)]).await.code();
            server.wait(1);
            says_so(&mut browser, &page.url).await;
        }
    }

    async fn a_request_of_the_client_itself_is_answered_as_often_as_it_is_sent(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        browser.sign_in(&page, ANA).await.code();
        for changes in [&[][..], &[("prompt", "none")]] {
            for _ in 0..2 {
                let landing = browser.open(&server.authorize_url(&client, changes)).await;
                assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
            }
        }
    }

    async fn after_signing_out_the_page_asks_for_a_sign_in(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        browser.sign_in(&page, ANA).await.code();
        let question = browser.open(&server.at("/logout")).await;
        browser.submit(&question, &[("logout", "yes")]).await;
        let back = browser.open(&page.url).await;
        assert!(back.body.contains("name=\"password\""), "{} {}", back.url, back.title());
    }

    async fn a_forged_cookie_changes_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = bootstrapped(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let tab = browser.open(&server.authorize_url(&client, &[("state", "second")])).await;
        browser.sign_in(&page, ANA).await.code();
        browser.cookies.insert("usher_answered".into(), "AAAAAAAAAAAAAAAA.garbage.".into());
        let landing = browser.open(&tab.url).await;
        assert_eq!(landing.answer("state").as_deref(), Some("second"));
        assert!(!browser.cookies["usher_answered"].contains("garbage"));
    }
}
