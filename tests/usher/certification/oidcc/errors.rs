//! Requests that are refused, and how.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::party::{Mode, Party, is_error_page, server};
use crate::harness::relying_party::{CALLBACK, answer};
use crate::harness::server::TestServer;

pub async fn oidcc_response_type_missing(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[("response_type", "")]).await;
    assert!(matches!(reply.get("error"), Some("invalid_request" | "unsupported_response_type")), "{reply:?}");
}

pub async fn oidcc_ensure_registered_redirect_uri(mode: Mode) {
    let server = server().await;
    let party = Party::new(&server, mode).await;
    let page = server.browser().open(&party.url(&[("redirect_uri", "https://rp.test/cb/tAvMqWbKxg")])).await;
    assert!(is_error_page(&page), "{page:?}");
}

/// Asserts that unsigned request objects are not offered, so that the suite skips what needs them.
async fn assert_no_unsigned_objects(server: &TestServer) {
    let metadata = answer(server.http.get(server.at("/.well-known/openid-configuration"))).await.json;
    let offered = metadata["request_object_signing_alg_values_supported"].as_array().expect("a list").clone();
    assert!(!offered.is_empty() && !offered.contains(&json!("none")), "{offered:?}");
}

fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": "none"})), part(claims))
}

/// Skipped by the suite, as it is not offered: refused at the redirect URI, and never ignored.
pub async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let server = server().await;
    assert_no_unsigned_objects(&server).await;
    let party = Party::new(&server, mode).await;
    let object = unsigned(
        &json!({"client_id": party.client.client.id, "response_type": "code", "scope": "openid", "state": "inside"}),
    );
    let reply = party.authorize(&mut server.browser(), &[("request", &object)]).await;
    assert_eq!((reply.get("error"), reply.get("code")), (Some("invalid_request_object"), None));
}

/// Skipped by the suite, as unsigned objects are not offered: a URL that is not registered is not fetched.
pub async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let server = server().await;
    assert_no_unsigned_objects(&server).await;
    let party = Party::new(&server, mode).await;
    let reply = party.authorize(&mut server.browser(), &[("request_uri", "https://suite.test/object.jwt")]).await;
    assert_eq!((reply.get("error"), reply.get("code")), (Some("invalid_request_uri"), None));
}

/// Skipped by the suite, as unsigned objects are not offered: with a wrong redirect URI outside there is no redirect.
pub async fn oidcc_ensure_request_object_with_redirect_uri(mode: Mode) {
    let server = server().await;
    assert_no_unsigned_objects(&server).await;
    let party = Party::new(&server, mode).await;
    let object =
        unsigned(&json!({"client_id": party.client.client.id, "response_type": "code", "redirect_uri": CALLBACK}));
    let url = party.url(&[("request", &object), ("redirect_uri", "https://rp.test/cb/tAvMqWbKxg")]);
    let page = server.browser().open(&url).await;
    assert!(page.status.is_client_error() && !page.url.starts_with(CALLBACK), "{page:?}");
}
