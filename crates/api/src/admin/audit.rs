//! The event log.

use std::net::IpAddr;
use std::str::FromStr;

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
use usher_http_server::extract::client_ip::SourcePrefix;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::events::log::{AuditEvent, Search, Who};

/// Filters of the event log: events that fulfil all of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `read` reads them")]
pub struct AuditParams {
    /// Only events of this kind.
    #[param(example = "session.created")]
    kind: Option<String>,
    /// Only events that the user with this `sub`, public or pairwise, caused, or that concern the user.
    user: Option<String>,
    /// Only events of this client.
    client: Option<String>,
    /// Only events of this project.
    project: Option<String>,
    /// Only events from this network: an IPv4 address, or any IPv6 address of the /64 prefix.
    #[param(example = "192.0.2.7")]
    address: Option<String>,
    /// Only events of the request with this trace id.
    #[param(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: Option<String>,
    /// Earliest time, in seconds since the epoch.
    #[param(minimum = 0, example = 1_795_000_000)]
    since: Option<i64>,
    /// Latest time, exclusive, in seconds since the epoch.
    #[param(minimum = 0, example = 1_796_000_000)]
    until: Option<i64>,
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
    /// Who caused it, if that was not its user: `user:` with an internal id, `client:` with a `client_id`, `project:`
    /// with the id of the project whose token it was, or `command` for the command line. Absent for Usher itself.
    #[schema(example = "command")]
    pub actor: Option<String>,
    /// The network of the request that caused it: an IPv4 address, or an IPv6 prefix.
    #[schema(example = "192.0.2.7/32")]
    pub address: Option<String>,
    /// The trace id of that request.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: Option<String>,
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
            actor: event.actor.map(|actor| actor.to_string()),
            address: event.source,
            trace_id: event.trace_id.map(|id| id.simple().to_string()),
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
    let Some(search) = read(&app, &query).await? else {
        return Ok(Json(List { data: Vec::new(), next_cursor: None }));
    };
    let page = app.usher.users.search_log(&Search { before: wanted.after, ..search }, wanted.size).await?;
    Ok(Json(List::of(page, AuditEventView::from)))
}

/// The filters; `None` if there is no such user.
async fn read(app: &App, query: &QueryParams) -> ApiResult<Option<Search>> {
    let one = |name| query.0.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let moment = |name, absent| {
        let read = one(name)?.map_or(Ok(absent), str::parse::<i64>).ok().filter(|moment| *moment >= 0);
        read.map(Timestamp).ok_or_else(|| HttpProblem::parameter(name, "it is a number of seconds"))
    };
    let kind = one("kind")?.filter(|kind| !kind.is_empty());
    if kind.is_some_and(|kind| EventCatalogue::STANDARD.find(kind).is_none()) {
        return Err(HttpProblem::parameter("kind", "there is no such kind"));
    }
    let mut search = Search {
        kinds: kind.map(str::to_owned).into_iter().collect(),
        since: moment("since", 0)?,
        until: moment("until", i64::MAX)?,
        client: parsed(one("client")?, "client", "it is no client_id")?,
        project: parsed(one("project")?, "project", "it is no id")?,
        trace_id: parsed(one("trace_id")?, "trace_id", "it is no trace id")?,
        ..Search::default()
    };
    if let Some(address) = parsed::<IpAddr>(one("address")?, "address", "it is no IP address")? {
        search.source = Some(SourcePrefix::of(address).to_string());
    }
    if let Some(sub) = one("user")? {
        let Some(user) = app.usher.subjects.find(sub).await? else { return Ok(None) };
        search.who = Some(Who::User(user.id));
    }
    Ok(Some(search))
}

fn parsed<T: FromStr>(value: Option<&str>, name: &'static str, fault: &'static str) -> ApiResult<Option<T>> {
    value.map(|text| text.parse().map_err(|_| HttpProblem::parameter(name, fault))).transpose()
}
