//! The one-time link that makes the first administrator.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout};

/// The form of the administrator's account.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "setup/setup.html")]
pub struct Setup {
    /// The layout.
    pub page: Layout,
    /// Fields `given_name`, `family_name`, `email`, `password`.
    pub form: Form,
    /// The submitted values.
    pub values: SetupValues,
    /// Validation errors.
    pub errors: FieldErrors,
    /// The minimum length of a password, in characters.
    pub min_password: u32,
}

/// The submitted values, except the password.
pub type SetupValues = crate::views::RegisterValues;

/// The page for a link that was used or has expired.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "setup/expired.html")]
pub struct SetupExpired {
    /// The layout.
    pub page: Layout,
    /// The sign-in page, for an administrator who created the account before.
    pub sign_in_url: String,
}
