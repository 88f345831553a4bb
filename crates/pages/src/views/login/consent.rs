//! The scopes that an application requests, and the two buttons.

use askama::Template;

use crate::views::{CibaOrigin, DeviceOrigin, RequestingClient};
use usher_i18n::Lang;
use usher_page_kit::views::{Form, Layout, initials, tone};
use usher_protocol::scope::is_of_usher_api;

/// The consent page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "consent/consent.html")]
pub struct Consent {
    /// The layout.
    pub page: Layout,
    /// Buttons `decision` = `allow`, `deny`, or `not-me` for a CIBA request.
    pub form: Form,
    /// The client.
    pub client: RequestingClient,
    /// The device that asks, if the request is that of a device.
    pub device: Option<DeviceOrigin>,
    /// The CIBA request, if it is one.
    pub ciba: Option<CibaOrigin>,
    /// Why the question is asked again.
    pub notice: Option<String>,
    /// The user's display name.
    pub name: String,
    /// The user's email address.
    pub email: String,
    /// The page to switch accounts.
    pub switch_url: Option<String>,
    /// The requested scopes of Usher.
    pub scopes: Vec<ScopeView>,
    /// The requested APIs.
    pub apis: Vec<ConsentApi>,
}

/// An API that the application wants to use for the user.
#[derive(Clone, Debug, Default)]
pub struct ConsentApi {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// The requested scopes.
    pub scopes: Vec<ScopeView>,
    /// Is it new since the last consent?
    pub new: bool,
}

/// Scopes under one heading.
#[derive(Debug)]
pub struct ScopeGroup<'s> {
    pub heading: String,
    /// Are these new, beside others that are not?
    pub mark_new: bool,
    pub scopes: Vec<&'s ScopeView>,
}

impl Consent {
    pub fn initials(&self) -> String {
        initials(if self.name.is_empty() { &self.email } else { &self.name })
    }

    pub fn tone(&self) -> usize {
        tone(&self.email)
    }

    /// A person who did not start it is asked first whether they did.
    pub const fn title_key(&self) -> &'static str {
        if self.ciba.is_some() { "ciba-title" } else { "consent-title" }
    }

    /// Has the client nothing yet of what it requests?
    pub fn is_first_visit(&self) -> bool {
        self.scopes.iter().all(|scope| scope.new) && self.apis.iter().all(|api| api.new)
    }

    /// What is new, then what the client has already; one group without marks at the first visit. `openid` is not worth
    /// a line beside others: every sign-in releases an identifier.
    pub fn groups(&self) -> Vec<ScopeGroup<'_>> {
        let is_alone = self.scopes.len() == 1 && self.apis.is_empty();
        let shown = self.scopes.iter().filter(|scope| is_alone || scope.name != "openid");
        let (new, known): (Vec<_>, Vec<_>) = shown.partition(|scope| scope.new);
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let first_visit = self.is_first_visit();
        let asked = if first_visit { self.page.t("consent-scopes") } else { self.page.tn("consent-new-scopes", count) };
        let groups = [
            ScopeGroup { heading: asked, mark_new: !first_visit, scopes: new },
            ScopeGroup { heading: self.page.t("consent-known-scopes"), mark_new: false, scopes: known },
        ];
        groups.into_iter().filter(|group| !group.scopes.is_empty()).collect()
    }
}

/// A requested scope.
#[derive(Clone, Debug, Default)]
pub struct ScopeView {
    /// The scope.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its description, in one sentence.
    pub description: String,
    /// The value that would be released, if there is one to show.
    pub value: Option<String>,
    /// Is it new since the last consent?
    pub new: bool,
}

impl ScopeView {
    /// A scope with its texts; an unknown one is shown by its own name.
    pub fn new(lang: Lang, scope: &str, value: Option<String>, new: bool) -> Self {
        let keys = match scope {
            "openid" => Some(("scope-openid", "scope-openid-text")),
            "profile" => Some(("scope-profile", "scope-profile-text")),
            "email" => Some(("scope-email", "scope-email-text")),
            "address" => Some(("scope-address", "scope-address-text")),
            "phone" => Some(("scope-phone", "scope-phone-text")),
            "roles" => Some(("scope-roles", "scope-roles-text")),
            "offline_access" => Some(("scope-offline", "scope-offline-text")),
            _ => None,
        };
        let other = if is_of_usher_api(scope) { "scope-usher-text" } else { "scope-other-text" };
        let (title, description) = keys
            .map_or_else(|| (scope.to_owned(), lang.text(other)), |(title, text)| (lang.text(title), lang.text(text)));
        Self { name: scope.to_owned(), title, description, value, new }
    }

    /// A scope of an API, in the words of its owner; without any, by its own name.
    pub fn of_api(lang: Lang, name: String, description: String, new: bool) -> Self {
        let (title, description) = if description.is_empty() {
            (name.clone(), lang.text("scope-of-api-text"))
        } else {
            (description, String::new())
        };
        Self { name, title, description, value: None, new }
    }

    pub fn icon(&self) -> &'static str {
        match self.name.as_str() {
            "openid" => "fingerprint",
            "profile" => "user-round",
            "email" => "mail",
            "address" => "house",
            "phone" => "smartphone",
            "roles" => "shield-check",
            "offline_access" => "clock",
            _ => "key-round",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(scopes: &[(&str, bool)]) -> Vec<(bool, Vec<String>)> {
        let scopes = scopes.iter().map(|(name, new)| ScopeView::new(Lang::En, name, None, *new)).collect();
        let consent = Consent { scopes, ..Consent::default() };
        let names = |group: &ScopeGroup<'_>| group.scopes.iter().map(|scope| scope.name.clone()).collect();
        consent.groups().iter().map(|group| (group.mark_new, names(group))).collect()
    }

    #[test]
    fn only_what_is_new_beside_what_is_known_is_marked() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(groups(&[("openid", true), ("email", true)]), [(false, names(&["email"]))]);
        assert_eq!(groups(&[("openid", true)]), [(false, names(&["openid"]))]);
        assert_eq!(
            groups(&[("openid", false), ("email", false), ("notes:read", true)]),
            [(true, names(&["notes:read"])), (false, names(&["email"]))]
        );
        assert_eq!(groups(&[("openid", false), ("email", false)]), [(false, names(&["email"]))]);
    }

    #[test]
    fn a_scope_usher_has_no_words_for_keeps_its_name() {
        let scope = ScopeView::new(Lang::Uk, "invoices:read", None, true);
        assert_eq!((scope.name.as_str(), scope.title.as_str()), ("invoices:read", "invoices:read"));
        let scope = ScopeView::of_api(Lang::En, "invoices:read".into(), "See your invoices".into(), true);
        assert_eq!((scope.title.as_str(), scope.description.as_str()), ("See your invoices", ""));
        assert_eq!(ScopeView::of_api(Lang::En, "x".into(), String::new(), true).title, "x");
        assert_eq!(ScopeView::new(Lang::PtBr, "email", None, false).title, Lang::PtBr.text("scope-email"));
    }
}
