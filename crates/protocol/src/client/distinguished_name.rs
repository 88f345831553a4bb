//! Distinguished names as texts (RFC 4514): the subject of a certificate, as a client registers it.

use std::collections::BTreeSet;

/// Attribute types by name (RFC 4514 §3, and those that certificates of companies have).
const TYPES: [(&str, &str); 17] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("TITLE", "2.5.4.12"),
    ("BUSINESSCATEGORY", "2.5.4.15"),
    ("POSTALCODE", "2.5.4.17"),
    ("GN", "2.5.4.42"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];
/// Characters that stand for themselves after a backslash (RFC 4514 §3).
const SPECIAL: &[u8] = b"\"+,;<> #=\\";

/// A set of attributes: type (a dotted object identifier) and value.
pub type RelativeName = BTreeSet<(String, String)>;

/// A distinguished name: its relative names in the order of the text, the most specific first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistinguishedName(Vec<RelativeName>);

impl DistinguishedName {
    /// The name of a certificate, whose relative names have the opposite order (RFC 4514 §2.1).
    pub fn of_certificate(mut relative_names: Vec<RelativeName>) -> Self {
        relative_names.reverse();
        Self(relative_names)
    }

    /// Parses a text; `None` if it is no distinguished name, is empty, or has an attribute whose value is not a text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut names = vec![RelativeName::new()];
        loop {
            let (kind, after) = rest.split_once('=')?;
            let (value, end, after) = value(after.trim_start_matches(' '))?;
            let added = names.last_mut()?.insert((object_identifier(kind.trim_matches(' '))?, value));
            match end {
                _ if !added => return None,
                Some(b'+') => {}
                Some(_) => names.push(RelativeName::new()),
                None => return Some(Self(names)),
            }
            rest = after;
        }
    }
}

fn object_identifier(kind: &str) -> Option<String> {
    let named = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, oid)| (*oid).to_owned());
    let is_arc = |arc: &str| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit());
    named.or_else(|| (kind.contains('.') && kind.split('.').all(is_arc)).then(|| kind.to_owned()))
}

/// A value without its escapes, the separator after it, and the rest.
fn value(text: &str) -> Option<(String, Option<u8>, &str)> {
    let bytes = text.as_bytes();
    // `#` begins the encoding of a value that is not a text.
    if bytes.first() == Some(&b'#') {
        return None;
    }
    let (mut value, mut at, mut trimmed) = (Vec::new(), 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b',' | b'+' => break,
            b'"' | b';' | b'<' | b'>' | 0 => return None,
            b'\\' => {
                let (escaped, length) = unescaped(&bytes[at + 1..])?;
                value.push(escaped);
                at += length;
                trimmed = value.len();
            }
            b' ' => value.push(b' '),
            other => {
                value.push(*other);
                trimmed = value.len();
            }
        }
        at += 1;
    }
    // Spaces around a value belong to the text, not to the value.
    value.truncate(trimmed);
    let value = String::from_utf8(value).ok().filter(|value| !value.is_empty())?;
    Some((value, bytes.get(at).copied(), text.get(at + 1..).unwrap_or_default()))
}

/// The byte after a backslash, and how many characters it was written with.
fn unescaped(after: &[u8]) -> Option<(u8, usize)> {
    let first = *after.first()?;
    if SPECIAL.contains(&first) {
        return Some((first, 1));
    }
    let pair = std::str::from_utf8(after.get(..2)?).ok()?;
    let is_hexadecimal = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| u8::from_str_radix(pair, 16).ok()).flatten().map(|byte| (byte, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(relative_names: &[&[(&str, &str)]]) -> DistinguishedName {
        let owned = |(kind, value): &(&str, &str)| ((*kind).to_owned(), (*value).to_owned());
        DistinguishedName(relative_names.iter().map(|attributes| attributes.iter().map(owned).collect()).collect())
    }

    /// The examples of RFC 4514 §4, as far as their values are texts.
    #[test]
    fn texts_are_read_as_the_specification_has_them() {
        const UID: &str = "0.9.2342.19200300.100.1.1";
        const DC: &str = "0.9.2342.19200300.100.1.25";
        for (text, wanted) in [
            ("UID=jsmith,DC=example,DC=net", name(&[&[(UID, "jsmith")], &[(DC, "example")], &[(DC, "net")]])),
            (
                "OU=Sales+CN=J.  Smith,DC=example,DC=net",
                name(&[&[("2.5.4.11", "Sales"), ("2.5.4.3", "J.  Smith")], &[(DC, "example")], &[(DC, "net")]]),
            ),
            (
                r#"CN=James \"Jim\" Smith\, III,DC=example"#,
                name(&[&[("2.5.4.3", "James \"Jim\" Smith, III")], &[(DC, "example")]]),
            ),
            (r"CN=Before\0dAfter", name(&[&[("2.5.4.3", "Before\rAfter")]])),
            (r"CN=Lu\C4\8Di\C4\87", name(&[&[("2.5.4.3", "Lučić")]])),
            (r"cn = shop , O = Example \ ", name(&[&[("2.5.4.3", "shop")], &[("2.5.4.10", "Example  ")]])),
            ("2.5.4.97=PSDES-1,C=ES", name(&[&[("2.5.4.97", "PSDES-1")], &[("2.5.4.6", "ES")]])),
        ] {
            assert_eq!(DistinguishedName::parse(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            "CN",
            "CN=",
            "=shop",
            "CN=shop,",
            "CN=a,,O=b",
            "XX=shop",
            "1..2=x",
            "CN=#04024869",
            r"CN=a\zz",
            r"CN=a\",
            "CN=\"a\"",
            "CN=a;O=b",
            "CN=a+CN=a",
            "CN=a\0",
            r"CN=\ff",
        ] {
            assert_eq!(DistinguishedName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_certificate_has_the_opposite_order() {
        let of = |text: &str| DistinguishedName::parse(text).unwrap().0;
        assert_eq!(DistinguishedName::of_certificate(of("C=ES,O=Bank")), DistinguishedName(of("O=Bank,C=ES")));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,60}") {
            let _ = DistinguishedName::parse(&text).is_some();
        }
    }
}
