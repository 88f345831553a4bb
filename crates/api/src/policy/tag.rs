//! `ETag` and `If-Match` of documents.

use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::ApiResult;
use usher_http_server::problem::HttpProblem;

/// The header `ETag` of a document.
pub fn header(etag: &str) -> [(HeaderName, HeaderValue); 1] {
    // Tags consist of digits, letters and a hyphen.
    [(ETAG, HeaderValue::try_from(format!("\"{etag}\"")).unwrap_or(HeaderValue::from_static("\"\"")))]
}

/// The one tag of `If-Match`: a change must name the version that it is based on (RFC 9110 §13.1.1, RFC 6585 §3).
///
/// # Errors
/// 428 without the header, 400 for anything but one strong tag.
pub fn seen(headers: &HeaderMap) -> ApiResult<&str> {
    let mut values = headers.get_all(IF_MATCH).iter();
    let Some(first) = values.next() else {
        let words = "If-Match is missing: send the ETag of what you have seen.";
        return Err(HttpProblem::new(StatusCode::PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", words));
    };
    let one = first.to_str().ok().filter(|_| values.next().is_none());
    let inner = one.and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')).filter(|tag| !tag.contains('"'));
    inner.ok_or_else(|| HttpProblem::bad_request("If-Match is not one strong ETag."))
}
