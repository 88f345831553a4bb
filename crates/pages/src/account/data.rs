//! A user's data: exporting or deleting them.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::repeat_notice;
use crate::login::of_refused;
use crate::login::sign_in::{text, with_status};
use crate::owner::AccountOwner;
use crate::receipt;
use crate::show;
use crate::views::{AccountData, AccountGone, Form};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::urls;
use usher_flows::{Account, FlowError, Rejected};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_protocol::params::Params;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = repeat_notice(&query, page.page.lang);
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST
pub async fn post(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    match text(&form, "do").as_str() {
        "download" => download(&app, visitor, &account).await,
        "delete" => delete(&app, visitor, &account, &form).await,
        _ => Err(HttpProblem::bad_request("do must be download or delete")),
    }
}

async fn download(app: &App, visitor: Visitor, account: &Account) -> Result<Response, HttpProblem> {
    let data = app.usher.activity_log.export(account).await?;
    let body = serde_json::to_string_pretty(&data).map_err(|_| HttpProblem::internal())?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"my-data.json\""),
    ];
    Ok(visitor.reply((headers, body).into_response()))
}

async fn delete(app: &App, mut visitor: Visitor, account: &Account, form: &Params) -> Result<Response, HttpProblem> {
    match app.usher.account_deletion.delete_account(account, &text(form, "confirmation")).await {
        Ok(ended) => {
            let lang = visitor.lang(None, account.user.locale.as_deref());
            let lines = receipt::of(app, &ended).await?;
            visitor.browser.forget(account);
            let page = visitor.page(lang);
            let receipt = receipt::words(lang, lines);
            let body = show::html(&AccountGone {
                page,
                mails: account.user.email.is_some(),
                receipt,
                home_url: urls::LOGIN.to_owned(),
            })?;
            Ok(visitor.reply(body))
        }
        Err(FlowError::Rejected(Rejected::NotFresh)) => Ok(visitor.redirect(&urls::login_to_repeat(urls::DATA))),
        Err(FlowError::Rejected(refused)) => {
            let mut page = view(app, &mut visitor, account).await?;
            let found = of_refused(&refused, page.page.lang);
            let problem = HttpProblem::from(FlowError::from(refused));
            let Some(found) = found else { return Err(problem) };
            page.errors = found;
            let body = show::html(&page)?;
            Ok(visitor.reply(with_status(&problem, body)))
        }
        Err(other) => Err(other.into()),
    }
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountData, FlowError> {
    Ok(AccountData {
        page: visitor.page_of(account, urls::DATA),
        form: Form::new(urls::DATA, visitor.form_token()),
        sign_in_url: (!app.usher.factor_rules.is_well_shown(account).await?).then(|| urls::login_again(urls::DATA)),
        confirmation: account.user.label_to_confirm(),
        is_address: account.user.email.is_some(),
        ..AccountData::default()
    })
}
