//! What all responses have in common: one host, security headers, no caching.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::Shop;

/// Redirects requests for another host (`127.0.0.1`, `[::1]`) to the demo's own: the provider redirects there, and
/// cookies of the other host would not be sent.
pub async fn one_address(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = shop.own_url.split_once("://").map_or("", |(_, authority)| authority);
    if host.eq_ignore_ascii_case(own) {
        return next.run(request).await;
    }
    if request.method() != Method::GET {
        return (StatusCode::MISDIRECTED_REQUEST, format!("This application lives at {}\n", shop.own_url))
            .into_response();
    }
    let path = request.uri().path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
    // Two leading slashes would name another host.
    let path = format!("/{}", path.trim_start_matches('/'));
    (StatusCode::FOUND, [(header::LOCATION, format!("{}{path}", shop.own_url))]).into_response()
}

/// No inline style or script, no frame, forms only to this demo and (through its redirects) the provider.
pub async fn headers(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let provider = shop.provider.issuer.url().origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {provider}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Pages contain claims and must not be cached. A response with its own `Cache-Control` (the style sheet) keeps it.
pub async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
