//! The server: every request is stored, meets the transport faults, and is answered.
//!
//! Connections are accepted by hand, because a provider that is down does not respond at all.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use futures_util::stream::{self, Stream, StreamExt as _};
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};
use tower::ServiceExt as _;

use super::Simulator;
use super::faults::SimFault;
use super::provider::{Endpoint, SimProvider};
use super::request::OriginalUri;

/// The largest request body; OAuth requests are smaller.
const LARGEST: usize = 64 * 1024;
/// The size of a huge response: so many pieces of so many bytes.
const HUGE: (usize, usize) = (50, 1024 * 1024);
/// The depth of a deeply nested response.
const DEEP: usize = 100_000;
/// The target of redirects that clients must not follow.
pub const ELSEWHERE: &str = "/_sim/elsewhere";
/// The largest number of connections.
const CONNECTIONS: usize = 1_000;
/// The policy of every page: own style, own script, forms to this machine (where clients are).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      form-action 'self' http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*";

/// Accepts connections until it is dropped.
pub async fn serve(listener: TcpListener, sim: Arc<Simulator>, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        if connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely out of file descriptors: retry after a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (sim, router) = (sim.clone(), router.clone());
        connections.spawn(async move {
            let service = service_fn(move |request| answer(sim.clone(), router.clone(), request));
            let mut http = http1::Builder::new();
            // The client handles errors of its connection.
            let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(sim: Arc<Simulator>, router: Router, request: Request<Incoming>) -> io::Result<Response> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(OriginalUri(parts.uri.clone()));
    // An overlong body is read up to a limit, so that the client gets the error response.
    let read = Limited::new(body, 16 * LARGEST).collect().await.map(http_body_util::Collected::to_bytes);
    let Some(body) = read.ok().filter(|body| body.len() <= LARGEST) else {
        return Ok((StatusCode::PAYLOAD_TOO_LARGE, "too large\n").into_response());
    };
    if parts.uri.path() == ELSEWHERE {
        sim.journal.write(None, &parts, &body, sim.clock.now());
    }
    if let Some(provider) = SimProvider::of_path(parts.uri.path()) {
        sim.journal.write(Some(provider), &parts, &body, sim.clock.now());
        if let Some((fault, seconds)) = sim.faults.on_the_wire(provider, Endpoint::of_path(parts.uri.path())) {
            match fault {
                SimFault::Down => return Err(io::Error::other("down")),
                SimFault::Slow => sim.faults.dawdle(seconds).await,
                fault => return Ok(broken(&sim, fault)),
            }
        }
    }
    let Ok(mut response) = router.oneshot(Request::from_parts(parts, Body::from(body))).await;
    dress(&mut response);
    Ok(response)
}

/// The faulty response.
fn broken(sim: &Simulator, fault: SimFault) -> Response {
    match fault {
        SimFault::Error200 => axum::Json(serde_json::json!({
            "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired.",
        }))
        .into_response(),
        SimFault::Error500 => {
            let body = axum::Json(serde_json::json!({"error": "server_error"}));
            (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
        }
        SimFault::HugeBody => (json_type(), Body::from_stream(huge())).into_response(),
        SimFault::DeepBody => (json_type(), "[".repeat(DEEP)).into_response(),
        SimFault::Redirect | SimFault::Redirect302 => {
            let status = if fault == SimFault::Redirect { StatusCode::TEMPORARY_REDIRECT } else { StatusCode::FOUND };
            (status, [(header::LOCATION, format!("{}{ELSEWHERE}", sim.origin))]).into_response()
        }
        SimFault::Html200 => Html("<html><body><h1>Welcome to the hotel</h1></body></html>").into_response(),
        _ => {
            let html =
                "<html><head><title>502 Server Error</title></head><body><h1>502. That's an error.</h1></body></html>";
            (StatusCode::BAD_GATEWAY, Html(html)).into_response()
        }
    }
}

const fn json_type() -> [(HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}

/// One long JSON string, generated while it is sent.
fn huge() -> impl Stream<Item = io::Result<Bytes>> {
    let piece = Bytes::from(vec![b'x'; HUGE.1]);
    let first = Bytes::from_static(br#"{"access_token":""#);
    let last = Bytes::from_static(br#"","token_type":"bearer"}"#);
    stream::once(async { Ok(first) })
        .chain(stream::repeat_with(move || Ok(piece.clone())).take(HUGE.0))
        .chain(stream::once(async { Ok(last) }))
}

fn dress(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// `/_sim/elsewhere`: the target of the redirect fault. Clients must not request it.
pub async fn elsewhere(body: Bytes) -> (StatusCode, String) {
    (StatusCode::OK, format!("{{\"led_astray_with_bytes\":{}}}", body.len()))
}
