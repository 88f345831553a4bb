//! The fields about how a client proves itself.

use reqwest::StatusCode;
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::AuthMethod;
use usher_protocol::id_jag::JWT_BEARER_GRANT;
use usher_protocol::token_exchange::TOKEN_EXCHANGE_GRANT;

use super::administrator;
use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

on_both_databases! {
    async fn a_client_with_keys_is_made_and_changed_in_the_form(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let (mut browser, key) = (administrator(&server).await, TestKey::new("k1"));
        let form = browser.open(&server.at(&format!("/console/projects/{}/clients/new", server.project))).await;
        let keys = format!("{:#}", jwks(&[&key]));
        let fields = [
            ("type", "web"), ("name", "Bank"), ("redirect_uris", "https://rp.test/cb"), ("id_token_alg", "ES256"),
            ("scope", "openid"), ("auth_method", "private_key_jwt"), ("jwks", keys.as_str()), ("require_par", "true"),
        ];
        let made = browser.submit(&form, &fields).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.body);
        assert!(made.text("#secret").is_empty() && made.body.contains("private_key_jwt"), "{}", made.body);
        let id = made.text("#client-id").trim().to_owned();
        let metadata = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert_eq!((metadata.token_endpoint_auth_method, metadata.jwks), (AuthMethod::PrivateKeyJwt, Some(jwks(&[&key]))));
        assert!(metadata.require_pushed_authorization_requests && !metadata.dpop_bound_access_tokens);

        let edit = browser.open(&server.at(&format!("/console/clients/{id}/edit"))).await;
        let shown = edit.text("#jwks");
        assert_eq!(serde_json::from_str::<Value>(&shown).expect("JSON"), jwks(&[&key]));
        let typed = shown.trim().replace('\n', "\r\n");
        let chat = json!([{"audience": "https://chat.test", "client_id": "bank", "relying_party": "client_chat"}]);
        let servers = chat.to_string();
        let exchange = [
            ("exchange", "true"), ("may_impersonate", "true"), ("jwt_bearer", "true"), ("cross_app_access", &*servers),
        ];
        let changes = [("require_signed", "true"), ("dpop", "true"), ("jwks", typed.as_str())].into_iter().chain(exchange);
        let same = fields.iter().filter(|(name, _)| !["require_par", "jwks", "type"].contains(name)).copied();
        let saved = browser.submit(&edit, &same.chain(changes).collect::<Vec<_>>()).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let now = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert!(now.require_signed_request_object && now.dpop_bound_access_tokens);
        assert!(!now.require_pushed_authorization_requests);
        assert!(now.may_impersonate && now.grant_types.iter().any(|name| name == TOKEN_EXCHANGE_GRANT));
        assert!(now.may_use(JWT_BEARER_GRANT));
        assert_eq!(serde_json::to_value(&now.cross_app_access).expect("JSON"), chat);
        assert_eq!(now.jwks, Some(jwks(&[&key])), "line ends are no change");

        let edit = browser.open(&server.at(&format!("/console/clients/{id}/edit"))).await;
        assert_eq!(serde_json::from_str::<Value>(&edit.text("#cross_app_access")).expect("JSON"), chat);
        let same: Vec<_> = fields.iter().filter(|(name, _)| !["require_par", "type"].contains(name)).copied().collect();
        let with = |servers| [&same[..], &[("exchange", "true"), ("cross_app_access", servers)]].concat();
        let refused = browser.submit(&edit, &with("https://chat.test")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(!refused.text("#cross_app_access-error").is_empty(), "{}", refused.body);
        let saved = browser.submit(&edit, &with("")).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        let now = server.usher.clients.load_client(&id).await.expect("it is there").metadata;
        assert!(now.cross_app_access.is_empty() && now.may_use(TOKEN_EXCHANGE_GRANT) && !now.may_use(JWT_BEARER_GRANT));
    }
}

#[tokio::test]
async fn keys_that_cannot_be_used_are_refused_at_their_field() {
    let server = TestServer::start().await;
    let (mut browser, key) = (administrator(&server).await, TestKey::new("k1"));
    let client = server.client_with_key(ClientType::Web, &key, |_| {}).await;
    let edit = browser.open(&server.at(&format!("/console/clients/{}/edit", client.client.id))).await;
    let private = json!({"keys": [{"kty": "oct", "k": "AAAA"}]}).to_string();
    for (field, bad) in [
        ("jwks", "not JSON"),
        ("jwks", "{\"keys\":[]}"),
        ("jwks", private.as_str()),
        ("jwks", ""),
        ("jwks_uri", "http://rp.test/jwks"),
        ("jwks_uri", "https://10.0.0.1/jwks"),
    ] {
        let usual =
            [("name", "Bank"), ("redirect_uris", "https://rp.test/cb"), ("id_token_alg", "RS256"), ("scope", "openid")];
        let keys = if field == "jwks_uri" { "" } else { bad };
        let uri = if field == "jwks_uri" { bad } else { "" };
        let method = ("auth_method", "private_key_jwt");
        let fields = [&usual[..], &[method, ("jwks", keys), ("jwks_uri", uri)]].concat();
        let refused = browser.submit(&edit, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {bad}");
        assert!(!refused.text(&format!("#{field}-error")).is_empty(), "{field} {bad}: {}", refused.body);
    }
    let now = server.usher.clients.load_client(&client.client.id.0).await.expect("it is there");
    assert_eq!(now.metadata, client.client.metadata, "nothing was changed");
}
