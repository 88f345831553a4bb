//! The callback of providers: by GET, or by a form that the provider posts.

use axum::extract::{Path, RawQuery, Request, State};
use axum::response::Response;

use super::{continue_after, trouble};
use usher_accounts::upstream::Callback;
use usher_domain::provider::ProviderId;
use usher_domain::urls::UpstreamUrls;
use usher_http_server::extract::body;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::visitor_pages::VisitorPages as _;

/// The parameters of a posted response that the redirect keeps.
const PASSED_ON: [&str; 7] = ["code", "state", "iss", "user", "error", "error_description", "error_subcode"];

/// GET
pub async fn get(
    State(app): State<App>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    mut visitor: Visitor,
) -> Result<Response, HttpProblem> {
    let provider: ProviderId = provider.parse().map_err(|_| HttpProblem::not_found())?;
    // A provider that was removed meanwhile still gets a page with a way on, if this browser was sent there.
    let offered = app.usher.providers.check_provider(&provider).await;
    let callback = match (Callback::parse(&query.unwrap_or_default()), &offered) {
        (Ok(callback), _) => callback,
        (Err(_), Err(_)) => return Err(HttpProblem::not_found()),
        (Err(error), Ok(())) => {
            tracing::warn!(upstream.provider = %provider, "upstream: a callback was refused: {error}");
            return trouble(&app, visitor, &provider, error.into(), None).await;
        }
    };
    match app.usher.upstream_sign_in.callback(&provider, &callback, &mut visitor.browser, &visitor.device).await {
        Ok(came) => continue_after(&app, visitor, came).await,
        Err((_, None)) if offered.is_err() => Err(HttpProblem::not_found()),
        Err((fault, intent)) => trouble(&app, visitor, &provider, fault, intent).await,
    }
}

/// POST: a cross-site form has no cookies (`SameSite=Lax`). The redirect to GET has.
pub async fn post(
    State(app): State<App>,
    Path(provider): Path<String>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, HttpProblem> {
    let provider: ProviderId = provider.parse().map_err(|_| HttpProblem::not_found())?;
    app.usher.providers.check_provider(&provider).await?;
    body::require_media_type(request.headers(), "application/x-www-form-urlencoded")?;
    let posted = body::read(request).await?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(&posted).filter(|(name, _)| PASSED_ON.contains(&name.as_ref())) {
        query.append_pair(&name, &value);
    }
    Ok(visitor.redirect(&format!("{}?{}", UpstreamUrls::of(&provider).callback(), query.finish())))
}
