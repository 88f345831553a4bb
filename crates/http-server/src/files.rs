//! Files for programs (robots.txt, icon, security.txt), and redirects for paths with trailing slashes.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Method, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::assets;
use super::extract::visitor::see_other;
use super::problem::HttpProblem;
use super::state::App;
use usher_domain::urls;

/// The value of `Expires` in days from now: RFC 9116 §2.5.5 recommends less than a year.
const SECURITY_TXT_DAYS: u64 = 180;
const A_DAY: [(axum::http::HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=86400")];

/// The routes of the files.
pub fn routes() -> Router<App> {
    Router::new()
        .route(urls::ROBOTS, get(|| async { file("robots.txt") }))
        .route(urls::FAVICON, get(|| async { file("favicon.svg") }))
        .route(urls::SECURITY_TXT, get(security_txt))
}

fn file(name: &str) -> Response {
    match assets::bytes(name) {
        Some((content_type, bytes)) => (A_DAY, [(CONTENT_TYPE, content_type)], bytes).into_response(),
        None => HttpProblem::not_found().into_response(),
    }
}

/// RFC 9116: the contact for vulnerability reports, if the operator has configured one.
async fn security_txt(State(app): State<App>) -> Response {
    let server = &app.usher.core.config.server;
    let Some(contact) = &server.security_contact else { return HttpProblem::not_found().into_response() };
    let expires = app.usher.core.now() + std::time::Duration::from_hours(24 * SECURITY_TXT_DAYS);
    let canonical = server.issuer.at(urls::SECURITY_TXT);
    let text = format!("Contact: {}\nExpires: {}\nCanonical: {canonical}\n", contact.as_str(), expires.rfc3339());
    (A_DAY, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Responds to unknown paths: a redirect if the path ends in a slash, 404 otherwise.
#[expect(clippy::unused_async, reason = "a handler is asynchronous")]
pub async fn fallback(request: Request) -> Response {
    match without_slash(request.method(), request.uri()) {
        Some(to) => see_other(&to),
        None => HttpProblem::not_found().into_response(),
    }
}

/// The path without its trailing slashes. A path with two leading slashes would name another host.
fn without_slash(method: &Method, uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if !own || !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    Some(uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_address_without_and_never_to_another_host() {
        let to = |method: &Method, uri: &str| without_slash(method, &uri.parse().unwrap());
        assert_eq!(to(&Method::GET, "/console/").as_deref(), Some("/console"));
        assert_eq!(to(&Method::GET, "/login//?next=%2Faccount").as_deref(), Some("/login?next=%2Faccount"));
        for none in ["/", "//", "/login", "//evil.test/", "///evil.test/", "/\\evil.test/"] {
            if let Ok(uri) = none.parse() {
                assert_eq!(without_slash(&Method::GET, &uri), None, "{none}");
            }
        }
        assert_eq!(to(&Method::POST, "/oauth2/token/"), None, "a form is sent to the right address or nowhere");
    }
}
