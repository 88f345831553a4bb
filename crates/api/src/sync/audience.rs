//! The subscribers of the feed and how far behind they are.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_accounts::FlowError;
use usher_domain::id::ClientId;
use usher_events::feed::{Listener, ModuleIdentity};
use usher_flows::{NewestState, Right};
use usher_http_server::state::App;

/// The subscribers of a project's feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Audience)]
pub struct FeedAudience {
    /// The newest position of the feed.
    #[schema(example = 18_240)]
    pub cursor: i64,
    /// The revision of the published access rules; null if none are published.
    #[schema(example = 43)]
    pub policy_revision: Option<i64>,
    /// The number of subscribers at all instances.
    #[schema(example = 12)]
    pub connected: usize,
    /// The subscribers, those of this instance first, at most 1,000 for each instance.
    pub subscribers: Vec<Subscriber>,
}

/// A subscriber: a connection, or a module that polls and is not overdue.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscriber {
    /// The name of the client, or of the project for the project's token.
    #[schema(example = "Orders API")]
    pub name: String,
    /// The client; absent for the project's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The host and process that the module reports.
    #[schema(example = "web-1/4711")]
    pub host: Option<String>,
    /// The network address that it connects from.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// The library and its version.
    #[schema(example = "usher-sdk-node/0.1.0")]
    pub version: Option<String>,
    /// `socket`, `long_poll` or `poll`.
    #[schema(example = "socket")]
    pub transport: &'static str,
    /// When it connected or began to poll, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub since: i64,
    /// The position that it acknowledged last.
    #[schema(example = 18_239)]
    pub acknowledged: i64,
    /// When it acknowledged that.
    pub acknowledged_at: Option<i64>,
    /// How many entries it is behind.
    #[schema(example = 1)]
    pub behind: i64,
    /// The revision of the access rules that it applies, as it reports.
    #[schema(example = 43)]
    pub policy_revision: Option<u64>,
}

/// List the subscribers of the feed.
///
/// Connected modules with their hosts and versions, how many entries each is behind, and which revision of the access
/// rules it applies. A module that polls is listed until it has not polled for 150 seconds.
#[utoipa::path(
    get, path = "/api/v1/projects/{id}/sync/subscribers", tag = "sync", operation_id = "list_sync_subscribers",
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "Whoever is connected", body = FeedAudience),
        (status = 403, description = "The caller may follow the project, and no more", body = Problem),
        (status = 404, description = "There is no such project for this caller", body = Problem),
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn get(state: State<App>, calling: AuthenticatedCaller, path: Path<String>) -> ApiResult<Json<FeedAudience>> {
    let project = calling.project(&path.0, Right::View).await?.id;
    let NewestState { position: cursor, policy_revision } = state.usher.local_modules.newest_state(project).await?;
    let following = state.hub.audience(project).await.map_err(FlowError::from)?;
    let clients = following.listeners.iter().map(|listener| listener.module.client_id.clone()).collect();
    let names = state.usher.local_modules.names(project, clients).await?;
    let subscribers = following.listeners.into_iter().map(|listener| view(listener, &names, cursor)).collect();
    Ok(Json(FeedAudience { cursor, policy_revision, connected: following.number, subscribers }))
}

fn view(listener: Listener, names: &BTreeMap<Option<ClientId>, String>, cursor: i64) -> Subscriber {
    let ModuleIdentity { client_id, host, address, version } = listener.module;
    Subscriber {
        name: names.get(&client_id).cloned().unwrap_or_default(),
        client_id: client_id.map(|id| id.0),
        host,
        address,
        version,
        transport: listener.transport.as_str(),
        since: listener.since.0,
        acknowledged: listener.acknowledged,
        acknowledged_at: listener.acknowledged_at.map(|at| at.0),
        behind: (cursor - listener.acknowledged).max(0),
        policy_revision: listener.policy_revision,
    }
}
