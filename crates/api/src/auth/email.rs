//! Verifying an email address, by the code of the email or by its link.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::SessionBegun;
use super::arriving::PendingApiSignIn;
use crate::ApiResult;
use crate::fields::{Fields, under};
use crate::openapi::Problem;
use crate::problems::{BodyProblems, CountedProblems};
use usher_accounts::{FlowError, Rejected};
use usher_domain::id::ProofId;
use usher_domain::secret::Secret;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The contents of the email: `verification_id` and `code`, or `token`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({"verification_id": "01936d2e-3c00-7000-8000-000000000003", "code": "49203911"}))]
#[schema(as = VerifyEmail)]
pub struct VerifyEmailBody {
    /// The `verification_id` in the response of `auth/register`.
    verification_id: Option<String>,
    /// The eight digits in the email. Five attempts.
    code: Option<String>,
    /// Or the `token` of the link in the email.
    token: Option<String>,
    /// With `token`: the password that was registered. Not needed in the browser that registered in cookie mode.
    password: Option<String>,
}

/// Verify an email address.
///
/// The user is created and signed in as by `auth/login`.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email", tag = "session", operation_id = "verify_email",
    request_body = VerifyEmailBody,
    responses(
        (status = 200, description = "The user is made and signed in", body = SessionBegun),
        (status = 401, description = "The password beside the token is wrong", body = Problem),
        (status = 410, description = "Code or link were used, are too old, or were tried too often", body = Problem),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn verify(
    State(app): State<App>,
    mut arriving: PendingApiSignIn,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Response> {
    let mut fields = Fields::read(body, &["verification_id", "code", "token", "password"])?;
    let (token, password) = (fields.optional_text("token"), fields.optional_text("password"));
    let visitor = &mut arriving.visitor;
    let (browser, device) = (&mut visitor.browser, &visitor.device);
    let verified = if let Some(token) = token {
        fields.finish()?;
        let password = Secret::new(password.unwrap_or_default());
        app.usher.registration.verify_by_link(&token, &password, browser, device).await
    } else {
        let (proof, code) = (fields.required("verification_id"), fields.required("code"));
        fields.finish()?;
        // A malformed id belongs to no proof.
        let proof = proof.parse::<ProofId>().map_err(|_| FlowError::from(Rejected::ProofOver))?;
        app.usher.registration.verify_by_code(proof, &code, browser, device).await
    };
    let verified = verified.map_err(|error| -> HttpProblem { under("code", error) })?;
    arriving.answer(&app, verified.signed_in).await
}
