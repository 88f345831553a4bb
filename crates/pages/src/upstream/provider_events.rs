//! Events that providers send: verified by their signature, answered without a page.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use usher_page_kit::kit::html;

use crate::views::DataDeletion;
use usher_accounts::upstream::UpstreamFault;
use usher_accounts::upstream::{ProviderEventEndpoint, ProviderEventRequest};
use usher_domain::provider::ProviderId;
use usher_domain::urls::{self, UpstreamUrls};
use usher_http_server::extract::body;
use usher_http_server::extract::params::QueryParams;
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::visitor_pages::VisitorPages as _;

/// POST: Google's security events, Apple's notifications, Facebook's "deauthorize".
pub async fn account(app: State<App>, provider: Path<String>, request: Request) -> Result<Response, HttpProblem> {
    receive(app, provider, ProviderEventEndpoint::Account, request).await
}

/// POST: OpenID Connect Back-Channel Logout 1.0 §2.5, from the provider to us.
pub async fn backchannel_logout(
    app: State<App>,
    provider: Path<String>,
    request: Request,
) -> Result<Response, HttpProblem> {
    receive(app, provider, ProviderEventEndpoint::BackchannelLogout, request).await
}

/// POST: Facebook's "data deletion".
pub async fn data_deletion(app: State<App>, provider: Path<String>, request: Request) -> Result<Response, HttpProblem> {
    receive(app, provider, ProviderEventEndpoint::DataDeletion, request).await
}

async fn receive(
    State(app): State<App>,
    Path(provider): Path<String>,
    endpoint: ProviderEventEndpoint,
    request: Request,
) -> Result<Response, HttpProblem> {
    let provider: ProviderId = provider.parse().map_err(|_| HttpProblem::not_found())?;
    let accepted = if is_security_event(request.headers()) { StatusCode::ACCEPTED } else { StatusCode::OK };
    match app
        .usher
        .provider_events
        .receive(&provider, &ProviderEventRequest { endpoint, body: body::read(request).await?.to_vec() })
        .await
    {
        Ok(notice) => match notice.confirmation {
            Some(code) => {
                let url = urls::with(&UpstreamUrls::of(&provider).deletion(), "code", &code);
                let url = app.usher.core.config.server.issuer.at(&url);
                Ok(Json(json!({ "url": url, "confirmation_code": code })).into_response())
            }
            None => Ok(accepted.into_response()),
        },
        Err(UpstreamFault::Upstream(error)) => {
            tracing::warn!(upstream.provider = %provider, "upstream: a notice was not believed: {error}");
            Err(HttpProblem::new(StatusCode::BAD_REQUEST, "NOTICE_INVALID", "This notice cannot be believed."))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// RFC 8935 §2.1: a security event is the body itself, and the response is 202 (§2.2).
fn is_security_event(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"application/secevent+jwt"))
}

/// GET: the status of a deletion.
pub async fn deletion(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let code = query.get("code").ok().flatten().unwrap_or_default();
    if !app.usher.provider_events.is_deletion_done(code).await? {
        return Err(HttpProblem::not_found());
    }
    let (page, account_url) = (visitor.page(visitor.lang(None, None)), urls::PROFILE.to_owned());
    let body = html(&DataDeletion { page, account_url })?;
    Ok(visitor.reply(body))
}
