//! The response to requests for another host.

use std::sync::Arc;

use askama::Template as _;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::views::WrongHost as WrongHostPage;
use usher_http_server::layers::host::{MisdirectedRequest, OtherHost, refuse_other_host};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;
use usher_page_kit::views::{AssetUrls, Layout};

/// One line with the right host. The requested host is repeated only if it is another name of this machine.
fn wrong_host_in_json(issuer: &str, host: &str) -> HttpProblem {
    let is_port =
        |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let message = if names.into_iter().any(|name| host.strip_prefix(name).is_some_and(is_port)) {
        format!("Use {issuer} instead of http://{host}, or set USHER_ISSUER=http://{host} and restart.")
    } else {
        format!("This host is not served here: use {issuer}.")
    };
    HttpProblem::new(StatusCode::MISDIRECTED_REQUEST, "HOST_UNKNOWN", message)
}

/// If the issuer is on this machine, a request for another name of it gets the right one; otherwise the response
/// reveals nothing.
pub fn other_host(app: &App) -> OtherHost {
    if !app.is_dev() && !app.usher.core.config.server.issuer.is_loopback() {
        return refuse_other_host();
    }
    let issuer = app.usher.core.issuer().to_owned();
    Arc::new(move |wrong| wrong_host(&issuer, wrong))
}

fn wrong_host(issuer: &str, MisdirectedRequest { host, reads_html }: MisdirectedRequest<'_>) -> Response {
    if !reads_html {
        return wrong_host_in_json(issuer, host).into_response();
    }
    let page = Layout { dev: true, assets: AssetUrls::built_in(), ..Layout::default() };
    let page = WrongHostPage { page, url: issuer.to_owned(), host: host.to_owned() };
    match page.render() {
        Ok(html) => (StatusCode::MISDIRECTED_REQUEST, Html(html)).into_response(),
        Err(_) => HttpProblem::internal().into_response(),
    }
}
