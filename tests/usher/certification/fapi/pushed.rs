//! Pushed requests: what is refused, and how a `request_uri` may be used.

use reqwest::StatusCode;

use super::client::{FapiClient, PAR, PERSON, Variant, server};
use crate::harness::client_key::changed;
use crate::harness::relying_party::{Answer, CALLBACK, answer, payload};
use serde_json::json;

fn assert_refused(refused: &Answer, code: &str) {
    assert_eq!((refused.status.as_u16(), refused.error()), (400, code), "{refused:?}");
}

/// A request with these changes is refused where it is pushed.
async fn refuses(variant: Variant, changes: &[(&str, &str)], code: &str) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    assert_eq!(client.push(&[]).await.status, 201, "without the changes it is good");
    assert_refused(&client.push(changes).await, code);
}

/// Parameters beside the `request_uri` count for nothing.
async fn ignores_outside(variant: Variant, inside: &[(&str, &str)], outside: &str) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let uri = client.push(inside).await.text("request_uri");
    let landing = server.browser().go_through(&(client.address(&uri) + outside), PERSON).await;
    let reply = client.read(&landing);
    let state = inside.iter().find(|(name, _)| *name == "state").map_or("st4te", |(_, state)| state);
    assert_eq!(reply.get("state").map_or("", String::as_str), state);
    assert_eq!(payload(&client.redeem(&reply["code"]).await.text("id_token"))["nonce"], "n0nce");
}

pub async fn ensure_different_nonce_inside_and_outside_request_object(variant: Variant) {
    ignores_outside(variant, &[], "&nonce=outside").await;
}

pub async fn ensure_different_state_inside_and_outside_request_object(variant: Variant) {
    ignores_outside(variant, &[], "&state=outside").await;
}

pub async fn state_only_outside_request_object_not_used(variant: Variant) {
    ignores_outside(variant, &[("state", "")], "&state=outside").await;
}

/// Nothing but `client_id` and `request_uri` is needed.
pub async fn par_without_duplicate_parameters(variant: Variant) {
    ignores_outside(variant, &[], "").await;
}

pub async fn ensure_request_object_without_redirect_uri_fails(variant: Variant) {
    refuses(variant, &[("redirect_uri", "")], "invalid_request").await;
}

pub async fn ensure_redirect_uri_in_authorization_request(variant: Variant) {
    refuses(variant, &[("redirect_uri", "")], "invalid_request").await;
}

pub async fn plain_fapi_tolerate_unregistered_redirect_uri(variant: Variant) {
    refuses(variant, &[("redirect_uri", "https://rp.test/cb/tAvMqWbKxg")], "invalid_request").await;
}

pub async fn ensure_response_type_code_idtoken_fails(variant: Variant) {
    refuses(variant, &[("response_type", "code id_token")], "unsupported_response_type").await;
}

pub async fn ensure_response_type_token_fails(variant: Variant) {
    refuses(variant, &[("response_type", "token")], "unsupported_response_type").await;
}

pub async fn par_ensure_pkce_required(variant: Variant) {
    refuses(variant, &[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request").await;
}

pub async fn par_plain_pkce_rejected(variant: Variant) {
    refuses(variant, &[("code_challenge_method", "plain")], "invalid_request").await;
    refuses(variant, &[("code_challenge_method", "")], "invalid_request").await;
}

pub async fn par_authorization_request_containing_request_uri_form_param(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let form = [client.request(&[]), vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")]].concat();
    assert_refused(&client.send(PAR, &form, &client.assertion(), "").await, "invalid_request");
}

pub async fn par_attempt_invalid_http_method(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let put = server.http.put(server.at(PAR)).form(&client.request(&[]));
    assert_eq!(answer(put).await.status, 405);
}

pub async fn ensure_unsigned_authorization_request_without_using_par_fails(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let plain = server.browser().open(&server.authorize_url(&client.client, &[])).await;
    assert!(plain.url.starts_with(CALLBACK), "{plain:?}");
    assert_eq!(plain.answer("error").as_deref(), Some("invalid_request"));
}

/// The first visit ends at the sign-in page.
pub async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let (mut browser, uri) = (server.browser(), client.push(&[]).await.text("request_uri"));
    assert!(browser.open(&client.address(&uri)).await.body.contains("name=\"password\""));
    let reply = client.read(&browser.go_through(&client.address(&uri), PERSON).await);
    client.redeem(&reply["code"]).await;
}

pub async fn par_attempt_reuse_request_uri(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let (mut browser, uri) = (server.browser(), client.push(&[]).await.text("request_uri"));
    client.read(&browser.go_through(&client.address(&uri), PERSON).await);
    let again = browser.open(&client.address(&uri)).await;
    assert!(again.status == StatusCode::BAD_REQUEST && again.body.contains("invalid_request_uri"), "{again:?}");
}

pub async fn par_attempt_to_use_expired_request_uri(variant: Variant) {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let pushed = client.push(&[]).await;
    server.wait(pushed.json["expires_in"].as_u64().expect("a number"));
    let late = server.browser().open(&client.address(&pushed.text("request_uri"))).await;
    assert!(late.status == StatusCode::BAD_REQUEST && late.body.contains("invalid_request_uri"), "{late:?}");
}

pub async fn par_attempt_to_use_request_uri_for_different_client(variant: Variant) {
    let server = server().await;
    let (client, other) = (FapiClient::new(&server, variant).await, FapiClient::new(&server, variant).await);
    let uri = client.push(&[]).await.text("request_uri");
    let refused = server.browser().open(&other.address(&uri)).await;
    assert!(refused.status == StatusCode::BAD_REQUEST && refused.body.contains("invalid_request_uri"), "{refused:?}");
}

/// Pushes with an assertion with these changes.
async fn push_with(variant: Variant, change: impl FnOnce(&FapiClient<'_>) -> serde_json::Value) -> Answer {
    let server = server().await;
    let client = FapiClient::new(&server, variant).await;
    let claims = changed(server.assertion_claims(&client.client), &change(&client));
    client.push_as(&client.key.token(&claims), "", &[]).await
}

async fn refuses_assertion(variant: Variant, change: impl FnOnce(&FapiClient<'_>) -> serde_json::Value) {
    let refused = push_with(variant, change).await;
    assert_eq!((refused.status.as_u16(), refused.error()), (401, "invalid_client"), "{refused:?}");
}

pub async fn par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(variant: Variant) {
    let later = |client: &FapiClient<'_>| json!({"nbf": client.server.now().0 + 8, "iat": client.server.now().0 + 8});
    assert_eq!(push_with(variant, later).await.status, 201);
}

pub async fn par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(variant: Variant) {
    refuses_assertion(variant, |client| {
        let later = client.server.now().0 + 61;
        json!({"nbf": later, "iat": later, "exp": later + 60})
    })
    .await;
}

pub async fn par_test_array_as_audience_fails(variant: Variant) {
    refuses_assertion(variant, |client| json!({"aud": [client.server.url]})).await;
}

pub async fn par_test_par_endpoint_url_as_audience_fails(variant: Variant) {
    refuses_assertion(variant, |client| json!({"aud": format!("{}{PAR}", client.server.url)})).await;
}

pub async fn par_test_token_endpoint_url_as_audience_fails(variant: Variant) {
    refuses_assertion(variant, |client| json!({"aud": format!("{}/oauth2/token", client.server.url)})).await;
}
