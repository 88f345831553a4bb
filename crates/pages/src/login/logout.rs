//! Signing out: the question, and the page after it.

use axum::extract::State;
use axum::response::Response;

use super::sign_in::text;
use crate::receipt;
use crate::show;
use crate::views::{Form, LogoutConfirm, SignedOut};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::event::receipt::ReceiptApplication;
use usher_domain::urls;
use usher_flows::{Account, LogoutRequest};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    match app.usher.accounts.current(&visitor.browser).await? {
        Some(account) => ask(visitor, &account, None, &Params::default()),
        None => signed_out(visitor, None, &query, Vec::new()),
    }
}

/// POST: the answer to the question. The client's request is in the URL and is parsed again.
pub async fn post(
    State(app): State<App>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let request = app.usher.sign_outs.read_logout(&query).await?;
    if text(&form, "logout") != "yes" {
        let home = request.client.as_deref().and_then(show::home_of);
        return Ok(visitor.redirect(home.as_deref().unwrap_or(urls::PROFILE)));
    }
    let mut ended = None;
    if let Some(account) = app.usher.accounts.current(&visitor.browser).await? {
        ended = Some(match text(&form, "everywhere").as_str() {
            "" => app.usher.sign_outs.sign_out(&account).await?,
            _ => app.usher.sign_outs.sign_out_everywhere(&account).await?,
        });
    }
    if let (Some(to), None) = (&request.continue_url, request.fault) {
        return Ok(visitor.redirect(to));
    }
    let receipt = match &ended {
        Some(ended) => receipt::of(&app, ended).await?,
        None => Vec::new(),
    };
    signed_out(visitor, Some(&request), &query, receipt)
}

/// The question.
///
/// # Errors
/// 500 if the page does not render.
pub fn ask(
    mut visitor: Visitor,
    account: &Account,
    request: Option<&LogoutRequest>,
    params: &Params,
) -> Result<Response, HttpProblem> {
    let lang = visitor.lang(text_of(params, "ui_locales").as_deref(), account.user.locale.as_deref());
    let query = params.encode();
    let action = if query.is_empty() { urls::LOGOUT.to_owned() } else { format!("{}?{query}", urls::LOGOUT) };
    let client = request.and_then(|request| request.client.as_ref()).map(|client| show::client_view(client, ""));
    let page = visitor.page(lang);
    let form = Form::new(action, visitor.form_token());
    let view = LogoutConfirm { page, form, client, email: account.user.label(), offer_everywhere: true };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// The signed-out page; the receipt shows what happens to each application.
///
/// # Errors
/// 500 if the page does not render.
pub fn signed_out(
    visitor: Visitor,
    request: Option<&LogoutRequest>,
    params: &Params,
    receipt: Vec<ReceiptApplication>,
) -> Result<Response, HttpProblem> {
    let lang = visitor.lang(text_of(params, "ui_locales").as_deref(), None);
    let client_name =
        request.and_then(|request| request.client.as_ref()).map(|client| client.metadata.client_name.clone());
    let mut page = visitor.page(lang);
    page.language_url_base = urls::LOGOUT.to_owned();
    let view = SignedOut {
        page,
        client_name,
        continue_url: None,
        sign_in_url: Some(urls::LOGIN.to_owned()),
        receipt: receipt::words(lang, receipt),
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

fn text_of(params: &Params, name: &str) -> Option<String> {
    params.get(name).ok().flatten().map(str::to_owned)
}
