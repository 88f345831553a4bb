//! Starting a sign-in at a provider.

use axum::extract::{Path, State};
use axum::response::Response;

use super::trouble;
use crate::visitor_pages::VisitorPages as _;
use usher_domain::provider::ProviderId;
use usher_domain::urls;
use usher_flows::upstream::UpstreamIntent;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The longest `login_hint` that is passed on.
const MAX_HINT: usize = 320;

/// GET: the button on the sign-in page. Only the hint of the request is sent to the provider.
pub async fn get(
    State(app): State<App>,
    Path(provider): Path<String>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let provider: ProviderId = provider.parse().map_err(|_| HttpProblem::not_found())?;
    let text = |name| query.get(name).ok().flatten().map(str::to_owned);
    let next = urls::after_login(text("next").as_deref());
    let intent = UpstreamIntent::SignIn { interaction: text("interaction"), next };
    let hint = text("login_hint").filter(|hint| hint.len() <= MAX_HINT && !hint.chars().any(char::is_control));
    match app.usher.upstream_sign_in.start(&provider, intent.clone(), hint, &mut visitor.browser).await {
        Ok(url) => Ok(visitor.redirect(url.as_str())),
        Err(fault) => trouble(&app, visitor, &provider, fault, Some(intent)).await,
    }
}
