//! The sender of emails, as it is written in settings.

use std::fmt;

use super::Email;

/// An address, with the name that mail programs show: `Usher <no-reply@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub name: Option<String>,
    pub address: Email,
}

impl Sender {
    /// Reads `name@host`, or a name before `<name@host>`. A name with special characters is a quoted string
    /// (RFC 5322 §3.4). `None` for anything else, such as several addresses.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains(char::is_control) {
            return None;
        }
        let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
            return Some(Self { name: None, address: Email::parse(text).ok()? });
        };
        let name = match name.trim() {
            "" => None,
            name => Some(display_name(name)?),
        };
        Some(Self { name, address: Email::parse(address).ok()? })
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            None => f.write_str(self.address.as_str()),
            Some(name) if name.contains(SPECIALS) => {
                let escaped = name.replace('\\', r"\\").replace('"', "\\\"");
                write!(f, "\"{escaped}\" <{}>", self.address.as_str())
            }
            Some(name) => write!(f, "{name} <{}>", self.address.as_str()),
        }
    }
}

/// Characters that only a quoted string may contain (RFC 5322 §3.2.3).
const SPECIALS: &[char] = &['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '.', '"'];

fn display_name(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.contains(SPECIALS)).then(|| text.to_owned());
    };
    let (mut name, mut signs) = (String::new(), quoted.chars());
    loop {
        match signs.next()? {
            '"' => return signs.as_str().is_empty().then_some(name),
            '\\' => name.push(signs.next()?),
            other => name.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let name = |text| Sender::parse(text).unwrap().name;
        assert_eq!(name("no-reply@example.org"), None);
        assert_eq!(name("<no-reply@example.org>"), None);
        assert_eq!(name("Usher <no-reply@example.org>").as_deref(), Some("Usher"));
        assert_eq!(name("Вхід до саду <no-reply@example.org>").as_deref(), Some("Вхід до саду"));
        assert_eq!(name(r#""Usher, the \"sender\"" <no-reply@example.org>"#).as_deref(), Some("Usher, the \"sender\""));
    }

    #[test]
    fn anything_else_is_no_sender() {
        for bad in [
            "",
            "Usher",
            "a@b@c",
            "a@example.org, b@example.org",
            "A <a@example.org>, B <b@example.org>",
            "a@example.org\r\nBcc: b@example.org",
            "<a@example.org> b",
            "Usher, sender <a@example.org>",
            "\"Usher <a@example.org>",
            "A <a@b",
            "@example.org",
        ] {
            assert_eq!(Sender::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_sender_reads_back_the_way_it_is_written(name in "[ -~а-я]{0,20}") {
            let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            let sender = Sender { name, address: Email::parse("a@example.org").unwrap() };
            prop_assert_eq!(Sender::parse(&sender.to_string()), Some(sender));
        }

        #[test]
        fn garbage_is_refused_without_panic(text in "\\PC*") {
            let _ = Sender::parse(&text);
        }
    }
}
