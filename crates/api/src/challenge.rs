//! 401 responses carry `WWW-Authenticate` (RFC 9110 §11.6.1, RFC 6750 §3).

use axum::Router;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::Response;

use usher_http_server::state::App;

/// Adds the header to every 401 of `router`.
pub fn wrap(router: Router<App>) -> Router<App> {
    router.layer(map_response(challenge))
}

async fn challenge(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().entry(WWW_AUTHENTICATE).or_insert(HeaderValue::from_static("Bearer realm=\"usher\""));
    }
    response
}
