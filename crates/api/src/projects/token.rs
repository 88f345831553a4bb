//! Rotating a project's token.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::{AuthenticatedCaller, bearer};
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_flows::api::Caller;
use usher_flows::{Right, Rotation, USUAL_OVERLAP};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// How to rotate the token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokenRotation {
    /// Seconds for which the old token stays valid; 0 ends it, and every token before it, at once.
    #[schema(minimum = 0, maximum = 2_592_000, default = 86_400, example = 3600)]
    pub overlap_seconds: Option<u32>,
    /// The current token, if the caller authenticates with something else: it keeps the history readable.
    pub current_token: Option<String>,
    /// Delete the history if it could not be read any more?
    #[schema(default = false)]
    pub discard_history: bool,
}

/// The new token.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewToken {
    /// Returned only once.
    #[schema(example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    pub token: String,
    /// When the old one expires, in seconds since the epoch.
    #[schema(example = 1_795_086_400)]
    pub old_token_good_until: i64,
}

/// Rotate a project's token.
///
/// The old one stays valid for a day, unless stated otherwise. The token is also the key of the project's history: if
/// the caller authenticates with the old token or sends it in the body, the new one decrypts everything that the old
/// one did. Otherwise the history is lost, and the call is rejected unless `discard_history` is set.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/token", tag = "projects", operation_id = "rotate_project_token",
    params(("id" = String, Path, description = "The project's id")), request_body = TokenRotation,
    responses(
        (status = 200, description = "The new token", body = NewToken), Refusals, BodyRefusals,
        (status = 412, description = "Somebody else was faster", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn rotate(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<TokenRotation>,
) -> ApiResult<Json<NewToken>> {
    let project = calling.project(&id, Right::Own).await?;
    let own = match &calling.caller {
        Caller::Project(_) => bearer(&headers)?.map(str::to_owned),
        _ => None,
    };
    let rotation = Rotation {
        presented: wanted.current_token.or(own),
        overlap: wanted.overlap_seconds.map_or(USUAL_OVERLAP, |seconds| Duration::from_secs(seconds.into())),
        discard_history: wanted.discard_history,
    };
    let (token, good_until) = app.usher.projects.rotate_project_token(&project, rotation).await?;
    Ok(Json(NewToken { token, old_token_good_until: good_until.0 }))
}

/// The number of ended tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedTokens {
    /// How many former tokens were still valid.
    #[schema(example = 1)]
    pub ended: u64,
}

/// End every token of a project but the newest.
///
/// Regardless of their overlap: for a token that has leaked.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/token/former", tag = "projects", operation_id = "end_former_tokens",
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "They have ended", body = EndedTokens), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn end_former(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<EndedTokens>> {
    let project = calling.project(&id, Right::Own).await?;
    Ok(Json(EndedTokens { ended: app.usher.projects.end_former_tokens(project.id).await? }))
}
