//! Error responses. The layer here renders them as JSON, or asks a page renderer to.
//!
//! A handler or layer returns [`HttpProblem`], which stays in the response's extensions until [`render`] gives it a
//! body. So the trace id is filled in at one place, and no layer depends on the page renderer.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::trace_id::TraceId;

/// An error response: public information only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpProblem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable code for programs, in upper case.
    pub code: &'static str,
    /// One sentence for people.
    pub message: Cow<'static, str>,
    /// More for programs, such as the invalid fields. Boxed to keep the type small.
    pub details: Option<Box<Value>>,
    /// Seconds after which the client may retry (RFC 9110 §10.2.3).
    pub retry_after: Option<u32>,
    /// For pages: the origin of the application that the user came from.
    pub back_to: Option<Box<str>>,
}

impl HttpProblem {
    /// A problem without details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, message: message.into(), details: None, retry_after: None, back_to: None }
    }

    /// Adds a link back to an application.
    #[must_use]
    pub fn back_to(mut self, origin: Option<Box<str>>) -> Self {
        self.back_to = origin;
        self
    }

    /// 400: the request is malformed.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "REQUEST_INVALID", message)
    }

    /// 404: the URL does not exist.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this address.")
    }

    /// 404: the object does not exist, or the caller may not know of it; the responses are identical.
    pub fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is no such {what}"))
    }

    /// 400: an invalid URL parameter, by its name.
    pub fn parameter(name: &str, why: &str) -> Self {
        let problem =
            Self::new(StatusCode::BAD_REQUEST, "PARAMETER_INVALID", format!("The parameter {name} is invalid: {why}."));
        problem.with_details(json!({ "fields": { name: why } }))
    }

    /// 405: the URL exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "This address does not take that method.")
    }

    /// 500: an internal error; the cause is in the log under the trace id.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Something went wrong on our side.")
    }

    /// 500: a template failed to render; the cause goes to the log.
    pub fn not_rendered(cause: &impl Display) -> Self {
        tracing::error!("a page does not render: {cause}");
        Self::internal()
    }

    /// 503: retry after `seconds`.
    pub fn unavailable(code: &'static str, message: &'static str, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message) }
    }

    /// The same problem with `details`.
    #[must_use]
    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(Box::new(details)), ..self }
    }

    /// `{"error":{…}}`, or `application/problem+json` (RFC 9457 §3) if the client accepts that.
    fn to_json(&self, asked: &ProblemRequest) -> Response {
        let trace_id = asked.trace_id.map(|id| id.to_string());
        let standard = "application/problem+json";
        let wants_standard = asked.header(&ACCEPT).is_some_and(|accept| accept.contains(standard));
        let (content_type, body) = if wants_standard {
            let body = json!({ "type": "about:blank", "title": self.status.canonical_reason(), "status": self.status.as_u16(),
                "detail": self.message, "code": self.code, "details": self.details, "traceId": trace_id });
            (standard, body)
        } else {
            let error =
                json!({ "code": self.code, "message": self.message, "details": self.details, "traceId": trace_id });
            ("application/json", json!({ "error": error }))
        };
        (self.status, [(CONTENT_TYPE, content_type)], body.to_string()).into_response()
    }
}

impl IntoResponse for HttpProblem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The parts of a request that an error page renderer may use.
#[derive(Debug, Clone)]
pub struct ProblemRequest {
    /// The method.
    pub method: Method,
    /// The URL with its query, which must not be logged.
    pub uri: Uri,
    /// `Accept`, `Accept-Language` and `Cookie`, as sent.
    pub headers: HeaderMap,
    /// The trace id, which users quote to support.
    pub trace_id: Option<TraceId>,
}

impl ProblemRequest {
    fn about(request: &Request) -> Self {
        let mut headers = HeaderMap::with_capacity(4);
        for name in [ACCEPT, ACCEPT_LANGUAGE, COOKIE] {
            for value in request.headers().get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        let trace_id = request.extensions().get::<TraceId>().copied();
        Self { method: request.method().clone(), uri: request.uri().clone(), headers, trace_id }
    }

    /// The first value of one of the kept headers, if it is text.
    pub fn header(&self, name: &axum::http::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// Renders a problem as a page; `None` for JSON.
pub type ProblemPage = Arc<dyn Fn(&HttpProblem, &ProblemRequest) -> Option<Response> + Send + Sync>;

/// Gives the [`HttpProblem`] of a response its body.
pub async fn render<F: Future<Output = Response>>(
    page: Option<&ProblemPage>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let asked = ProblemRequest::about(&request);
    let mut response = next(request).await;
    let Some(problem) = response.extensions_mut().remove::<HttpProblem>() else { return response };
    if problem.status.is_client_error() {
        tracing::info!(status = problem.status.as_u16(), code = problem.code, reason = ?problem.message, "refused");
    }
    let rendered = page.and_then(|page| page(&problem, &asked)).unwrap_or_else(|| problem.to_json(&asked)).into_parts();
    let (mut parts, body) = rendered;
    let (unrendered, _) = response.into_parts();
    for (name, value) in &unrendered.headers {
        if *name != CONTENT_TYPE && *name != CONTENT_LENGTH {
            parts.headers.append(name, value.clone());
        }
    }
    parts.extensions.extend(unrendered.extensions);
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(page: Option<ProblemPage>, accept: &str) -> (HeaderMap, String) {
        let busy = || async { HttpProblem::unavailable("BUSY", "Later.", 7).with_details(json!({"queue": 3})) };
        let router = Router::new().route("/", get(busy)).layer(from_fn(move |request: Request, next: Next| {
            let page = page.clone();
            async move { render(page.as_ref(), request, |request| next.run(request)).await }
        }));
        let mut request = Request::get("/").header(ACCEPT, accept).body(Body::empty()).unwrap();
        request.extensions_mut().insert(TraceId([0xab; 16]));
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let headers = response.headers().clone();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        (headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_problem_becomes_json_with_the_trace_id() {
        let (headers, body) = answer(None, "*/*").await;
        assert_eq!(headers[CONTENT_TYPE], "application/json");
        assert_eq!(headers[RETRY_AFTER], "7");
        let body: Value = serde_json::from_str(&body).unwrap();
        let wanted = json!({"error": {"code": "BUSY", "message": "Later.", "details": {"queue": 3}, "traceId": "ab".repeat(16)}});
        assert_eq!(body, wanted);
    }

    #[tokio::test]
    async fn who_asks_for_problem_json_gets_it() {
        let (headers, body) = answer(None, "application/problem+json").await;
        assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["status"], &body["title"]), (&json!(503), &json!("Service Unavailable")));
    }

    #[tokio::test]
    async fn a_page_may_take_over_and_the_headers_stay() {
        let page: ProblemPage = Arc::new(|problem, asked| {
            asked.header(&ACCEPT)?.contains("text/html").then(|| (problem.status, "<p>busy").into_response())
        });
        let (headers, body) = answer(Some(page.clone()), "text/html").await;
        assert_eq!((body.as_str(), &headers[RETRY_AFTER]), ("<p>busy", &HeaderValue::from(7)));
        assert!(answer(Some(page), "application/json").await.1.starts_with('{'));
    }
}
