//! A panic ends one request, not the process; the client gets a trace id and no detail.

use std::panic::{AssertUnwindSafe, PanicHookInfo};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::problem::HttpProblem;

/// Logs every panic of the process once, through `tracing`: its location, and its message if that is a literal.
///
/// Formatted messages are withheld, because they may contain a password or a token. Inside a request the span has the
/// trace id.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|info: &PanicHookInfo<'_>| {
        let place = info.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let words = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("withheld");
        tracing::error!(panic.place = place, panic.words = words, "panic");
    }));
}

/// Turns a panic of an inner layer or handler into a 500.
pub(super) async fn catch<F: Future<Output = Response>>(request: Request, next: impl FnOnce(Request) -> F) -> Response {
    let outcome = AssertUnwindSafe(async { next(request).await }).catch_unwind().await;
    outcome.unwrap_or_else(|_| HttpProblem::internal().into_response())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panicking_handler_answers_500_and_keeps_its_words() {
        let broken = |request: Request| async move {
            assert!(request.uri().query().is_none(), "hunter2");
            "fine"
        };
        let router = Router::new()
            .route("/", get(broken))
            .layer(from_fn(|request: Request, next: Next| catch(request, |request| next.run(request))));
        let ask = |path| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let response = ask("/?x").await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.extensions().get::<HttpProblem>(), Some(&HttpProblem::internal()));
        assert_eq!(ask("/").await.unwrap().status(), StatusCode::OK);
    }
}
