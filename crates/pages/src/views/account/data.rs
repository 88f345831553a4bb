//! A user's data: exporting or deleting them.

use askama::Template;

use crate::views::ReceiptLine;
use usher_page_kit::views::{FieldErrors, Form, Layout};

/// Download, or delete.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/data.html")]
pub struct AccountData {
    /// The layout.
    pub page: Layout,
    /// Buttons `do` = `download` or `delete`, the latter with the field `confirmation`.
    pub form: Form,
    /// The sign-in page, if the user must authenticate again before deleting.
    pub sign_in_url: Option<String>,
    /// The text to type as confirmation.
    pub confirmation: String,
    /// Is it the email address, or the `sub`?
    pub is_address: bool,
    /// Success message; always `None`.
    pub notice: Option<String>,
    /// Validation errors.
    pub errors: FieldErrors,
}

/// The page after the account was deleted.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/gone.html")]
pub struct AccountGone {
    /// The layout.
    pub page: Layout,
    /// Was there an address to send a confirmation to?
    pub mails: bool,
    /// The receipt of each application.
    pub receipt: Vec<ReceiptLine>,
    /// The front page.
    pub home_url: String,
}
