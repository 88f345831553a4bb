//! New recovery codes: made by a form, and shown once by a page of their own.

use axum::extract::State;
use axum::response::Response;

use super::{ContinueTarget, Enroller};
use crate::show;
use crate::views::RecoveryCodesPage;
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::Account;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Redirects to the page that shows these codes.
///
/// # Errors
/// If the codes cannot be sealed.
pub(super) fn lead_to(
    app: &App,
    mut visitor: Visitor,
    account: &Account,
    target: &ContinueTarget,
    codes: &[String],
) -> Result<Response, HttpProblem> {
    let secret = codes.join("\n");
    let sealed = app.usher.shown_once.seal_to_show(&secret, urls::RECOVERY_CODES, account, &mut visitor.browser)?;
    Ok(visitor.redirect_to_page(&urls::with(&target.here(urls::RECOVERY_CODES), "show", &sealed)))
}

/// GET: the codes, the first time; afterwards a link to make new ones.
pub async fn get(
    State(app): State<App>,
    Enroller { visitor, account, target }: Enroller,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let sealed = query.get("show").ok().flatten().unwrap_or_default();
    let shown = app.usher.shown_once.show_once(sealed, urls::RECOVERY_CODES, &account, &visitor.browser).await?;
    let codes = shown.map(|codes| codes.lines().map(str::to_owned).collect()).unwrap_or_default();
    let page = visitor.page_of(&account, &target.here(urls::RECOVERY_CODES));
    let body =
        show::html(&RecoveryCodesPage { page, codes, next_url: target.on(), security_url: urls::SECURITY.to_owned() })?;
    Ok(visitor.reply(body))
}
