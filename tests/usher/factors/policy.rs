//! Authentication requirements of a client, its project or a request.

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use super::{ANA, App, at_second_step, confirm, server_with_app};
use crate::harness::browser::Browser;
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

async fn client(server: &TestServer, strict: bool) -> RegisteredClient {
    server.client(ClientType::Web, |one| (one.first_party, one.require_second_factor) = (true, strict)).await
}

/// A browser in which a user with an app signed in without it.
async fn weakly_signed_in(server: &TestServer) -> (Browser<'_>, App) {
    server.user(ANA).await;
    let mut browser = server.signed_in(ANA).await;
    let mut other = server.signed_in(ANA).await;
    let app = super::set_up(server, &mut other).await;
    browser.open(&server.at("/account/profile")).await;
    server.wait(60);
    (browser, app)
}

fn essential(acr: &str) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string()
}

on_both_databases! {
    async fn a_client_that_requires_two_factors_gets_them_from_a_session_of_one(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, app) = weakly_signed_in(&server).await;
        let (open, strict) = (client(&server, false).await, client(&server, true).await);
        let weak = server.exchange(&open, &browser.open(&server.authorize_url(&open, &[])).await.code()).await;
        assert_eq!(payload(&weak.text("id_token"))["acr"], "aal1");
        let silent = browser.open(&server.authorize_url(&strict, &[("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("interaction_required"));
        let step = browser.open(&server.authorize_url(&strict, &[])).await;
        assert!(step.url.contains("/login/second"), "{}", step.url);
        let landing = browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        let strong = server.exchange(&strict, &landing.code()).await;
        let claims = payload(&strong.text("id_token"));
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal2"), &json!(["pwd", "otp", "mfa"])));
        let before = payload(&weak.text("id_token"));
        assert_eq!(claims["auth_time"], before["auth_time"], "a factor more is no new sign-in");
    }

    /// MF-04
    async fn whoever_has_no_second_factor_sets_one_up_or_goes_back_with_an_error(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        let strict = client(&server, true).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&strict, &[])).await;
        let enrol = browser.sign_in(&page, ANA).await;
        assert!(enrol.url.contains("/login/enrol"), "{}", enrol.url);
        let cancelled = browser.press(&enrol, "enrol", &[]).await;
        assert_eq!(cancelled.answer("error").as_deref(), Some("unmet_authentication_requirements"));
        let silent = browser.open(&server.authorize_url(&strict, &[("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("unmet_authentication_requirements"));
        let again = browser.open(&server.authorize_url(&strict, &[])).await;
        assert!(again.url.contains("/login/enrol"), "leaving it does not get around it: {}", again.url);
        let interaction = again.answer("interaction").unwrap();
        let setup = browser.open(&server.at(&format!("/account/security/totp?interaction={interaction}"))).await;
        let (_, shown) = confirm(&server, &mut browser, &setup).await;
        let on = shown.text(".wide");
        assert!(!on.is_empty(), "{}", shown.body);
        let landing = browser.open(&server.at(&format!("/login/second?interaction={interaction}"))).await;
        let tokens = server.exchange(&strict, &landing.code()).await;
        assert_eq!(payload(&tokens.text("id_token"))["acr"], "aal2");
    }

    async fn a_project_asks_the_same_of_all_its_clients(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, _) = weakly_signed_in(&server).await;
        let open = client(&server, false).await;
        browser.open(&server.authorize_url(&open, &[])).await.code();
        server.usher.projects.require_second_factor(open.client.project_id, true).await.unwrap();
        assert!(browser.open(&server.authorize_url(&open, &[])).await.url.contains("/login/second"));
        server.usher.projects.require_second_factor(open.client.project_id, false).await.unwrap();
        browser.open(&server.authorize_url(&open, &[])).await.code();
    }

    async fn an_essential_acr_is_met_and_returned_as_requested(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let app = server_with_app(&server).await;
        let open = client(&server, false).await;
        let mut browser = server.browser();
        let step = at_second_step(&server, &mut browser).await;
        browser.submit(&step, &[("code", &app.code(server.now()))]).await;
        for (asked, found) in [("aal2", Ok("aal2")), ("aal1", Ok("aal1")), ("aal3", Err("unmet_authentication_requirements"))] {
            let landing = browser.open(&server.authorize_url(&open, &[("claims", &essential(asked))])).await;
            match found {
                Ok(acr) => {
                    let tokens = server.exchange(&open, &landing.code()).await;
                    assert_eq!(payload(&tokens.text("id_token"))["acr"], acr);
                }
                Err(error) => assert_eq!(landing.answer("error").as_deref(), Some(error)),
            }
        }
    }

    async fn a_wish_is_granted_where_it_costs_no_enrolment(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, _) = weakly_signed_in(&server).await;
        let open = client(&server, false).await;
        let step = browser.open(&server.authorize_url(&open, &[("acr_values", "aal2 aal1")])).await;
        assert!(step.url.contains("/login/second"), "{}", step.url);
        browser.open(&server.authorize_url(&open, &[("acr_values", "aal1")])).await.code();
        browser.open(&server.authorize_url(&open, &[("acr_values", "phr")])).await.code();
        server.user("bob@example.test").await;
        let mut bob = server.signed_in("bob@example.test").await;
        bob.open(&server.authorize_url(&open, &[("acr_values", "aal2")])).await.code();
        let wishes = server
            .client(ClientType::Web, |one| {
                one.first_party = true;
                one.default_acr_values = vec!["aal2".into()];
            })
            .await;
        assert!(browser.open(&server.authorize_url(&wishes, &[])).await.url.contains("/login/second"));
    }
}
