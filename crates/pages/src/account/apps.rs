//! Applications with access, and removing it.

use axum::extract::State;
use axum::response::Response;

use crate::login::sign_in::text;
use crate::owner::AccountOwner;
use crate::show;
use crate::views::{AccountApps, AppView, ClaimView, Form, Message, ScopeView, claim_words};
use crate::visitor_pages::VisitorPages as _;
use usher_domain::id::ClientId;
use usher_domain::urls;
use usher_flows::{Account, Application};
use usher_http_server::extract::params::{FormParams, QueryParams};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_i18n::Lang;

/// GET
pub async fn get(
    State(app): State<App>,
    AccountOwner { mut visitor, account }: AccountOwner,
    QueryParams(query): QueryParams,
) -> Result<Response, HttpProblem> {
    let mut page = view(&app, &mut visitor, &account).await?;
    page.notice = match query.get("done").ok().flatten() {
        Some(urls::DONE_REPEAT) => Some(Message::RepeatChange.text(page.page.lang)),
        Some(_) => Some(Message::AccessRemoved.text(page.page.lang)),
        None => None,
    };
    let body = show::html(&page)?;
    Ok(visitor.reply(body))
}

/// POST: removes the access of an application.
pub async fn post(
    State(app): State<App>,
    AccountOwner { visitor, account }: AccountOwner,
    FormParams(form): FormParams,
) -> Result<Response, HttpProblem> {
    visitor.check_form(&form)?;
    let client: ClientId = text(&form, "client").parse().map_err(|_| HttpProblem::unknown("client"))?;
    app.usher.applications.withdraw_consent(&account, client).await?;
    Ok(visitor.redirect(&urls::with(urls::APPS, "done", "1")))
}

async fn view(app: &App, visitor: &mut Visitor, account: &Account) -> Result<AccountApps, HttpProblem> {
    let page = visitor.page_of(account, urls::APPS);
    let apps = app.usher.applications.applications(account).await?;
    Ok(AccountApps {
        form: Form::new(urls::APPS, visitor.form_token()),
        apps: apps.iter().map(|one| app_view(page.lang, one)).collect(),
        page,
        notice: None,
    })
}

fn app_view(lang: Lang, one: &Application) -> AppView {
    let redirect_uri = one.client.metadata.redirect_uris.first().map(String::as_str).unwrap_or_default();
    let time = |at: Option<usher_domain::time::Timestamp>| at.map(|at| lang.date_time(at.0));
    AppView {
        id: one.client.id.0.clone(),
        client: show::client_view(&one.client, redirect_uri),
        scopes: one.scope.iter().map(|scope| ScopeView::new(lang, scope, None, false)).collect(),
        claims: one
            .claims
            .iter()
            .map(|(claim, at)| ClaimView { name: claim_words(lang, claim), at: lang.date_time(at.0) })
            .collect(),
        allowed: time(one.allowed_at),
        first_used: time(one.first_used_at),
        last_used: time(one.last_used_at),
    }
}
