//! The page that asks before something of a project is deleted.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// Names what is deleted, and what ends with it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/confirm.html")]
pub struct ConfirmDeletion {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Deletes it. Field `confirmation`, if the name must be typed.
    pub form: Form,
    /// Its name.
    pub name: String,
    /// What that means.
    pub meaning: String,
    /// What is deleted with it, a line each.
    pub with_it: Vec<String>,
    /// Whether the name must be typed.
    pub is_typed: bool,
    /// The page to return to.
    pub keep_url: String,
    /// Validation errors.
    pub errors: FieldErrors,
}
