//! The pages of a visitor: the chrome around them, and the ways from one to the next.

use askama::Template as _;
use axum::Extension;
use axum::response::{Html, IntoResponse as _, Response};

use crate::views::{AccountChip, Assets, NavLink, Onward, Page, Tab};
use usher_domain::email::Email;
use usher_flows::Account;
use usher_http_server::extract::visitor::{Visitor, see_other};
use usher_http_server::layers::security_headers::LeadsOn;
use usher_http_server::problem::HttpProblem;
use usher_http_server::urls;
use usher_i18n::Lang;

/// Longest address in a header: with six cookies at their longest and all other headers, the head of the answer stays
/// below 4 kB, which is what nginx reads from an upstream unless it is told otherwise.
const LONGEST_LOCATION: usize = 1_250;

/// The rooms of an account, in the order the navigation shows them.
const ROOMS: [(Tab, &str); 7] = [
    (Tab::Profile, urls::PROFILE),
    (Tab::Security, urls::SECURITY),
    (Tab::Sessions, urls::SESSIONS),
    (Tab::Identities, urls::IDENTITIES),
    (Tab::Apps, urls::APPS),
    (Tab::Activity, urls::ACTIVITY),
    (Tab::Data, urls::DATA),
];

/// What pages ask of the visitor that they are shown to.
pub trait VisitorPages {
    /// The chrome of a page.
    fn page(&self, lang: Lang) -> Page;

    /// The chrome of a page that a signed-in person sees.
    fn page_of(&self, account: &Account, here: &str) -> Page;

    /// Sends the browser on with a GET: by 303 (RFC 9700 §4.12) where that can be, by a page that leads on by itself
    /// where it cannot.
    ///
    /// A browser holds every redirect that follows a form to the `form-action` of the page with the form, however many
    /// redirects come in between, and a client's callback may redirect further. So after a form, other sites, and pages of
    /// ours that may redirect to them, are reached from a page, whose navigation is a new one. And a head that holds a long
    /// address would not pass common proxies.
    fn redirect(self, to: &str) -> Response;

    /// Sends the browser on to an address of ours that answers with a page, not with a redirect to another site.
    fn redirect_to_page(self, to: &str) -> Response;
}

impl VisitorPages for Visitor {
    fn page(&self, lang: Lang) -> Page {
        Page {
            lang,
            dev: self.app.is_dev(),
            trace_id: self.trace.to_string(),
            assets: Assets::built_in(),
            ..Page::default()
        }
    }

    fn page_of(&self, account: &Account, here: &str) -> Page {
        let lang = self.lang(None, account.user.locale.as_deref());
        let mut sections = ROOMS.to_vec();
        if account.user.admin {
            sections.push((Tab::Console, urls::CONSOLE));
        }
        let nav = sections.into_iter().map(|(tab, url)| NavLink::new(lang, tab, url, url == here)).collect();
        let name = account.user.profile.display_name().unwrap_or_default();
        let chip = AccountChip {
            name,
            email: account.user.email.as_ref().map(Email::readable).unwrap_or_default(),
            sign_out_url: urls::LOGOUT.to_owned(),
        };
        Page { nav, account: Some(chip), language_url_base: here.to_owned(), ..self.page(lang) }
    }

    fn redirect(self, to: &str) -> Response {
        let is_ours = to.starts_with('/') && !to.starts_with("//");
        let may_leave = !is_ours || is_of_a_request(to);
        let by_page = self.posted && may_leave;
        send_to(self, to, by_page)
    }

    fn redirect_to_page(self, to: &str) -> Response {
        send_to(self, to, false)
    }
}

fn send_to(visitor: Visitor, to: &str, by_page: bool) -> Response {
    if to.len() <= LONGEST_LOCATION && !by_page {
        return visitor.reply(see_other(to));
    }
    let page = Onward { page: visitor.page(visitor.lang(None, None)), url: to.to_owned() };
    match page.render() {
        Ok(html) => visitor.reply((Extension(LeadsOn::ByAddress), Html(html))),
        Err(error) => HttpProblem::not_rendered(&error).into_response(),
    }
}

/// Is this a page that takes part in a client's request? Such a page leads to the client once the request can be answered.
fn is_of_a_request(address: &str) -> bool {
    let query = address.split_once('?').map(|(_, query)| query);
    query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("interaction=")))
}
