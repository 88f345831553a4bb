//! JSON documents with an `ETag`, rendered once.

use aws_lc_rs::digest;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

use usher_http_server::conditional;

/// A JSON document with its `ETag`.
#[derive(Clone)]
pub struct JsonDocument {
    body: Bytes,
    etag: HeaderValue,
    keep: HeaderValue,
}

impl JsonDocument {
    /// A document that may be cached for `max_age` seconds.
    pub fn new(body: Bytes, etag: &str, max_age: u32) -> Self {
        // An invalid tag becomes the empty one, which matches nothing.
        let etag = HeaderValue::from_str(etag).unwrap_or(HeaderValue::from_static("\"\""));
        let keep = HeaderValue::try_from(format!("public, max-age={max_age}"));
        Self { body, etag, keep: keep.unwrap_or(HeaderValue::from_static("no-cache")) }
    }

    /// A document whose tag is the hash of its content.
    pub fn tagged(body: Bytes, max_age: u32) -> Self {
        let hash = digest::digest(&digest::SHA256, &body);
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]));
        Self::new(body, &etag, max_age)
    }

    /// The document, or 304 if the client has it.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let common = [(CACHE_CONTROL, self.keep.clone()), (ETAG, self.etag.clone())];
        if self.etag.to_str().is_ok_and(|etag| conditional::is_known(headers, etag)) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(CONTENT_TYPE, "application/json")], self.body.clone()).into_response()
    }
}
