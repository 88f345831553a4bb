//! The link of an invitation to a project.

use askama::Template;

use super::sign_in::RegisterValues;
use usher_page_kit::views::{FieldErrors, Form, Layout};

/// Somebody is invited to a project.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "login/invitation.html")]
pub struct ProjectInvitationPage {
    pub page: Layout,
    /// The name of the project.
    pub project: String,
    /// What they would do there.
    pub role_text: String,
    /// The invited address.
    pub email: String,
    /// The signed-in user, who may accept.
    pub account: Option<String>,
    /// Whether an account may be made for the address.
    pub may_register: bool,
    /// Accepts as the signed-in user.
    pub form: Form,
    /// Makes an account and accepts: fields `given_name`, `family_name`, `password`.
    pub register_url: String,
    /// Signs in, and comes back.
    pub sign_in_url: String,
    /// The submitted values.
    pub values: RegisterValues,
    pub errors: FieldErrors,
    /// The minimum length of a password, in characters.
    pub min_password: u32,
    pub offers_passkeys: bool,
}
