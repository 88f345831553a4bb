//! The emails of development mode: caught instead of sent.

use std::sync::Arc;

use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _};

use crate::dev_components::head;
use crate::login::kit::LoginPage;
use crate::views::{DevEmail, DevMail, EmailListItem};
use usher_domain::urls::{self, CaughtEmailUrls};
use usher_http_server::problem::HttpProblem;
use usher_mail::caught::CaughtEmail;
use usher_page_kit::kit::{InPath, PageKit as _, PageResult};
use usher_page_kit::views::Layout;

/// GET /dev/mail
pub async fn list(page: LoginPage) -> PageResult {
    let caught = page.app.caught.as_ref().ok_or_else(HttpProblem::not_found)?;
    let head = head(&page, urls::DEV_MAIL);
    let emails = caught.list().iter().map(|one| row(&head, one)).collect();
    page.show(&DevMail { page: head, emails })
}

/// GET /dev/mail/{number}
pub async fn one(page: LoginPage, InPath(number): InPath<u64>) -> PageResult {
    let (caught, urls) = (find(&page, number)?, CaughtEmailUrls::of(&number));
    let (head, email) = (head(&page, &urls.page()), &caught.email);
    let view = DevEmail {
        to: email.to().to_owned(),
        subject: email.subject().to_owned(),
        time: head.lang.date_time(caught.at.0),
        code: email.code().map(str::to_owned),
        link: email.link().map(str::to_owned),
        text: email.text().to_owned(),
        html_url: Some(urls.html()),
        list_url: urls::DEV_MAIL.to_owned(),
        page: head,
    };
    page.show(&view)
}

/// GET /dev/mail/{number}/html: the HTML part, sandboxed by its policy.
pub async fn html(page: LoginPage, InPath(number): InPath<u64>) -> PageResult {
    let caught = find(&page, number)?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation; frame-ancestors 'none'";
    Ok(([(CONTENT_SECURITY_POLICY, policy)], Html(caught.email.html().to_owned())).into_response())
}

fn find(page: &LoginPage, number: u64) -> Result<Arc<CaughtEmail>, HttpProblem> {
    page.app.caught.as_ref().and_then(|caught| caught.get(number)).ok_or_else(HttpProblem::not_found)
}

fn row(page: &Layout, one: &CaughtEmail) -> EmailListItem {
    EmailListItem {
        url: CaughtEmailUrls::of(&one.number).page(),
        to: one.email.to().to_owned(),
        subject: one.email.subject().to_owned(),
        time: page.ago(one.at.0),
    }
}
