//! The feed by polling and long polling.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

use super::follower::{FeedFollower, place};
use super::module::ReportedModule;
use super::snapshot::FeedMessage;
use crate::ApiResult;
use crate::openapi::Problem;
use usher_accounts::FlowError;
use usher_domain::event::feed::{FeedCursor, FeedEntry};
use usher_domain::id::ProjectId;
use usher_events::feed::frame::{Frame, entry_json};
use usher_events::feed::{FeedUpdate, Listener, Transport};
use usher_flows::api::Follower;
use usher_http_server::conditional;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Most entries in one response; the client gets the rest with its cursor.
const PAGE: u32 = 1_000;
/// The longest wait, in seconds.
const LONGEST_WAIT: u64 = 50;

/// Parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; `get` reads them")]
pub struct EventsParams {
    /// The last position of the subscriber: epoch and position.
    #[param(example = "e1.18234")]
    cursor: String,
    /// Seconds to wait for new entries.
    #[param(minimum = 0, maximum = 50, default = 0)]
    wait: Option<u32>,
    /// The revision of the access rules that the module applies.
    #[param(example = 43)]
    rev: Option<u64>,
    /// The module's host and process, to be shown to the project.
    #[param(example = "web-1/4711", max_length = 64)]
    host: Option<String>,
}

/// New entries.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the members are named by the protocol")]
pub struct Events {
    /// The epoch that positions belong to.
    #[schema(example = "e1")]
    pub epoch: String,
    /// The position up to which this response is complete.
    #[schema(example = 18_235)]
    pub cursor: i64,
    /// The entries, in order.
    pub events: Vec<FeedMessage>,
    /// Are there more? Then poll again at once.
    pub more: bool,
}

/// Fetch the entries after a cursor.
///
/// With `wait`, the response is sent as soon as there is an entry. The cursor acknowledges everything up to it.
#[utoipa::path(
    get, path = "/api/v1/sync/events", tag = "sync", operation_id = "list_sync_events", params(EventsParams),
    responses(
        (status = 200, description = "What is new", body = Events, headers(("ETag" = String, description = "The place reached"))),
        (status = 304, description = "Nothing is new", headers(("ETag" = String, description = "The place reached"))),
        (status = 400, description = "A parameter cannot be read", body = Problem),
        (status = 403, description = "The token does not reach the feed", body = Problem),
        (status = 410, description = "The cursor is too old or of another epoch: begin with a snapshot", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn get(
    state: State<App>,
    following: FeedFollower,
    module: ReportedModule,
    query: QueryParams,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let (from, wait) = read(&query)?;
    let found = wait_for_news(&state, &following.0, &module, from, wait).await?;
    let EntriesAfter { here, entries, more } = found;
    let reached = FeedCursor { position: entries.last().map_or(here.position, |entry| entry.position), ..here };
    let etag = format!("\"{reached}\"");
    let known = conditional::is_known(&headers, &etag);
    if entries.is_empty() && (known || !headers.contains_key(IF_NONE_MATCH)) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let events: Vec<Value> = entries.iter().map(entry_json).collect();
    let body =
        json!({ "epoch": format!("e{}", here.epoch), "cursor": reached.position, "events": events, "more": more });
    Ok(([(ETAG, etag)], Json(body)).into_response())
}

fn read(QueryParams(params): &QueryParams) -> ApiResult<(FeedCursor, Duration)> {
    let one = |name| params.get(name).map_err(|_| HttpProblem::parameter(name, "it was sent more than once"));
    let cursor = one("cursor")?.ok_or_else(|| HttpProblem::parameter("cursor", "it is missing"))?;
    let cursor = cursor.parse().map_err(|_| HttpProblem::parameter("cursor", "it looks like e1.42"))?;
    let wait = one("wait")?.map_or(Ok(0), str::parse::<u64>).ok().filter(|wait| *wait <= LONGEST_WAIT);
    let wait = wait.ok_or_else(|| HttpProblem::parameter("wait", "it is a number from 0 to 50"))?;
    Ok((cursor, Duration::from_secs(wait)))
}

/// The entries after a cursor.
pub(super) struct EntriesAfter {
    /// The newest position of the feed.
    pub here: FeedCursor,
    /// The entries, without a gap.
    pub entries: Vec<FeedEntry>,
    /// Are there more?
    pub more: bool,
}

/// The entries after a cursor, without a gap; `None` if some of them are deleted already.
pub(super) async fn news(app: &App, project: ProjectId, from: FeedCursor) -> Result<Option<EntriesAfter>, FlowError> {
    let store = &app.usher.core.store;
    let Some(here) = store.feed_place(project).await? else { return Ok(None) };
    if from.epoch != here.epoch || from.position > here.position {
        app.usher.feed_access.feed_was_lost(project, here, from).await?;
        return Ok(None);
    }
    if from.position == here.position {
        return Ok(Some(EntriesAfter { here, entries: Vec::new(), more: false }));
    }
    let entries = store.list_feed(project, from.position, PAGE).await?;
    let unbroken = (from.position + 1..).zip(&entries).all(|(position, entry)| entry.position == position);
    let reached = entries.last().map_or(from.position, |entry| entry.position);
    if !unbroken || entries.is_empty() {
        return Ok(None);
    }
    Ok(Some(EntriesAfter { here, entries, more: reached < here.position }))
}

async fn wait_for_news(
    app: &App,
    follower: &Follower,
    module: &ReportedModule,
    from: FeedCursor,
    wait: Duration,
) -> ApiResult<EntriesAfter> {
    let gone = || {
        let words = "This cursor is too old, or of another epoch: begin with a snapshot.";
        HttpProblem::new(StatusCode::GONE, "CURSOR_GONE", words)
    };
    let found = news(app, follower.project, from).await?.ok_or_else(gone)?;
    let now = app.usher.core.now();
    let who = Listener {
        module: module.of(follower.client.clone()),
        transport: if wait.is_zero() { Transport::Poll } else { Transport::LongPoll },
        since: now,
        acknowledged: from.position,
        acknowledged_at: Some(now),
        policy_revision: module.revision,
    };
    app.hub.note_poll(follower.project, who.clone());
    if !found.entries.is_empty() || wait.is_zero() {
        return Ok(found);
    }
    let place = place(app)?;
    let deadline = Instant::now() + wait;
    let mut listening = app.hub.listen(place, follower.project, who).await.map_err(FlowError::from)?;
    loop {
        // Read after subscribing, so that no entry in between is missed.
        let found = news(app, follower.project, from).await?.ok_or_else(gone)?;
        if !found.entries.is_empty() {
            return Ok(found);
        }
        loop {
            match timeout_at(deadline, listening.next()).await {
                Err(_) | Ok(FeedUpdate::Over) => return Ok(found),
                Ok(FeedUpdate::Missed | FeedUpdate::Frame(Frame::Entry { .. })) => break,
                Ok(FeedUpdate::Frame(Frame::Keys)) => {}
                Ok(FeedUpdate::Frame(Frame::Credentials)) => {
                    if !app.usher.feed_access.may_still_follow(follower).await? {
                        return Err(super::follower::no_token());
                    }
                }
            }
        }
    }
}
