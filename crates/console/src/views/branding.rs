//! The branding of a project, or of the installation.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The fields of a branding, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BrandingValues {
    pub name: String,
    pub accent: String,
    pub support_email: String,
    pub tos_uri: String,
    pub policy_uri: String,
    pub sender_name: String,
    /// The values that the form was loaded with.
    pub loaded: String,
}

/// What both pages have in common.
#[derive(Clone, Debug, Default)]
pub struct BrandingForms {
    /// The fields of [`BrandingValues`].
    pub settings: Form,
    /// Shows the values of the same form without saving them.
    pub preview_url: String,
    /// One file, `logo`.
    pub logo: Form,
    pub remove_logo_url: String,
    pub logo_url: Option<String>,
    pub values: BrandingValues,
    /// The name that applies if the field stays empty.
    pub inherited_name: String,
    /// The colour to take instead of one that is too light.
    pub nearest: Option<String>,
    pub may_change: bool,
}

/// The branding of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/branding_project.html")]
pub struct ProjectBranding {
    pub page: Layout,
    pub project: ProjectHead,
    pub forms: BrandingForms,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// The branding of the installation.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/branding_installation.html")]
pub struct InstallationBranding {
    pub page: Layout,
    pub forms: BrandingForms,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// A sign-in page as it would look; nothing on it works.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/branding_preview.html")]
pub struct BrandingPreview {
    pub page: Layout,
    /// The style sheet of colours that were not saved.
    pub sheet_url: Option<String>,
    /// Why the values cannot be shown; the page then shows the saved ones.
    pub errors: FieldErrors,
}
