//! The authorization endpoint (RFC 6749 §3.1).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use usher_page_kit::kit::html;

use crate::login::kit::LoginPage;
use crate::show;
use crate::views::{ErrorPage, PageProblem};
use crate::ways::ways;
use usher_accounts::FlowError;
use usher_domain::oauth::client::Client;
use usher_domain::urls::{self, ClientUrls, ProjectClientUrls};
use usher_flows::{AuthorizeFault, Outcome, Right, log_refusal};
use usher_http_server::extract::params::FormParams;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{PageKit as _, PageResult};
use usher_page_kit::views::Mismatch;
use usher_page_kit::visitor_pages::VisitorPages as _;
use usher_protocol::authorize::redirect_uri;
use usher_protocol::endpoints;
use usher_protocol::error::OAuthError;
use usher_protocol::error_code::ErrorCode;
use usher_protocol::params::Params;

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let LoginPage { app, visitor, query, .. } = &mut page;
    match app.usher.authorizations.begin_authorization(query, &mut visitor.browser, &visitor.device).await {
        Ok(Outcome::Answer(response)) => Ok(show::answer(page.visitor, response)?),
        Ok(Outcome::Show { step, interaction }) => Ok(show::show_step(&page.app, page.visitor, &step, &interaction)?),
        Ok(Outcome::Leave(leaving)) => Ok(show::ask_to_leave(page.visitor, *leaving)?),
        Ok(Outcome::Recorded { .. }) => Err(HttpProblem::internal().into()),
        Err(fault) => {
            log_fault(&fault, &page.query);
            refused(page, fault).await
        }
    }
}

/// A cross-site POST has no cookies: the browser is redirected to the same request by GET.
pub async fn post(page: LoginPage, form: FormParams) -> Response {
    repeat_by_get(page, form, endpoints::AUTHORIZE)
}

/// Redirects to the same request by GET.
pub(super) fn repeat_by_get(page: LoginPage, FormParams(form): FormParams, endpoint: &str) -> Response {
    let all = page.query.iter().chain(form.iter());
    let params = Params::from_pairs(all.map(|(name, value)| (name.to_owned(), value.to_owned())));
    page.visitor.redirect(&format!("{endpoint}?{}", params.encode()))
}

/// An error that is shown on a page is logged like one that is sent to the client.
fn log_fault(fault: &AuthorizeFault, params: &Params) {
    let code = match fault {
        AuthorizeFault::Flow(_) => return,
        AuthorizeFault::Bad(error) => error.code,
        AuthorizeFault::UnknownClient | AuthorizeFault::ClientDocument(_) => ErrorCode::InvalidClient,
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

async fn refused(mut page: LoginPage, fault: AuthorizeFault) -> PageResult {
    if let AuthorizeFault::RedirectMismatch { client, .. } = &fault {
        page.show_brand_of(Some(client)).await;
    }
    let (problem, code, details) = shown(&fault);
    let home = match &fault {
        AuthorizeFault::RedirectMismatch { client, .. } => home_of(client),
        _ => None,
    };
    let mismatch = match fault {
        AuthorizeFault::Flow(error) => return Err(error.into()),
        AuthorizeFault::RedirectMismatch { client, sent } => mismatch(&page, &client, &sent).await?,
        _ => None,
    };
    let head = page.head("");
    let view = ErrorPage {
        problem,
        code: Some(code.to_owned()),
        details,
        time: head.lang.date_time(page.app.usher.core.now().0),
        mismatch,
        ways: ways(head.lang, problem, &HttpProblem::bad_request("").back_to(home), endpoints::AUTHORIZE),
        page: head,
    };
    let body = html(&view)?;
    page.reply((StatusCode::BAD_REQUEST, body).into_response())
}

/// The error page of a fault: its kind, its code and its details.
fn shown(fault: &AuthorizeFault) -> (PageProblem, &'static str, Option<String>) {
    match fault {
        AuthorizeFault::Flow(_) => (PageProblem::Internal, "server_error", None),
        AuthorizeFault::Bad(error) => {
            (PageProblem::BadRequest, error.code.as_str(), Some(error.description.clone().into_owned()))
        }
        AuthorizeFault::UnknownClient => (PageProblem::UnknownClient, "invalid_client", None),
        AuthorizeFault::ClientDocument(fault) => {
            (PageProblem::UnknownClient, "invalid_client", Some(fault.sentence().to_owned()))
        }
        AuthorizeFault::DisabledClient => (PageProblem::ClientDisabled, "unauthorized_client", None),
        AuthorizeFault::RedirectMismatch { .. } => (PageProblem::RedirectMismatch, "invalid_request", None),
        AuthorizeFault::RedirectMissing => (PageProblem::RedirectMissing, "invalid_request", None),
    }
}

/// The sent and the registered redirect URIs, for those who may see the client and in development mode. Who may change
/// the client gets a link to register the sent one; who may see it, a link to this request in the flight recorder.
async fn mismatch(page: &LoginPage, client: &Client, sent: &str) -> Result<Option<Mismatch>, FlowError> {
    let usher = &page.app.usher;
    let current = usher.accounts.current(&page.visitor.browser).await?;
    let seen = match &current {
        Some(account) => usher.callers.project_of_person(&account.user, client.project_id).await?,
        None => None,
    };
    let right = seen.map(|(_, right)| right);
    if right.is_none() && !page.app.is_dev() {
        return Ok(None);
    }
    let may_change = right.is_some_and(|right| right >= Right::Develop);
    let register = may_change.then(|| urls::with(&ClientUrls::of(&client.id).edit(), "add", sent));
    let attempts = ProjectClientUrls::of(&client.project_id, &client.id).attempts();
    let attempts = urls::with(&attempts, "trace_id", &page.visitor.trace.to_string());
    let attempts_url = Some(attempts).filter(|_| right.is_some() && usher.attempts.is_on());
    Ok(Some(Mismatch { attempts_url, ..Mismatch::between(sent, &client.metadata.redirect_uris, register) }))
}

/// The client's own page, by its origin.
fn home_of(client: &Client) -> Option<Box<str>> {
    let mut registered = client.metadata.client_uri.iter().chain(&client.metadata.redirect_uris);
    registered.find_map(|uri| redirect_uri::origin(uri)).map(String::into_boxed_str)
}
