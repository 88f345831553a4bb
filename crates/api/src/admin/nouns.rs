//! Projects and clients of all owners.

use axum::Json;
use axum::extract::State;

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Refusals;
use crate::projects::{ClientView, ProjectView};
use usher_domain::id::ClientId;
use usher_domain::oauth::client::Client;
use usher_domain::page::Cursor;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::state::App;

/// List every project.
#[utoipa::path(
    get, path = "/api/v1/admin/projects", tag = "admin", operation_id = "admin_list_projects", params(ListParams),
    responses((status = 200, description = "A page of them", body = List<ProjectView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn projects(
    State(app): State<App>,
    _: AdminCaller,
    query: QueryParams,
) -> ApiResult<Json<List<ProjectView>>> {
    let wanted = PageRequest::read(&query)?;
    let page = app.usher.projects.list_projects(wanted.after.unwrap_or(Cursor::START), wanted.size).await?;
    Ok(Json(List::of(page, ProjectView::from)))
}

/// List every client.
#[utoipa::path(
    get, path = "/api/v1/admin/clients", tag = "admin", operation_id = "admin_list_clients", params(ListParams),
    responses((status = 200, description = "A page of them", body = List<ClientView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn clients(State(app): State<App>, _: AdminCaller, query: QueryParams) -> ApiResult<Json<List<ClientView>>> {
    let wanted = PageRequest::<ClientId>::read(&query)?;
    let clients = app.usher.clients.list_all_clients(wanted.after_client(), wanted.size + 1).await?;
    Ok(Json(List::cut(&wanted, clients, |client: &Client| &client.id)))
}
