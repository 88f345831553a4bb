//! "This wasn't me": by the link of an email, or by a page of a signed-in user.
//!
//! Opening it has no effect yet, because mail scanners open every link.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::login::sign_in::text;
use crate::receipt;
use crate::show;
use crate::views::{Form, NotMe, NotMeDone, NotMeExpired};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::event::receipt::ReceiptApplication;
use usher_domain::urls;
use usher_flows::{FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET
pub async fn get(
    State(app): State<App>,
    mut visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let token = text(&query, "token");
    let user = if token.is_empty() {
        match app.usher.accounts.current(&visitor.browser).await? {
            Some(account) => account.user,
            None => return Ok(visitor.redirect(&urls::login_then(urls::NOT_ME))),
        }
    } else {
        let Some(user) = app.usher.compromise_reports.open_compromise_report(&token).await? else {
            return expired(visitor);
        };
        user
    };
    let page = visitor.page(visitor.lang(None, user.locale.as_deref()));
    let form = Form::new(urls::NOT_ME, visitor.form_token());
    let body = show::html(&NotMe { page, form, token, mails: user.email.is_some() })?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let token = text(&form, "token");
    let (reported, mails) = if token.is_empty() {
        let Some(account) = app.usher.accounts.current(&visitor.browser).await? else {
            return Ok(visitor.redirect(&urls::login_then(urls::NOT_ME)));
        };
        (app.usher.compromise_reports.report_compromise(&account).await, account.user.email.is_some())
    } else {
        (app.usher.compromise_reports.report_compromise_by_link(&token).await, true)
    };
    match reported {
        Ok(ended) => {
            let lines = receipt::of(&app, &ended).await?;
            done(visitor, mails, lines)
        }
        Err(FlowError::Rejected(Rejected::ProofOver)) => expired(visitor),
        Err(other) => Err(other.into()),
    }
}

/// The page after everything has ended.
fn done(visitor: Visitor, mails: bool, lines: Vec<ReceiptApplication>) -> Result<Response, HttpProblem> {
    let page = visitor.page(visitor.lang(None, None));
    let receipt = receipt::words(page.lang, lines);
    let body = show::html(&NotMeDone { page, mails, receipt, sign_in_url: urls::LOGIN.to_owned() })?;
    Ok(visitor.reply(body))
}

fn expired(visitor: Visitor) -> Result<Response, HttpProblem> {
    let page = visitor.page(visitor.lang(None, None));
    let body = show::html(&NotMeExpired { page, sign_in_url: urls::LOGIN.to_owned() })?;
    Ok(visitor.reply((StatusCode::GONE, body).into_response()))
}
