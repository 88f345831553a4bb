//! Forms that lead to the client: browsers apply the `form-action` of a page to all redirects after its form, and the
//! test browser does the same.

use reqwest::StatusCode;
use usher_domain::oauth::client::ClientType;
use usher_flows::RegisteredClient;

use crate::harness::authenticator::Authenticator;
use crate::harness::database::on_both_databases;
use crate::harness::house::{PASSWORD, TestUsher};

const ANA: &str = "ana@example.test";
const UNA: &str = "una@example.test";

async fn client(house: &TestUsher) -> RegisteredClient {
    house.client(ClientType::Web, |metadata| metadata.first_party = true).await
}

on_both_databases! {
    async fn an_old_sign_in_form_leads_to_the_application_after_a_sign_in_in_another_tab(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = client(&house).await;
        let mut browser = house.browser();
        let old = browser.open(&house.authorize_url(&client, &[])).await;
        let tab = browser.open(&house.at("/login")).await;
        browser.sign_in(&tab, ANA).await;
        house.wait(65 * 60);
        let landing = browser.sign_in(&old, ANA).await;
        assert_eq!(house.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn an_old_consent_form_leads_to_the_application(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = house.client(ClientType::Web, |_| {}).await;
        let mut browser = house.browser();
        let page = browser.open(&house.authorize_url(&client, &[])).await;
        let consent = browser.sign_in(&page, ANA).await;
        house.wait(65 * 60);
        let other = browser.open(&house.authorize_url(&client, &[("state", "second")])).await;
        browser.submit(&other, &[("decision", "allow")]).await.code();
        let landing = browser.submit(&consent, &[("decision", "allow")]).await;
        assert_eq!(house.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn the_button_of_a_second_window_leads_on_after_the_first_went_on(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = client(&house).await;
        let mut browser = house.browser();
        let page = browser.open(&house.authorize_url(&client, &[])).await;
        let page = browser.open(&house.at(&page.link("/register"))).await;
        let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("password", PASSWORD)];
        let waits = browser.submit(&page, &form).await;
        let code = house.letters().await[0].code().expect("a code").to_owned();
        browser.submit(&waits, &[("code", &code)]).await.code();
        let second = browser.submit(&waits, &[("continue", "1")]).await;
        assert!(second.title().starts_with("You are signed in"), "{} {}", second.url, second.body);
    }

    async fn a_first_passkey_leads_to_the_application(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        let client = client(&house).await;
        let mut browser = house.browser();
        let page = browser.open(&house.authorize_url(&client, &[])).await;
        let page = browser.open(&house.at(&page.link("/register"))).await;
        let form = [("given_name", "Una"), ("family_name", "Noether"), ("email", UNA), ("passkey", "1")];
        let waits = browser.submit(&page, &form).await;
        let code = house.letters().await[0].code().expect("a code").to_owned();
        let page = browser.submit(&waits, &[("code", &code)]).await;
        assert!(page.url.contains("/account/security/passkeys/new?"), "{}", page.url);
        let mut authenticator = Authenticator::at(&house.url);
        let landing = browser.submit(&page, &authenticator.create(&page).fields()).await;
        assert_eq!(house.exchange(&client, &landing.code()).await.status, StatusCode::OK);
    }

    async fn who_makes_a_passkey_without_being_signed_in_comes_back_to_the_request(db: TestDatabase) {
        let house = TestUsher::on(db, &[]).await;
        house.user(ANA).await;
        let client = client(&house).await;
        let mut browser = house.browser();
        let page = browser.open(&house.authorize_url(&client, &[])).await;
        let address = page.url.replace("/login?", "/account/security/passkeys/new?");
        let asked = browser.open(&address).await;
        assert!(asked.url.contains("/login?interaction="), "{}", asked.url);
        browser.sign_in(&asked, ANA).await.code();
    }
}
