//! The OAuth 2 and OpenID Connect endpoints for programs.

pub mod check_up;
pub mod ciba;
pub mod client_call;
pub mod device;
pub mod introspect;
pub mod json_document;
pub mod jwks;
pub mod par;
pub mod published_metadata;
pub mod register;
pub mod revoke;
pub mod routes;
pub mod token;
pub mod userinfo;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use usher_protocol::error::OAuthError;

/// The one Authorization header of a request.
///
/// # Errors
/// `invalid_request` if there are several, or it is not text.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>, OAuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    match (first.map(|value| value.to_str()), second) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text)),
        _ => Err(OAuthError::invalid_request("the Authorization header is repeated or cannot be read")),
    }
}
