//! The layout of pages for a visitor, and redirects between pages.

use askama::Template as _;
use axum::Extension;
use axum::response::{Html, IntoResponse as _, Response};

use crate::views::{AccountChip, AssetUrls, Layout, NavLink, Onward, ProjectLink, Tab};
use usher_accounts::Account;
use usher_domain::email::Email;
use usher_domain::project::Project;
use usher_domain::urls::{self, ProjectUrls};
use usher_http_server::extract::visitor::{Visitor, see_other};
use usher_http_server::layers::security_headers::Continuation;
use usher_http_server::problem::HttpProblem;
use usher_i18n::Lang;

/// The longest URL in a `Location` header: with six cookies of maximum length and all other headers, the response's
/// head stays below 4 kB, the default buffer of nginx.
const LONGEST_LOCATION: usize = 1_250;

/// The account pages, in the order of the navigation.
const ACCOUNT_SECTIONS: [(Tab, &str); 8] = [
    (Tab::Overview, urls::ACCOUNT),
    (Tab::Profile, urls::PROFILE),
    (Tab::Security, urls::SECURITY),
    (Tab::Sessions, urls::SESSIONS),
    (Tab::Identities, urls::IDENTITIES),
    (Tab::Apps, urls::APPS),
    (Tab::Activity, urls::ACTIVITY),
    (Tab::Data, urls::DATA),
];

/// A section of the console.
struct ConsoleSection {
    tab: Tab,
    /// Its first page.
    url: &'static str,
    /// What the paths of its pages begin with, unless the path is `url`.
    below: &'static [&'static str],
    for_administrators: bool,
}

impl ConsoleSection {
    const fn new(tab: Tab, url: &'static str, below: &'static [&'static str], for_administrators: bool) -> Self {
        Self { tab, url, below, for_administrators }
    }

    fn holds(&self, here: &str) -> bool {
        here == self.url || self.below.iter().any(|below| here.starts_with(below))
    }
}

/// The sections of the console, in the order of the navigation.
const CONSOLE_SECTIONS: &[ConsoleSection] = &[
    ConsoleSection::new(Tab::Console, urls::CONSOLE, &[], true),
    ConsoleSection::new(Tab::Projects, urls::PROJECTS, &[], false),
    ConsoleSection::new(Tab::Users, urls::USERS, &[urls::USERS, urls::CHANGE_USERS, urls::INVITE_USER], true),
    ConsoleSection::new(Tab::LiveSessions, urls::LIVE_SESSIONS, &[urls::END_LIVE_SESSIONS], true),
    ConsoleSection::new(Tab::Providers, urls::PROVIDERS, &[urls::PROVIDERS, urls::NEW_PROVIDER], true),
    ConsoleSection::new(Tab::Branding, urls::BRANDING, &[], true),
    ConsoleSection::new(Tab::Keys, urls::KEYS, &[urls::KEYS], true),
    ConsoleSection::new(Tab::Audit, urls::AUDIT, &[urls::AUDIT], true),
    ConsoleSection::new(Tab::Health, urls::CONSOLE_HEALTH, &[urls::CONSOLE_HEALTH], true),
    ConsoleSection::new(Tab::Settings, urls::SETTINGS, &[urls::SETTINGS], true),
];

/// Layout and redirects for a visitor.
pub trait VisitorPages {
    /// The layout of a page.
    fn page(&self, lang: Lang) -> Layout;

    /// The layout of a signed-in user's page.
    fn page_of(&self, account: &Account, here: &str) -> Layout;

    /// The layout of a page in the console.
    fn console_page(&self, account: &Account, here: &str, projects: &[Project]) -> Layout;

    /// Redirects with a GET: by 303 (RFC 9700 §4.12) if possible, otherwise by a page that continues by itself.
    ///
    /// A browser applies the `form-action` of a page to every redirect that follows its form, and a client's callback
    /// may redirect further. So after a form, other sites, and pages that may redirect to them, are reached from a
    /// page, whose navigation is a new one. And a head with a long URL would exceed the buffers of common proxies.
    fn redirect(self, to: &str) -> Response;

    /// The response of [`Self::redirect`], without new cookies.
    fn redirection(&self, to: &str) -> Response;

    /// Redirects to a URL of this server that responds with a page, not with a redirect to another site.
    fn redirect_to_page(self, to: &str) -> Response;
}

impl VisitorPages for Visitor {
    fn page(&self, lang: Lang) -> Layout {
        Layout {
            lang,
            now: self.app.usher.core.now().0,
            dev: self.app.is_dev(),
            trace_id: self.trace.to_string(),
            assets: AssetUrls::built_in(),
            brand: self.brand.clone(),
            ..Layout::default()
        }
    }

    fn page_of(&self, account: &Account, here: &str) -> Layout {
        let lang = self.lang(None, account.user.locale.as_deref());
        let nav = ACCOUNT_SECTIONS.iter().map(|(tab, url)| NavLink::new(lang, *tab, *url, *url == here)).collect();
        let name = account.user.profile.display_name().unwrap_or_default();
        let chip = AccountChip {
            name,
            email: account.user.email.as_ref().map(Email::readable).unwrap_or_default(),
            sign_out_url: urls::LOGOUT.to_owned(),
            is_admin: account.user.admin,
        };
        let console_url = account.user.admin.then(|| urls::CONSOLE.to_owned());
        Layout { nav, account: Some(chip), console_url, language_url_base: here.to_owned(), ..self.page(lang) }
    }

    fn console_page(&self, account: &Account, here: &str, projects: &[Project]) -> Layout {
        let page = self.page_of(account, here);
        let shown = CONSOLE_SECTIONS.iter().filter(|section| account.user.admin || !section.for_administrators);
        let nav = shown.map(|section| NavLink::new(page.lang, section.tab, section.url, section.holds(here))).collect();
        let link = |one: &Project| ProjectLink { name: one.name.clone(), url: ProjectUrls::of(&one.id).page() };
        Layout { nav, projects: projects.iter().map(link).collect(), ..page }
    }

    fn redirect(self, to: &str) -> Response {
        let answer = self.redirection(to);
        self.reply(answer)
    }

    fn redirection(&self, to: &str) -> Response {
        let is_ours = to.starts_with('/') && !to.starts_with("//");
        let may_leave = !is_ours || is_of_a_request(to);
        send_to(self, to, self.posted && may_leave)
    }

    fn redirect_to_page(self, to: &str) -> Response {
        let answer = send_to(&self, to, false);
        self.reply(answer)
    }
}

fn send_to(visitor: &Visitor, to: &str, by_page: bool) -> Response {
    if to.len() <= LONGEST_LOCATION && !by_page {
        return see_other(to);
    }
    let page = Onward { page: visitor.page(visitor.lang(None, None)), url: to.to_owned() };
    match page.render() {
        Ok(html) => (Extension(Continuation::ByAddress), Html(html)).into_response(),
        Err(error) => HttpProblem::not_rendered(&error).into_response(),
    }
}

/// Does this page belong to a client's request? Such a page redirects to the client once the request can be answered.
fn is_of_a_request(address: &str) -> bool {
    let query = address.split_once('?').map(|(_, query)| query);
    query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("interaction=")))
}
