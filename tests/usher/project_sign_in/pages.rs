//! Registration on the way to the clients of a project.

use reqwest::StatusCode;
use serde_json::json;
use usher_domain::oauth::client::ClientType;

use super::with_request_of;
use crate::harness::browser::{Browser, Landing};
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const UNA: &str = "una@example.test";

async fn fill_in(browser: &mut Browser<'_>, page: &Landing, email: &str, way: (&str, &str)) -> Landing {
    let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", email), way];
    browser.press(page, "register", &form).await
}

async fn newest_code(server: &TestServer) -> String {
    server.emails().await.first().and_then(|email| email.code().map(str::to_owned)).expect("an email with a code")
}

on_both_databases! {
    async fn where_people_are_invited_nobody_makes_an_account(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        let mut early = server.browser();
        let login = early.open(&server.authorize_url(&client, &[])).await;
        let open = early.open(&with_request_of(&server, &login, "/register")).await;
        let waiting = fill_in(&mut early, &open, "early@example.test", ("password", PASSWORD)).await;
        let code = newest_code(&server).await;

        server.decide(&json!({"sign_up": "invited"})).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(!login.body.contains("href=\"/register"), "registration is not offered: {}", login.body);
        let at = with_request_of(&server, &login, "/register");
        let refused = browser.open(&at).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert!(!refused.body.contains("name=\"password\""), "{}", refused.body);
        let back = browser.press(&refused, "leave", &[]).await;
        assert_eq!(back.answer("error").as_deref(), Some("access_denied"), "{}", back.url);
        let asked_for_one = browser.open(&server.authorize_url(&client, &[("prompt", "create")])).await;
        assert_eq!(asked_for_one.status, StatusCode::FORBIDDEN, "{}", asked_for_one.body);

        let forged = fill_in(&mut early, &open, UNA, ("password", PASSWORD)).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN, "the form of an earlier page: {}", forged.body);
        let late = early.submit(&waiting, &[("code", &code)]).await;
        assert_eq!(late.status, StatusCode::FORBIDDEN, "a registration that was begun before: {}", late.body);
        assert_eq!((server.users().await, server.emails().await.len()), (0, 1));

        server.user(UNA).await;
        let landing = server.browser().go_through(&server.authorize_url(&client, &[]), UNA).await;
        assert!(!landing.code().is_empty(), "who has an account signs in");
        assert_eq!(server.browser().open(&server.at("/register")).await.status, StatusCode::OK, "elsewhere it is open");
    }

    async fn an_address_must_be_of_the_domains_of_the_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        server.decide(&json!({"sign_up": "domains", "domains": ["example.test"]})).await;
        server.user("boss@elsewhere.test").await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        let page = browser.open(&with_request_of(&server, &login, "/register")).await;
        assert!(page.text("#email-hint").contains("example.test"), "it says which addresses: {}", page.body);
        for other in ["una@elsewhere.test", "una@sub.example.test", "boss@elsewhere.test"] {
            let refused = fill_in(&mut browser, &page, other, ("password", PASSWORD)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{other}: {}", refused.body);
            assert!(!refused.text("#email-error").is_empty(), "{}", refused.body);
        }
        assert_eq!(server.emails().await.len(), 0, "nor does anybody learn whose address is known");
        let sent = fill_in(&mut browser, &page, "UNA@Example.test", ("password", PASSWORD)).await;
        let moved = browser.press(&sent, "address", &[("email", "una@elsewhere.test")]).await;
        assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY, "nor is it changed to another: {}", moved.body);
        let landing = browser.submit(&sent, &[("code", &newest_code(&server).await)]).await;
        assert!(!landing.code().is_empty(), "{} {}", landing.url, landing.body);
    }

    async fn accounts_without_passwords_begin_with_a_passkey(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |metadata| metadata.first_party = true).await;
        server.decide(&json!({"password_sign_up": false})).await;
        let mut browser = server.browser();
        let login = browser.open(&server.authorize_url(&client, &[])).await;
        assert!(login.body.contains("name=\"password\""), "existing passwords sign in");
        let page = browser.open(&with_request_of(&server, &login, "/register")).await;
        assert!(!page.body.contains("name=\"password\""), "{}", page.body);
        let forged = fill_in(&mut browser, &page, UNA, ("password", PASSWORD)).await;
        assert_eq!((forged.status, server.emails().await.len()), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{}", forged.body);
        let sent = fill_in(&mut browser, &page, UNA, ("passkey", "1")).await;
        browser.submit(&sent, &[("code", &newest_code(&server).await)]).await;
        assert_eq!(server.users().await, 1);
        assert_eq!(server.database.count("select count(*) from password").await, 0);
    }
}
