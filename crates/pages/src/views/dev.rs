//! The emails that development mode caught.

use askama::Template;

use super::Layout;

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
    /// When it was sent, in the reader's language.
    pub time: String,
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
