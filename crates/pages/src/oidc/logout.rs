//! The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2).

use axum::extract::State;
use axum::response::Response;

use crate::login::logout::{ask, signed_out};
use crate::oidc::authorize::named;
use crate::visitor_pages::VisitorPages as _;
use usher_flows::{LogoutRequest, SignOut, log_refusal};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(params): QueryParams,
) -> Result<Response, HttpProblem> {
    let request = app.usher.sign_outs.read_logout(&params).await?;
    if let Some(fault) = request.fault {
        log_refusal(endpoints::END_SESSION, &named(OAuthError::invalid_request(fault), &params));
    }
    match app.usher.sign_outs.sign_out_of(&request, &visitor.browser).await? {
        SignOut::AtOnce(account) => {
            app.usher.sign_outs.sign_out(&account).await?;
            done(visitor, request, &params)
        }
        SignOut::Nothing => done(visitor, request, &params),
        SignOut::Ask(account) => ask(visitor, &account, Some(&request), &params),
    }
}

/// A cross-site POST has no cookies: the browser is redirected to the same request by GET.
pub async fn post(visitor: Visitor, QueryParams(query): QueryParams, FormParams(form): FormParams) -> Response {
    let all = query.iter().chain(form.iter());
    let params = Params::from_pairs(all.map(|(name, value)| (name.to_owned(), value.to_owned())));
    visitor.redirect(&format!("{}?{}", endpoints::END_SESSION, params.encode()))
}

/// Redirects to the client if the URI is registered; shows a page otherwise.
fn done(visitor: Visitor, request: LogoutRequest, params: &Params) -> Result<Response, HttpProblem> {
    match request.continue_url {
        Some(to) if request.fault.is_none() => Ok(visitor.redirect(&to)),
        _ => signed_out(visitor, None, params, Vec::new()),
    }
}
