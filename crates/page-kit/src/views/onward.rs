//! A page that replaces a redirect and continues by itself.

use askama::Template;

use super::layout::Layout;

/// A page that continues to a URL.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "onward/address.html")]
pub struct Onward {
    /// The layout.
    pub page: Layout,
    /// The URL: one of this server, or a validated one of a client.
    pub url: String,
}
