//! The metadata document, rendered when the announced APIs change.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::Value;

use super::json_document::JsonDocument;
use usher_protocol::discovery as metadata;

/// Seconds for which the metadata may be cached.
const MAX_AGE: u32 = 300;

/// The metadata of this server.
pub struct PublishedMetadata {
    fixed: Value,
    without_apis: JsonDocument,
    newest: Mutex<Option<(Arc<[String]>, JsonDocument)>>,
}

impl PublishedMetadata {
    /// `fixed` is the document without its APIs.
    pub fn new(fixed: Value) -> Self {
        let without_apis = JsonDocument::tagged(Bytes::from(fixed.to_string()), MAX_AGE);
        Self { fixed, without_apis, newest: Mutex::new(None) }
    }

    /// The document with the identifiers of APIs. The same list costs one comparison.
    pub fn naming(&self, apis: &Arc<[String]>) -> JsonDocument {
        if apis.is_empty() {
            return self.without_apis.clone();
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((named, document)) = &*newest
            && (Arc::ptr_eq(named, apis) || named == apis)
        {
            return document.clone();
        }
        let body = metadata::with_protected_resources(self.fixed.clone(), apis).to_string();
        let document = JsonDocument::tagged(Bytes::from(body), MAX_AGE);
        *newest = Some((apis.clone(), document.clone()));
        document
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::HeaderMap;
    use serde_json::json;

    use super::*;

    async fn named(metadata: &PublishedMetadata, apis: &[&str]) -> Value {
        let apis: Arc<[String]> = apis.iter().map(|api| (*api).to_owned()).collect();
        let answer = metadata.naming(&apis).answer(&HeaderMap::new());
        serde_json::from_slice(&to_bytes(answer.into_body(), 1000).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn the_document_names_the_apis_that_there_are_now() {
        let metadata = PublishedMetadata::new(json!({"issuer": "https://id.example"}));
        assert_eq!(named(&metadata, &[]).await, json!({"issuer": "https://id.example"}));
        for apis in [&["https://a.example"][..], &["https://a.example", "https://b.example"], &["https://b.example"]] {
            for _ in 0..2 {
                assert_eq!(named(&metadata, apis).await["protected_resources"], json!(apis));
            }
        }
        assert_eq!(named(&metadata, &[]).await, json!({"issuer": "https://id.example"}));
    }
}
