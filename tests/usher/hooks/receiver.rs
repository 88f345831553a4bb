//! A receiver on the loopback interface: records calls and responds as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Call {
    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().expect("plain text")
    }

    /// The message's id.
    pub fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The event type.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// The logout token in the body.
    pub fn logout_token(&self) -> String {
        self.body.strip_prefix("logout_token=").unwrap_or_else(|| panic!("no token in {self:?}")).to_owned()
    }
}

/// A response.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    body: String,
    after: Duration,
}

impl Reply {
    /// This status at once.
    pub fn status(status: u16) -> Self {
        Self { status, body: String::new(), after: Duration::ZERO }
    }

    /// This status with a body.
    pub fn saying(status: u16, body: &str) -> Self {
        Self { body: body.to_owned(), ..Self::status(status) }
    }

    /// This status after a delay.
    pub fn late(status: u16, after: Duration) -> Self {
        Self { after, ..Self::status(status) }
    }
}

#[derive(Default)]
struct Book {
    calls: Vec<Call>,
    next: VecDeque<Reply>,
    usual: Option<Reply>,
}

/// The receiver.
#[derive(Clone)]
pub struct Receiver {
    /// Its URL.
    pub url: String,
    book: Arc<Mutex<Book>>,
}

impl Receiver {
    /// Starts it; it responds with 204 by default.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("it has an address"));
        let book = Arc::new(Mutex::new(Book::default()));
        let router = Router::new().fallback(receive).with_state(book.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, book }
    }

    /// Sets the responses to the next calls, one after another.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.book.lock().unwrap().next.extend(replies);
    }

    /// Sets the response to every other call from now on.
    pub fn answer_always(&self, reply: Reply) {
        self.book.lock().unwrap().usual = Some(reply);
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.book.lock().unwrap().calls.clone()
    }

    /// The event types so far.
    pub fn kinds(&self) -> Vec<String> {
        self.calls().iter().map(Call::kind).collect()
    }

    /// Deletes the recorded calls.
    pub fn forget(&self) {
        self.book.lock().unwrap().calls.clear();
    }
}

async fn receive(State(book): State<Arc<Mutex<Book>>>, _: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let reply = {
        let mut book = book.lock().unwrap();
        book.calls.push(Call { headers, body: String::from_utf8(body.to_vec()).expect("UTF-8") });
        book.next.pop_front().or_else(|| book.usual.clone()).unwrap_or_else(|| Reply::status(204))
    };
    tokio::time::sleep(reply.after).await;
    (StatusCode::from_u16(reply.status).expect("a status"), reply.body).into_response()
}

/// A receiver of raw bytes: `speak` gets each connection once the request's head has arrived.
pub async fn raw<F, A>(speak: F) -> String
where
    F: Fn(TcpStream) -> A + Send + Sync + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it has an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut header = [0; 2048];
            let _ = stream.read(&mut header).await;
            tokio::spawn(speak(stream));
        }
    });
    url
}

/// The signature of Standard Webhooks, computed independently of the server.
pub fn signature(secret: &str, call: &Call) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("its prefix")).expect("base64");
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let signed = format!("{}.{}.{}", call.id(), call.header("webhook-timestamp"), call.body);
    format!("v1,{}", STANDARD.encode(aws_lc_rs::hmac::sign(&key, signed.as_bytes())))
}
