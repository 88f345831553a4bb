//! One trace id and one log line for each request.
//!
//! The line contains the route, never the URL as sent: queries contain codes, tokens and email addresses.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use tracing::Instrument as _;

use crate::extract::client_ip::{ClientIp, TrustedProxies};
use crate::problem::HttpProblem;
use crate::trace_id::TraceId;
use usher_domain::random::Random;
use usher_domain::urls;
use usher_storage::EventOrigin;

/// The response header with the trace id.
pub const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");

impl<S: Sync> FromRequestParts<S> for TraceId {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get().copied().ok_or_else(HttpProblem::internal)
    }
}

/// The configuration of tracing.
pub(super) struct Tracing {
    /// The source of trace ids.
    pub(super) random: Arc<dyn Random>,
    /// The peers whose `X-Forwarded-For` is trusted.
    pub(super) proxies: TrustedProxies,
}

/// Adds [`TraceId`] and [`ClientIp`] to a request and logs the response.
pub(super) async fn trace<F: Future<Output = Response>>(
    tracing: &Tracing,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let started = Instant::now();
    let id = TraceId::from_headers(request.headers()).unwrap_or_else(|| TraceId((*tracing.random).bytes()));
    let client = ClientIp::of(&request, &tracing.proxies);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id);
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }

    // At the highest level, so that every log line within the request has the trace id, whatever the filter.
    let span = tracing::error_span!("request", trace.id = %id);
    let source = client.map(|client| client.source().to_string());
    let origin = EventOrigin::request(id.0, source);
    let mut response = origin.run(next(request).instrument(span)).await;
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    log(&method, route, &response, started, id, client);
    response
}

fn log(method: &Method, route: &str, response: &Response, started: Instant, id: TraceId, client: Option<ClientIp>) {
    // An unknown method is untrusted input: the log shows a placeholder.
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let method = if known.contains(method) { method.as_str() } else { "other" };
    let status = response.status().as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let client = client.map_or_else(|| "unknown".to_owned(), |client| client.neighbourhood().to_string());
    if route.starts_with(urls::HEALTH) {
        tracing::debug!(method, path = route, status, duration_ms, trace.id = %id, client.prefix = client, "request");
    } else {
        tracing::info!(method, path = route, status, duration_ms, trace.id = %id, client.prefix = client, "request");
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tracing::instrument::WithSubscriber as _;

    use super::*;
    use usher_domain::random::SeededRandom;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_parent_is_read_strictly() {
        let id = TraceId::from_traceparent(PARENT).unwrap();
        assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let newer = format!("cc{}-what-comes-next", &PARENT[2..]);
        assert_eq!(TraceId::from_traceparent(&newer), Some(id));
        let zeros = format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32));
        let extra = format!("{PARENT}-00");
        let upper = PARENT.to_uppercase();
        let forbidden = format!("ff{}", &PARENT[2..]);
        for bad in ["", "-", "---", "00-12-34-01", &zeros, &extra, &upper, &forbidden, &PARENT[..54], "é-é-é-é"] {
            assert_eq!(TraceId::from_traceparent(bad), None, "{bad}");
        }
    }

    #[derive(Clone, Default)]
    struct CapturedLog(Arc<Mutex<Vec<u8>>>);

    impl Write for CapturedLog {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    async fn traced(request: Request) -> (Response, String) {
        let log = CapturedLog::default();
        let sink = log.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || sink.clone()).finish();
        let router = Router::new().route("/token/{id}", get(|id: TraceId| async move { id.to_string() }));
        let tracing = Arc::new(Tracing { random: Arc::new(SeededRandom::new(3)), proxies: TrustedProxies::default() });
        let router = router.layer(from_fn(move |request: Request, next: Next| {
            let tracing = tracing.clone();
            async move { trace(&tracing, request, |request| next.run(request)).await }
        }));
        let response = router.oneshot(request).with_subscriber(subscriber).await.unwrap();
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (response, text)
    }

    #[tokio::test]
    async fn one_line_a_request_names_the_route_and_no_secret() {
        let request = Request::get("/token/hunter2?code=hunter2").header("traceparent", PARENT).body(Body::empty());
        let (response, log) = traced(request.unwrap()).await;
        assert_eq!(response.headers()[TRACE_HEADER], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(log.lines().count(), 1, "{log}");
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(line["fields"]["path"], "/token/{id}");
        assert_eq!(line["fields"]["status"], 200);
        assert_eq!(line["fields"]["trace.id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(!log.contains("hunter2"), "{log}");
    }

    #[tokio::test]
    async fn without_a_usable_trace_parent_a_fresh_id_is_drawn() {
        let twice = Request::get("/token/1").header("traceparent", PARENT).header("traceparent", PARENT);
        for request in [Request::get("/nowhere"), Request::get("/token/1").header("traceparent", "x"), twice] {
            let (response, log) = traced(request.body(Body::empty()).unwrap()).await;
            let id = response.headers()[TRACE_HEADER].to_str().unwrap().to_owned();
            assert_eq!(id.len(), 32);
            assert_ne!(id, "4bf92f3577b34da6a3ce929d0e0e4736");
            assert!(log.contains(&id) && !log.contains("/nowhere"), "{log}");
        }
    }
}
