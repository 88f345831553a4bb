//! Optimistic concurrency: the `ETag` shows which version of a document was read (RFC 9110 §8.8.3, §13.1.1).

use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::ApiResult;
use usher_accounts::{FlowError, Rejected};
use usher_http_server::conditional;

/// The tag of a document, a hash of its content.
pub fn tag_of(document: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(document).unwrap_or_default();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest(&SHA256, &bytes).as_ref()[..12]))
}

/// A document with the tag of its version, if the version is a part of the document.
pub fn with_tag_of(version: &impl Serialize, document: &impl Serialize) -> Response {
    let tag = HeaderValue::from_str(&tag_of(version)).unwrap_or(HeaderValue::from_static("\"\""));
    ([(ETAG, tag)], Json(document)).into_response()
}

/// Checks `If-Match` against the current version. Requests without the header pass.
///
/// # Errors
/// 412 if another version was read.
pub fn check(headers: &HeaderMap, document: &impl Serialize) -> ApiResult<()> {
    if conditional::may_change(headers, &tag_of(document)) {
        Ok(())
    } else {
        Err(FlowError::from(Rejected::Superseded).into())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::IF_MATCH;

    use super::*;

    fn asked(tag: &str) -> ApiResult<()> {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, tag.parse().unwrap());
        check(&headers, &"document")
    }

    #[test]
    fn a_change_goes_to_the_version_that_was_read() {
        let tag = tag_of(&"document");
        assert!(check(&HeaderMap::new(), &"document").is_ok());
        assert!(asked(&tag).is_ok() && asked("*").is_ok() && asked(&format!("\"x\", {tag}")).is_ok());
        for other in [tag_of(&"other"), format!("W/{tag}"), "garbage".to_owned(), String::new()] {
            assert_eq!(asked(&other).unwrap_err().status, 412, "{other}");
        }
    }
}
