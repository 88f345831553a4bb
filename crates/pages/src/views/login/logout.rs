//! Going out.

use askama::Template;

use crate::views::{ClientView, Form, Page, ReceiptLine};

/// Really?
#[derive(Clone, Debug, Default, Template)]
#[template(path = "logout/confirm.html")]
pub struct LogoutConfirm {
    /// The chrome.
    pub page: Page,
    /// Buttons `logout` = `yes` or `no`, optional box `everywhere`.
    pub form: Form,
    /// The application that asked, if one did.
    pub client: Option<ClientView>,
    /// Who would be signed out.
    pub email: String,
    /// Whether to offer ending every other session as well.
    pub offer_everywhere: bool,
}

/// It is done.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "logout/signed_out.html")]
pub struct SignedOut {
    /// The chrome.
    pub page: Page,
    /// The application to go back to, by name.
    pub client_name: Option<String>,
    /// Where going back leads.
    pub continue_url: Option<String>,
    /// Sign in again.
    pub sign_in_url: Option<String>,
    /// What becomes of each application that had access.
    pub receipt: Vec<ReceiptLine>,
}
