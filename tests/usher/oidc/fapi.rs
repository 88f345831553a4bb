//! How a client is held to FAPI 2.0. `certification::fapi2` has what the profile demands.

use reqwest::Method;
use serde_json::{Value, json};
use usher_domain::oauth::client::ClientType;

use crate::certification::fapi::client::{FapiClient, PERSON, TOKEN, Variant};
use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::{TestDatabase, on_both_databases};
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;
use crate::oidc::userinfo::full_user;

/// Metadata of a client of the profile, with these changes.
fn metadata(key: &TestKey, changes: &Value) -> Value {
    let mut document = json!({
        "client_name": "Bank", "redirect_uris": ["https://rp.test/cb"], "security_profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(&[key]), "id_token_signed_response_alg": "PS256",
    });
    document.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
    document
}

async fn send(server: &TestServer, method: Method, path: &str, body: &Value) -> Answer {
    let url = server.at(&format!("/api/v1/projects/{}/clients{path}", server.project));
    answer(server.http.request(method, url).bearer_auth(&server.project_token).json(body)).await
}

on_both_databases! {
    async fn the_profile_is_one_member_which_the_api_sets_and_removes(db: TestDatabase) {
        let (server, key) = (TestServer::on(db, &[]).await, TestKey::new("k1"));
        let good = metadata(&key, &json!({}));
        let made = send(&server, Method::POST, "", &json!({"type": "web", "metadata": good})).await;
        assert_eq!((made.status.as_u16(), &made.json["metadata"]["security_profile"]), (201, &json!("fapi2")), "{made:?}");
        let path = format!("/{}", made.text("client_id"));
        let plain = metadata(&key, &json!({"security_profile": null}));
        let changed = send(&server, Method::PUT, &path, &json!({ "metadata": plain })).await;
        assert_eq!((changed.status.as_u16(), changed.json["metadata"].get("security_profile")), (200, None), "{changed:?}");
    }
}

#[tokio::test]
async fn what_contradicts_the_profile_is_refused_with_what_it_needs() {
    let (server, key) = (TestServer::start().await, TestKey::new("k1"));
    for (changes, needs) in [
        (json!({"token_endpoint_auth_method": "client_secret"}), "token_endpoint_auth_method private_key_jwt"),
        (json!({"id_token_signed_response_alg": "RS256"}), "id_token_signed_response_alg PS256, ES256 or EdDSA"),
        (json!({"access_token_signed_response_alg": "RS256"}), "access_token_signed_response_alg PS256"),
        (json!({"redirect_uris": ["com.example:/cb"]}), "redirect_uris of https"),
        (json!({"security_profile": "fapi1"}), "a member has the wrong type"),
    ] {
        let body = json!({"type": "web", "metadata": metadata(&key, &changes)});
        let refused = send(&server, Method::POST, "", &body).await;
        assert!(refused.status.is_client_error(), "{changes}: {refused:?}");
        assert!(refused.json.to_string().contains(needs), "{changes}: {refused:?}");
    }
}

/// FAPI 2.0 Security Profile §5.3.2.1, whatever the installation allows
#[tokio::test]
async fn a_code_of_the_profile_expires_after_a_minute_and_no_other() {
    let server = TestServer::on(TestDatabase::sqlite().await, &[("tokens.code_ttl", "10m")]).await;
    full_user(&server).await;
    let client = FapiClient::new(&server, Variant::Plain).await;
    let (in_time, late) = (client.code(&[]).await, client.code(&[]).await);
    server.wait(59);
    client.redeem(&in_time).await;
    server.wait(1);
    assert_eq!(client.exchange(&late, &client.proof(TOKEN)).await.error(), "invalid_grant");
    let plain = server.client(ClientType::Web, |_| {}).await;
    let code = server.browser().go_through(&server.authorize_url(&plain, &[]), PERSON).await.code();
    server.wait(120);
    assert_eq!(server.exchange(&plain, &code).await.status, 200);
}

/// A grant type that the client was not registered for, even with everything that the profile demands.
#[tokio::test]
async fn a_client_of_the_profile_has_no_other_grant() {
    let server = TestServer::start().await;
    let client = FapiClient::new(&server, Variant::Plain).await;
    let machine = [("grant_type", "client_credentials")];
    let refused = client.send(TOKEN, &machine, &client.assertion(), &client.proof(TOKEN)).await;
    assert_eq!(refused.error(), "unauthorized_client");
}
