//! The error page, for clients that accept HTML.

use std::sync::Arc;

use askama::Template as _;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE};
use axum::response::{Html, IntoResponse as _};

use super::ways::ways;
use crate::views::{ErrorPage, PageProblem};
use usher_domain::urls;
use usher_http_server::extract::cookies::Cookies;
use usher_http_server::extract::visitor::LANGUAGE;
use usher_http_server::problem::{HttpProblem, ProblemPage, ProblemRequest};
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_page_kit::views::{AssetUrls, Layout};
use usher_protocol::params::Params;

/// Renders problems as pages for clients that accept HTML; others get JSON.
pub fn problem_page(app: App) -> ProblemPage {
    Arc::new(move |problem, asked| {
        let reads_html = asked.header(&ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        if !reads_html || [urls::API, urls::ACCESS].iter().any(|api| asked.uri.path().starts_with(api)) {
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
    let page = Layout {
        lang,
        dev: app.is_dev(),
        trace_id: asked.trace_id.map(|trace| trace.to_string()).unwrap_or_default(),
        assets: AssetUrls::built_in(),
        brand: app.usher.brandings.last_known(),
        ..Layout::default()
    };
    let kind = match (problem.code, problem.status) {
        ("CLIENT_UNAVAILABLE", _) => PageProblem::ClientGone,
        ("SIGN_IN_EXPIRED", _) => PageProblem::SignInExpired,
        ("FORM_EXPIRED", _) => PageProblem::FormExpired,
        ("CROSS_SITE", _) => PageProblem::CrossSite,
        ("COOKIES_MISSING", _) => PageProblem::CookiesMissing,
        ("LINK_EXPIRED", _) => PageProblem::LinkExpired,
        ("SIGN_IN_REQUEST_OVER", _) => PageProblem::RequestOver,
        (_, StatusCode::NOT_FOUND) if asked.uri.path().starts_with(urls::IN_CONSOLE) => PageProblem::Deleted,
        (_, StatusCode::NOT_FOUND) => PageProblem::NotFound,
        (_, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED) => PageProblem::NotAllowed,
        (_, StatusCode::TOO_MANY_REQUESTS) => PageProblem::TooManyRequests,
        (_, status) if status.is_server_error() => PageProblem::Internal,
        _ => PageProblem::BadRequest,
    };
    let details = (kind == PageProblem::BadRequest).then(|| problem.message.clone().into_owned());
    let time = lang.date_time(app.usher.core.now().0);
    let here = asked.uri.path_and_query().map_or(urls::HOME, |address| address.as_str());
    let ways = ways(lang, kind, problem, here);
    ErrorPage { page, problem: kind, code: None, details, time, mismatch: None, ways }
}
