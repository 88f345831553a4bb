//! The error page, for clients that accept HTML.

use std::sync::Arc;

use askama::Template as _;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::response::{Html, IntoResponse as _};

use super::ways::ways;
use crate::views::{Assets, ErrorPage, Page, Problem};
use usher_http_server::extract::cookies::Cookies;
use usher_http_server::extract::visitor::LANGUAGE;
use usher_http_server::problem::{HttpProblem, ProblemPage, ProblemRequest};
use usher_http_server::state::App;
use usher_http_server::urls;
use usher_i18n::Lang;
use usher_protocol::params::Params;

/// Renders problems as pages for clients that accept HTML; others get JSON.
pub fn problem_page(app: App) -> ProblemPage {
    Arc::new(move |problem, asked| {
        let reads_html = asked.header(&ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        if !reads_html || asked.uri.path().starts_with("/api/") {
            return None;
        }
        let page = error_page(&app, problem, asked);
        page.render().ok().map(|html| (problem.status, Html(html)).into_response())
    })
}

/// The language of a page, in order of precedence: the URL's, the one chosen last, the browser's.
fn lang_of(app: &App, asked: &ProblemRequest) -> Lang {
    let query = Params::decode(asked.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let cookies = Cookies::from_headers(&asked.headers);
    let chosen = query.get("ui_locales").ok().flatten();
    Lang::negotiate(&[chosen, app.jar.get(&cookies, LANGUAGE), asked.header(&ACCEPT_LANGUAGE)])
}

fn error_page(app: &App, problem: &HttpProblem, asked: &ProblemRequest) -> ErrorPage {
    let lang = lang_of(app, asked);
    let page = Page {
        lang,
        dev: app.is_dev(),
        trace_id: asked.trace_id.map(|trace| trace.to_string()).unwrap_or_default(),
        assets: Assets::built_in(),
        ..Page::default()
    };
    let kind = match (problem.code, problem.status) {
        ("CLIENT_UNAVAILABLE", _) => Problem::ClientGone,
        ("SIGN_IN_EXPIRED", _) => Problem::SignInExpired,
        ("FORM_EXPIRED", _) => Problem::FormExpired,
        ("CROSS_SITE", _) => Problem::CrossSite,
        ("COOKIES_MISSING", _) => Problem::CookiesMissing,
        ("LINK_EXPIRED", _) => Problem::LinkExpired,
        (_, StatusCode::NOT_FOUND) if asked.uri.path().starts_with("/console/") => Problem::Deleted,
        (_, StatusCode::NOT_FOUND) => Problem::NotFound,
        (_, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED) => Problem::NotAllowed,
        (_, StatusCode::TOO_MANY_REQUESTS) => Problem::TooManyRequests,
        (_, status) if status.is_server_error() => Problem::Internal,
        _ => Problem::BadRequest,
    };
    let details = (kind == Problem::BadRequest).then(|| problem.message.clone().into_owned());
    let time = lang.date_time(app.usher.now().0);
    let here = asked.uri.path_and_query().map_or(urls::HOME, |address| address.as_str());
    let ways = ways(lang, kind, problem, here);
    ErrorPage { page, problem: kind, code: None, details, time, mismatch: None, ways }
}
