//! Password recovery.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Form, Layout};

/// The form that requests the email.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/request.html")]
pub struct RecoverRequest {
    /// The layout.
    pub page: Layout,
    /// Field `email`.
    pub form: Form,
    /// The page that was requested, without a client.
    pub next: Option<String>,
    /// The submitted values.
    pub email: String,
    /// Validation errors.
    pub errors: FieldErrors,
    /// The sign-in page.
    pub sign_in_url: String,
}

/// The page after requesting an email. It is the same whether or not the account exists.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/sent.html")]
pub struct RecoverSent {
    /// The layout.
    pub page: Layout,
    /// The message that no email was sent.
    pub notice: Option<String>,
    /// The submitted address.
    pub email: String,
    /// Minutes until the link expires.
    pub minutes: u32,
    /// The page to request another one.
    pub again_url: String,
    /// The sign-in page.
    pub sign_in_url: String,
    /// Polls whether the link was opened in another browser.
    pub wait: WaitPoll,
}

/// A page that waits for an action in another browser, and then continues by itself.
#[derive(Clone, Debug, Default)]
pub struct WaitPoll {
    /// The URL that its script polls.
    pub url: String,
    /// Where it continues.
    pub then_url: String,
}

/// The form for the new password.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/password.html")]
pub struct RecoverPassword {
    /// The layout.
    pub page: Layout,
    /// Fields `token` (hidden), `email` (read-only), `password`.
    pub form: Form,
    /// The secret of the email's link.
    pub token: String,
    /// The user's address, so that password managers store the password for it.
    pub email: String,
    /// How many sessions will end.
    pub sessions: u32,
    /// The minimum length of a password, in characters.
    pub min_password: u32,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// The page after the new password was set.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/done.html")]
pub struct RecoverDone {
    /// The layout.
    pub page: Layout,
    /// How many sessions ended.
    pub sessions: u32,
    /// Was the email requested in another browser, whose page continues by itself?
    pub elsewhere: bool,
    /// The sign-in page.
    pub sign_in_url: String,
}

/// The page for a link that was used or has expired.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/expired.html")]
pub struct RecoverExpired {
    /// The layout.
    pub page: Layout,
    /// The page to request another one.
    pub again_url: String,
    /// The sign-in page.
    pub sign_in_url: String,
}
