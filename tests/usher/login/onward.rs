//! Forms that lead to the client: browsers apply the `form-action` of a page to all redirects after its form, and the
//! test browser does the same.

use reqwest::StatusCode;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::authenticator::Authenticator;
use crate::harness::database::on_both_databases;
use crate::harness::server::{PASSWORD, TestServer};

const ANA: &str = "ana@example.test";
const UNA: &str = "una@example.test";

async fn client(server: &TestServer) -> RegisteredClient {
    server.client(ClientType::Web, |metadata| metadata.first_party = true).await
}

on_both_databases! {
    async fn an_old_sign_in_form_leads_to_the_application_after_a_sign_in_in_another_tab(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let old = browser.open(&server.authorize_url(&client, &[])).await;
        let tab = browser.open(&server.at("/login")).await;
        browser.sign_in(&tab, ANA).await;
        server.wait(65 * 60);
        let landing = browser.sign_in(&old, ANA).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn an_old_consent_form_leads_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let consent = browser.sign_in(&page, ANA).await;
        server.wait(65 * 60);
        let other = browser.open(&server.authorize_url(&client, &[("state", "second")])).await;
        browser.submit(&other, &[("decision", "allow")]).await.code();
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn the_button_of_a_second_window_leads_on_after_the_first_went_on(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let page = browser.open(&server.at(&page.link("/register"))).await;
        let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("password", PASSWORD)];
        let waits = browser.submit(&page, &form).await;
        let code = server.emails().await[0].code().expect("a code").to_owned();
        browser.submit(&waits, &[("code", &code)]).await.code();
        let second = browser.press(&waits, "continue", &[]).await;
        assert!(second.title().starts_with("You are signed in"), "{} {}", second.url, second.body);
    }

    async fn a_first_passkey_leads_to_the_application(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let page = browser.open(&server.at(&page.link("/register"))).await;
        let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("passkey", "1")];
        let waits = browser.submit(&page, &form).await;
        let code = server.emails().await[0].code().expect("a code").to_owned();
        let page = browser.submit(&waits, &[("code", &code)]).await;
        assert!(page.url.contains("/account/security/passkeys/new?"), "{}", page.url);
        let mut authenticator = Authenticator::at(&server.url);
        let landing = browser.submit(&page, &authenticator.create(&page).fields()).await;
        assert_eq!(server.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn who_makes_a_passkey_without_being_signed_in_comes_back_to_the_request(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let client = client(&server).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&client, &[])).await;
        let address = page.url.replace("/login?", "/account/security/passkeys/new?");
        let asked = browser.open(&address).await;
        assert!(asked.url.contains("/login?interaction="), "{}", asked.url);
        browser.sign_in(&asked, ANA).await.code();
    }
}
