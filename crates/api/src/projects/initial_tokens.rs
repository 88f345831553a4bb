//! Initial access tokens of a project: who has one may register clients in it (RFC 7591 §1.2).

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::{BodyRefusals, Problem, Refusals};
use usher_accounts::admin::initial_tokens::NewInitialToken;
use usher_domain::oauth::initial_token::InitialToken;
use usher_flows::Right;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// The lifetime of a token that is created without one, in seconds.
const USUAL_SECONDS: u64 = 30 * 86_400;

/// An initial access token, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct InitialTokenView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-0000000000cc")]
    pub id: String,
    /// What it is for.
    #[schema(example = "Agents of the support team")]
    pub name: String,
    /// How many clients it may register.
    #[schema(example = 10)]
    pub max_clients: u32,
    /// How many clients it has registered.
    #[schema(example = 3)]
    pub registered: u32,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it expires, in seconds since the epoch.
    #[schema(example = 1_797_592_000)]
    pub expires_at: i64,
}

/// Every initial access token of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct InitialTokenList {
    /// The tokens, oldest first: 50 at most.
    pub items: Vec<InitialTokenView>,
}

/// An initial access token with its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeInitialToken {
    #[serde(flatten)]
    pub token: InitialTokenView,
    /// The value, for the header `Authorization` of a registration: returned only once.
    #[schema(example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    pub initial_access_token: String,
}

/// An initial access token to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInitialTokenBody {
    /// What it is for: 1 to 100 characters.
    #[schema(example = "Agents of the support team")]
    pub name: String,
    /// How many clients it may register: 1 to 100000, 1 if absent.
    #[serde(default = "one")]
    #[schema(example = 10, minimum = 1, maximum = 100_000)]
    pub max_clients: u32,
    /// Its lifetime: a minute to 365 days, 30 days if absent.
    #[serde(default = "usual")]
    #[schema(example = 2_592_000, minimum = 60, maximum = 31_536_000)]
    pub expires_in_seconds: u64,
}

const fn one() -> u32 {
    1
}

const fn usual() -> u64 {
    USUAL_SECONDS
}

impl From<InitialToken> for InitialTokenView {
    fn from(token: InitialToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            max_clients: token.max_clients,
            registered: token.registered,
            created_at: token.created_at.0,
            expires_at: token.expires_at.0,
        }
    }
}

/// List the initial access tokens of a project.
///
/// Without their values.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/initial-tokens", tag = "clients", operation_id = "list_initial_tokens",
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The tokens", body = InitialTokenList), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
) -> ApiResult<Json<InitialTokenList>> {
    let project = calling.project(&id, Right::View).await?;
    let tokens = app.usher.initial_tokens.list_initial_tokens(project.id).await?;
    Ok(Json(InitialTokenList { items: tokens.into_iter().map(InitialTokenView::from).collect() }))
}

/// Create an initial access token.
///
/// Who has it may register clients in the project at `/oauth2/register`, unless `registration.dynamic` is `closed`.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/initial-tokens", tag = "clients", operation_id = "create_initial_token",
    params(("id" = String, Path, description = "The project's id")), request_body = NewInitialTokenBody,
    responses(
        (status = 201, description = "It is made", body = MadeInitialToken), Refusals, BodyRefusals,
        (status = 409, description = "The project has 50 already", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(new): JsonBody<NewInitialTokenBody>,
) -> ApiResult<(StatusCode, Json<MadeInitialToken>)> {
    let project = calling.project(&id, Right::Develop).await?;
    let lifetime = Duration::from_secs(new.expires_in_seconds);
    let new = NewInitialToken { project: project.id, name: new.name, max_clients: new.max_clients, lifetime };
    let (token, initial_access_token) = app.usher.initial_tokens.create_initial_token(new).await?;
    Ok((StatusCode::CREATED, Json(MadeInitialToken { token: token.into(), initial_access_token })))
}

/// Delete an initial access token.
///
/// The clients that it registered stay.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}/initial-tokens/{initial_token}", tag = "clients",
    operation_id = "delete_initial_token",
    params(
        ("id" = String, Path, description = "The project's id"),
        ("initial_token" = String, Path, description = "The token's id"),
    ),
    responses((status = 204, description = "It is gone"), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, token)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Develop).await?;
    app.usher.initial_tokens.delete_initial_token(project.id, &token).await?;
    Ok(StatusCode::NO_CONTENT)
}
