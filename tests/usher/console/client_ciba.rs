//! The fields about CIBA.

use reqwest::StatusCode;
use usher_protocol::ciba::CIBA_GRANT;
use usher_protocol::client::metadata::TokenDeliveryMode;

use super::administrator;
use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn a_client_that_asks_people_is_made_and_changed_in_the_form(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, key) = (administrator(&server).await, TestKey::new("k1"));
        let form = browser.open(&server.at(&format!("/console/projects/{}/clients/new", server.project))).await;
        let keys = jwks(&[&key]).to_string();
        let usual = [
            ("type", "web"), ("name", "Bank"), ("redirect_uris", "https://rp.test/cb"), ("id_token_alg", "ES256"),
            ("scope", "openid"), ("auth_method", "private_key_jwt"), ("jwks", keys.as_str()),
        ];
        let ciba = [("ciba", "true"), ("ciba_endpoint", "https://rp.test/ping"), ("ciba_alg", "ES256")];
        let made = browser.submit(&form, &usual.into_iter().chain(ciba).collect::<Vec<_>>()).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        let id = made.text("#client-id").trim().to_owned();
        let quick_start = format!("/console/projects/{}/clients/{id}/quick-start", server.project);
        let quick_start = browser.open(&server.at(&quick_start)).await;
        assert!(quick_start.body.contains("/oauth2/ciba"), "its endpoint is shown: {}", quick_start.body);
        let metadata = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert!(metadata.may_use(CIBA_GRANT) && metadata.is_pinged() && metadata.signs_ciba_requests());
        assert_eq!(metadata.backchannel_client_notification_endpoint.as_deref(), Some("https://rp.test/ping"));

        let edit = browser.open(&server.at(&format!("/console/clients/{id}/edit"))).await;
        let same = usual.into_iter().filter(|(name, _)| *name != "type");
        let changed = [("ciba", "true"), ("ciba_endpoint", ""), ("ciba_alg", "")];
        let saved = browser.submit(&edit, &same.chain(changed).collect::<Vec<_>>()).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let now = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert!(now.may_use(CIBA_GRANT) && !now.is_pinged() && !now.signs_ciba_requests());
        assert_eq!((now.backchannel_token_delivery_mode, now.backchannel_client_notification_endpoint), (None, None));
        assert_ne!(metadata.backchannel_token_delivery_mode, Some(TokenDeliveryMode::Poll));
    }
}

#[tokio::test]
async fn what_cannot_be_called_or_verified_is_refused_at_its_field() {
    let server = TestServer::start().await;
    let mut browser = administrator(&server).await;
    let form = browser.open(&server.at(&format!("/console/projects/{}/clients/new", server.project))).await;
    let usual = [
        ("type", "web"),
        ("name", "Bank"),
        ("redirect_uris", "https://rp.test/cb"),
        ("id_token_alg", "ES256"),
        ("scope", "openid"),
        ("auth_method", "client_secret_basic"),
        ("ciba", "true"),
    ];
    for (field, bad) in [("ciba_endpoint", "http://rp.test/ping"), ("ciba_alg", "ES256"), ("ciba_alg", "none")] {
        let refused = browser.submit(&form, &usual.into_iter().chain([(field, bad)]).collect::<Vec<_>>()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {bad}: {}", refused.body);
        assert!(refused.body.contains(&format!("id=\"{field}-error\"")), "{field}: {}", refused.body);
    }
}
