//! `private_key_jwt` and `client_secret_jwt` (RFC 7523, OpenID Connect Core §9) over HTTP.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use usher_domain::oauth::client::{ClientType, SecretRotation};
use usher_protocol::client::assertion::JWT_BEARER;
use usher_protocol::client::metadata::AuthMethod;

use crate::harness::client_key::{TestKey, changed, jwks};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{answer, count};
use crate::harness::server::TestServer;

const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// An assertion signed with a secret.
fn by_secret(secret: &str, alg: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&json!({ "alg": alg })), part(claims));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
}

on_both_databases! {
    async fn a_private_key_proves_a_client_at_every_endpoint(db: TestDatabase) {
        let (server, key) = (TestServer::on(db, &[]).await, TestKey::new("k1"));
        let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        assert_eq!(client.secret, None, "a client with keys has no secret");
        let fresh = || key.token(&server.assertion_claims(&client));
        let tokens = server.assert("/oauth2/token", &fresh(), &MACHINE).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        let token = tokens.text("access_token");
        let asked = server.assert("/oauth2/introspect", &fresh(), &[("token", &token)]).await;
        assert_eq!(asked.json["active"], true, "{asked:?}");
        assert_eq!(server.assert("/oauth2/revoke", &fresh(), &[("token", &token)]).await.status, 200);
        let asked = server.assert("/oauth2/introspect", &fresh(), &[("token", &token)]).await;
        assert_eq!(asked.json, json!({"active": false}));
    }

    /// CA-03
    async fn an_assertion_is_accepted_once_on_all_instances_and_after_a_restart(db: TestDatabase) {
        let (mut server, key) = (TestServer::on(db, &[]).await, TestKey::new("k1"));
        let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        let second = server.second_instance().await;
        let token = key.token(&server.assertion_claims(&client));
        let tries = (0..20).map(|n| if n % 2 == 0 { &server } else { &second }.assert("/oauth2/token", &token, &MACHINE));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!((count(&answers, 200), count(&answers, 401)), (1, 19));
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.error() == "invalid_client"));
        drop(second);
        server.restart().await;
        assert_eq!(server.assert("/oauth2/token", &token, &MACHINE).await.status, 401);
        let other = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
        let jti = server.assertion_claims(&client)["jti"].clone();
        for client in [&client, &other] {
            let same = key.token(&changed(server.assertion_claims(client), &json!({ "jti": jti })));
            assert_eq!(server.assert("/oauth2/token", &same, &MACHINE).await.status, 200, "each client has its own ids");
        }
    }

    async fn a_client_signs_with_its_secret_and_the_database_does_not_show_it(db: TestDatabase) {
        let server = TestServer::on(db, &[]).await;
        let client = server.client(ClientType::Machine, |client| client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt).await;
        let secret = client.secret.clone().expect("a secret");
        let ask = async |secret: &str| {
            server.assert("/oauth2/token", &by_secret(secret, "HS256", &server.assertion_claims(&client)), &MACHINE).await
        };
        assert_eq!(ask(&secret).await.status, 200);
        assert_eq!(ask("another secret").await.error(), "invalid_client");
        let stored = server.usher.clients.load_client(&client.client.id.0).await.expect("it is there");
        assert!(stored.secrets[0].last_used_at.is_some(), "its use is recorded");
        assert!(!serde_json::to_string(&stored.secrets).expect("JSON").contains(&secret));
        let basic = server.http.post(server.at("/oauth2/token")).basic_auth(&client.client.id.0, Some(&secret)).form(&MACHINE);
        assert_eq!(answer(basic).await.error(), "invalid_client", "the secret itself is not accepted");
        let rotated = server.usher.clients.rotate_client_secret(&client.client.id, SecretRotation { end_young: true, ..SecretRotation::default() }).await;
        let fresh = rotated.expect("it can be rotated").secret.expect("a secret");
        assert_eq!(ask(&fresh).await.status, 200);
        assert_eq!(ask(&secret).await.status, 200, "the one before it works until its end");
        server.wait(86_400);
        assert_eq!(ask(&secret).await.error(), "invalid_client");
        assert_eq!(ask(&fresh).await.status, 200);
    }

    async fn a_client_that_changes_its_method_loses_what_it_proved_itself_by(db: TestDatabase) {
        let (server, key) = (TestServer::on(db, &[]).await, TestKey::new("k1"));
        let client = server.client(ClientType::Machine, |client| client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt).await;
        let id = &client.client.id;
        let to = async |method, keys: Option<Value>| {
            let changed = server.usher.clients.edit_client(id, |mut client| {
                client.token_endpoint_auth_method = method;
                client.jwks.clone_from(&keys);
                client
            });
            changed.await.expect("it can be changed")
        };
        let basic = to(AuthMethod::ClientSecret, None).await;
        assert!(basic.secrets.iter().all(|secret| secret.sealed.is_none()), "no copy is kept without a use");
        let back = by_secret(client.secret.as_deref().expect("a secret"), "HS256", &server.assertion_claims(&client));
        to(AuthMethod::ClientSecretJwt, None).await;
        assert_eq!(server.assert("/oauth2/token", &back, &MACHINE).await.error(), "invalid_client");
        assert_eq!(to(AuthMethod::PrivateKeyJwt, Some(jwks(&[&key]))).await.secrets, []);
        assert!(server.usher.clients.rotate_client_secret(id, SecretRotation::default()).await.is_err());
        let proof = key.token(&server.assertion_claims(&client));
        assert_eq!(server.assert("/oauth2/token", &proof, &MACHINE).await.status, 200);
    }
}

/// CA-01, CA-02, CA-04
#[tokio::test]
async fn an_assertion_that_is_wrong_in_one_thing_is_refused() {
    let (server, key, other) = (TestServer::start().await, TestKey::new("k1"), TestKey::new("k1"));
    let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
    let spa = server.client(ClientType::Spa, |_| {}).await;
    let (now, endpoint) = (server.now().0, format!("{}/oauth2/token", server.url));
    let ask = async |assertion: &str| server.assert("/oauth2/token", assertion, &MACHINE).await;
    let with = |changes: &Value| key.token(&changed(server.assertion_claims(&client), changes));
    for good in [json!({}), json!({"iat": now + 8, "nbf": now + 8}), json!({"iat": null}), json!({"aud": [server.url]})]
    {
        assert_eq!(ask(&with(&good)).await.status, 200, "{good}");
    }
    for bad in [
        json!({"aud": endpoint}),
        json!({"aud": format!("{}/oauth2/par", server.url)}),
        json!({"aud": [server.url, "https://other.test"]}),
        json!({"aud": format!("{}/", server.url)}),
        json!({"aud": null}),
        json!({"jti": null}),
        json!({"exp": null}),
        json!({"iss": null}),
        json!({"iss": "somebody"}),
        json!({"sub": spa.client.id.0, "iss": spa.client.id.0}),
        json!({"exp": now - 300}),
        json!({"exp": now + 86_400}),
        json!({"iat": now + 61}),
        json!({"nbf": now + 61}),
    ] {
        let refused = ask(&with(&bad)).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{bad}");
    }
    let claims = server.assertion_claims(&client);
    let public = key.jwk();
    let mut forged = vec![other.token(&claims), key.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims)];
    for alg in ["none", "None", "RS256", "HS256"] {
        forged.push(key.sign(&json!({"alg": alg, "kid": "k1"}), &claims));
    }
    for secret in [public.to_string(), public["x"].as_str().expect("x").to_owned()] {
        forged.push(by_secret(&secret, "HS256", &claims));
    }
    let unsigned = forged[2].rsplit_once('.').expect("a token").0.to_owned() + ".";
    forged.extend([unsigned, key.sign(&json!({"alg": "ES256", "kid": "k1", "jwk": other.jwk()}), &claims) + "A"]);
    forged.push(other.sign(&json!({"alg": "ES256", "kid": "k1", "jwk": other.jwk()}), &claims));
    forged.push(key.sign(&json!({"alg": "ES256", "typ": "dpop+jwt"}), &claims));
    forged.push(key.sign(&json!({"alg": "ES256", "crit": ["exp"]}), &claims));
    for forged in forged {
        let refused = ask(&forged).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{forged}");
    }
    assert_eq!(ask(&key.token(&claims)).await.status, 200, "none of them used the id up");
}

/// CA-05
#[tokio::test]
async fn an_assertion_is_the_only_proof_in_a_request_and_the_only_one_of_its_client() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
    let web = server.client(ClientType::Machine, |_| {}).await;
    let id = client.client.id.0.as_str();
    let assertion = key.token(&server.assertion_claims(&client));
    let form = [MACHINE[0], ("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion)];
    let two = server.http.post(server.at("/oauth2/token")).basic_auth(id, Some("x")).form(&form);
    assert_eq!(answer(two).await.error(), "invalid_request");
    for extra in [("client_secret", "x"), ("client_id", &web.client.id.0)] {
        let refused = server.assert("/oauth2/token", &assertion, &[MACHINE[0], extra]).await;
        assert!(matches!(refused.error(), "invalid_request" | "invalid_client"), "{extra:?}: {refused:?}");
    }
    for extra in [None, Some(("client_secret", "x"))] {
        let form = [MACHINE[0], ("client_id", id)].into_iter().chain(extra).collect::<Vec<_>>();
        let refused = answer(server.http.post(server.at("/oauth2/token")).form(&form)).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{extra:?}");
    }
    let of_web = key.token(&server.assertion_claims(&web));
    assert_eq!(server.assert("/oauth2/token", &of_web, &MACHINE).await.error(), "invalid_client");
    let query =
        format!("{}?client_assertion={assertion}&client_assertion_type={JWT_BEARER}", server.at("/oauth2/token"));
    assert_eq!(answer(server.http.post(query).form(&MACHINE)).await.error(), "invalid_request");
    assert_eq!(server.assert("/oauth2/token", &assertion, &[MACHINE[0], ("client_id", id)]).await.status, 200);
}

/// OIDC Core §9 names the token endpoint's URL as the audience.
#[tokio::test]
async fn a_client_of_openid_connect_may_name_the_token_endpoint_as_the_audience() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    let client = server.client_with_key(ClientType::Web, &key, |_| {}).await;
    let (endpoint, par) = (format!("{}/oauth2/token", server.url), format!("{}/oauth2/par", server.url));
    for (aud, good) in [
        (json!(server.url), true),
        (json!(endpoint), true),
        (json!([server.url, endpoint]), true),
        (json!([endpoint, "https://other.test/token"]), false),
        (json!(par), false),
    ] {
        let assertion = key.token(&changed(server.assertion_claims(&client), &json!({ "aud": aud })));
        let answer = server.assert("/oauth2/introspect", &assertion, &[("token", "x")]).await;
        assert_eq!(answer.status == 200, good, "{aud}");
    }
}

/// CA-07: forged assertions are counted as wrong secrets are, and a right one is always accepted.
#[tokio::test]
async fn forged_assertions_are_throttled_and_lock_nobody_out() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("limits.client_secret", "3/min")]).await;
    let (key, other) = (TestKey::new("k1"), TestKey::new("k1"));
    let client = server.client_with_key(ClientType::Machine, &key, |_| {}).await;
    for n in 0..5 {
        let forged = other.token(&server.assertion_claims(&client));
        let refused = server.assert("/oauth2/token", &forged, &MACHINE).await;
        assert_eq!(refused.status, if n < 3 { 401 } else { 429 }, "try {n}");
    }
    let good = key.token(&server.assertion_claims(&client));
    assert_eq!(server.assert("/oauth2/token", &good, &MACHINE).await.status, 200);
}

/// CA-09
#[tokio::test]
async fn a_removed_key_and_a_disabled_client_prove_nothing() {
    let (server, old, new) = (TestServer::start().await, TestKey::new("old"), TestKey::new("new"));
    let second = server.second_instance().await;
    let client = server.client_with_key(ClientType::Machine, &old, |_| {}).await;
    let status = async |server: &TestServer, key: &TestKey| {
        server.assert("/oauth2/token", &key.token(&server.assertion_claims(&client)), &MACHINE).await.status.as_u16()
    };
    assert_eq!(
        (status(&server, &old).await, status(&second, &old).await, status(&second, &new).await),
        (200, 200, 401)
    );
    let replaced = server.usher.clients.edit_client(&client.client.id, |mut client| {
        client.jwks = Some(jwks(&[&new]));
        client
    });
    replaced.await.expect("keys can be replaced");
    assert_eq!((status(&server, &old).await, status(&server, &new).await), (401, 200));
    assert_eq!(status(&second, &new).await, 200, "the other instance reads the client again");
    server.usher.clients.set_client_disabled(&client.client.id, true).await.expect("it can be disabled");
    assert_eq!(status(&server, &new).await, 401);
}
