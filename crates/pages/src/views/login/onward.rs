//! Pages that stand in for a redirect and lead on by themselves.

use askama::Template;

use crate::views::Page;

/// On to another address.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/address.html")]
pub struct Onward {
    /// The chrome.
    pub page: Page,
    /// Where it leads: an address of ours, or a proven one of a client.
    pub url: String,
}

/// On to a client, by a form (OAuth 2.0 Form Post Response Mode). It carries no anti-forgery value: it posts elsewhere.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/form.html")]
pub struct FormPost {
    /// The chrome.
    pub page: Page,
    /// The client's redirect URI.
    pub action: String,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}
