//! A guide.

use askama::Template;

use usher_page_kit::views::Layout;

/// A document of `docs/`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "docs/document.html")]
pub struct DocumentPage {
    /// The layout.
    pub page: Layout,
    /// Its first heading.
    pub title: String,
    /// The rendered document. It is built into the binary, so it is trusted.
    pub html: &'static str,
}
