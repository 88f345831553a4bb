//! Deadlines of a request: for its body to arrive, and for its response to begin.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Frame, SizeHint};
use thiserror::Error;
use tokio::time::{Sleep, sleep, timeout};

use crate::problem::HttpProblem;
use usher_domain::urls::UPLOAD_IMPORT;

/// The two deadlines of a request, counted from the moment its head was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For the whole body to arrive.
    pub body: Duration,
    /// For the response to begin.
    pub answer: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { body: Duration::from_secs(30), answer: Duration::from_mins(1) }
    }
}

impl Deadlines {
    /// Those of a request to this path: a large file may take twenty times as long.
    fn of_path(self, path: &str) -> Self {
        if path == UPLOAD_IMPORT { Self { body: self.body * 20, answer: self.answer * 11 } } else { self }
    }
}

/// The body did not arrive in time: the extractors respond with 408.
#[derive(Debug, Clone, Copy, Error)]
#[error("the request body did not arrive in time")]
pub struct BodyTooSlow;

/// Applies `deadlines` to a request.
pub(super) async fn hold<F: Future<Output = Response>>(
    deadlines: Deadlines,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let deadlines = deadlines.of_path(request.uri().path());
    let request = if request.body().is_end_stream() {
        request
    } else {
        request.map(|body| Body::new(TimedBody { body, deadline: Box::pin(sleep(deadlines.body)) }))
    };
    timeout(deadlines.answer, next(request)).await.unwrap_or_else(|_| {
        HttpProblem::unavailable("TIMEOUT", "This took too long. Please try again in a moment.", 5).into_response()
    })
}

struct TimedBody {
    body: Body,
    deadline: Pin<Box<Sleep>>,
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // The deadline is checked first: a body that trickles in is always ready.
        if self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BodyTooSlow.into())));
        }
        Pin::new(&mut self.body).poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::{Next, from_fn};
    use axum::routing::post;
    use futures_util::stream;
    use tower::ServiceExt as _;

    use super::*;
    use crate::extract::params::FormParams;

    fn router() -> Router {
        let router = Router::new()
            .route("/form", post(|_: FormParams| async { "read" }))
            .route("/slow", post(|| async { sleep(Duration::from_mins(10)).await }));
        let deadlines = Deadlines { body: Duration::from_millis(60), answer: Duration::from_millis(500) };
        router.layer(from_fn(move |request: Request, next: Next| hold(deadlines, request, |request| next.run(request))))
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_given_up_on() {
        let drops = stream::unfold((), |()| async {
            sleep(Duration::from_millis(5)).await;
            Some((Ok::<_, std::io::Error>("a"), ()))
        });
        let request = Request::post("/form").header("content-type", "application/x-www-form-urlencoded");
        let response = router().oneshot(request.body(Body::from_stream(drops)).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_a_503() {
        let response = router().oneshot(Request::post("/slow").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
