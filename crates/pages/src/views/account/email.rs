//! A new address: submitted, and verified by code or link.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout};

/// An address that a provider asserts of the user, who must verify it to use it.
#[derive(Clone, Debug, Default)]
pub struct SuggestedEmailView {
    /// The address.
    pub email: String,
    /// The provider's name.
    pub provider: String,
}

/// The form for an address.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email.html")]
pub struct ChangeEmail {
    /// The layout.
    pub page: Layout,
    /// Field `email`.
    pub form: Form,
    /// The current address; empty if there is none.
    pub current: String,
    /// The submitted address.
    pub email: String,
    /// Neutral message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
    /// Addresses that providers assert, with buttons `take` and `dismiss`.
    pub suggested: Vec<SuggestedEmailView>,
    /// Back to the profile.
    pub back_url: String,
}

/// The form for the mailed code.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email_code.html")]
pub struct ChangeEmailCode {
    /// The layout.
    pub page: Layout,
    /// Fields `proof`, `code`.
    pub form: Form,
    /// The pending proof.
    pub proof: String,
    /// Sends another email, or one to another address.
    pub resend_url: String,
    /// The new address.
    pub email: String,
    /// A suggested correction, if the address looks mistyped.
    pub meant: Option<String>,
    /// Neutral message.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
    /// The form for another address.
    pub again_url: String,
}

/// The page of the emailed link: one button, because mail programs open links by themselves.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/email_link.html")]
pub struct ChangeEmailLink {
    /// The layout.
    pub page: Layout,
    /// The hidden field `token`.
    pub form: Form,
    /// The secret of the link.
    pub token: String,
    /// The new address.
    pub email: String,
}
