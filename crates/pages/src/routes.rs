//! The routes of pages, and of redirects between them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use super::{account, dev_components, dev_mail, documents, factors, login, setup, upstream};
use crate::oidc::{authorize, logout};
use usher_domain::urls::{self, CaughtEmailUrls, PasskeyUrls, RememberedUrls, UpstreamUrls};
use usher_http_server::extract::visitor::see_other;
use usher_http_server::layers::cors::{self, Cors};
use usher_http_server::layers::csrf;
use usher_http_server::state::App;
use usher_page_kit::page_routes::PageRoutes;
use usher_protocol::endpoints;

/// Every page of sign-in and account.
pub fn routes(app: &App) -> Router<App> {
    protected(app, pages(app))
        .merge(authorization(app).into_router())
        .merge(passkey_endpoints())
        .merge(documents::routes())
}

/// Pages in the layers that all of them share. Cross-site forms are rejected by their headers, and by the token in each
/// form ([`usher_page_kit::kit::PageForm`]).
///
/// # Panics
/// Never: an issuer is always an origin.
pub fn protected(app: &App, pages: PageRoutes) -> Router<App> {
    let router = pages.into_router().route_layer(from_fn_with_state(app.clone(), login::renew::layer));
    csrf::wrap(router, app.usher.core.config.server.issuer.url()).expect("an issuer is always an origin")
}

/// The list of these pages and their actions.
pub fn pages(app: &App) -> PageRoutes {
    let pages = account_pages(login_pages(PageRoutes::new(app)));
    if app.caught.is_some() { development_pages(pages) } else { pages }
}

fn login_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .page(urls::HOME, || async { see_other(urls::ACCOUNT) })
        .form(urls::LOGIN, login::sign_in::get, login::sign_in::sign_in)
        .action(urls::PASSKEY_SIGN_IN, login::passkey::sign_in)
        .form(urls::SECOND_FACTOR, login::second::get, login::second::by_code)
        .action(urls::SECOND_PASSKEY, login::second::by_passkey)
        .form(urls::ENROL, login::enrol::get, login::enrol::cancel)
        .action(urls::LEAVE_SIGN_IN, login::leave::leave)
        .form(urls::ACCOUNTS, login::accounts::get, login::accounts::choose)
        .action(urls::REMOVE_ACCOUNT, login::accounts::remove)
        .form(urls::REGISTER, login::register::get, login::register::sign_up)
        .form(urls::VERIFY, login::verify::get, login::verify::by_code)
        .action(urls::VERIFY_BY_LINK, login::verify::by_link)
        .action(urls::VERIFY_RESEND, login::verify::resend)
        .action(urls::VERIFY_CONTINUE, login::verify::continue_here)
        .action(urls::VERIFY_ADDRESS, login::verify::change_address)
        .page(urls::VERIFIED_ELSEWHERE, login::verify::elsewhere)
        .form(urls::INVITATION, login::invitation::get, login::invitation::accept)
        .action(urls::INVITATION_REGISTER, login::invitation::register)
        .form(urls::RECOVER, login::recover::get, login::recover::request)
        .page(urls::RECOVER_SENT, login::recover::sent)
        .page(urls::WAITING, login::recover::waiting)
        .form(urls::RECOVER_RESET, login::recover::reset, login::recover::set_password)
        .page(urls::RECOVER_DONE, login::recover::done)
        .form(urls::CONSENT, login::consent::get, login::consent::answer)
        .form(urls::DEVICE, login::device::get, login::device::enter_code)
        .page(urls::DEVICE_DONE, login::device::done)
        .page(urls::CIBA, login::ciba::get)
        .page(urls::CIBA_DONE, login::ciba::done)
        .form(urls::LOGOUT, login::logout::get, login::logout::answer)
        .page(UpstreamUrls::START, upstream::start::get)
        .form(urls::UPSTREAM_ASK, upstream::ask::get, upstream::ask::by_code)
        .action(urls::UPSTREAM_ASK_MAIL, upstream::ask::mail)
        .action(urls::UPSTREAM_ASK_SKIP, upstream::ask::skip)
        .action(urls::UPSTREAM_ASK_CONFIRM, upstream::ask::confirm)
        .form(urls::SETUP, setup::get, setup::set_up)
}

fn account_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .page(urls::ACCOUNT, account::overview::get)
        .text_form(urls::PROFILE, account::profile::get, account::profile::save)
        .text_form(urls::EMAIL, account::email::get, account::email::begin)
        .action(urls::EMAIL_BY_CODE, account::email::by_code)
        .action(urls::EMAIL_BY_LINK, account::email::by_link)
        .action(urls::EMAIL_DISMISS, account::email::dismiss)
        .form(urls::SECURITY, account::security::get, account::security::change_password)
        .page(urls::CHANGE_PASSWORD, account::security::well_known)
        .form(urls::REMOVE_TOTP, factors::change::ask_to_remove_totp, factors::change::remove_totp)
        .action(PasskeyUrls::RENAME, factors::change::rename_passkey)
        .form(PasskeyUrls::REMOVE, factors::change::ask_to_remove_passkey, factors::change::remove_passkey)
        .action(urls::SECOND_STEP_ALWAYS, factors::change::second_step_always)
        .action(urls::SECOND_STEP_SOMETIMES, factors::change::second_step_sometimes)
        .action(RememberedUrls::FORGET, factors::change::forget_browser)
        .action(urls::FORGET_BROWSERS, factors::change::forget_browsers)
        .form(urls::TOTP, factors::totp::get, factors::totp::confirm)
        .form(urls::NEW_PASSKEY, factors::passkey::get, factors::passkey::register)
        .page(urls::RECOVERY_CODES, factors::codes::get)
        .action(urls::RENEW_CODES, factors::codes::renew)
        .page(urls::SESSIONS, account::sessions::get)
        .action(urls::END_SESSION, account::sessions::end)
        .action(urls::END_OTHER_SESSIONS, account::sessions::end_others)
        .action(urls::END_ALL_SESSIONS, account::sessions::end_all)
        .page(urls::IDENTITIES, account::identities::get)
        .action(urls::LINK_IDENTITY, account::identities::link)
        .action(urls::UNLINK_IDENTITY, account::identities::unlink)
        .action(urls::MERGE_ACCOUNTS, account::identities::merge)
        .action(urls::UNDO_MERGE, account::identities::undo_merge)
        .form(urls::APPS, account::apps::get, account::apps::withdraw)
        .page(urls::ACTIVITY, account::activity::get)
        .page(urls::DATA, account::data::get)
        .action(urls::DOWNLOAD_DATA, account::data::download)
        .action(urls::DELETE_ACCOUNT, account::data::delete)
        .form(urls::NOT_ME, account::report_compromise::get, account::report_compromise::report)
}

fn development_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .page(urls::DEV_MAIL, dev_mail::list)
        .page(urls::DEV_COMPONENTS, dev_components::get)
        .page(CaughtEmailUrls::PAGE, dev_mail::one)
        .page(CaughtEmailUrls::HTML, dev_mail::html)
}

/// Endpoints for redirects of clients and providers, and for requests of providers. They have no CORS (RFC 9700 §2.6).
pub fn authorization(app: &App) -> PageRoutes {
    PageRoutes::new(app)
        .form(endpoints::AUTHORIZE, authorize::get, authorize::post)
        .form(endpoints::END_SESSION, logout::get, logout::post)
        .form(UpstreamUrls::CALLBACK, upstream::callback::get, upstream::callback::post)
        .action(UpstreamUrls::NOTICES, upstream::provider_events::account)
        .form(UpstreamUrls::DELETION, upstream::provider_events::deletion, upstream::provider_events::data_deletion)
        .action(UpstreamUrls::LOGOUT, upstream::provider_events::backchannel_logout)
}

/// The well-known URL for password managers, from any page.
fn passkey_endpoints() -> Router<App> {
    let router = Router::new().route(urls::PASSKEY_ENDPOINTS, get(login::passkey::endpoints));
    cors::wrap(router, Cors::public())
}
