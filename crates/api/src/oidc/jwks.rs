//! The JWK set (RFC 7517 §5), rendered when the keys change.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::json_document::JsonDocument;
use usher_http_server::state::App;

/// Seconds for which verifiers may cache the key set. Much shorter than the time a key is published before it signs.
const MAX_AGE: u32 = 300;

/// GET
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Response {
    let keyring = app.usher.signing_keys.keyring();
    let jwks = keyring.jwks();
    JsonDocument::new(jwks.body.clone(), &jwks.etag, MAX_AGE).answer(&headers)
}
