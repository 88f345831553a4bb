use std::sync::Arc;

use axum::extract::{Form, Path, Request, State};
use axum::http::{StatusCode, header::ETAG};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json as Body, Router};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::PROJECT;
use super::feed;
use super::issuer::TestIssuer;
use crate::locks::lock;

/// Serves an issuer on a port of its own.
pub(super) async fn serve() -> (Arc<TestIssuer>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port on loopback");
    let address = listener.local_addr().expect("a port on loopback");
    let issuer = Arc::new(TestIssuer::new(format!("http://{address}")));
    let router = router(Arc::clone(&issuer));
    let server = tokio::spawn(async move {
        // It ends when it is aborted.
        let _ = axum::serve(listener, router).await;
    });
    (issuer, server)
}

fn router(issuer: Arc<TestIssuer>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/oauth2/jwks", get(keys))
        .route("/oauth2/token", post(token))
        .route("/oauth2/introspect", post(introspect))
        .route("/api/v1/sync/snapshot", get(feed::snapshot))
        .route("/api/v1/sync/events", get(feed::events))
        .route("/api/v1/sync/seen", post(async || StatusCode::ACCEPTED))
        .route("/api/v1/sync", get(feed::socket))
        .route("/api/v1/projects/{id}/policy", get(rules))
        .layer(from_fn_with_state(Arc::clone(&issuer), unless_away))
        .with_state(issuer)
}

async fn unless_away(State(issuer): State<Arc<TestIssuer>>, request: Request, next: Next) -> Response {
    if issuer.is_away() { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}

async fn metadata(State(issuer): State<Arc<TestIssuer>>) -> Body<Json> {
    let url = &issuer.url;
    Body(json!({
        "issuer": url, "jwks_uri": format!("{url}/oauth2/jwks"), "token_endpoint": format!("{url}/oauth2/token"),
        "introspection_endpoint": format!("{url}/oauth2/introspect"),
    }))
}

async fn keys(State(issuer): State<Arc<TestIssuer>>) -> impl IntoResponse {
    ([(ETAG, "\"keys\"")], Body(issuer.signer.key_set()))
}

async fn token() -> Body<Json> {
    Body(json!({ "access_token": "module", "token_type": "Bearer", "expires_in": 600 }))
}

#[derive(Deserialize)]
struct Introspection {
    token: String,
}

async fn introspect(State(issuer): State<Arc<TestIssuer>>, Form(form): Form<Introspection>) -> Body<Json> {
    Body(json!({ "active": issuer.is_active(&form.token), "token_use": "access_token" }))
}

async fn rules(State(issuer): State<Arc<TestIssuer>>, Path(project): Path<String>) -> Response {
    let rules = lock(&issuer.content).rules.clone();
    match rules.filter(|_| project == PROJECT) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some((table, revision)) => {
            ([(ETAG, format!("\"{revision}\""))], issuer.signer.sign("usher-policy+jws", &table)).into_response()
        }
    }
}
