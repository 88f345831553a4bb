//! Projects and clients of the whole house.

use axum::Json;
use axum::extract::State;

use crate::domain::page::Cursor;
use crate::web::api::ApiResult;
use crate::web::api::caller::Administrator;
use crate::web::api::list::{ClientList, ClientPage, List, ListParams, Wanted};
use crate::web::api::openapi::Refusals;
use crate::web::api::projects::{ClientView, ProjectView};
use crate::web::extract::params::QueryParams;
use crate::web::state::App;

/// List every project.
#[utoipa::path(
    get, path = "/api/v1/admin/projects", tag = "admin", operation_id = "admin_list_projects", params(ListParams),
    responses((status = 200, description = "A page of them", body = List<ProjectView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn projects(
    State(app): State<App>,
    _: Administrator,
    query: QueryParams,
) -> ApiResult<Json<List<ProjectView>>> {
    let wanted = Wanted::read(&query)?;
    let page = app.usher.list_projects(wanted.after.unwrap_or(Cursor::START), wanted.size).await?;
    Ok(Json(List::of(page, ProjectView::from)))
}

/// List every client.
#[utoipa::path(
    get, path = "/api/v1/admin/clients", tag = "admin", operation_id = "admin_list_clients", params(ListParams),
    responses((status = 200, description = "A page of them", body = List<ClientView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn clients(State(app): State<App>, _: Administrator, query: QueryParams) -> ApiResult<Json<ClientList>> {
    let wanted = ClientPage::read(&query)?;
    let clients = app.usher.list_all_clients(&wanted.after, wanted.size + 1).await?;
    Ok(Json(wanted.cut(clients)))
}
