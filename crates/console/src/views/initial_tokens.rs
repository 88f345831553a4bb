//! The tokens of a project with which clients register themselves.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, Moment, ProjectHead, ShownSecret};

/// The fields of a token, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct InitialTokenValues {
    pub name: String,
    pub max_clients: String,
    /// Its lifetime.
    pub days: String,
}

/// Every initial access token of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/initial_tokens.html")]
pub struct InitialTokensPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`InitialTokenValues`]: creates a token.
    pub form: Form,
    /// The tokens, oldest first.
    pub tokens: Vec<InitialTokenItem>,
    /// Nobody registers clients here: a setting says so.
    pub closed: bool,
    /// Registration needs no token.
    pub open: bool,
    /// The submitted values.
    pub values: InitialTokenValues,
    /// The new token.
    pub token: Option<ShownSecret>,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// One token in the list.
#[derive(Clone, Debug, Default)]
pub struct InitialTokenItem {
    pub name: String,
    pub registered: u32,
    pub max_clients: u32,
    pub expires: Moment,
    /// It has expired, or registered as many clients as it may.
    pub ended: bool,
    /// Deletes it.
    pub delete: Form,
}
