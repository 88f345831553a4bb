//! Keys at the `jwks_uri` of a client: fetched, cached, and fetched again when the client has replaced them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::client::metadata::AuthMethod;

use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::TestDatabase;
use crate::harness::server::TestServer;

/// A server that publishes keys.
struct KeyHost {
    uri: String,
    /// The document; without one it answers 500.
    document: Arc<Mutex<Option<Value>>>,
    fetches: Arc<AtomicUsize>,
}

impl KeyHost {
    async fn start(document: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let uri = format!("http://{}/jwks", listener.local_addr().expect("an address"));
        let (document, fetches) = (Arc::new(Mutex::new(Some(document))), Arc::new(AtomicUsize::new(0)));
        let (shown, counted) = (document.clone(), fetches.clone());
        let answer = move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            let document = shown.lock().expect("no test panicked").clone();
            document.map_or(StatusCode::INTERNAL_SERVER_ERROR.into_response(), |it| axum::Json(it).into_response())
        };
        tokio::spawn(async move {
            let served = axum::serve(listener, Router::new().fallback(axum::routing::get(answer)));
            served.await.expect("it serves");
        });
        Self { uri, document, fetches }
    }

    fn publish(&self, document: Option<Value>) {
        *self.document.lock().expect("no test panicked") = document;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

async fn started() -> TestServer {
    TestServer::on(TestDatabase::sqlite().await, &[("outbound.allow", "127.0.0.0/8"), ("limits.client_secret", "off")])
        .await
}

async fn client_of(server: &TestServer, host: &KeyHost) -> RegisteredClient {
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
    let host = KeyHost::start(jwks(&[&old])).await;
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
    let host = KeyHost::start(jwks(&[&key])).await;
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
    let host = KeyHost::start(jwks(&[&key])).await;
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
    let host = KeyHost::start(json!({})).await;
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
