//! Signing out.

use askama::Template;

use crate::views::{ReceiptLine, RequestingClient};
use usher_page_kit::views::{Form, Layout};

/// The question.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "logout/confirm.html")]
pub struct LogoutConfirm {
    /// The layout.
    pub page: Layout,
    /// Buttons `logout` = `yes` or `no`, optional box `everywhere`.
    pub form: Form,
    /// The client, if the page is part of its request.
    pub client: Option<RequestingClient>,
    /// The user's email address.
    pub email: String,
    /// Offer to end every other session as well?
    pub offer_everywhere: bool,
}

/// The signed-out page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "logout/signed_out.html")]
pub struct SignedOut {
    /// The layout.
    pub page: Layout,
    /// The client's name.
    pub client_name: Option<String>,
    /// The URL to continue.
    pub continue_url: Option<String>,
    /// The sign-in page.
    pub sign_in_url: Option<String>,
    /// The receipt of each application that had access.
    pub receipt: Vec<ReceiptLine>,
}
