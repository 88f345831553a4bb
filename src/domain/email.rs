//! An e-mail address in the one form that it is compared in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A canonical e-mail address: trimmed and lower-cased, so that one person cannot be two.
///
/// Printing it with `{:?}` shows the domain alone: addresses do not belong into logs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an e-mail address")]
pub struct NotAnEmail;

impl Email {
    /// Reads an address, without the ASCII white space around it as browsers do for `<input type=email>`: one `@`, a plain local part, a domain with no surprises, 254 characters at most (RFC 5321 §4.5.3.1.3).
    ///
    /// # Errors
    /// [`NotAnEmail`] for anything else; quoted local parts and address literals are not accepted.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim_ascii();
        let (local, domain) = text.split_once('@').ok_or(NotAnEmail)?;
        let local_fits = (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        if text.len() > 254 || !local_fits || !local.bytes().all(is_atext_or_dot) || !is_domain(domain) {
            return Err(NotAnEmail);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough of the address for its owner to know it: `a…@example.test`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        format!("{}…@{domain}", local.chars().next().unwrap_or('…'))
    }
}

/// RFC 5322 §3.2.3. ASCII only: look-alike letters of other scripts would make two accounts look like one.
fn is_atext_or_dot(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte)
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(label)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[…@{}]", self.0.split_once('@').map_or("", |(_, domain)| domain))
    }
}

impl TryFrom<String> for Email {
    type Error = NotAnEmail;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_spelling() {
        assert_eq!(Email::parse("  Ana@Example.TEST ").unwrap(), Email::parse("ana@example.test").unwrap());
        assert_eq!(Email::parse("ana@example.test").unwrap().masked(), "a…@example.test");
        assert_eq!(format!("{:?}", Email::parse("ana@example.test").unwrap()), "[…@example.test]");
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for bad in [
            "",
            "ana",
            "@x.test",
            "ana@",
            "a@b@c.test",
            "ana@-x.test",
            "ana@x..test",
            "a b@x.test",
            "ana\0@x.test",
            "ana@x.test\r\nBcc: y@z.test",
            "\"a b\"@x.test",
            "ana@[127.0.0.1]",
            "аna@x.test",
            "ana\u{FF20}x.test",
            ".ana@x.test",
            "a..b@x.test",
            "ana@x.test>",
            "\u{2000}ana@x.test",
            "ana@x.test\u{00A0}",
            "ana@x.test\u{0085}",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@x.test", "a".repeat(65))).is_err());
        assert!(Email::parse("ana+shop@mail.example.test").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn reading_twice_is_reading_once(text in ".{0,60}") {
            if let Ok(email) = Email::parse(&text) {
                proptest::prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
