//! An email: recipient and content. Header values are cleaned single lines.

use std::borrow::Cow;
use std::fmt;

use lettre::Address;
use serde::{Deserialize, Serialize};

/// Maximum length of a displayed name or subject, in code points.
const LONGEST_LINE: usize = 120;

/// Not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnAddress;

/// The content for [`EmailMessage::new`].
#[derive(Clone, Default)]
pub struct EmailMessageContent {
    /// The subject; converted to one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The code in the email, for development mode.
    pub code: Option<String>,
    /// The link in the email.
    pub link: Option<String>,
}

/// A complete email. `{:?}` prints only its kind: the rest is private.
///
/// It serializes with its secrets: seal it before storing it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMessage {
    to: String,
    to_name: Option<String>,
    subject: String,
    text: String,
    html: String,
    lang_tag: String,
    kind: Cow<'static, str>,
    code: Option<String>,
    link: Option<String>,
    /// Absent in emails that an earlier version queued.
    #[serde(default)]
    sender_name: Option<String>,
}

impl fmt::Debug for EmailMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailMessage({})", self.kind)
    }
}

impl EmailMessage {
    /// An email to one address. Name and subject are converted to clean single lines.
    pub fn new(
        kind: &'static str,
        to: &str,
        to_name: Option<&str>,
        lang_tag: &str,
        content: EmailMessageContent,
    ) -> Result<Self, NotAnAddress> {
        let _: Address = to.parse().map_err(|_| NotAnAddress)?;
        if to.contains(is_unfit) {
            return Err(NotAnAddress);
        }
        Ok(Self {
            to: to.to_owned(),
            to_name: to_name.map(one_line).filter(|name| !name.is_empty()),
            subject: one_line(&content.subject),
            text: content.text,
            html: content.html,
            lang_tag: lang_tag.to_owned(),
            kind: kind.into(),
            code: content.code,
            link: content.link,
            sender_name: None,
        })
    }

    /// The email under this name of its sender.
    #[must_use]
    pub fn from_name(self, name: Option<&str>) -> Self {
        Self { sender_name: name.map(one_line).filter(|name| !name.is_empty()), ..self }
    }

    /// The name of its sender, if it is not that of the configuration.
    pub fn sender_name(&self) -> Option<&str> {
        self.sender_name.as_deref()
    }

    /// The address.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The name shown with the address.
    pub fn to_name(&self) -> Option<&str> {
        self.to_name.as_deref()
    }

    /// The subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The text part.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTML part.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The BCP 47 tag of the language it is written in.
    pub fn lang_tag(&self) -> &str {
        &self.lang_tag
    }

    /// Which email it is, for logs and tests.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The code in it.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The link in it.
    pub fn link(&self) -> Option<&str> {
        self.link.as_deref()
    }
}

/// A clean single line: no control characters, no invisible characters, no changes of writing direction, single spaces,
/// limited length.
pub fn one_line(text: &str) -> String {
    let blank = |c: char| if c.is_whitespace() { ' ' } else { c };
    let clean: String = text.chars().map(blank).filter(|c| !is_unfit(*c)).take(4 * LONGEST_LINE).collect();
    clean.split_ascii_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_LINE).collect()
}

/// Control characters, directional formatting (UAX #9), and characters that show nothing, except the joiners U+200C and
/// U+200D, which scripts and emoji need.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: &str, name: Option<&str>) -> Result<EmailMessage, NotAnAddress> {
        let content =
            EmailMessageContent { subject: "Hello\r\nBcc: eve@evil.test".to_owned(), ..EmailMessageContent::default() };
        EmailMessage::new("verify_email", address, name, "en", content)
    }

    #[test]
    fn names_and_subjects_are_one_clean_line() {
        let email = to("ana@example.com", Some("Ana\r\nBcc: eve@evil.test\0\u{202e}gpj\u{2066}\u{7f}\u{85}")).unwrap();
        assert_eq!(email.to_name(), Some("Ana Bcc: eve@evil.testgpj"));
        assert_eq!(email.subject(), "Hello Bcc: eve@evil.test");
        assert_eq!(one_line("  Zoë \u{2028} O’Brien\t"), "Zoë O’Brien");
        assert_eq!(one_line("👩\u{200d}💻 में\u{200d}"), "👩\u{200d}💻 में\u{200d}");
        assert_eq!(one_line(&"x".repeat(10_000)).len(), LONGEST_LINE);
        assert_eq!(to("ana@example.com", Some("\u{200b}\r\n")).unwrap().to_name(), None);
    }

    #[test]
    fn what_is_no_single_address_is_refused() {
        for wrong in [
            "",
            "ana",
            "@",
            "ana@",
            "@example.com",
            "ana@example.com, eve@evil.test",
            "ana@example.com\r\nBcc: eve@evil.test",
            "ana@exam ple.com",
            "Ana <ana@example.com>",
            "ana@example.com\0",
            "ana\u{202e}@example.com",
            "a@b@c",
            "ana\u{ff20}example.com",
        ] {
            assert_eq!(to(wrong, None), Err(NotAnAddress), "{wrong:?}");
        }
    }

    #[test]
    fn debug_output_of_an_email_hides_its_content() {
        let email = to("ana@example.com", Some("Ana")).unwrap();
        assert_eq!(format!("{email:?}"), "EmailMessage(verify_email)");
    }
}
