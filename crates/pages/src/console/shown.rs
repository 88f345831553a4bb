//! Secrets that a form made: its answer leads to the page that shows them, which does so once.

use axum::response::Response;

use crate::views::ShownSecret;
use crate::visitor_pages::VisitorPages as _;
use usher_flows::Account;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_http_server::urls;
use usher_protocol::params::Params;

/// The parameter that carries one.
const SHOW: &str = "show";

/// Sends the browser to the page that shows a secret; `done` says there what was done.
///
/// # Errors
/// If the house is broken.
pub fn lead_to(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    page: &str,
    (done, secret): (&str, &str),
) -> Result<Response, HttpProblem> {
    let sealed = app.usher.seal_to_show(secret, page, account, &mut visitor.browser)?;
    Ok(visitor.redirect(&urls::and(&urls::with(page, "done", done), SHOW, &sealed)))
}

/// What this page says of the secret it was sent to show, if it was sent one.
///
/// # Errors
/// If the house is broken.
pub async fn read(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    page: &str,
    query: &Params,
) -> Result<Option<ShownSecret>, HttpProblem> {
    let Some(sealed) = query.get(SHOW).ok().flatten() else { return Ok(None) };
    let secret = app.usher.show_once(sealed, page, account, &visitor.browser).await?;
    Ok(Some(secret.map_or(ShownSecret::Before, ShownSecret::Now)))
}
