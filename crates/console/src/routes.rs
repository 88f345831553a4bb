//! The routes of the console's pages.

use super::{branding, client, installation, project, provider, search, user};
use usher_domain::branding::MAX_LOGO;
use usher_domain::urls::{
    self, AllowedClientUrls, ApiUrls, AttemptUrls, ClientSecretUrls, ClientUrls, DeliveryUrls, EventUrls,
    InitialTokenUrls, KeyUrls, MemberUrls, ProjectClientUrls, ProjectInvitationUrls, ProjectUrls, ProviderUrls,
    SavedFilterUrls, UserUrls, WebhookUrls,
};
use usher_flows::Right;
use usher_http_server::state::App;
use usher_page_kit::kit::{AdminPage, ProjectPage};
use usher_page_kit::page_routes::PageRoutes;

/// The list of all pages of the console and their actions.
pub fn pages(app: &App) -> PageRoutes {
    let pages = PageRoutes::new(app)
        .for_members(Right::View, Right::View)
        .text_form(urls::PROJECTS, project::list::list, project::list::create)
        .page(urls::CONSOLE, installation::overview::get)
        .page(urls::SEARCH, search::page::get)
        .for_administrators();
    let pages = client_pages(usher_console_rules::routes::pages(project_pages(installation_pages(pages))));
    usher_console_transfer::routes::pages(user_pages(provider_pages(pages)))
}

fn installation_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .action(urls::KEY_BACKED_UP, installation::overview::key_backed_up)
        .page(urls::AUDIT, installation::audit::get)
        .file(urls::AUDIT_CSV, installation::audit_export::csv)
        .file(urls::AUDIT_JSON_LINES, installation::audit_export::json_lines)
        .action(urls::AUDIT_FILTERS, installation::audit::save)
        .action(SavedFilterUrls::DELETE, installation::audit::delete)
        .page(EventUrls::PAGE, installation::audit::event)
        .page(urls::KEYS, installation::keys::get)
        .form(urls::ROTATE_KEYS, installation::keys::ask_to_rotate, installation::keys::rotate)
        .form(KeyUrls::REVOKE, installation::keys::ask_to_revoke, installation::keys::revoke)
        .page(urls::CONSOLE_HEALTH, installation::health::get)
        .action(urls::HEALTH_CHECK, installation::health::check)
        .action(urls::HEALTH_MAIL, installation::health::mail)
        .action(urls::HEALTH_COUNT, installation::health::count)
        .page(urls::SETTINGS, installation::settings::get)
}

fn project_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .for_members(Right::View, Right::View)
        .page(ProjectUrls::PAGE, project::list::one)
        .page(ProjectUrls::MODULES, project::modules::get)
        .action(MemberUrls::REMOVE, project::members::remove)
        .form(ProjectUrls::HISTORY, project::history::get, project::history::read)
        .for_members(Right::View, Right::Develop)
        .text_form(ProjectUrls::APIS, project::apis::get, project::apis::create)
        .text_form(ProjectUrls::INITIAL_TOKENS, project::initial_tokens::get, project::initial_tokens::create)
        .action(InitialTokenUrls::DELETE, project::initial_tokens::delete)
        .text_form(ApiUrls::PAGE, project::api::get, project::api::save)
        .text_form(ProjectUrls::WEBHOOKS, project::webhooks::get, project::webhooks::create)
        .text_form(WebhookUrls::PAGE, project::webhook::get, project::webhook::save)
        .action(WebhookUrls::TEST, project::webhook::test)
        .action(WebhookUrls::ENABLE, project::webhook::enable)
        .action(WebhookUrls::DISABLE, project::webhook::disable)
        .action(WebhookUrls::ROTATE_SECRET, project::webhook::rotate_secret)
        .action(WebhookUrls::REDELIVER_FAILED, project::webhook::redeliver_failed)
        .action(DeliveryUrls::REDELIVER, project::webhook::redeliver)
        .for_members(Right::Develop, Right::Develop)
        .form(ApiUrls::DELETE, project::api::confirm_delete, project::api::delete)
        .form(WebhookUrls::DELETE, project::webhook::confirm_delete, project::webhook::delete)
        .for_members(Right::View, Right::Own)
        .text_form(ProjectUrls::MEMBERS, project::members::get, project::members::invite)
        .action(ProjectInvitationUrls::RESEND, project::members::resend)
        .action(ProjectInvitationUrls::WITHDRAW, project::members::withdraw)
        .text_form(ProjectUrls::SETTINGS, project::settings::get, project::settings::save)
        .text_form(ProjectUrls::SIGN_IN, project::sign_in::get, project::sign_in::save)
        .action(MemberUrls::CHANGE_ROLE, project::members::change_role)
        .action(ApiUrls::ALLOW, project::api::allow)
        .action(AllowedClientUrls::REMOVE, project::api::remove)
        .text_form(ProjectUrls::BRANDING, branding::get::<ProjectPage>, branding::save::<ProjectPage>)
        .form(ProjectUrls::BRANDING_PREVIEW, branding::preview::<ProjectPage>, branding::preview_typed::<ProjectPage>)
        .upload(ProjectUrls::BRANDING_LOGO, MAX_LOGO, branding::put_logo::<ProjectPage>)
        .action(ProjectUrls::REMOVE_LOGO, branding::remove_logo::<ProjectPage>)
        .for_members(Right::Own, Right::Own)
        .text_form(ProjectUrls::TOKEN, project::token::get, project::token::rotate)
        .form(ProjectUrls::DELETE, project::settings::confirm_delete, project::settings::delete)
}

fn client_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .for_members(Right::View, Right::Develop)
        .page(ClientUrls::PAGE, client::page::get)
        .action(ClientUrls::ROTATE_SECRET, client::page::rotate_secret)
        .action(ClientUrls::ENABLE, client::page::enable)
        .action(ClientUrls::DISABLE, client::page::disable)
        .action(ClientSecretUrls::END, client::page::end_secret)
        .page(ProjectClientUrls::QUICK_START, client::quick_start::get)
        .page(ProjectClientUrls::CLAIMS, client::claims::get)
        .page(ProjectClientUrls::ATTEMPTS, client::attempts::list)
        .page(AttemptUrls::PAGE, client::attempts::one)
        .action(AttemptUrls::FIX, client::attempts::fix)
        .text_form(ProjectClientUrls::CHECK_UP, client::check_up::get, client::check_up::prepare)
        .action(ProjectClientUrls::START_CHECK_UP, client::check_up::start)
        .action(ProjectClientUrls::END_CHECK_UP, client::check_up::end)
        .page(ProjectClientUrls::CHECK_UP_WAITING, client::check_up::waiting)
        .for_members(Right::Develop, Right::Develop)
        .text_form(ProjectUrls::NEW_CLIENT, client::edit::new, client::edit::create)
        .text_form(ClientUrls::EDIT, client::edit::get, client::edit::save)
        .form(ClientUrls::DELETE, client::page::confirm_delete, client::page::delete)
        .for_administrators()
        .action(ClientUrls::TRUST, client::page::trust)
        .action(ClientUrls::DISTRUST, client::page::distrust)
}

fn provider_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .form(urls::FIRST_RUN, project::first_run::get, project::first_run::create)
        .page(urls::PROVIDERS, provider::list::list)
        .text_form(urls::BRANDING, branding::get::<AdminPage>, branding::save::<AdminPage>)
        .form(urls::BRANDING_PREVIEW, branding::preview::<AdminPage>, branding::preview_typed::<AdminPage>)
        .upload(urls::BRANDING_LOGO, MAX_LOGO, branding::put_logo::<AdminPage>)
        .action(urls::REMOVE_LOGO, branding::remove_logo::<AdminPage>)
        .text_form(urls::NEW_PROVIDER, provider::edit::new, provider::edit::create)
        .text_form(ProviderUrls::PAGE, provider::edit::get, provider::edit::save)
        .action(ProviderUrls::TEST, provider::edit::test)
        .action(ProviderUrls::CLAIMS, provider::edit::claims)
        .action(ProviderUrls::ENABLE, provider::edit::enable)
        .action(ProviderUrls::DISABLE, provider::edit::disable)
        .action(ProviderUrls::REMOVE, provider::edit::remove)
}

fn user_pages(pages: PageRoutes) -> PageRoutes {
    pages
        .page(urls::USERS, user::list::get)
        .form(urls::CHANGE_USERS, user::change::ask, user::change::make)
        .page(urls::EXPORT_USERS, user::export::get)
        .page(urls::EXPORT_USERS_CSV, user::export::csv)
        .page(urls::EXPORT_USERS_JSON_LINES, user::export::json_lines)
        .text_form(urls::INVITE_USER, user::invite::get, user::invite::invite)
        .page(UserUrls::PAGE, user::detail::get)
        .page(UserUrls::SIGN_IN, user::tabs::sign_in)
        .page(UserUrls::SESSIONS, user::tabs::sessions)
        .page(UserUrls::APPLICATIONS, user::tabs::applications)
        .page(UserUrls::ROLES, user::tabs::roles)
        .page(UserUrls::ACTIVITY, user::tabs::activity)
        .text_form(UserUrls::EDIT, user::edit::get, user::edit::save)
        .form(UserUrls::MERGE, user::merge::get, user::merge::merge)
        .action(UserUrls::UNDO_MERGE, user::merge::undo)
        .action(UserUrls::RESEND_INVITATION, user::invite::resend)
        .action(UserUrls::WITHDRAW_INVITATION, user::invite::withdraw)
        .page(urls::LIVE_SESSIONS, user::sessions::get)
        .form(urls::END_LIVE_SESSIONS, user::sessions::ask, user::sessions::end)
}
