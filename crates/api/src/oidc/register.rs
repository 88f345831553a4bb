//! Dynamic client registration (RFC 7591, RFC 7592) is not supported.

use axum::http::StatusCode;

use usher_http_server::problem::HttpProblem;

/// Responds with an error to every method: discovery has no `registration_endpoint` either.
pub async fn refuse() -> HttpProblem {
    let words =
        "Clients do not register themselves here: make one in the console, by the API or with `usher client create`.";
    HttpProblem::new(StatusCode::NOT_FOUND, "REGISTRATION_NOT_OFFERED", words)
}
