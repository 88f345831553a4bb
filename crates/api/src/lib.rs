//! The HTTP endpoints for programs: those of OAuth 2 and OpenID Connect ([`oidc`]), `/api/v1`, and
//! `/access/v1` ([`access`]).
//!
//! Each file of `/api/v1` has one resource: its wire types, its handlers, and their documentation. `/openapi.json` is
//! generated from these.
//!
//! Responses are JSON, and errors have the form of [`HttpProblem`]. A path is written once, in the annotation of its
//! handler.

mod access;
pub mod admin;
pub mod auth;
pub mod branding;
pub mod caller;
pub mod challenge;
pub mod docs;
pub mod etag;
pub mod fields;
pub mod guard;
pub mod idempotency;
pub mod list;
pub mod me;
pub mod oidc;
pub mod openapi;
pub mod parameters;
pub mod policy;
pub mod problems;
mod profile_claims;
pub mod projects;
pub mod proof;
pub mod refusal;
pub mod sync;
#[cfg(test)]
mod tests;
pub mod webhooks;

use axum::Router;
use axum::http::Method;
use utoipa_axum::router::OpenApiRouter;

use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::problem::HttpProblem;
use usher_http_server::state::App;

/// The result of a handler.
pub type ApiResult<T> = Result<T, HttpProblem>;

/// The methods that the API uses.
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The routes of every resource, with their documentation.
fn nouns() -> OpenApiRouter<App> {
    let nouns = [
        access::routes(),
        admin::routes(),
        auth::routes(),
        branding::routes(),
        me::routes(),
        policy::routes(),
        projects::routes(),
        sync::routes(),
        webhooks::routes(),
    ];
    nouns.into_iter().fold(OpenApiRouter::with_openapi(openapi::frame()), OpenApiRouter::merge)
}

/// The API and its `OpenAPI` document, inside the API's layers.
pub fn routes(app: &App) -> Router<App> {
    let (router, document) = nouns().split_for_parts();
    let router = parameters::wrap(idempotency::wrap(router, app), &document);
    let router = proof::wrap(challenge::wrap(guard::wrap(router, app), app), app);
    let (usher, own) = (app.usher.clone(), app.usher.clone());
    let registered = Cors::registered(&METHODS, move |origin| {
        let usher = usher.clone();
        async move { usher.client_origins.is_client_origin(&origin).await.unwrap_or(false) }
    });
    let registered = registered.with_cookies(move |origin| {
        let usher = own.clone();
        async move { usher.client_origins.is_first_party_origin(&origin).await.unwrap_or(false) }
    });
    access::wrap(cors::wrap(router, registered))
        .merge(access::metadata::routes(app))
        .merge(openapi::routes(&document, app))
        .merge(docs::routes())
}
