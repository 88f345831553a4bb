//! The history of a project, for callers with its token.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::ApiResult;
use crate::caller::{AuthenticatedCaller, bearer};
use crate::list::{List, ListParams, PageRequest};
use crate::openapi::Refusals;
use usher_accounts::{FlowError, Rejected};
use usher_domain::event::EventCatalogue;
use usher_domain::page::Cursor;
use usher_domain::project::history::HistoryEntry;
use usher_domain::project::history::SEEN;
use usher_flows::api::Caller;
use usher_flows::{HistorySearch, Right};
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `read` reads them")]
pub struct HistoryParams {
    /// Only events of this user.
    #[param(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    sub: Option<String>,
    /// Only events of this kind.
    #[param(example = "grant.created")]
    kind: Option<String>,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000003")]
    pub id: String,
    /// When it happened, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub at: i64,
    /// The kind of event: a sign-in is `grant.created`.
    #[schema(example = "grant.created")]
    pub kind: String,
    /// The subject identifier of the user.
    #[schema(example = "6Hq3P0b0TfmQ1x2y3z4w5A")]
    pub sub: Option<String>,
    /// The client it concerns.
    #[schema(example = "client_zYw")]
    pub client_id: Option<String>,
    /// The session it happened in.
    pub session_id: Option<String>,
    /// The grant it concerns.
    pub grant_id: Option<String>,
    /// The user's network, if the user was present.
    #[schema(example = "203.0.113.7")]
    pub source: Option<String>,
    /// The browser's `User-Agent`.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// The authentication methods of the session (RFC 8176).
    #[schema(example = json!(["pwd"]))]
    pub amr: Vec<String>,
    /// Other data, such as scope, claims and reason.
    #[schema(value_type = BTreeMap<String, Value>, example = json!({"scope": "openid email"}))]
    pub data: Value,
}

impl From<HistoryEntry> for EntryView {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            kind: entry.kind,
            sub: entry.sub,
            client_id: entry.client_id,
            session_id: entry.session_id,
            grant_id: entry.grant_id,
            source: entry.source,
            user_agent: entry.user_agent,
            amr: entry.amr,
            data: Value::Object(entry.data),
        }
    }
}

/// Read the history of a project's users.
///
/// Newest first. Requires the project's newest token, which decrypts it. A page may have fewer than `limit` entries
/// and still have a `next_cursor`, because filters apply after decryption.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/history", tag = "projects", operation_id = "list_project_history",
    params(("id" = String, Path, description = "The project's id"), ListParams, HistoryParams),
    responses((status = 200, description = "A page of it", body = List<EntryView>), Refusals),
    security(("token" = [])),
)]
pub async fn read(
    State(app): State<App>,
    calling: AuthenticatedCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: QueryParams,
) -> ApiResult<Json<List<EntryView>>> {
    let project = calling.project(&id, Right::View).await?;
    let token = bearer(&headers)?.filter(|_| matches!(calling.caller, Caller::Project(_)));
    let token = token.ok_or(FlowError::from(Rejected::ProjectTokenRequired))?;
    let wanted = PageRequest::read(&query)?;
    let one = |name| query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let kind = one("kind")?;
    if kind.is_some_and(|kind| kind != SEEN && EventCatalogue::STANDARD.find(kind).is_none()) {
        return Err(HttpProblem::parameter("kind", "there is no such kind"));
    }
    let search = HistorySearch {
        sub: one("sub")?.map(str::to_owned),
        kind: kind.map(str::to_owned),
        cursor: wanted.after,
        size: wanted.size as usize,
    };
    let page = app.usher.histories.read_history(&project, token, search).await?;
    let data = page.entries.into_iter().map(EntryView::from).collect();
    Ok(Json(List { data, next_cursor: page.next.map(Cursor::encode) }))
}
