//! Client authentication at the token endpoint.

use serde_json::{Value, json};

use super::client::{FapiClient, TOKEN, Variant, server};
use crate::harness::client_key::{RsaTestKey, changed};
use crate::harness::relying_party::answer;

/// An assertion with these changes redeems no code; the code stays good.
async fn refuses(variant: Variant, change: impl FnOnce(i64) -> Value) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    let claims = changed(server.assertion_claims(&client.client), &change(server.now().0));
    let refused = client.send(TOKEN, &client.code_form(&code), &client.key.token(&claims), &client.proof(TOKEN)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{refused:?}");
    client.redeem(&code).await;
}

pub async fn ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(variant: Variant) {
    refuses(variant, |now| json!({"exp": now - 300})).await;
}

pub async fn ensure_client_assertion_with_wrong_aud_fails(variant: Variant) {
    refuses(variant, |_| json!({"aud": "https://www.other1.example.com/"})).await;
}

pub async fn ensure_client_assertion_with_no_sub_fails(variant: Variant) {
    refuses(variant, |_| json!({"sub": null})).await;
}

/// The client has the key, with which PS256 is good.
pub async fn ensure_signed_client_assertion_with_rs256_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let key = RsaTestKey::shared();
    key.add_to(&server, &client.client).await;
    let code = client.code(&[]).await;
    let assertion = |alg: &str| key.token(alg, &server.assertion_claims(&client.client));
    let refused = client.send(TOKEN, &client.code_form(&code), &assertion("RS256"), &client.proof(TOKEN)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    let redeemed = client.send(TOKEN, &client.code_form(&code), &assertion("PS256"), &client.proof(TOKEN)).await;
    assert_eq!(redeemed.status, 200, "{redeemed:?}");
}

/// Without an assertion there is no client.
pub async fn ensure_client_assertion_in_token_endpoint(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let code = client.code(&[]).await;
    let form: Vec<_> = client.code_form(&code).into_iter().chain([("client_id", client.id())]).collect();
    let request = server.http.post(server.at(TOKEN)).header("dpop", client.proof(TOKEN)).form(&form);
    let refused = answer(request).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    client.redeem(&code).await;
}

/// The `client_id` of another client beside the assertion.
pub async fn ensure_client_id_in_token_endpoint(variant: Variant) {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server, variant).await, FapiClient::new(&server, variant).await);
    let code = client.code(&[]).await;
    let form: Vec<_> = client.code_form(&code).into_iter().chain([("client_id", other.id())]).collect();
    let refused = client.send(TOKEN, &form, &client.assertion(), &client.proof(TOKEN)).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"));
    client.redeem(&code).await;
}
