//! The authorization endpoint (RFC 6749 §3.1).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::show;
use crate::views::{ErrorPage, Mismatch, PageProblem};
use crate::visitor_pages::VisitorPages as _;
use crate::ways::ways;
use usher_domain::oauth::client::Client;
use usher_domain::urls::{self, ClientUrls};
use usher_flows::{AuthorizeFault, FlowError, Outcome, log_refusal};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::params::Params;
use usher_protocol::redirect_uri;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(params): QueryParams,
) -> Result<Response, HttpProblem> {
    match app.usher.authorizations.begin_authorization(&params, &mut visitor.browser, &visitor.device).await {
        Ok(Outcome::Answer(response)) => show::answer(visitor, response),
        Ok(Outcome::Show { step, interaction }) => show::show_step(&app, visitor, &step, &interaction),
        Ok(Outcome::DeviceAnswered { .. }) => Err(HttpProblem::internal()),
        Err(fault) => {
            log_fault(&fault, &params);
            refused(&app, visitor, fault).await
        }
    }
}

/// A cross-site POST has no cookies: the browser is redirected to the same request by GET.
pub async fn post(visitor: Visitor, QueryParams(query): QueryParams, FormParams(form): FormParams) -> Response {
    let all = query.iter().chain(form.iter());
    let params = Params::from_pairs(all.map(|(name, value)| (name.to_owned(), value.to_owned())));
    visitor.redirect(&format!("{}?{}", endpoints::AUTHORIZE, params.encode()))
}

/// An error that is shown on a page is logged like one that is sent to the client.
fn log_fault(fault: &AuthorizeFault, params: &Params) {
    let code = match fault {
        AuthorizeFault::Flow(_) => return,
        AuthorizeFault::Bad(error) => error.code,
        AuthorizeFault::UnknownClient => ErrorCode::InvalidClient,
        AuthorizeFault::DisabledClient => ErrorCode::UnauthorizedClient,
        AuthorizeFault::RedirectMismatch { .. } | AuthorizeFault::RedirectMissing => ErrorCode::InvalidRequest,
    };
    let error = OAuthError::new(code, fault.to_string());
    log_refusal(endpoints::AUTHORIZE, &named(error, params));
}

/// The error with the client that the request names, if any.
pub(super) fn named(error: OAuthError, params: &Params) -> OAuthError {
    match params.get("client_id") {
        Ok(Some(client)) => error.by(client),
        _ => error,
    }
}

async fn refused(app: &App, visitor: Visitor, fault: AuthorizeFault) -> Result<Response, HttpProblem> {
    let (problem, code, details) = match &fault {
        AuthorizeFault::Flow(_) => (PageProblem::Internal, "server_error", None),
        AuthorizeFault::Bad(error) => {
            (PageProblem::BadRequest, error.code.as_str(), Some(error.description.clone().into_owned()))
        }
        AuthorizeFault::UnknownClient => (PageProblem::UnknownClient, "invalid_client", None),
        AuthorizeFault::DisabledClient => (PageProblem::ClientDisabled, "unauthorized_client", None),
        AuthorizeFault::RedirectMismatch { .. } => (PageProblem::RedirectMismatch, "invalid_request", None),
        AuthorizeFault::RedirectMissing => (PageProblem::RedirectMissing, "invalid_request", None),
    };
    let home = match &fault {
        AuthorizeFault::RedirectMismatch { client, .. } => home_of(client),
        _ => None,
    };
    let mismatch = match fault {
        AuthorizeFault::Flow(error) => return Err(error.into()),
        AuthorizeFault::RedirectMismatch { client, sent } if may_see_both_sides(app, &visitor).await? => {
            let register = may_register(app, &visitor).await?;
            let register = register.then(|| urls::with(&ClientUrls::of(&client.id).edit(), "add", &sent));
            Some(Mismatch::between(&sent, &client.metadata.redirect_uris, register))
        }
        _ => None,
    };
    let lang = visitor.lang(None, None);
    let time = lang.date_time(app.usher.core.now().0);
    let page = ErrorPage {
        page: visitor.page(lang),
        problem,
        code: Some(code.to_owned()),
        details,
        time,
        mismatch,
        ways: ways(lang, problem, &HttpProblem::bad_request("").back_to(home), endpoints::AUTHORIZE),
    };
    let body = show::html(&page)?;
    Ok(visitor.reply((StatusCode::BAD_REQUEST, body)).into_response())
}

/// The client's own page, by its origin.
fn home_of(client: &Client) -> Option<Box<str>> {
    let mut registered = client.metadata.client_uri.iter().chain(&client.metadata.redirect_uris);
    registered.find_map(|uri| redirect_uri::origin(uri)).map(String::into_boxed_str)
}

/// Only administrators change a client in the console.
async fn may_register(app: &App, visitor: &Visitor) -> Result<bool, FlowError> {
    Ok(app.usher.accounts.current(&visitor.browser).await?.is_some_and(|account| account.user.admin))
}

/// The registered URIs are shown to administrators, and in development mode.
async fn may_see_both_sides(app: &App, visitor: &Visitor) -> Result<bool, FlowError> {
    Ok(app.is_dev() || may_register(app, visitor).await?)
}
