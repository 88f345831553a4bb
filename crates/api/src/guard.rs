//! Cross-site request forgery protection of the API. A browser sends its cookies with requests of any page, so a
//! request that changes something without a token must come from a page of this server or from the registered origin
//! of a first-party client.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// Protects every route of `router`.
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), check))
}

async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    if changes && !headers.contains_key(AUTHORIZATION) && !is_of_ours(&app, headers).await {
        let words = "This request did not come from one of our own pages, nor from a registered one.";
        return HttpProblem::new(StatusCode::FORBIDDEN, "CROSS_SITE", words).into_response();
    }
    next.run(request).await
}

/// Programs send neither header; browsers send at least one of them with requests that change something.
async fn is_of_ours(app: &App, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => matches!(site, None | Some(b"same-origin" | b"none")),
        (Some(origin), None) => {
            let Ok(origin) = origin.to_str() else { return false };
            let ours = app.usher.core.config.server.issuer.url().origin().ascii_serialization();
            origin == ours || app.usher.client_origins.is_first_party_origin(origin).await.unwrap_or(false)
        }
        _ => false,
    }
}
