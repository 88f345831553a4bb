//! Clients do not register themselves here (RFC 7591, RFC 7592).

use axum::http::StatusCode;

use usher_http_server::problem::HttpProblem;

/// Says so, whatever is asked: discovery names no `registration_endpoint` either.
pub async fn refuse() -> HttpProblem {
    let words =
        "Clients do not register themselves here: make one in the console, by the API or with `usher client create`.";
    HttpProblem::new(StatusCode::NOT_FOUND, "REGISTRATION_NOT_OFFERED", words)
}
