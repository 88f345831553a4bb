//! Signing in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::SessionBegun;
use super::arriving::PendingApiSignIn;
use crate::ApiResult;
use crate::fields::Fields;
use crate::openapi::Problem;
use crate::problems::{BodyProblems, CountedProblems};
use usher_accounts::{Attempt, CodeKind, FlowError, Rejected};
use usher_domain::secret::Secret;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The credentials.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"email": "ana@example.test", "password": "a quiet green door", "totp": "492039"}))]
pub struct Login {
    /// The address.
    email: String,
    /// The password.
    password: String,
    /// If a second factor is required: six digits of the authenticator app.
    totp: Option<String>,
    /// Or a recovery code.
    recovery_code: Option<String>,
}

/// Sign in.
///
/// Unknown address, wrong password and disabled user are indistinguishable: the same response after the same time.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "session", operation_id = "login",
    request_body = Login,
    responses(
        (status = 200, description = "Signed in. In cookie mode the cookie is set", body = SessionBegun),
        (status = 401, description = "`AUTH_INVALID`, or `SECOND_FACTOR_REQUIRED` with the possible `kinds` in `details`, \
            or `SECOND_FACTOR_INVALID`", body = Problem),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn post(
    State(app): State<App>,
    mut arriving: PendingApiSignIn,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Response> {
    let mut fields = Fields::read(body, &["email", "password", "totp", "recovery_code"])?;
    let attempt = Attempt { email: fields.required("email"), password: Secret::new(fields.required("password")) };
    let code = second_step(&mut fields);
    fields.finish()?;
    let visitor = &mut arriving.visitor;
    let arrived = app
        .usher
        .session_api
        .sign_in_at_once(attempt, code.as_deref(), &mut visitor.browser, &visitor.device)
        .await
        .map_err(refusal)?;
    arriving.answer(&app, arrived).await
}

/// The code of the second factor. A code of the wrong kind is rejected without being tried.
fn second_step(fields: &mut Fields) -> Option<String> {
    let totp = fields.optional_text("totp");
    let recovery_code = fields.optional_text("recovery_code");
    let is_number = |code: &str| code.chars().filter(|c| !c.is_whitespace()).all(|c| c.is_ascii_digit());
    match (totp, recovery_code) {
        (Some(_), Some(_)) => {
            fields.fault("recovery_code", "it is one or the other: totp came as well");
            None
        }
        (Some(totp), None) => {
            if !is_number(&totp) || totp.chars().filter(char::is_ascii_digit).count() != 6 {
                fields.fault("totp", "it has six digits");
            }
            Some(totp)
        }
        (None, Some(code)) => {
            if is_number(&code) {
                fields.fault("recovery_code", "it has sixteen letters and digits");
            }
            Some(code)
        }
        (None, None) => None,
    }
}

/// The problem for a failed sign-in.
fn refusal(error: FlowError) -> HttpProblem {
    match error {
        FlowError::Rejected(refused @ (Rejected::WrongCode(_) | Rejected::CodeUsed)) => {
            let words = match refused {
                Rejected::CodeUsed => "This code was used already: wait for the next one.",
                Rejected::WrongCode(CodeKind::Recovery) => "This is not one of the unused recovery codes.",
                _ => "This is not the code that the authenticator app shows now.",
            };
            HttpProblem::new(StatusCode::UNAUTHORIZED, "SECOND_FACTOR_INVALID", words)
        }
        other => other.into(),
    }
}
