//! "This wasn't me", from the link of an email.

use askama::Template;

use crate::views::ReceiptLine;
use usher_page_kit::views::{Form, Layout};

/// The question, with the consequences.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me.html")]
pub struct NotMe {
    /// The layout.
    pub page: Layout,
    /// One button; the `token` is a hidden field.
    pub form: Form,
    /// The secret of the link; empty for a signed-in user.
    pub token: String,
    /// Is there an address to mail a link to?
    pub mails: bool,
}

/// The page after everything has ended.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me_done.html")]
pub struct NotMeDone {
    /// The layout.
    pub page: Layout,
    /// Was a link mailed?
    pub mails: bool,
    /// The receipt of each application.
    pub receipt: Vec<ReceiptLine>,
    /// The sign-in page.
    pub sign_in_url: String,
}

/// The page for a link that was used or has expired.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/not_me_expired.html")]
pub struct NotMeExpired {
    /// The layout.
    pub page: Layout,
    /// The sign-in page.
    pub sign_in_url: String,
}
