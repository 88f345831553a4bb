//! A host of several documents, each with its own status and headers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;

/// One answer.
#[derive(Debug, Clone)]
pub struct HostedFile {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl HostedFile {
    /// A JSON document.
    pub fn json(document: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status: 200, headers, body: document.to_string() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(held, _)| *held != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// The host. What it does not have is answered with 404.
#[derive(Clone)]
pub struct FileHost {
    /// Its origin.
    pub origin: String,
    documents: Arc<Mutex<BTreeMap<String, HostedFile>>>,
    fetches: Arc<AtomicUsize>,
}

impl FileHost {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (documents, fetches) = (Arc::default(), Arc::default());
        let host = Self { origin, documents, fetches };
        let own = host.clone();
        let answer = move |request: Request| async move { own.answer(request.uri().path()).await };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.expect("it serves") });
        host
    }

    /// The URL of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Publishes a document, or removes it.
    pub fn publish(&self, path: &str, document: Option<HostedFile>) {
        let mut documents = self.documents.lock().expect("no test panicked");
        match document {
            Some(document) => documents.insert(path.to_owned(), document),
            None => documents.remove(path),
        };
    }

    /// How often anything was fetched.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    async fn answer(&self, path: &str) -> Response {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        // Requests that come at the same time meet here.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let found = self.documents.lock().expect("no test panicked").get(path).cloned();
        let Some(document) = found else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = document.body.into_response();
        *response.status_mut() = StatusCode::from_u16(document.status).expect("a status");
        response.headers_mut().remove("content-type");
        for (name, value) in document.headers {
            let value = HeaderValue::from_str(&value).expect("a header");
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}
