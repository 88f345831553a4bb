//! The users of a project's clients.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Refusals;
use usher_domain::page::Cursor;
use usher_flows::{Person, PersonSession, Right};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::state::App;

/// A user of a project's clients.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// The subject identifier.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub sub: String,
    /// Every identifier, if the project's clients know the user by several (pairwise identifiers of several sectors).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["6Hq3P0b0TfmQ1x2y3z4w5A", "AlcwZ3mF…"]))]
    pub subs: Vec<String>,
    /// The full name, if it was released to a client of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Ana Souza")]
    pub name: Option<String>,
    /// The email address, if it was released to a client of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ana@example.test")]
    pub email: Option<String>,
    /// The clients that the user has used.
    #[schema(example = json!(["client_zYw"]))]
    pub client_ids: Vec<String>,
    /// First use, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub first_used_at: i64,
    /// Last use, rounded to an hour, in seconds since the epoch.
    #[schema(example = 1_795_003_600)]
    pub last_used_at: i64,
}

/// A session in which the project's clients hold grants.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonSessionView {
    /// The `sid` of its tokens.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000002")]
    pub id: String,
    /// When the user authenticated, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub auth_time: i64,
    /// The authentication methods (RFC 8176).
    #[schema(example = json!(["pwd", "otp", "mfa"]))]
    pub amr: Vec<String>,
    /// The clients that hold grants.
    #[schema(example = json!(["client_zYw"]))]
    pub client_ids: Vec<String>,
}

/// The result of a revocation.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndedView {
    /// The clients whose grants were revoked.
    #[schema(example = json!(["client_zYw"]))]
    pub client_ids: Vec<String>,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        Self {
            sub: person.sub.0,
            subs: if person.subs.len() > 1 { person.subs.into_iter().map(|sub| sub.0).collect() } else { Vec::new() },
            name: person.name,
            email: person.email,
            client_ids: person.clients.into_iter().map(|id| id.0).collect(),
            first_used_at: person.first_used_at.0,
            last_used_at: person.last_used_at.0,
        }
    }
}

impl From<PersonSession> for PersonSessionView {
    fn from(session: PersonSession) -> Self {
        Self {
            id: session.id.to_string(),
            auth_time: session.auth_time.0,
            amr: session.amr,
            client_ids: session.clients.into_iter().map(|id| id.0).collect(),
        }
    }
}

/// List the users of a project.
///
/// Users of at least one of its clients. Names and email addresses are included if they were released to a client.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/users", tag = "users", operation_id = "list_project_users",
    params(("id" = String, Path, description = "The project's id"), ListParams),
    responses((status = 200, description = "A page of them", body = List<PersonView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    query: QueryParams,
) -> ApiResult<Json<List<PersonView>>> {
    let project = calling.project(&id, Right::View).await?;
    let wanted = PageRequest::read(&query)?;
    let page =
        app.usher.project_users.list_people(project.id, wanted.after.unwrap_or(Cursor::START), wanted.size).await?;
    Ok(Json(List::of(page, PersonView::from)))
}

/// Show a user of a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/users/{sub}", tag = "users", operation_id = "get_project_user",
    params(("id" = String, Path, description = "The project's id"), ("sub" = String, Path, description = "Who")),
    responses((status = 200, description = "The person", body = PersonView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, sub)): Path<(String, String)>,
) -> ApiResult<Json<PersonView>> {
    let project = calling.project(&id, Right::View).await?;
    Ok(Json(app.usher.project_users.load_person(project.id, &sub).await?.1.into()))
}

/// List a user's sessions at a project.
///
/// Sessions in which the project's clients hold grants.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/users/{sub}/sessions", tag = "users", operation_id = "list_project_user_sessions",
    params(("id" = String, Path, description = "The project's id"), ("sub" = String, Path, description = "Whose")),
    responses((status = 200, description = "All of them", body = List<PersonSessionView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn sessions(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, sub)): Path<(String, String)>,
) -> ApiResult<Json<List<PersonSessionView>>> {
    let project = calling.project(&id, Right::View).await?;
    let (user, _) = app.usher.project_users.load_person(project.id, &sub).await?;
    let sessions = app.usher.project_users.list_sessions_in(project.id, &user).await?;
    Ok(Json(List { data: sessions.into_iter().map(PersonSessionView::from).collect(), next_cursor: None }))
}

/// Revoke a user's grants to a project's clients.
///
/// The user's session continues.
#[utoipa::path(
    post, path = "/api/v1/projects/{id}/users/{sub}/revoke", tag = "users", operation_id = "revoke_project_user",
    params(("id" = String, Path, description = "The project's id"), ("sub" = String, Path, description = "Whose")),
    responses((status = 200, description = "It has ended", body = EndedView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn revoke(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path((id, sub)): Path<(String, String)>,
) -> ApiResult<Json<EndedView>> {
    let project = calling.project(&id, Right::Operate).await?;
    let (user, _) = app.usher.project_users.load_person(project.id, &sub).await?;
    let ended = app.usher.project_users.revoke_in(project.id, &user).await?;
    Ok(Json(EndedView { client_ids: ended.clients.into_iter().map(|id| id.0).collect() }))
}
