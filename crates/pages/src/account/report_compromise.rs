//! "This wasn't me": by the link of an email, or by a page of a signed-in user.
//!
//! Opening it has no effect yet, because mail scanners open every link.

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use usher_page_kit::kit::html;

use crate::login::kit::LoginPage;
use crate::receipt;
use crate::views::{NotMe, NotMeDone, NotMeExpired};
use usher_accounts::{Ended, FlowError, Rejected};
use usher_domain::urls;
use usher_page_kit::kit::{PageForm, PageKit as _, PageResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// Of the email's link; empty on the page of a signed-in user.
    token: String,
}

/// GET
pub async fn get(mut page: LoginPage) -> PageResult {
    let token = page.param("token").unwrap_or_default().to_owned();
    let user = if token.is_empty() {
        match page.app.usher.accounts.current(&page.visitor.browser).await? {
            Some(account) => account.user,
            None => return page.redirect(&urls::login_then(urls::NOT_ME)),
        }
    } else {
        let Some(user) = page.app.usher.compromise_reports.open_compromise_report(&token).await? else {
            return expired(page);
        };
        user
    };
    let (head, form) = (page.head_for(None, user.locale.as_deref(), ""), page.form(urls::NOT_ME));
    let view = NotMe { page: head, form, token, mails: user.email.is_some() };
    page.show(&view)
}

/// POST
pub async fn report(page: LoginPage, PageForm(form): PageForm<ReportForm>) -> PageResult {
    let reports = &page.app.usher.compromise_reports;
    if !form.token.is_empty() {
        let reported = reports.report_compromise_by_link(&form.token).await;
        return answer(page, reported, true).await;
    }
    let Some(account) = page.app.usher.accounts.current(&page.visitor.browser).await? else {
        return page.redirect(&urls::login_then(urls::NOT_ME));
    };
    let reported = reports.report_compromise(&account).await;
    answer(page, reported, account.user.email.is_some()).await
}

/// The page after everything has ended.
async fn answer(page: LoginPage, reported: Result<Ended, FlowError>, mails: bool) -> PageResult {
    let ended = match reported {
        Ok(ended) => ended,
        Err(FlowError::Rejected(Rejected::ProofOver)) => return expired(page),
        Err(other) => return Err(other.into()),
    };
    let (head, lines) = (page.head(""), receipt::of(&page.app, &ended).await?);
    let receipt = receipt::words(head.lang, lines);
    let view = NotMeDone { page: head, mails, receipt, sign_in_url: urls::LOGIN.to_owned() };
    page.show(&view)
}

fn expired(page: LoginPage) -> PageResult {
    let view = html(&NotMeExpired { page: page.head(""), sign_in_url: urls::LOGIN.to_owned() })?;
    page.reply((StatusCode::GONE, view).into_response())
}
