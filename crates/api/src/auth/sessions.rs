//! The user's own sessions: listing and ending them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::person::UserCaller;
use crate::ApiResult;
use crate::list::List;
use crate::openapi::Problem;
use crate::problems::PersonProblems;
use usher_domain::id::SessionId;
use usher_domain::user::device::DeviceName;
use usher_domain::user::session::Session;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// A session of the caller. Browser and system are parsed names; the raw `User-Agent` is never returned.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// Its id.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000002")]
    pub id: String,
    /// Is it the session of this request?
    pub current: bool,
    /// When it was created, in seconds since the epoch.
    #[schema(example = 1_795_000_000)]
    pub created_at: i64,
    /// When it was last used, rounded to five minutes.
    #[schema(example = 1_795_000_600)]
    pub last_seen_at: i64,
    /// When the user last authenticated.
    #[schema(example = 1_795_000_000)]
    pub authenticated_at: i64,
    /// When it expires, unless it is used.
    #[schema(example = 1_796_209_600)]
    pub expires_at: i64,
    /// The authentication methods (RFC 8176).
    #[schema(example = json!(["pwd"]))]
    pub amr: Vec<String>,
    /// The authentication context class.
    #[schema(example = "aal1")]
    pub acr: String,
    /// The browser, if recognized.
    #[schema(example = "Firefox")]
    pub browser: Option<String>,
    /// The operating system, if recognized.
    #[schema(example = "Linux")]
    pub system: Option<String>,
    /// The network it was last used from.
    #[schema(example = "203.0.113.7/32")]
    pub network: Option<String>,
}

impl OwnSession {
    fn of(session: Session, this: SessionId) -> Self {
        let device = DeviceName::from_user_agent(session.user_agent.as_deref());
        Self {
            id: session.id.to_string(),
            current: session.id == this,
            created_at: session.created_at.0,
            last_seen_at: session.last_seen_at.0,
            authenticated_at: session.auth_time.0,
            expires_at: session.idle_expires_at.min(session.expires_at).0,
            amr: session.amr,
            acr: session.acr,
            browser: device.browser,
            system: device.system,
            network: session.source,
        }
    }
}

/// List the user's own sessions.
///
/// Newest first, on one page: a user has at most 200.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", tag = "session", operation_id = "list_sessions",
    responses((status = 200, description = "The sessions", body = List<OwnSession>), PersonProblems),
    security(("token" = []), ("session" = [])),
)]
pub async fn list(State(app): State<App>, person: UserCaller) -> ApiResult<Json<List<OwnSession>>> {
    let this = person.account.session.id;
    let sessions = app.usher.profiles.sessions_of(&person.account).await?;
    let data = sessions.into_iter().map(|session| OwnSession::of(session, this)).collect();
    Ok(Json(List { data, next_cursor: None }))
}

/// End one of the user's own sessions.
///
/// Every token that was issued in it becomes invalid. A session of another user is not found.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", tag = "session", operation_id = "end_session",
    params(("id" = String, Path, description = "The session's id", example = "01936d2e-3c00-7000-8000-000000000002")),
    responses(
        (status = 204, description = "It is over"),
        (status = 404, description = "The caller has no such session", body = Problem),
        PersonProblems,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn delete(State(app): State<App>, mut person: UserCaller, Path(id): Path<String>) -> ApiResult<Response> {
    // A malformed id belongs to no session.
    let id = id.parse::<SessionId>().map_err(|_| HttpProblem::unknown("session"))?;
    app.usher.sign_outs.end_own_session(&person.account, id).await?;
    if id == person.account.session.id {
        person.forget();
    }
    Ok(person.visitor.reply(StatusCode::NO_CONTENT))
}
