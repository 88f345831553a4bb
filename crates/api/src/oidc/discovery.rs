//! The metadata document, rendered once.

use aws_lc_rs::digest;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;

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
        if self.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(CONTENT_TYPE, "application/json")], self.body.clone()).into_response()
    }

    /// Compares `If-None-Match` weakly, because caches that compress turn the tags into weak ones (RFC 9110 §13.1.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
        let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag)
    }
}
