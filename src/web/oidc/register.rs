//! Clients do not register themselves here (RFC 7591, RFC 7592).

use axum::http::StatusCode;

use crate::flows::log_refusal;
use crate::protocol::error::{ErrorCode, OAuthError};
use crate::web::problem::HttpProblem;
use crate::web::urls;

/// Says so, whatever is asked: discovery names no `registration_endpoint` either.
pub async fn refuse() -> HttpProblem {
    let refused = OAuthError::new(ErrorCode::AccessDenied, "clients do not register themselves here");
    log_refusal(urls::REGISTRATION, &refused);
    let words =
        "Clients do not register themselves here: make one in the console, by the API or with `usher client create`.";
    HttpProblem::new(StatusCode::NOT_FOUND, "REGISTRATION_NOT_OFFERED", words)
}
