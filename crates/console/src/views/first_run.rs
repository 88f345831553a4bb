//! The first page of an installation without projects.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout};

/// The form that creates the first project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/first_run.html")]
pub struct FirstRun {
    /// The layout.
    pub page: Layout,
    /// Field `name`.
    pub form: Form,
    /// The submitted name.
    pub name: String,
    /// Validation errors.
    pub errors: FieldErrors,
}
