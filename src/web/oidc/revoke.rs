//! The revocation endpoint (RFC 7009).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::credentials;
use crate::protocol::error::OAuthError;
use crate::web::error::OAuthReply;
use crate::web::extract::params::FormParams;
use crate::web::problem::HttpProblem;
use crate::web::state::App;

/// POST. 200 whether or not there was anything to revoke (RFC 7009 §2.2).
pub async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<FormParams, HttpProblem>,
) -> Result<StatusCode, OAuthReply> {
    let FormParams(form) = form?;
    let client = app.usher.authenticate_client(&credentials(&headers, &form)?).await?;
    let token = form.get("token").map_err(|_| OAuthError::repeated("token"))?;
    let token = token.ok_or_else(|| OAuthError::invalid_request("token is missing"))?;
    app.usher.revoke_token(&client, token).await?;
    Ok(StatusCode::OK)
}
