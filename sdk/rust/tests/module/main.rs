//! The module as an application uses it, at an issuer on loopback.

mod access;
mod away;
mod hostile;
mod keys;
mod layer;
mod parity;
mod proof;
mod revoked;
mod stores;
mod web;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::{get, put};
use http::{Request, Response, StatusCode};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;
use usher_sdk::testing::{TestToken, TestUsher};
use usher_sdk::{Auth, Resource, User, Usher};

/// A viewer reads their own orders, an editor all of them.
fn rules() -> Json {
    json!({
        "permissions": { "Order:list": "collection", "Order:read": "item", "Order:update": "item" },
        "conditions": { "own": { "eq": ["resource.owner_id", "user.id"] }, "team": { "in": ["resource.team", "user.teams"] } },
        "roles": {
            "viewer": { "Order:list": "*", "Order:read": "own" },
            "editor": { "Order:list": "*", "Order:read": "*", "Order:update": ["own", "team"] },
        },
        "routes": [
            { "m": ["GET"], "p": "/health", "public": true },
            { "m": ["GET"], "p": "/me", "auth": true },
            { "m": ["GET"], "p": "/maybe", "public": true },
            { "m": ["GET"], "p": "/orders", "need": "Order:list" },
            { "m": ["GET"], "p": "/orders/:id", "need": "Order:read" },
            { "m": ["GET"], "p": "/unchecked/:id", "need": "Order:read" },
            { "m": ["PUT"], "p": "/orders/:id", "need": "Order:update" },
            { "m": ["GET"], "p": "/vault/*", "auth": true, "acr": "aal2", "max_age": 60 },
            { "m": ["GET"], "p": "/fresh", "auth": true, "fresh": true },
            { "m": ["GET"], "p": "/nested/Secret", "need": "Order:update" },
        ],
    })
}

fn viewer() -> TestToken<'static> {
    TestToken { roles: &["viewer"], ..TestToken::default() }
}

fn editor() -> TestToken<'static> {
    TestToken { subject: "user-2", session_id: "session-2", roles: &["editor"], ..TestToken::default() }
}

/// An order of the person who is named by its id.
async fn find(Path(id): Path<String>) -> Result<Option<Json>, std::io::Error> {
    Ok(Some(json!({ "owner_id": id })).filter(|_| id != "missing"))
}

fn application(usher: &Usher) -> Router {
    let loaded = |permission: &str| usher.require_permission(permission).load(find);
    let order = |Resource(order): Resource<Json>| async move { axum::Json(order) };
    Router::new()
        .route("/health", get("ok"))
        .route("/me", get(|user: User| async move { axum::Json(user) }))
        .route("/maybe", get(|auth: Option<Auth>| async move { axum::Json(auth.map(|auth| auth.user.clone())) }))
        .route("/orders", get(|auth: Auth| async move { axum::Json(auth.filter("Order:read")) }))
        .route("/orders/{id}", get(order).route_layer(loaded("Order:read")))
        .route("/orders/{id}", put(order).route_layer(loaded("Order:update")))
        .route("/unchecked/{id}", get("secret"))
        .route("/vault/door", get("open"))
        .route("/fresh", get("fresh"))
        .nest("/nested", Router::new().route("/Secret", get("secret")))
        .fallback(async || StatusCode::NOT_FOUND.into_response())
        .layer(usher.clone())
}

async fn send(app: &Router, request: Request<Body>) -> Response<Body> {
    app.clone().oneshot(request).await.unwrap()
}

/// Status and body of a GET.
async fn ask(app: &Router, path: &str, token: Option<&str>) -> (u16, Json) {
    let request = Request::get(path);
    let request = token.map_or(Request::get(path), |token| request.header("authorization", format!("Bearer {token}")));
    let response = send(app, request.body(Body::empty()).unwrap()).await;
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into()))
}

/// Status and code of a GET.
async fn refusal(app: &Router, path: &str, token: Option<&str>) -> (u16, String) {
    let (status, body) = ask(app, path, token).await;
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

async fn test_with_rules() -> (TestUsher, Router) {
    let test = TestUsher::with_rules(rules()).await;
    let app = application(&test.usher);
    (test, app)
}
