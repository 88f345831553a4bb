//! A form that submits itself to a client.

use askama::Template;

use usher_page_kit::views::Layout;

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
