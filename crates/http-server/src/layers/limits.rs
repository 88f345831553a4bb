//! Size limits of one request: URL, headers, body.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::problem::HttpProblem;

/// The longest URL, path and query together, in bytes.
pub const MAX_URL: usize = 16 * 1024;

/// All header names and values together, in bytes.
pub const MAX_HEADERS: usize = 32 * 1024;

/// The largest body the extractors read, in bytes, unless a group of routes says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(64 * 1024)
    }
}

impl BodyLimit {
    /// 413 with the limit in the message.
    pub(crate) fn exceeded(self) -> HttpProblem {
        let message = format!("The body may be at most {} bytes long.", self.0);
        HttpProblem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message)
    }
}

/// Sets the body limit of the routes of `router`.
pub fn body<S: Clone + Send + Sync + 'static>(router: Router<S>, limit: BodyLimit) -> Router<S> {
    router.layer(axum::Extension(limit))
}

/// Rejects long URLs (414) and large headers (431) before any other layer reads them.
pub(super) async fn check<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_URL {
        let message = format!("The address may be at most {MAX_URL} bytes long.");
        return HttpProblem::new(StatusCode::URI_TOO_LONG, "URL_TOO_LONG", message).into_response();
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > MAX_HEADERS {
        let message = format!("The headers may be at most {MAX_HEADERS} bytes long.");
        return HttpProblem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "HEADERS_TOO_LARGE", message)
            .into_response();
    }
    next(request).await
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use tower::ServiceExt as _;

    use super::*;

    async fn status(url: usize, header: usize) -> StatusCode {
        let router = Router::new()
            .fallback(|| async { "in" })
            .layer(from_fn(|request: Request, next: Next| check(request, |request| next.run(request))));
        let request = Request::get(format!("/{}", "u".repeat(url - 1))).header("x", "h".repeat(header - 1));
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn the_last_allowed_byte_passes_and_the_next_does_not() {
        assert_eq!(status(MAX_URL, MAX_HEADERS).await, StatusCode::OK);
        assert_eq!(status(MAX_URL + 1, 2).await, StatusCode::URI_TOO_LONG);
        assert_eq!(status(2, MAX_HEADERS + 1).await, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
}
