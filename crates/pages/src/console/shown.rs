//! Showing new secrets: a form redirects to the page that shows the secret once.

use axum::response::Response;

use crate::views::ShownSecret;
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::Account;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// The query parameter with the sealed secret.
const SHOW: &str = "show";

/// Redirects to the page that shows a secret; `done` is the word for its message.
///
/// # Errors
/// If the secret cannot be sealed.
pub fn lead_to(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    page: &str,
    (done, secret): (&str, &str),
) -> Result<Response, HttpProblem> {
    let sealed = app.usher.shown_once.seal_to_show(secret, page, account, &mut visitor.browser)?;
    Ok(visitor.redirect(&urls::with(&urls::with(page, "done", done), SHOW, &sealed)))
}

/// The secret to show on this page, if the URL contains one.
///
/// # Errors
/// If the database fails.
pub async fn read(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    page: &str,
    query: &Params,
) -> Result<Option<ShownSecret>, HttpProblem> {
    let Some(sealed) = query.get(SHOW).ok().flatten() else { return Ok(None) };
    let secret = app.usher.shown_once.show_once(sealed, page, account, &visitor.browser).await?;
    Ok(Some(secret.map_or(ShownSecret::Before, ShownSecret::Now)))
}
