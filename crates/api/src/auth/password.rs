//! The password: changing it with the current one, and resetting it by email.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::{CookieSession, SessionBegun};
use super::logout::LoggedOut;
use super::person::UserCaller;
use crate::ApiResult;
use crate::fields::{Fields, under};
use crate::me::Me;
use crate::openapi::Problem;
use crate::problems::{BodyProblems, CountedProblems};
use usher_accounts::{Browser, RECOVERY_LIFETIME, ReturnTo};
use usher_domain::secret::Secret;
use usher_domain::user::session::EndReason;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::state::App;

/// A new password for the old one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"current_password": "a quiet green door", "new_password": "a loud yellow window"}))]
pub struct ChangePassword {
    /// The current one. Attempts are rate-limited like sign-ins. Absent if the user has none yet.
    current_password: Option<String>,
    /// The new one.
    new_password: String,
}

/// Change the password.
///
/// Every other session ends. This one gets a new secret: in cookie mode the cookie changes, in token mode the response
/// contains new tokens and the old ones become invalid.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password", tag = "session", operation_id = "change_password",
    request_body = ChangePassword,
    responses(
        (status = 200, description = "Changed", body = SessionBegun),
        (status = 401, description = "Nobody is signed in, or the current password is wrong", body = Problem),
        BodyProblems, CountedProblems,
    ),
    security(("token" = []), ("session" = [])),
)]
pub async fn change(
    State(app): State<App>,
    mut person: UserCaller,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Response> {
    let mut fields = Fields::read(body, &["current_password", "new_password"])?;
    let current = Secret::new(fields.optional_text("current_password").unwrap_or_default());
    let new = Secret::new(fields.required("new_password"));
    fields.finish()?;
    let (account, visitor) = (&person.account, &mut person.visitor);
    let mut no_browser = Browser::default();
    let browser = if person.by_token { &mut no_browser } else { &mut visitor.browser };
    let changed = app.usher.passwords.change_password(account, &current, &new, browser, &visitor.device).await;
    changed.map_err(|error| under("new_password", error))?;
    if person.by_token {
        let renewed = app.usher.callers.renew_tokens(account, EndReason::PasswordChanged).await?;
        return Ok(Json(SessionBegun::Tokens(renewed.into())).into_response());
    }
    let begun = CookieSession { session_id: account.session.id.to_string(), user: Me::of(&account.user) };
    Ok(person.visitor.reply(Json(SessionBegun::Cookie(Box::new(begun)))))
}

/// The account whose password was forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"email": "ana@example.test"}))]
pub struct ForgotPassword {
    /// The email address.
    email: String,
}

/// The response to a recovery request: an email was sent, if the address belongs to a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterSent)]
pub struct RecoveryEmailSent {
    /// Seconds until its link expires.
    #[schema(example = 1800)]
    pub expires_in: u64,
}

/// Request a password reset email.
///
/// The response is the same for an unknown address, after the same time.
#[utoipa::path(
    post, path = "/api/v1/auth/forgot-password", tag = "session", operation_id = "forgot_password",
    request_body = ForgotPassword,
    responses(
        (status = 202, description = "If the address is somebody's, an email is on its way", body = RecoveryEmailSent),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn forgot(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<(StatusCode, Json<RecoveryEmailSent>)> {
    let mut fields = Fields::read(body, &["email"])?;
    let email = fields.required("email");
    fields.finish()?;
    app.usher
        .recovery
        .request_recovery(&email, ReturnTo::default(), &visitor.browser, &visitor.device)
        .await
        .map_err(|error| under("email", error))?;
    Ok((StatusCode::ACCEPTED, Json(RecoveryEmailSent { expires_in: RECOVERY_LIFETIME.as_secs() })))
}

/// A new password, and the proof that the caller received the email.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"token": "m9Zk0vBq2Tn4Xc6Lw8Ry1Ue3Io5Pa7Sd9Fg1Hj3Kl5M", "password": "a loud yellow window"}))]
pub struct ResetPassword {
    /// The `token` of the link in the email, once.
    token: String,
    /// The new password.
    password: String,
}

/// Reset the password with the link of the email.
///
/// Every session and token of the user ends, and no new session begins: a second factor, if the user has one, is still
/// required.
#[utoipa::path(
    post, path = "/api/v1/auth/reset-password", tag = "session", operation_id = "reset_password",
    request_body = ResetPassword,
    responses(
        (status = 200, description = "Set", body = LoggedOut),
        (status = 410, description = "The link was used, is too old, or is not the newest", body = Problem),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn reset(State(app): State<App>, JsonBody(body): JsonBody<Map<String, Value>>) -> ApiResult<Json<LoggedOut>> {
    let mut fields = Fields::read(body, &["token", "password"])?;
    let (token, password) = (fields.required("token"), Secret::new(fields.required("password")));
    fields.finish()?;
    let recovered = app.usher.recovery.recover(&token, &password, &Browser::default()).await;
    let recovered = recovered.map_err(|error| under("password", error))?;
    Ok(Json(LoggedOut { ended_sessions: recovered.ended.sessions.len() }))
}
