//! Signing out of one session or of all.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::person::UserCaller;
use crate::ApiResult;
use crate::fields::Fields;
use crate::problems::{BodyProblems, PersonProblems};
use usher_http_server::extract::json::OptionalJson;
use usher_http_server::state::App;

/// The sessions to end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"everywhere": true}))]
pub struct Logout {
    /// End every session of the user, on every device?
    everywhere: Option<bool>,
}

/// The sessions that ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedOut {
    /// How many sessions ended.
    #[schema(example = 1)]
    pub ended_sessions: usize,
}

/// Sign out of this session or of all.
///
/// The session ends, and with it every token that was issued in it.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "session", operation_id = "logout",
    request_body(content = Option<Logout>, content_type = "application/json"),
    responses(
        (status = 200, description = "Signed out", body = LoggedOut),
        PersonProblems, BodyProblems,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn post(
    State(app): State<App>,
    mut person: UserCaller,
    OptionalJson(body): OptionalJson<Map<String, Value>>,
) -> ApiResult<Response> {
    let mut fields = Fields::read(body, &["everywhere"])?;
    let everywhere = fields.flag("everywhere");
    fields.finish()?;
    let ended = if everywhere {
        app.usher.sign_outs.sign_out_everywhere(&person.account).await?
    } else {
        app.usher.sign_outs.sign_out(&person.account).await?
    };
    person.forget();
    Ok(person.visitor.reply(Json(LoggedOut { ended_sessions: ended.sessions.len() })))
}
