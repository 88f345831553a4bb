//! 401 responses carry `WWW-Authenticate` (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::proof;
use usher_http_server::state::App;

/// Adds the header to every 401 of `router`.
pub fn wrap(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), challenge))
}

async fn challenge(State(app): State<App>, request: Request, next: Next) -> Response {
    let needs_nonce = proof::proof(request.headers(), "", "").map(|proof| app.usher.dpop_proofs.needs_nonce(&proof));
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        let told = match needs_nonce {
            None => "Bearer realm=\"usher\"",
            Some(true) => "DPoP realm=\"usher\", error=\"use_dpop_nonce\"",
            Some(false) => "DPoP realm=\"usher\", error=\"invalid_token\"",
        };
        response.headers_mut().entry(WWW_AUTHENTICATE).or_insert(HeaderValue::from_static(told));
    }
    response
}
