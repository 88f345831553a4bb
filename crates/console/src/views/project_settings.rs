//! The settings of a project.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The settings of a project, and the way to delete it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/project_settings.html")]
pub struct ProjectSettingsPage {
    /// The layout.
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// Fields of [`ProjectSettingsValues`].
    pub form: Form,
    /// The values of the fields.
    pub values: ProjectSettingsValues,
    /// The page that asks before the project is deleted.
    pub delete_url: String,
    /// Success message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// The fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProjectSettingsValues {
    pub name: String,
    /// The values that the form was loaded with.
    pub loaded: String,
}
