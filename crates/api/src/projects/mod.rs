//! Projects and their resources, each in a file of its own.

mod apis;
mod attempts;
mod clients;
mod history;
mod initial_tokens;
mod invitations;
mod members;
mod people;
mod sign_in;
mod token;

pub use clients::ClientView;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiResult;
use super::caller::AuthenticatedCaller;
use super::list::{List, ListParams, PageRequest};
use super::openapi::{BodyRefusals, Refusals};
use usher_accounts::{FlowError, Rejected};
use usher_domain::page::{Cursor, Page};
use usher_domain::project::Project;
use usher_flows::Right;
use usher_flows::api::Caller;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::state::App;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, delete))
        .routes(routes!(sign_in::get, sign_in::put))
        .routes(routes!(token::rotate))
        .routes(routes!(token::end_former))
        .routes(routes!(members::list, members::add))
        .routes(routes!(members::change, members::remove))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::resend))
        .routes(routes!(invitations::delete))
        .routes(routes!(clients::list, clients::create))
        .routes(routes!(clients::get, clients::put, clients::delete))
        .routes(routes!(clients::rotate_secret))
        .routes(routes!(attempts::list))
        .routes(routes!(attempts::get))
        .routes(routes!(initial_tokens::list, initial_tokens::create))
        .routes(routes!(initial_tokens::delete))
        .routes(routes!(apis::list, apis::create))
        .routes(routes!(apis::get, apis::put, apis::delete))
        .routes(routes!(apis::list_clients))
        .routes(routes!(apis::allow, apis::disallow))
        .routes(routes!(people::list))
        .routes(routes!(people::get))
        .routes(routes!(people::sessions))
        .routes(routes!(people::revoke))
        .routes(routes!(history::read))
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub id: String,
    /// The display name.
    #[schema(example = "Shop")]
    pub name: String,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// The authentication context class that its clients require of every sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "aal2")]
    pub required_acr: Option<String>,
}

/// A new project.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeProject {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectView,
    /// Its token: returned only once.
    #[schema(example = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")]
    pub token: String,
}

/// A project to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// The display name: 1 to 100 characters.
    #[schema(example = "Shop")]
    pub name: String,
}

/// The fields to change; absent ones stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectChange {
    /// The new name.
    #[schema(example = "Bookshop")]
    pub name: Option<String>,
    /// Require two factors for every sign-in to its clients?
    #[schema(example = true)]
    pub require_second_factor: Option<bool>,
}

/// The confirmation of a deletion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The project's exact name.
    #[schema(example = "Shop")]
    pub confirm: String,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        Self {
            id: project.id.to_string(),
            name: project.name,
            created_at: project.created_at.0,
            required_acr: project.required_acr,
        }
    }
}

/// List the projects that the caller may see.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects", operation_id = "list_projects", params(ListParams),
    responses((status = 200, description = "A page of them", body = List<ProjectView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    query: QueryParams,
) -> ApiResult<Json<List<ProjectView>>> {
    let wanted = PageRequest::read(&query)?;
    let after = wanted.after.unwrap_or(Cursor::START);
    let page = match &calling.caller {
        Caller::Person(account) if account.user.admin => app.usher.projects.list_projects(after, wanted.size).await?,
        Caller::Person(account) => app.usher.members.list_projects_of(&account.user, after, wanted.size).await?,
        Caller::Project(project) | Caller::FormerToken(project) => {
            let items = Some(project.clone()).filter(|project| project.id.0 > after.0).into_iter().collect();
            Page { items, next: None }
        }
        Caller::Client { client, .. } => {
            let id = client.project_id.to_string();
            let items = match calling.project(&id, Right::View).await {
                Ok(project) => Some(project).filter(|project| project.id.0 > after.0).into_iter().collect(),
                Err(_) => Vec::new(),
            };
            Page { items, next: None }
        }
    };
    Ok(Json(List::of(page, ProjectView::from)))
}

/// Create a project.
///
/// The caller becomes its owner. Its token is in the response, and cannot be read again.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", operation_id = "create_project", request_body = NewProject,
    responses((status = 201, description = "It is made", body = MadeProject), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn create(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    JsonBody(new): JsonBody<NewProject>,
) -> ApiResult<(StatusCode, Json<MadeProject>)> {
    let Caller::Person(account) = &calling.caller else { return Err(FlowError::from(Rejected::NotAllowed).into()) };
    let made = app.usher.projects.create_project_of(&new.name, &account.user).await?;
    Ok((StatusCode::CREATED, Json(MadeProject { project: made.project.into(), token: made.token })))
}

/// Show a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "get_project",
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The project", body = ProjectView), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(calling: AuthenticatedCaller, Path(id): Path<String>) -> ApiResult<Json<ProjectView>> {
    Ok(Json(calling.project(&id, Right::View).await?.into()))
}

/// Change a project.
#[utoipa::path(
    patch, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "change_project",
    params(("id" = String, Path, description = "The project's id")), request_body = ProjectChange,
    responses((status = 200, description = "The project as it is now", body = ProjectView), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn patch(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(change): JsonBody<ProjectChange>,
) -> ApiResult<Json<ProjectView>> {
    let mut project = calling.project(&id, Right::Own).await?;
    if let Some(name) = &change.name {
        project = app.usher.projects.rename_project(&project, name).await?;
    }
    if let Some(required) = change.require_second_factor {
        app.usher.projects.require_second_factor(project.id, required).await?;
        project = calling.project(&id, Right::Own).await.map(|now| Project { name: project.name, ..now })?;
    }
    Ok(Json(project.into()))
}

/// Delete a project.
///
/// With its clients, all their grants, and its history.
#[utoipa::path(
    delete, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "delete_project",
    params(("id" = String, Path, description = "The project's id")), request_body = Confirmation,
    responses((status = 204, description = "It is gone"), Refusals, BodyRefusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    JsonBody(typed): JsonBody<Confirmation>,
) -> ApiResult<StatusCode> {
    let project = calling.project(&id, Right::Own).await?;
    app.usher.projects.delete_project(&project, &typed.confirm).await?;
    Ok(StatusCode::NO_CONTENT)
}
