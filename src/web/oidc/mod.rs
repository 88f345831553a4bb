//! The endpoints that clients know from the metadata.

pub mod authorize;
pub mod discovery;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod register;
pub mod revoke;
pub mod token;
pub mod userinfo;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::error::OAuthReply;
use crate::protocol::client_auth::ClientCredentials;
use crate::protocol::error::OAuthError;
use crate::protocol::params::Params;

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

/// What the request carries to prove its client.
///
/// # Errors
/// As [`ClientCredentials::read`].
fn credentials(headers: &HeaderMap, form: &Params) -> Result<ClientCredentials, OAuthReply> {
    Ok(ClientCredentials::read(authorization(headers)?, form)?)
}

/// Secrets and tokens never travel in the address (RFC 6749 §2.3.1): a request that puts them there is refused.
///
/// # Errors
/// `invalid_request`.
fn refuse_query(query: &Params) -> Result<(), OAuthError> {
    let misplaced = ["client_secret", "code", "refresh_token", "token", "access_token", "grant_type"];
    if misplaced.iter().any(|name| !matches!(query.get(name), Ok(None))) {
        return Err(OAuthError::invalid_request("parameters belong into the body, not into the address"));
    }
    Ok(())
}
