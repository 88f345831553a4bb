//! The metadata document, made once and sent as it is.

use aws_lc_rs::digest;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

/// A JSON document with its tag: whoever has it already is told so.
#[derive(Clone)]
pub struct Document {
    body: Bytes,
    etag: String,
    max_age: u32,
}

impl Document {
    /// A document that may be kept for `max_age` seconds.
    pub fn new(body: Bytes, etag: String, max_age: u32) -> Self {
        Self { body, etag, max_age }
    }

    /// A document with the hash of its content for a tag.
    pub fn tagged(body: Bytes, max_age: u32) -> Self {
        let hash = digest::digest(&digest::SHA256, &body);
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]));
        Self::new(body, etag, max_age)
    }

    /// The document, or 304 for whoever has it.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let common = [(CACHE_CONTROL, format!("public, max-age={}", self.max_age)), (ETAG, self.etag.clone())];
        let known = headers.get(IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == self.etag.as_bytes());
        if known {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(CONTENT_TYPE, "application/json")], self.body.clone()).into_response()
    }
}
