//! A person's data: taken home, or gone.

use askama::Template;

use crate::views::{FieldErrors, Form, Page, ReceiptLine};

/// Download, or delete.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/data.html")]
pub struct AccountData {
    /// The chrome.
    pub page: Page,
    /// Buttons `do` = `download` or `delete`, the latter with the field `confirmation`.
    pub form: Form,
    /// Must the person show themselves again before they may delete?
    pub sign_in_url: Option<String>,
    /// What to type to confirm.
    pub confirmation: String,
    /// Is it an address, or the number that stands for the person?
    pub is_address: bool,
    /// Good news. There is none here.
    pub notice: Option<String>,
    /// What was wrong.
    pub errors: FieldErrors,
}

/// The account is no more.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/gone.html")]
pub struct AccountGone {
    /// The chrome.
    pub page: Page,
    /// Was there an address to send a last letter to?
    pub mails: bool,
    /// What becomes of each application.
    pub receipt: Vec<ReceiptLine>,
    /// The front page.
    pub home_url: String,
}
