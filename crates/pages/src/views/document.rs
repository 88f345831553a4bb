//! A guide.

use askama::Template;

use super::Page;

/// A document of `docs/`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "docs/document.html")]
pub struct DocumentPage {
    /// The page around it.
    pub page: Page,
    /// Its first heading.
    pub title: String,
    /// The document, rendered. It comes with the program, so it is trusted.
    pub html: &'static str,
}
