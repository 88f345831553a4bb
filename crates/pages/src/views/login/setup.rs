//! The first administrator, by a one-use link.

use askama::Template;

use crate::views::{FieldErrors, Form, Page};

/// Make the administrator's account.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "setup/setup.html")]
pub struct Setup {
    /// The chrome.
    pub page: Page,
    /// Fields `given_name`, `family_name`, `email`, `password`.
    pub form: Form,
    /// What was typed before.
    pub values: SetupValues,
    /// What was wrong with it.
    pub errors: FieldErrors,
    /// The shortest password taken, in characters.
    pub min_password: u32,
}

/// What was typed; the password is never given back.
pub type SetupValues = crate::views::RegisterValues;

/// The link was used or is too old.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "setup/expired.html")]
pub struct SetupExpired {
    /// The chrome.
    pub page: Page,
    /// To sign in, for whoever made the account before.
    pub sign_in_url: String,
}
