//! Applications with access, and removing it.

use serde::Deserialize;

use crate::show;
use crate::views::{AccountApps, AppView, ClaimView, ScopeView, claim_words};
use usher_accounts::Application;
use usher_domain::id::ClientId;
use usher_domain::time::Timestamp;
use usher_domain::urls;
use usher_http_server::problem::HttpProblem;
use usher_page_kit::kit::{AccountPage, FormField, Notice, PageForm, PageKit as _, PageResult};
use usher_page_kit::views::Layout;
use usher_protocol::authorize::response_mode::with_query;

const REMOVED: Notice = Notice::new("1", "message-access-removed");

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WithdrawForm {
    client: FormField<ClientId>,
}

/// GET
pub async fn get(mut page: AccountPage) -> PageResult {
    let head = page.head(urls::APPS);
    let apps = page.app.usher.applications.applications(&page.account).await?;
    let issuer = page.app.usher.core.issuer().to_owned();
    let view = AccountApps {
        form: page.form(urls::APPS),
        apps: apps.iter().map(|one| app_view(&head, &issuer, one)).collect(),
        notice: page.notice(&[REMOVED]),
        page: head,
    };
    page.show(&view)
}

/// POST removes the access of an application.
pub async fn withdraw(page: AccountPage, PageForm(form): PageForm<WithdrawForm>) -> PageResult {
    let client = form.client.value.ok_or_else(|| HttpProblem::unknown("client"))?;
    page.app.usher.applications.withdraw_consent(&page.account, client).await?;
    page.done(urls::APPS, REMOVED)
}

pub(super) fn app_view(page: &Layout, issuer: &str, one: &Application) -> AppView {
    let lang = page.lang;
    let redirect_uri = one.client.metadata.redirect_uris.first().map(String::as_str).unwrap_or_default();
    let time = |at: Option<Timestamp>| at.map(|at| page.ago(at.0));
    let claims = one.claims.iter();
    AppView {
        id: one.client.id.0.clone(),
        client: show::client_view(&one.client, redirect_uri),
        start_url: one.client.metadata.initiate_login_uri.as_ref().map(|uri| with_query(uri, [("iss", issuer)])),
        scopes: one.scope.iter().map(|scope| ScopeView::new(lang, scope, None, false)).collect(),
        claims: claims.map(|(claim, at)| ClaimView { name: claim_words(lang, claim), at: page.ago(at.0) }).collect(),
        allowed: time(one.allowed_at),
        first_used: time(one.first_used_at),
        last_used: time(one.last_used_at),
    }
}
