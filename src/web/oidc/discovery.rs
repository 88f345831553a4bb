//! The metadata document, made once and sent as it is.

use aws_lc_rs::digest;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

/// A JSON document with its tag: whoever has it already is told so.
#[derive(Clone)]
pub struct Document {
    body: Bytes,
    etag: HeaderValue,
    keep: HeaderValue,
}

impl Document {
    /// A document that may be kept for `max_age` seconds.
    pub fn new(body: Bytes, etag: &str, max_age: u32) -> Self {
        // A tag that is no header value would be one of no document.
        let etag = HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\""));
        let keep = HeaderValue::try_from(format!("public, max-age={max_age}"));
        Self { body, etag, keep: keep.unwrap_or(HeaderValue::from_static("no-cache")) }
    }

    /// A document with the hash of its content for a tag.
    pub fn tagged(body: Bytes, max_age: u32) -> Self {
        let hash = digest::digest(&digest::SHA256, &body);
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]));
        Self::new(body, &etag, max_age)
    }

    /// The document, or 304 for whoever has it.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let common = [(CACHE_CONTROL, self.keep.clone()), (ETAG, self.etag.clone())];
        let known = headers.get(IF_NONE_MATCH) == Some(&self.etag);
        if known {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(CONTENT_TYPE, "application/json")], self.body.clone()).into_response()
    }
}
