//! What each letter says.
//!
//! No letter repeats what an unknown person typed: whoever registers with somebody else's address must not be able to
//! write to them through us. So there is no greeting by name, and names from outside go in cleaned and escaped.

use askama::Template;

use super::letter::{Content, Letter, LetterKind, NotAnAddress};
use usher_i18n::Lang;

/// Who gets a letter.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The address.
    pub email: &'a str,
    /// The name shown with the address, for letters to people we know.
    pub name: Option<&'a str>,
    /// The language they read.
    pub lang: Lang,
}

/// No letter was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is nobody to write to.
    #[error(transparent)]
    Address(#[from] NotAnAddress),
    /// The template failed.
    #[error("cannot render the letter: {0}")]
    Template(#[from] askama::Error),
}

/// A button: what it says, where it leads.
pub(super) struct Link<'a> {
    pub label: String,
    pub url: &'a str,
}

/// What both parts of every letter are made of.
pub(super) struct Words<'a> {
    pub title: String,
    pub lead: String,
    pub code: Option<&'a str>,
    pub links: Vec<Link<'a>>,
    pub notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextPart<'a> {
    title: &'a str,
    lead: &'a str,
    code: Option<&'a str>,
    links: &'a [Link<'a>],
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
    links: &'a [Link<'a>],
    notes: &'a [String],
    footer: &'a str,
}

/// "Enter this code, or open this link": proves that the address is the reader's. Both work for `minutes`.
pub fn verify_email(to: Recipient<'_>, code: &str, link: &str, minutes: u32) -> Result<Letter, WriteError> {
    let lang = to.lang;
    let words = Words {
        title: lang.text("mail-verify-subject"),
        lead: lang.text("mail-verify-lead"),
        code: Some(code),
        links: vec![Link { label: lang.text("mail-verify-button"), url: link }],
        notes: vec![minutes_note(lang, minutes), lang.text("mail-verify-not-you")],
    };
    // Whoever gave the address also gave the name.
    write(LetterKind::VerifyEmail, Recipient { name: None, ..to }, &words)
}

/// "Enter this code": proves that the address is the reader's, wherever they came from. It works for `minutes`.
pub fn link_code(to: Recipient<'_>, code: &str, minutes: u32) -> Result<Letter, WriteError> {
    let lang = to.lang;
    let words = Words {
        title: lang.text("upstream-mail-code-subject"),
        lead: lang.text("upstream-mail-code-lead"),
        code: Some(code),
        links: Vec::new(),
        notes: vec![
            lang.text_with("mail-code-minutes", &[("count", minutes.into())]),
            lang.text("upstream-mail-code-not-you"),
        ],
    };
    write(LetterKind::VerifyEmail, Recipient { name: None, ..to }, &words)
}

/// "Somebody tried to register with your address; sign in, or choose a new password."
pub fn already_registered(to: Recipient<'_>, sign_in: &str, recover: &str) -> Result<Letter, WriteError> {
    let lang = to.lang;
    let words = Words {
        title: lang.text("mail-registered-subject"),
        lead: lang.text("mail-registered-lead"),
        code: None,
        links: vec![
            Link { label: lang.text("mail-registered-sign-in"), url: sign_in },
            Link { label: lang.text("mail-new-password"), url: recover },
        ],
        notes: vec![lang.text("mail-registered-not-you")],
    };
    write(LetterKind::AlreadyRegistered, to, &words)
}

/// "Choose a new password": a link that works for `minutes`.
pub fn recovery(to: Recipient<'_>, link: &str, minutes: u32) -> Result<Letter, WriteError> {
    let lang = to.lang;
    let words = Words {
        title: lang.text("mail-recovery-subject"),
        lead: lang.text("mail-recovery-lead"),
        code: None,
        links: vec![Link { label: lang.text("mail-new-password"), url: link }],
        notes: vec![
            lang.text_with("recover-sent-minutes", &[("count", minutes.into())]),
            lang.text("mail-recovery-not-you"),
        ],
    };
    write(LetterKind::Recovery, to, &words)
}

fn minutes_note(lang: Lang, minutes: u32) -> String {
    lang.text_with("mail-minutes", &[("count", minutes.into())])
}

/// Both parts of a letter.
pub(super) fn write(kind: LetterKind, to: Recipient<'_>, words: &Words<'_>) -> Result<Letter, WriteError> {
    let footer = to.lang.text("mail-footer");
    let Words { title, lead, code, links, notes } = words;
    let code = *code;
    let text = TextPart { title, lead, code, links, notes, footer: &footer }.render()?;
    let html = HtmlPart { lang: to.lang.tag(), title, lead, code, links, notes, footer: &footer }.render()?;
    let content = Content {
        subject: title.clone(),
        text,
        html,
        code: code.map(str::to_owned),
        link: links.first().map(|link| link.url.to_owned()),
    };
    Ok(Letter::new(kind, to.email, to.name, to.lang.tag(), content)?)
}

#[cfg(test)]
mod tests;
