//! A server with short timeouts, and a client that sends given bytes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::stream;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use url::Url;
use usher_domain::random::SeededRandom;
use usher_http_server::client_certificate::CertificateSource;
use usher_http_server::extract::client_ip::{ClientIp, TrustedProxies};
use usher_http_server::extract::json::JsonBody;
use usher_http_server::extract::params::FormParams;
use usher_http_server::health;
use usher_http_server::layers::deadline::Deadlines;
use usher_http_server::layers::ready::Gate;
use usher_http_server::layers::{self, ServerContext, host};
use usher_http_server::problem::HttpProblem;
use usher_http_server::server::Server;
use usher_http_server::slots::Limits;
use usher_http_server::tls::Tls;
use usher_protocol::client::certificate::ClientCertificate;

/// Far longer than any timeout of the server under test.
const LONG: Duration = Duration::from_secs(4);

/// A running server.
pub struct RunningServer {
    pub address: SocketAddr,
    /// Set once the endless response of `/flood` was given up.
    pub flood_ended: Arc<AtomicBool>,
    shut: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Timeouts of tenths of a second.
pub fn short() -> Limits {
    Limits {
        handshake: Duration::from_millis(300),
        head: Duration::from_millis(300),
        idle: Duration::from_millis(800),
        write: Duration::from_millis(300),
        linger: Duration::from_millis(200),
        farewell: Duration::from_millis(400),
        drain: Duration::from_secs(2),
        ..Limits::default()
    }
}

impl RunningServer {
    pub async fn open() -> Self {
        Self::open_with(short(), None, TrustedProxies::default()).await
    }

    pub async fn open_with(limits: Limits, tls: Option<Tls>, proxies: TrustedProxies) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let flood_ended = Arc::new(AtomicBool::new(false));
        let gate = Gate::default();
        gate.open();
        let context = ServerContext {
            issuer: Url::parse("http://localhost").unwrap(),
            mutual_tls: None,
            random: Arc::new(SeededRandom::new(1)),
            proxies: proxies.clone(),
            other_host: host::refuse_other_host(),
            problem_page: None,
            gate,
            deadlines: Deadlines { body: Duration::from_millis(400), answer: Duration::from_secs(1) },
        };
        let router = layers::wrap(routes(flood_ended.clone()), context);
        let (shut, shutting) = oneshot::channel();
        let server = Server { listener, tls, limits, proxies, certificates: CertificateSource::default() };
        let serving = tokio::spawn(server.serve(router, async { drop(shutting.await) }));
        Self { address, flood_ended, shut, serving }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `bytes` on a new connection and reads until the server closes it.
    pub async fn say(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut socket = self.connect().await;
        // The server may close the connection before it has read everything.
        let _ = socket.write_all(bytes.as_ref()).await;
        read_to_end(&mut socket).await
    }

    /// Asserts that an ordinary request is answered at once.
    pub async fn is_well(&self) {
        let started = Instant::now();
        let reply = self.say(get_request("/")).await;
        assert!(reply.starts_with("HTTP/1.1 200 ") && reply.ends_with("home"), "{reply}");
        assert!(started.elapsed() < Duration::from_secs(1));
    }

    /// Stops the server.
    pub fn shut(self) -> JoinHandle<std::io::Result<()>> {
        self.shut.send(()).unwrap();
        self.serving
    }
}

/// A complete request with `Connection: close`.
pub fn get_request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

/// The head of a form post, with further header lines.
pub fn form_head(more: &str) -> String {
    format!(
        "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n{more}\r\n"
    )
}

/// Reads until the peer closes the connection.
pub async fn read_to_end(socket: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut received = Vec::new();
    // A reset counts as the end, like a close.
    let _ = timeout(LONG, socket.read_to_end(&mut received)).await.expect("the server never hung up");
    String::from_utf8_lossy(&received).into_owned()
}

/// Waits until `flag` is set.
pub async fn until(flag: &AtomicBool) {
    let set = async {
        while !flag.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, set).await.expect("it never happened");
}

#[track_caller]
pub fn assert_status(reply: &str, status: u16) {
    let said = reply.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    assert_eq!(said, Some(status.to_string().as_str()), "{reply:.300}");
}

/// The thumbprint of the certificate of the connection.
async fn presented(certificate: Option<Extension<ClientCertificate>>) -> String {
    certificate.map_or_else(|| "none".to_owned(), |certificate| certificate.thumbprint().to_owned())
}

fn routes(flood_ended: Arc<AtomicBool>) -> Router {
    Router::new()
        .route("/", get(|| async { "home" }))
        .route("/form", post(|FormParams(params): FormParams| async move { params.encode() }))
        .route("/json", post(|JsonBody(value): JsonBody<serde_json::Value>| async move { value.to_string() }))
        .route("/ip", get(|ClientIp(address): ClientIp| async move { address.to_string() }))
        .route("/certificate", get(presented))
        .route("/slow", get(|| async { sleep(Duration::from_millis(300)).await }))
        .route("/stuck", get(|| async { sleep(LONG).await }))
        .route("/flood", get(move || async move { flood(flood_ended) }))
        .route("/echo", get(echo))
        .route("/panic", get(|| async { panic_with("hunter2") }))
        .fallback(|| async { HttpProblem::not_found() })
        .merge(health::routes(|| async { Ok(()) }))
}

fn panic_with(secret: &str) -> StatusCode {
    assert!(secret.is_empty(), "{secret}");
    StatusCode::OK
}

/// Larger than any socket buffer.
static WATER: &str = include_str!("../../../Cargo.lock");

fn flood(ended: Arc<AtomicBool>) -> Body {
    struct Ended(Arc<AtomicBool>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let water = stream::unfold(Ended(ended), |ended| async {
        Some((Ok::<_, Infallible>(Bytes::from_static(WATER.as_bytes())), ended))
    });
    Body::from_stream(water)
}

/// Upgrades the connection and echoes what it receives.
async fn echo(request: Request) -> impl IntoResponse {
    tokio::spawn(async {
        let mut upgraded = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        let mut buffer = [0; 64];
        while let Ok(length @ 1..) = upgraded.read(&mut buffer).await {
            upgraded.write_all(&buffer[..length]).await.unwrap();
        }
    });
    (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "echo")])
}
