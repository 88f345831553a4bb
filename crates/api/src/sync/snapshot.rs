//! The snapshot with which every subscriber begins.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::follower::FeedFollower;
use crate::ApiResult;
use crate::openapi::Problem;
use usher_domain::event::feed::FeedCursor;
use usher_domain::id::ProjectId;
use usher_events::feed::frame::entry_json;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_storage::{StorageError, Store};

/// Entries that are read at once: the whole list is never in memory.
const PAGE: u32 = 1_000;

/// The state of the feed at a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Snapshot {
    /// The project whose feed it is: that of the credential.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub project_id: String,
    /// The epoch that positions belong to.
    #[schema(example = "e1")]
    pub epoch: String,
    /// The position up to which the snapshot is complete.
    #[schema(example = 18_234)]
    pub cursor: i64,
    /// The server's clock, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub server_time: i64,
    /// Revocations that have not expired, oldest first.
    pub revocations: Vec<FeedMessage>,
    /// The published access rules; null if none are published.
    pub policy: Option<PolicyMark>,
    /// The published signing keys.
    pub jwks: SnapshotTag,
    /// Limits that a subscriber can rely on.
    pub limits: FeedLimits,
}

/// One message of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct FeedMessage {
    /// `ev` for a revocation, `policy` for a new revision of the access rules.
    #[schema(example = "ev")]
    pub t: String,
    /// Its position.
    #[schema(example = 18_235)]
    pub c: i64,
    /// The kind: `jti`, `sid`, `gid` and `kid` name one object; `sub`, `client` and `project` set a watermark.
    #[schema(example = "sid")]
    pub k: Option<String>,
    /// The identifier.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001")]
    pub v: Option<String>,
    /// For a watermark: tokens issued at a position (`urv`) before this one are invalid.
    pub before: Option<i64>,
    /// When the last affected token expires, in seconds since the epoch.
    #[schema(example = 1_795_000_600)]
    pub exp: Option<i64>,
    /// When it happened.
    #[schema(example = 1_795_000_000)]
    pub at: Option<i64>,
    /// The reason, in one word.
    #[schema(example = "sign_out")]
    pub why: Option<String>,
    /// The revision of the access rules.
    pub rev: Option<u64>,
}

/// The published access rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyMark {
    /// Their revision.
    #[schema(example = 43)]
    pub revision: i64,
    /// The tag of the bundle.
    #[schema(example = "\"43-0123456789abcdef\"")]
    pub etag: String,
}

/// The tag of a document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub struct SnapshotTag {
    /// The tag.
    #[schema(example = "\"9f86d081884c7d65\"")]
    pub etag: String,
}

/// Limits that a subscriber can rely on.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedLimits {
    /// The longest lifetime of an access token, in seconds.
    #[schema(example = 600)]
    pub max_token_ttl: u64,
    /// The number of entries beyond which they are replaced by one watermark of the project.
    #[schema(example = 200_000)]
    pub max_revocations: i64,
    /// Seconds between two polls.
    #[schema(example = 60)]
    pub poll_interval: u32,
}

/// Fetch the snapshot.
///
/// All revocations that have not expired, and the cursor to continue from.
#[utoipa::path(
    get, path = "/api/v1/sync/snapshot", tag = "sync", operation_id = "get_sync_snapshot",
    responses(
        (status = 200, description = "The snapshot", body = Snapshot),
        (status = 403, description = "The token does not reach the feed", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn get(state: State<App>, following: FeedFollower) -> ApiResult<Response> {
    let (usher, project) = (&state.usher, following.0.project);
    let here = usher.core.store.feed_place(project).await.map_err(usher_accounts::FlowError::from)?;
    let here = here.ok_or_else(|| HttpProblem::unknown("project"))?;
    let policy = usher.policies.policy_tag(project).await?;
    let policy = policy.map(|(revision, etag)| json!({ "revision": revision, "etag": format!("\"{etag}\"") }));
    let head = json!({
        "project_id": project,
        "epoch": format!("e{}", here.epoch),
        "cursor": here.position,
        "server_time": usher.core.now().0,
        "policy": policy,
        "jwks": { "etag": usher.signing_keys.keyring().jwks().etag },
        "limits": limits(&state),
    });
    // The list comes last, so that it can be streamed.
    let mut head = head.to_string();
    head.truncate(head.len() - 1);
    head.push_str(",\"revocations\":[");
    let body = Body::from_stream(parts(usher.core.store.clone(), project, here, usher.core.now(), head));
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

fn limits(app: &App) -> Value {
    json!({
        "max_token_ttl": app.usher.core.config.tokens.longest_access_lifetime().as_secs(),
        "max_revocations": usher_domain::event::feed::MAX_LIVE,
        "poll_interval": 60,
    })
}

/// The progress of writing a snapshot.
enum SnapshotProgress {
    Head(String),
    After(i64, bool),
    Done,
}

/// The parts of the snapshot. Entries that arrive while it is written are left to the feed.
fn parts(
    store: Store,
    project: ProjectId,
    here: FeedCursor,
    now: usher_domain::time::Timestamp,
    head: String,
) -> impl futures_util::Stream<Item = Result<Bytes, StorageError>> {
    stream::try_unfold(SnapshotProgress::Head(head), move |place| {
        let store = store.clone();
        async move {
            let (after, first) = match place {
                SnapshotProgress::Head(head) => return Ok(Some((Bytes::from(head), SnapshotProgress::After(0, true)))),
                SnapshotProgress::Done => return Ok(None),
                SnapshotProgress::After(after, first) => (after, first),
            };
            let page = store.list_live_feed(project, after, now, PAGE).await?;
            let known: Vec<_> = page.iter().filter(|entry| entry.position <= here.position).collect();
            let mut text = String::with_capacity(known.len() * 160 + 2);
            for (index, entry) in known.iter().enumerate() {
                if index > 0 || !first {
                    text.push(',');
                }
                text.push_str(&entry_json(entry).to_string());
            }
            let full = page.len() == PAGE as usize && known.len() == page.len();
            match page.last() {
                Some(last) if full => Ok(Some((Bytes::from(text), SnapshotProgress::After(last.position, false)))),
                _ => {
                    text.push_str("]}");
                    Ok(Some((Bytes::from(text), SnapshotProgress::Done)))
                }
            }
        }
    })
}
