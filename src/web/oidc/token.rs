//! The token endpoint (RFC 6749 §3.2).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;

use super::credentials;
use crate::protocol::token::{TokenRequest, TokenResponse};
use crate::web::error::OAuthReply;
use crate::web::extract::params::{FormParams, QueryParams};
use crate::web::problem::HttpProblem;
use crate::web::state::App;

/// POST
pub async fn post(
    State(app): State<App>,
    query: Result<QueryParams, HttpProblem>,
    headers: HeaderMap,
    form: Result<FormParams, HttpProblem>,
) -> Result<Json<TokenResponse>, OAuthReply> {
    let FormParams(form) = form?;
    let QueryParams(query) = query?;
    super::refuse_query(&query)?;
    let credentials = credentials(&headers, &form)?;
    let request = TokenRequest::parse(&form)?;
    Ok(Json(app.usher.token(&credentials, request).await?))
}
