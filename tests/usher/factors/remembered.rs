//! Browsers that are exempt from the second factor.

use usher_domain::oauth::client::ClientType;

use super::{ANA, App, at_second_step, server_with_app};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::{PASSWORD, TestServer};

/// Signs in with the app, has the browser remembered, and signs out.
async fn remembered<'u>(server: &'u TestServer, app: &App) -> Browser<'u> {
    let mut browser = server.browser();
    let step = at_second_step(server, &mut browser).await;
    browser.submit(&step, &[("remember", "1"), ("code", &app.code(server.now()))]).await;
    assert!(browser.cookies.contains_key("usher_remembered"));
    sign_out(server, &mut browser).await;
    server.wait(60);
    browser
}

async fn sign_out(server: &TestServer, browser: &mut Browser<'_>) {
    let page = browser.open(&server.at("/logout")).await;
    browser.submit(&page, &[("logout", "yes")]).await;
}

async fn lands_on(server: &TestServer, browser: &mut Browser<'_>) -> String {
    let page = browser.open(&server.at("/login")).await;
    let landing = browser.submit(&page, &[("email", ANA), ("password", PASSWORD)]).await;
    landing.url.trim_start_matches(&server.at("")).split('?').next().unwrap_or_default().to_owned()
}

on_both_databases! {
    async fn a_remembered_browser_is_spared_for_thirty_days_and_no_other_is(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = remembered(&server, &app).await;
        assert_eq!(lands_on(&server, &mut browser).await, "/account/profile");
        assert_eq!(lands_on(&server, &mut server.browser()).await, "/login/second");
        sign_out(&server, &mut browser).await;
        server.wait(30 * 24 * 3600);
        assert_eq!(lands_on(&server, &mut browser).await, "/login/second");
    }

    /// MF-08
    async fn what_was_spared_is_not_claimed_and_is_asked_for_where_it_is_needed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = remembered(&server, &app).await;
        let open = server.client(ClientType::Web, |one| one.first_party = true).await;
        let landing = browser.go_through(&server.authorize_url(&open, &[]), ANA).await;
        let tokens = server.exchange(&open, &landing.code()).await;
        assert_eq!(payload(&tokens.text("id_token"))["acr"], "aal1");
        let strict = server.client(ClientType::Web, |one| (one.first_party, one.require_second_factor) = (true, true)).await;
        let step = browser.open(&server.authorize_url(&strict, &[])).await;
        assert!(step.url.contains("/login/second"), "{}", step.url);
        let landing = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        let tokens = server.exchange(&strict, &landing.code()).await;
        assert_eq!(payload(&tokens.text("id_token"))["acr"], "aal2");
    }

    async fn whoever_is_signed_in_and_shows_themselves_again_is_spared_nothing(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = remembered(&server, &app).await;
        assert_eq!(lands_on(&server, &mut browser).await, "/account/profile");
        let page = browser.open(&server.at("/account/security/totp")).await;
        assert!(page.url.contains("again=1"), "one factor is too little to change factors by: {}", page.url);
        let step = browser.submit(&page, &[("password", PASSWORD)]).await;
        assert!(step.url.contains("/login/second"), "{}", step.url);
        let done = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        assert_eq!(done.url, server.at("/account/security/totp"));
    }

    async fn a_new_password_and_the_owner_make_a_browser_forgotten(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let mut browser = remembered(&server, &app).await;
        assert_eq!(lands_on(&server, &mut browser).await, "/account/profile");
        let page = browser.open(&server.at("/account/security")).await;
        let done = browser.press(&page, "forget-all", &[]).await;
        assert_eq!(done.url, server.at("/account/security?done=browser"));
        sign_out(&server, &mut browser).await;
        assert_eq!(lands_on(&server, &mut browser).await, "/login/second");
        let mut browser = remembered(&server, &app).await;
        assert_eq!(lands_on(&server, &mut browser).await, "/account/profile");
        let page = browser.open(&server.at("/account/security")).await;
        browser.submit(&page, &[("current_password", PASSWORD), ("password", "another quiet blue door")]).await;
        sign_out(&server, &mut browser).await;
        let page = browser.open(&server.at("/login")).await;
        let landing = browser.submit(&page, &[("email", ANA), ("password", "another quiet blue door")]).await;
        assert!(landing.url.contains("/login/second"), "{}", landing.url);
    }
}
