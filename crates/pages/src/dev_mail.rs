//! The emails of development mode: caught instead of sent.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};

use super::show;
use super::visitor_pages::VisitorPages as _;
use crate::views::{DevEmail, DevMail, EmailListItem};
use usher_domain::urls::{self, CaughtEmailUrls};
use usher_http_server::extract::visitor::Visitor;
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// GET /dev/mail
pub async fn list(State(app): State<App>, visitor: Visitor) -> Result<Response, HttpProblem> {
    let caught = app.caught.as_ref().ok_or_else(HttpProblem::not_found)?;
    let lang = visitor.lang(None, None);
    let row = |one: &usher_mail::caught::CaughtEmail| EmailListItem {
        url: CaughtEmailUrls::of(&one.number).page(),
        to: one.email.to().to_owned(),
        subject: one.email.subject().to_owned(),
        time: lang.date_time(one.at.0),
    };
    let emails = caught.list().iter().map(|one| row(one)).collect();
    let mut page = visitor.page(lang);
    page.language_url_base = urls::DEV_MAIL.to_owned();
    let body = show::html(&DevMail { page, emails })?;
    Ok(visitor.reply(body))
}

/// GET /dev/mail/{number}
pub async fn one(State(app): State<App>, visitor: Visitor, Path(number): Path<u64>) -> Result<Response, HttpProblem> {
    let caught = app.caught.as_ref().and_then(|caught| caught.get(number)).ok_or_else(HttpProblem::not_found)?;
    let (lang, email) = (visitor.lang(None, None), &caught.email);
    let mut page = visitor.page(lang);
    page.language_url_base = CaughtEmailUrls::of(&number).page();
    let view = DevEmail {
        page,
        to: email.to().to_owned(),
        subject: email.subject().to_owned(),
        time: lang.date_time(caught.at.0),
        code: email.code().map(str::to_owned),
        link: email.link().map(str::to_owned),
        text: email.text().to_owned(),
        html_url: Some(CaughtEmailUrls::of(&number).html()),
        list_url: urls::DEV_MAIL.to_owned(),
    };
    let body = show::html(&view)?;
    Ok(visitor.reply(body))
}

/// GET /dev/mail/{number}/html: the HTML part, sandboxed by its policy.
pub async fn html(State(app): State<App>, Path(number): Path<u64>) -> Result<Response, HttpProblem> {
    let caught = app.caught.as_ref().and_then(|caught| caught.get(number)).ok_or_else(HttpProblem::not_found)?;
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation; frame-ancestors 'none'";
    Ok(([(CONTENT_SECURITY_POLICY, policy)], Html(caught.email.html().to_owned())).into_response())
}
