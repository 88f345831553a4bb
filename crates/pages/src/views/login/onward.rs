//! Pages that replace a redirect and continue by themselves.

use askama::Template;

use crate::views::Layout;

/// A page that continues to a URL.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/address.html")]
pub struct Onward {
    /// The layout.
    pub page: Layout,
    /// The URL: one of this server, or a validated one of a client.
    pub url: String,
}

/// A form that submits itself to a client (OAuth 2.0 Form Post Response Mode). It has no anti-forgery value: it posts
/// to another site.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/form.html")]
pub struct FormPost {
    /// The layout.
    pub page: Layout,
    /// The client's redirect URI.
    pub action: String,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}
