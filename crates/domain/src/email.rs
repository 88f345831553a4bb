//! An email address in the canonical form that is compared.

pub mod sender;
pub mod trust;
pub mod typo;

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use unicode_security::confusable_detection::skeleton;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _};

use crate::text::without_invisible;

/// A canonical email address: trimmed, lower-cased, its domain in ASCII (RFC 5891), so that one person cannot register
/// twice.
///
/// `{:?}` prints only the domain: addresses do not belong in logs.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is refused as an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailFault {
    /// The text is empty.
    #[error("the e-mail address is missing")]
    Empty,
    /// There is no `@`, or more than one.
    #[error("an e-mail address has exactly one @")]
    AtSign,
    /// The part before the `@` is invalid.
    #[error(
        "the part before the @ must be 1 to 64 characters: letters a to z, digits and !#$%&'*+-/=?^_`{{|}}~, with single \
         dots between them"
    )]
    LocalPart,
    /// The part after the `@` is no domain.
    #[error("the part behind the @ is not the name of a domain")]
    Domain,
    /// The domain has no dot, so mail from the internet cannot reach it.
    #[error("the domain of an e-mail address needs a dot, as in example.com")]
    DotlessDomain,
    /// The address is too long.
    #[error("an e-mail address must not be longer than 254 characters")]
    TooLong,
}

impl Email {
    /// Parses an address, after removing invisible characters and surrounding ASCII white space: one `@`, a plain local
    /// part, a domain name of any script, at most 254 characters with the domain in ASCII (RFC 5321 §4.5.3.1.3).
    ///
    /// # Errors
    /// [`EmailFault`]; quoted local parts and address literals are not accepted.
    pub fn parse(text: &str) -> Result<Self, EmailFault> {
        let clean = without_invisible(text);
        let (local, domain) = match clean.trim_ascii().split('@').collect::<Vec<_>>()[..] {
            [""] => return Err(EmailFault::Empty),
            [local, domain] => (local, domain),
            _ => return Err(EmailFault::AtSign),
        };
        if !is_local_part(local) {
            return Err(EmailFault::LocalPart);
        }
        let domain = ascii_domain(domain).ok_or(EmailFault::Domain)?;
        let address = format!("{local}@{domain}").to_ascii_lowercase();
        if address.len() > 254 { Err(EmailFault::TooLong) } else { Ok(Self(address)) }
    }

    /// Checks that mail from the internet can reach the domain. Only new addresses are checked; existing ones stay
    /// valid.
    ///
    /// # Errors
    /// [`EmailFault::DotlessDomain`], or [`EmailFault::Domain`] for an IP address.
    pub fn check_public(&self) -> Result<(), EmailFault> {
        match self.domain().rsplit_once('.') {
            None => Err(EmailFault::DotlessDomain),
            Some((_, top)) if top.bytes().all(|byte| byte.is_ascii_digit()) => Err(EmailFault::Domain),
            Some(_) => Ok(()),
        }
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(local, _)| local)
    }

    /// The part after the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address for display: labels of other scripts are decoded, unless they could be confused with others.
    pub fn readable(&self) -> String {
        let unmixed = |label: &[char], _: &[char], _: bool| is_unambiguous(&label.iter().collect::<String>());
        let (domain, read) =
            Uts46::new().to_user_interface(self.domain().as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, unmixed);
        if read.is_ok() { format!("{}@{domain}", self.local_part()) } else { self.0.clone() }
    }

    /// The canonical address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A masked form that its owner recognises: `a…@example.test`.
    pub fn masked(&self) -> String {
        let readable = self.readable();
        let domain = readable.split_once('@').map_or("", |(_, domain)| domain);
        format!("{}…@{domain}", self.local_part().chars().next().unwrap_or('…'))
    }
}

/// RFC 5322 §3.2.3. ASCII only: look-alike letters of other scripts would make two accounts look like one.
fn is_local_part(local: &str) -> bool {
    let is_atext_or_dot = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let has_plain_dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    (1..=64).contains(&local.len()) && has_plain_dots && local.bytes().all(is_atext_or_dot)
}

/// The domain in canonical form. ASCII domains are unchanged.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = if domain.is_ascii() {
        domain.to_owned()
    } else {
        let read =
            Uts46::new().to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
        read.ok()?.into_owned()
    };
    is_domain(&ascii).then_some(ascii)
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

/// Whether a label uses one script (or Latin with Chinese, Japanese or Korean: UTS #39 §5.2) and does not look like an
/// ASCII label.
fn is_unambiguous(label: &str) -> bool {
    label.detect_restriction_level() <= RestrictionLevel::HighlyRestrictive && !skeleton(label).all(|c| c.is_ascii())
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[…@{}]", self.domain())
    }
}

impl TryFrom<String> for Email {
    type Error = EmailFault;
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
    fn what_is_not_an_address_is_refused_with_the_reason() {
        for (bad, why) in [
            ("", EmailFault::Empty),
            (" \u{200B} ", EmailFault::Empty),
            ("ana", EmailFault::AtSign),
            ("a@b@c.test", EmailFault::AtSign),
            ("ana\u{FF20}x.test", EmailFault::AtSign),
            ("@x.test", EmailFault::LocalPart),
            ("a b@x.test", EmailFault::LocalPart),
            ("ana\0@x.test", EmailFault::LocalPart),
            ("\"a b\"@x.test", EmailFault::LocalPart),
            ("аna@x.test", EmailFault::LocalPart),
            (".ana@x.test", EmailFault::LocalPart),
            ("a..b@x.test", EmailFault::LocalPart),
            ("\u{2000}ana@x.test", EmailFault::LocalPart),
            ("ana@x.test\u{00A0}", EmailFault::Domain),
            ("ana@x.test\u{0085}", EmailFault::Domain),
            ("ana@", EmailFault::Domain),
            ("ana@-x.test", EmailFault::Domain),
            ("ana@x..test", EmailFault::Domain),
            ("ana@x.test\r\nBcc: y", EmailFault::Domain),
            ("ana@[127.0.0.1]", EmailFault::Domain),
            ("ana@x.test>", EmailFault::Domain),
            ("ana@bücher_.test", EmailFault::Domain),
            ("ana@\u{1F4A9}\u{FF0F}x.test", EmailFault::Domain),
        ] {
            assert_eq!(Email::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(Email::parse(&format!("{}@x.test", "a".repeat(65))), Err(EmailFault::LocalPart));
        let long = format!("a@{}x.test", "abcdefghi.".repeat(26));
        assert_eq!(Email::parse(&long), Err(EmailFault::TooLong));
        assert!(Email::parse("ana+shop@mail.example.test").is_ok());
    }

    #[test]
    fn a_domain_of_any_script_has_one_form() {
        let kept = Email::parse("ana@xn--bcher-kva.test").unwrap();
        for typed in ["ana@bücher.test", "ANA@BÜCHER.test", "ana@bu\u{308}cher.test", "ana@bücher\u{3002}test"] {
            assert_eq!(Email::parse(typed).as_ref(), Ok(&kept), "{typed}");
        }
        assert_eq!(kept.as_str(), "ana@xn--bcher-kva.test");
        assert_eq!((kept.readable(), kept.masked()), ("ana@bücher.test".to_owned(), "a…@bücher.test".to_owned()));
        assert_eq!(Email::parse("ana@пошта.укр").unwrap().readable(), "ana@пошта.укр");
    }

    #[test]
    fn addresses_that_are_known_already_still_read_the_same() {
        for known in ["ana@ab--cd.test", "ana@xn--zzzzzz9.test", "ana@localhost", "ana@127.0.0.1", "ana@3com.test"] {
            let read = Email::parse(known).unwrap();
            assert_eq!((read.as_str(), read.readable().is_empty()), (known, false));
        }
    }

    #[test]
    fn a_label_that_looks_like_another_stays_encoded() {
        for trick in ["ana@аррӏе.com", "ana@pаypal.com", "ana@соре.com"] {
            let read = Email::parse(trick).unwrap();
            assert!(read.readable().starts_with("ana@xn--"), "{trick}: {}", read.readable());
        }
    }

    #[test]
    fn an_address_that_no_mail_reaches_is_not_public() {
        let check = |text: &str| Email::parse(text).unwrap().check_public();
        assert_eq!(check("ana@localhost"), Err(EmailFault::DotlessDomain));
        assert_eq!(check("ana@127.0.0.1"), Err(EmailFault::Domain));
        assert_eq!((check("ana@x.test"), check("ana@пошта.укр")), (Ok(()), Ok(())));
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
