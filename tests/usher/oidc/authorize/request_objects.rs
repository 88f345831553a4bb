//! Signed request objects (RFC 9101, OpenID Connect Core §6).

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;

use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::relying_party::{CALLBACK, CHALLENGE};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";

async fn client_of(server: &TestServer, key: &TestKey) -> RegisteredClient {
    server.client(ClientType::Web, |client| client.jwks = Some(jwks(&[key]))).await
}

/// The claims of a good request object, with the test's changes.
fn claims(server: &TestServer, client: &RegisteredClient, changes: &Value) -> Value {
    let (id, now) = (&client.client.id.0, server.now().0);
    let claims = json!({
        "iss": id, "aud": server.url, "exp": now + 60, "nbf": now, "client_id": id, "response_type": "code",
        "redirect_uri": CALLBACK, "scope": "openid email", "state": "inside", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    });
    changed(claims, changes)
}

/// A request with nothing but the client, an object, and what stands beside it.
fn address(server: &TestServer, client: &RegisteredClient, beside: &[(&str, &str)]) -> String {
    let id = [("client_id", client.client.id.0.as_str())];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(id.iter().chain(beside)).finish();
    format!("{}?{query}", server.at("/oauth2/authorize"))
}

/// RO-02
#[tokio::test]
async fn the_parameters_are_those_that_the_client_signed() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    server.user(ANA).await;
    let client = client_of(&server, &key).await;
    let object = key.sign(
        &json!({"alg": "ES256", "kid": "k1", "typ": "oauth-authz-req+jwt"}),
        &claims(&server, &client, &json!({"max_age": 3_600, "claims": {"id_token": {"email": null}}})),
    );
    let beside = [
        ("request", object.as_str()),
        ("state", "outside"),
        ("redirect_uri", "https://evil.test"),
        ("scope", "admin"),
        ("nonce", "outside"),
    ];
    let landing = server.browser().go_through(&address(&server, &client, &beside), ANA).await;
    assert!(landing.url.starts_with(CALLBACK), "{landing:?}");
    assert_eq!(landing.answer("state").as_deref(), Some("inside"));
    let tokens = server.exchange(&client, &landing.code()).await;
    let id_token = crate::harness::relying_party::payload(&tokens.text("id_token"));
    assert_eq!((&id_token["email"], id_token.get("nonce")), (&json!(ANA), None));
}

/// RO-01
#[tokio::test]
async fn an_object_that_is_wrong_in_one_thing_is_refused_at_the_redirect_uri() {
    let (server, key, other) = (TestServer::start().await, TestKey::new("k1"), TestKey::new("k1"));
    let client = client_of(&server, &key).await;
    let good = claims(&server, &client, &json!({}));
    let mut objects: Vec<String> = [
        json!({"aud": "https://other.test"}),
        json!({"iss": "somebody"}),
        json!({"client_id": "somebody"}),
        json!({"client_id": null}),
        json!({"exp": server.now().0}),
        json!({"nbf": server.now().0 + 61}),
        json!({"sub": client.client.id.0}),
        json!({"request": "e30.e30."}),
        json!({"request_uri": "https://rp.test/r"}),
        json!({"response_type": "token"}),
    ]
    .iter()
    .map(|changes| key.token(&changed(good.clone(), changes)))
    .collect();
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "HS256", "kid": "k1"}),
        json!({"alg": "RS256", "kid": "k1"}),
        json!({"alg": "ES256", "kid": "k2"}),
        json!({"alg": "ES256", "kid": "k1", "typ": "client-authentication+jwt"}),
        json!({"alg": "ES256", "kid": "k1", "crit": ["exp"]}),
    ] {
        objects.push(key.sign(&header, &good));
    }
    objects.push(other.token(&good));
    objects.extend(["a.b.c.d.e", "e30.e30.", "x", "é"].map(str::to_owned));
    for object in objects {
        let url = address(&server, &client, &[("request", &object), ("response_type", "code"), ("state", "outside")]);
        let refused = server.browser().open(&url).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_request_object"), "{object}: {refused:?}");
        assert!(refused.url.starts_with(CALLBACK), "{refused:?}");
        assert_eq!(refused.answer("state").as_deref(), Some("outside"));
    }
    let twice = address(&server, &client, &[("request", "x"), ("request_uri", "https://rp.test/r")]);
    assert_eq!(server.browser().open(&twice).await.answer("error").as_deref(), Some("invalid_request"));
    let away = address(&server, &client, &[("request", "x"), ("redirect_uri", "https://evil.test")]);
    let page = server.browser().open(&away).await;
    assert!(page.status.is_client_error() && page.answer("error").is_none(), "{page:?}");
}

#[tokio::test]
async fn a_client_may_be_held_to_signing_its_requests_with_one_algorithm() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    server.user(ANA).await;
    let strict = server
        .client(ClientType::Web, |client| {
            client.jwks = Some(jwks(&[&key]));
            client.require_signed_request_object = true;
            client.request_object_signing_alg = Some("ES256".into());
        })
        .await;
    let plain = server.browser().open(&server.authorize_url(&strict, &[])).await;
    assert_eq!(plain.answer("error").as_deref(), Some("invalid_request"));
    let object = key.token(&claims(&server, &strict, &json!({})));
    let signed = address(&server, &strict, &[("request", &object)]);
    assert!(server.browser().go_through(&signed, ANA).await.answer("code").is_some());
    let unsigned = server.call(&strict, "/oauth2/par", &[("response_type", "code"), ("scope", "openid")]).await;
    assert_eq!(unsigned.error(), "invalid_request");
    let pushed = server.call(&strict, "/oauth2/par", &[("request", &object), ("state", "outside")]).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
    let url = address(&server, &strict, &[("request_uri", &pushed.text("request_uri"))]);
    assert_eq!(server.browser().go_through(&url, ANA).await.answer("state").as_deref(), Some("inside"));
    let other = server.client(ClientType::Web, |client| {
        client.jwks = Some(jwks(&[&key]));
        client.request_object_signing_alg = Some("PS256".into());
    });
    let other = other.await;
    let object = key.token(&claims(&server, &other, &json!({})));
    let refused = server.browser().open(&address(&server, &other, &[("request", &object)])).await;
    assert_eq!(refused.answer("error").as_deref(), Some("invalid_request_object"));
}

/// A server that answers every request with this text.
async fn host_of(text: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = move || async move { ([("content-type", "application/jwt")], text) };
    tokio::spawn(async move {
        let served = axum::serve(listener, Router::new().fallback(axum::routing::get(answer)));
        served.await.expect("it serves");
    });
    address
}

/// oidcc-request-uri-signed-rs256, and SS-04 for what is not registered.
#[tokio::test]
async fn an_object_is_fetched_from_a_url_that_the_client_registered() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    server.user(ANA).await;
    let client = client_of(&server, &key).await;
    let host = host_of(key.token(&claims(&server, &client, &json!({})))).await;
    let uri = format!("{host}/request.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM");
    let garbage = host_of("<html>".into()).await;
    let uris = vec![uri.clone(), format!("{garbage}/x"), "http://127.0.0.1:9/closed".into()];
    let registered = server.usher.clients.edit_client(&client.client.id, |mut client| {
        client.request_uris.clone_from(&uris);
        client
    });
    registered.await.expect("they can be registered");
    let landing = server.browser().go_through(&address(&server, &client, &[("request_uri", &uri)]), ANA).await;
    assert_eq!(landing.answer("state").as_deref(), Some("inside"), "{landing:?}");
    for (wrong, code) in [
        (format!("{host}/request.jwt"), "invalid_request_uri"),
        (format!("{host}/other.jwt"), "invalid_request_uri"),
        (format!("{garbage}/x"), "invalid_request_object"),
        ("http://127.0.0.1:9/closed".into(), "invalid_request_object"),
    ] {
        let refused = server.browser().open(&address(&server, &client, &[("request_uri", &wrong)])).await;
        assert_eq!(refused.answer("error").as_deref(), Some(code), "{wrong}: {refused:?}");
    }
}
