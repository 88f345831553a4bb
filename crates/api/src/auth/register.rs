//! Registration. The user is created when the address is verified, and the response never reveals that an address is
//! taken.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::arriving::PendingApiSignIn;
use crate::ApiResult;
use crate::fields::Fields;
use crate::problems::{BodyProblems, CountedProblems};
use usher_accounts::{SIGN_UP_LIFETIME, SignUpForm};
use usher_config::SessionMode;
use usher_domain::email::{Email, typo};
use usher_domain::secret::Secret;
use usher_http_server::extract::json::JsonBody;
use usher_http_server::state::App;

/// A registration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
#[schema(example = json!({
    "given_name": "Una", "family_name": "Noether", "email": "una@example.test", "password": "a quiet green door"
}))]
#[schema(as = Register)]
pub struct RegisterBody {
    /// First name, or the only name.
    given_name: String,
    /// Last name. Absent for people with one name.
    family_name: Option<String>,
    /// The email address.
    email: String,
    /// The password: see the rules in docs/authentication.md.
    password: String,
}

/// The response to a registration: an email was sent, whether or not the address belongs to a user.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// For `auth/verify-email`, together with the code in the email.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000003")]
    pub verification_id: String,
    /// Seconds until the code expires.
    #[schema(example = 900)]
    pub expires_in: u64,
    /// A suggested correction, if the domain looks like a mistyped one of a common mail provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "una@gmail.com")]
    pub probably_meant: Option<String>,
}

/// Register.
///
/// An email with a code is sent to the address; if it belongs to a user, that user gets an email that says so instead.
/// The response is the same.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "session", operation_id = "register",
    request_body = RegisterBody,
    responses(
        (status = 202, description = "An email is on its way", body = Registered),
        BodyProblems, CountedProblems,
    ),
    security(()),
)]
pub async fn post(
    State(app): State<App>,
    mut arriving: PendingApiSignIn,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> ApiResult<Response> {
    let mut fields = Fields::read(body, &["given_name", "family_name", "email", "password"])?;
    let form = SignUpForm {
        given_name: fields.required("given_name"),
        family_name: fields.optional_text("family_name").unwrap_or_default(),
        email: fields.required("email"),
        password: Some(Secret::new(fields.required("password"))),
        lang: arriving.visitor.lang(None, None),
        interaction: None,
    };
    fields.refused(&app.usher.registration.sign_up_faults(&form));
    fields.finish()?;
    if arriving.mode == SessionMode::Cookie {
        // The link in the email needs no password in the browser with this identifier.
        arriving.visitor.browser.mark_or_make(&*app.usher.core.random);
    }
    let typed = Email::parse(&form.email).ok();
    let mailed = app.usher.registration.sign_up(form, &arriving.visitor.browser, &arriving.visitor.device).await?;
    let probably_meant = typed.and_then(|email| typo::probably_meant(&email)).map(|meant| meant.to_string());
    let answer =
        Registered { verification_id: mailed.id.to_string(), expires_in: SIGN_UP_LIFETIME.as_secs(), probably_meant };
    Ok(arriving.reply((StatusCode::ACCEPTED, Json(answer))))
}
