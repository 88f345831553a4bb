//! Codes and refresh tokens.

use serde_json::json;

use super::client::{FapiClient, TOKEN, Variant, server};
use crate::harness::client_key::TestKey;
use crate::harness::relying_party::{VERIFIER, payload};

/// Tokens are issued to a proven key alone.
pub async fn ensure_holder_of_key_required(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    let refused = client.exchange(&code, "").await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_dpop_proof"));
    let tokens = client.redeem(&code).await;
    assert_eq!(payload(&tokens.text("access_token"))["cnf"]["jkt"], json!(client.token_key.thumbprint()));
}

pub async fn ensure_authorization_code_is_bound_to_client(variant: Variant) {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server, variant).await, FapiClient::new(&server, variant).await);
    let code = client.code(&[]).await;
    let refused = other.exchange(&code, &other.proof(TOKEN)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"));
    client.redeem(&code).await;
}

pub async fn attempt_reuse_authorization_code_after_one_second(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    let tokens = client.redeem(&code).await;
    server.wait(1);
    let again = client.exchange(&code, &client.proof(TOKEN)).await;
    assert_eq!((again.status.as_u16(), again.error()), (400, "invalid_grant"));
    assert_eq!(
        client.call(&tokens.text("access_token"), &json!({})).await.status,
        401,
        "what the first one got is over"
    );
}

pub async fn ensure_token_endpoint_fails_with_expired_auth_code(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    server.wait(62);
    let late = client.exchange(&code, &client.proof(TOKEN)).await;
    assert_eq!((late.status.as_u16(), late.error()), (400, "invalid_grant"));
}

/// The verifier of a code is replaced, or left out.
async fn refuses_verifier(variant: Variant, verifier: Option<&str>) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    let form = client.code_form(&code).into_iter().filter(|(_, value)| *value != VERIFIER);
    let form: Vec<_> = form.chain(verifier.map(|text| ("code_verifier", text))).collect();
    let refused = client.send(TOKEN, &form, &client.assertion(), &client.proof(TOKEN)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_grant"), "{refused:?}");
    client.redeem(&code).await;
}

pub async fn ensure_pkce_code_verifier_required(variant: Variant) {
    refuses_verifier(variant, None).await;
}

pub async fn incorrect_pkce_code_verifier_rejected(variant: Variant) {
    refuses_verifier(variant, Some(&"x".repeat(43))).await;
}

/// Not rotated, bound to the client, which must prove itself and its key.
pub async fn refresh_token(variant: Variant) {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server, variant).await, FapiClient::new(&server, variant).await);
    let tokens = client.redeem(&client.code(&[("prompt", "consent")]).await).await;
    let token = tokens.text("refresh_token");
    for _ in 0..2 {
        server.wait(30);
        let refreshed = client.refresh(&token, &client.assertion(), &client.proof(TOKEN)).await;
        assert_eq!((refreshed.status.as_u16(), refreshed.text("refresh_token")), (200, token.clone()), "{refreshed:?}");
        assert_eq!(client.call(&refreshed.text("access_token"), &json!({})).await.status, 200);
        let (before, after) = (payload(&tokens.text("id_token")), payload(&refreshed.text("id_token")));
        assert_eq!((&before["sub"], &before["auth_time"]), (&after["sub"], &after["auth_time"]));
    }
    assert_eq!(other.refresh(&token, &other.assertion(), &other.proof(TOKEN)).await.error(), "invalid_grant");
    assert_eq!(client.refresh(&token, &client.assertion(), "").await.error(), "invalid_dpop_proof");
    assert_eq!(
        client.refresh(&token, &TestKey::new("k1").token(&json!({})), &client.proof(TOKEN)).await.error(),
        "invalid_client"
    );
}
