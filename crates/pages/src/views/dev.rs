//! The letters development mode caught instead of sending.

use askama::Template;

use super::Page;

/// Every caught letter, newest first.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "dev/mail.html")]
pub struct DevMail {
    /// The chrome.
    pub page: Page,
    /// The letters.
    pub letters: Vec<LetterRow>,
}

/// One letter in the list.
#[derive(Clone, Debug, Default)]
pub struct LetterRow {
    /// Its page.
    pub url: String,
    /// Who it is for.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// When, in the reader's language.
    pub time: String,
}

/// One letter.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "dev/letter.html")]
pub struct DevLetter {
    /// The chrome.
    pub page: Page,
    /// Who it is for.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// When, in the reader's language.
    pub time: String,
    /// The code in it, if there is one, to copy.
    pub code: Option<String>,
    /// The link in it, if there is one, to follow.
    pub link: Option<String>,
    /// The plain part.
    pub text: String,
    /// Where the HTML part is shown by itself, without scripts.
    pub html_url: Option<String>,
    /// Back to the list.
    pub list_url: String,
}
