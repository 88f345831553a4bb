//! Machines that act for themselves (RFC 6749 §4.4).

use serde_json::Value;
use usher_domain::oauth::client::ClientType;
use usher_protocol::scope::Scope;

use crate::apis::{ORDERS, settings};
use crate::harness::relying_party::payload;
use crate::harness::server::TestServer;

/// CA-10
#[tokio::test]
async fn a_machine_gets_what_it_was_registered_for_and_no_more() {
    let server = TestServer::start().await;
    server.api_of(server.project, ORDERS, settings(&["read", "write", "admin"])).await;
    let client = server
        .client(ClientType::Machine, |client| {
            client.scope = Scope::of(["read", "write"]);
            client.audience = vec![ORDERS.into()];
        })
        .await;
    let ask = async |scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        server.call(&client, "/oauth2/token", &form).await
    };
    assert_eq!(ask("read").await.text("scope"), "read");
    for beyond in ["admin", "read admin", "openid", "offline_access", "profile"] {
        assert_eq!(ask(beyond).await.error(), "invalid_scope", "{beyond}");
    }
    let all = ask("").await;
    assert_eq!(all.text("scope"), "read write");
    assert_eq!((all.json.get("refresh_token"), all.json.get("id_token")), (None, None));
}

/// CA-10
#[tokio::test]
async fn the_token_of_a_machine_is_nobodys() {
    let server = TestServer::start().await;
    let client = server.client(ClientType::Machine, |client| client.scope = Scope::of(["read"])).await;
    let token =
        server.call(&client, "/oauth2/token", &[("grant_type", "client_credentials")]).await.text("access_token");
    let claims = payload(&token);
    assert_eq!(claims["sub"], claims["client_id"]);
    assert_eq!((claims.get("sid"), claims.get("auth_time")), (None, None));
    let person = server.userinfo(&token).await;
    assert_eq!((person.status.as_u16(), person.error()), (403, "insufficient_scope"));
    assert!(server.is_active(&client, &token).await);
    server.wait(601);
    assert!(!server.is_active(&client, &token).await);
}

#[tokio::test]
async fn unsupported_and_unauthorized_grant_types_get_different_errors() {
    let server = TestServer::start().await;
    let machine = server.client(ClientType::Machine, |_| {}).await;
    for (grant_type, code) in [
        ("password", "unsupported_grant_type"),
        ("urn:example:unknown", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:device_code", "unauthorized_client"),
        ("", "invalid_request"),
        ("authorization_code", "unauthorized_client"),
        ("refresh_token", "unauthorized_client"),
    ] {
        let form = [
            ("grant_type", grant_type),
            ("code", "x"),
            ("refresh_token", "x"),
            ("device_code", "x"),
            ("username", "a"),
            ("password", "b"),
        ];
        let answer = server.call(&machine, "/oauth2/token", &form).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, code), "{grant_type}");
        assert!(answer.json.get("access_token").is_none_or(Value::is_null));
    }
}
