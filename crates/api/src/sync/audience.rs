//! The subscribers of the feed and how far behind they are.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ApiResult;
use crate::caller::AuthenticatedCaller;
use crate::openapi::Problem;
use usher_flows::{FlowError, Right};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The subscribers of a project's feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Audience)]
pub struct FeedAudience {
    /// The newest position of the feed.
    #[schema(example = 18_240)]
    pub cursor: i64,
    /// The number of connections at all instances.
    #[schema(example = 12)]
    pub connected: usize,
    /// The connections, those of this instance first, at most 1,000 for each instance.
    pub subscribers: Vec<Subscriber>,
}

/// A connection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscriber {
    /// The client; absent for the project's token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `socket` or `long_poll`.
    #[schema(example = "socket")]
    pub transport: String,
    /// When it was opened, in seconds since the epoch.
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
    /// The revision of the access rules that it reported.
    pub policy_revision: Option<u64>,
}

/// List the subscribers of the feed.
///
/// With their positions and last acknowledgements.
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
    let place = state.usher.core.store.feed_place(project).await.map_err(FlowError::from)?;
    let cursor = place.ok_or_else(|| HttpProblem::unknown("project"))?.position;
    let (mut subscribers, mut connected) = (Vec::new(), 0);
    for audience in state.hub.audience(project).await.map_err(FlowError::from)? {
        connected += audience.number;
        subscribers.extend(audience.listeners.iter().map(|listener| view(listener, cursor)));
    }
    Ok(Json(FeedAudience { cursor, connected, subscribers }))
}

fn view(listener: &Value, cursor: i64) -> Subscriber {
    let number = |name: &str| listener[name].as_i64();
    let acknowledged = number("acknowledged").unwrap_or_default();
    Subscriber {
        client_id: listener["client_id"].as_str().map(str::to_owned),
        transport: listener["transport"].as_str().unwrap_or_default().to_owned(),
        since: number("since").unwrap_or_default(),
        acknowledged,
        acknowledged_at: number("acknowledged_at"),
        behind: (cursor - acknowledged).max(0),
        policy_revision: listener["policy_revision"].as_u64(),
    }
}
