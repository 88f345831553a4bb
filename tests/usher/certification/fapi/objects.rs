//! Signed request objects, of Message Signing alone.

use serde_json::{Value, json};

use super::client::{FapiClient, PAR, Variant, server};
use crate::harness::client_key::{RsaTestKey, changed};

/// A request whose object has these changes of its claims is pushed.
async fn push_changed(
    variant: Variant,
    change: impl FnOnce(i64, &str) -> Value,
) -> crate::harness::relying_party::Answer {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let claims = client.object_claims(&[], &change(server.now().0, &server.url));
    client.push_object(&client.key.token(&claims)).await
}

async fn accepts(variant: Variant, change: impl FnOnce(i64, &str) -> Value) {
    let pushed = push_changed(variant, change).await;
    assert_eq!(pushed.status, 201, "{pushed:?}");
}

async fn refuses(variant: Variant, change: impl FnOnce(i64, &str) -> Value) {
    let refused = push_changed(variant, change).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request_object"), "{refused:?}");
}

pub async fn ensure_request_object_with_multiple_aud_succeeds(variant: Variant) {
    accepts(variant, |_, issuer| json!({"aud": [issuer, "https://other.test"]})).await;
}

pub async fn ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(variant: Variant) {
    accepts(variant, |now, _| json!({"nbf": now + 8})).await;
}

pub async fn ensure_request_object_without_exp_fails(variant: Variant) {
    refuses(variant, |_, _| json!({"exp": null})).await;
}

pub async fn ensure_request_object_without_nbf_fails(variant: Variant) {
    refuses(variant, |_, _| json!({"nbf": null})).await;
}

pub async fn ensure_expired_request_object_fails(variant: Variant) {
    refuses(variant, |now, _| json!({"nbf": now - 300, "exp": now - 60})).await;
}

pub async fn ensure_request_object_with_bad_aud_fails(variant: Variant) {
    refuses(variant, |_, _| json!({"aud": "https://www.other1.example.com/"})).await;
}

pub async fn ensure_request_object_with_exp_over_60_fails(variant: Variant) {
    refuses(variant, |now, _| json!({"exp": now + 70 * 60})).await;
}

pub async fn ensure_request_object_with_nbf_over_60_fails(variant: Variant) {
    refuses(variant, |now, _| json!({"nbf": now - 70 * 60})).await;
}

pub async fn par_authorization_request_containing_request_uri(variant: Variant) {
    refuses(variant, |_, _| json!({"request_uri": "urn:ietf:params:oauth:request_uri:x"})).await;
}

/// The client has the key, with which PS256 would be good.
pub async fn ensure_signed_request_object_with_rs256_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let key = RsaTestKey::shared();
    key.add_to(&server, &client.client).await;
    let claims = client.object_claims(&[], &json!({}));
    assert_eq!(client.push_object(&key.token("PS256", &claims)).await.status, 201);
    assert_eq!(client.push_object(&key.token("RS256", &claims)).await.error(), "invalid_request_object");
}

pub async fn ensure_request_object_signature_algorithm_is_not_none(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let signed = client.key.sign(&json!({"alg": "none"}), &client.object_claims(&[], &json!({})));
    let unsigned = format!("{}.", signed.rsplit_once('.').expect("a signature").0);
    for object in [unsigned, signed] {
        assert_eq!(client.push_object(&object).await.error(), "invalid_request_object");
    }
}

pub async fn ensure_request_object_with_invalid_signature_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let object = client.key.token(&client.object_claims(&[], &json!({})));
    let (message, signature) = object.rsplit_once('.').expect("a signature");
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{message}.{other}{}", &signature[1..]);
    assert_eq!(client.push_object(&forged).await.error(), "invalid_request_object");
    assert_eq!(client.push_object(&object).await.status, 201);
}

/// Signed by the key of another client.
pub async fn ensure_matching_key_in_authorization_request(variant: Variant) {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server, variant).await, FapiClient::new(&server, variant).await);
    let object = other.key.token(&changed(client.object_claims(&[], &json!({})), &json!({})));
    assert_eq!(client.push_object(&object).await.error(), "invalid_request_object");
}

pub async fn ensure_unsigned_request_at_par_endpoint_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let refused = client.send(PAR, &client.request(&[]), &client.assertion(), "").await;
    assert_eq!((refused.status.as_u16(), refused.error()), (400, "invalid_request"));
}
