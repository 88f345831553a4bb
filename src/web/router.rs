//! The one map: every address of the house, in groups, with the layers that belong to each.

use std::sync::Arc;

use askama::Template as _;
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get, post};
use bytes::Bytes;

use super::extract::client_ip::TrustedProxies;
use super::extract::visitor::see_other;
use super::health::{self, Unready};
use super::layers::cors::{self, Cors};
use super::layers::deadline::Deadlines;
use super::layers::host::{OtherHost, WrongHost};
use super::layers::ready::Gate;
use super::layers::{House, csrf};
use super::oidc::{authorize, discovery::Document, introspect, jwks, logout, register, revoke, token, userinfo};
use super::pages::{Page, WrongHost as WrongHostPage};
use super::problem::HttpProblem;
use super::refusal;
use super::state::App;
use super::{
    account, api, assets, console, dev_mail, documents, error, factors, files, kept, layers, login, setup, upstream,
    urls,
};
use crate::flows::Usher;
use crate::i18n::Lang;
use crate::mail::caught::CaughtMail;
use crate::protocol::discovery as metadata;

/// Seconds for which the metadata may be kept.
const METADATA_MAX_AGE: u32 = 300;

/// The whole house behind its doors, every layer around it.
pub fn build(usher: Usher, caught: Option<Arc<CaughtMail>>, gate: Gate) -> Router {
    let app = App::new(usher, caught);
    let config = &app.usher.config;
    let house = House {
        issuer: config.server.issuer.url().clone(),
        random: app.usher.random.clone(),
        proxies: TrustedProxies::new(config.server.trusted_proxies.iter().copied()),
        other_host: other_host(&app),
        problem_page: Some(error::problem_page(app.clone())),
        gate,
        deadlines: Deadlines::default(),
    };
    let routes = pages(&app)
        .merge(authorization())
        .merge(client_endpoints(&app))
        .merge(published(&app))
        .merge(documents::routes())
        .merge(files::routes())
        .merge(api::routes(&app));
    let ping = app.usher.clone();
    let ready = health::routes(move || {
        let usher = ping.clone();
        async move { usher.store.check_ready().await.map_err(|_| Unready("database")) }
    });
    let router = routes
        .fallback(files::fallback)
        .method_not_allowed_fallback(|| async { HttpProblem::method_not_allowed() })
        .with_state(app)
        .merge(assets::routes())
        .merge(ready);
    layers::wrap(router, house)
}

/// What people see. Forms of other sites are turned away at the door, and by the token in each form.
fn pages(app: &App) -> Router<App> {
    let mut router = Router::new()
        .route(urls::HOME, get(|| async { see_other(urls::PROFILE) }))
        .route(urls::ACCOUNT, get(|| async { see_other(urls::PROFILE) }))
        .route(urls::LOGIN, get(login::sign_in::get).post(login::sign_in::post))
        .route(urls::SECOND_FACTOR, get(login::second::get).post(login::second::post))
        .route(urls::PASSKEY_SIGN_IN, post(login::passkey::post))
        .route(urls::ENROL, get(login::second::get_enrol).post(login::second::post_enrol))
        .route(urls::ACCOUNTS, get(login::accounts::get).post(login::accounts::post))
        .route(urls::REGISTER, get(login::register::get).post(login::register::post))
        .route(urls::VERIFY, get(login::verify::get).post(login::verify::post))
        .route(urls::VERIFIED_ELSEWHERE, get(login::verify::elsewhere))
        .route(urls::RECOVER, get(login::recover::get).post(login::recover::post))
        .route(urls::RECOVER_SENT, get(login::recover::sent))
        .route(urls::WAITING, get(login::recover::waiting))
        .route(urls::RECOVER_RESET, get(login::recover::reset).post(login::recover::post_reset))
        .route(urls::RECOVER_DONE, get(login::recover::done))
        .route(urls::CONSENT, get(login::consent::get).post(login::consent::post))
        .route(urls::LOGOUT, get(login::logout::get).post(login::logout::post))
        .route(urls::PROFILE, get(account::profile::get).post(account::profile::post))
        .route(urls::SECURITY, get(account::security::get).post(account::security::post))
        .route(urls::EMAIL, get(account::email::get).post(account::email::post))
        .route(urls::SESSIONS, get(account::sessions::get).post(account::sessions::post))
        .route(urls::APPS, get(account::apps::get).post(account::apps::post))
        .route(urls::ACTIVITY, get(account::activity::get))
        .route(urls::DATA, get(account::data::get).post(account::data::post))
        .route(urls::NOT_ME, get(account::not_me::get).post(account::not_me::post))
        .route(urls::FACTORS, post(factors::change::post))
        .route(urls::TOTP, get(factors::totp::get).post(factors::totp::post))
        .route(urls::RECOVERY_CODES, get(factors::codes::get))
        .route(urls::NEW_PASSKEY, get(factors::passkey::get).post(factors::passkey::post))
        .route(urls::IDENTITIES, get(account::identities::get).post(account::identities::post))
        .route(urls::UPSTREAM_START, get(upstream::start::get))
        .route(urls::UPSTREAM_ASK, get(upstream::ask::get).post(upstream::ask::post))
        .route(urls::CHANGE_PASSWORD, get(account::security::change_password))
        .route(urls::SETUP, get(setup::get).post(setup::post))
        .route(urls::CONSOLE, get(console::projects::list).post(console::projects::create))
        .route(urls::PROJECT, get(console::projects::one))
        .route(urls::MEMBERS, get(console::members::get).post(console::members::post))
        .route(urls::PROJECT_TOKEN, get(console::token::get).post(console::token::post))
        .route(urls::WEBHOOKS, get(console::webhooks::get).post(console::webhooks::post))
        .route(urls::WEBHOOK, get(console::webhook::get).post(console::webhook::post))
        .route(urls::NEW_CLIENT, get(console::edit::new).post(console::edit::create))
        .route(urls::CLIENT, get(console::clients::get).post(console::clients::post))
        .route(urls::EDIT_CLIENT, get(console::edit::get).post(console::edit::post))
        .route(urls::PROVIDERS, get(console::providers::list))
        .route(urls::NEW_PROVIDER, get(console::provider::new).post(console::provider::create))
        .route(urls::PROVIDER, get(console::provider::get).post(console::provider::post));
    if app.caught.is_some() {
        router = router
            .route(urls::DEV_MAIL, get(dev_mail::list))
            .route(urls::DEV_LETTER, get(dev_mail::one))
            .route(urls::DEV_LETTER_HTML, get(dev_mail::html));
    }
    let router = router
        .route_layer(from_fn_with_state(app.clone(), kept::layer))
        .route_layer(from_fn_with_state(app.clone(), login::renew::layer));
    csrf::wrap(router, app.usher.config.server.issuer.url()).expect("an issuer is always an origin")
}

/// Where clients and providers send people, and providers speak for themselves. Never with CORS: scripts have no business here (RFC 9700 §2.6).
fn authorization() -> Router<App> {
    Router::new()
        .route(urls::AUTHORIZE, get(authorize::get).post(authorize::post))
        .route(urls::END_SESSION, get(logout::get).post(logout::post))
        .route(urls::REGISTRATION, any(register::refuse))
        .route(urls::REGISTERED_CLIENT, any(register::refuse))
        .route(urls::UPSTREAM_CALLBACK, get(upstream::callback::get).post(upstream::callback::post))
        .route(urls::UPSTREAM_NOTICES, post(upstream::notices::account))
        .route(urls::UPSTREAM_DELETION, get(upstream::notices::deletion).post(upstream::notices::data_deletion))
        .route(urls::UPSTREAM_LOGOUT, post(upstream::notices::backchannel_logout))
}

/// Where clients speak for themselves; from a browser only under an origin that a client has registered.
fn client_endpoints(app: &App) -> Router<App> {
    // keycloak-js sends its token request with credentials. The endpoint reads and sets no cookie.
    let token = Router::new().route(urls::TOKEN, post(token::post));
    let token_cors = registered_origins(app, &[Method::POST]).with_cookies(|_| async { true });
    let posts = Router::new().route(urls::INTROSPECT, post(introspect::post)).route(urls::REVOKE, post(revoke::post));
    let person = Router::new().route(urls::USERINFO, get(userinfo::get).post(userinfo::post));
    cors::wrap(refusal::wrap(token, app), token_cors)
        .merge(cors::wrap(refusal::wrap(posts, app), registered_origins(app, &[Method::POST])))
        .merge(cors::wrap(refusal::wrap(person, app), registered_origins(app, &[Method::GET, Method::POST])))
}

/// Answers scripts of the origins that clients have registered.
fn registered_origins(app: &App, methods: &[Method]) -> Cors {
    let usher = app.usher.clone();
    Cors::registered(methods, move |origin| {
        let usher = usher.clone();
        async move { usher.is_client_origin(&origin).await.unwrap_or(false) }
    })
}

/// What anybody may read: metadata and keys.
fn published(app: &App) -> Router<App> {
    let config = &app.usher.config;
    let locales = Lang::ALL.map(Lang::tag);
    let body = metadata::metadata(app.usher.issuer(), &locales, config.sign_up.enabled).to_string();
    let document = Document::tagged(Bytes::from(body), METADATA_MAX_AGE);
    let answer = move |headers: HeaderMap| {
        let document = document.clone();
        async move { document.answer(&headers) }
    };
    let router = Router::new()
        .route(urls::OPENID_CONFIGURATION, get(answer.clone()))
        .route(urls::OAUTH_METADATA, get(answer))
        .route(urls::PASSKEY_ENDPOINTS, get(login::passkey::endpoints))
        .route(urls::JWKS, get(jwks::get));
    cors::wrap(router, Cors::public())
}

/// One line that says what to change. The host is repeated only where it is another name of this machine.
fn wrong_host_in_json(issuer: &str, host: &str) -> HttpProblem {
    let is_port =
        |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let message = if names.into_iter().any(|name| host.strip_prefix(name).is_some_and(is_port)) {
        format!("Use {issuer} instead of http://{host}, or set USHER_ISSUER=http://{host} and restart.")
    } else {
        format!("This host is not served here: use {issuer}.")
    };
    HttpProblem::new(StatusCode::MISDIRECTED_REQUEST, "HOST_UNKNOWN", message)
}

/// Where the issuer is on this machine, whoever comes by another name of it is told the right one; elsewhere nothing is
/// said.
fn other_host(app: &App) -> OtherHost {
    if !app.is_dev() && !app.usher.config.server.issuer.is_loopback() {
        return layers::host::refuse_other_host();
    }
    let issuer = app.usher.issuer().to_owned();
    Arc::new(move |wrong| wrong_host(&issuer, wrong))
}

fn wrong_host(issuer: &str, WrongHost { host, reads_html }: WrongHost<'_>) -> Response {
    if !reads_html {
        return wrong_host_in_json(issuer, host).into_response();
    }
    let page = Page { dev: true, assets: App::assets(), ..Page::default() };
    let page = WrongHostPage { page, url: issuer.to_owned(), host: host.to_owned() };
    match page.render() {
        Ok(html) => (StatusCode::MISDIRECTED_REQUEST, Html(html)).into_response(),
        Err(_) => HttpProblem::internal().into_response(),
    }
}
