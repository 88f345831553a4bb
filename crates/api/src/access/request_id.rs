//! `X-Request-ID`.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use usher_domain::urls;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest identifier that is returned, in bytes.
const LONGEST: usize = 128;

/// Gives each response below `/access/` the identifier of its request. A repeated or very long header is no identifier.
pub async fn echo(request: Request, next: Next) -> Response {
    let id = if request.uri().path().starts_with(urls::ACCESS) { only_value(&request) } else { None };
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn only_value(request: &Request) -> Option<HeaderValue> {
    let mut values = request.headers().get_all(REQUEST_ID).iter();
    values.next().filter(|id| values.next().is_none() && id.len() <= LONGEST).cloned()
}
