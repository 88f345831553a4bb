//! A server on the loopback interface with one JSON document, such as the keys of a client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::Value;
use tokio::net::TcpListener;

/// A server that publishes a document at every path.
pub struct DocumentHost {
    pub uri: String,
    /// The document; without one it answers 500.
    document: Arc<Mutex<Option<Value>>>,
    fetches: Arc<AtomicUsize>,
}

impl DocumentHost {
    pub async fn start(document: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let uri = format!("http://{}/document", listener.local_addr().expect("an address"));
        let (document, fetches) = (Arc::new(Mutex::new(Some(document))), Arc::new(AtomicUsize::new(0)));
        let (shown, counted) = (document.clone(), fetches.clone());
        let answer = move || async move {
            counted.fetch_add(1, Ordering::SeqCst);
            let document = shown.lock().expect("no test panicked").clone();
            document.map_or(StatusCode::INTERNAL_SERVER_ERROR.into_response(), |it| axum::Json(it).into_response())
        };
        tokio::spawn(async move {
            let served = axum::serve(listener, Router::new().fallback(axum::routing::get(answer)));
            served.await.expect("it serves");
        });
        Self { uri, document, fetches }
    }

    pub fn publish(&self, document: Option<Value>) {
        *self.document.lock().expect("no test panicked") = document;
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}
