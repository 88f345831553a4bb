//! Liveness and readiness probes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::time::timeout;
use usher_domain::urls;

/// How long the readiness check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// The component that is not ready, in one public word such as `database`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unready(pub &'static str);

type ReadinessCheck = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Unready>> + Send + Sync>;

/// `/health/live`, always 200, and `/health/ready`, 200 or 503 depending on `check`.
pub fn routes<F, Answer>(check: F) -> Router
where
    F: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<(), Unready>> + Send + 'static,
{
    let check: ReadinessCheck = Arc::new(move || Box::pin(check()));
    Router::new()
        .route(urls::HEALTH_LIVE, get(|| async { answer(StatusCode::OK, &json!({ "status": "live" })) }))
        .route(urls::HEALTH_READY, get(ready))
        .with_state(check)
}

async fn ready(State(check): State<ReadinessCheck>) -> Response {
    report(&check, PATIENCE).await
}

async fn report(check: &ReadinessCheck, patience: Duration) -> Response {
    match timeout(patience, check()).await.unwrap_or(Err(Unready("timeout"))) {
        Ok(()) => answer(StatusCode::OK, &json!({ "status": "ready" })),
        Err(Unready(part)) => {
            let body = json!({ "status": "unready", "part": part });
            ([(RETRY_AFTER, "2")], answer(StatusCode::SERVICE_UNAVAILABLE, &body)).into_response()
        }
    }
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(router: Router, path: &str) -> StatusCode {
        router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn readiness_follows_the_check_and_life_does_not() {
        let ill = routes(|| async { Err(Unready("database")) });
        assert_eq!(status(ill.clone(), "/health/live").await, StatusCode::OK);
        assert_eq!(status(ill, "/health/ready").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(status(routes(|| async { Ok(()) }), "/health/ready").await, StatusCode::OK);
        let stuck: ReadinessCheck = Arc::new(|| Box::pin(std::future::pending()));
        assert_eq!(report(&stuck, Duration::from_millis(5)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
