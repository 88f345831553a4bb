//! A page with an expired request is shown again, with the request restarted.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use usher_domain::urls;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::visitor_pages::VisitorPages as _;
use usher_protocol::params::Params;

/// Redirects a browser whose URL contains an expired request to the same page with the request restarted.
pub async fn layer(
    State(app): State<App>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Result<Response, HttpProblem> {
    let to = if request.method() == Method::GET { renewed(&app, &visitor, &request)? } else { None };
    match to {
        Some(to) => Ok(visitor.redirect(&to)),
        None => Ok(next.run(request).await),
    }
}

fn renewed(app: &App, visitor: &Visitor, request: &Request) -> Result<Option<String>, HttpProblem> {
    let query = request.uri().query().filter(|query| query.contains("interaction="));
    let Some(query) = query.and_then(|query| Params::decode(query.as_bytes()).ok()) else { return Ok(None) };
    let sealed = query.get("interaction").ok().flatten();
    let opened = sealed.and_then(|sealed| app.usher.authorizations.reopen_interaction(sealed, &visitor.browser).ok());
    let Some((interaction, true)) = opened else { return Ok(None) };
    let sealed = app.usher.authorizations.seal_interaction(&interaction)?;
    let others = query.iter().filter(|(name, _)| !["interaction", "done"].contains(name));
    let url = others.fold(urls::with(request.uri().path(), "interaction", &sealed), |url, (name, value)| {
        urls::with(&url, name, value)
    });
    Ok(Some(urls::with(&url, "done", urls::DONE_RESTARTED)))
}
