//! Projects.

use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiResult;
use super::caller::Calling;
use super::openapi::Problem;
use crate::domain::project::Project;
use crate::flows::Right;
use crate::web::state::App;

/// Every route of this noun.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get))
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub id: String,
    /// The name that people read.
    #[schema(example = "Shop")]
    pub name: String,
    /// Since when, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// The authentication context that nobody signs in to its clients without.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "aal2")]
    pub required_acr: Option<String>,
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

/// One project.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}", tag = "projects", operation_id = "get_project",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The project", body = ProjectView),
        (status = 401, description = "Nobody is calling", body = Problem),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(calling: Calling, Path(id): Path<String>) -> ApiResult<Json<ProjectView>> {
    Ok(Json(calling.project(&id, Right::View).await?.into()))
}
