//! The page that keeps what a signed-out user typed.

use askama::Template;

use super::form::Form;
use super::layout::Layout;

/// The user was signed out while typing: the page contains the submitted values.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "error/kept.html")]
pub struct Kept {
    /// The layout.
    pub page: Layout,
    /// The form, to be submitted again.
    pub form: Form,
    /// The submitted values, by field.
    pub fields: Vec<(String, String)>,
    /// The sign-in page, for another tab.
    pub sign_in_url: String,
}
