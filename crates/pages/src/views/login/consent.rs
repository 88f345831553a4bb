//! What an application asks to know, and the two buttons that answer.

use askama::Template;

use crate::views::{ClientView, Form, Page};
use usher_i18n::Lang;

/// May this application have this?
#[derive(Clone, Debug, Default, Template)]
#[template(path = "consent/consent.html")]
pub struct Consent {
    /// The chrome.
    pub page: Page,
    /// Buttons `decision` = `allow` or `deny`.
    pub form: Form,
    /// The application that asks.
    pub client: ClientView,
    /// Why the question is asked again.
    pub notice: Option<String>,
    /// Who answers: display name.
    pub name: String,
    /// Who answers: e-mail address.
    pub email: String,
    /// Answer as somebody else.
    pub switch_url: Option<String>,
    /// What is asked for.
    pub scopes: Vec<ScopeView>,
}

/// One thing asked for.
#[derive(Clone, Debug, Default)]
pub struct ScopeView {
    /// The scope as the protocol names it.
    pub name: String,
    /// What it means, in few words.
    pub title: String,
    /// What it means, in one sentence.
    pub description: String,
    /// The value that would be handed over, where there is one to show.
    pub value: Option<String>,
    /// Whether it was not allowed before.
    pub new: bool,
}

impl ScopeView {
    /// A scope in plain words; one Usher has no words for is shown by its own name.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_usher_has_no_words_for_keeps_its_name() {
        let scope = ScopeView::new(Lang::Uk, "invoices:read", None, true);
        assert_eq!((scope.name.as_str(), scope.title.as_str()), ("invoices:read", "invoices:read"));
        assert_eq!(ScopeView::new(Lang::PtBr, "email", None, false).title, Lang::PtBr.text("scope-email"));
    }
}
