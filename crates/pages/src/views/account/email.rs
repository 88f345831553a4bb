//! A new address: typed, and proven by code or link.

use askama::Template;

use crate::views::{FieldErrors, Form, Page};

/// An address that a provider tells of the person: theirs once they have proven it.
#[derive(Clone, Debug, Default)]
pub struct SuggestedEmailView {
    /// The address.
    pub email: String,
    /// What the provider is called.
    pub provider: String,
}

/// Which address?
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email.html")]
pub struct ChangeEmail {
    /// The chrome.
    pub page: Page,
    /// Field `email`.
    pub form: Form,
    /// The address until now; empty where there is none.
    pub current: String,
    /// What was typed.
    pub email: String,
    /// Neutral news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
    /// Addresses that providers tell, with their buttons `take` and `dismiss`.
    pub suggested: Vec<SuggestedEmailView>,
    /// Where the buttons lead.
    pub change_url: String,
    /// Back to the profile.
    pub back_url: String,
}

/// Type the code that went there.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email_code.html")]
pub struct ChangeEmailCode {
    /// The chrome.
    pub page: Page,
    /// Fields `proof`, `code`.
    pub form: Form,
    /// The proof that waits.
    pub proof: String,
    /// The new address.
    pub email: String,
    /// The address that was probably meant, where this one looks mistyped.
    pub meant: Option<String>,
    /// Neutral news.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
    /// Another address.
    pub again_url: String,
}

/// The link of the letter was opened: one button, because mail programs open links by themselves.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email_link.html")]
pub struct ChangeEmailLink {
    /// The chrome.
    pub page: Page,
    /// The hidden field `token`.
    pub form: Form,
    /// The secret of the link.
    pub token: String,
    /// The new address.
    pub email: String,
}
