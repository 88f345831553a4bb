//! A rendered page as a response.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};

use usher_http_server::problem::HttpProblem;

/// A page.
///
/// # Errors
/// 500 if it does not render.
pub fn html(page: &impl Template) -> Result<Response, HttpProblem> {
    page.render().map(|html| Html(html).into_response()).map_err(|error| HttpProblem::not_rendered(&error))
}
