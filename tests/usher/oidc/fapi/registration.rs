//! How a client is held to the profile, and what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::client_key::{TestKey, jwks};
use crate::harness::database::on_both_databases;
use crate::harness::relying_party::{Answer, answer};
use crate::harness::server::TestServer;

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
