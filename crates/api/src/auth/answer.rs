//! The response to a sign-in: a session cookie or tokens, or the step that is missing.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::arriving::PendingApiSignIn;
use crate::ApiResult;
use crate::me::Me;
use usher_accounts::SignedIn;
use usher_config::SessionMode;
use usher_domain::id::SessionId;
use usher_domain::user::User;
use usher_domain::user::factors::Factors;
use usher_flows::TokenSession;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// A session that was created.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SessionBegun {
    /// In token mode.
    Tokens(SessionTokens),
    /// In cookie mode: the session's secret is in an httpOnly cookie.
    Cookie(Box<CookieSession>),
}

/// The tokens of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionTokens {
    /// For `Authorization: Bearer`.
    #[schema(example = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 600)]
    pub expires_in: u64,
    /// For `auth/refresh`, once.
    #[schema(example = "AgGTZ9pUAHAAgAAAAAAAAAABAAAAAQ")]
    pub refresh_token: String,
    /// The session.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000002")]
    pub session_id: String,
}

/// A session in a cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct CookieSession {
    /// The session.
    #[schema(example = "01936d2e-3c00-7000-8000-000000000002")]
    pub session_id: String,
    /// The user.
    pub user: Me,
}

impl From<TokenSession> for SessionTokens {
    fn from(TokenSession { session, tokens }: TokenSession) -> Self {
        Self {
            access_token: tokens.access_token,
            token_type: tokens.token_type,
            expires_in: tokens.expires_in,
            refresh_token: tokens.refresh_token.unwrap_or_default(),
            session_id: session.to_string(),
        }
    }
}

impl PendingApiSignIn {
    /// Builds the response to a sign-in.
    ///
    /// # Errors
    /// 401 if a second factor is required, 403 if the email address must be verified first.
    pub async fn answer(self, app: &App, arrived: SignedIn) -> ApiResult<Response> {
        match arrived {
            SignedIn::As { session, user, .. } => self.begun(app, session, &user).await,
            SignedIn::SecondFactor { pending } => {
                let due = app.usher.second_factors.second_step(&pending, &self.visitor.browser).await?;
                Err(second_factor_required(&due.factors))
            }
            SignedIn::Unproven { proof } => {
                let words = "The address is not proven yet: enter the code in the email that was sent to it.";
                let problem = HttpProblem::new(StatusCode::FORBIDDEN, "EMAIL_NOT_VERIFIED", words);
                Err(problem.with_details(json!({ "verification_id": proof.to_string() })))
            }
        }
    }

    async fn begun(self, app: &App, session: SessionId, user: &User) -> ApiResult<Response> {
        let begun = match self.mode {
            SessionMode::Token => SessionBegun::Tokens(app.usher.callers.hold_by_tokens(session).await?.into()),
            SessionMode::Cookie => {
                let begun = CookieSession { session_id: session.to_string(), user: Me::of(user) };
                SessionBegun::Cookie(Box::new(begun))
            }
        };
        Ok(self.reply(Json(begun)))
    }

    /// Sends a response. In token mode the browser's cookies do not change.
    pub fn reply(self, answer: impl IntoResponse) -> Response {
        match self.mode {
            SessionMode::Token => answer.into_response(),
            SessionMode::Cookie => self.visitor.reply(answer),
        }
    }
}

/// 401: the password is right, and a second factor is required. The response lists the methods.
fn second_factor_required(factors: &Factors) -> HttpProblem {
    let kinds: Vec<&str> = [
        ("totp", factors.totp),
        ("recovery_code", factors.recovery_codes > 0),
        // Only on Usher's own pages: a passkey is bound to their domain.
        ("passkey", factors.passkeys > 0),
    ]
    .into_iter()
    .filter_map(|(kind, held)| held.then_some(kind))
    .collect();
    let words = "A second step is due: send the same again, and totp or recovery_code with it.";
    let problem = HttpProblem::new(StatusCode::UNAUTHORIZED, "SECOND_FACTOR_REQUIRED", words);
    problem.with_details(json!({ "kinds": kinds }))
}
