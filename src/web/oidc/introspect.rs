//! The introspection endpoint (RFC 7662).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;

use super::credentials;
use crate::flows::Introspection;
use crate::protocol::error::OAuthError;
use crate::web::error::OAuthReply;
use crate::web::extract::params::FormParams;
use crate::web::problem::HttpProblem;
use crate::web::state::App;

/// POST. Only clients that keep a secret may ask: anybody can say the name of a public one.
pub async fn post(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<FormParams, HttpProblem>,
) -> Result<Json<Introspection>, OAuthReply> {
    let FormParams(form) = form?;
    let client = app.usher.authenticate_client(&credentials(&headers, &form)?).await?;
    if client.metadata.is_public() {
        return Err(OAuthError::invalid_client().into());
    }
    let token = form.get("token").map_err(|_| OAuthError::repeated("token"))?;
    let token = token.ok_or_else(|| OAuthError::invalid_request("token is missing"))?;
    Ok(Json(app.usher.introspect(&client, token).await?))
}
