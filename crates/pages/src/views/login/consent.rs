//! The scopes that an application requests, and the two buttons.

use askama::Template;

use crate::views::{DeviceOrigin, Form, Layout, RequestingClient};
use usher_i18n::Lang;

/// The consent page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "consent/consent.html")]
pub struct Consent {
    /// The layout.
    pub page: Layout,
    /// Buttons `decision` = `allow` or `deny`.
    pub form: Form,
    /// The client.
    pub client: RequestingClient,
    /// The device that asks, if the request is that of a device.
    pub device: Option<DeviceOrigin>,
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
        let (title, description) = keys.map_or_else(
            || (scope.to_owned(), lang.text("scope-other-text")),
            |(title, text)| (lang.text(title), lang.text(text)),
        );
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
