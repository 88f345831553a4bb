//! No untrusted input of a request makes the server call a URL (SS-04).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::net::TcpListener;
use usher_domain::oauth::client::ClientType;

use crate::harness::database::on_both_databases;
use crate::harness::server::TestServer;

/// An internal URL that counts requests, and one without a listener.
async fn listeners() -> (Arc<AtomicUsize>, [String; 2]) {
    let open = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let shut = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = |listener: &TcpListener| format!("http://{}", listener.local_addr().expect("an address"));
    let addresses = [address(&open), address(&shut)];
    drop(shut);
    let knocks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&knocks);
    tokio::spawn(async move {
        while open.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (knocks, addresses)
}

/// A token that names a URL to fetch its key from.
fn pointing_to(address: &str, claims: &serde_json::Value) -> String {
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header =
        json!({"alg": "RS256", "jku": format!("{address}/keys"), "x5u": format!("{address}/cert"), "kid": "1"});
    format!("{}.{}.{}", part(&header), part(claims), URL_SAFE_NO_PAD.encode([7; 256]))
}

on_both_databases! {
    /// A `request_uri` (RFC 9101 §5.2) that is not registered is rejected without a request, with the same error whatever
    /// the URL.
    async fn a_request_uri_is_never_fetched(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let (knocks, [open, shut]) = listeners().await;
        let mut answers = Vec::new();
        for address in [&open, &shut] {
            let uri = format!("{address}/request.jwt");
            let landing = server.browser().open(&server.authorize_url(&client, &[("request_uri", &uri)])).await;
            answers.push((landing.status, landing.answer("error"), landing.answer("error_description"), landing.body));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0].1.as_deref(), Some("invalid_request_uri"));
        assert_eq!(knocks.load(Ordering::SeqCst), 0);
    }

    /// Nor is `jwks_uri` of a client (RFC 7591 §2), or the key URL in a token (RFC 7515 §4.1.2, §4.1.5).
    async fn keys_of_strangers_are_never_fetched(db: TestDatabase) {
        let server = TestServer::in_production(db).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let (knocks, listeners) = listeners().await;
        let mut answers = Vec::new();
        for address in &listeners {
            let clients = format!("/api/v1/projects/{}/clients", server.project);
            let metadata = json!({"client_name": "Stranger", "redirect_uris": ["https://rp.test/cb"],
                                  "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": format!("{address}/jwks")});
            let made = server.http.post(server.at(&clients)).bearer_auth(&server.project_token).json(&metadata).send().await.unwrap();
            assert!(made.status().is_client_error(), "{}", made.status());
            let claims = json!({"iss": client.client.id.0, "sub": client.client.id.0, "aud": server.url, "jti": "1", "exp": 1_900_000_000});
            let token = pointing_to(address, &claims);
            let form = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", token.as_str()),
            ];
            let asserted = server.http.post(server.at("/oauth2/token")).form(&form).send().await.unwrap();
            let asked = server.http.get(server.at("/oauth2/userinfo")).bearer_auth(&token).send().await.unwrap();
            let out = format!("/oauth2/logout?id_token_hint={token}");
            let hinted = server.http.get(server.at(&out)).send().await.unwrap();
            let hint = server.browser().open(&server.authorize_url(&client, &[("id_token_hint", &token), ("prompt", "none")])).await;
            answers.push((made.status(), asserted.status(), asserted.text().await.unwrap().contains("invalid_client"), asked.status(), hinted.status(), hint.answer("error")));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0].3, 401);
        assert_eq!(knocks.load(Ordering::SeqCst), 0);
    }
}
