//! Getting back in after a forgotten password.

use askama::Template;

use crate::views::{FieldErrors, Form, Page};

/// Ask for the letter.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/request.html")]
pub struct RecoverRequest {
    /// The chrome.
    pub page: Page,
    /// Field `email`.
    pub form: Form,
    /// The page of ours that was asked for, where no client asked.
    pub next: Option<String>,
    /// What was typed before.
    pub email: String,
    /// What was wrong with it.
    pub errors: FieldErrors,
    /// Back to signing in.
    pub sign_in_url: String,
}

/// The letter is on its way, if there is such an account; the page cannot be told apart otherwise.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/sent.html")]
pub struct RecoverSent {
    /// The chrome.
    pub page: Page,
    /// That no email was sent.
    pub notice: Option<String>,
    /// The address as it was typed.
    pub email: String,
    /// How long the link works.
    pub minutes: u32,
    /// Ask again.
    pub again_url: String,
    /// On to signing in.
    pub sign_in_url: String,
    /// Whether the link was opened in another browser.
    pub wait: Wait,
}

/// A window waits for what is done in another browser, and goes on by itself.
#[derive(Clone, Debug, Default)]
pub struct Wait {
    /// Where its script asks.
    pub url: String,
    /// Where it goes then.
    pub then_url: String,
}

/// Choose the new password.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/password.html")]
pub struct RecoverPassword {
    /// The chrome.
    pub page: Page,
    /// Fields `token` (hidden), `email` (read-only), `password`.
    pub form: Form,
    /// The one-use value of the letter's link.
    pub token: String,
    /// Whose password it is, so that a password manager stores it rightly.
    pub email: String,
    /// How many signed-in sessions will end.
    pub sessions: u32,
    /// The shortest password taken, in characters.
    pub min_password: u32,
    /// What was wrong with it.
    pub errors: FieldErrors,
}

/// The new password holds.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/done.html")]
pub struct RecoverDone {
    /// The chrome.
    pub page: Page,
    /// How many sessions were ended.
    pub sessions: u32,
    /// The email was asked for in another browser, whose window goes on by itself.
    pub elsewhere: bool,
    /// On to signing in.
    pub sign_in_url: String,
}

/// The link was used or is too old.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "recover/expired.html")]
pub struct RecoverExpired {
    /// The chrome.
    pub page: Page,
    /// Ask for a new letter.
    pub again_url: String,
    /// On to signing in.
    pub sign_in_url: String,
}
