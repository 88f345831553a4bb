//! The APIs of a project, and one of them with the clients of other projects that may use it.

use askama::Template;
use serde::Deserialize;

use usher_page_kit::views::{FieldErrors, Form, Layout, ProjectHead};

/// The fields of an API, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApiValues {
    pub identifier: String,
    pub name: String,
    /// One per line: `orders:read = See your orders`.
    pub scopes: String,
    /// Separated by spaces.
    pub roles: String,
    /// Separated by spaces.
    pub permissions: String,
    /// Empty: that of the installation.
    pub access_token_seconds: String,
    /// Empty: that of the client.
    pub signing_alg: String,
    /// `jwt` or `opaque`.
    pub token_format: String,
    /// `true` or empty: clients that register themselves may ask for it.
    pub self_registered_clients: String,
    /// The values that the form was loaded with, if the API exists already.
    pub loaded: String,
}

/// The fields that allow a client of another project, as they are sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllowedClientValues {
    pub client_id: String,
    /// Empty: every scope.
    pub scope: String,
}

/// Every API of a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/apis.html")]
pub struct ApisPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The fields of [`ApiValues`]: creates an API.
    pub form: Form,
    /// The APIs, oldest first.
    pub apis: Vec<ApiListItem>,
    /// The submitted values.
    pub values: ApiValues,
    /// The algorithms to choose from.
    pub algs: Vec<String>,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// One API in the list.
#[derive(Clone, Debug, Default)]
pub struct ApiListItem {
    /// The URL of its page.
    pub url: String,
    pub name: String,
    pub identifier: String,
    /// The names of its scopes, in one line.
    pub scopes: String,
}

/// One API.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "console/api.html")]
pub struct ApiPage {
    pub page: Layout,
    /// The header of the project's pages.
    pub project: ProjectHead,
    /// The stored name.
    pub name: String,
    /// Saves the fields of [`ApiValues`] but the identifier.
    pub form: Form,
    /// The submitted values.
    pub values: ApiValues,
    /// The algorithms to choose from.
    pub algs: Vec<String>,
    /// The fields of [`AllowedClientValues`]: allows a client of another project.
    pub allow: Form,
    /// The submitted values.
    pub allowed: AllowedClientValues,
    /// The clients of other projects that may use it.
    pub clients: Vec<AllowedClientItem>,
    /// Deletes it.
    pub delete: Form,
    /// Success message.
    pub notice: Option<String>,
    pub errors: FieldErrors,
}

/// A client of another project that may use an API.
#[derive(Clone, Debug, Default)]
pub struct AllowedClientItem {
    pub client_id: String,
    /// The scopes that it may ask for; all if absent.
    pub scope: Option<String>,
    /// Takes the permission back.
    pub remove: Form,
}
