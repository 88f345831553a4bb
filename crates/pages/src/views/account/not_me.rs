//! "This wasn't me", as the link of a letter shows it.

use askama::Template;

use crate::views::{Form, Page, ReceiptLine};

/// Really? Says what will happen.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me.html")]
pub struct NotMe {
    /// The chrome.
    pub page: Page,
    /// The one button; the `token` goes with it.
    pub form: Form,
    /// The secret of the link; empty for somebody who is signed in.
    pub token: String,
    /// Is there an address to mail a way back to?
    pub mails: bool,
}

/// It is done: everything has ended.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me_done.html")]
pub struct NotMeDone {
    /// The chrome.
    pub page: Page,
    /// Was a way back mailed?
    pub mails: bool,
    /// What becomes of each application.
    pub receipt: Vec<ReceiptLine>,
    /// On to signing in.
    pub sign_in_url: String,
}

/// The link was used or is too old.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me_expired.html")]
pub struct NotMeExpired {
    /// The chrome.
    pub page: Page,
    /// On to signing in.
    pub sign_in_url: String,
}
