//! The introspection endpoint (RFC 7662): clients can introspect tokens of their own project only.

use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::relying_party::{header, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

/// Content type and body of a signed response.
async fn signed(server: &TestServer, client: &RegisteredClient, token: &str) -> (String, String) {
    let request = server.http.post(server.at("/oauth2/introspect")).form(&[("token", token)]);
    let request = request.basic_auth(&client.client.id.0, client.secret.as_deref());
    let response = request.header("accept", "application/token-introspection+jwt").send().await.expect("an answer");
    assert_eq!(
        (response.status().as_u16(), &response.headers()["cache-control"]),
        (200, &HeaderValue::from_static("no-store"))
    );
    let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
    (kind, response.text().await.expect("a body"))
}

/// RFC 9701
#[tokio::test]
async fn a_response_is_signed_for_the_client_that_asks_for_a_jwt() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let token = server.tokens(&mut server.browser(), &client, ANA).await.text("access_token");
    for (alg, signed_with) in
        [(None, "RS256"), (Some("ES256"), "ES256"), (Some("PS256"), "PS256"), (Some("EdDSA"), "EdDSA")]
    {
        let api = server
            .client(ClientType::Machine, |api| api.introspection_signed_response_alg = alg.map(str::to_owned))
            .await;
        let (kind, jwt) = signed(&server, &api, &token).await;
        assert_eq!(kind, "application/token-introspection+jwt");
        let plain = server.call(&api, "/oauth2/introspect", &[("token", &token)]).await.json;
        let (head, now) = (header(&jwt), server.now().0);
        assert_eq!((&head["typ"], &head["alg"]), (&json!("token-introspection+jwt"), &json!(signed_with)));
        let expected = json!({"iss": server.url, "aud": api.client.id, "iat": now, "token_introspection": plain});
        assert_eq!(payload(&jwt), expected);
        assert!(plain["active"].as_bool().is_some_and(|active| active));
        assert!(server.is_published(&jwt).await, "{signed_with}");
        assert_eq!(server.userinfo(&jwt).await.status, 401, "it passes for no access token");
    }
}

#[tokio::test]
async fn a_good_token_is_described() {
    let server = TestServer::start().await;
    let ana = server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let api = server.client(ClientType::Machine, |_| {}).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    let ask = async |token: &str| server.call(&api, "/oauth2/introspect", &[("token", token)]).await;
    let mut access = ask(&tokens.text("access_token")).await;
    assert_eq!(access.headers["cache-control"], "no-store");
    assert_eq!(access.json["sub"], ana.sub.0);
    for volatile in ["iss", "sub", "client_id", "jti", "sid", "gid", "aud", "project_id"] {
        assert!(access.json.get(volatile).is_some_and(|value| !value.is_null()), "{volatile}");
        access.json[volatile] = Value::from(format!("[{volatile}]"));
    }
    insta::assert_json_snapshot!(access.json);
    let own = [("token", tokens.text("refresh_token"))];
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refresh = server.call(&client, "/oauth2/introspect", &own).await.json;
    assert_eq!((&refresh["active"], &refresh["token_type"]), (&json!(true), &Value::Null));
    assert_eq!(refresh["token_use"], "refresh_token");
    assert_eq!(refresh["exp"], server.now().0 + 30 * 24 * 3_600);
}

#[tokio::test]
async fn a_refresh_token_is_described_to_its_own_client_alone() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let neighbour = server.client(ClientType::Machine, |_| {}).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    let refresh = tokens.text("refresh_token");
    assert!(!server.is_active(&neighbour, &refresh).await, "of the same project, and none of its business");
    assert!(server.is_active(&neighbour, &tokens.text("access_token")).await);
    assert!(server.is_active(&client, &refresh).await);
}

/// AD-10
#[tokio::test]
async fn a_stranger_learns_nothing() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let stranger = server.client_of_another_project(ClientType::Machine).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    for name in ["access_token", "refresh_token", "id_token"] {
        let token = tokens.text(name);
        let answer = server.call(&stranger, "/oauth2/introspect", &[("token", &token)]).await;
        assert_eq!((answer.status.as_u16(), answer.json), (200, json!({"active": false})), "{name}");
        let (_, jwt) = signed(&server, &stranger, &token).await;
        assert_eq!(payload(&jwt)["token_introspection"], json!({"active": false}), "{name}");
        let request = server.http.post(server.at("/oauth2/introspect")).form(&[("token", &token)]);
        let unauthenticated = crate::harness::relying_party::answer(request).await;
        assert_eq!((unauthenticated.status.as_u16(), unauthenticated.error()), (401, "invalid_client"));
    }
}

#[tokio::test]
async fn what_is_not_good_is_only_not_good() {
    let server = TestServer::start().await;
    server.user(ANA).await;
    let client = server.client(ClientType::Web, |client| client.first_party = true).await;
    let tokens = server.tokens(&mut server.browser(), &client, ANA).await;
    server.refresh(&client, &tokens.text("refresh_token")).await;
    let (id_token, old) = (tokens.text("id_token"), tokens.text("refresh_token"));
    for token in [id_token.as_str(), &old, "garbage", "a.b.c", &"x".repeat(10_000)] {
        let answer = server.call(&client, "/oauth2/introspect", &[("token", token)]).await;
        assert_eq!((answer.status.as_u16(), answer.json), (200, json!({"active": false})));
    }
    let hinted_twice = [("token", "a"), ("token_type_hint", "access_token"), ("token_type_hint", "refresh_token")];
    for form in [&[][..], &[("token", "")], &[("token", "a"), ("token", "b")], &hinted_twice] {
        let answer = server.call(&client, "/oauth2/introspect", form).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (400, "invalid_request"), "{form:?}");
    }
    let hinted = [("token", tokens.text("access_token")), ("token_type_hint", "refresh_token".into())];
    let hinted: Vec<_> = hinted.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(server.call(&client, "/oauth2/introspect", &hinted).await.json["active"], true, "a hint is only a hint");
}
