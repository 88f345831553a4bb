//! Refreshing the tokens of token mode.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::SessionTokens;
use crate::ApiResult;
use crate::caller::invalid;
use crate::fields::Fields;
use crate::openapi::Problem;
use crate::problems::{BodyProblems, CountedProblems};
use usher_accounts::{FlowError, Rejected};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::state::App;

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"refresh_token": "AgGTZ9pUAHAAgAAAAAAAAAABAAAAAQ"}))]
pub struct RefreshSession {
    /// The newest one.
    refresh_token: String,
}

/// Refresh the session's tokens.
///
/// The refresh token is used up, and the response contains the next one. A client that lost the response may repeat
/// the request for half a minute and gets the same. Presenting an older one ends the session.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "session", operation_id = "refresh_session",
    request_body = RefreshSession,
    responses(
        (status = 200, description = "New tokens", body = SessionTokens),
        (status = 401, description = "The token is no good, or not any more", body = Problem),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Json<SessionTokens>> {
    let mut fields = Fields::read(body, &["refresh_token"])?;
    let token = fields.required("refresh_token");
    fields.finish()?;
    match app.usher.callers.refresh_session(&token, &visitor.device).await {
        Ok(session) => Ok(Json(session.into())),
        Err(FlowError::Rejected(Rejected::NotSignedIn)) => Err(invalid()),
        Err(other) => Err(other.into()),
    }
}
