//! Emails that somebody requested.
//!
//! No email repeats what an unknown person typed: registering with somebody else's address must not make Usher send
//! them text. So there is no greeting by name, and names are cleaned and escaped.

use askama::Template;

use super::email_message::{EmailKind, EmailMessage, EmailMessageContent, NotAnAddress};
use usher_i18n::Lang;

/// The recipient of an email.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The address.
    pub email: &'a str,
    /// The display name, for known users.
    pub name: Option<&'a str>,
    /// Their language.
    pub lang: Lang,
}

/// The email could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The address is invalid.
    #[error(transparent)]
    Address(#[from] NotAnAddress),
    /// The template failed.
    #[error("cannot render the letter: {0}")]
    Template(#[from] askama::Error),
}

/// A button: label and URL.
pub(super) struct EmailLink<'a> {
    pub label: String,
    pub url: &'a str,
}

/// The content of both parts of an email.
pub(super) struct EmailText<'a> {
    pub title: String,
    pub lead: String,
    pub code: Option<&'a str>,
    pub links: Vec<EmailLink<'a>>,
    pub notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextPart<'a> {
    title: &'a str,
    lead: &'a str,
    code: Option<&'a str>,
    links: &'a [EmailLink<'a>],
    notes: &'a [String],
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlPart<'a> {
    lang: &'a str,
    title: &'a str,
    lead: &'a str,
    code: Option<&'a str>,
    links: &'a [EmailLink<'a>],
    notes: &'a [String],
    footer: &'a str,
}

/// "Enter this code, or open this link": verifies the reader's address. Both are valid for `minutes`.
pub fn verify_email(to: Recipient<'_>, code: &str, link: &str, minutes: u32) -> Result<EmailMessage, WriteError> {
    let lang = to.lang;
    let words = EmailText {
        title: lang.text("mail-verify-subject"),
        lead: lang.text("mail-verify-lead"),
        code: Some(code),
        links: vec![EmailLink { label: lang.text("mail-verify-button"), url: link }],
        notes: vec![minutes_note(lang, minutes), lang.text("mail-verify-not-you")],
    };
    // The name was given together with the unverified address.
    write(EmailKind::VerifyEmail, Recipient { name: None, ..to }, &words)
}

/// "Enter this code": verifies the reader's address. It is valid for `minutes`.
pub fn link_code(to: Recipient<'_>, code: &str, minutes: u32) -> Result<EmailMessage, WriteError> {
    let lang = to.lang;
    let words = EmailText {
        title: lang.text("upstream-mail-code-subject"),
        lead: lang.text("upstream-mail-code-lead"),
        code: Some(code),
        links: Vec::new(),
        notes: vec![
            lang.text_with("mail-code-minutes", &[("count", minutes.into())]),
            lang.text("upstream-mail-code-not-you"),
        ],
    };
    write(EmailKind::VerifyEmail, Recipient { name: None, ..to }, &words)
}

/// "Somebody tried to register with your address; sign in, or set a new password."
pub fn already_registered(to: Recipient<'_>, sign_in: &str, recover: &str) -> Result<EmailMessage, WriteError> {
    let lang = to.lang;
    let words = EmailText {
        title: lang.text("mail-registered-subject"),
        lead: lang.text("mail-registered-lead"),
        code: None,
        links: vec![
            EmailLink { label: lang.text("mail-registered-sign-in"), url: sign_in },
            EmailLink { label: lang.text("mail-new-password"), url: recover },
        ],
        notes: vec![lang.text("mail-registered-not-you")],
    };
    write(EmailKind::AlreadyRegistered, to, &words)
}

/// "Set a new password": a link that is valid for `minutes`.
pub fn recovery(to: Recipient<'_>, link: &str, minutes: u32) -> Result<EmailMessage, WriteError> {
    let lang = to.lang;
    let words = EmailText {
        title: lang.text("mail-recovery-subject"),
        lead: lang.text("mail-recovery-lead"),
        code: None,
        links: vec![EmailLink { label: lang.text("mail-new-password"), url: link }],
        notes: vec![
            lang.text_with("recover-sent-minutes", &[("count", minutes.into())]),
            lang.text("mail-recovery-not-you"),
        ],
    };
    write(EmailKind::Recovery, to, &words)
}

fn minutes_note(lang: Lang, minutes: u32) -> String {
    lang.text_with("mail-minutes", &[("count", minutes.into())])
}

/// Writes both parts of an email.
pub(super) fn write(kind: EmailKind, to: Recipient<'_>, words: &EmailText<'_>) -> Result<EmailMessage, WriteError> {
    let footer = to.lang.text("mail-footer");
    let EmailText { title, lead, code, links, notes } = words;
    let code = *code;
    let text = TextPart { title, lead, code, links, notes, footer: &footer }.render()?;
    let html = HtmlPart { lang: to.lang.tag(), title, lead, code, links, notes, footer: &footer }.render()?;
    let content = EmailMessageContent {
        subject: title.clone(),
        text,
        html,
        code: code.map(str::to_owned),
        link: links.first().map(|link| link.url.to_owned()),
    };
    Ok(EmailMessage::new(kind, to.email, to.name, to.lang.tag(), content)?)
}

#[cfg(test)]
mod tests;
