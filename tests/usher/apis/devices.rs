//! Devices that ask for APIs (RFC 8628, RFC 8707).

use serde_json::json;
use usher_domain::oauth::client::ClientType;
use usher_protocol::device::DEVICE_CODE_GRANT;

use super::{ANA, ORDERS, scope, settings};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

const BANK: &str = "https://bank.shop.example";

on_both_databases! {
    async fn a_device_gets_a_token_for_the_api_that_the_person_allowed(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.user(ANA).await;
        for identifier in [ORDERS, BANK] {
            server.api_of(server.project, identifier, settings(&["orders:read"])).await;
        }
        let wanted = "openid offline_access orders:read";
        let tv = server.client_of(server.project, ClientType::Device, |client| {
            client.redirect_uris.clear();
            client.scope = scope(wanted);
        }).await;
        let asked = server.call(&tv, "/oauth2/device", &[("scope", wanted), ("resource", ORDERS)]).await;
        let mut browser = server.browser();
        let page = browser.open(&server.at("/device")).await;
        let page = browser.submit(&page, &[("user_code", &asked.text("user_code"))]).await;
        let page = browser.sign_in(&page, ANA).await;
        assert!(page.body.contains("May orders:read") && page.body.contains("api.shop.example"), "{}", page.body);
        browser.submit(&page, &[("decision", "allow")]).await;

        let device_code = asked.text("device_code");
        let poll = [("grant_type", DEVICE_CODE_GRANT), ("device_code", device_code.as_str())];
        let refused = server.call(&tv, "/oauth2/token", &[&poll[..], &[("resource", BANK)]].concat()).await;
        assert_eq!(refused.error(), "invalid_target", "the code is not used up");
        let tokens = server.call(&tv, "/oauth2/token", &poll).await;
        let claims = payload(&tokens.text("access_token"));
        assert_eq!((&claims["aud"], &claims["scope"]), (&json!([ORDERS]), &json!("orders:read")));
        let refresh = tokens.text("refresh_token");
        assert_eq!(server.refresh_with(&tv, &refresh, &[("resource", BANK)]).await.error(), "invalid_target");
        let refreshed = server.refresh(&tv, &refresh).await;
        assert_eq!(payload(&refreshed.text("access_token"))["aud"], json!([ORDERS]));
    }

    async fn a_device_cannot_ask_for_the_api_of_another_project(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        server.api_of(server.project, ORDERS, settings(&["orders:read"])).await;
        let mallory = server.project_named("Mallory").await.0;
        let tv = server.client_of(mallory, ClientType::Device, |client| {
            client.redirect_uris.clear();
            client.scope = scope("openid orders:read");
        }).await;
        let asked = server.call(&tv, "/oauth2/device", &[("scope", "openid orders:read"), ("resource", ORDERS)]).await;
        assert_eq!((asked.status.as_u16(), asked.error()), (400, "invalid_target"));
        let asked = server.call(&tv, "/oauth2/device", &[("scope", "orders:read")]).await;
        assert_eq!((asked.status.as_u16(), asked.error()), (400, "invalid_scope"));
    }
}
