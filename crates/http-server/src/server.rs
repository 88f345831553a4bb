//! The accept loop: HTTP/1.1 over TCP or TLS. Every wait has a timeout, and connections are limited.
//!
//! `axum::serve` sets no timeouts, so that a silent peer could stay connected for ever.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::client_certificate::CertificateSource;
use super::connection::{ConnectionPhase, ResponseBody, SharedPhase, Socket};
use super::extract::client_ip::TrustedProxies;
pub use super::extract::client_ip::{PeerAddr, SourcePrefix};
use super::request_body::RequestBody;
use super::slots::{Limits, Slot, Slots};
use super::tls::Tls;

/// A listener and its configuration.
#[derive(Debug)]
pub struct Server {
    /// The listener.
    pub listener: TcpListener,
    /// If set, every connection must use TLS.
    pub tls: Option<Tls>,
    /// Limits of number and time.
    pub limits: Limits,
    /// Exempt from the limit for each source, because they carry the requests of many clients.
    pub proxies: TrustedProxies,
    /// Where certificates of clients come from.
    pub certificates: CertificateSource,
}

impl Server {
    /// Serves `router` until `shutdown` resolves, then stops accepting and lets requests in flight finish.
    ///
    /// Every request carries its [`PeerAddr`] as an extension. Connections left after `limits.drain` are closed.
    pub async fn serve(self, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let Self { listener, tls, limits, proxies, certificates } = self;
        let slots = Slots::new(limits, proxies.clone());
        let stopping = CancellationToken::new();
        // Also if this future is dropped.
        let stop = stopping.clone().drop_guard();
        // With its state applied, axum builds the routes once instead of for each request.
        let origin = Arc::new(Origin { proxies, certificates });
        let visitor = ConnectionContext { router: router.with_state(()), tls, limits, stopping, origin };
        let mut visits = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let (tcp, peer, permit) = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listener, &slots) => accepted,
            };
            while visits.try_join_next().is_some() {}
            if let Some(slot) = slots.take(peer, permit) {
                visits.spawn(visitor.clone().attend(tcp, peer, slot));
            }
        }
        drop((listener, visitor));
        drop(stop);
        let all_left = async {
            while visits.join_next().await.is_some() {}
            slots.wait_until_empty().await;
        };
        if timeout(limits.drain, all_left).await.is_err() {
            tracing::warn!(left = visits.len(), "connections cut off after the time to drain");
            visits.abort_all();
        }
        Ok(())
    }
}

/// Waits for a free slot, then for a connection.
async fn accept(listener: &TcpListener, slots: &Slots) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    let permit = slots.free.clone().acquire_owned().await.ok();
    let mut pause = Duration::from_millis(20);
    loop {
        match listener.accept().await {
            Ok((tcp, peer)) => return (tcp, peer, permit),
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                // Most likely out of file descriptors: wait until other connections close.
                tracing::warn!(%error, "cannot accept connections");
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Cancelled at shutdown: for handlers that keep a connection after their response, such as a WebSocket.
#[derive(Debug, Clone)]
pub struct Stopping(pub CancellationToken);

/// The state of one connection.
#[derive(Clone)]
struct ConnectionContext {
    router: Router,
    tls: Option<Tls>,
    limits: Limits,
    stopping: CancellationToken,
    origin: Arc<Origin>,
}

/// What the server knows of the origin of requests.
struct Origin {
    proxies: TrustedProxies,
    certificates: CertificateSource,
}

/// The peer of one connection.
struct Peer {
    address: SocketAddr,
    /// The certificates that it presented, its own first.
    certificates: Option<Vec<CertificateDer<'static>>>,
    origin: Arc<Origin>,
}

impl Peer {
    fn mark<B>(&self, request: &mut Request<B>) {
        request.extensions_mut().insert(PeerAddr(self.address));
        self.origin.certificates.mark(request, &self.origin.proxies, self.certificates.as_deref());
    }
}

impl ConnectionContext {
    async fn attend(self, tcp: TcpStream, peer: SocketAddr, slot: Slot) {
        // Responses are small; Nagle's algorithm would only delay them.
        let _ = tcp.set_nodelay(true);
        let pace = SharedPhase::new();
        let socket = Socket::new(tcp, pace.clone(), self.limits, slot);
        let origin = self.origin.clone();
        let mut peer = Peer { address: peer, certificates: None, origin };
        let Some(tls) = self.tls.clone() else { return self.converse(socket, peer, pace).await };
        if let Ok(Ok(stream)) = timeout(self.limits.handshake, tls.acceptor().accept(socket)).await {
            let presented = stream.get_ref().1.peer_certificates();
            peer.certificates = presented.map(|all| all.iter().map(|one| one.clone().into_owned()).collect());
            self.converse(stream, peer, pace).await;
        }
    }

    async fn converse<I>(self, io: I, peer: Peer, pace: Arc<SharedPhase>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { router, limits, stopping, .. } = self;
        let told = Stopping(stopping.clone());
        let peer = Arc::new(peer);
        let service =
            service_fn(move |request| answer(router.clone(), request, peer.clone(), pace.clone(), told.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // Longer than the socket's own timeouts; set because hyper reads the next request immediately only with it.
            .header_read_timeout(limits.idle + limits.head)
            .max_header_size(limits.head_bytes)
            .max_buf_size(limits.head_bytes.max(8 * 1024))
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = stopping.cancelled() => if let Ok(outcome) = timeout(limits.farewell, connection.as_mut()).await {
                outcome
            } else {
                connection.as_mut().graceful_shutdown();
                connection.await
            },
        };
        if let Err(error) = outcome {
            tracing::trace!(%error, "a connection ended early");
        }
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: Arc<Peer>,
    pace: Arc<SharedPhase>,
    stopping: Stopping,
) -> Result<axum::http::Response<ResponseBody>, Infallible> {
    pace.set(ConnectionPhase::Busy);
    let (head, body) = request.into_parts();
    let (body, unread) = RequestBody::new(body);
    let mut request = Request::from_parts(head, Body::new(body));
    peer.mark(&mut request);
    request.extensions_mut().insert(stopping.clone());
    let mut response = router.oneshot(request).await?;
    let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    // The last response of a connection has `Connection: close` (RFC 9112 §9.6), so that the client opens another one.
    if !upgraded && (stopping.0.is_cancelled() || unread.get()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if upgraded {
        pace.set(ConnectionPhase::HandedOver);
    }
    Ok(response.map(|body| ResponseBody::new(body, (!upgraded).then_some(pace))))
}
