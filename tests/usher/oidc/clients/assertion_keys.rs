//! Keys at the `jwks_uri` of a client: fetched, cached, and fetched again when the client has replaced them.

use serde_json::json;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::AuthMethod;

use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::TestDatabase;
use crate::harness::document_host::DocumentHost;
use crate::harness::server::TestServer;

async fn started() -> TestServer {
    TestServer::on(TestDatabase::sqlite().await, &[("outbound.allow", "127.0.0.0/8"), ("limits.client_secret", "off")])
        .await
}

async fn client_of(server: &TestServer, host: &DocumentHost) -> RegisteredClient {
    let change = |client: &mut usher_protocol::client::metadata::ClientMetadata| {
        client.token_endpoint_auth_method = AuthMethod::PrivateKeyJwt;
        client.jwks_uri = Some(host.uri.clone());
    };
    server.client(ClientType::Machine, change).await
}

async fn is_accepted(server: &TestServer, client: &RegisteredClient, key: &TestKey) -> bool {
    let assertion = key.token(&server.assertion_claims(client));
    server.assert("/oauth2/token", &assertion, &[("grant_type", "client_credentials")]).await.status == 200
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_an_unknown_key_signed() {
    let (server, old, new) = (started().await, TestKey::new("old"), TestKey::new("new"));
    let host = DocumentHost::start(jwks(&[&old])).await;
    let client = client_of(&server, &host).await;
    assert!(is_accepted(&server, &client, &old).await && is_accepted(&server, &client, &old).await);
    assert_eq!(host.fetches(), 1);
    server.wait(60);
    host.publish(Some(jwks(&[&new])));
    assert!(is_accepted(&server, &client, &new).await);
    assert_eq!(host.fetches(), 2);
    assert!(!is_accepted(&server, &client, &old).await, "the removed key is dead");
}

#[tokio::test]
async fn unknown_keys_make_the_server_fetch_once_a_minute_at_most() {
    let (server, key, stranger) = (started().await, TestKey::new("k1"), TestKey::new("k2"));
    let host = DocumentHost::start(jwks(&[&key])).await;
    let client = client_of(&server, &host).await;
    for _ in 0..20 {
        assert!(!is_accepted(&server, &client, &stranger).await);
    }
    assert_eq!(host.fetches(), 1);
    assert!(is_accepted(&server, &client, &key).await, "the client's own key works meanwhile");
    server.wait(60);
    for _ in 0..20 {
        assert!(!is_accepted(&server, &client, &stranger).await);
    }
    assert_eq!(host.fetches(), 2);
}

#[tokio::test]
async fn a_removed_key_dies_within_ten_minutes_and_an_outage_does_not_lock_the_client_out() {
    let (server, key, other) = (started().await, TestKey::new("k1"), TestKey::new("k1"));
    let host = DocumentHost::start(jwks(&[&key])).await;
    let client = client_of(&server, &host).await;
    assert!(is_accepted(&server, &client, &key).await);
    host.publish(None);
    server.wait(600);
    assert!(is_accepted(&server, &client, &key).await, "the URL answers with an error: the known keys are used");
    server.wait(60);
    host.publish(Some(jwks(&[&other])));
    assert!(!is_accepted(&server, &client, &key).await);
    assert!(is_accepted(&server, &client, &other).await);
}

#[tokio::test]
async fn a_document_without_usable_keys_proves_nobody() {
    let (server, key) = (started().await, TestKey::new("k1"));
    let host = DocumentHost::start(json!({})).await;
    let client = client_of(&server, &host).await;
    for garbage in [json!({}), json!([]), json!({"keys": []}), json!({"keys": [{"kty": "oct", "k": "AA"}]}), json!("x")]
    {
        host.publish(Some(garbage.clone()));
        server.wait(5);
        assert!(!is_accepted(&server, &client, &key).await, "{garbage}");
    }
    host.publish(Some(json!({"keys": [{"kty": "oct", "k": "AA"}, 7, key.jwk()]})));
    server.wait(5);
    assert!(is_accepted(&server, &client, &key).await);
}
