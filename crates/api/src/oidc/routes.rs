//! The routes of the endpoints, in groups that share layers.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::routing::{any, get, post};

use super::published_metadata::PublishedMetadata;
use super::{check_up, ciba, device, introspect, jwks, par, register, revoke, token, userinfo};
use crate::{proof, refusal};
use serde_json::Value;
use usher_config::{Issuer, MutualTlsSettings};
use usher_domain::urls::CheckUpUrls;
use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::state::App;
use usher_i18n::Lang;
use usher_protocol::discovery::{self as metadata, MutualTls};
use usher_protocol::endpoints;

/// Every endpoint for programs.
pub fn routes(app: &App) -> Router<App> {
    client_endpoints(app).merge(published(app)).merge(registration(app)).merge(check_ups())
}

/// The test issuers of check-ups. Servers call them: pages of other origins may not.
fn check_ups() -> Router<App> {
    Router::new()
        .route(CheckUpUrls::METADATA, get(check_up::metadata))
        .route(CheckUpUrls::JWKS, get(check_up::jwks))
        .route(CheckUpUrls::AUTHORIZE, get(check_up::authorize))
        .route(CheckUpUrls::TOKEN, post(check_up::token))
        .route(CheckUpUrls::USERINFO, get(check_up::userinfo).post(check_up::userinfo))
}

/// The registration endpoints. They read no cookie: pages of any origin may register themselves where anybody may.
fn registration(app: &App) -> Router<App> {
    if !app.usher.core.config.client_registration.offers_dynamic() {
        return Router::new()
            .route(endpoints::REGISTRATION, any(register::refuse))
            .route(endpoints::REGISTERED_CLIENT, any(register::refuse));
    }
    let router = Router::new()
        .route(endpoints::REGISTRATION, post(register::register))
        .route(endpoints::REGISTERED_CLIENT, get(register::read).put(register::update).delete(register::delete));
    cors::wrap(refusal::wrap(router, app), Cors::any(&[Method::GET, Method::POST, Method::PUT, Method::DELETE]))
}

/// Endpoints that clients authenticate at; browsers may call them from registered origins only.
fn client_endpoints(app: &App) -> Router<App> {
    // The library keycloak-js sends token requests with credentials. The endpoint reads and sets no cookie.
    let token = Router::new()
        .route(endpoints::TOKEN, post(token::post))
        .route(endpoints::DEVICE_AUTHORIZATION, post(device::post));
    let token_cors = registered_origins(app, &[Method::POST]).with_cookies(|_| async { true });
    let posts = Router::new()
        .route(endpoints::INTROSPECT, post(introspect::post))
        .route(endpoints::REVOKE, post(revoke::post))
        .route(endpoints::PAR, post(par::post))
        .route(endpoints::CIBA, post(ciba::post));
    let person = Router::new().route(endpoints::USERINFO, get(userinfo::get).post(userinfo::post));
    let dressed = |router| proof::wrap(refusal::wrap(router, app), app);
    cors::wrap(dressed(token), token_cors)
        .merge(cors::wrap(dressed(posts), registered_origins(app, &[Method::POST])))
        .merge(cors::wrap(dressed(person), registered_origins(app, &[Method::GET, Method::POST])))
}

/// Allows the origins that clients have registered.
fn registered_origins(app: &App, methods: &[Method]) -> Cors {
    let usher = app.usher.clone();
    Cors::registered(methods, move |origin| {
        let usher = usher.clone();
        async move { usher.client_origins.is_client_origin(&origin).await.unwrap_or(false) }
    })
}

fn with_mutual_tls(document: Value, settings: &MutualTlsSettings) -> Value {
    let (url, authorities) = (settings.url.as_ref().map(Issuer::as_str), settings.ca.is_some());
    if settings.is_on() { metadata::with_mutual_tls(document, MutualTls { url, authorities }) } else { document }
}

/// Public documents: metadata and keys.
fn published(app: &App) -> Router<App> {
    let config = &app.usher.core.config;
    let locales = Lang::ALL.map(Lang::tag);
    let grants = app.usher.core.grant_types.iter().copied();
    let mut fixed = metadata::metadata(app.usher.core.issuer(), &locales, config.sign_up.enabled, grants);
    if config.client_registration.documents {
        fixed = metadata::with_metadata_documents(fixed);
    }
    if config.client_registration.offers_dynamic() {
        fixed = metadata::with_registration(fixed, app.usher.core.issuer());
    }
    let fixed = with_mutual_tls(fixed, &config.mutual_tls);
    let answer = |document: Value| {
        let published = Arc::new(PublishedMetadata::new(document));
        move |State(app): State<App>, headers: HeaderMap| {
            let published = published.clone();
            async move { published.naming(&app.usher.apis.announced().await).answer(&headers) }
        }
    };
    let router = Router::new()
        .route(endpoints::OPENID_CONFIGURATION, get(answer(fixed.clone())))
        .route(endpoints::OAUTH_METADATA, get(answer(metadata::with_identity_assertions(fixed))))
        .route(endpoints::JWKS, get(jwks::get));
    cors::wrap(router, Cors::public())
}
