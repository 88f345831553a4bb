//! Proofs of possession (DPoP, RFC 9449): tokens that are bound to a key.

use serde_json::{Value, json};
use usher_accounts::RegisteredClient;
use usher_domain::oauth::client::ClientType;
use usher_protocol::dpop::access_token_hash;

use crate::harness::client_key::TestKey;
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, CALLBACK, VERIFIER, answer, payload};
use crate::harness::server::TestServer;

const ANA: &str = "ana@example.test";
const MACHINE: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A form post with this proof, by a client with valid authentication.
pub(super) async fn call(server: &TestServer, client: &RegisteredClient, form: &[(&str, &str)], proof: &str) -> Answer {
    let (id, request) = (client.client.id.0.as_str(), server.http.post(server.at("/oauth2/token")));
    let request = match &client.secret {
        Some(secret) => request.basic_auth(id, Some(secret)).form(form),
        None => request.form(&form.iter().copied().chain([("client_id", id)]).collect::<Vec<_>>()),
    };
    answer(if proof.is_empty() { request } else { request.header("dpop", proof) }).await
}

/// A fresh proof for the token endpoint.
pub(super) fn token_proof(server: &TestServer, key: &TestKey) -> String {
    key.proof(server, "POST", "/oauth2/token", &json!({}))
}

/// A call of a protected resource with this token, of this scheme, with this proof.
async fn resource(server: &TestServer, path: &str, scheme: &str, token: &str, proof: &str) -> Answer {
    let request = server.http.get(server.at(path)).header("authorization", format!("{scheme} {token}"));
    answer(if proof.is_empty() { request } else { request.header("dpop", proof) }).await
}

on_both_databases! {
    /// JW-12, RFC 9449 §7
    async fn a_bound_token_works_with_a_proof_of_its_key_and_never_as_a_bearer_token(db: TestDatabase) {
        let (server, key, other) = (TestServer::on(db, &[]).await, TestKey::new("k1"), TestKey::new("k2"));
        server.user(ANA).await;
        let client = server.client(ClientType::Web, |_| {}).await;
        let code = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await.code();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let tokens = call(&server, &client, &form, &token_proof(&server, &key)).await;
        assert_eq!((tokens.status.as_u16(), tokens.text("token_type").as_str()), (200, "DPoP"), "{tokens:?}");
        assert!(tokens.headers.contains_key("dpop-nonce"));
        let token = tokens.text("access_token");
        assert_eq!(payload(&token)["cnf"], json!({"jkt": key.thumbprint()}));
        let asked = server.call(&client, "/oauth2/introspect", &[("token", &token)]).await;
        assert_eq!((&asked.json["cnf"]["jkt"], &asked.json["token_type"]), (&json!(key.thumbprint()), &json!("DPoP")));

        let ath = access_token_hash(&token);
        let proof = |key: &TestKey, changes: Value| {
            let mut all = json!({ "ath": ath });
            all.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
            key.proof(&server, "GET", "/oauth2/userinfo", &all)
        };
        for scheme in ["DPoP", "dpop", "DPOP"] {
            let told = resource(&server, "/oauth2/userinfo", scheme, &token, &proof(&key, json!({}))).await;
            assert_eq!(told.status, 200, "{scheme}: {told:?}");
        }
        let once = proof(&key, json!({}));
        let second = server.second_instance().await;
        assert_eq!(resource(&server, "/oauth2/userinfo", "DPoP", &token, &once).await.status, 200);
        for server in [&server, &second] {
            assert_eq!(resource(server, "/oauth2/userinfo", "DPoP", &token, &once).await.error(), "invalid_dpop_proof");
        }
        let now = server.now().0;
        for bad in [
            proof(&other, json!({})),
            proof(&key, json!({"ath": null})),
            proof(&key, json!({"ath": access_token_hash("other")})),
            proof(&key, json!({"htm": "POST"})),
            proof(&key, json!({"htu": format!("{}/oauth2/token", server.url)})),
            proof(&key, json!({"iat": now + 61})),
            proof(&key, json!({"iat": now - 3_600})),
            proof(&key, json!({"jti": null})),
            proof(&key, json!({"nonce": "made up"})),
            key.sign(&json!({"alg": "none", "typ": "dpop+jwt", "jwk": key.jwk()}), &json!({})),
            "garbage".to_owned(),
            String::new(),
        ] {
            let refused = resource(&server, "/oauth2/userinfo", "DPoP", &token, &bad).await;
            assert_eq!(refused.status, 401, "{bad}: {refused:?}");
            assert!(matches!(refused.error(), "invalid_dpop_proof" | "use_dpop_nonce"), "{bad}: {refused:?}");
            let challenge = refused.headers["www-authenticate"].to_str().expect("text");
            assert!(challenge.starts_with("DPoP ") && challenge.contains("algs=\"ES256 PS256 EdDSA Ed25519\""), "{challenge}");
        }
        for proof in [String::new(), proof(&key, json!({}))] {
            let downgraded = resource(&server, "/oauth2/userinfo", "Bearer", &token, &proof).await;
            assert_eq!((downgraded.status.as_u16(), downgraded.error()), (401, "invalid_token"));
        }
        let two = server.http.get(server.at("/oauth2/userinfo")).header("authorization", format!("DPoP {token}"));
        let two = answer(two.header("dpop", proof(&key, json!({}))).header("dpop", proof(&key, json!({})))).await;
        assert_eq!(two.error(), "invalid_dpop_proof");
        let bearer = server.exchange(&client, &server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await.code()).await;
        let unbound = resource(&server, "/oauth2/userinfo", "DPoP", &bearer.text("access_token"), &proof(&key, json!({}))).await;
        assert_eq!((unbound.status.as_u16(), unbound.error()), (401, "invalid_token"));
    }

    /// RFC 9449 §5
    async fn refresh_tokens_of_public_clients_are_bound_and_those_of_others_are_not(db: TestDatabase) {
        let (server, key, other) = (TestServer::on(db, &[]).await, TestKey::new("k1"), TestKey::new("k2"));
        server.user(ANA).await;
        for kind in [ClientType::Spa, ClientType::Web] {
            let client = server.client(kind, |_| {}).await;
            let code = server.browser().go_through(&server.authorize_url(&client, &[]), ANA).await.code();
            let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
            let tokens = call(&server, &client, &form, &token_proof(&server, &key)).await;
            let first = tokens.text("refresh_token");
            let refresh = async |token: &str, proof: &str| {
                call(&server, &client, &[("grant_type", "refresh_token"), ("refresh_token", token)], proof).await
            };
            if kind == ClientType::Spa {
                assert_eq!(refresh(&first, "").await.error(), "invalid_grant");
                assert_eq!(refresh(&first, &token_proof(&server, &other)).await.error(), "invalid_grant");
            }
            let tokens = refresh(&first, &token_proof(&server, &key)).await;
            assert_eq!((tokens.status.as_u16(), tokens.text("token_type").as_str()), (200, "DPoP"), "{tokens:?}");
            let again = refresh(&first, &token_proof(&server, &key)).await;
            assert_eq!(again.text("refresh_token"), tokens.text("refresh_token"), "a lost answer is repeated");
            let next = tokens.text("refresh_token");
            let with_other = refresh(&next, &token_proof(&server, &other)).await;
            if kind == ClientType::Spa {
                assert_eq!(with_other.error(), "invalid_grant");
            } else {
                assert_eq!(payload(&with_other.text("access_token"))["cnf"]["jkt"], json!(other.thumbprint()));
            }
        }
    }

    /// RFC 9449 §10
    async fn a_code_is_bound_to_the_key_that_the_request_named(db: TestDatabase) {
        let (server, key, other) = (TestServer::on(db, &[]).await, TestKey::new("k1"), TestKey::new("k2"));
        server.user(ANA).await;
        let client = server.client(ClientType::Spa, |_| {}).await;
        let jkt = key.thumbprint();
        let url = server.authorize_url(&client, &[("dpop_jkt", &jkt)]);
        let code = server.browser().go_through(&url, ANA).await.code();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        assert_eq!(call(&server, &client, &form, "").await.error(), "invalid_grant");
        assert_eq!(call(&server, &client, &form, &token_proof(&server, &other)).await.error(), "invalid_grant");
        assert_eq!(call(&server, &client, &form, &token_proof(&server, &key)).await.status, 200);

        let push = async |changes: &[(&str, &str)], proof: &TestKey| {
            let form = [("response_type", "code"), ("scope", "openid"), ("client_id", &client.client.id.0), ("code_challenge", crate::harness::relying_party::CHALLENGE), ("code_challenge_method", "S256")];
            let request = server.http.post(server.at("/oauth2/par")).form(&form.iter().copied().chain(changes.iter().copied()).collect::<Vec<_>>());
            answer(request.header("dpop", proof.proof(&server, "POST", "/oauth2/par", &json!({})))).await
        };
        assert_eq!(push(&[("dpop_jkt", &jkt)], &other).await.error(), "invalid_dpop_proof");
        assert_eq!(push(&[("dpop_jkt", &jkt)], &key).await.status, 201);
        let uri = push(&[], &key).await.text("request_uri");
        let url = format!("{}?client_id={}&request_uri={uri}", server.at("/oauth2/authorize"), client.client.id);
        let code = server.browser().go_through(&url, ANA).await.code();
        let form = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
        assert_eq!(call(&server, &client, &form, &token_proof(&server, &other)).await.error(), "invalid_grant");
        assert_eq!(call(&server, &client, &form, &token_proof(&server, &key)).await.status, 200);
    }
}

#[tokio::test]
async fn a_client_may_be_held_to_bound_tokens() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    let client = server.client(ClientType::Machine, |client| client.dpop_bound_access_tokens = true).await;
    let refused = call(&server, &client, &MACHINE, "").await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_dpop_proof"));
    assert_eq!(call(&server, &client, &MACHINE, &token_proof(&server, &key)).await.text("token_type"), "DPoP");
    let wrong = key.proof(&server, "POST", "/oauth2/par", &json!({}));
    let refused = call(&server, &client, &MACHINE, &wrong).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_dpop_proof"));
}

#[tokio::test]
async fn the_api_takes_bound_tokens_with_their_proof() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    let client = server.client(ClientType::Machine, |client| {
        client.scope = usher_protocol::scope::Scope::of(["usher:project"]);
    });
    let client = client.await;
    let token = call(&server, &client, &MACHINE, &token_proof(&server, &key)).await.text("access_token");
    let path = format!("/api/v1/projects/{}", server.project);
    let proof = || key.proof(&server, "GET", &path, &json!({"ath": access_token_hash(&token)}));
    assert_eq!(resource(&server, &path, "DPoP", &token, &proof()).await.status, 200);
    assert_eq!(resource(&server, &path, "Bearer", &token, "").await.status, 401);
    let used = proof();
    assert_eq!(resource(&server, &path, "DPoP", &token, &used).await.status, 200);
    let refused = resource(&server, &path, "DPoP", &token, &used).await;
    assert_eq!(refused.status, 401);
    assert!(refused.headers["www-authenticate"].to_str().expect("text").starts_with("DPoP "), "{refused:?}");
    assert!(refused.headers.contains_key("dpop-nonce"));
}

/// RFC 9449 §8: nonces are known to every instance and expire.
#[tokio::test]
async fn a_server_may_demand_its_nonces() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("tokens.require_dpop_nonce", "true")]).await;
    let (second, key) = (server.second_instance().await, TestKey::new("k1"));
    let client = server.client(ClientType::Machine, |_| {}).await;
    let refused = call(&server, &client, &MACHINE, &token_proof(&server, &key)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "use_dpop_nonce"));
    let nonce = refused.headers["dpop-nonce"].to_str().expect("text").to_owned();
    let with = |nonce: &str| key.proof(&server, "POST", "/oauth2/token", &json!({ "nonce": nonce }));
    assert_eq!(call(&second, &client, &MACHINE, &with(&nonce)).await.status, 200);
    server.wait(299);
    assert_eq!(call(&server, &client, &MACHINE, &with(&nonce)).await.status, 200);
    server.wait(1);
    assert_eq!(call(&server, &client, &MACHINE, &with(&nonce)).await.error(), "use_dpop_nonce");
}
