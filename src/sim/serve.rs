//! The way in: every request is written down, meets the faults of the wire, and is answered.
//!
//! Connections are served by hand, because a provider that is down answers nothing at all.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderValue, Request, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, task::JoinSet};
use tower::ServiceExt as _;

use super::Simulator;
use super::asked::Whole;
use super::faults::Fault;
use super::provider::{Endpoint, Provider};

/// No request of OAuth is larger.
const LARGEST: usize = 64 * 1024;
/// Larger than any client should read.
const HUGE: usize = 2 * 1024 * 1024;
/// So many connections are served at once.
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
            // Out of files, most likely; the next moment may be better.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (sim, router) = (sim.clone(), router.clone());
        connections.spawn(async move {
            let service = service_fn(move |request| answer(sim.clone(), router.clone(), request));
            let mut http = http1::Builder::new();
            // What becomes of a connection is the client's business.
            let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(sim: Arc<Simulator>, router: Router, request: Request<Incoming>) -> io::Result<Response> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Whole(parts.uri.clone()));
    // What is too large is read to a point, so that the client hears why it is refused.
    let read = Limited::new(body, 16 * LARGEST).collect().await.map(http_body_util::Collected::to_bytes);
    let Some(body) = read.ok().filter(|body| body.len() <= LARGEST) else {
        return Ok((StatusCode::PAYLOAD_TOO_LARGE, "too large\n").into_response());
    };
    if let Some(provider) = Provider::of_path(parts.uri.path()) {
        sim.journal.write(provider, &parts, &body, sim.clock.now());
        if let Some((fault, seconds)) = sim.faults.on_the_wire(provider, Endpoint::of_path(parts.uri.path())) {
            match fault {
                Fault::Down => return Err(io::Error::other("down")),
                Fault::Slow => tokio::time::sleep(Duration::from_secs(seconds)).await,
                fault => return Ok(broken(&sim, fault)),
            }
        }
    }
    let Ok(mut response) = router.oneshot(Request::from_parts(parts, Body::from(body))).await;
    dress(&mut response);
    Ok(response)
}

/// What comes instead of an answer.
fn broken(sim: &Simulator, fault: Fault) -> Response {
    match fault {
        Fault::Error200 => axum::Json(serde_json::json!({
            "error": "bad_verification_code",
            "error_description": "The code passed is incorrect or expired.",
        }))
        .into_response(),
        Fault::HugeBody => {
            let filler = "x".repeat(HUGE);
            axum::Json(serde_json::json!({"access_token": filler, "token_type": "bearer"})).into_response()
        }
        Fault::Redirect => {
            let elsewhere = format!("{}/_sim/elsewhere", sim.origin);
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, elsewhere)]).into_response()
        }
        _ => {
            let html =
                "<html><head><title>502 Server Error</title></head><body><h1>502. That's an error.</h1></body></html>";
            (StatusCode::BAD_GATEWAY, Html(html)).into_response()
        }
    }
}

fn dress(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// `/_sim/elsewhere`: where the redirect fault leads. Nobody should ever come.
pub async fn elsewhere(body: Bytes) -> (StatusCode, String) {
    (StatusCode::OK, format!("{{\"led_astray_with_bytes\":{}}}", body.len()))
}
