//! The application of the end-to-end tests on axum.

use std::convert::Infallible;
use std::env::var;
use std::error::Error;
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tower::ServiceExt as _;
use usher_sdk::{Auth, FileStore, Mode, OnStale, Resource, Transport, Usher};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let usher = module().await?;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", var("PORT")?)).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        served = axum::serve(listener, application(&usher)) => served?,
        _ = terminate.recv() => {}
    }
    usher.close().await?;
    Ok(())
}

async fn module() -> Result<Usher, Box<dyn Error>> {
    let transport = match var("TRANSPORT")?.as_str() {
        "ws" => Transport::WebSocket,
        "longpoll" => Transport::LongPoll,
        _ => Transport::Poll,
    };
    let on_stale = match var("ON_STALE")?.as_str() {
        "introspect" => OnStale::Introspect,
        "deny" => OnStale::Deny,
        _ => OnStale::Allow,
    };
    let builder = Usher::builder()
        .issuer(var("ISSUER")?)
        .client_id(var("CLIENT_ID")?)
        .client_secret(var("CLIENT_SECRET")?)
        .audience(var("AUDIENCE")?)
        .project(var("PROJECT")?)
        .store(FileStore::open(var("STORE")?)?)
        .transport(transport)
        .poll_interval(seconds("POLL_INTERVAL")?)
        .max_staleness(seconds("MAX_STALENESS")?)
        .on_stale(on_stale);
    let builder = match var("SECRET") {
        Ok(secret) => builder.mode(Mode::Web).secret([secret]).base_url(var("BASE_URL")?),
        Err(_) => builder,
    };
    Ok(builder.build().await?)
}

fn seconds(name: &str) -> Result<Duration, Box<dyn Error>> {
    Ok(Duration::from_secs(var(name)?.parse()?))
}

fn application(usher: &Usher) -> Router {
    let (listed, stated) = (usher.clone(), usher.clone());
    let protected = Router::new()
        .route("/health", get(async || Json(json!({ "ok": true }))))
        .route("/sessions", get(async move || Json(listed.sessions())))
        .route("/me", get(me).layer(usher.require_auth()))
        .route("/change", post(async || Json(json!({ "changed": true }))).layer(usher.require_auth()))
        .route("/vault", get(async || "gold").layer(usher.require_auth().max_age(Duration::from_secs(2))))
        .route("/impossible", get(async || "").layer(usher.require_auth().acr("aal9")))
        .route("/fresh", get(async || Json(json!({ "ok": true }))))
        .route("/orders", get(async |auth: Auth| Json(json!({ "filter": auth.filter("Order:read") }))))
        .route("/orders/{id}", get(order).layer(usher.require_permission("Order:read").load(find)))
        .route("/unchecked/{id}", get(async || Json(json!({ "secret": true }))))
        .layer(usher.clone());
    let state = async move || Json(state(&stated));
    // Whatever is not `/state` goes to the protected application with its whole path.
    let forward = move |request: Request| protected.clone().oneshot(request);
    Router::new().route("/state", get(state)).fallback_service(tower::service_fn(forward))
}

fn state(usher: &Usher) -> Value {
    let status = usher.status();
    json!({
        "ready": status.ready, "connected": status.connected, "stale": status.stale, "place": status.cursor,
        "revocations": status.revocations, "revision": status.policy_revision,
    })
}

async fn me(auth: Auth) -> Json<Value> {
    Json(json!({
        "sub": auth.user.id, "roles": auth.user.roles, "scope": auth.scope, "client_id": auth.client_id,
        "sid": auth.session_id, "profile": auth.profile(), "token": auth.token(),
    }))
}

async fn find(Path(id): Path<String>) -> Result<Option<Value>, Infallible> {
    Ok(Some(json!({ "owner_id": id, "total": 5 })).filter(|_| id != "missing"))
}

async fn order(Resource(order): Resource<Value>) -> Json<Value> {
    Json(order)
}
