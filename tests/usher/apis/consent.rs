//! Consent to APIs.

use usher_domain::oauth::client::ClientType;

use super::{ANA, ORDERS, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

const BANK: &str = "https://bank.shop.example";

on_both_databases! {
    async fn consent_to_a_scope_at_one_api_is_none_to_the_same_scope_at_another(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        for identifier in [ORDERS, BANK] {
            server.api_of(server.project, identifier, settings(&["read"])).await;
        }
        let web = server.client_of(server.project, ClientType::Web, |client| client.scope = scope("openid read")).await;
        let mut browser = server.browser();
        let at = |resource: &str| server.authorize_url(&web, &[("resource", resource), ("scope", "openid read")]);
        browser.go_through(&at(ORDERS), ANA).await.code();
        let silent = |resource: &str| format!("{}&prompt=none", at(resource));
        browser.open(&silent(ORDERS)).await.code();
        let refused = browser.open(&silent(BANK)).await;
        assert_eq!(refused.answer("error").as_deref(), Some("consent_required"));
        browser.go_through(&at(BANK), ANA).await.code();
        browser.open(&silent(ORDERS)).await.code();
    }

    async fn the_page_says_which_api_and_what_its_scopes_permit(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read", "orders:write"])).await;
        let web = server.client_of(server.project, ClientType::Web, |client| client.scope = scope("openid orders:read")).await;
        let mut browser = server.browser();
        let page = browser.open(&server.authorize_url(&web, &[("resource", ORDERS), ("scope", "openid orders:read")])).await;
        let page = browser.sign_in(&page, ANA).await;
        for told in ["Orders", "api.shop.example", "May orders:read"] {
            assert!(page.body.contains(told), "{told}:\n{}", page.body);
        }
        assert!(!page.body.contains("May orders:write"), "{}", page.body);
    }
}
