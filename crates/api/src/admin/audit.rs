//! The event log.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::ApiResult;
use crate::caller::AdminCaller;
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Refusals;
use usher_domain::event::EventCatalogue;
use usher_domain::time::Timestamp;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::events::log::{About, AuditEvent, Search};

/// Filters of the event log. At most one of `user`, `client` and `project` may be given.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `list` reads them")]
pub struct AuditParams {
    /// Only events of this kind.
    #[param(example = "session.created")]
    kind: Option<String>,
    /// Only events of the user with this `sub`, public or pairwise.
    user: Option<String>,
    /// Only events of this client.
    client: Option<String>,
    /// Only events of this project.
    project: Option<String>,
    /// Earliest time, in seconds since the epoch.
    #[param(minimum = 0, example = 1_795_000_000)]
    since: Option<i64>,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FactView)]
pub struct AuditEventView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000003")]
    pub id: String,
    /// When it happened, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub at: i64,
    /// The kind of event.
    #[schema(example = "session.created")]
    pub kind: String,
    /// The internal id of the user, which is not the `sub`.
    pub user_id: Option<String>,
    /// The session it happened in.
    pub session_id: Option<String>,
    /// The client it concerns.
    pub client_id: Option<String>,
    /// The grant it concerns.
    pub grant_id: Option<String>,
    /// The project it happened in.
    pub project_id: Option<String>,
    /// Other data.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"amr": ["pwd"]}))]
    pub data: Value,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id.to_string(),
            at: event.at.0,
            kind: event.kind,
            user_id: event.user_id.map(|id| id.to_string()),
            session_id: event.session_id.map(|id| id.to_string()),
            client_id: event.client_id.map(|id| id.0),
            grant_id: event.grant_id.map(|id| id.to_string()),
            project_id: event.project_id.map(|id| id.to_string()),
            data: Value::Object(event.data),
        }
    }
}

/// Read the event log.
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", tag = "admin", operation_id = "admin_list_audit",
    params(ListParams, AuditParams),
    responses((status = 200, description = "A page of it", body = List<AuditEventView>), Refusals),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(State(app): State<App>, _: AdminCaller, query: QueryParams) -> ApiResult<Json<List<AuditEventView>>> {
    let wanted = PageRequest::read(&query)?;
    let one = |name| query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let kind = one("kind")?.unwrap_or_default();
    if !kind.is_empty() && EventCatalogue::STANDARD.find(kind).is_none() {
        return Err(HttpProblem::parameter("kind", "there is no such kind"));
    }
    let since = one("since")?.map_or(Ok(0), str::parse::<i64>).ok().filter(|since| *since >= 0);
    let since = since.ok_or_else(|| HttpProblem::parameter("since", "it is a number of seconds"))?;
    let about = match (one("user")?, one("client")?, one("project")?) {
        (None, None, None) => About::Everything,
        (Some(sub), None, None) => match app.usher.subjects.find(sub).await? {
            Some(user) => About::User(user.id),
            None => return Ok(Json(List { data: Vec::new(), next_cursor: None })),
        },
        (None, Some(client), None) => {
            About::Client(client.parse().map_err(|_| HttpProblem::parameter("client", "it is no client_id"))?)
        }
        (None, None, Some(project)) => {
            About::Project(project.parse().map_err(|_| HttpProblem::parameter("project", "it is no id"))?)
        }
        _ => return Err(HttpProblem::bad_request("Only one of user, client and project may be given.")),
    };
    let search = Search { about, kind: kind.to_owned(), since: Timestamp(since), before: wanted.after };
    let page = app.usher.users.search_log(&search, wanted.size).await?;
    Ok(Json(List::of(page, AuditEventView::from)))
}
