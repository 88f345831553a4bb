//! Pages of development mode: the caught emails, and the components.

use askama::Template;

use usher_page_kit::views::{FieldErrors, Layout, Moment, ShownSecret};

/// Every caught email, newest first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "dev/mail.html")]
pub struct DevMail {
    /// The layout.
    pub page: Layout,
    /// The emails.
    pub emails: Vec<EmailListItem>,
}

/// An email in the list.
#[derive(Clone, Debug, Default)]
pub struct EmailListItem {
    /// Its URL.
    pub url: String,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    pub time: Moment,
}

/// One email.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "dev/email.html")]
pub struct DevEmail {
    /// The layout.
    pub page: Layout,
    /// The recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// When it was sent, in the reader's language.
    pub time: String,
    /// The code in it, if there is one.
    pub code: Option<String>,
    /// The link in it, if there is one.
    pub link: Option<String>,
    /// The plain text part.
    pub text: String,
    /// The URL of the HTML part, shown without scripts.
    pub html_url: Option<String>,
    /// The list.
    pub list_url: String,
}

/// Every component in every state.
#[derive(Clone, Debug, Template)]
#[template(path = "dev/components.html")]
pub struct DevComponents {
    pub page: Layout,
    errors: FieldErrors,
    secret: Option<ShownSecret>,
    time: Moment,
    date: Moment,
}

impl DevComponents {
    pub fn new(page: Layout) -> Self {
        Self {
            errors: FieldErrors::one("website", "message-website-invalid", page.lang),
            secret: Some(ShownSecret::Now("usr_9f86d081884c7d659a2feaa0c55ad015".into())),
            time: page.ago(page.now - 300),
            date: page.date(page.now - 30 * 24 * 3600),
            page,
        }
    }
}
