//! The routes of pages, and of redirects between them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::{account, console, dev_mail, documents, factors, kept, login, setup, upstream};
use crate::oidc::{authorize, logout};
use usher_domain::urls::{self, CaughtEmailUrls, ClientUrls, ProjectUrls, ProviderUrls, UpstreamUrls, WebhookUrls};
use usher_http_server::extract::visitor::see_other;
use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::layers::csrf;
use usher_http_server::state::App;
use usher_protocol::endpoints;

/// Every page.
pub fn routes(app: &App) -> Router<App> {
    people(app).merge(authorization()).merge(passkey_endpoints()).merge(documents::routes())
}

/// Pages for users. Cross-site forms are rejected by their headers, and by the token in each form.
fn people(app: &App) -> Router<App> {
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
        .route(urls::DEVICE, get(login::device::get).post(login::device::post))
        .route(urls::DEVICE_DONE, get(login::device::done))
        .route(urls::LOGOUT, get(login::logout::get).post(login::logout::post))
        .route(urls::PROFILE, get(account::profile::get).post(account::profile::post))
        .route(urls::SECURITY, get(account::security::get).post(account::security::post))
        .route(urls::EMAIL, get(account::email::get).post(account::email::post))
        .route(urls::SESSIONS, get(account::sessions::get).post(account::sessions::post))
        .route(urls::APPS, get(account::apps::get).post(account::apps::post))
        .route(urls::ACTIVITY, get(account::activity::get))
        .route(urls::DATA, get(account::data::get).post(account::data::post))
        .route(urls::NOT_ME, get(account::report_compromise::get).post(account::report_compromise::post))
        .route(urls::FACTORS, post(factors::change::post))
        .route(urls::TOTP, get(factors::totp::get).post(factors::totp::post))
        .route(urls::RECOVERY_CODES, get(factors::codes::get))
        .route(urls::NEW_PASSKEY, get(factors::passkey::get).post(factors::passkey::post))
        .route(urls::IDENTITIES, get(account::identities::get).post(account::identities::post))
        .route(UpstreamUrls::START, get(upstream::start::get))
        .route(urls::UPSTREAM_ASK, get(upstream::ask::get).post(upstream::ask::post))
        .route(urls::CHANGE_PASSWORD, get(account::security::change_password))
        .route(urls::SETUP, get(setup::get).post(setup::post))
        .route(urls::CONSOLE, get(console::projects::list).post(console::projects::create))
        .route(ProjectUrls::PAGE, get(console::projects::one))
        .route(ProjectUrls::MEMBERS, get(console::members::get).post(console::members::post))
        .route(ProjectUrls::TOKEN, get(console::token::get).post(console::token::post))
        .route(ProjectUrls::MODULES, get(console::modules::get))
        .route(ProjectUrls::WEBHOOKS, get(console::webhooks::get).post(console::webhooks::post))
        .route(WebhookUrls::PAGE, get(console::webhook::get).post(console::webhook::post))
        .route(ProjectUrls::NEW_CLIENT, get(console::edit::new).post(console::edit::create))
        .route(ClientUrls::PAGE, get(console::clients::get).post(console::clients::post))
        .route(ClientUrls::EDIT, get(console::edit::get).post(console::edit::post))
        .route(urls::PROVIDERS, get(console::providers::list))
        .route(urls::NEW_PROVIDER, get(console::provider::new).post(console::provider::create))
        .route(ProviderUrls::PAGE, get(console::provider::get).post(console::provider::post));
    if app.caught.is_some() {
        router = router
            .route(urls::DEV_MAIL, get(dev_mail::list))
            .route(CaughtEmailUrls::PAGE, get(dev_mail::one))
            .route(CaughtEmailUrls::HTML, get(dev_mail::html));
    }
    let router = router
        .route_layer(from_fn_with_state(app.clone(), kept::layer))
        .route_layer(from_fn_with_state(app.clone(), login::renew::layer));
    csrf::wrap(router, app.usher.core.config.server.issuer.url()).expect("an issuer is always an origin")
}

/// Endpoints for redirects of clients and providers, and for requests of providers. They have no CORS (RFC 9700 §2.6).
fn authorization() -> Router<App> {
    Router::new()
        .route(endpoints::AUTHORIZE, get(authorize::get).post(authorize::post))
        .route(endpoints::END_SESSION, get(logout::get).post(logout::post))
        .route(UpstreamUrls::CALLBACK, get(upstream::callback::get).post(upstream::callback::post))
        .route(UpstreamUrls::NOTICES, post(upstream::provider_events::account))
        .route(
            UpstreamUrls::DELETION,
            get(upstream::provider_events::deletion).post(upstream::provider_events::data_deletion),
        )
        .route(UpstreamUrls::LOGOUT, post(upstream::provider_events::backchannel_logout))
}

/// The well-known URL for password managers, from any page.
fn passkey_endpoints() -> Router<App> {
    let router = Router::new().route(urls::PASSKEY_ENDPOINTS, get(login::passkey::endpoints));
    cors::wrap(router, Cors::public())
}
