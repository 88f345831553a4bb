//! Disables caching unless a handler sets `Cache-Control` (RFC 6749 §5.1).

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, PRAGMA};
use axum::response::Response;

/// Sets `Cache-Control: no-store` on every response that has no `Cache-Control`.
pub(super) async fn set<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let mut response = next(request).await;
    let headers = response.headers_mut();
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn only_a_handlers_own_word_stands_against_no_store() {
        let router = Router::new().route("/jwks", get(|| async { [(CACHE_CONTROL, "public, max-age=60")] }));
        let router = router
            .route("/token", get(|| async { "secret" }))
            .layer(from_fn(|request: Request, next: Next| set(request, |request| next.run(request))));
        let ask = |path| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let (token, jwks) = (ask("/token").await.unwrap(), ask("/jwks").await.unwrap());
        assert_eq!(
            (&token.headers()[CACHE_CONTROL], &token.headers()[PRAGMA]),
            (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
        );
        assert_eq!(jwks.headers()[CACHE_CONTROL], "public, max-age=60");
        assert!(!jwks.headers().contains_key(PRAGMA));
        assert_eq!(ask("/nowhere").await.unwrap().headers()[CACHE_CONTROL], "no-store");
    }
}
