//! The page that asks before something of an account is removed.

use askama::Template;

use usher_page_kit::views::{Form, Layout};

/// Names what is removed, and what that means.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "account/question.html")]
pub struct AccountQuestion {
    /// The layout.
    pub page: Layout,
    /// Removes it. It has no fields.
    pub form: Form,
    /// The question.
    pub title: String,
    /// What its user can no longer do.
    pub meaning: String,
    /// The words of the button.
    pub button: String,
    /// The page to return to.
    pub keep_url: String,
}
