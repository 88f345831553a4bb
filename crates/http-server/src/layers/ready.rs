//! The startup gate: rejects requests until the server is ready.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};

use crate::problem::HttpProblem;
use usher_domain::urls;

/// Closed at first; opened once, when start-up is complete.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    /// Opens the gate.
    pub fn open(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the gate is open.
    pub fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Responds with 503 while `gate` is closed. `/health/live` is always answered.
pub(super) async fn check<F: Future<Output = Response>>(
    gate: &Gate,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if gate.is_open() || request.uri().path() == urls::HEALTH_LIVE {
        return next(request).await;
    }
    HttpProblem::unavailable("STARTING", "Usher is starting. Please try again in a moment.", 2).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::http::header::RETRY_AFTER;
    use axum::middleware::{Next, from_fn};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn the_gate_opens_once_and_for_all_clones() {
        let gate = Gate::default();
        let shared = gate.clone();
        let router = Router::new().fallback(|| async { "in" }).layer(from_fn(move |request: Request, next: Next| {
            let shared = shared.clone();
            async move { check(&shared, request, |request| next.run(request)).await }
        }));
        let ask = |path| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let early = ask("/login").await.unwrap();
        assert_eq!(early.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(early.headers()[RETRY_AFTER], "2");
        assert_eq!(ask("/health/live").await.unwrap().status(), StatusCode::OK);
        gate.open();
        assert_eq!(ask("/login").await.unwrap().status(), StatusCode::OK);
    }
}
