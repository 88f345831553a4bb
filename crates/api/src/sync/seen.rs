//! Reports of local modules: which sessions were used at their application.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::follower::FeedFollower;
use crate::ApiResult;
use crate::openapi::Problem;
use usher_domain::time::Timestamp;
use usher_flows::api::{MOST_SEEN, SessionReport};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The longest text in a report, in characters.
const LONGEST: usize = 300;

/// A report.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The sessions, 500 at most.
    #[schema(max_items = 500)]
    sessions: Vec<SeenSession>,
}

/// A session that was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenSession {
    /// The session.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000001", max_length = 300)]
    sid: Option<String>,
    /// The subject identifier of the user.
    #[schema(example = "8sPZ0kGqkGk1n5lB3o2hYw", max_length = 300)]
    sub: Option<String>,
    /// The client that its tokens were issued to.
    #[schema(example = "client_5lB3o2hYw8sPZ0kGqkGk1n", max_length = 300)]
    client_id: Option<String>,
    /// First use, in seconds since the epoch.
    #[schema(example = 1_795_000_000, minimum = 0, maximum = 4_102_444_800_i64)]
    first_seen: i64,
    /// Last use, in seconds since the epoch.
    #[schema(example = 1_795_000_060, minimum = 0, maximum = 4_102_444_800_i64)]
    last_seen: i64,
    /// Requests in between.
    #[serde(default)]
    #[schema(example = 12, minimum = 0, maximum = 4_294_967_295_u64)]
    requests: u32,
    /// The client network, hashed by the module.
    #[schema(max_length = 300)]
    ip_hash: Option<String>,
    /// The browser's `User-Agent`.
    #[schema(example = "Mozilla/5.0", max_length = 300)]
    user_agent: Option<String>,
}

/// The result of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Noted)]
pub struct ReportResult {
    /// How many sessions were recorded.
    #[schema(example = 1)]
    pub noted: usize,
}

/// Report the use of sessions.
///
/// At an application. It is added to the project's history, sealed to the project's key.
#[utoipa::path(
    post, path = "/api/v1/sync/seen", tag = "sync", operation_id = "report_seen", request_body = Report,
    responses(
        (status = 202, description = "Noted", body = ReportResult),
        (status = 400, description = "The body cannot be read", body = Problem),
        (status = 403, description = "The token does not reach the feed", body = Problem),
        (status = 413, description = "The body is too large", body = Problem),
        (status = 415, description = "The body is no JSON", body = Problem),
        (status = 422, description = "A session is invalid; `details.fields` names the member", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn post(
    state: State<App>,
    following: FeedFollower,
    body: JsonBody<Report>,
) -> ApiResult<(StatusCode, Json<ReportResult>)> {
    let sessions = body.0.sessions;
    if sessions.len() > MOST_SEEN {
        return Err(refused("sessions", "there are 500 at most"));
    }
    let seen = sessions.into_iter().map(checked).collect::<ApiResult<Vec<SessionReport>>>()?;
    let noted = state.usher.session_reports.note_seen(following.0.project, following.0.client.as_ref(), seen).await?;
    Ok((StatusCode::ACCEPTED, Json(ReportResult { noted })))
}

fn checked(session: SeenSession) -> ApiResult<SessionReport> {
    let texts = [
        ("sid", &session.sid),
        ("sub", &session.sub),
        ("client_id", &session.client_id),
        ("ip_hash", &session.ip_hash),
        ("user_agent", &session.user_agent),
    ];
    for (name, text) in texts {
        let fits = |text: &String| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
        if !text.as_ref().is_none_or(fits) {
            return Err(refused(name, "it holds 300 characters at most, and no control characters"));
        }
    }
    for (name, time) in [("first_seen", session.first_seen), ("last_seen", session.last_seen)] {
        if !(0..=4_102_444_800).contains(&time) {
            return Err(refused(name, "it is a time in seconds since the epoch"));
        }
    }
    Ok(SessionReport {
        sid: session.sid,
        sub: session.sub,
        client_id: session.client_id,
        first_seen: Timestamp(session.first_seen),
        last_seen: Timestamp(session.last_seen),
        requests: session.requests.into(),
        ip_hash: session.ip_hash,
        user_agent: session.user_agent,
    })
}

fn refused(name: &str, why: &str) -> HttpProblem {
    let problem = HttpProblem::new(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_FAILED", format!("{name}: {why}."));
    problem.with_details(json!({ "fields": { name: why } }))
}
